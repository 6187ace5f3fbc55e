"""Who calls whom across hosts: sockets of both ends and configuration, fused into edges. Pure."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.model.estate import Edge
from migrator.model.findings import Finding
from migrator.model.reviewed import fused
from migrator.model.services import (
    Call,
    Confidence,
    Evidence,
    HealthCheck,
    Protocol,
    ServiceProfile,
    Source,
    confidence,
)
from migrator.scan import findings
from migrator.scan.calls import both as merge_calls
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.descriptors import Descriptors
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.network import Network, NetworkFacts
from migrator.scan.facts.sockets import Connection, Sockets
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.profile import HostView

__all__ = ["Directory", "affinities", "edges", "external", "health_checks", "known_calls", "spoken_protocols"]

_LOCAL = frozenset({"localhost", "ip6-localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - a name, not a binding


_DATABASES = "postgresql mysql mariadb mongodb pgbouncer pgpool proxysql firebird cassandra clickhouse"
_BROKERS = "rabbitmq redis valkey activemq artemis kafka nats mosquitto beanstalkd gearman"
_KINDS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (pattern, frozenset(runtimes.split()))
    for pattern, runtimes in (
        (r"(?:^|[^a-z])(?:db|database|dsn|data ?source|server)|sql|dbhost|dbserver|db_?host", _DATABASES),
        (r"pg|postgres", "postgresql pgbouncer pgpool"),
        (r"mysql|maria", "mysql mariadb proxysql"),
        (r"cache|session|redis", "redis valkey memcached"),
        (r"queue|broker|mq|amqp|rabbit|celery", _BROKERS),
        (r"mail|smtp|relay|smart", "postfix exim sendmail opensmtpd"),
        (r"ldap|directory", "slapd 389ds"),
        (r"search|elastic|(?:^|[^a-z])es_|seed", "elasticsearch opensearch solr cassandra"),
        (r"mongo", "mongodb mongos"),
        (r"dns|nameserver|forward", "bind unbound dnsmasq powerdns"),
        (r"retry|join|consul", "consul"),
        (r"kafka|bootstrap", "kafka"),
        (r"zookeeper|zk", "zookeeper"),
    )
)
"""Words of a setting, and the runtimes that it may mean."""
_SERVERS = frozenset(runtime for _, runtimes in _KINDS for runtime in runtimes)
_WORD = re.compile(r"[a-z][a-z0-9]+")
_SOCKET_NAMES = {
    ".s.PGSQL": frozenset({"postgresql"}),
    "mysqld.sock": frozenset({"mysql", "mariadb"}),
    "mysql.sock": frozenset({"mysql", "mariadb"}),
}
"""Socket, without the port that ends its name, and the runtimes that make it."""
_PORT = re.compile(r"\.\d+$")
_OF_SOCKETS = frozenset({Sockets.name, Descriptors.name})
_PROGRAM_TEXT = (".py", ".sh", ".js", ".php", ".rb", ".pl")


def external(target: str) -> str:
    """How an edge names something that no scanned service answers for."""
    return f"external:{target}"


@dataclass(frozen=True, slots=True)
class Directory:
    """All hosts of the estate with their names, addresses and services."""

    views: Mapping[str, HostView]
    addresses: Mapping[str, str] = field(default_factory=dict)
    """IP address -> host. An address that two hosts claim (a floating one) belongs to neither."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Every name of a host, long and short, in lower case -> host: as the inventory and as the host itself has it."""
    told: Mapping[str, str] = field(default_factory=dict)
    """Name -> IP address, where all hosts whose /etc/hosts has the name agree."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """IP address -> the one of its names in `told` that stands for all of them."""
    said: Mapping[tuple[str, int | None], str] = field(default_factory=dict)
    """IP address and port -> the one of its names in `told` by which callers are set up to call what is there."""

    @classmethod
    def of(cls, views: Sequence[HostView]) -> "Directory":
        """Index the hosts; the inventory's address counts as well as what the host says of itself."""
        told = _told(views)
        by_host = {view.snapshot.host: view for view in views}
        return cls(by_host, _addresses(views), _names(views), told, _titles(told), _said(views, told))

    def host_of(self, target: str, seen_from: str) -> str:
        """The scanned host that `target` means on the host `seen_from`; empty when it is none of them."""
        name = target.lower().rstrip(".")
        if name in _LOCAL or (_is_address(name) and ipaddress.ip_address(name).is_loopback):
            return seen_from
        network = _network(self.views[seen_from])
        address = name if _is_address(name) else network.names.get(name, "")
        if address:
            return seen_from if ipaddress.ip_address(address).is_loopback else self.addresses.get(address, "")
        known = self.names.get(name) or self.addresses.get(self.told.get(name, ""), "")
        return known or self.names.get(name.split(".")[0], "")

    def outside(self, target: str, seen_from: str, port: int | None) -> str:
        """One name for what was not scanned, by whichever of its names and addresses it is reached.

        That is a name which callers use, before others that its machine has as well. Only /etc/hosts tells which
        belong together; a name that other hosts take for another machine gives way to the address that is meant here.
        """
        name = target.lower().rstrip(".")
        own = _network(self.views[seen_from]).names
        text = name if _is_address(name) else own.get(name) or self.told.get(name)
        address = ipaddress.ip_address(text) if text else None
        if address is None or address.is_unspecified:
            return name
        return self.said.get((str(address), port)) or self.titles.get(str(address), str(address))

    def is_known_name(self, target: str, seen_from: str) -> bool:
        """Whether the host itself can tell what the name means, or the name looks complete."""
        return "." in target or _is_address(target) or target.lower() in _network(self.views[seen_from]).names

    def listening(self, host: str, port: int | None, *, local: bool) -> list[ServiceProfile]:
        """Services of a host that accept there; with `port` None, all that accept on any TCP port."""
        return [
            profile
            for profile in self.views[host].profiles
            if any(
                listen.port and listen.protocol is not Protocol.UDP and port in (listen.port, None)
                and (local or not listen.loopback)
                for listen in profile.listens
            )
        ]  # fmt: skip

    def at_path(self, host: str, path: str) -> ServiceProfile | None:
        """The service that accepts on a Unix socket."""
        profiles = self.views[host].profiles
        same = _in_run(path)
        exact = next((p for p in profiles if any(_in_run(li.path) == same for li in p.listens if li.path)), None)
        return exact or self._by_custom(host, path)

    def _by_custom(self, host: str, path: str) -> ServiceProfile | None:
        """A database's socket has one name everywhere in differing folders; a plain user may not see it at all.

        Of several, the one whose port ends the name.
        """
        name = path.rsplit("/", 1)[-1]
        runtimes = _SOCKET_NAMES.get(_PORT.sub("", name), frozenset())
        found = [profile for profile in self.views[host].profiles if profile.runtime.name in runtimes]
        there = [one for one in found if any(name.endswith(f".{li.port}") for li in one.listens if li.port)]
        return next((only[0] for only in (found, there) if len(only) == 1), None)


def _in_run(path: str) -> str:
    """`/var/run` has been another name of `/run` since 2012."""
    return path.removeprefix("/var") if path.startswith("/var/run/") else path


def _agreed(views: Sequence[HostView], said: Callable[[HostView], Iterable[tuple[str, str]]]) -> dict[str, str]:
    """What hosts claim, where all claim the same. What one said earlier counts only where none says anything now.

    Addresses and names move on to other machines while a host is away.
    """
    claims: dict[bool, dict[str, set[str]]] = {True: {}, False: {}}
    for view in views:
        for key, value in said(view):
            claims[view.of_now].setdefault(key, set()).add(value)
    return {key: next(iter(found)) for key, found in (claims[False] | claims[True]).items() if len(found) == 1}


def _addresses(views: Sequence[HostView]) -> dict[str, str]:
    def said(view: HostView) -> Iterator[tuple[str, str]]:
        for address in (view.snapshot.address, *_network(view).addresses):
            if _is_address(address) and not ipaddress.ip_address(address).is_loopback:
                yield address, view.snapshot.host

    return _agreed(views, said)


def _names(views: Sequence[HostView]) -> dict[str, str]:
    """A name that two hosts claim belongs to neither; the inventory's own names come first."""

    def said(view: HostView) -> Iterator[tuple[str, str]]:
        host, own = view.snapshot.host, view.snapshot.value(Machine, MachineFacts(uid=-1)).hostname
        for name in filter(None, (host.split(".")[0], own, own.split(".")[0])):
            if name.lower() not in _LOCAL:
                yield name.lower(), host

    return _agreed(views, said) | {view.snapshot.host.lower(): view.snapshot.host for view in views}


def _told(views: Sequence[HostView]) -> dict[str, str]:
    return _agreed(views, lambda view: _network(view).names.items())


def _titles(told: Mapping[str, str]) -> dict[str, str]:
    return {told[name]: name for name in sorted(told, key=_rank, reverse=True)}


def _rank(name: str) -> tuple[bool, int, str]:
    """The full name before the short one; of several the shortest, which is rarely an alias."""
    return "." not in name, len(name), name


def _said(views: Sequence[HostView], told: Mapping[str, str]) -> dict[tuple[str, int | None], str]:
    calls = (call for view in views for profile in view.profiles for call in profile.calls)
    used = {(call.target.lower().rstrip("."), call.port) for call in calls if Source.CONFIGURATION in call.sources}
    known = sorted((one for one in used if one[0] in told), key=lambda one: _rank(one[0]), reverse=True)
    return {(told[name], port): name for name, port in known}


def _network(view: HostView) -> NetworkFacts:
    return view.snapshot.value(Network, NetworkFacts())


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def edges(directory: Directory) -> tuple[tuple[Edge, ...], tuple[Finding, ...]]:
    """All edges of the estate, each once, and what configuration names but nobody answers."""
    found: list[Edge] = []
    noticed: list[Finding] = []
    for view in directory.views.values():
        for profile in view.profiles:
            for call in profile.calls:
                edge = _edge(directory, profile, call)
                if isinstance(edge, Edge):
                    found.append(edge)
                elif edge:
                    noticed.append(edge)
        found.extend(_from_servers(directory, view))
    return fused(found), tuple(dict.fromkeys(noticed))


def _edge(directory: Directory, profile: ServiceProfile, call: Call) -> Edge | Finding | None:
    host = profile.host if call.protocol is Protocol.UNIX else directory.host_of(call.target, profile.host)
    if not host:
        outside = directory.is_known_name(call.target, profile.host) and not _only_in_programs(call)
        name = directory.outside(call.target, profile.host, call.port)
        return _to(profile, call, external(name), call.port) if outside else None
    if call.protocol is Protocol.UNIX:
        callee = directory.at_path(host, call.target)
        return _to(profile, call, callee.service, None) if callee and callee != profile else None
    callees = _callees(directory, profile, call, host)
    if len(callees) == 1:
        port = call.port or next(li.port for li in callees[0].listens if li.port)
        return None if callees[0] == profile else _to(profile, call, callees[0].service, port)
    unowned = {listener.port for listener in directory.views[host].unowned}
    known_silent = host != profile.host and Source.CLIENT_SOCKET not in call.sources and call.port not in unowned
    meant = f"{call.target}:{call.port}" if call.port else _server_at(directory, call, host)
    silent = not callees and meant and known_silent
    return findings.no_service_there(f"{profile.host}/{profile.service}", meant) if silent else None


def _server_at(directory: Directory, call: Call, host: str) -> str:
    """What a setting without a port means, where it says so itself and nothing there can be it; else nothing."""
    view, named = directory.views[host], sorted(_servers_named(call))
    hidden = view.unowned or any(one.name.startswith("container ") for one in view.set_aside)
    there = any(_is_spoken_of(one, _setting_names(call)) for one in view.profiles)
    return f"{', '.join(named)} on {call.target}" if named and not hidden and not there else ""


def _only_in_programs(call: Call) -> bool:
    """Whether only the text of programs names it: there, addresses outside of the estate are mostly documentation."""
    files = [evidence.where.rpartition(":")[0] for evidence in call.evidence]
    return Source.CLIENT_SOCKET not in call.sources and all(file.endswith(_PROGRAM_TEXT) for file in files)


def _callees(directory: Directory, profile: ServiceProfile, call: Call, host: str) -> list[ServiceProfile]:
    """Who answers. Without a port: the one whose name or runtime the setting speaks of, or the only one there is."""
    there = [
        p for p in directory.listening(host, call.port, local=host == profile.host) if p is not profile or call.port
    ]
    if call.port:
        return there
    words = _words(call)
    named = [callee for callee in there if callee.runtime.name in words or callee.service in words]
    speaks = _setting_names(call) if _servers_named(call) else words
    kinds = [callee for callee in there if _is_spoken_of(callee, speaks)]
    alone = there if len(there) == 1 and host != profile.host and not _is_another(there[0], call) else []
    return next((found for found in (named, kinds, alone) if len(found) == 1), [])


def _words(call: Call) -> str:
    return " ".join(evidence.excerpt.lower() for evidence in call.evidence)


def _setting_names(call: Call) -> str:
    """What settings are called, as `redis_host`, without their values: a host is called as somebody liked."""
    said = (one.excerpt.lower().partition(" = ") for one in call.evidence)
    return " ".join(name for name, is_set, _ in said if is_set)


def _servers_named(call: Call) -> frozenset[str]:
    return _SERVERS.intersection(_WORD.findall(_setting_names(call)))


def _is_another(callee: ServiceProfile, call: Call) -> bool:
    """Whether a setting names a kind of server, and this is one of another kind."""
    is_server = callee.runtime.name in _SERVERS and not _is_spoken_of(callee, _setting_names(call))
    return is_server and bool(_servers_named(call))


def _is_spoken_of(callee: ServiceProfile, words: str) -> bool:
    """Whether a setting without a port speaks of such a service: `db_host` of a database, `mq_server` of a broker."""
    return any(re.search(pattern, words) and callee.runtime.name in runtimes for pattern, runtimes in _KINDS)


def _to(profile: ServiceProfile, call: Call, callee: str, port: int | None) -> Edge:
    return Edge(profile.service, callee, call.protocol, port, call.sources, call.evidence)


def _from_servers(directory: Directory, view: HostView) -> Iterator[Edge]:
    """Connections as the accepting host saw them; the other end tells which of its services it was.

    It is as sure as the other end is: which of two services of one account it was is seen from there alone.
    """
    for connection in view.incoming:
        caller_host = directory.host_of(connection.peer, view.snapshot.host)
        callees = directory.listening(view.snapshot.host, connection.port, local=True)
        caller, seen = _other_end(directory, connection, caller_host) if caller_host else ("", ())
        if len(callees) == 1 and caller and caller != callees[0].service:
            what = f"tcp {connection.peer} -> {connection.address}:{connection.port}"
            concluded = confidence(seen) is Confidence.INFERRED
            evidence = Evidence(Sockets.name, what, view.snapshot.host, inferred=concluded)
            yield Edge(caller, callees[0].service, Protocol.TCP, connection.port, (Source.SERVER_SOCKET,), (evidence,))


def _other_end(directory: Directory, connection: Connection, host: str) -> tuple[str, Sequence[Evidence]]:
    """The service whose own sockets lead to the same place, and how that was seen; no name where there are two.

    Ports change between two looks, so only the peer counts.
    """
    callers = {
        profile.service: [one for one in call.evidence if one.fact in _OF_SOCKETS]
        for profile in directory.views[host].profiles
        for call in profile.calls
        if Source.CLIENT_SOCKET in call.sources
        and call.port == connection.port
        and (call.target == connection.address or (_is_loopback(call.target) and _is_loopback(connection.address)))
    }
    return next(iter(callers.items())) if len(callers) == 1 else ("", ())


def _is_loopback(address: str) -> bool:
    return _is_address(address) and ipaddress.ip_address(address).is_loopback


def known_calls(directory: Directory, profile: ServiceProfile) -> tuple[Call, ...]:
    """The profile's calls, one for each endpoint, by the name that configuration uses for it where there is one.

    Words that look like a host to nobody (`host=cfg` in a program's text) are dropped.
    """
    found: dict[tuple[str, int | None], Call] = {}
    for call in sorted(profile.calls, key=lambda call: (_is_address(call.target), call.target)):
        endpoint = _endpoint(directory, profile, call)
        if endpoint:
            known = found.get(endpoint)
            found[endpoint] = replace(call, port=endpoint[1]) if known is None else merge_calls(known, call)
    return tuple(sorted(found.values(), key=lambda call: (call.target, call.port or 0)))


def _endpoint(directory: Directory, profile: ServiceProfile, call: Call) -> tuple[str, int | None] | None:
    """What the call means: the scanned host with the port, or the target as it is; None when it means nothing."""
    if call.protocol is Protocol.UNIX:
        return call.target, None
    host = directory.host_of(call.target, profile.host)
    if not host:
        socket = Source.CLIENT_SOCKET in call.sources
        known = directory.is_known_name(call.target, profile.host) and not _only_in_programs(call)
        return (directory.outside(call.target, profile.host, call.port), call.port) if socket or known else None
    callees = _callees(directory, profile, call, host)
    if callees == [profile]:
        return None
    port = call.port or next((li.port for callee in callees[:1] for li in callee.listens if li.port), None)
    return host, port if len(callees) == 1 else call.port


def spoken_protocols(profile: ServiceProfile, incoming: Sequence[Edge]) -> ServiceProfile:
    """Mark TCP listeners as HTTP where a caller's configuration says that it speaks HTTP there."""
    ports = {edge.port for edge in incoming if edge.protocol is Protocol.HTTP}
    listens = tuple(
        replace(listen, protocol=Protocol.HTTP) if listen.protocol is Protocol.TCP and listen.port in ports else listen
        for listen in profile.listens
    )
    return replace(profile, listens=listens)


def health_checks(directory: Directory) -> dict[tuple[str, str], tuple[HealthCheck, ...]]:
    """Checks that balancers already make, by host and service: `httpchk` of a backend counts for all its members."""
    found: dict[tuple[str, str], list[HealthCheck]] = {}
    for view, group in _backends(directory):
        for check in [m for m in group if m.kind is MentionKind.CHECK][:1]:
            evidence = _stated(view, check, f"checked by {view.snapshot.host}: GET {check.path}")
            for callee, port in _members(directory, view, group):
                found.setdefault(callee, []).append(HealthCheck(port, check.path, (evidence,)))
    return {key: tuple({(c.port, c.path): c for c in checks}.values()) for key, checks in found.items()}


def affinities(directory: Directory) -> dict[tuple[str, str], tuple[Evidence, ...]]:
    """Balancers that pin each client to one instance, by host and service that they do it for."""
    found: dict[tuple[str, str], list[Evidence]] = {}
    for view, group in _backends(directory):
        for rule in (m for m in group if m.kind is MentionKind.AFFINITY):
            evidence = _stated(view, rule, f"{view.snapshot.host} pins clients: {rule.key}")
            for callee, _ in _members(directory, view, group):
                found.setdefault(callee, []).append(evidence)
    return {key: tuple(dict.fromkeys(said)) for key, said in found.items()}


def _backends(directory: Directory) -> Iterator[tuple[HostView, tuple[Mention, ...]]]:
    """What stands between two `backend` or `upstream` lines of a file, for every file of the estate."""
    for view in directory.views.values():
        for mentions in view.mentions:
            group: list[Mention] = []
            for mention in mentions:
                if group and (mention.kind is MentionKind.SECTION or mention.file != group[0].file):
                    yield view, tuple(group)
                    group = []
                group.append(mention)
            yield view, tuple(group)


def _members(directory: Directory, view: HostView, group: Sequence[Mention]) -> Iterator[tuple[tuple[str, str], int]]:
    """Host and service of every server that a backend names, with the port."""
    for mention in group:
        host = directory.host_of(mention.host, view.snapshot.host) if mention.kind is MentionKind.ADDRESS else ""
        if host and mention.port:
            for callee in directory.listening(host, mention.port, local=False):
                yield (host, callee.service), mention.port


def _stated(view: HostView, mention: Mention, excerpt: str) -> Evidence:
    return Evidence(Configuration.name, excerpt, f"{view.snapshot.host}:{mention.file}:{mention.line}")
