"""The seam of documents: one module in `formats/` for each form that a report can take, and one line in `FORMATS`."""

from collections.abc import Callable
from dataclasses import dataclass

from migrator.report.report import Report

__all__ = ["Format"]


@dataclass(frozen=True, slots=True)
class Format:
    """One form of a report. `render` is pure: the same report gives the same text."""

    media_type: str
    suffix: str
    """How the name of its file ends, with the dot."""
    doc: str
    """What it is good for, in one line."""
    render: Callable[[Report], str]
