"""`migrate explain`: read what a scan wrote, print why it says so."""

from pathlib import Path

import click

__all__ = ["explain"]


@click.command()
@click.argument("service", metavar="SERVICE[.FIELD]")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    show_default=True,
    help="Folder with profiles/ and estate.yaml.",
)
@click.option(
    "-o", "--output", type=click.Choice(["table", "wide", "json", "yaml"]), default="table", show_default=True
)
def explain(service: str, source: Path, output: str) -> None:
    """Show why a profile says what it says: every field with its evidence, and what could not be seen.

    FIELD is one of runtime, account, listens, calls, callers, state, health, affinity, variables, secrets,
    certificates, licences, kernel, artifacts, changed, usage, unseen.

    \b
    migrate explain orders --from estate
    migrate explain orders.calls --from estate -o wide
    """
    from dataclasses import asdict

    from migrator.cli.output import emit, say
    from migrator.errors import ProfileError
    from migrator.generate.inputs import read_inputs
    from migrator.generate.run import read_folder
    from migrator.scan.reasons import FIELDS, reasons

    name, _, field = service.partition(".")
    if field and field not in FIELDS:
        raise click.BadParameter(f"no field {field!r}; there are {', '.join(FIELDS)}", param_hint="SERVICE[.FIELD]")
    inputs = read_inputs(read_folder(source))
    if name not in inputs.services:
        now = inputs.names.named(name)
        renamed = f"service `{name}` is called {', '.join(now)} now"
        unknown = f"there is no service `{name}`; there are {', '.join(sorted(inputs.services))}"
        raise ProfileError(renamed if now else unknown, file="profiles/")
    found = reasons(inputs.services[name], inputs.estate, field)
    emit([asdict(one) for one in found], ["field", "host", "value", "confidence", "because"], output)
    if not found:
        say(f"nothing is known about `{field}` of {name}; what its hosts did not show: migrate explain {name}.unseen")
