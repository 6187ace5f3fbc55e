"""The options of every command that judges what a scan wrote, and the reading of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrator.errors import InputError, ProfileError
from migrator.gitops import layout

if TYPE_CHECKING:
    from migrator.generate.inputs import Inputs
    from migrator.model.assessment import Assessment

__all__ = ["Judged", "judging", "read_and_judge", "text_of"]

Command = Callable[..., Any]

_OPTIONS = (
    click.option(
        "--from",
        "source",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        default=Path(),
        show_default=True,
        help="Folder with profiles/ and estate.yaml.",
    ),
    click.option(
        "--rules",
        "rules_file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="Rules of your own; without it assessment.yaml in the folder, or the built-in ones.",
    ),
)


def judging(command: Command) -> Command:
    """Give a command these options."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a scan wrote, and what the rules say of it."""

    inputs: "Inputs"
    assessments: "tuple[Assessment, ...]"


def read_and_judge(source: Path, rules_file: Path | None, day: date | None) -> Judged:
    """Read a folder and judge every service as of `day`, or of the day of the scan. InputError with file:line."""
    from migrator.assess.judge import assess
    from migrator.assess.rules import default_text, read_rules
    from migrator.generate.inputs import read_inputs
    from migrator.generate.run import read_folder

    own = rules_file or (source / "assessment.yaml" if (source / "assessment.yaml").is_file() else None)
    rules = read_rules(text_of(own) if own else default_text(), file=str(own or "built-in rules"))
    inputs = read_inputs(read_folder(source))
    as_of = day or _day_of(inputs)
    return Judged(inputs, assess(inputs.services, inputs.estate, rules, as_of))


def text_of(file: Path) -> str:
    """The text of a file that people edit. Raises InputError where it is none."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise InputError("is not UTF-8 text", file=str(file)) from problem


def _day_of(inputs: "Inputs") -> date:
    from migrator import yamlio

    scanned_at = inputs.estate.scanned_at
    try:
        return datetime.fromisoformat(scanned_at).date()
    except ValueError as problem:
        message = f"`scannedAt` is {scanned_at!a}, which is no time in ISO 8601"
        line = yamlio.load(inputs.files[layout.ESTATE], file=layout.ESTATE).line(("scannedAt",))
        raise ProfileError(message, file=layout.ESTATE, line=line) from problem
