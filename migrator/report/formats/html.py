"""The estate as one page for people: a file that needs no network, works from a disk, and shows every field.

Nothing of a host is ever markup or a program: it stands as data in an element that browsers do not run, and the page's
own program only ever sets text. The policy in the page's head forbids every request and every other program.
Source: W3C, "Content Security Policy Level 3"; WHATWG HTML, "Restrictions for contents of script elements".
"""

import base64
import hashlib
import json
from functools import cache
from string import Template

from migrator import shipped
from migrator.report.format import Format
from migrator.report.page import page
from migrator.report.report import Report

__all__ = ["FORMAT"]

_PROGRAM = (
    *("elements", "estate", "filters", "tables", "overview", "layout", "scene", "graph"),
    *("service", "hosts", "lists", "pages"),
)
"""The page's program, in the order in which its parts use each other."""
_MARKUP = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def render(report: Report) -> str:
    """The page with its data in it."""
    frame, style, program = _parts()
    data = json.dumps(page(report), separators=(",", ":")).translate(_MARKUP)
    return Template(frame).substitute(
        style=style, style_hash=_digest(style), program=program, program_hash=_digest(program), data=data
    )


@cache
def _parts() -> tuple[str, str, str]:
    """The frame, the style and the program of the page, as they are shipped."""
    folder = shipped.templates() / "report"
    parts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in _PROGRAM]
    program = "".join(["(() => {\n", '"use strict";\n', *parts, "})();\n"])
    frame, style = ((folder / name).read_text(encoding="utf-8") for name in ("report.html", "report.css"))
    return frame, style, program


def _digest(text: str) -> str:
    """How a policy names a text that is allowed."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


FORMAT = Format("text/html", ".html", "one page for people; open it in a browser, no network needed", render)
