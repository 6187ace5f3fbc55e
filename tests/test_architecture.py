"""The rules of docs/architecture.md that a machine can check."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.model.estate import Estate
from migrator.model.plans import Plan
from migrator.model.record import Record
from migrator.model.services import ServiceProfile
from migrator.model.settings import Settings
from migrator.records import json_schema

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "migrator").rglob("*.py"))
VAGUE = {
    "base",
    "common",
    "engine",
    "handler",
    "handlers",
    "helper",
    "helpers",
    "manager",
    "managers",
    "misc",
    "util",
    "utils",
}


def test_layers_and_doors_hold() -> None:
    """The contracts of pyproject.toml. What lint-imports prints names the import that breaks one, with its line."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_obeys_the_rules_of_the_house(module: Path) -> None:
    assert list(_offences(module)) == []


def _offences(module: Path) -> Iterator[str]:
    if module.stem in VAGUE:
        yield f"{module.name} says nothing about what is in it"
    tree = ast.parse(module.read_text(encoding="utf-8"))
    in_cli = (ROOT / "migrator" / "cli") in module.parents
    for node in ast.walk(tree):
        yield from (f"line {getattr(node, 'lineno', 0)}: {offence}" for offence in _offence(node, in_cli=in_cli))


def _offence(node: ast.AST, *, in_cli: bool) -> Iterator[str]:
    if isinstance(node, ast.Name | ast.Attribute | ast.alias):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else node.name
        if name in {"AutoAddPolicy", "WarningPolicy"}:
            yield f"{name} would trust a host key that nobody has checked"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print" and not in_cli:
        yield "only cli/ speaks to the terminal"
    if isinstance(node, ast.keyword) and node.arg == "shell" and not _is_false(node.value):
        yield "a shell on this machine would read what a host or a file says"
    if isinstance(node, ast.ClassDef) and re.search(
        r"(Manager|Handler|Helper|Engine|Utils?|Abstract|Base)$", node.name
    ):
        yield f"{node.name} says nothing about what it is"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
        yield f"{node.func.id} runs text"


def _is_false(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


@pytest.mark.parametrize(
    "text",
    [
        "import paramiko\nclient.set_missing_host_key_policy(paramiko.AutoAddPolicy())",
        "from paramiko import WarningPolicy",
        "print(1)",
        "run(command, shell=True)",
        "class ServiceManager: ...",
        "eval(text)",
    ],
)
def test_the_rules_of_the_house_catch(text: str) -> None:
    assert [offence for node in ast.walk(ast.parse(text)) for offence in _offence(node, in_cli=False)]


HELP = """
import sys
from click.testing import CliRunner
before = set(sys.modules)
from migrator.cli import migrate
for command in [[], *([name] for name in migrate.list_commands(None))]:
    done = CliRunner().invoke(migrate, [*command, "--help"])
    assert done.exit_code == 0, (command, done.exception)
heavy = {"httpx", "jinja2", "kubernetes", "paramiko", "pydantic", "rich", "ruamel", "yaml"}
print(sorted(heavy & (set(sys.modules) - before)))
"""


def test_help_loads_nothing_heavy() -> None:
    """Start-up time is felt at every key press of a completion; see docs/decisions/006."""
    done = subprocess.run([sys.executable, "-c", HELP], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.parametrize("kind", [ServiceProfile, Estate, Plan, Settings])
def test_no_field_of_a_file_takes_the_place_of_its_header(kind: type[Record]) -> None:
    assert not {"apiVersion", "kind"} & json_schema(kind)["properties"].keys()
