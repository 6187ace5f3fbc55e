"""`migrate scan`: read options, call the scan, print what it found."""

from datetime import timedelta
from pathlib import Path

import click

from migrator.cli.asking import Access, asking, one_source
from migrator.model.duration import duration

__all__ = ["scan"]

_EVERY = timedelta(seconds=30)
_NOT_KEPT = "no answer was kept; with --record DIR from the first run on, --resume goes on where a run was stopped"
_WHAT = """\
# What `migrate scan` runs on a host, as it is sent to /bin/sh there: it reads, and writes nothing. What each question
# is for: docs/reference/questions.md. N is a new random number for every host; here it is noughts.
"""


def _duration(_ctx: click.Context, parameter: click.Parameter, value: str | None) -> timedelta | None:
    if value is None:
        return None
    found = duration(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no duration such as 30s, 5m or 1h", param=parameter)
    return found


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
    "--forget",
    "forgotten",
    multiple=True,
    metavar="HOST",
    help="Take a host that is no more out of the estate, with its profiles. Repeatable; needs no inventory.",
)
@click.option(
    "--record",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also keep the hosts' raw answers, redacted, in this folder.",
)
@click.option(
    "--resume", is_flag=True, help="Ask only hosts whose whole answers are not yet in the folder that --record names."
)
@click.option(
    "--watch",
    metavar="DURATION",
    callback=_duration,
    help="Go on looking at connections for so long: `1h`. Ctrl-C ends it early; what was seen counts.",
)
@click.option("--every", metavar="DURATION", callback=_duration, help="With --watch: how often.  [default: 30s]")
@click.option(
    "--show-sudoers", metavar="ACCOUNT", help="Print the sudo rule that lets ACCOUNT see everything, and end."
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
    forgotten: tuple[str, ...],
    access: Access,
    record: Path | None,
    replay: Path | None,
    resume: bool,
    watch: timedelta | None,
    every: timedelta | None,
    show_sudoers: str | None,
    show_commands: bool,
    output: str,
) -> None:
    """Ask hosts what runs on them and write it down for review. Changes nothing on any host.

    Every service becomes profiles/HOST/SERVICE.yaml with the evidence for each fact; estate.yaml holds who calls whom
    and what is not known. A host that is not asked, or does not answer, stays as it was last seen, and that is said.
    Ends with 3 when some hosts could not be read.

    \b
    migrate scan -i inventories/prod.yml
    migrate scan -i web01,web02,
    migrate scan -i localhost --out here
    migrate scan -i inventories/prod.yml --watch 1h --every 30s
    migrate scan -i inventories/prod.yml --record answers --resume
    migrate scan -i inventories/prod.yml --out estate --limit @estate/scan.retry
    migrate scan --out estate --forget old07
    """
    from migrator.cli import scanning
    from migrator.cli.output import say
    from migrator.scan.reading import looks
    from migrator.scan.sudoers import sudo_rule

    if show_commands:
        click.echo(_WHAT + scanning.commands(deep=deep))
        return
    if show_sudoers:
        click.echo(sudo_rule(show_sudoers), nl=False)
        return
    if not forgotten or sources or replay:
        one_source(ctx, sources, replay)
    if resume and not record:
        raise click.UsageError("--resume needs --record, the folder where answers are kept.")
    if every and not watch:
        raise click.UsageError("--every needs --watch, for how long to look.")
    options = scanning.Options(limit, forks, timeout, deep, access, record, resume)
    target = scanning.Target(folder, overwrite, output, forgotten)
    answers = scanning.replayed(replay, limit) if replay else scanning.asked(sources, options) if sources else ()
    found = (
        scanning.watched(sources, options, answers, scanning.Watch(watch, every or _EVERY))
        if watch
        else looks(answers, deep=deep or bool(replay))
    )
    try:
        code = scanning.finish(found, target)
    except KeyboardInterrupt:
        say(f"answers until now are in {record}: the same command goes on with --resume" if record else _NOT_KEPT)
        raise
    ctx.exit(code)
