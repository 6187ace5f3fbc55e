"""A few of many, for a line that people read."""

from collections.abc import Sequence

__all__ = ["few"]


def few(words: Sequence[str], most: int = 5, *, by: str = ", ") -> str:
    """The first of them, and how many more there are."""
    return by.join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")
