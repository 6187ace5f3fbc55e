"""Every form of a report by the name that the command line uses."""

from migrator.report.format import Format
from migrator.report.formats import html, mermaid, plain_json

__all__ = ["FORMATS"]

FORMATS: dict[str, Format] = {
    "html": html.FORMAT,
    "mermaid": mermaid.FORMAT,
    "json": plain_json.FORMAT,
}
