"""What a run of `generate` did, for people and programs. Pure."""

from collections import Counter
from collections.abc import Iterator

from migrator.generate.manifests import Generated
from migrator.generate.run import Outcome
from migrator.model.findings import Finding, Severity
from migrator.model.listing import few
from migrator.model.names import dns_label

__all__ = ["lines", "rows"]

_OWN = "MIG1"
"""What the codes of generating begin with; what the scan found stands in the estate or a profile."""


def rows(made: Generated) -> list[dict[str, object]]:
    """One row for each service: how many of its files change, and what is in its way."""
    files = Counter(_service_of(path) for path in (*made.changes.files, *made.changes.deletions))
    found: dict[str, list[Finding]] = {}
    for finding in made.findings:
        found.setdefault(dns_label(finding.subject.rpartition("/")[2]), []).append(finding)
    return [_row(name, files[name], found.get(name, [])) for name in made.services]


def _row(name: str, files: int, findings: list[Finding]) -> dict[str, object]:
    said = [{"code": one.code, "severity": str(one.severity), "message": one.message} for one in findings]
    blockers = sum(one.severity is Severity.BLOCKER for one in findings)
    return {"service": name, "files": files, "blockers": blockers, "findings": len(findings), "details": said}


def _service_of(path: str) -> str:
    parts = path.split("/")
    if parts[0] == "apps":
        return parts[1]
    return parts[-1].removesuffix(".yaml") if parts[0] == "clusters" and "apps" in parts else ""


def lines(outcome: Outcome) -> Iterator[str]:
    """What to tell a person beside the rows."""
    made = outcome.generated
    services = f"{len(made.services)} service{'' if len(made.services) == 1 else 's'}"
    written, removed = len(made.changes.files), len(made.changes.deletions)
    if outcome.commit:
        yield f"{services}: {written} files written, {removed} removed, commit {outcome.commit[:12]}"
    elif written or removed:
        yield f"{services}: {written} files would be written, {removed} removed"
    else:
        yield f"{services}: nothing to change"
    yield from _gone(made)
    for name, label in made.renamed.items():
        yield f"service `{name}` is {label} in the cluster, where no name has other letters"
    for line in made.unseen:
        yield f"warning: {line}"
    if made.merged:
        yield f"edits kept in {few(made.merged)}"
    for one in _without_readme(made):
        yield f"{one.code} {one.severity}: {one.subject}: {one.message}. {one.remediation}"
    blockers = sum(one.severity is Severity.BLOCKER for one in made.findings)
    yield f"{len(made.findings)} findings, {blockers} of them blockers; they stand in apps/*/README.md and estate.yaml"


def _gone(made: Generated) -> Iterator[str]:
    """Services that lose their files, by name: one may be gone because nobody saw it."""
    gone = sorted({_service_of(path) for path in made.changes.deletions} - {"", *made.services})
    if gone:
        yield f"removed, because no profile of it is left: {few(gone)}"


def _without_readme(made: Generated) -> list[Finding]:
    """Those about settings and about services without a profile: no file of the repository tells them."""
    return [one for one in made.findings if one.code.startswith(_OWN) and one.subject not in made.services]
