"""The rules of an assessment, as people edit them: weights of findings, thresholds, lifetimes of software."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from migrator import yamlio
from migrator.errors import SettingsError
from migrator.model.assessment import Effort, Fit
from migrator.model.finding_titles import TITLES
from migrator.model.record import Record
from migrator.records import load_record

__all__ = ["AssessmentRules", "Lifetime", "Rule", "default_text", "read_rules"]


_OF_GENERATE = "MIG1"


@dataclass(frozen=True, slots=True)
class Rule(Record):
    """What one finding means for a move."""

    finding: str
    """Its code, `MIG012`."""
    points: int
    fit: Fit = Fit.READY
    """The best fit that a service with this finding can have."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Lifetime(Record):
    """Until when somebody mends security holes of a version."""

    product: str
    """An `ID` of os-release, or a runtime's name."""
    version: str
    """Leading numbers: `10` is every 10.x."""
    until: dt.date


@dataclass(frozen=True, slots=True)
class Thresholds(Record):
    """Numbers that the checks compare with."""

    small: int = 3
    """Most points of a small effort."""
    medium: int = 8
    large: int = 20
    certificate_days: int = 90
    """A certificate that ends sooner is a finding."""
    data_gib: int = 100
    """More data than this is a finding."""


@dataclass(frozen=True, slots=True)
class AssessmentRules(Record):
    """The whole file. A finding without a rule counts nothing."""

    thresholds: Thresholds
    rules: tuple[Rule, ...]
    lifetimes: tuple[Lifetime, ...] = ()

    def effort(self, points: int) -> Effort:
        """The class that so many points are in."""
        limits = ((self.thresholds.small, Effort.SMALL), (self.thresholds.medium, Effort.MEDIUM))
        found = (effort for limit, effort in (*limits, (self.thresholds.large, Effort.LARGE)) if points <= limit)
        return next(found, Effort.VERY_LARGE)


def default_text() -> str:
    """The file that is used when a person has none of their own."""
    return resources.files("migrator.assess").joinpath("rules.yaml").read_text(encoding="utf-8")


def read_rules(text: str, *, file: str) -> AssessmentRules:
    """Read rules. Raises SettingsError with file:line."""
    rules = load_record(AssessmentRules, text, file=file, error=SettingsError)
    codes = [rule.finding for rule in rules.rules]
    for number, code in enumerate(codes):
        if wrong := _wrong(code, codes[:number]):
            line = yamlio.load(text, file=file).line(("rules", number, "finding"))
            raise SettingsError(wrong, file=file, line=line)
    return rules


def _wrong(code: str, before: Sequence[str]) -> str:
    """Why a rule for this code would weigh nothing; empty where it weighs what it says."""
    if code in before:
        return f"has two rules for {code}; keep one"
    if code.startswith(_OF_GENERATE) and code in TITLES:
        return f"no rule can weigh {code}: `migrate generate` finds it, after the assessment"
    return "" if code in TITLES else f"no finding is called {code!r}; docs/reference/findings.md lists them"
