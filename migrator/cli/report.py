"""`migrate report`: read what a scan wrote and what is planned, write one document."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from migrator.cli.judging import judging, read_and_judge, text_of

if TYPE_CHECKING:
    from migrator.model.plans import Wave
    from migrator.report.report import Report

__all__ = ["report"]

FORMATS = ("html", "mermaid", "json", "cyclonedx", "sarif", "backstage")
"""The names in `migrator.report.formats`, which is imported when the command runs."""


@click.command()
@judging
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Judge as of this day, as that of the cutover; as of the day of the scan without it.",
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Plan to take the waves from; without it cutover/plan.yaml in the folder, where there is one.",
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="html", show_default=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="File to write, `-` for standard output; `report` with the ending of the format without it.",
)
def report(
    source: Path, rules_file: Path | None, day: datetime | None, plan_file: Path | None, form: str, output: Path | None
) -> None:
    """Write one document about the estate: who calls whom, how well each service fits, and what is in the way.

    The same scan gives the same bytes, on any day.

    \b
    migrate report --from estate
    migrate report --from fleet --format mermaid -o -
    migrate report --from fleet --format sarif --on 2027-03-01 -o findings.sarif
    """
    from migrator.cli.output import say
    from migrator.files import write_text
    from migrator.report.formats import FORMATS as FORMS

    chosen = FORMS[form]
    text = chosen.render(_read(source, rules_file, day, plan_file))
    if output == Path("-"):
        click.echo(text, nl=False)
        return
    target = output or Path(f"report{chosen.suffix}")
    write_text(target, text)
    say(f"{target}: {chosen.doc}")


def _read(source: Path, rules_file: Path | None, day: datetime | None, plan_file: Path | None) -> "Report":
    from migrator import __version__
    from migrator.gitops import layout
    from migrator.report.report import Report

    judged = read_and_judge(source, rules_file, day.date() if day else None)
    standing = source / layout.PLAN
    plan = plan_file or (standing if standing.is_file() else None)
    return Report(
        __version__,
        judged.inputs.estate,
        judged.inputs.by_path,
        judged.assessments,
        _waves(plan) if plan else (),
    )


def _waves(plan: Path) -> "tuple[Wave, ...]":
    from migrator.errors import PlanError
    from migrator.model.plans import Plan
    from migrator.records import load_record

    return load_record(Plan, text_of(plan), file=str(plan), error=PlanError).waves
