"""One service as all of its hosts show it: what the manifests of it are made from. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migrator.generate.java import Options, is_java, options
from migrator.model.names import dns_label
from migrator.model.services import HealthCheck, Listen, Protocol, ServiceKind, ServiceProfile, State, Usage, Variable

__all__ = ["Port", "Workload", "cron_job_name", "derived", "is_variable", "workload"]

FIRST_FREE_PORT = 1024
OFFSET = 8000
"""What a port below 1024 is raised by in the Pod."""
_VARIABLE = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_HIDDEN = "***"
_NGINX = re.compile(r"nginx: master process (/\S+)((?: -[cp] /\S+)*) -g daemon on; master_process on;")
"""How Debian's unit starts it. Then no file of it says `daemon`: nginx takes that directive once only."""
_SHOWN = 160
"""Characters of a title."""


@dataclass(frozen=True, slots=True)
class Port:
    """One port that is reached from outside of the host. `name` is at most 15 characters."""

    name: str
    port: int
    protocol: Protocol
    inside: int
    """The port in the Pod; differs from `port` where that is below 1024, because nothing in the Pod runs as root."""

    @property
    def transport(self) -> str:
        """The word of Kubernetes for what carries it."""
        return "UDP" if self.protocol is Protocol.UDP else "TCP"


@dataclass(frozen=True, slots=True)
class Workload:
    """A service, its replicas joined. `profiles` are sorted by host and never empty."""

    name: str
    profiles: tuple[ServiceProfile, ...]
    ports: tuple[Port, ...]
    """Those that a route can move first: HTTP before TCP before UDP, called ones before others."""
    state: tuple[State, ...]
    options: Options
    """Its variables and its command line, settled between them."""
    health: HealthCheck | None
    usage: Usage
    """The largest of all replicas."""

    @property
    def first(self) -> ServiceProfile:
        """The profile that stands for all where they have to agree."""
        return self.profiles[0]

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names as the inventory has them."""
        return tuple(profile.host for profile in self.profiles)

    @property
    def is_job(self) -> bool:
        """Whether a schedule starts it."""
        return self.first.kind is ServiceKind.JOB

    @property
    def is_java(self) -> bool:
        """Whether what starts is a Java virtual machine itself, and no script that starts one."""
        return is_java(self.first.command[0] if self.first.command else self.first.executable)

    @property
    def routed(self) -> Port | None:
        """The port whose traffic the route moves; None for jobs, workers and what speaks UDP only."""
        first = self.ports[0] if self.ports and not self.is_job else None
        return first if first and first.protocol is not Protocol.UDP else None

    @property
    def sockets(self) -> tuple[str, ...]:
        """Unix sockets that it answers on, where that is its only way to be reached."""
        paths = {listen.path for profile in self.profiles for listen in profile.listens if listen.path}
        return () if self.ports or self.is_job else tuple(sorted(paths))

    @property
    def uid(self) -> int | None:
        """The user id to run as. None where it is unknown, differs between hosts, or is root's."""
        return _agreed(profile.account.uid for profile in self.profiles)

    @property
    def gid(self) -> int | None:
        """The group id, with the same conditions."""
        return _agreed(profile.account.gid for profile in self.profiles)

    @property
    def replicas(self) -> int:
        """How many to run in the cluster: as many as there are hosts, and one where it has state."""
        return 1 if self.first_stateful is not None else len(self.profiles)

    @property
    def first_stateful(self) -> ServiceProfile | None:
        """The first profile that has state or could not be looked at."""
        return next((profile for profile in self.profiles if profile.stateful), None)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that the Pod has."""
        return self.options.variables

    @property
    def command(self) -> tuple[str, ...]:
        """The command line, or nothing where what was seen is no command line or has a secret in it."""
        return self.options.command

    @property
    def title(self) -> str:
        """What its process shows in place of a command line that is not known; empty where something is hidden."""
        said = "" if self.command else " ".join(self.first.command)
        return said[:_SHOWN] if said and _is_title(self.first.command[0]) and _HIDDEN not in said else ""

    @property
    def secrets(self) -> tuple[Variable, ...]:
        """Variables whose values are secret."""
        return tuple(one for one in self.variables if one.secret)

    @property
    def settings(self) -> tuple[Variable, ...]:
        """Variables whose values are not secret, and were not observed either."""
        return tuple(one for one in self.variables if not one.secret)


def workload(name: str, profiles: tuple[ServiceProfile, ...], called: frozenset[int]) -> Workload:
    """Join the profiles of one service. `called` are the ports on which other services were seen to call it."""
    return Workload(
        name=name,
        profiles=profiles,
        ports=_ports((listen for profile in profiles for listen in profile.listens), called),
        state=tuple(_state(profiles)),
        options=options(tuple(_variables(profiles)), _command(profiles[0]), running=profiles[0].processes > 0),
        health=next((check for profile in profiles for check in profile.health), None),
        usage=_usage([profile.usage for profile in profiles]),
    )


def _command(profile: ServiceProfile) -> tuple[str, ...]:
    words = profile.command
    if not words or any(_HIDDEN in word for word in words):
        return ()
    return _foreground(words[0]) if _is_title(words[0]) else words


def _foreground(title: str) -> tuple[str, ...]:
    """The same program in the foreground, where its title tells for sure how it was started."""
    match = _NGINX.fullmatch(title.rstrip())
    return (match[1], *match[2].split(), "-g", "daemon off; master_process on;") if match else ()


def _is_title(word: str) -> bool:
    return " " in word or word.endswith(":")


def _agreed(ids: Iterable[int | None]) -> int | None:
    found = set(ids)
    only = found.pop() if len(found) == 1 else None
    return only or None


def _ports(listens: Iterable[Listen], called: frozenset[int]) -> tuple[Port, ...]:
    """Named `http`, `tcp-5432`, `udp-53`: a name says what it is as long as the port stays."""
    seen: dict[tuple[int, bool], Protocol] = {}
    for listen in listens:
        if listen.port is not None and not listen.loopback and listen.protocol is not Protocol.UNIX:
            key = (listen.port, listen.protocol is Protocol.UDP)
            seen[key] = listen.protocol if seen.get(key) is not Protocol.HTTP else Protocol.HTTP
    order = [Protocol.HTTP, Protocol.TCP, Protocol.UDP]
    ranked = sorted((order.index(kind), port not in called, port, kind) for (port, _), kind in seen.items())
    inside = _inside({port for port, _ in seen})
    return tuple(
        Port("http" if not place and kind is Protocol.HTTP else f"{kind}-{port}", port, kind, inside[port])
        for place, (_, _, port, kind) in enumerate(ranked)
    )


def _inside(ports: set[int]) -> dict[int, int]:
    """Port on the host -> port in the Pod, all different and none below 1024."""
    free = {port: port for port in ports if port >= FIRST_FREE_PORT}
    for port in sorted(ports - free.keys()):
        raised = port + OFFSET
        while raised in free.values():
            raised += 1
        free[port] = raised
    return free


def _state(profiles: tuple[ServiceProfile, ...]) -> Iterator[State]:
    """Every path once, with the largest size; an unknown size is only kept where no host knows better."""
    paths = sorted({one.path for profile in profiles for one in profile.state})
    for path in paths:
        seen = [one for profile in profiles for one in profile.state if one.path == path]
        yield max(seen, key=lambda one: (one.size_mib is not None, one.size_mib or 0))


def _variables(profiles: tuple[ServiceProfile, ...]) -> Iterator[Variable]:
    names = sorted({one.name for profile in profiles for one in profile.variables})
    for name in filter(is_variable, names):
        seen = [one for profile in profiles for one in profile.variables if one.name == name]
        yield next((one for one in seen if one.secret), seen[0])


def _usage(seen: list[Usage]) -> Usage:
    """A limit counts only where every host has one: without it, the largest limit is none."""

    def most(values: Iterable[int | None]) -> int | None:
        return max((value for value in values if value is not None), default=None)

    limited = all(one.memory_limit_mib for one in seen)
    return Usage(
        memory_mib=most(one.memory_mib for one in seen),
        memory_limit_mib=most(one.memory_limit_mib for one in seen) if limited else None,
        heap_mib=most(one.heap_mib for one in seen),
        cpu_millicores=most(one.cpu_millicores for one in seen),
    )


def is_variable(name: str) -> bool:
    """Whether a Pod can have an environment variable of that name, and a Secret a key."""
    return _VARIABLE.fullmatch(name) is not None


def derived(name: str, suffix: str) -> str:
    """A name for something that belongs to a service; still a label when the service's name is long."""
    return dns_label(f"{name}-{suffix}")


def cron_job_name(service: str) -> str:
    """Kubernetes adds eleven characters to a CronJob's name for each Job, so it may have 52 only."""
    return dns_label(service, limit=52)
