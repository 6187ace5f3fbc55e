"""What a workload connects to: from its sockets, and from its configuration. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.model.services import Call, Evidence, Protocol, Source
from migrator.scan.facts.configuration import Configuration, Mention, MentionKind
from migrator.scan.facts.sockets import Connection

__all__ = ["SCHEMES", "both", "configured_calls", "merged", "socket_calls"]

SCHEMES: Mapping[str, int] = {
    "http": 80, "https": 443, "ws": 80, "wss": 443, "ldap": 389, "ldaps": 636, "smtp": 25, "ftp": 21,
    "postgres": 5432, "postgresql": 5432, "mysql": 3306, "mariadb": 3306, "sqlserver": 1433, "oracle": 1521,
    "redis": 6379, "rediss": 6379, "memcached": 11211, "mongodb": 27017,
    "amqp": 5672, "amqps": 5671, "kafka": 9092, "nats": 4222, "mqtt": 1883,
}  # fmt: skip
"""Port of a URL that names none. Source: the IANA registry, and the products' own documentation."""

_KEY_PORTS = {"relayhost": 25, "smtp_host": 25, "smtp_server": 25, "mail_host": 25, "mail_server": 25}
_OWN_NAME = re.compile(
    r"(?:my|v|virtual|default|server|bind|listen|proxy_set_header|canonical|fully)[a-z_.-]*(?:host|hostname|addr|address|name)|.*bind.*|.*listen.*"
)
_NEAR = 2


def socket_calls(connections: Iterable[tuple[Connection, Evidence]]) -> Iterator[Call]:
    """Established connections, one call for each peer and port."""
    seen: dict[tuple[str, int], Evidence] = {}
    for connection, evidence in connections:
        seen.setdefault((connection.peer, connection.peer_port), evidence)
    for (peer, port), evidence in sorted(seen.items()):
        yield Call(peer, Protocol.TCP, port, (Source.CLIENT_SOCKET,), (evidence,))


def configured_calls(mentions: Sequence[Mention]) -> Iterator[Call]:
    """Endpoints that configuration names. A setting without a port takes the one that stands beside it."""
    sections = {m.host for m in mentions if m.kind is MentionKind.SECTION}
    for mention in mentions:
        call = _call(mention, mentions, sections)
        if call:
            yield call


def _call(mention: Mention, mentions: Sequence[Mention], sections: set[str]) -> Call | None:
    evidence = Evidence(Configuration.name, mention.text[:200], f"{mention.file}:{mention.line}")
    if mention.kind is MentionKind.URL and mention.host not in sections:
        http = mention.scheme in {"http", "ws"}
        port = mention.port or SCHEMES.get(mention.scheme)
        return Call(mention.host, Protocol.HTTP if http else Protocol.TCP, port, (Source.CONFIGURATION,), (evidence,))
    if mention.kind is MentionKind.ADDRESS:
        http = _proxied_as_http(mention, mentions)
        protocol = Protocol.HTTP if http else Protocol.TCP
        return Call(mention.host, protocol, mention.port, (Source.CONFIGURATION,), (evidence,))
    if mention.kind is MentionKind.SETTING and mention.host and not _OWN_NAME.fullmatch(mention.key):
        port = _port_beside(mention, mentions) or _KEY_PORTS.get(mention.key)
        return Call(mention.host, Protocol.TCP, port, (Source.CONFIGURATION,), (evidence,))
    if mention.kind is MentionKind.UNIX:
        return Call(mention.path, Protocol.UNIX, None, (Source.CONFIGURATION,), (evidence,))
    return None


def _proxied_as_http(mention: Mention, mentions: Sequence[Mention]) -> bool:
    """A member of an nginx upstream that some `http://UPSTREAM` URL uses, or of a backend with an HTTP check."""
    section = _section_of(mention, mentions)
    if not section:
        return False
    urls = {m.host for m in mentions if m.kind is MentionKind.URL and m.scheme == "http"}
    checked = any(m.kind is MentionKind.CHECK and _section_of(m, mentions) == section for m in mentions)
    return section.host in urls or checked


def _section_of(mention: Mention, mentions: Sequence[Mention]) -> Mention | None:
    """The last `backend x` or `upstream x` at or above the line."""
    above = [m for m in mentions if m.kind is MentionKind.SECTION and m.file == mention.file and m.line <= mention.line]
    return above[-1] if above else None


def _port_beside(mention: Mention, mentions: Sequence[Mention]) -> int | None:
    """`host = a` with `port = 1`, `redis_host` with `redis_port`: the same key but for its ending, near it."""
    stem = re.sub(r"(?:hostname|host|servername|server|address|addr)$", "", mention.key)
    near = [
        m
        for m in mentions
        if m.kind is MentionKind.SETTING
        and m.port
        and m.file == mention.file
        and 0 <= m.line - mention.line <= _NEAR
        and re.sub(r"port$", "", m.key) == stem
    ]
    return near[0].port if near else None


def merged(calls: Iterable[Call]) -> tuple[Call, ...]:
    """One call for each target, protocol family and port, with everything that saw it."""
    found: dict[tuple[str, int | None, bool], Call] = {}
    for call in calls:
        key = (call.target, call.port, call.protocol is Protocol.UNIX)
        known = found.get(key)
        found[key] = call if known is None else both(known, call)
    return tuple(sorted(found.values(), key=lambda c: (c.target, c.port or 0, c.protocol)))


def both(one: Call, other: Call) -> Call:
    """One call that two sources saw, under the first one's target."""
    protocol = Protocol.HTTP if Protocol.HTTP in {one.protocol, other.protocol} else one.protocol
    sources = tuple(dict.fromkeys((*one.sources, *other.sources)))
    evidence = tuple(dict.fromkeys((*one.evidence, *other.evidence)))[:4]
    return replace(one, protocol=protocol, sources=sources, evidence=evidence)
