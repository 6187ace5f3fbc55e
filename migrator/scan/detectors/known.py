"""Programs that are known by their name and need no more than a line: balancers, databases, brokers, directories, mail.

Each line says what a process is called, which packages provide it and what its folder is called when somebody unpacked
it. Sources: the file lists of the packages in Debian 11 and 12, Red Hat 7 to 9 and the vendors' own repositories; the
manual page of each program for the option that names its data.
"""

import re
from dataclasses import dataclass

from migrator.scan.detector import Detection, argument_value, names_of, runtime_of, words_of
from migrator.scan.facts.processes import Process
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import version_of
from migrator.scan.workload import Workload

__all__ = ["KNOWN", "Known", "detect"]


@dataclass(frozen=True, slots=True)
class Known:
    """One program."""

    runtime: str
    programs: str
    """Pattern of its process's whole name."""
    package: str = ""
    """Pattern of the whole names of packages that provide it; empty where that is the program's own name."""
    http: bool = False
    stateful: bool = False
    data: tuple[str, ...] = ()
    """Options whose value is a folder with data."""
    folders: tuple[str, ...] = ()
    """Where its data is, whatever its account's home is."""
    homes: tuple[str, ...] = ()
    """Folders of its configuration that have another name than the program."""
    name: str = ""
    """A better name for the service than its unit's."""
    ports: tuple[int, ...] = ()
    """Where it listens unless it is told otherwise. Source: its manual page."""
    words: str = ""
    """Pattern that one word of the command line has to have, where the name says too little."""


KNOWN: tuple[Known, ...] = (
    # Web servers, proxies and balancers
    Known("nginx", r"nginx|openresty|angie", r"nginx(?:-light|-full|-core|-extras)?|openresty|angie", http=True, ports=(80, 443)),
    Known("haproxy", r"haproxy", r"haproxy\d*", http=True),
    Known("lighttpd", r"lighttpd", http=True, ports=(80,)),
    Known("caddy", r"caddy", http=True, ports=(80, 443)),
    Known("traefik", r"traefik", http=True),
    Known("envoy", r"envoy", http=True),
    Known("varnish", r"varnishd|cache-main", r"varnish", http=True, ports=(6081, 6082)),
    Known("tinyproxy", r"tinyproxy", http=True, homes=("/etc/tinyproxy",), ports=(8888,)),
    Known("squid", r"squid3?", r"squid3?|squid-openssl", http=True, ports=(3128,)),
    Known("thttpd", r"thttpd", http=True),
    Known("httpd", r"httpd|mini_httpd|darkhttpd", r"busybox(?:-static)?|mini-httpd|darkhttpd", http=True, ports=(80,)),
    Known("yaws", r"beam(?:\.smp)?", r"yaws", http=True, words=r"yaws", ports=(80, 8000, 8080)),
    Known("pound", r"pound"),
    Known("hitch", r"hitch"),
    Known("stunnel", r"stunnel[45]?", r"stunnel[45]?"),
    Known("keepalived", r"keepalived"),
    Known("h2o", r"h2o", http=True),
    Known("nghttpx", r"nghttpx", r"nghttp2-proxy"),
    Known("trafficserver", r"traffic_server|traffic_manager", r"trafficserver", http=True, homes=("/etc/trafficserver",), ports=(8080,)),
    Known("privoxy", r"privoxy", ports=(8118,)),
    Known("dante", r"danted|sockd", r"dante-server", ports=(1080,)),
    Known("sniproxy", r"sniproxy"),
    Known("fcgiwrap", r"fcgiwrap", homes=("/usr/lib/cgi-bin",)),
    Known("autossh", r"autossh"),
    Known("rinetd", r"rinetd"),
    Known("redir", r"redir"),
    # Databases and caches
    Known("postgresql", r"postgres|postmaster", r"postgresql-\d+|postgresql\d*-server", stateful=True, data=("-D",), ports=(5432,)),
    Known("pgbouncer", r"pgbouncer", ports=(6432,)),
    Known("pgpool", r"pgpool", r"pgpool2?|pgpool-II.*", ports=(9999,)),
    Known("maxscale", r"maxscale", homes=("/etc/maxscale.cnf.d",)),
    Known("mysql-router", r"mysqlrouter", r"mysql-router(?:-community)?", homes=("/etc/mysqlrouter",), ports=(6446, 6447)),
    Known("nutcracker", r"nutcracker", r"nutcracker|twemproxy"),
    Known("mcrouter", r"mcrouter"),
    Known("proxysql", r"proxysql", r"proxysql2?", stateful=True, ports=(6033, 6032)),
    Known("redis", r"redis-server|redis-sentinel", r"redis-server|redis|redis-sentinel", stateful=True, data=("--dir",), ports=(6379,)),
    Known("valkey", r"valkey-server|valkey-sentinel", r"valkey-server|valkey", stateful=True, data=("--dir",), ports=(6379,)),
    Known("memcached", r"memcached", ports=(11211,)),
    Known("keydb", r"keydb-server", r"keydb(?:-server)?", stateful=True, data=("--dir",), ports=(6379,)),
    Known("tarantool", r"tarantool", stateful=True, ports=(3301,)),
    Known("cockroach", r"cockroach", r"cockroach(?:db)?", stateful=True, data=("--store", "-s"), ports=(26257, 8080)),
    Known("sqlserver", r"sqlservr", r"mssql-server", stateful=True, folders=("/var/opt/mssql",), homes=("/var/opt/mssql",), ports=(1433,)),
    Known("mongodb", r"mongod", r"mongodb(?:-org)?-server|mongodb-server-core|mongodb(?:-org)?", stateful=True, data=("--dbpath",), ports=(27017,)),
    Known("mongos", r"mongos", r"mongodb(?:-org)?-mongos|mongodb-server-core", ports=(27017,)),
    Known("influxdb", r"influxd", r"influxdb2?", stateful=True, ports=(8086,)),
    Known("clickhouse", r"clickhouse(?:-server)?", r"clickhouse-(?:server|common-static)", stateful=True, ports=(8123, 9000)),
    Known("victoriametrics", r"victoria-metrics.*|vmstorage|vminsert|vmselect", r"victoria-metrics", http=True, stateful=True, data=("-storageDataPath", "--storageDataPath")),
    Known("rethinkdb", r"rethinkdb", stateful=True, data=("-d", "--directory")),
    Known("arangodb", r"arangod", r"arangodb3?", stateful=True),
    Known("firebird", r"firebird|fbserver|fbguard|fb_(?:smp|inet)_server", r"firebird[\d.]+-server(?:-core)?", stateful=True),
    Known("etcd", r"etcd", r"etcd(?:-server)?", stateful=True, data=("--data-dir", "-data-dir"), ports=(2379, 2380)),
    Known("consul", r"consul", http=True, stateful=True, data=("-data-dir", "--data-dir"), ports=(8500, 8300)),
    Known("vault", r"vault", http=True, stateful=True, ports=(8200,)),
    Known("minio", r"minio", http=True, stateful=True, ports=(9000,)),
    # Brokers
    Known("rabbitmq", r"beam(?:\.smp)?", r"rabbitmq-server", stateful=True, name="rabbitmq", words=r".*rabbitmq.*|rabbit", ports=(5672, 25672)),
    Known("ejabberd", r"beam(?:\.smp)?", r"ejabberd", stateful=True, name="ejabberd", words=r".*ejabberd.*", ports=(5222, 5269)),
    Known("couchdb", r"beam(?:\.smp)?", r"couchdb", http=True, stateful=True, name="couchdb", words=r".*couchdb.*|couch", ports=(5984,)),
    Known("emqx", r"beam(?:\.smp)?", r"emqx", stateful=True, name="emqx", words=r".*emqx.*"),
    Known("nats", r"nats-server|gnatsd", r"nats-server", ports=(4222,)),
    Known("mosquitto", r"mosquitto", ports=(1883,)),
    Known("nsq", r"nsqd|nsqlookupd", r"nsq"),
    Known("qpid", r"qpidd", r"qpidd|qpid-cpp-server", stateful=True, data=("--data-dir",), ports=(5672,)),
    Known("beanstalkd", r"beanstalkd", ports=(11300,)),
    Known("gearman", r"gearmand", r"gearman-job-server|gearmand", ports=(4730,)),
    # Directories and names
    Known("slapd", r"slapd", r"slapd|openldap-servers", stateful=True, homes=("/etc/ldap", "/etc/openldap"), ports=(389, 636)),
    Known("389ds", r"ns-slapd", r"389-ds-base", stateful=True, homes=("/etc/dirsrv",), ports=(389, 636)),
    Known("bind", r"named", r"bind9|bind", homes=("/etc/bind",), ports=(53,)),
    Known("unbound", r"unbound", ports=(53,)),
    Known("dnsmasq", r"dnsmasq", r"dnsmasq-base|dnsmasq", ports=(53,)),
    Known("powerdns", r"pdns_server(?:-instance)?|pdns_recursor", r"pdns-server|pdns|pdns-recursor", homes=("/etc/powerdns", "/etc/pdns"), ports=(53,)),
    Known("nsd", r"nsd", ports=(53,)),
    Known("knot", r"knotd", r"knot", stateful=True, ports=(53,)),
    Known("knot-resolver", r"kresd", r"knot-resolver", ports=(53,)),
    Known("dnsdist", r"dnsdist", ports=(53,)),
    Known("dhcpd", r"dhcpd", r"isc-dhcp-server|dhcp(?:-server)?", stateful=True, homes=("/etc/dhcp",), ports=(67,)),
    Known("kea", r"kea-dhcp[46]|kea-dhcp-ddns|kea-ctrl-agent", r"kea(?:-dhcp[46]-server|-dhcp-ddns-server|-ctrl-agent)?", stateful=True, homes=("/etc/kea",)),
    Known("bird", r"bird6?|bird2", r"bird2?", homes=("/etc/bird",), ports=(179,)),
    Known("freeradius", r"freeradius|radiusd", r"freeradius", ports=(1812, 1813)),
    Known("kerberos", r"krb5kdc|kadmind", r"krb5-kdc|krb5-admin-server|krb5-server", stateful=True, homes=("/etc/krb5kdc",), ports=(88,)),
    # Mail
    Known("postfix", r"master", r"postfix", stateful=True, folders=("/var/spool/postfix",), name="postfix", words=r".*/postfix/.*", ports=(25,)),
    Known("exim", r"exim[34]?", r"exim4-daemon-\w+|exim", stateful=True, homes=("/etc/exim4",), ports=(25,)),
    Known("sendmail", r"sendmail(?:-mta)?", r"sendmail-bin|sendmail", stateful=True, homes=("/etc/mail",), ports=(25,)),
    Known("opensmtpd", r"smtpd", r"opensmtpd", stateful=True),
    Known("dovecot", r"dovecot", r"dovecot-core|dovecot", stateful=True, ports=(143, 993, 110, 995)),
    Known("courier", r"couriertcpd|imapd", r"courier-.*", stateful=True),
    Known("spamassassin", r"spamd", r"spamd|spamassassin", ports=(783,)),
    Known("clamav", r"clamd|freshclam", r"clamav-daemon|clamd|clamav-server", ports=(3310,)),
    Known("amavis", r"amavisd(?:-new)?", r"amavisd?-new|amavis", homes=("/etc/amavis", "/etc/amavisd"), ports=(10024,)),
    Known("rspamd", r"rspamd", stateful=True, ports=(11332, 11333, 11334)),
    Known("postgrey", r"postgrey", stateful=True, ports=(10023,)),
    Known("opendkim", r"opendkim", ports=(8891,)),
    Known("opendmarc", r"opendmarc", ports=(8893,)),
    Known("milter-greylist", r"milter-greylist", stateful=True),
    Known("fetchmail", r"fetchmail"),
    # Files
    Known("vsftpd", r"vsftpd", homes=("/etc/vsftpd",), stateful=True, ports=(21,)),
    Known("proftpd", r"proftpd", r"proftpd(?:-core|-basic)?", stateful=True, ports=(21,)),
    Known("pure-ftpd", r"pure-ftpd(?:-[\w-]+)?", r"pure-ftpd(?:-common|-mysql|-ldap)?", stateful=True, ports=(21,)),
    Known("samba", r"smbd|nmbd|samba", r"samba", stateful=True, homes=("/etc/samba",), ports=(445, 139, 137, 138)),
    Known("rsync", r"rsync", r"rsync", words=r"--daemon", stateful=True, ports=(873,)),
    Known("tftp", r"in\.tftpd|tftpd", r"tftpd-hpa|atftpd|tftp-server", stateful=True, ports=(69,)),
    Known("lsyncd", r"lsyncd"),
    Known("cups", r"cupsd", r"cups-daemon|cups", http=True, homes=("/etc/cups",), ports=(631,)),
    Known("lpd", r"lpd", r"lprng|lpr", words=r"/usr/s?bin/lpd", stateful=True, homes=("/etc/lprng",), ports=(515,)),
    Known("p910nd", r"p910(?:n|\d)d", r"p910nd"),
    Known("netatalk", r"netatalk|afpd", r"netatalk", stateful=True, ports=(548,)),
    Known("glusterfs", r"glusterd|glusterfsd", r"glusterfs-server", stateful=True, folders=("/var/lib/glusterd",), homes=("/etc/glusterfs",), ports=(24007,)),
    Known("ganesha", r"ganesha\.nfsd", r"nfs-ganesha", stateful=True, homes=("/etc/ganesha",), ports=(2049,)),
    Known("git-daemon", r"git-daemon", r"git(?:-daemon-run|-daemon)?", stateful=True, data=("--base-path",), ports=(9418,)),
    Known("svnserve", r"svnserve", r"subversion", stateful=True, data=("-r", "--root"), ports=(3690,)),
    Known("docker-registry", r"docker-registry|registry", r"docker-registry|docker-distribution", http=True, words=r"serve", homes=("/etc/docker/registry", "/etc/docker-distribution/registry"), ports=(5000,)),
    Known("apt-cacher-ng", r"apt-cacher-ng", http=True, stateful=True, ports=(3142,)),
    Known("syncthing", r"syncthing", stateful=True, ports=(8384, 22000)),
    Known("bacula", r"bacula-(?:dir|sd|fd)", r"bacula-(?:director|storage|sd|fd|client|server|common).*", stateful=True, homes=("/etc/bacula",), ports=(9101, 9102, 9103)),
    Known("bareos", r"bareos-(?:dir|sd|fd)", r"bareos-(?:director|storage|filedaemon).*", stateful=True, homes=("/etc/bareos",), ports=(9101, 9102, 9103)),
    # Watching, names of things, and other servers that come as one program
    Known("prometheus", r"prometheus", r"prometheus2?", http=True, stateful=True, data=("--storage.tsdb.path", "-storage.local.path"), ports=(9090,)),
    Known("alertmanager", r"(?:prometheus-)?alertmanager", r"prometheus-alertmanager|alertmanager", http=True, stateful=True, data=("--storage.path",), ports=(9093,)),
    Known("grafana", r"grafana(?:-server)?", r"grafana(?:-enterprise)?", http=True, stateful=True, ports=(3000,)),
    Known("loki", r"loki", http=True, stateful=True, ports=(3100,)),
    Known("gitea", r"gitea|forgejo", r"gitea|forgejo", http=True, stateful=True, ports=(3000,)),
    Known("zabbix-server", r"zabbix_(?:server|proxy).*", r"zabbix-(?:server|proxy).*", ports=(10051,)),
    Known("icinga2", r"icinga2", r"icinga2(?:-bin)?", stateful=True, ports=(5665,)),
    Known("nagios", r"nagios[34]?", r"nagios4?(?:-core)?", stateful=True),
    Known("graphite", r"carbon-(?:cache|relay|aggregator).*", r"graphite-carbon|python3?-carbon", stateful=True, ports=(2003,)),
    Known("statsd", r"statsd", ports=(8125,)),
    Known("gmetad", r"gmetad", r"gmetad|ganglia-gmetad", stateful=True, ports=(8651, 8652)),
    Known("gmond", r"gmond", r"ganglia-monitor|ganglia-gmond", homes=("/etc/ganglia",), ports=(8649,)),
    Known("rsyslog", r"rsyslogd", r"rsyslog", homes=("/etc/rsyslog.d",)),
    Known("syslog-ng", r"syslog-ng", r"syslog-ng(?:-core)?", homes=("/etc/syslog-ng",)),
    Known("snmptrapd", r"snmptrapd", r"snmptrapd|net-snmp", homes=("/etc/snmp",), ports=(162,)),
    Known("pushgateway", r"(?:prometheus-)?pushgateway", r"prometheus-pushgateway|pushgateway", http=True, ports=(9091,)),
    Known("nut", r"upsd", r"nut-server|nut", homes=("/etc/nut", "/etc/ups"), ports=(3493,)),
    Known("nut", r"upsmon|upslog|upsdrvctl|usbhid-ups|snmp-ups|netxml-ups|nutdrv_qx|blazer_(?:ser|usb)|dummy-ups", r"nut-(?:client|server|snmp|xml)|nut", homes=("/etc/nut", "/etc/ups")),
    Known("apcupsd", r"apcupsd", ports=(3551,)),
    Known("asterisk", r"asterisk", stateful=True, ports=(5060,)),
    Known("freeswitch", r"freeswitch", stateful=True),
    Known("kamailio", r"kamailio", ports=(5060,)),
    Known("opensips", r"opensips", ports=(5060,)),
    Known("rtpengine", r"rtpengine", r"(?:ngcp-)?rtpengine(?:-daemon)?"),
    Known("yate", r"yate", r"yate(?:-core)?"),
    Known("siproxd", r"siproxd", ports=(5060,)),
    Known("iaxmodem", r"iaxmodem"),
    Known("hylafax", r"hfaxd|faxq|faxgetty", r"hylafax-server|hylafax\+?", words=r"/usr/(?:local/)?s?bin/(?:hfaxd|faxq|faxgetty)", stateful=True, folders=("/var/spool/hylafax",), homes=("/etc/hylafax",)),
    Known("kannel", r"bearerbox|smsbox|wapbox", r"kannel"),
    Known("smstools", r"smsd", r"smstools", words=r"/usr/s?bin/smsd", stateful=True),
    Known("gammu-smsd", r"gammu-smsd"),
    Known("mumble", r"murmurd|mumble-server", r"mumble-server|murmur", stateful=True, ports=(64738,)),
    Known("prosody", r"lua[\d.]*|prosody", r"prosody(?:-\d.*)?", stateful=True, words=r".*/prosody", ports=(5222, 5269)),
    Known("ircd", r"ngircd|inspircd|ircd(?:-hybrid|-ratbox)?", r"ngircd|inspircd|ircd-.*", homes=("/etc/inspircd", "/etc/ircd-hybrid"), ports=(6667,)),
    Known("icecast", r"icecast2?", r"icecast2?"),
    Known("coturn", r"turnserver", r"coturn", ports=(3478,)),
    Known("openvpn", r"openvpn", ports=(1194,)),
    Known("strongswan", r"charon(?:-systemd)?", r"strongswan(?:-charon|-swanctl|-starter)?|charon-systemd", homes=("/etc/ipsec.d", "/etc/swanctl", "/etc/strongswan"), ports=(500, 4500)),
    Known("ocserv", r"ocserv(?:-main)?", r"ocserv", ports=(443,)),
    Known("tinc", r"tincd", r"tinc", ports=(655,)),
    Known("pptpd", r"pptpd", ports=(1723,)),
    Known("xl2tpd", r"xl2tpd", ports=(1701,)),
    Known("tor", r"tor", stateful=True, ports=(9050,)),
    Known("xrdp", r"xrdp", ports=(3389,)),
    Known("guacd", r"guacd", r"guacd|guacamole-server", ports=(4822,)),
    Known("slurm", r"slurmctld|slurmdbd", r"slurm-wlm|slurmctld|slurmdbd|slurm(?:-slurmctld|-slurmdbd)?", stateful=True, homes=("/etc/slurm", "/etc/slurm-llnl"), ports=(6817, 6819)),
    Known("distcc", r"distccd", r"distcc(?:-server)?", ports=(3632,)),
    Known("inn", r"innd", r"inn2?", stateful=True, homes=("/etc/news",), ports=(119,)),
    # What is measured, imaged and switched
    Known("orthanc", r"Orthanc", r"orthanc", http=True, stateful=True, ports=(8042, 4242)),
    Known("dcmtk", r"dcmqrscp|storescp|wlmscpfs|dcmrecv|dcmprscp|dcmpsrcv", r"dcmtk", stateful=True, data=("-od", "--output-directory", "-dfp", "--data-files-path")),
    Known("sane", r"saned", r"sane-utils", homes=("/etc/sane.d",), ports=(6566,)),
    Known("knxd", r"knxd"),
    Known("owserver", r"owserver", ports=(4304,)),
    Known("ser2net", r"ser2net"),
    Known("conserver", r"conserver", r"conserver-server|conserver", homes=("/etc/conserver",)),
    Known("nomad", r"nomad", http=True, stateful=True, data=("-data-dir", "--data-dir"), ports=(4646,)),
    Known("searchd", r"searchd", r"sphinxsearch|manticore.*", stateful=True),
    Known("cyrus", r"cyrmaster", r"cyrus-common|cyrus-imapd", stateful=True),
)  # fmt: skip
"""In the order of trial. What needs more than this (a package tells MySQL from MariaDB) has a module of its own."""


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """The first line of the table that fits the main process."""
    main = workload.main
    known = next((one for one in KNOWN if _fits(one, main)), None)
    if known is None:
        return None
    version = version_of(main, snapshot, package=known.package or re.escape(known.runtime), called=known.runtime)
    data = argument_value(words_of(main), *known.data) if known.data else ""
    return Detection(
        runtime_of(known.runtime, main, version),
        name=known.name,
        http=known.http,
        stateful=known.stateful,
        data=(data,) if data.startswith("/") else known.folders,
        homes=known.homes,
        ports=known.ports,
        packages=version.package.pins,
    )


def _fits(known: Known, process: Process) -> bool:
    """By its name and, where that says too little, by a word of its command line."""
    named = any(re.fullmatch(known.programs, name) for name in names_of(process))
    return named and any(re.fullmatch(known.words or ".*", word) for word in (process.exe, *words_of(process)))
