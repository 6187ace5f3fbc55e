"""The options of every command that asks hosts: which ones, how many at a time, for how long."""

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import click

__all__ = ["asking", "one_source"]

Command = Callable[..., Any]

_OPTIONS = (
    click.option(
        "-i",
        "--inventory",
        "sources",
        multiple=True,
        metavar="SOURCE",
        help="Inventory file or folder (own YAML or Ansible's), `host1,host2,`, or `localhost`. Repeatable.",
    ),
    click.option("--limit", metavar="PATTERN", help="Only these hosts: names, groups, `web:&prod:!db`, `@file`."),
    click.option("-f", "--forks", type=click.IntRange(1, 500), default=50, show_default=True, help="Hosts at a time."),
    click.option(
        "--timeout",
        type=click.FloatRange(1, 3600),
        default=60,
        show_default=True,
        help="Seconds that one host may take in all.",
    ),
    click.option(
        "--known-hosts", type=click.Path(path_type=Path, dir_okay=False), help="Trust the host keys in this file only."
    ),
    click.option(
        "--replay",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="Read recordings instead of asking hosts.",
    ),
)


def asking(command: Command) -> Command:
    """Give a command these options."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


def one_source(sources: tuple[str, ...], replay: Path | None) -> None:
    """Hosts or recordings, and not both."""
    if bool(sources) == bool(replay):
        raise click.UsageError("name hosts with -i/--inventory, or recordings with --replay.")
