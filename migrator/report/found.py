"""Every finding of a report once: what it is about, and in which file it stands. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.model.findings import Finding
from migrator.model.names import dns_label
from migrator.report.report import Report

__all__ = ["ESTATE_FILE", "Found", "findings_of"]

ESTATE_FILE = "estate.yaml"


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. `service` is a label; it and `host` are empty where the finding is about neither."""

    finding: Finding
    service: str
    host: str
    file: str


def findings_of(report: Report) -> tuple[Found, ...]:
    """Those of profiles, of the estate, and what the judgement adds, each in the first place that has it."""
    first: dict[tuple[Finding, str], Found] = {}
    for found in (*_of_profiles(report), *_of_estate(report), *_of_judgement(report)):
        first.setdefault((found.finding, found.service), found)
    return tuple(first.values())


def _of_profiles(report: Report) -> Iterator[Found]:
    for path, profile in sorted(report.profiles.items()):
        for finding in profile.findings:
            yield Found(finding, dns_label(profile.service), profile.host, path)


def _of_estate(report: Report) -> Iterator[Found]:
    hosts = {host.name for host in report.estate.hosts}
    services = {profile.service for profile in report.profiles.values()}
    for finding in report.estate.findings:
        service = dns_label(finding.subject) if finding.subject in services else ""
        yield Found(finding, service, finding.subject if finding.subject in hosts else "", ESTATE_FILE)


def _of_judgement(report: Report) -> Iterator[Found]:
    """What only the rules and a date make a finding; it names an instance as `host/service`."""
    known = {(finding.code, finding.subject) for finding in report.estate.findings}
    known |= {(one.code, one.subject) for profile in report.profiles.values() for one in profile.findings}
    paths = {f"{profile.host}/{profile.service}": path for path, profile in report.profiles.items()}
    for judged in report.assessments:
        for because in judged.because:
            finding = because.finding
            if (finding.code, finding.subject) not in known:
                path = paths.get(finding.subject, "")
                host = report.profiles[path].host if path else ""
                yield Found(finding, judged.service, host, path or ESTATE_FILE)
