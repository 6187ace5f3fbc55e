"""The documents say what the code does, and their links lead somewhere."""

import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

import click
import pytest

from migrator.cli import migrate

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TYPED = re.compile(r"^(?: {4})?(?:\$ )?(migrate [a-z][^\n]*)|`(migrate [a-z][^`\n]*)`", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")


def _writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_reference", ROOT / "docs" / "write_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_code_says() -> None:
    """`make docs` writes it."""
    writer = _writer()
    wanted = writer.pages()
    found = {str(path.relative_to(writer.HERE)): path.read_text() for path in writer.HERE.rglob("*") if path.is_file()}
    assert [name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)] == [], (
        "run `make docs`"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = [
        link
        for link in LINK.findall(CODE.sub("", page.read_text()))
        if not link.startswith(("http://", "https://", "mailto:"))
    ]
    assert [link for link in links if not (page.parent / link).exists()] == []


def _understood(line: str) -> None:
    """Let the command line take a line of a document apart. Raises what click raises."""
    words = shlex.split(re.split(r" [|>;]| &&| 2>", line)[0], comments=True)[1:]
    command: click.Command | None = migrate
    context = click.Context(migrate)
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        command = command.get_command(context, words.pop(0))
        assert command is not None, line
        context = click.Context(command, parent=context, info_name=command.name)
    assert command is not None
    command.make_parser(context).parse_args(words)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_is_shown_exists_with_its_options(page: Path) -> None:
    """The walk-through's are run, too: see test_walkthrough.py."""
    lines = [block or inline for block, inline in TYPED.findall(page.read_text())]
    for line in lines:
        _understood(line)


def test_every_decision_is_listed() -> None:
    listed = set(LINK.findall((ROOT / "docs" / "decisions" / "README.md").read_text()))
    assert listed == {path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}
