"""What a workload connects to: from its sockets, and from its configuration. Pure."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.model.services import Call, Evidence, Protocol, Source
from migrator.scan.default_ports import CLIENTS, SCHEMES, local_socket, port_of_scheme, port_of_setting
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.process_settings import ProcessSettings, pid_of
from migrator.scan.facts.sockets import Connection
from migrator.scan.mentions import Mention, MentionKind

__all__ = ["both", "configured_calls", "merged", "socket_calls"]

_NO_ENDPOINT = frozenset(
    {"balancer", "unix", "file", "classpath", "data", "urn", "about", "jar", "cid", "mailto", "listener", "s3", "gs"}
)
_HTTP = frozenset({"http", "ws", "h2c"})
_TABLES = re.compile(r"/[^/]*(ldap|mysql|pgsql)[^/]*\.(?:cf|conf|conf\.ext)")
"""Files of mail servers that say in their name what their `hosts` are. Source: ldap_table(5), mysql_table(5)."""
_OWN_NAME = re.compile(
    r"(?:my(?!sql)|v|virtual|default(?!_host)|server(?=[._-])|bind|listen|proxy_set_header|canonical|fully|local|public|external|advertised|allowed|trusted|report|rpc|http|https|https?d|network|transport|broadcast(?:_rpc)?|management|web|admin|node|base|this|own|inet|source)[._-]?(?:[a-z_.-]*[._-])?(?:hosts?|hostname|addr|address|name|host\.name)"
    r"|(?:.*\.)?rmi\.server\.hostname|dc_(?!smarthost).*|(?:e?helo|primary|qualify|masquerade|visible|unique)_?(?:host|hostname|name|domain)"
    r"|.*(?:bind|listen|advertis|local).*|host_?key.*|.*user_?host|.*ssh_?host_?key"
)
_UNIT = re.compile(r"\.service(?:\.d/[^/]+)?$")
_WELL_KNOWN = frozenset(SCHEMES.values()) - {80, 443}
_CONFIGURED = (Source.CONFIGURATION,)
_NEAR = 7
"""Lines between a host and the port that belongs to it, at most."""
_SECTIONED = re.compile(r"\.(?:ya?ml|ini|cnf|cfg|conf|toml|json|xml|properties|hcl)$")
_FOR_OTHERS = re.compile(
    r"(?:.*[_.-])?(?:backups?|archive|vault|offsite|mirror|log|logs|syslog|log_?server|web|www|proxy|api|nagios|icinga|zabbix"
    r"|monitor|monitoring|graphite|statsd|influx|prometheus|pushgateway|ntp|nfs|smb|cifs|s3|ssh|sftp|ftp|scp|rsync)[_.-]?"
    r"(?:hosts?|hostnames?|servers?|servername|addr|address)"
)
"""Settings that name a host to which other programs than a database's clients are sent."""
_OWN_PORT = re.compile(
    r"(?:.*[_.-])?(?:https?|listen(?:er|ing)?|bind|local|source|web|ui|admin|management|metrics|status|debug|rpc|ssl|tls|udp|base|min|max)[_.-]?port"
)
"""Ports of the program itself, or another one beside that which counts."""
_OF_DATABASE = re.compile(r"(?:.*[_.-])?(?:db|database|sql|default)[_.-]?")
"""What stands before the `host` of a database, whichever it is."""
_HOST_KEY = re.compile(
    r"(?:hostnames?|hosts?|host\.name|servernames?|servers?|addresses|address|addrs?|brokers?|endpoints?)$"
)


def socket_calls(connections: Iterable[tuple[Connection, Evidence]]) -> Iterator[Call]:
    """Established connections, one call for each peer and port."""
    seen: dict[tuple[str, int], Evidence] = {}
    for connection, evidence in connections:
        seen.setdefault((connection.peer, connection.peer_port), evidence)
    for (peer, port), evidence in sorted(seen.items()):
        yield Call(peer, Protocol.TCP, port, (Source.CLIENT_SOCKET,), (evidence,))


def configured_calls(mentions: Sequence[Mention], unsure: frozenset[int] = frozenset()) -> Iterator[Call]:
    """Endpoints that configuration names. A setting without a port takes the one beside it, or the usual.

    `unsure` are ports that are not supposed where none is named: others read the same settings, and are seen there.
    """
    mentions = _in_force(mentions)
    sections = {m.host for m in mentions if m.kind is MentionKind.SECTION}
    ports = _ports_of(mentions)
    options = {(m.file, m.line, m.host) for m in mentions if m.kind is MentionKind.CLIENT}
    for mention in mentions:
        if _names_host(mention) and (mention.file, mention.line, mention.host) in options:
            continue  # an option of the client of that line, which has its port
        call = _call(mention, mentions, sections, ports, unsure)
        if call:
            yield call


def _call(
    mention: Mention,
    mentions: Sequence[Mention],
    sections: set[str],
    ports: Mapping[int, int],
    unsure: frozenset[int],
) -> Call | None:
    evidence = _evidence(mention)
    if mention.kind is MentionKind.URL and mention.host not in sections and mention.scheme not in _NO_ENDPOINT:
        protocol = Protocol.HTTP if mention.scheme in _HTTP else Protocol.TCP
        port = mention.port or port_of_scheme(mention.scheme)
        return Call(mention.host, protocol, port, _CONFIGURED, (evidence,))
    if mention.kind is MentionKind.ADDRESS:
        http = _proxied_as_http(mention, mentions)
        protocol = Protocol.HTTP if http else Protocol.TCP
        return Call(mention.host, protocol, mention.port, _CONFIGURED, (evidence,))
    if mention.kind is MentionKind.CLIENT:
        return _client_call(mention, mentions, ports, evidence)
    if _names_host(mention):
        port = ports.get(id(mention)) or _supposed(mention, mentions, unsure)
        return Call(mention.host, Protocol.TCP, port, _CONFIGURED, (evidence,))
    if mention.kind is MentionKind.UNIX:
        return Call(mention.path, Protocol.UNIX, None, _CONFIGURED, (evidence,))
    return None


def _in_force(mentions: Sequence[Mention]) -> Sequence[Mention]:
    """Without what a unit sets and something after it sets again: its drop-ins, then variables in files that it reads.

    A setting that one file has several times is of several things, and stays. Source: systemd.exec(5).
    """
    read = {m.path for m in mentions if m.kind is MentionKind.FILE and _UNIT.search(m.file)}
    lines = {(m.file, m.line) for m in mentions if m.kind is MentionKind.VARIABLE and m.file in read}
    settings = [m for m in mentions if m.kind is MentionKind.SETTING]
    sets = [m for m in settings if _UNIT.search(m.file) or (m.file, m.line) in lines]
    times = Counter((m.file, m.key) for m in sets)
    once = sorted((m for m in sets if times[m.file, m.key] == 1), key=lambda m: _rank(m.file, read))
    last = {m.key: m.file for m in once}
    overruled = {id(m) for m in once if _UNIT.search(m.file) and last[m.key] != m.file}
    return [m for m in mentions if id(m) not in overruled]


def _rank(file: str, read: Container[str]) -> tuple[bool, bool, str]:
    return file in read, ".service.d/" in file, file.rpartition("/")[2]


def _evidence(mention: Mention) -> Evidence:
    running = pid_of(mention)
    where = mention.file if running else f"{mention.file}:{mention.line}"
    return Evidence(ProcessSettings.name if running else Configuration.name, mention.text[:200], where)


def _names_host(mention: Mention) -> bool:
    """Whether it is a setting that names somebody else's host."""
    own = _is_own_name(mention) or (mention.key == "hostname" and _is_of_file(mention))
    return mention.kind is MentionKind.SETTING and bool(mention.host) and not own


def _is_of_file(mention: Mention) -> bool:
    """Whether a setting stands in no section: what a file of settings calls `hostname` there is what it runs on."""
    return mention.block == "0.1" and mention.file.endswith((".conf", ".toml", ".yml", ".yaml"))


def _client_call(
    mention: Mention, mentions: Sequence[Mention], ports: Mapping[int, int], evidence: Evidence
) -> Call | None:
    """A client called with a host; or with none, and none in the file that it could mean: then it calls this host."""
    port = mention.port or CLIENTS.get(mention.key)
    socket = local_socket(mention.key, mention.port) if mention.host == "localhost" else ""
    beside = [m for m in mentions if m.file == mention.file] if mention.host == "localhost" else []
    if any(_may_mean(mention, one, beside, ports) for one in beside):
        return None
    if socket:
        return Call(socket, Protocol.UNIX, None, _CONFIGURED, (evidence,))
    return Call(mention.host, Protocol.TCP, port, _CONFIGURED, (evidence,))


def _may_mean(client: Mention, setting: Mention, beside: Iterable[Mention], ports: Mapping[int, int]) -> bool:
    """Whether a client that is told no host may be meant for one that the file names: not for a relay of mail, a vault.

    An option on the line of another client is that one's.
    """
    if not _names_host(setting) or _FOR_OTHERS.fullmatch(setting.key):
        return False
    port = ports.get(id(setting)) or _usual(setting)
    theirs = ((m.line, m.host) for m in beside if m.kind is MentionKind.CLIENT and m.key != client.key)
    of_another = (setting.line, setting.host) in theirs
    return not of_another and (port not in _WELL_KNOWN or port == CLIENTS.get(client.key))


def _supposed(mention: Mention, mentions: Sequence[Mention], unsure: frozenset[int]) -> int | None:
    """The usual port of what the setting names, unless a port of that name is told somewhere else."""
    port, stem = _usual(mention) or _driven(mention, mentions), _stem(mention.key)
    told = {m.port for m in mentions if stem and m.port and not m.host and re.sub(r"port$", "", m.key) == stem}
    if told:
        return next(iter(told)) if len(told) == 1 else None
    return None if port in unsure else port


def _driven(mention: Mention, mentions: Sequence[Mention]) -> int | None:
    """By the driver that the block of a database's host names, or the whole file where that names one alone."""
    stem = _stem(mention.key)
    drivers = [m for m in mentions if m.kind is MentionKind.DRIVER and m.file == mention.file]
    beside = [m for m in drivers if m.block == mention.block]
    if not drivers or (stem and not _OF_DATABASE.fullmatch(stem)):
        return None
    ports = {port_of_scheme(m.key) for m in (beside or (drivers if stem else ()))}
    return next(iter(ports)) if len(ports) == 1 else None


def _usual(mention: Mention) -> int | None:
    """By the setting's name, or by the form of the file: `*.cnf` is MySQL's."""
    of_options = mention.file.endswith(".cnf") and mention.key in {"host", "master-host", "master_host"}
    return port_of_setting(mention.key) or (SCHEMES["mysql"] if of_options else _by_table(mention))


def _is_own_name(mention: Mention) -> bool:
    """Whether a setting names this host, or what it listens on."""
    return _OWN_NAME.fullmatch(mention.key) is not None and not _by_table(mention)


def _by_table(mention: Mention) -> int | None:
    """`hosts = mail1` of a file that is called after a directory or a database, and has no groups."""
    table = _TABLES.fullmatch(mention.file[mention.file.rfind("/") :])
    alone = table and mention.block in {"", "0.1"} and mention.key in {"host", "hosts", "server_host"}
    return SCHEMES[table[1]] if table and alone else None


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


def _ports_of(mentions: Sequence[Mention]) -> dict[int, int]:
    """The port of each host setting, by its identity: its own, or the one that stands beside it."""
    return _ports_beside(mentions) | {id(m): m.port for m in mentions if m.host and m.port}


def _ports_beside(mentions: Sequence[Mention]) -> dict[int, int]:
    """`host = a` with `port = 1`, `redis_host` with `redis_port`: the port of each host setting, by its identity.

    Only within one block: the port of the next section of a file is that of something else.
    """
    found: dict[int, int] = {}
    settings = [m for m in mentions if m.kind is MentionKind.SETTING]
    hosts = [m for m in settings if m.host and not m.port]
    for (file, block, stem), ports in _by_block(m for m in settings if m.port and not m.host).items():
        near = [m for m in hosts if m.file == file and m.block == block and id(m) not in found]
        found |= _paired([m for m in near if any(_same(m, port, stem) for port in ports)], ports)
    found |= _alone_in_block(settings, found)
    return found | _left_over(settings, found)


def _alone_in_block(settings: Sequence[Mention], found: Mapping[int, int]) -> dict[int, int]:
    """`Address = a` with `FDPort = 1` go together where a block within a file has no other host and no other port.

    A port that a program would have of its own, as `http_port`, is none of somebody else's.
    """
    blocks: dict[tuple[str, str], list[Mention]] = {}
    for one in settings:
        if one.block and not one.block.startswith("0."):
            blocks.setdefault((one.file, one.block), []).append(one)
    pairs: dict[int, int] = {}
    for group in blocks.values():
        hosts, ports = [m for m in group if m.host], [m for m in group if m.port and not m.host]
        if len(hosts) == len(ports) == 1 and not hosts[0].port and id(hosts[0]) not in found:
            pairs |= _if_theirs(hosts[0], ports[0])
    return pairs


def _if_theirs(host: Mention, port: Mention) -> dict[int, int]:
    theirs = not _stem(host.key) and _is_near(host, port) and not _OWN_PORT.fullmatch(port.key)
    return {id(host): port.port} if theirs and port.port else {}


def _by_block(ports: Iterable[Mention]) -> dict[tuple[str, str, str], list[Mention]]:
    found: dict[tuple[str, str, str], list[Mention]] = {}
    for port in ports:
        found.setdefault((port.file, port.block, re.sub(r"port$", "", port.key)), []).append(port)
    return found


def _paired(hosts: Sequence[Mention], ports: Sequence[Mention]) -> dict[int, int]:
    """A port belongs to the last host above that has none yet; where ports stand first, to the next host below."""
    found: dict[int, int] = {}
    below = _ports_come_first(hosts, ports)
    for port in reversed(ports) if below else ports:
        near = [m for m in hosts if id(m) not in found and _is_near(m, port)]
        side = [m for m in near if (m.line >= port.line if below else m.line <= port.line)]
        host = (side[0] if below else side[-1]) if side else None
        if host and not _ambiguous(host, port, hosts, ports):
            found.update({id(m): port.port for m in near if m.line == host.line and m.key == host.key and port.port})
    return found


def _is_near(host: Mention, port: Mention) -> bool:
    """The variables of an environment stand in no order."""
    return abs(host.line - port.line) <= _NEAR or bool(pid_of(host))


def _ports_come_first(hosts: Sequence[Mention], ports: Sequence[Mention]) -> bool:
    lines = sorted({m.line for m in hosts}), sorted({m.line for m in ports})
    return all(lines) and lines[1][0] < lines[0][0] and lines[1][-1] < lines[0][-1]


def _ambiguous(host: Mention, port: Mention, hosts: Sequence[Mention], ports: Sequence[Mention]) -> bool:
    """Several hosts and several ports on one line: which of them go together is not told."""
    several = len({m.port for m in ports if m.line == port.line}) > 1
    return several and len({m.host for m in hosts if m.line == host.line and m.key == host.key}) > 1


def _left_over(settings: Sequence[Mention], found: Mapping[int, int]) -> dict[int, int]:
    """A file with one host without a port and one port of a known service without a host means the two together."""
    pairs: dict[int, int] = {}
    for file in {m.file for m in settings if m.port in _WELL_KNOWN and not m.host}:
        pairs |= _one_pair([m for m in settings if m.file == file], found)
    return pairs or _one_pair(settings, found)


def _one_pair(settings: Sequence[Mention], found: Mapping[int, int]) -> dict[int, int]:
    hosts = [m for m in settings if m.host and not m.port and id(m) not in found]
    free = [m for m in settings if not m.host and m.port not in found.values()]
    ports = {m.port for m in free}
    one = len({m.host for m in hosts}) == len(ports) == 1 and ports <= _WELL_KNOWN
    together = one and not any(_is_apart(host, port) for host in hosts for port in free)
    return {id(m): port for m in hosts for port in ports if port} if together else {}


def _is_apart(host: Mention, port: Mention) -> bool:
    """Whether the two are in different sections of one file. A program may set a host here and use it there."""
    blocks = host.block and port.block and host.block != port.block
    return bool(host.file == port.file and blocks and _SECTIONED.search(host.file))


def _same(host: Mention, port: Mention, stem: str) -> bool:
    return (
        _stem(host.key) == stem
        or stem.rstrip("_.-") == host.key
        or (host.line == port.line and not stem and _stem(host.key).endswith("sql."))
    )


def _stem(key: str) -> str:
    return _HOST_KEY.sub("", key)


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
