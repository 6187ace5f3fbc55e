"""Fakes that behave like the real parts: public, for our tests and for those who extend `migrate`.

Each one passes the same contract suite as the real part (`tests/contract/`).
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from migrator.errors import DeadlineError, FloodError
from migrator.gitops.message import carries, message_of
from migrator.gitops.paths import checked, one_line, refuse_overlap, written_as
from migrator.model.changes import ChangeSet, Commit
from migrator.scan.transport import Budget, Reply

__all__ = ["FakeCluster", "FakeHost", "FixedMetrics", "MemoryRepository"]


class FakeHost:
    """A transport that answers from a function of the script. It takes no time, but can be said to need `seconds`."""

    def __init__(self, answer: Callable[[str], Reply], *, name: str = "fake", seconds: float = 0.0) -> None:
        self._answer, self._name, self._seconds = answer, name, seconds

    def run(self, script: str, budget: Budget) -> Reply:
        """See `Transport.run`. A flood is cut where the budget ends, as standard output first."""
        reply = self._answer(script)
        if len(reply.stdout) + len(reply.stderr) > budget.bytes:
            out = reply.stdout[: budget.bytes]
            err = reply.stderr[: budget.bytes - len(out)]
            return Reply(out, err, FloodError(self._name, f"sent more than {budget.bytes} bytes"))
        if self._seconds > budget.seconds:
            late = DeadlineError(self._name, f"did not finish within {budget.seconds:g} s")
            return Reply(reply.stdout, reply.stderr, late)
        return reply


class MemoryRepository:
    """A repository without Git: the same rules, nothing on disk."""

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._files: dict[str, str] = {}
        self._commits: list[Commit] = []
        self._at: dict[str, dict[str, str]] = {}

    def read(self, path: str, *, at: str | None = None) -> str | None:
        """See `Repository.read`."""
        return (self._files if at is None else self._at.get(at, {})).get(checked(path))

    def tree(self, prefix: str = "") -> Mapping[str, str]:
        """See `Repository.tree`."""
        folder = checked(prefix.rstrip("/")) if prefix else ""
        inside = (path for path in sorted(self._files) if not folder or path == folder or path.startswith(f"{folder}/"))
        return {path: self._files[path] for path in inside}

    def commit(self, changes: ChangeSet) -> str | None:
        """See `Repository.commit`."""
        message = message_of(changes)
        written = {checked(path): written_as(path, text).decode() for path, text in changes.files.items()}
        gone = {checked(path) for path in changes.deletions}
        after = {path: text for path, text in self._files.items() if path not in gone} | written
        if after == self._files:
            return None
        refuse_overlap(after)
        number = hashlib.sha256(f"{len(self._commits)}{message}{after}".encode()).hexdigest()[:40]
        trailers = {key: one_line(value) for key, value in changes.trailers.items()}
        self._commits.insert(0, Commit(number, self._now(), "memory", one_line(changes.subject), trailers))
        self._files = self._at[number] = after
        return number

    def history(self, trailers: Mapping[str, str], *, limit: int = 1000) -> list[Commit]:
        """See `Repository.history`."""
        return [commit for commit in self._commits if carries(commit.trailers, trailers)][:limit]


class FixedMetrics:
    """A metric source that answers by what a query contains: the first key that is in it wins; nothing is no data."""

    name = "fixed (a fake)"

    def __init__(self, answers: Mapping[str, tuple[float, ...]]) -> None:
        self._answers = answers

    def query(self, expression: str) -> tuple[float, ...]:
        """See `MetricSource.query`."""
        return next((samples for word, samples in self._answers.items() if word in expression), ())


class FakeCluster:
    """A cluster that holds the objects it was given, by API path."""

    def __init__(self, objects: Mapping[str, Mapping[str, Any]]) -> None:
        self._objects = objects

    def get(self, path: str) -> Mapping[str, Any] | None:
        """See `ClusterReader.get`."""
        return self._objects.get(path)
