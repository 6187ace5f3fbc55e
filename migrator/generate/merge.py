"""What people changed in generated files survives. Pure: three texts in, one text or the conflict out.

Line by line, like `git merge-file`: where only one side changed lines, its lines are taken; where both changed the same
ones differently, nobody is guessed to be right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

__all__ = ["Conflict", "merged"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides changed the same lines. `line` counts from 1 in the repository's file."""

    line: int


def merged(base: str, theirs: str, ours: str) -> str | Conflict:
    """Join what a person (`theirs`) and the generator (`ours`) made of `base`."""
    if ours in {base, theirs}:
        return theirs
    if theirs == base:
        return ours
    lines = [text.splitlines(keepends=True) for text in (base, theirs, ours)]
    out: list[str] = []
    for chunk in _chunks(*lines):
        if isinstance(chunk, Conflict):
            return chunk
        out += chunk
    return "".join(out)


def _chunks(base: list[str], theirs: list[str], ours: list[str]) -> Iterator[list[str] | Conflict]:
    at = (0, 0, 0)
    for start, mine, other, size in _anchors(base, theirs, ours):
        yield _chosen(base[at[0] : start], theirs[at[1] : mine], ours[at[2] : other], at[1])
        yield base[start : start + size]
        at = (start + size, mine + size, other + size)
    yield _chosen(base[at[0] :], theirs[at[1] :], ours[at[2] :], at[1])


def _chosen(base: list[str], theirs: list[str], ours: list[str], line: int) -> list[str] | Conflict:
    if theirs in (base, ours):
        return ours
    return theirs if ours == base else Conflict(line + 1)


def _anchors(base: Sequence[str], theirs: Sequence[str], ours: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Runs of lines that all three have: (start in base, in theirs, in ours, length)."""
    left = _kept(base, theirs)
    right = _kept(base, ours)
    start = 0
    while start < len(base):
        if start not in left or start not in right:
            start += 1
            continue
        size = 1
        while left.get(start + size) == left[start] + size and right.get(start + size) == right[start] + size:
            size += 1
        yield start, left[start], right[start], size
        start += size


def _kept(base: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Line of the base -> its place in the other text, for all lines that stayed."""
    blocks = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}
