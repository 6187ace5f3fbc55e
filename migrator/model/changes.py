"""The only thing that a repository accepts, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["ChangeSet", "Commit"]


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Files to write and to remove in one commit. Paths are relative to the repository, with forward slashes."""

    subject: str
    """Imperative, one line."""
    body: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    deletions: frozenset[str] = frozenset()
    trailers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as history tells it."""

    id: str
    when: datetime
    """Committer time, with time zone."""
    author: str
    subject: str
    trailers: Mapping[str, str]
