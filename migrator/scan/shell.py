"""Pieces of POSIX sh that several facts share, and what their output looks like."""

import re
from collections.abc import Iterator

__all__ = ["FIELD", "SCAN_MARK", "blocks", "sections"]

FIELD = "\x1f"
"""ASCII unit separator: between fields, because names of processes and files may hold anything printable."""

SCAN_MARK = "migrate-scan"
"""Last argument of every shell that the scan starts, so that it is not taken for a service.

busybox's `timeout` leaves a watcher behind that no longer descends from our shell.
"""


def sections(text: str) -> dict[str, list[str]]:
    """Split an answer into the parts that its command announced with lines `#name`; lines before the first are dropped.

    Commands print a prefix before every line that comes from the host, so that none of them can begin with `#`.
    """
    parts: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in text.split("\n"):
        if line.startswith("#"):
            current = parts.setdefault(line[1:].strip(), [])
        elif current is not None and line:
            current.append(line)
    return parts


def blocks(text: str) -> Iterator[dict[str, str]]:
    """Split the output of `systemctl show` into units; a key that stands several times keeps all values, by lines."""
    for part in re.split(r"\n{2,}", text.strip("\n")):
        block: dict[str, str] = {}
        for line in part.split("\n"):
            key, equals, value = line.partition("=")
            if equals:
                block[key] = f"{block[key]}\n{value}" if block.get(key) else value
        if block.get("Id"):
            yield block
