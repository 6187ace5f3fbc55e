"""What a scan says about one service on one host. Knows nothing of Kubernetes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from migrator.model.findings import Finding
from migrator.model.record import Record, camel

__all__ = [
    "Account",
    "Artifact",
    "Call",
    "Certificate",
    "Confidence",
    "Evidence",
    "HealthCheck",
    "KernelNeed",
    "Listen",
    "OperatingSystem",
    "Protocol",
    "Runtime",
    "SecretPlace",
    "ServiceKind",
    "ServiceProfile",
    "Source",
    "State",
    "Usage",
    "Variable",
    "confidence",
]


class ServiceKind(StrEnum):
    """How the service lives."""

    SERVICE = "service"
    """Runs all the time."""
    JOB = "job"
    """Runs when its schedule says so."""


class Protocol(StrEnum):
    """What a socket speaks. `http` is said only where something on record speaks it; else `tcp`."""

    HTTP = "http"
    TCP = "tcp"
    UDP = "udp"
    UNIX = "unix"


class Source(StrEnum):
    """What saw a call."""

    CLIENT_SOCKET = "client-socket"
    SERVER_SOCKET = "server-socket"
    CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True)
class Evidence(Record):
    """Why something is believed: which fact said it, where that fact had it from, and the words."""

    fact: str
    excerpt: str
    """Redacted; at most 200 characters."""
    where: str = ""
    """`file:line`, a unit, or a process id; empty where the fact is one answer."""
    inferred: bool = False
    """True where the fact shows it only by a conclusion: the one process of that user, the one that names the port."""


class Confidence(StrEnum):
    """How directly something was seen."""

    OBSERVED = "observed"
    """On the running host: a process, a socket, an open file."""
    CONFIGURED = "configured"
    """A file says so; nothing was seen to do it."""
    INFERRED = "inferred"
    """It follows from what was seen, if nothing unseen speaks against it."""
    STATED = "stated"
    """There is no evidence: a person wrote it."""
    UNKNOWN = "unknown"
    """It could not be looked at."""


_SETTINGS = frozenset({"configuration", "process_settings"})
"""Facts that tell what something is told to do, and not what it does."""


def confidence(evidence: Sequence[Evidence]) -> Confidence:
    """The most direct of several pieces of evidence."""
    direct = [one for one in evidence if not one.inferred]
    if any(one.fact not in _SETTINGS for one in direct):
        return Confidence.OBSERVED
    if direct:
        return Confidence.CONFIGURED
    return Confidence.INFERRED if evidence else Confidence.STATED


@dataclass(frozen=True, slots=True)
class OperatingSystem(Record):
    """From os-release. `id` and `version` are empty where the host does not say."""

    id: str = ""
    version: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Runtime(Record):
    """What executes the service: `tomcat`, `gunicorn`, `postgresql`, …; `binary` where nothing more is known."""

    name: str
    version: str = ""
    """Empty where it was not observed."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Account(Record):
    """The account that the service runs under. Ids are None where they were not observed."""

    user: str = ""
    uid: int | None = None
    gid: int | None = None


@dataclass(frozen=True, slots=True)
class Listen(Record):
    """One socket that accepts connections. `port` for tcp and udp, `path` for unix."""

    protocol: Protocol
    address: str = ""
    """`*` for any address; an IP address otherwise; empty for unix."""
    port: int | None = None
    path: str = ""
    loopback: bool = False
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Call(Record):
    """Something that the service connects to, as its own host names it."""

    target: str
    """A host name or IP address, or a path for unix."""
    protocol: Protocol = Protocol.TCP
    port: int | None = None
    sources: tuple[Source, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class State(Record):
    """A place where the service keeps data that must survive a restart."""

    path: str
    size_mib: int | None = None
    """Used space in MiB; None where it was not measured."""
    exact: bool = False
    """True when `size_mib` was measured for this path or its own file system, False when it is an upper bound."""
    file_system: str = ""
    """Mount point or folder of what `size_mib` is the used space of, where it is an upper bound; else empty."""
    leads_to: str = ""
    """Where the data is, where the path is a link or below one; a Pod has the path."""
    evidence: tuple[Evidence, ...] = ()

    @property
    def looked_at(self) -> bool:
        """Whether folders were measured, and this one not by itself: measuring again tells no more."""
        return any(one.fact == "data_sizes" for one in self.evidence)


@dataclass(frozen=True, slots=True)
class HealthCheck(Record):
    """A check that somebody already makes of this service. Never invented."""

    port: int
    path: str = ""
    """HTTP path; empty for a bare TCP connect."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable(Record):
    """The name of an environment variable. Its value never leaves the host."""

    name: str
    secret: bool = False
    """True when the name says that the value is one."""
    source: str = ""
    """The file that sets it, or `process`."""


@dataclass(frozen=True, slots=True)
class SecretPlace(Record):
    """Where a secret stands on the host, and under which name. Its value never leaves the host."""

    file: str
    line: int
    name: str


@dataclass(frozen=True, slots=True)
class Certificate(Record):
    """A TLS certificate that the service has or that its configuration names."""

    path: str
    subject: str
    expires: str
    """ISO 8601, UTC."""
    names: tuple[str, ...] = ()
    """DNS names and addresses that it is for."""


@dataclass(frozen=True, slots=True)
class Artifact(Record):
    """A file or folder that holds the program itself, outside of packages."""

    path: str
    evidence: tuple[Evidence, ...] = ()
    """What was seen of it on the host; where it is only named there, the evidence says so."""


@dataclass(frozen=True, slots=True)
class KernelNeed(Record):
    """Something that a Pod does not have by itself: `capability net_admin`, `raw socket`, `multicast 239.1.2.3`."""

    what: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage(Record):
    """What the service used while it was looked at. None where it was not observed."""

    memory_mib: int | None = None
    """Resident memory of all its processes, MiB."""
    memory_limit_mib: int | None = None
    """The limit that its unit sets today, MiB."""
    heap_mib: int | None = None
    """The largest heap that its command line allows, MiB; the process needs more than that."""
    cpu_millicores: int | None = None
    """Mean since the processes started, thousandths of a core."""


_HIGHEST_PORT = 65535
_KEEPERS = frozenset({"mariadb", "mysql", "postfix", "postgresql", "rabbitmq", "redis", "valkey"})
"""Runtimes that are there to keep data: databases and queues."""


@dataclass(frozen=True, slots=True)
class ServiceProfile(Record):
    """One service on one host. Replicas on several hosts carry the same `service` name.

    People review and edit these files; `generate` reads nothing else but these and the estate. In the file `kind` is
    the header's word, so the field of that name stands there as `serviceKind`.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        **Record.__pydantic_config__,
        "alias_generator": lambda name: "serviceKind" if name == "kind" else camel(name),
    }

    service: str
    """RFC 1035 label, the same for all replicas."""
    host: str
    runtime: Runtime
    kind: ServiceKind = ServiceKind.SERVICE
    unit: str = ""
    """The systemd unit, or empty: screen, cron, nohup, inittab, …"""
    origin: str = ""
    """What starts it: `systemd`, `sysv`, `cron`, `inittab`, `pm2`, `cron @reboot`, …; empty if not observed."""
    command: tuple[str, ...] = ()
    """The command line, values that look secret replaced by `***`."""
    executable: str = ""
    directory: str = ""
    """Working directory."""
    schedule: str = ""
    """Five cron fields, for a job; where cron cannot say when it starts, the words of its timer, path or table."""
    timezone: str = ""
    """The zone that the schedule is meant in, for a job: `Europe/Berlin`; empty where the host does not say."""
    account: Account = field(default_factory=Account)
    os: OperatingSystem = field(default_factory=OperatingSystem)
    listens: tuple[Listen, ...] = ()
    calls: tuple[Call, ...] = ()
    state: tuple[State, ...] = ()
    copies_from: tuple[str, ...] = ()
    """Places on its host that it copies, which others keep, or nobody that was seen: a Pod finds nothing there."""
    state_observed: bool = True
    """False when open files could not be seen: the service then counts as stateful until a person says otherwise."""
    config: tuple[str, ...] = ()
    """Configuration files that the service reads, as paths on the host."""
    changed: tuple[str, ...] = ()
    """Those of its files that are not as their package has them."""
    certificates: tuple[Certificate, ...] = ()
    licences: tuple[str, ...] = ()
    """Files that look like a licence, which may be bound to the host."""
    affinity: tuple[Evidence, ...] = ()
    """Who sends each client always to the same instance; empty where nobody was seen to."""
    kernel: tuple[KernelNeed, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    """Files and folders that hold the program itself, outside of packages."""
    packages: tuple[str, ...] = ()
    """Packages of the host that the service needs, `name=version`."""
    variables: tuple[Variable, ...] = ()
    secrets: tuple[SecretPlace, ...] = ()
    """Secrets in its configuration files. Such a file belongs into no image."""
    health: tuple[HealthCheck, ...] = ()
    usage: Usage = field(default_factory=Usage)
    processes: int = 0
    modified: Mapping[str, str] = field(default_factory=dict)
    """Its configuration and program files -> last written to, and size: `2024-05-01T12:00:00Z, 1234 B`."""
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    """Free for people; copied to nothing."""

    @property
    def stateful(self) -> bool:
        """Whether it has local data, its own or what it copies, or that was not seen: so until proven stateless."""
        return bool(self.state or self.copies_from) or not self.state_observed

    @property
    def is_keeper(self) -> bool:
        """Whether its program is there to keep data, also where nobody saw in which folder."""
        return self.runtime.name in _KEEPERS

    def wrong_ports(self) -> Iterator[tuple[tuple[str, int, str], int]]:
        """Each port that is none, with where it stands: the key of a list, the place in it, and `port`."""
        numbered: Mapping[str, Sequence[Listen | Call | HealthCheck]] = {
            "listens": self.listens,
            "calls": self.calls,
            "health": self.health,
        }
        for key, found in numbered.items():
            for place, one in enumerate(found):
                if one.port is not None and not 0 < one.port <= _HIGHEST_PORT:
                    yield (key, place, "port"), one.port
