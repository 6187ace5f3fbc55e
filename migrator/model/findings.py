"""What a person should know or decide before a service moves."""

from dataclasses import dataclass
from enum import StrEnum

from migrator.model.record import Record

__all__ = ["Finding", "Severity"]


class Severity(StrEnum):
    """How much a finding is in the way."""

    BLOCKER = "blocker"
    """The service cannot move until a person has decided."""
    WARNING = "warning"
    """It can move, but something will behave differently."""
    UNKNOWN = "unknown"
    """Something was not observed; absence of evidence only."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding(Record):
    """One blocker, risk or unknown, with what to do about it.

    `code` is stable (`MIG001`); `subject` is `host`, `service` or `host/service`.
    """

    code: str
    severity: Severity
    subject: str
    message: str
    remediation: str
