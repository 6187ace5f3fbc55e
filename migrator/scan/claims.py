"""Sockets whose process was not visible: what configuration says of them, who is left when others are ruled out. Pure.

Where two workloads may be meant, the socket stays without an owner.
"""

import ipaddress
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TypeVar

from migrator.model.services import Call, Evidence, Protocol
from migrator.scan.calls import configured_calls
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.sockets import Connection, Listener, Sockets
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.socket_owners import SocketOwners

__all__ = ["Claimant", "Claims", "claimed"]

S = TypeVar("S")

_OWN_PORT = re.compile(
    r"(?:server|https?|listen(?:er|ing)?|bind|local|main|web|service|tcp|app|application)?[._-]?port|server[._]http[._]port"
)
"""Settings that name the port of the program itself."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """What speaks for a workload's being at an end of a socket."""

    mentions: tuple[Mention, ...]
    """What its configuration, its command lines and its environment say."""
    names: frozenset[str]
    """Names of its unit and program: `NAME_port` is its own port."""
    runtime: str
    ports: tuple[int, ...]
    """Where its program listens unless it is told otherwise."""
    refused: tuple[str, ...] = ()
    """Files of its own that this user may not read."""
    is_text: bool = False
    """Its program is text, which was looked into like configuration."""

    @property
    def is_known(self) -> bool:
        """Whether its settings were seen: nothing was kept from this user, and there was something to read."""
        return not self.refused and (self.is_text or bool(self.mentions))


@dataclass(frozen=True, slots=True)
class Claims:
    """Sockets by position of the claimant, each with what speaks for it; and what nobody has a claim on."""

    listeners: Mapping[int, tuple[tuple[Listener, Evidence], ...]]
    unix: Mapping[int, tuple[tuple[str, Evidence], ...]]
    outgoing: Mapping[int, tuple[tuple[Connection, Evidence], ...]]
    left: SocketOwners


def claimed(claimants: Sequence[Claimant], owners: SocketOwners, names: Mapping[str, str]) -> Claims:
    """Give what has no owner to the only one that it can be of. `names`: names that the host knows -> addresses."""
    calls = [tuple(configured_calls(one.mentions)) for one in claimants] if owners.unowned_outgoing else []
    listeners = _settled(owners.unowned, lambda one: _of_listener(claimants, owners, one))
    unix = _settled(owners.unowned_unix, lambda path: _listening(claimants, path))
    outgoing = _settled(owners.unowned_outgoing, lambda one: _of_connection(claimants, calls, owners, names, one))
    left = replace(
        owners,
        unowned=tuple(one for one in owners.unowned if one not in listeners),
        unowned_unix=tuple(path for path in owners.unowned_unix if path not in unix),
        unowned_outgoing=tuple(one for one in owners.unowned_outgoing if one not in outgoing),
    )
    return Claims(_by_claimant(listeners), _by_claimant(unix), _by_claimant(outgoing), left)


_Claim = tuple[int, Evidence]


def _settled(sockets: Iterable[S], claims: Callable[[S], Sequence[_Claim]]) -> dict[S, _Claim]:
    found = ((socket, claims(socket)) for socket in sockets)
    return {socket: said[0] for socket, said in found if len(said) == 1}


def _by_claimant(settled: Mapping[S, _Claim]) -> dict[int, tuple[tuple[S, Evidence], ...]]:
    groups: dict[int, list[tuple[S, Evidence]]] = {}
    for socket, (index, evidence) in settled.items():
        groups.setdefault(index, []).append((socket, evidence))
    return {index: tuple(group) for index, group in groups.items()}


def _of_listener(claimants: Sequence[Claimant], owners: SocketOwners, listener: Listener) -> list[_Claim]:
    possible = owners.candidates.get(listener.inode)
    said = _listening(claimants, listener.port) or _by_default(claimants, listener)
    likely = [claim for claim in said if possible is None or claim[0] in possible]
    return likely or _alone_naming(claimants, listener, possible or frozenset())


def _listening(claimants: Sequence[Claimant], place: int | str) -> list[_Claim]:
    """Workloads whose configuration listens there, each with the first place that says so."""
    found = []
    for index, one in enumerate(claimants):
        said = (m for m in one.mentions if _names(m, place) and _says_where_to_listen(m, one.names))
        mention = next(said, None)
        if mention:
            excerpt = f"listens on {place} (the process was not visible)"
            found.append((index, Evidence(Configuration.name, excerpt, _place(mention), inferred=True)))
    return found


def _names(mention: Mention, place: int | str) -> bool:
    """A path that ends in a slash goes on with a variable: `listen = /run/php/$pool.sock`."""
    if mention.kind is MentionKind.LISTEN and mention.path.endswith("/"):
        return isinstance(place, str) and place.rpartition("/")[0] == mention.path.rstrip("/")
    return place in {mention.port, mention.path}


def _says_where_to_listen(mention: Mention, names: frozenset[str]) -> bool:
    """`listen 8000;`, `bind *:443`, `port 6379`. A port with another longer name may be somebody else's (`db.port`)."""
    if mention.kind is not MentionKind.SETTING or mention.host:
        return mention.kind is MentionKind.LISTEN
    if mention.key.startswith("."):
        return False
    before = mention.key.removesuffix("port").rstrip("._-")
    return _OWN_PORT.fullmatch(mention.key) is not None or before in names


def _place(mention: Mention) -> str:
    return f"{mention.file}:{mention.line}"


def _by_default(claimants: Sequence[Claimant], listener: Listener) -> list[_Claim]:
    """Workloads whose program listens there unless it is told otherwise."""
    said = f"{listener.protocol} {listener.port} is the default port of {{}} (the process was not visible)"
    return [
        (index, Evidence(Sockets.name, said.format(one.runtime), inferred=True))
        for index, one in enumerate(claimants)
        if listener.port in one.ports
    ]


def _alone_naming(claimants: Sequence[Claimant], listener: Listener, possible: Collection[int]) -> list[_Claim]:
    """Of those that can have opened it, the one whose settings name that port, whatever they call it, and no host."""
    named = {index: _naming(claimants[index], listener.port) for index in sorted(possible)}
    excerpt = f"of those that can listen on {listener.port}, this one alone names it (the process was not visible)"
    return [
        (index, Evidence(Configuration.name, excerpt, _place(said[0]), inferred=True))
        for index, said in named.items()
        if said
    ]


def _naming(one: Claimant, port: int) -> list[Mention]:
    """Settings of that port, unless it calls one such."""
    said = [m for m in one.mentions if m.kind is MentionKind.SETTING and not m.host and m.port == port]
    return [] if said and any(call.port == port for call in configured_calls(one.mentions)) else said


class _Fit(IntEnum):
    """Whether a setting means the other end of a connection."""

    NO = 0
    PERHAPS = 1
    """By a name that this host alone cannot tell the address of."""
    HOST = 2
    """The host, and no port there."""
    YES = 3


_NOTHING = (_Fit.NO, Call(""))


def _of_connection(
    claimants: Sequence[Claimant],
    calls: Sequence[Sequence[Call]],
    owners: SocketOwners,
    names: Mapping[str, str],
    connection: Connection,
) -> list[_Claim]:
    """Who of those that can have opened it is set up to do so; if nobody is, the only one with secret settings."""
    possible = sorted(owners.candidates.get(connection.inode, ()))
    told = {index: _best((_fits(call, connection, names), call) for call in calls[index]) for index in possible}
    meant = [index for index in possible if told[index][0] is not _Fit.NO]
    likely = meant or [index for index in possible if claimants[index].refused]
    if len(likely) != 1:
        return []
    found = likely[0]
    others_known = all(claimants[index].is_known for index in possible if index != found)
    evidence = _why(connection, claimants[found], told[found], others_known=others_known)
    return [(found, evidence)] if evidence else []


def _best(said: Iterable[tuple[_Fit, Call]]) -> tuple[_Fit, Call]:
    return max(said, key=lambda pair: pair[0], default=_NOTHING)


def _why(connection: Connection, one: Claimant, told: tuple[_Fit, Call], *, others_known: bool) -> Evidence | None:
    """What speaks for it; None where that is not enough."""
    fit, call = told
    what = f"tcp {connection.address} -> {connection.peer}:{connection.peer_port}"
    if fit is _Fit.YES or (fit is _Fit.HOST and others_known):
        place = f"{call.target}:{call.port}" if call.port else call.target
        excerpt = f"{what} (of those that can have opened it, this one alone names {place})"
        return Evidence(Sockets.name, excerpt, call.evidence[0].where, inferred=True)
    if fit is _Fit.NO and others_known:
        excerpt = f"{what} (none of the others that can have opened it is set up to; this one's file could not be read)"
        return Evidence(Sockets.name, excerpt, one.refused[0], inferred=True)
    return None


def _fits(call: Call, connection: Connection, names: Mapping[str, str]) -> _Fit:
    if call.protocol is Protocol.UNIX or call.port not in {connection.peer_port, None}:
        return _Fit.NO
    address = _address(names.get(call.target.lower(), call.target))
    if address and not _same(address, connection.peer):
        return _Fit.NO
    if not address:
        return _Fit.PERHAPS
    return _Fit.YES if call.port else _Fit.HOST


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _same(one: str, other: str) -> bool:
    loopback = ipaddress.ip_address(one).is_loopback and ipaddress.ip_address(other).is_loopback
    return one == other or loopback
