"""`migrate scan`: read options, call the scan, print what it found."""

from pathlib import Path

import click

from migrator.errors import ExitCode

__all__ = ["scan"]


@click.command()
@click.option(
    "-i",
    "--inventory",
    "sources",
    multiple=True,
    metavar="SOURCE",
    help="Inventory file or folder (own YAML or Ansible's), `host1,host2,`, or `localhost`. Repeatable.",
)
@click.option("--limit", metavar="PATTERN", help="Only these hosts: names, groups, `web:&prod:!db`, `@file`.")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    show_default=True,
    help="Folder for profiles/ and estate.yaml.",
)
@click.option("-f", "--forks", type=click.IntRange(1, 500), default=50, show_default=True, help="Hosts at a time.")
@click.option(
    "--timeout",
    type=click.FloatRange(1, 3600),
    default=60,
    show_default=True,
    help="Seconds that one host may take in all.",
)
@click.option("--deep", is_flag=True, help="Also ask what costs the hosts much: sizes of data folders.")
@click.option("--overwrite", is_flag=True, help="Replace profiles that a person has edited.")
@click.option(
    "--known-hosts", type=click.Path(path_type=Path, dir_okay=False), help="Trust the host keys in this file only."
)
@click.option(
    "--record",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also keep the hosts' raw answers, redacted, in this folder.",
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Read recordings instead of asking hosts.",
)
@click.option("--show-commands", is_flag=True, help="Print the script that a host would run, and end.")
@click.option(
    "-o", "--output", type=click.Choice(["table", "wide", "json", "yaml", "name"]), default="table", show_default=True
)
@click.pass_context
def scan(
    ctx: click.Context,
    sources: tuple[str, ...],
    limit: str | None,
    folder: Path,
    forks: int,
    timeout: float,
    deep: bool,
    overwrite: bool,
    known_hosts: Path | None,
    record: Path | None,
    replay: Path | None,
    show_commands: bool,
    output: str,
) -> None:
    r"""Ask hosts what runs on them and write it down for review. Changes nothing on any host.

    Every service becomes profiles/HOST/SERVICE.yaml with the evidence for each fact; estate.yaml holds who calls whom
    and what is not known. Ends with 3 when some hosts could not be read.

    \b
    migrate scan -i inventories/prod.yml
    migrate scan -i web01,web02,
    migrate scan -i localhost --out here
    """
    from migrator.cli import scanning

    if show_commands:
        click.echo(scanning.commands(deep=deep))
        return
    if bool(sources) == bool(replay):
        raise click.UsageError("name hosts with -i/--inventory, or recordings with --replay.")
    options = scanning.Options(limit, forks, timeout, deep, known_hosts, record)
    answers = scanning.replayed(replay) if replay else scanning.asked(sources, options)
    failed = scanning.finish(answers, folder, deep=deep or bool(replay), overwrite=overwrite, output=output)
    if failed:
        ctx.exit(ExitCode.PARTIAL if failed < len(answers) else ExitCode.FAILED)
