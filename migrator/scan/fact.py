"""The seam of questions: one class holds the command that asks and the reading of the answer."""

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

__all__ = ["Fact"]

T = TypeVar("T")


class Fact(ABC, Generic[T]):
    """One question to a host.

    `command` is POSIX sh that reads and prints, and never writes: no files, no network, no waiting. It runs as root or
    as a plain user, under busybox as under GNU, with `LC_ALL=C`. `parse` gets what it printed and never sees the host.
    A new fact is one module in `facts/` and one line in `facts.FACTS`.
    """

    name: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    """Programs without which the answer is `Missing`."""
    command: ClassVar[str]
    deep: ClassVar[bool] = False
    """True for a question that costs the host much; asked only with `--deep`."""

    @abstractmethod
    def parse(self, text: str) -> T:
        """Read the answer. Text that makes no sense is skipped line by line; FactError only if nothing is usable."""
