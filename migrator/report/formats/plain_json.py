"""All of it for a program, by a schema of its own: docs/reference/report.schema.json."""

import json

from migrator.records import header, plain
from migrator.report.format import Format
from migrator.report.report import Report

__all__ = ["FORMAT"]


def render(report: Report) -> str:
    """The report as it is. Fields that stand at their default are left out, as in the files that people edit."""
    return json.dumps({**header(Report), **plain(report)}, indent=2) + "\n"


FORMAT = Format("application/json", ".json", "all of it, for a program", render)
