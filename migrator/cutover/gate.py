"""The seam of gates: what has to hold before a phase ends.

A gate asks for numbers and judges them; it never fetches any. A new gate is one module in `gates/` with a `GATE`, and
one line in `gates.GATES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from migrator.mesh import Sides
from migrator.model.plans import GateSpec, Verdict, VerdictKind

__all__ = ["Answers", "Gate", "Situation", "failed", "passed", "waiting"]

Answers = Mapping[str, tuple[float, ...] | str]
"""For each query the samples, oldest first; empty for no data; a text says why there was no answer at all."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a service stands when a gate is asked. Times have a time zone."""

    service: str
    sides: Sides
    weight: int
    """Share of the cluster now, percent."""
    entered_at: datetime
    now: datetime
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate: the queries that it needs, by name, and its judgement of the answers. Both are pure."""

    queries: Callable[[GateSpec, Situation], Mapping[str, str]]
    judge: Callable[[GateSpec, Situation, Answers], Verdict]
    needs_threshold: bool = False
    needs_window: bool = False


def passed(spec: GateSpec, reason: str) -> Verdict:
    """The gate is open."""
    return Verdict(spec.gate, VerdictKind.PASS, reason)


def waiting(spec: GateSpec, reason: str) -> Verdict:
    """Not yet, or not known."""
    return Verdict(spec.gate, VerdictKind.WAIT, reason)


def failed(spec: GateSpec, reason: str) -> Verdict:
    """Known to be bad."""
    return Verdict(spec.gate, VerdictKind.FAIL, reason)
