"""The options of every command that asks hosts: which ones, how many at a time, for how long."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import reduce, wraps
from pathlib import Path
from typing import Any

import click

__all__ = ["Access", "asking", "one_source"]

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
    click.option("-u", "--user", metavar="NAME", help="Account for hosts whose inventory names none."),
    click.option(
        "-b",
        "--become",
        is_flag=True,
        default=None,
        help="Use sudo, where it needs no password, on hosts of which the inventory says nothing about it.",
    ),
    click.option(
        "--private-key",
        type=click.Path(exists=True, dir_okay=False),
        help="Private key for hosts whose inventory names none.",
    ),
    click.option(
        "--transport",
        type=click.Choice(["auto", "paramiko", "openssh"]),
        default="auto",
        show_default=True,
        help="How SSH is spoken; auto: by paramiko, and by your own `ssh` for what that cannot do.",
    ),
    click.option(
        "--host-key-checking",
        type=click.Choice(["strict", "accept-new", "off"]),
        default="strict",
        show_default=True,
        help="Host keys that are not on record: refuse, put on record, or take any without looking.",
    ),
    click.option(
        "--allow-legacy-crypto",
        is_flag=True,
        help="Let hosts use broken algorithms (SHA-1, DSA, CBC) that have nothing better. Each is named.",
    ),
    click.option(
        "--known-hosts",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="Trust the host keys in this file only.",
    ),
    click.option(
        "--replay",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="Read recordings instead of asking hosts.",
    ),
)


def asking(command: Command) -> Command:
    """Give a command these options. Those about access come as one argument, `access`."""

    @wraps(command)
    def called(**given: Any) -> Any:
        access = Access(**{field.name: given.pop(field.name) for field in fields(Access)})
        return command(access=access, **given)

    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), called)


@dataclass(frozen=True, slots=True)
class Access:
    """How hosts are reached, by the words of the command line."""

    user: str | None = None
    private_key: str | None = None
    become: bool | None = None
    transport: str = "auto"
    host_key_checking: str = "strict"
    allow_legacy_crypto: bool = False
    known_hosts: Path | None = None


def one_source(ctx: click.Context, sources: tuple[str, ...], replay: Path | None) -> None:
    """Hosts or recordings, and not both; and no word on asking hosts that nobody would heed."""
    if sources and replay:
        raise click.UsageError("hosts (-i/--inventory) or recordings (--replay): not both.")
    if not (sources or replay):
        raise click.UsageError("name hosts with -i/--inventory, or recordings with --replay.")
    idle = [_flag(option) for option in ctx.command.params if option.name in _OF_LIVE_HOSTS and _given(ctx, option)]
    if replay and idle:
        raise click.UsageError(f"{', '.join(idle)}: of use with live hosts only; --replay asks none.")


_OF_LIVE_HOSTS = {field.name for field in fields(Access)} | {"forks", "timeout", "record", "resume", "watch", "every"}


def _given(ctx: click.Context, option: click.Parameter) -> bool:
    return ctx.get_parameter_source(option.name or "") is click.core.ParameterSource.COMMANDLINE


def _flag(option: click.Parameter) -> str:
    return max(option.opts, key=len)
