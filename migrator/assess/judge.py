"""Findings and rules to a judgement about each service. Pure: the date is an argument."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from migrator.assess.checks import checked
from migrator.assess.rules import AssessmentRules, Rule
from migrator.model.assessment import Assessment, Because, Fit
from migrator.model.estate import Estate
from migrator.model.findings import Finding, Severity
from migrator.model.services import ServiceProfile

__all__ = ["assess"]

_WORSE = list(Fit)


def assess(
    services: Mapping[str, Sequence[ServiceProfile]], estate: Estate, rules: AssessmentRules, today: dt.date
) -> tuple[Assessment, ...]:
    """Judge every service, the least work first. `services` maps a name to its instances."""
    hosts = {report.name: report for report in estate.hosts}
    known = {rule.finding: rule for rule in rules.rules}
    judged = []
    for name, profiles in services.items():
        own = [finding for profile in profiles for finding in profile.findings]
        about = [finding for finding in estate.findings if finding.subject in {name, *(p.host for p in profiles)}]
        found = [*own, *about, *checked(profiles, hosts, rules, today)]
        judged.append(_judgement(name, found, known, rules))
    return tuple(sorted(judged, key=lambda one: (_WORSE.index(one.fit), one.points, one.service)))


def _judgement(name: str, findings: Iterable[Finding], known: Mapping[str, Rule], rules: AssessmentRules) -> Assessment:
    """A finding that several instances have is one reason and counts once."""
    by_code: dict[str, Finding] = {}
    for finding in findings:
        by_code.setdefault(finding.code, finding)
    reasons = [_because(finding, known.get(code)) for code, finding in sorted(by_code.items())]
    points = sum(reason.points for reason in reasons)
    fit = max((reason.fit for reason in reasons), key=_WORSE.index, default=Fit.READY)
    unknown = sum(finding.severity is Severity.UNKNOWN for finding in by_code.values())
    heavy = sorted(reasons, key=lambda reason: (-_WORSE.index(reason.fit), -reason.points, reason.finding.code))
    return Assessment(name, fit, rules.effort(points), points, unknown, tuple(heavy))


def _because(finding: Finding, rule: Rule | None) -> Because:
    return Because(finding, rule.fit if rule else Fit.READY, rule.points if rule else 0)
