"""What a workload connects to: from its sockets, and from its configuration. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.model.services import Call, Evidence, Protocol, Source
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.process_settings import ProcessSettings, pid_of
from migrator.scan.facts.sockets import Connection
from migrator.scan.mentions import Mention, MentionKind

__all__ = ["SCHEMES", "both", "configured_calls", "merged", "socket_calls"]

SCHEMES: Mapping[str, int] = {
    "http": 80, "https": 443, "ws": 80, "wss": 443, "ajp": 8009, "fcgi": 9000, "grpc": 443, "grpcs": 443, "h2c": 80,
    "ldap": 389, "ldaps": 636, "smtp": 25, "smtps": 465, "imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995,
    "ftp": 21, "ftps": 990, "sftp": 22, "ssh": 22, "scp": 22, "rsync": 873, "git": 9418, "svn": 3690, "nfs": 2049,
    "smb": 445,
    "postgres": 5432, "postgresql": 5432, "pgsql": 5432, "psql": 5432, "postgis": 5432, "redshift": 5439,
    "mysql": 3306, "mysql2": 3306, "mariadb": 3306, "sqlserver": 1433, "mssql": 1433, "jtds": 1433, "oracle": 1521,
    "db2": 50000, "sybase": 5000, "firebirdsql": 3050, "hive2": 10000, "clickhouse": 8123, "cassandra": 9042,
    "neo4j": 7687, "bolt": 7687, "couchdb": 5984, "influxdb": 8086, "redis": 6379, "rediss": 6379, "memcached": 11211,
    "memcache": 11211,
    "mongodb": 27017, "elasticsearch": 9200, "solr": 8983, "etcd": 2379, "consul": 8500, "zookeeper": 2181, "zk": 2181,
    "amqp": 5672, "amqps": 5671, "kafka": 9092, "nats": 4222, "mqtt": 1883, "mqtts": 8883, "stomp": 61613,
    "beanstalk": 11300, "gearman": 4730, "statsd": 8125, "gelf": 12201, "syslog": 514, "radius": 1812,
}  # fmt: skip
"""Port of a URL that names none. Source: the IANA registry, and the products' own documentation."""

_NO_ENDPOINT = frozenset(
    {"balancer", "unix", "file", "classpath", "data", "urn", "about", "jar", "cid", "mailto", "listener"}
)
_HTTP = frozenset({"http", "ws", "h2c"})
_CLIENTS: Mapping[str, int] = {
    "psql": 5432, "pg_dump": 5432, "pg_dumpall": 5432, "pg_restore": 5432, "pg_basebackup": 5432, "pg_isready": 5432,
    "mysql": 3306, "mysqldump": 3306, "mysqladmin": 3306, "mysqlimport": 3306, "mysqlcheck": 3306, "mariadb": 3306,
    "mariadb-dump": 3306, "redis-cli": 6379, "mongo": 27017, "mongosh": 27017, "mongodump": 27017, "mongoexport": 27017,
    "mongorestore": 27017, "mosquitto_pub": 1883, "mosquitto_sub": 1883, "ldapsearch": 389, "ldapmodify": 389,
    "httpsconnection": 443, "httpconnection": 80, "smtp": 25, "smtp_ssl": 465, "ftp": 21, "ftp_tls": 21, "imap4": 143,
    "imap4_ssl": 993, "telnet": 23, "redis": 6379, "strictredis": 6379, "mongoclient": 27017, "ftpput": 21,
    "ftpget": 21, "ldapadd": 389, "cqlsh": 9042, "ssh": 22, "rsync": 873,
}  # fmt: skip
"""Port that a client program or class of that name connects to when it is told none. Source: its manual."""
_LOCAL_SOCKETS: Mapping[str, str] = {
    **dict.fromkeys(("psql", "pg", "vacuum", "reindex"), "/run/postgresql/.s.PGSQL.{port}"),
    **dict.fromkeys(("mysql", "mysqladmin", "mysqlcheck", "mysqlimport", "mariadb"), "/run/mysqld/mysqld.sock"),
}
"""Socket that a client uses that is told no host. Source: psql(1), mysql(1)."""
_KEYS: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern), port)
    for pattern, port in (
        (
            r"relayhost|smarthost|(?:.*[_.-])?(?:smtp|mail|mailer|sendmail)[_.-]?(?:host|server|address|addr|relay|hostname)",
            25,
        ),
        (r"(?:.*[_.-])?ldap[_.-]?(?:host|hosts|server|servers|address)", 389),
        (r"forward-addr|stub-addr", 53),
        (r"mysql\.(?:host|server)", 3306),
        (r"pgsql\.(?:host|server)", 5432),
        (r"(?:sqlsrv|dblib)\.(?:host|server)", 1433),
    )
)
"""Settings that name a host of one kind only, and its port."""
_TABLES = re.compile(r"/[^/]*(ldap|mysql|pgsql)[^/]*\.(?:cf|conf|conf\.ext)")
"""Files of mail servers that say in their name what their `hosts` are. Source: ldap_table(5), mysql_table(5)."""
_OWN_NAME = re.compile(
    r"(?:my(?!sql)|v|virtual|default(?!_host)|server(?=[._-])|bind|listen|proxy_set_header|canonical|fully|local|public|external|advertised|allowed|trusted|rpc|http|https|https?d|network|transport|broadcast(?:_rpc)?|management|web|admin|node|base|this|own|inet|source)[._-]?(?:[a-z_.-]*[._-])?(?:hosts?|hostname|addr|address|name|host\.name)"
    r"|(?:.*\.)?rmi\.server\.hostname|dc_(?!smarthost).*|(?:e?helo|primary|qualify|masquerade|visible|unique)_?(?:host|hostname|name|domain)"
    r"|.*(?:bind|listen|advertis|local).*|host_?key.*|.*user_?host|.*ssh_?host_?key"
)
_WELL_KNOWN = frozenset(SCHEMES.values()) - {80, 443}
_CONFIGURED = (Source.CONFIGURATION,)
_NEAR = 7
"""Lines between a host and the port that belongs to it, at most."""
_SECTIONED = re.compile(r"\.(?:ya?ml|ini|cnf|cfg|conf|toml|json|xml|properties|hcl)$")
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


def configured_calls(mentions: Sequence[Mention]) -> Iterator[Call]:
    """Endpoints that configuration names. A setting without a port takes the one that stands beside it."""
    sections = {m.host for m in mentions if m.kind is MentionKind.SECTION}
    ports = _ports_beside(mentions)
    for mention in mentions:
        call = _call(mention, mentions, sections, ports)
        if call:
            yield call


def _call(mention: Mention, mentions: Sequence[Mention], sections: set[str], ports: Mapping[int, int]) -> Call | None:
    running = pid_of(mention)
    where = mention.file if running else f"{mention.file}:{mention.line}"
    evidence = Evidence(ProcessSettings.name if running else Configuration.name, mention.text[:200], where)
    if mention.kind is MentionKind.URL and mention.host not in sections and mention.scheme not in _NO_ENDPOINT:
        protocol = Protocol.HTTP if mention.scheme in _HTTP else Protocol.TCP
        port = mention.port or SCHEMES.get(mention.scheme.split("+")[0]) or SCHEMES.get(mention.scheme.split("+")[-1])
        return Call(mention.host, protocol, port, _CONFIGURED, (evidence,))
    if mention.kind is MentionKind.ADDRESS:
        http = _proxied_as_http(mention, mentions)
        protocol = Protocol.HTTP if http else Protocol.TCP
        return Call(mention.host, protocol, mention.port, _CONFIGURED, (evidence,))
    if mention.kind is MentionKind.CLIENT:
        return _client_call(mention, mentions, evidence)
    if mention.kind is MentionKind.SETTING and mention.host and not _is_own_name(mention):
        port = mention.port or ports.get(id(mention)) or _implied(mention)
        return Call(mention.host, Protocol.TCP, port, _CONFIGURED, (evidence,))
    if mention.kind is MentionKind.UNIX:
        return Call(mention.path, Protocol.UNIX, None, _CONFIGURED, (evidence,))
    return None


def _client_call(mention: Mention, mentions: Sequence[Mention], evidence: Evidence) -> Call | None:
    """A client program called with a host, or with none and none set elsewhere in the file: then the local socket."""
    if mention.host != "localhost":
        return Call(mention.host, Protocol.TCP, mention.port or _CLIENTS.get(mention.key), _CONFIGURED, (evidence,))
    stem = mention.key.partition("_")[0].partition("dump")[0].removesuffix("db")
    path = _LOCAL_SOCKETS.get(stem, "").format(port=mention.port or _CLIENTS.get(mention.key))
    elsewhere = any(m.file == mention.file and m.kind is MentionKind.SETTING and m.host for m in mentions)
    return Call(path, Protocol.UNIX, None, _CONFIGURED, (evidence,)) if path and not elsewhere else None


def _implied(mention: Mention) -> int | None:
    """By the setting's name, or by the form of the file: `*.cnf` is MySQL's."""
    found = next((port for pattern, port in _KEYS if pattern.fullmatch(mention.key)), None)
    if not found and mention.file.endswith(".cnf") and mention.key == "host":
        return SCHEMES["mysql"]
    return found or _by_table(mention)


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
    return found | _left_over(settings, found)


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
    return _stem(host.key) == stem or (host.line == port.line and not stem and _stem(host.key).endswith("sql."))


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
