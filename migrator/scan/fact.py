"""The seam of questions: one class holds the command that asks and the reading of the answer."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

__all__ = ["Fact", "Shell"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell on the host that answers several questions, one after the other.

    Starting one costs the host as much as a small answer, and some questions look at the same things. The answers stay
    apart. If one uses up the time of all, or more than the bytes of all, those after it are not reached.
    """

    prepare: str = ":"
    """POSIX sh that runs once, before the first question; all of them see its variables. It must not exit. What it
    prints is dropped, and what it complains of belongs to the first."""
    seconds: int = 20
    """For all of them together."""


class Fact(ABC, Generic[T]):
    """One question to a host.

    `command` is POSIX sh that reads and prints, and never writes: no files, no network, no waiting. It runs as root or
    as a plain user, under busybox as under GNU, with `LC_ALL=C`. `parse` gets what it printed and never sees the host.
    A new fact is one module in `facts/` and one line in `facts.FACTS`.
    """

    name: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    """Programs without which the answer is `Missing`."""
    is_of: ClassVar[tuple[str, ...]] = ()
    """Those of `needs` without which there is nothing to ask for: no units where there is no systemd."""
    command: ClassVar[str]
    shell: ClassVar[Shell | None] = None
    """Facts of one shell that stand in a row are asked in it, each in a subshell; None: in a shell of its own."""
    deep: ClassVar[bool] = False
    """True for a question that costs the host much; asked only with `--deep`."""

    @abstractmethod
    def parse(self, text: str) -> T:
        """Read the answer. Text that makes no sense is skipped line by line; FactError only if nothing is usable."""
