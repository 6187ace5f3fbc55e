"""Programs of awk that look at a host's files, on the host: the text of each stands in a file of its own here, by form.

No value leaves the host that is not on the allow-list of the question that asks, so the looking is done there, by what
every host has: mawk, gawk, busybox, and the awk of old releases. No bounded repetition (`{2,5}`), which mawk before
1.3.4-20200717 lacks; no function of one of them alone.
"""

from pathlib import Path

__all__ = ["ENDPOINTS", "program"]

ENDPOINTS = ("text", "say", "names", "urls", "settings", "addresses", "clients", "endpoints")
"""What looks for connections in a line of text, whatever that is of: `endpoints` calls the others."""
_HERE = Path(__file__).resolve().parent


def program(*names: str) -> str:
    """The files with these names, as one program; comments and white space at the begin of lines stay here.

    What stands between functions runs in this order, so a pattern is set before it is part of another.
    """
    return "\n".join(line for name in names for line in _lines((_HERE / f"{name}.awk").read_text(encoding="utf-8")))


def _lines(text: str) -> list[str]:
    return [line for line in map(str.strip, text.split("\n")) if line and not line.startswith("#")]
