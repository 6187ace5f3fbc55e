"""Every form of a report by the name that the command line uses."""

from migrator.report.format import Format
from migrator.report.formats import backstage, cyclonedx, html, mermaid, plain_json, sarif

__all__ = ["FORMATS"]

FORMATS: dict[str, Format] = {
    "html": html.FORMAT,
    "mermaid": mermaid.FORMAT,
    "json": plain_json.FORMAT,
    "cyclonedx": cyclonedx.FORMAT,
    "sarif": sarif.FORMAT,
    "backstage": backstage.FORMAT,
}
