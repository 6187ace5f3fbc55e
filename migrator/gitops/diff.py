"""What a change set would change, as a unified diff. Pure."""

import difflib
from collections.abc import Callable, Iterator

from migrator.model.changes import ChangeSet

__all__ = ["diff_text"]


def diff_text(changes: ChangeSet, read: Callable[[str], str | None]) -> str:
    """The diff against what `read` finds, files in order of their paths; empty when nothing would change."""
    return "".join(_parts(changes, read))


def _parts(changes: ChangeSet, read: Callable[[str], str | None]) -> Iterator[str]:
    for path in sorted({*changes.files, *changes.deletions}):
        before, after = read(path), changes.files.get(path)
        if before != after:
            yield f"--- a/{path}\n" if before is not None else "--- /dev/null\n"
            yield f"+++ b/{path}\n" if after is not None else "+++ /dev/null\n"
            yield from _hunks(_lines(before or ""), _lines(after or ""))


def _hunks(before: list[str], after: list[str]) -> Iterator[str]:
    for line in list(difflib.unified_diff(before, after))[2:]:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    # Only a line feed ends a line of a patch; `splitlines` knows more ends.
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [line for line in text.split("\n")[-1:] if line]
