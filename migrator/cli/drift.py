"""`migrate drift`: ask the hosts again, and print what is not as it was."""

from pathlib import Path

import click

from migrator.cli.asking import Access, asking, one_source
from migrator.errors import ExitCode

__all__ = ["drift"]


@click.command()
@asking
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    show_default=True,
    help="Folder or repository with profiles/ and estate.yaml, as the manifests were made from.",
)
@click.option(
    "-o", "--output", type=click.Choice(["table", "wide", "json", "yaml", "name"]), default="table", show_default=True
)
@click.pass_context
def drift(
    ctx: click.Context,
    sources: tuple[str, ...],
    limit: str | None,
    forks: int,
    timeout: float,
    access: Access,
    replay: Path | None,
    source: Path,
    output: str,
) -> None:
    """Scan the hosts again and name what changed since the scan that the manifests were made from.

    Writes nothing. What people edited in profiles is no drift. Ends with 6 when a service is not as it was, with 3 when
    hosts could not be read or compared, and with 0 when everything was seen and nothing changed.

    \b
    migrate drift -i inventories/prod.yml --from fleet
    migrate drift -i inventories/prod.yml --from fleet --limit web01 -o json
    """
    from dataclasses import asdict

    from migrator.cli import drifting, scanning
    from migrator.cli.output import emit, say
    from migrator.scan.reading import looks

    one_source(ctx, sources, replay)
    options = scanning.Options(limit, forks, timeout, deep=False, access=access, record=None)
    base = drifting.read_base(source)
    answers = scanning.replayed(replay, limit) if replay else scanning.asked(sources, options)
    hosts, found = drifting.found(base, looks(answers, deep=False), everything=limit is None)
    emit(
        [{**asdict(change), "change": drifting.told(change)} for change in found],
        ["weight", "service", "host", "field", "change"],
        output,
    )
    say(drifting.summary(found, hosts))
    ctx.exit(drifting.exit_code(found) if found else ExitCode.OK)
