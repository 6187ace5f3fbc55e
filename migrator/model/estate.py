"""The whole estate as a scan saw it: hosts, services, who calls whom, and what is not known."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from migrator.model.findings import Finding
from migrator.model.listing import few
from migrator.model.login import Login
from migrator.model.record import Record
from migrator.model.services import Evidence, OperatingSystem, Protocol, SecretPlace, ServiceKind, Source

__all__ = ["Edge", "Estate", "HostReport", "ServiceEntry", "SetAside", "unseen"]


@dataclass(frozen=True, slots=True)
class SetAside(Record):
    """Something that runs on the host and stays there: it belongs to the machine, not to the business."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class HostReport(Record):
    """How well one host was seen. `error` is the one-line reason when it could not be scanned the last time."""

    name: str
    address: str = ""
    os: OperatingSystem = field(default_factory=OperatingSystem)
    privilege: str = ""
    """`root`, `user`, or empty when the host was not reached."""
    sudo: str = ""
    """Why the scan is not root: what sudo said, or that it was not tried; empty where nothing is known of it."""
    memory_mib: int | None = None
    cpus: int | None = None
    clock_offset_s: float | None = None
    timezone: str = ""
    """Name in the time zone database; empty where the host does not say."""
    kernel_modules: tuple[str, ...] = ()
    """Loaded modules that do not come with the kernel."""
    kernel_settings: tuple[str, ...] = ()
    """What sysctl.conf and sysctl.d set, `name=value`."""
    observed: tuple[str, ...] = ()
    """Facts that were answered in full."""
    partial: tuple[str, ...] = ()
    """Facts with gaps, each `fact: what is missing`."""
    missing: tuple[str, ...] = ()
    """Facts that were not asked to the end, each `fact: why`: what they would show may be there."""
    absent: tuple[str, ...] = ()
    """Facts about what the host does not have, each `fact: what is not there`: looked for, so nothing is unseen."""
    refused: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    stopped: tuple[str, ...] = ()
    """What it is set up to run and did not, so that no profile has it: units that are switched on, `@reboot` lines."""
    secrets: tuple[SecretPlace, ...] = ()
    """Places of secrets that no profile has: which program reads the file was not seen."""
    login: Login | None = None
    """How the scan's connection was secured; null where there was none, or nothing is known of it."""
    error: str = ""
    recording: bool = False
    """True when the answers were replayed from a recording, not asked of a live host."""
    last_seen: str = ""
    """ISO 8601, UTC: when it was last seen, and all that is said of it is as of then; empty where this scan saw it."""

    @property
    def completeness(self) -> float:
        """Share of the facts that were answered in full, 0 to 1."""
        answered = len(self.observed) + len(self.absent)
        asked = answered + len(self.partial) + len(self.missing) + len(self.refused)
        return answered / asked if asked else 0.0


@dataclass(frozen=True, slots=True)
class ServiceEntry(Record):
    """One service of the estate and the hosts that run it."""

    name: str
    runtime: str
    hosts: tuple[str, ...]
    kind: ServiceKind = ServiceKind.SERVICE
    stateful: bool = False


@dataclass(frozen=True, slots=True)
class Edge(Record):
    """`caller` connects to `callee`. Both are service names; `external:<host>` where no scanned host answers.

    `protocol` is what is spoken (`http` only where something on record speaks it), `port` the callee's.
    """

    caller: str
    callee: str
    protocol: Protocol = Protocol.TCP
    port: int | None = None
    sources: tuple[Source, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Estate(Record):
    """Everything that one scan knows beyond single profiles. `scanned_at` is ISO 8601, UTC."""

    scanned_at: str
    hosts: tuple[HostReport, ...] = ()
    services: tuple[ServiceEntry, ...] = ()
    edges: tuple[Edge, ...] = ()
    findings: tuple[Finding, ...] = ()


def unseen(estate: Estate, told: Container[str] = ()) -> Iterator[str]:
    """Lines that say which hosts the last scan did not see; nothing where it saw all of them.

    Why they could not be seen is left out for hosts of which the reader has been `told`.
    """
    count = len(estate.hosts)
    never = [_named(host, "" if host.name in told else host.error) for host in estate.hosts if _never(host)]
    failed = [host for host in estate.hosts if host.last_seen and host.error]
    left = [host for host in estate.hosts if host.last_seen and not host.error]
    if never:
        yield f"{len(never)} of {count} hosts were never seen, and nothing is known of what runs there: {few(never)}"
    if failed:
        why = [host.last_seen if host.name in told else f"{host.last_seen}; now: {host.error}" for host in failed]
        shown = few([_named(host, said) for host, said in zip(failed, why, strict=True)])
        yield f"{len(failed)} of {count} hosts could not be seen again and stand as they were last seen: {shown}"
    if left:
        shown = few([_named(host, host.last_seen) for host in left])
        yield f"{len(left)} of {count} hosts were not asked by the last scan and stand as they were last seen: {shown}"


def _never(host: HostReport) -> bool:
    return not host.observed and bool(host.error)


def _named(host: HostReport, remark: str) -> str:
    return f"{host.name} ({remark})" if remark else host.name
