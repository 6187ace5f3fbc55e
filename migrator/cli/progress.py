"""How far a long run is: a bar on a terminal, one JSON line for each event elsewhere. On standard error."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import click

from migrator.cli.output import safe

__all__ = ["Report", "progress"]

Report = Callable[[Mapping[str, object]], None]
"""Takes one event: what has just ended, as plain values."""


@contextmanager
def progress(total: int) -> Iterator[Report]:
    """Yield a function to call once for each of `total` things that ends. May be called from one thread at a time."""
    if sys.stderr.isatty():
        with _bar(total) as report:
            yield report
    else:
        yield _line


def _line(event: Mapping[str, object]) -> None:
    click.echo(json.dumps(event, ensure_ascii=True, default=str), err=True)


@contextmanager
def _bar(total: int) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[last]}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, last="")
        yield lambda event: bar.update(task, advance=1, last=safe(str(event.get("host", ""))))
