"""What people and programs read: tables and data on standard output, everything else on standard error.

The only importer of rich, and only for tables. Text that comes from hosts, repositories or metric sources goes through
`safe` on its way out.
"""

import json
import os
import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence

import click

from migrator import yamlio
from migrator.model.invisible import INVISIBLE

__all__ = ["FORMATS", "emit", "safe", "say"]

FORMATS = ("table", "wide", "json", "yaml", "jsonl", "name")
_UNSAFE = re.compile(f"[\x00-\x08\x0b-\x1f{INVISIBLE}]")
_CELL = 60


def safe(text: str) -> str:
    r"""Make control, bidirectional and invisible characters visible (`\x1b`), so that no name can drive a terminal."""
    shown = _UNSAFE.sub(lambda match: _escaped(match[0]), text)
    return "".join(_escaped(char) if unicodedata.category(char) == "Cs" else char for char in shown)


def _escaped(char: str) -> str:
    code = ord(char)
    if code < 0x100:  # noqa: PLR2004
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


def say(text: str) -> None:
    """Tell a person something, on standard error."""
    click.echo(safe(text), err=True)


def emit(rows: Sequence[Mapping[str, object]], columns: Sequence[str], output: str) -> None:
    """Print rows on standard output in one of FORMATS. `columns` are the keys that a table shows, in order.

    The data formats hold every key of a row; `name` prints the first column only.
    """
    if output == "json":
        click.echo(json.dumps(list(rows), indent=2, ensure_ascii=True, default=str))
    elif output == "jsonl":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=True, default=str))
    elif output == "yaml":
        click.echo(yamlio.dump(json.loads(json.dumps(list(rows), default=str))), nl=False)
    elif output == "name":
        for row in rows:
            click.echo(safe(str(row.get(columns[0], ""))))
    elif rows:
        _table(rows, columns, wide=output == "wide")


def _table(rows: Sequence[Mapping[str, object]], columns: Sequence[str], *, wide: bool) -> None:
    """A plain table: fits the terminal unless `wide`; one line a row, with nothing cut, when it is piped."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    narrow = sys.stdout.isatty() and not wide
    console = Console(width=None if narrow else 10_000, soft_wrap=not narrow, highlight=False)
    if os.environ.get("TERM") == "dumb":
        console.no_color = True
    table = Table(box=box.SIMPLE_HEAD if narrow else None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column), whole=not narrow)) for column in columns))
    console.print(table)


def _cell(value: object, *, whole: bool) -> str:
    text = " ".join(safe("" if value is None else str(value)).split("\n"))
    return text if whole or len(text) <= _CELL else f"{text[: _CELL - 1]}…"
