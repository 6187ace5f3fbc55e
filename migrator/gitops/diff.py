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
        old, new = (before or "").splitlines(keepends=True), (after or "").splitlines(keepends=True)
        names = (f"a/{path}" if before is not None else "/dev/null", f"b/{path}" if after is not None else "/dev/null")
        for line in difflib.unified_diff(old, new, *names):
            yield line if line.endswith("\n") else f"{line}\n"
