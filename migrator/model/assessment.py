"""How well a service fits a cluster and how much work its move is: what an assessment says."""

from dataclasses import dataclass
from enum import StrEnum

from migrator.model.findings import Finding
from migrator.model.record import Record

__all__ = ["Assessment", "Because", "Effort", "Fit"]


class Fit(StrEnum):
    """How a service can move, from best to worst."""

    READY = "ready"
    """As it is."""
    ADAPT = "adapt"
    """After changes to its configuration or its surroundings."""
    REWORK = "rework"
    """After a decision about its design: its state, its identity, its network."""
    STAY = "stay"
    """It is better left where it is, for now."""


class Effort(StrEnum):
    """A class of work, by points. No promise of days: points only order services among themselves."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    VERY_LARGE = "very large"


@dataclass(frozen=True, slots=True)
class Because(Record):
    """One finding and what its rule makes of it."""

    finding: Finding
    fit: Fit
    points: int


@dataclass(frozen=True, slots=True)
class Assessment(Record):
    """The judgement about one service. The fit is the worst that any rule gives; the points are their sum."""

    service: str
    fit: Fit
    effort: Effort
    points: int
    unknown: int = 0
    """How many findings say that something was not observed: with any, fit and effort are the least that is to come."""
    because: tuple[Because, ...] = ()
