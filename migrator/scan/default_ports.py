"""Which port is meant where none is said: by the scheme of a URL, the name of a client or that of a setting. Pure."""

import re
from collections.abc import Mapping

__all__ = ["CLIENTS", "SCHEMES", "local_socket", "port_of_scheme", "port_of_setting"]

SCHEMES: Mapping[str, int] = {
    "http": 80, "https": 443, "ws": 80, "wss": 443, "ajp": 8009, "fcgi": 9000, "grpc": 443, "grpcs": 443, "h2c": 80,
    "ldap": 389, "ldaps": 636, "smtp": 25, "smtps": 465, "imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995,
    "ftp": 21, "ftps": 990, "sftp": 22, "ssh": 22, "scp": 22, "rsync": 873, "git": 9418, "svn": 3690, "nfs": 2049,
    "smb": 445,
    "postgres": 5432, "postgresql": 5432, "pgsql": 5432, "psql": 5432, "postgis": 5432, "redshift": 5439,
    "mysql": 3306, "mysql2": 3306, "mariadb": 3306, "sqlserver": 1433, "mssql": 1433, "jtds": 1433, "oracle": 1521,
    "db2": 50000, "sybase": 5000, "firebirdsql": 3050, "hive2": 10000, "clickhouse": 8123, "cassandra": 9042,
    "neo4j": 7687, "bolt": 7687, "couchdb": 5984, "influxdb": 8086, "redis": 6379, "rediss": 6379, "memcached": 11211,
    "memcache": 11211, "gcomm": 4567,
    "mongodb": 27017, "elasticsearch": 9200, "solr": 8983, "etcd": 2379, "consul": 8500, "zookeeper": 2181, "zk": 2181,
    "amqp": 5672, "amqps": 5671, "kafka": 9092, "nats": 4222, "mqtt": 1883, "mqtts": 8883, "stomp": 61613,
    "beanstalk": 11300, "gearman": 4730, "statsd": 8125, "gelf": 12201, "syslog": 514, "radius": 1812,
}  # fmt: skip
"""Port of a URL that names none. Source: the IANA registry, and the products' own documentation."""

CLIENTS: Mapping[str, int] = {
    "psql": 5432, "pg_dump": 5432, "pg_dumpall": 5432, "pg_restore": 5432, "pg_basebackup": 5432, "pg_isready": 5432,
    "vacuumdb": 5432, "reindexdb": 5432,
    "mysql": 3306, "mysqldump": 3306, "mysqladmin": 3306, "mysqlimport": 3306, "mysqlcheck": 3306, "mysqlshow": 3306,
    "mysqlslap": 3306, "mysqlpump": 3306, "mariadb": 3306, "mariadb-dump": 3306, "mariadb-admin": 3306,
    "mariadb-import": 3306, "mariadb-check": 3306, "mariadb-show": 3306, "mariadb-slap": 3306,
    "redis-cli": 6379, "mongo": 27017, "mongosh": 27017, "mongodump": 27017, "mongoexport": 27017,
    "mongorestore": 27017, "mosquitto_pub": 1883, "mosquitto_sub": 1883, "ldapsearch": 389, "ldapmodify": 389,
    "httpsconnection": 443, "httpconnection": 80, "smtp": 25, "smtp_ssl": 465, "ftp": 21, "ftp_tls": 21, "imap4": 143,
    "imap4_ssl": 993, "telnet": 23, "redis": 6379, "strictredis": 6379, "mongoclient": 27017, "ftpput": 21,
    "ftpget": 21, "ldapadd": 389, "cqlsh": 9042, "ssh": 22, "rsync": 873, "msmtp": 25, "swaks": 25,
}  # fmt: skip
"""Port that a client program or class of that name connects to when it is told none. Source: its manual."""

_SOCKETS: Mapping[int, str] = {5432: "/run/postgresql/.s.PGSQL.{port}", 3306: "/run/mysqld/mysqld.sock"}
"""Socket that the clients with this default port use when they are told no host. Source: psql(1), mysql(1)."""

_ALSO: Mapping[str, str] = {
    "pg": "postgres", "maria": "mariadb", "mysqli": "mysql", "percona": "mysql", "sqlsrv": "mssql", "dblib": "mssql",
    "gmysql": "mysql", "gpgsql": "postgres",
    "valkey": "redis", "keydb": "redis", "rabbitmq": "amqp", "rabbit": "amqp", "rmq": "amqp", "mongo": "mongodb",
    "elastic": "elasticsearch", "es": "elasticsearch", "opensearch": "elasticsearch", "influx": "influxdb",
    "couch": "couchdb", "beanstalkd": "beanstalk", "gearmand": "gearman",
    "firebird": "firebirdsql", "pop": "pop3", "mail": "smtp", "mailer": "smtp", "sendmail": "smtp",
}  # fmt: skip
"""What settings call it, and the scheme that means the same."""
_UNSURE = frozenset(
    {
        *("http", "https", "ws", "wss", "h2c", "ajp", "fcgi", "grpc", "grpcs", "git", "svn", "nfs", "smb", "scp"),
        *("bolt", "clickhouse", "statsd", "gelf", "syslog", "radius", "sybase", "gcomm", "db2"),
    }
)
"""Schemes whose word in a setting's name says less: any port, the host's own name, another protocol
below, or (`db2_host`) the second of its kind."""
_PORTS = {name: SCHEMES[name] for name in SCHEMES if name not in _UNSURE} | {
    name: SCHEMES[scheme] for name, scheme in _ALSO.items()
}
_NAMED = re.compile(
    rf"(?:.*[_.-])?({'|'.join(sorted(_PORTS, key=len, reverse=True))})"
    r"(?:[_.-]?(?:db|database|cache|session|sessions|queue|broker|master|primary|write|read|data|bootstrap))?"
    r"[_.-]?(?:hosts?|hostnames?|servers?|servername|addr|address|addresses|relay|brokers?|nodes|seeds|contact[_-]points|endpoints?)"
)
_ALONE: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"relayhost|smarthost"), 25),
    (re.compile(r"forward-addr|stub-addr"), 53),
)


def port_of_scheme(scheme: str) -> int | None:
    """The port of a scheme (`postgresql+asyncpg`, `db+mysql`), or of the word that means the same."""
    names = (scheme.partition("+")[0], scheme.rpartition("+")[2])
    return next((port for name in names if (port := SCHEMES.get(name) or SCHEMES.get(_ALSO.get(name, "")))), None)


def port_of_setting(key: str) -> int | None:
    """The port of what a setting names in its own name: `REDIS_HOST`, `pgsql.host`, `relayhost`."""
    named = _NAMED.fullmatch(key)
    return _PORTS[named[1]] if named else next((port for form, port in _ALONE if form.fullmatch(key)), None)


def local_socket(client: str, port: int | None) -> str:
    """The socket that a client takes that is told no host; empty where it calls this host by TCP or reads elsewhere."""
    usual = CLIENTS.get(client, 0)
    return _SOCKETS.get(usual, "").format(port=port or usual)
