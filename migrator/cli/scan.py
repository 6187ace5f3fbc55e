"""`migrate scan`: read options, call the scan, print what it found."""

from pathlib import Path

import click

from migrator.cli.asking import asking, one_source
from migrator.errors import ExitCode

__all__ = ["scan"]


@click.command()
@asking
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    show_default=True,
    help="Folder for profiles/ and estate.yaml.",
)
@click.option("--deep", is_flag=True, help="Also ask what costs the hosts much: sizes of data folders.")
@click.option("--overwrite", is_flag=True, help="Replace profiles that a person has edited.")
@click.option(
    "--record",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also keep the hosts' raw answers, redacted, in this folder.",
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
    one_source(sources, replay)
    options = scanning.Options(limit, forks, timeout, deep, known_hosts, record)
    answers = scanning.replayed(replay) if replay else scanning.asked(sources, options)
    failed = scanning.finish(answers, folder, deep=deep or bool(replay), overwrite=overwrite, output=output)
    if failed:
        ctx.exit(ExitCode.PARTIAL if failed < len(answers) else ExitCode.FAILED)
