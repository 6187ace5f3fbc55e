"""What one document is made from: a scan, its judgement and, where there is one, the plan."""

from collections.abc import Mapping
from dataclasses import dataclass

from migrator.model.assessment import Assessment
from migrator.model.estate import Estate
from migrator.model.plans import Wave
from migrator.model.record import Record
from migrator.model.services import ServiceProfile

__all__ = ["Report"]


@dataclass(frozen=True, slots=True)
class Report(Record):
    """Everything that a report tells. Its time is that of the scan, so the same input gives the same bytes."""

    migrate: str
    """The version of `migrate` that wrote it."""
    estate: Estate
    profiles: Mapping[str, ServiceProfile]
    """Every profile by the path of its file."""
    assessments: tuple[Assessment, ...] = ()
    waves: tuple[Wave, ...] = ()
    """Of the plan, in order; empty where there is none."""
