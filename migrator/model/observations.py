"""The three outcomes of asking a host something."""

from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Missing", "Observation", "Observed", "Refused"]

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Observed(Generic[T_co]):
    """The host answered. `gaps` says in words what the answer does not cover ("cut at 256 KiB", "17 files denied")."""

    value: T_co
    gaps: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    """Files and folders that this user may not read, where the host named them."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The host has no such thing, or the question never reached it. `reason` says which."""

    reason: str
    is_absent: bool = False
    """Whether it was looked for and is not there: that is an answer in full."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The host has it and did not let this user see it."""

    reason: str


Observation = Observed[T_co] | Missing | Refused
