"""`migrate assess`: read what a scan wrote and what the rules say, print the judgement."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from migrator.model.assessment import Assessment, Because

__all__ = ["assess"]


@click.command()
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    show_default=True,
    help="Folder with profiles/ and estate.yaml.",
)
@click.option(
    "--rules",
    "rules_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Rules of your own; without it assessment.yaml in the folder, or the built-in ones.",
)
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Judge as of this day, as that of the cutover; today without it.",
)
@click.option("--show-rules", is_flag=True, help="Print the built-in rules, to make your own of, and end.")
@click.option(
    "-o", "--output", type=click.Choice(["table", "wide", "json", "yaml", "name"]), default="table", show_default=True
)
def assess(source: Path, rules_file: Path | None, day: datetime | None, show_rules: bool, output: str) -> None:
    r"""Judge how well each service fits the cluster and how much work its move is, by rules that you can edit.

    The least work comes first. A `+` behind the points says that something was not observed: there may be more.

    \b
    migrate assess --from estate
    migrate assess --from estate --on 2027-03-01 -o wide
    migrate assess --show-rules > estate/assessment.yaml
    """
    from migrator.assess.judge import assess as judge
    from migrator.assess.rules import default_text, read_rules
    from migrator.cli.output import emit, say
    from migrator.generate.inputs import read_inputs
    from migrator.generate.run import read_folder

    if show_rules:
        click.echo(default_text(), nl=False)
        return
    own = rules_file or (source / "assessment.yaml" if (source / "assessment.yaml").is_file() else None)
    text = own.read_text(encoding="utf-8") if own else default_text()
    rules = read_rules(text, file=str(own or "built-in rules"))
    inputs = read_inputs(read_folder(source))
    judged = judge(inputs.services, inputs.estate, rules, (day or datetime.now(UTC)).date())
    emit([_row(one) for one in judged], ["service", "fit", "effort", "points", "because"], output)
    blind = sum(1 for one in judged if one.unknown)
    if blind:
        say(f"{blind} of {len(judged)} services have something that was not observed: their points are the least.")


def _row(one: Assessment) -> dict[str, object]:
    """The heaviest reason for a table; all of them for a program."""
    weighing = [reason for reason in one.because if reason.points]
    more = f" and {len(weighing) - 1} more" if len(weighing) > 1 else ""
    return {
        "name": one.service,
        "service": one.service,
        "fit": str(one.fit),
        "effort": str(one.effort),
        "points": f"{one.points}{'+' if one.unknown else ''}",
        "because": f"{weighing[0].finding.code}: {weighing[0].finding.message}{more}" if weighing else "",
        "unknown": one.unknown,
        "reasons": [_reason(reason) for reason in one.because],
    }


def _reason(reason: Because) -> dict[str, object]:
    return {**asdict(reason.finding), "fit": str(reason.fit), "points": reason.points}
