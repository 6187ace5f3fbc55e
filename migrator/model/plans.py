"""The plan of a cutover: waves of services, phases of each, and the gates between them."""

from dataclasses import dataclass, field
from enum import StrEnum

from migrator.model.record import Record

__all__ = ["GateSpec", "PhaseSpec", "Plan", "PlannedService", "Strategy", "Verdict", "VerdictKind", "Wave"]


class Strategy(StrEnum):
    """How traffic or work leaves the host."""

    WEIGHTED = "weighted"
    """HTTP: request by request, in rising shares."""
    SWITCH = "switch"
    """All at once: TCP services (a weight there counts connections), jobs and workers."""
    LATER = "later"
    """In no wave yet: its state or a Unix socket binds it to its host. `why` says what has to be decided first."""


@dataclass(frozen=True, slots=True)
class GateSpec(Record):
    """One condition for leaving a phase. `gate` names an entry of the gate table; the rest is its parameters."""

    gate: str
    threshold: float | None = None
    window: str = ""
    """A duration, `30s`, `5m`, `1h`."""


@dataclass(frozen=True, slots=True)
class PhaseSpec(Record):
    """One state of a service's cutover. `weight` is the share of traffic that the cluster gets, 0 to 100."""

    name: str
    weight: int
    gates: tuple[GateSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedService(Record):
    """One service in the plan. `why` explains the strategy and every planning rule that had to be broken."""

    name: str
    strategy: Strategy
    phases: tuple[PhaseSpec, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wave(Record):
    """Services that move together, after all services of the waves before."""

    name: str
    services: tuple[PlannedService, ...]
    rings: tuple[tuple[str, ...], ...] = ()
    """Services that call each other in a circle and so cannot be ordered."""


@dataclass(frozen=True, slots=True)
class Plan(Record):
    """Waves in order. `digests` maps each input file to its SHA-256, so that a plan over changed input says so."""

    waves: tuple[Wave, ...] = ()
    digests: dict[str, str] = field(default_factory=dict)


class VerdictKind(StrEnum):
    """What a gate says. No data is `wait`, never `pass`."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    WAIT = "wait"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Verdict(Record):
    """One gate's answer, with the numbers it rests on, in words."""

    gate: str
    kind: VerdictKind
    reason: str
