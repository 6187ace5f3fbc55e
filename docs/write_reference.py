"""Writes docs/reference/ from the code: commands, questions to hosts, files, exit codes. `make docs` runs it.

The pages are committed, so that a reviewer sees when an option, a command on hosts or a file format changes. A test compares
them with the code.
"""

import ast
import dataclasses
import inspect
import json
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, TypeGuard

import click

from migrator import errors
from migrator.assess.rules import AssessmentRules, default_text, read_rules
from migrator.cli import migrate
from migrator.cutover.gates import GATES
from migrator.cutover.sources import SOURCES
from migrator.model.estate import Estate
from migrator.model.plans import Plan
from migrator.model.record import Record, camel
from migrator.model.services import ServiceProfile
from migrator.model.settings import Settings
from migrator.records import API_VERSION, json_schema
from migrator.report.report import Report
from migrator.scan.collect import SECTION_BYTES, together
from migrator.scan.detectors import java_server, known, python_server
from migrator.scan.fact import Fact, Shell
from migrator.scan.facts import FACTS

HERE = Path(__file__).resolve().parent / "reference"
FILES: dict[str, type[Record]] = {
    "migrate.yaml": Settings,
    "profiles/HOST/SERVICE.yaml": ServiceProfile,
    "estate.yaml": Estate,
    "cutover/plan.yaml": Plan,
    "assessment.yaml": AssessmentRules,
}
TABLES = {
    "Runtimes that are recognised": "scan/detectors",
    "Ways to a host": "scan/transports",
    "Kinds of manifests": "generate/kinds",
    "Meshes": "meshes",
    "Gates": "cutover/gates",
    "Metric sources": "cutover/sources",
    "Forms of a report": "report/formats",
}
PACKAGE = Path(errors.__file__).parent
NOTE = "<!-- Written by `make docs` from the code. Do not edit. -->\n\n"
INDEX = f"""# Reference

{NOTE}| page | what |
|---|---|
| [commands.md](commands.md) | every command and option |
| [questions.md](questions.md) | every command that a scan runs on a host, in full |
| [findings.md](findings.md) | what `migrate` tells a person to look at, by code |
| [assessment.md](assessment.md) | the rules by which `migrate assess` judges |
| [tables.md](tables.md) | runtimes that are recognised, kinds that are written, meshes, gates, metric sources, forms of a report |
| [files.md](files.md) | the files that people edit, key by key; JSON Schemas in [schema/](schema/) |
| [report.schema.json](report.schema.json) | what `migrate report --format json` writes |
| [exit-codes.md](exit-codes.md) | what the process returns |
"""


def pages() -> dict[str, str]:
    """Every page: its path below docs/reference/ and its text."""
    schemas = {f"schema/{kind.__name__}.json": _schema(kind) for kind in FILES.values()}
    schemas["report.schema.json"] = _schema(Report)
    return {
        "README.md": INDEX,
        "commands.md": _commands(),
        "questions.md": _questions(),
        "findings.md": _findings(),
        "assessment.md": _assessment(),
        "tables.md": _tables(),
        "files.md": _files(),
        "exit-codes.md": _exit_codes(),
        **schemas,
    }


def _commands() -> str:
    text = f"# Commands\n\n{NOTE}`kubectl migrate` is the same program under another name.\n"
    for path, command, context in _walk(migrate, None, "migrate"):
        text += f"\n## {path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"
    return text


def _walk(
    command: click.Command, parent: click.Context | None, name: str
) -> Iterator[tuple[str, click.Command, click.Context]]:
    context = click.Context(command, info_name=name, parent=parent, terminal_width=100, **command.context_settings)
    yield context.command_path, command, context
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None and not found.hidden:
                yield from _walk(found, context, child)


def _questions() -> str:
    text = (
        f"# What a scan runs on a host\n\n{NOTE}"
        "Each question is a piece of POSIX `sh` that reads and prints. All of them go to the host as one script, over one\n"
        f"connection. Each answer has {SECTION_BYTES // 1024} KiB. Nothing is written, installed or contacted. `migrate scan --show-commands`\n"
        "prints the script as it is sent.\n\nQuestions that look at the same things share a shell, which looks them up once, and its time.\n"
    )
    return text + "".join(_shell(shell, asked) for shell, asked in together(FACTS))


def _shell(shell: Shell, asked: Sequence[Fact[Any]]) -> str:
    """The questions of one shell, the first of them with what is looked up for all."""
    names = ", ".join(f"`{fact.name}`" for fact in asked)
    shared = f" together with the others of {names}" if len(asked) > 1 else ""
    once = f"\n\nOnce for {names}:\n\n```sh\n{shell.prepare.strip()}\n```" if shell.prepare != ":" else ""
    first, *others = (f"\n## {fact.name}\n\n{_question(fact)}" for fact in asked)
    times = f"\nHas {shell.seconds} s{shared}.{once}\n"
    return "".join([first, times, *others])


def _question(fact: Fact[Any]) -> str:
    needs = ", ".join(f"`{program}`" for program in fact.needs) or "nothing beyond a shell"
    deep = " Asked with `--deep` only." if fact.deep else ""
    return f"{_prose(type(fact))}\n\nNeeds {needs}.{deep}\n\n```sh\n{fact.command.strip()}\n```\n"


def _assessment() -> str:
    """The built-in rules as tables; `migrate assess --show-rules` prints the file itself."""
    rules = read_rules(default_text(), file="rules.yaml")
    numbers = rules.thresholds
    text = f"""# Assessment

{NOTE}`migrate assess` gives each service the worst fit that any of its findings has, and the sum of their points.
A finding that several instances have counts once. Effort: small up to {numbers.small} points, medium up to {numbers.medium}, large
up to {numbers.large}, then very large. A certificate counts that ends within {numbers.certificate_days} days, data above {numbers.data_gib} GiB.
`migrate assess --show-rules > assessment.yaml` beside `profiles/` makes the rules yours.

| finding | best fit | points | because |
|---|---|--:|---|
"""
    text += "".join(f"| {one.finding} | {one.fit} | {one.points} | {one.why} |\n" for one in rules.rules)
    text += "\n## How long software is looked after\n\n| product | version | until |\n|---|---|---|\n"
    return text + "".join(f"| {one.product} | {one.version} | {one.until} |\n" for one in rules.lifetimes)


def _findings() -> str:
    text = (
        f"# Findings\n\n{NOTE}A finding never stops a run. A blocker stops one service until a person has decided.\n\n"
    )
    text += "| code | severity | what it says | what to do |\n|---|---|---|---|\n"
    found = {row for path in PACKAGE.rglob("*.py") for row in _findings_in(path)}
    return text + "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in sorted(found))


def _findings_in(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Code, severity, message and remedy of each call that makes a finding: they are the last four positional arguments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            codes = [one.value for one in call.args if isinstance(one, ast.Constant) and _is_code(one.value)]
            severities = [one.attr.lower() for one in call.args if _is_severity(one)]
            if codes and severities:
                yield codes[0], severities[0], _words(call.args[-2], function), _words(call.args[-1], function)


def _is_code(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and re.fullmatch(r"MIG\d{3}", value) is not None


def _is_severity(node: ast.AST) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Severity"


def _words(node: ast.AST, function: ast.FunctionDef) -> str:
    """The text of an expression; what is filled in at run time is an ellipsis."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(part, function) for part in node.values)
    if isinstance(node, ast.Name):
        before = [
            one for one in ast.walk(function) if isinstance(one, ast.Assign) and _is_name(one.targets[0], node.id)
        ]
        written = [one for one in before if one.lineno <= node.lineno]
        return _words(max(written, key=lambda one: one.lineno).value, function) if written else "…"
    return "…"


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _tables() -> str:
    text = f"# Tables\n\n{NOTE}One module each; [architecture.md](../architecture.md) says how to add one.\n"
    for title, folder in TABLES.items():
        text += f"\n## {title}\n\n| name | what |\n|---|---|\n"
        modules = sorted(path for path in (PACKAGE / folder).glob("*.py") if path.stem != "__init__")
        text += "".join(f"| {_as_written(path)} | {_first_words(path)} |\n" for path in modules)
    return f"{text}\n{_by_a_line()}"


def _as_written(path: Path) -> str:
    """How people write the name of an entry: of gates and sources with a dash."""
    dashed = path.stem.replace("_", "-")
    return dashed if dashed in {*GATES, *SOURCES} else path.stem


def _by_a_line() -> str:
    """The runtimes that are no module of their own but a line of a table in one."""
    lines = {
        "known": [one.runtime for one in known.KNOWN],
        "java_server": [one.runtime for one in java_server.SERVERS],
        "python_server": [one.runtime for one in python_server.MODULES],
    }
    text = "## Runtimes that are a line of a table\n\n| table | runtimes |\n|---|---|\n"
    return text + "".join(f"| {name} | {', '.join(runtimes)} |\n" for name, runtimes in lines.items())


def _first_words(path: Path) -> str:
    """The first sentence of a module, or of the first thing in it that has a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef))]
    words = next((text for part in parts if (text := ast.get_docstring(part))), "")
    return " ".join(words.partition("\n\n")[0].split()).replace("|", "\\|")


def _files() -> str:
    text = f"# Files that people edit\n\n{NOTE}Each begins with `apiVersion: {API_VERSION}` and a `kind`. Unknown keys are errors.\n"
    text += "JSON Schemas for editors stand in [schema/](schema/).\n"
    done: set[type] = set()
    for path, kind in FILES.items():
        text += f"\n## {path}\n\n`kind: {kind.__name__}`\n\n{_table(kind)}"
        done.add(kind)
    todo = [part for kind in FILES.values() for part in _parts(kind)]
    for part in sorted({part for part in todo if part not in done}, key=lambda one: one.__name__):
        text += f"\n### {part.__name__}\n\n{_table(part)}"
    return text


def _parts(kind: type[Record]) -> Iterator[type[Record]]:
    """The records that stand inside a record, at any depth."""
    module = inspect.getmodule(kind)
    assert module is not None
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        for name in re.findall(r"\w+", _type(field)):
            part = getattr(module, name, None)
            if isinstance(part, type) and issubclass(part, Record):
                yield part
                yield from _parts(part)


def _table(kind: type[Record]) -> str:
    rows = [f"{_prose(kind)}\n\n| key | type | default | meaning |\n|---|---|---|---|\n"]
    meanings = _attribute_docstrings(kind)
    alias = kind.__pydantic_config__.get("alias_generator", camel)
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        said = meanings.get(field.name) or " ".join(_of_parts(kind, field))
        meaning = " ".join([said, *_choices(kind, field)]).strip().replace("|", "\\|")
        rows.append(f"| `{alias(field.name)}` | {_type(field).replace('|', 'or')} | {_default(field)} | {meaning} |\n")
    return "".join(rows)


def _of_parts(kind: type[Record], field: "dataclasses.Field[Any]") -> Iterator[str]:
    """What the record says that a field holds, where nothing stands below the field itself."""
    for name in re.findall(r"\w+", _type(field)):
        part = getattr(inspect.getmodule(kind), name, None)
        if isinstance(part, type) and issubclass(part, Record):
            yield " ".join(_prose(part).partition("\n\n")[0].split())


def _choices(kind: type[Record], field: "dataclasses.Field[Any]") -> Iterator[str]:
    for name in re.findall(r"\w+", _type(field)):
        choice = getattr(inspect.getmodule(kind), name, None)
        if isinstance(choice, type) and issubclass(choice, StrEnum):
            yield f"One of {', '.join(f'`{one}`' for one in choice)}."


def _type(field: "dataclasses.Field[Any]") -> str:
    written = field.type if isinstance(field.type, str) else inspect.formatannotation(field.type)
    plain = re.sub(r"(?:\w+\.)+(\w+)", r"\1", written)
    return re.sub(r"tuple\[([^,]+), \.\.\.\]", r"list of \1", re.sub(r"(?:Mapping|dict)\[str, str\]", "mapping", plain))


def _default(field: "dataclasses.Field[Any]") -> str:
    if field.default is not dataclasses.MISSING:
        return f"`{json.dumps(field.default)}`" if field.default not in {"", None, ()} else ""
    return "" if field.default_factory is not dataclasses.MISSING else "required"


def _attribute_docstrings(kind: type) -> dict[str, str]:
    """The texts below fields and enum members, which Python itself throws away."""
    tree = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(tree, ast.ClassDef)
    texts = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        target = (
            field.target
            if isinstance(field, ast.AnnAssign)
            else field.targets[0]
            if isinstance(field, ast.Assign)
            else None
        )
        if isinstance(target, ast.Name) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            texts[target.id] = " ".join(str(text.value.value).split())
    return texts


def _prose(thing: type | ModuleType) -> str:
    return inspect.getdoc(thing) or ""


def _exit_codes() -> str:
    meanings = {
        "OK": "Done.",
        "ROLLED_BACK": "A gate failed, and the service was rolled back.",
        "INTERRUPTED": "Ctrl-C.",
        **_attribute_docstrings(errors.ExitCode),
    }
    rows = "".join(f"| {code.value} | {code.name} | {meanings.get(code.name, '')} |\n" for code in errors.ExitCode)
    return f"# Exit codes\n\n{NOTE}| code | name | meaning |\n|---|---|---|\n{rows}"


def _schema(kind: type[Record]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **json_schema(kind)}
    header = {"apiVersion": {"const": API_VERSION}, "kind": {"const": kind.__name__}}
    schema["properties"] = {**header, **schema["properties"]}
    schema["required"] = [*header, *schema.get("required", [])]
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write() -> None:
    """Write every page, and remove those that no longer exist."""
    wanted = pages()
    for old in (path for path in HERE.rglob("*") if path.is_file() and str(path.relative_to(HERE)) not in wanted):
        old.unlink()
    for name, text in wanted.items():
        (HERE / name).parent.mkdir(parents=True, exist_ok=True)
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
