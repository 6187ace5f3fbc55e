"""Why a profile says what it says: each field of one service with the evidence for it, and what was not seen. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrator.model.estate import Edge, Estate
from migrator.model.services import Confidence, Evidence, Listen, ServiceProfile, confidence

__all__ = ["FIELDS", "Reason", "reasons"]

FIELDS = (
    "runtime",
    "account",
    "listens",
    "calls",
    "callers",
    "state",
    "health",
    "affinity",
    "variables",
    "secrets",
    "certificates",
    "licences",
    "kernel",
    "artifacts",
    "changed",
    "usage",
    "unseen",
)
"""What can be asked for, in the order in which it is told."""
_NO_EVIDENCE = "nothing on record: a person wrote it, or the scan had it from the processes themselves"


@dataclass(frozen=True, slots=True)
class Reason:
    """One value of one field, on one host, and why it is believed."""

    field: str
    host: str
    value: str
    because: str
    confidence: Confidence = Confidence.OBSERVED


def reasons(profiles: Sequence[ServiceProfile], estate: Estate, field: str = "") -> tuple[Reason, ...]:
    """Everything that is believed of one service. `profiles` are its instances; `field` narrows to one of FIELDS."""
    found: list[Reason] = []
    for profile in profiles:
        found += _of_profile(profile)
        found += _unseen(profile, estate)
    found += _callers(profiles, estate.edges)
    ordered = sorted(found, key=lambda reason: (FIELDS.index(reason.field), reason.host))
    return tuple(reason for reason in ordered if field in {"", reason.field})


def _of_profile(profile: ServiceProfile) -> Iterator[Reason]:
    host = profile.host
    runtime = f"{profile.runtime.name} {profile.runtime.version}".strip()
    yield _shown("runtime", host, runtime, profile.runtime.evidence)
    yield _account(profile)
    for listen in profile.listens:
        yield _shown("listens", host, _place(listen), listen.evidence)
    for call in profile.calls:
        target = f"{call.target}:{call.port}" if call.port else call.target
        yield _shown("calls", host, target, call.evidence)
    for state in profile.state:
        size = "size unknown" if state.size_mib is None else f"{'' if state.exact else 'at most '}{state.size_mib} MiB"
        yield _shown("state", host, f"{state.path} ({size})", state.evidence)
    if not profile.state_observed:
        said = "open files were not visible, so there may be more; it counts as stateful"
        yield Reason("state", host, "not all could be seen", said, Confidence.UNKNOWN)
    for check in profile.health:
        yield _shown("health", host, f"{check.port}{check.path}", check.evidence)
    for variable in profile.variables:
        seen = Confidence.OBSERVED if variable.source in {"", "process"} else Confidence.CONFIGURED
        yield Reason("variables", host, variable.name, f"its name only, from {variable.source or 'process'}", seen)
    for secret in profile.secrets:
        yield Reason(
            "secrets", host, secret.name, f"its name only, at {secret.file}:{secret.line}", Confidence.CONFIGURED
        )
    yield from _ties(profile)
    yield from _usage(profile)


def _ties(profile: ServiceProfile) -> Iterator[Reason]:
    """What ties it to its host."""
    host = profile.host
    for pin in profile.affinity:
        yield _shown("affinity", host, "clients are pinned to one instance", [pin])
    for one in profile.certificates:
        yield Reason("certificates", host, f"{one.path} until {one.expires}", f"it says so itself: {one.subject}")
    for path in profile.licences:
        yield Reason("licences", host, path, "by its name; it was not read", Confidence.INFERRED)
    for need in profile.kernel:
        yield _shown("kernel", host, need.what, need.evidence)
    for artifact in profile.artifacts:
        yield _shown("artifacts", host, artifact.path, artifact.evidence)
    for path in profile.changed:
        yield Reason("changed", host, path, "its checksum is not that of its package")


def _usage(profile: ServiceProfile) -> Iterator[Reason]:
    usage = profile.usage
    values = (("MiB of memory", usage.memory_mib), ("millicores", usage.cpu_millicores))
    for unit, value in values:
        if value is not None:
            processes = f"{profile.processes} processes" if profile.processes != 1 else "1 process"
            yield Reason("usage", profile.host, f"{value} {unit}", f"of {processes}, while it was looked at")


def _unseen(profile: ServiceProfile, estate: Estate) -> Iterator[Reason]:
    """What the host did not answer is what the profile may lack."""
    for report in estate.hosts:
        if report.name == profile.host:
            for kind in ("refused", "partial", "missing"):
                for line in getattr(report, kind):
                    fact, _, why = line.partition(": ")
                    said = f"{kind}: {why}" if why else kind
                    yield Reason("unseen", profile.host, fact, said, Confidence.UNKNOWN)
    if not profile.state_observed:
        said = "open files were not visible, so it counts as stateful"
        yield Reason("unseen", profile.host, "state", said, Confidence.UNKNOWN)


def _callers(profiles: Sequence[ServiceProfile], edges: Iterable[Edge]) -> Iterator[Reason]:
    name = profiles[0].service
    for edge in edges:
        if edge.callee == name:
            sources = ", ".join(map(str, edge.sources)) or "unknown"
            yield Reason(
                "callers",
                "",
                f"{edge.caller} to port {edge.port or '-'}",
                f"seen by {sources}; {_because(edge.evidence)}",
                confidence(edge.evidence),
            )


def _account(profile: ServiceProfile) -> Reason:
    """Of a job, and of what waits for its first client, there is no process: what starts it names the account."""
    account = profile.account
    value = f"{account.user or 'unknown'} (uid {'unknown' if account.uid is None else account.uid})"
    if profile.processes:
        started = f"{profile.origin} {profile.unit}".strip() or "something unknown"
        return Reason("account", profile.host, value, f"of its processes, started by {started}")
    evidence = profile.evidence or profile.runtime.evidence
    seen = Confidence.CONFIGURED if evidence else Confidence.STATED
    return Reason("account", profile.host, value, _because(evidence), seen)


def _place(listen: Listen) -> str:
    return listen.path or f"{listen.protocol} {listen.address}:{listen.port}"


def _shown(field: str, host: str, value: str, evidence: Sequence[Evidence]) -> Reason:
    return Reason(field, host, value, _because(evidence), confidence(evidence))


def _because(evidence: Sequence[Evidence]) -> str:
    """All of it, in the words of the host."""
    told = (f"{one.fact}: {one.excerpt}" + (f" ({one.where})" if one.where else "") for one in evidence)
    return "; ".join(told) or _NO_EVIDENCE
