"""`migrate assess`: read what a scan wrote and what the rules say, print the judgement."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from migrator.cli.judging import judging, read_and_judge
from migrator.model.assessment import Assessment, Because

__all__ = ["assess"]


@click.command()
@judging
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
    """Judge how well each service fits the cluster and how much work its move is, by rules that you can edit.

    The least work comes first. A `+` behind the points says that something was not observed: there may be more.

    \b
    migrate assess --from estate
    migrate assess --from estate --on 2027-03-01 -o wide
    migrate assess --show-rules > estate/assessment.yaml
    """
    from migrator.assess.rules import default_text
    from migrator.cli.output import emit, say

    if show_rules:
        click.echo(default_text(), nl=False)
        return
    judged = read_and_judge(source, rules_file, (day or datetime.now(UTC)).date()).assessments
    emit([_row(one) for one in judged], ["service", "fit", "effort", "points", "because"], output)
    blind = sum(1 for one in judged if one.unknown)
    if blind:
        say(f"{blind} of {len(judged)} services have something that was not observed: their points are the least.")


def _row(one: Assessment) -> dict[str, object]:
    """The heaviest reason for a table; all of them for a program."""
    weighing = [reason for reason in one.because if reason.points]
    others = len(weighing) - 1
    more = f" (and {others} more reason{'s' if others > 1 else ''})" if others > 0 else ""
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
