"""The seam to Git. `git.GitRepository` is the real one; `migrator.testing.MemoryRepository` behaves the same."""

from collections.abc import Mapping
from typing import Protocol

from migrator.model.changes import ChangeSet, Commit

__all__ = ["Repository"]


class Repository(Protocol):
    """A branch of a Git repository. What is not committed does not exist: `read` sees HEAD, never the work tree."""

    def read(self, path: str, *, at: str | None = None) -> str | None:
        """Text of a file at HEAD, or at the commit with the id `at`; None where it has no such file.

        Raises RepositoryError if it is not text.
        """

    def tree(self, prefix: str = "") -> Mapping[str, str]:
        """Every file at HEAD below `prefix`: path -> text. Files that are not text are left out."""

    def commit(self, changes: ChangeSet) -> str | None:
        """Write one commit on top of HEAD and return its id; None, and no commit, when nothing would change.

        Raises DirtyTree when a path that would change holds uncommitted work. All or nothing.
        """

    def history(self, trailers: Mapping[str, str], *, limit: int = 1000) -> list[Commit]:
        """Commits that carry all these trailers, newest first."""
