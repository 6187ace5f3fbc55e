"""Detectors as a table: a process and the host's packages in, the runtime out. Titles as the programs set them."""

from datetime import UTC, datetime

import pytest

from migrator.model.observations import Observed
from migrator.scan.detectors import DETECTORS
from migrator.scan.facts.packages import Packages
from migrator.scan.facts.processes import Process
from migrator.scan.facts.programs import Programs, ProgramsFacts
from migrator.scan.facts.units import Unit
from migrator.scan.redact import redact_arguments
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload


def detect(arguments, *, exe="", comm="", cwd="", packages=None, programs=None, unit="x.service"):
    process = Process(7, 1, 33, 33, comm or arguments[0].rsplit("/", 1)[-1][:15], tuple(arguments), exe, cwd)
    facts = {Packages.name: Observed(packages or {}), Programs.name: Observed(programs or ProgramsFacts())}
    snapshot = Snapshot("h", "h", datetime.now(UTC), facts)
    workload = Workload("systemd", (process,), Unit(unit) if unit else None)
    return next(found for one in DETECTORS if (found := one(workload, snapshot)))


TOMCAT = [
    "/usr/bin/java",
    "-Xms1g",
    "-Xmx2g",
    "-Dcatalina.base=/opt/tc",
    "-classpath",
    "x.jar",
    "org.apache.catalina.startup.Bootstrap",
    "start",
]
TABLE = [
    (TOMCAT, "/usr/lib/jvm/x/bin/java", "tomcat"),
    (["java", "-jar", "/opt/a/billing-2.3.1.jar"], "/usr/lib/jvm/x/bin/java", "java"),
    (["java", "-cp", "a.jar", "com.example.Main"], "", "java"),
    (["/opt/v/bin/python3", "/opt/v/bin/gunicorn", "app:app"], "/usr/bin/python3.11", "gunicorn"),
    (["gunicorn: master [shop]"], "/usr/bin/python3.9", "gunicorn"),
    (["/usr/bin/uwsgi", "--ini", "/etc/uwsgi/a.ini"], "/usr/bin/uwsgi-core", "uwsgi"),
    (["node", "/srv/api/server.js"], "/usr/bin/node", "node"),
    (["node /srv/api/server.js"], "/usr/bin/node", "node"),
    (["php-fpm: master process (/etc/php-fpm.conf)"], "/usr/sbin/php-fpm", "php-fpm"),
    (["php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)"], "/usr/sbin/php-fpm8.2", "php-fpm"),
    (["php", "-S", "0.0.0.0:80"], "/usr/bin/php8.2", "php"),
    (["nginx: master process /usr/sbin/nginx"], "/usr/sbin/nginx", "nginx"),
    (["/usr/sbin/apache2", "-k", "start"], "/usr/sbin/apache2", "apache"),
    (["/usr/sbin/haproxy", "-Ws"], "", "haproxy"),
    (["/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/postgresql/15/main"], "", "postgresql"),
    (["/usr/bin/postmaster", "-D", "/var/lib/pgsql/data"], "", "postgresql"),
    (["/usr/sbin/mariadbd"], "/usr/sbin/mariadbd", "mariadb"),
    (["/usr/sbin/mysqld", "--datadir=/data/mysql"], "/usr/sbin/mysqld", "mysql"),
    (["/usr/bin/redis-server 0.0.0.0:6379"], "/usr/bin/redis-check-rdb", "redis"),
    (["/usr/bin/memcached", "-m", "64"], "/usr/bin/memcached", "memcached"),
    (["/usr/lib/erlang/bin/beam.smp", "-s", "rabbit", "boot"], "", "rabbitmq"),
    (["/usr/lib/postfix/sbin/master", "-w"], "/usr/lib/postfix/sbin/master", "postfix"),
    (["/usr/sbin/cupsd", "-l"], "/usr/sbin/cupsd", "cups"),
    (["dotnet", "Shop.Api.dll"], "/usr/bin/dotnet", "dotnet"),
    (["python3", "-m", "celery", "worker"], "/usr/bin/python3.11", "celery"),
    (["/opt/v/bin/python", "/opt/v/bin/celery", "-A", "shop", "worker"], "/usr/bin/python3.9", "celery"),
    (["[celeryd: celery@h:MainProcess] -active- (worker)"], "/usr/bin/python3.9", "celery"),
    (["/opt/v/bin/python3", "/opt/v/bin/uvicorn", "app:app", "--port", "80"], "/usr/bin/python3.11", "uvicorn"),
    (["python3", "/opt/shop/celery_report.py"], "/usr/bin/python3.11", "python"),
    (["sidekiq 6.5.8 shop [0 of 10 busy]"], "/usr/bin/ruby3.1", "sidekiq"),
    (["unicorn master -c /srv/x/unicorn.rb -D"], "/usr/bin/ruby2.7", "unicorn"),
    (["ruby", "/srv/x/bin/rails", "server"], "/usr/bin/ruby2.7", "ruby"),
    (["java", "-Xmx1G", "-cp", "/opt/kafka/libs/*", "kafka.Kafka", "/opt/kafka/config/server.properties"], "", "kafka"),
    (
        ["java", "-cp", "x", "org.apache.zookeeper.server.quorum.QuorumPeerMain", "/etc/zookeeper/zoo.cfg"],
        "",
        "zookeeper",
    ),
    (
        [
            "/usr/share/elasticsearch/jdk/bin/java",
            "-Des.path.home=/usr/share/elasticsearch",
            "org.elasticsearch.bootstrap.Elasticsearch",
        ],
        "",
        "elasticsearch",
    ),
    (["java", "-Dopensearch.path.home=/x", "org.opensearch.bootstrap.OpenSearch", "-d"], "", "opensearch"),
    (["java", "-ea", "org.apache.cassandra.service.CassandraDaemon"], "", "cassandra"),
    (["java", "-Dactivemq.home=/opt/activemq", "-jar", "/opt/activemq/bin/activemq.jar", "start"], "", "activemq"),
    (["java", "-Dartemis.home=/opt/artemis", "org.apache.activemq.artemis.boot.Artemis", "run"], "", "artemis"),
    (["java", "-Djetty.home=/usr/share/jetty9", "-jar", "/usr/share/jetty9/start.jar"], "", "jetty"),
    (
        ["java", "-Djboss.home.dir=/opt/wildfly", "-jar", "/opt/wildfly/jboss-modules.jar", "org.jboss.as.standalone"],
        "",
        "wildfly",
    ),
    (["java", "-Dweblogic.Name=AdminServer", "weblogic.Server"], "", "weblogic"),
    (["java", "com.ibm.ws.bootstrap.WSLauncher", "com.ibm.ws.runtime.WsServer"], "", "websphere"),
    (
        ["java", "-Djenkins.install.runSetupWizard=false", "-jar", "/usr/share/java/jenkins.war", "--httpPort=8080"],
        "",
        "jenkins",
    ),
    (["java", "-Dsolr.install.dir=/opt/solr", "-Djetty.home=/opt/solr/server", "-jar", "start.jar"], "", "solr"),
    (["/usr/bin/mongod", "--config", "/etc/mongod.conf"], "/usr/bin/mongod", "mongodb"),
    (["/usr/bin/etcd", "--data-dir=/var/lib/etcd"], "/usr/bin/etcd", "etcd"),
    (["/usr/local/bin/consul", "agent", "-server"], "/usr/local/bin/consul", "consul"),
    (["/usr/sbin/mosquitto", "-c", "/etc/mosquitto/mosquitto.conf"], "/usr/sbin/mosquitto", "mosquitto"),
    (["/usr/sbin/slapd", "-h", "ldap:///"], "/usr/sbin/slapd", "slapd"),
    (["(squid-1)", "--kid", "squid-1"], "/usr/sbin/squid", "squid"),
    (["/usr/bin/tinyproxy", "-d"], "/usr/bin/tinyproxy", "tinyproxy"),
    (["/usr/sbin/varnishd", "-a", ":6081"], "/usr/sbin/varnishd", "varnish"),
    (["/usr/sbin/named", "-f", "-u", "bind"], "/usr/sbin/named", "bind"),
    (["/usr/sbin/unbound", "-d"], "/usr/sbin/unbound", "unbound"),
    (["/usr/sbin/dnsmasq", "-x", "/run/dnsmasq.pid"], "/usr/sbin/dnsmasq", "dnsmasq"),
    (["/usr/sbin/vsftpd", "/etc/vsftpd.conf"], "/usr/sbin/vsftpd", "vsftpd"),
    (["/usr/sbin/smbd", "--foreground"], "/usr/sbin/smbd", "samba"),
    (["/usr/sbin/exim4", "-bd", "-q30m"], "/usr/sbin/exim4", "exim"),
    (["/usr/sbin/dovecot", "-F"], "/usr/sbin/dovecot", "dovecot"),
    (["/usr/sbin/pgbouncer", "/etc/pgbouncer/pgbouncer.ini"], "/usr/sbin/pgbouncer", "pgbouncer"),
    (["/opt/prometheus/prometheus", "--storage.tsdb.path=/data/prom"], "/opt/prometheus/prometheus", "prometheus"),
    (["/usr/share/grafana/bin/grafana", "server"], "/usr/share/grafana/bin/grafana", "grafana"),
    (["/usr/bin/valkey-server 127.0.0.1:6379"], "/usr/bin/valkey-server", "valkey"),
    (["beam.smp", "-name", "couchdb@h", "-boot", "/opt/couchdb/releases/couchdb"], "", "couchdb"),
    (["master", "-w"], "/usr/libexec/postfix/master", "postfix"),
    (["tcpsvd", "0", "2323", "/usr/local/bin/answer.sh"], "/bin/busybox", "shell"),
    (["/usr/sbin/nutcracker", "-c", "/etc/nutcracker/nutcracker.yml"], "/usr/sbin/nutcracker", "nutcracker"),
    (["/usr/bin/lsyncd", "/etc/lsyncd/lsyncd.conf.lua"], "/usr/bin/lsyncd", "lsyncd"),
    (["/usr/lib/autossh/autossh", "-M", "0", "-N", "jump"], "/usr/lib/autossh/autossh", "autossh"),
    (["/usr/bin/docker-registry", "serve", "/etc/docker/registry/config.yml"], "", "docker-registry"),
    (["/usr/local/bin/registry", "serve", "/etc/registry.yml"], "/usr/local/bin/registry", "docker-registry"),
    (["/opt/shop/registry", "--port", "80"], "/opt/shop/registry", "binary"),
    (["/usr/sbin/fcgiwrap", "-f"], "/usr/sbin/fcgiwrap", "fcgiwrap"),
    (["/usr/sbin/amavisd-new (master)"], "/usr/bin/perl", "amavis"),
    (["postgrey --pidfile=/run/postgrey.pid --daemonize --inet=10023"], "/usr/bin/perl", "postgrey"),
    (["/usr/sbin/cupsd", "-l"], "/usr/sbin/cupsd", "cups"),
    (["/usr/sbin/dhcpd", "-4", "-cf", "/etc/dhcp/dhcpd.conf"], "/usr/sbin/dhcpd", "dhcpd"),
    (["/usr/sbin/bacula-dir", "-fP", "-c", "/etc/bacula/bacula-dir.conf"], "/usr/sbin/bacula-dir", "bacula"),
    (["/usr/lib/ipsec/charon"], "/usr/lib/ipsec/charon", "strongswan"),
    (["/opt/mssql/bin/sqlservr"], "/opt/mssql/bin/sqlservr", "sqlserver"),
    (["/usr/lib/git-core/git-daemon", "--base-path=/srv/git", "/srv/git"], "", "git-daemon"),
    (["/usr/sbin/glusterd", "-p", "/run/glusterd.pid"], "/usr/sbin/glusterd", "glusterfs"),
    (["/usr/sbin/Orthanc", "/etc/orthanc"], "/usr/sbin/Orthanc", "orthanc"),
    (["/usr/bin/dcmqrscp", "-c", "/etc/dcmtk/dcmqrscp.cfg"], "/usr/bin/dcmqrscp", "dcmtk"),
    (["/usr/sbin/bearerbox", "/etc/kannel/kannel.conf"], "/usr/sbin/bearerbox", "kannel"),
    (["/usr/sbin/smsbox", "/etc/kannel/kannel.conf"], "/usr/sbin/smsbox", "kannel"),
    (["/lib/nut/upsmon", "-F"], "/usr/lib/nut/upsmon", "nut"),
    (["/lib/nut/usbhid-ups", "-a", "cellar"], "/usr/lib/nut/usbhid-ups", "nut"),
    (["/usr/sbin/hfaxd", "-i", "hylafax"], "/usr/sbin/hfaxd", "hylafax"),
    (["/usr/sbin/smsd", "-p/run/smsd.pid"], "/usr/sbin/smsd", "smstools"),
    (["/usr/bin/knxd", "-e", "0.0.1"], "/usr/bin/knxd", "knxd"),
    (["/opt/shop/smsd"], "/opt/shop/smsd", "binary"),
    (["p9101d", "-f", "/dev/usb/lp0", "1"], "/usr/sbin/p910nd", "p910nd"),
    (["/opt/other/master"], "/opt/other/master", "binary"),
    (["/opt/api/Shop.Api"], "/opt/api/Shop.Api", "binary"),
    (["puma 5.6.5 (tcp://0.0.0.0:9292) [shop]"], "/usr/bin/ruby3.1", "puma"),
    (["/usr/sbin/httpd", "-f"], "/bin/busybox", "httpd"),
    (["/bin/sh", "/etc/poll.sh"], "/bin/dash", "shell"),
    (["/usr/bin/perl", "/usr/local/sbin/meterd"], "/usr/bin/perl", "perl"),
    (["starman master --listen :5000 /opt/shop/shop.psgi"], "", "perl"),
    (["/opt/ledger/ledgerd", "--port", "9000"], "/opt/ledger/ledgerd", "binary"),
    (["lua5.4", "/opt/gate/gate.lua", "/opt/gate/gate.conf"], "/usr/bin/lua5.4", "lua"),
    (["tclsh", "meter/meter.tcl"], "/usr/bin/tclsh8.6", "tcl"),
    (["wish8.5", "/opt/board/board.tcl"], "/usr/bin/wish8.5", "tcl"),
    (["expect", "-f", "/opt/dial/dial.exp"], "/usr/bin/expect", "expect"),
    (["/usr/bin/mono", "--config", "x", "/opt/till/Till.exe"], "/usr/bin/mono-sgen", "mono"),
    (["/usr/lib/erlang/erts-13.1/bin/beam.smp", "-K", "true", "--", "-run", "ledger"], "", "erlang"),
    (["/usr/lib/R/bin/exec/R", "--no-echo", "--no-restore", "--file=/opt/stat/serve.R"], "/usr/lib/R/bin/exec/R", "r"),
    (["guile", "-s", "/opt/rules/rules.scm"], "/usr/bin/guile-3.0", "guile"),
    (["deno", "run", "-A", "/opt/x/shop.ts"], "/usr/local/bin/deno", "deno"),
    (["lua5.2", "/usr/bin/prosody", "-F"], "/usr/bin/lua5.2", "prosody"),
    (
        ["beam.smp", "--", "-noshell", "-pa", "/usr/lib/yaws/ebin", "-run", "yaws", "-conf", "/etc/yaws.conf"],
        "",
        "yaws",
    ),
    (["/usr/sbin/rinetd", "-f"], "/usr/sbin/rinetd", "rinetd"),
    (["/usr/bin/python3", "/usr/bin/buildbot", "start", "--nodaemon"], "/usr/bin/python3.11", "buildbot"),
    (["/usr/bin/python3", "/usr/bin/buildbot-worker", "start"], "/usr/bin/python3.11", "buildbot-worker"),
    (["java", "-cp", "/opt/h/lib/hsqldb.jar", "org.hsqldb.server.Server", "--port", "9001"], "", "hsqldb"),
    (["java", "-cp", "x", "org.apache.derby.drda.NetworkServerControl", "start"], "", "derby"),
    (["java", "-cp", "/opt/h2/bin/h2-2.1.jar", "org.h2.tools.Server", "-tcp"], "", "h2"),
    (["/opt/milk/script/rounds"], "/usr/bin/perl", "perl"),
]


@pytest.mark.parametrize(("arguments", "exe", "runtime"), TABLE, ids=[f"{row[2]}-{n}" for n, row in enumerate(TABLE)])
def test_runtimes(arguments, exe, runtime):
    got = detect(arguments, exe=exe)
    assert got.runtime.name == runtime
    assert got.runtime.evidence[0].excerpt


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["java", "-jar", "/opt/a/billing-2.3.1.jar"], "billing"),
        (["java", "-cp", "a.jar", "com.example.Main"], "example"),
        (["java", "-cp", "a.jar", "ch.acme.stock.server.Server"], "stock"),
        (["java", "-cp", "a.jar", "Tally"], "tally"),
        (["node", "/srv/api/server.js"], "api"),
        (["python3", "-m", "shop.feed"], "shop.feed"),
        (["java", "-jar", "/opt/a/shop-api-1.4.0-SNAPSHOT.jar"], "shop-api"),
        (["python3", "/opt/shop/main.py"], "shop"),
        (["/bin/sh", "/etc/poll.sh"], "poll"),
        (["tcpsvd", "-v", "0", "2323", "/usr/local/bin/answer.sh"], "answer"),
        (["dotnet", "Shop.Api.dll"], "shop.api"),
        (["lua5.4", "/opt/gate/gate.lua", "/opt/gate/gate.conf"], "gate"),
        (["lua5.4", "/opt/gate/main.lua"], "gate"),
        (["luajit", "-l", "ffi", "serve/door.lua"], "door"),
        (["tclsh8.6", "-encoding", "utf-8", "meter/meter.tcl"], "meter"),
        (["mono", "--config", "x.config", "/opt/till/Till.exe"], "Till"),
        (["python3", "-W", "ignore", "/opt/pay/pay.py"], "pay"),
        (["beam.smp", "-K", "true", "--", "-noshell", "-sname", "tariff@h", "-s", "tariff_app"], "tariff"),
        (["beam.smp", "--", "-name", "nonode@nohost", "-s", "elixir", "start", "-run", "ledger"], "ledger"),
        (["deno", "run", "-A", "/opt/x/shop.ts"], "shop"),
        (["/usr/lib/R/bin/exec/R", "--no-echo", "--file=/opt/stat/serve.R"], "serve"),
    ],
)
def test_names_come_from_what_is_run(arguments, name):
    assert detect(arguments, unit="").name == name


def test_a_unit_names_what_it_starts():
    assert detect(["node", "/srv/api/server.js"], unit="orders.service").name == ""
    assert detect(["/usr/sbin/mini_httpd"], exe="/usr/sbin/mini_httpd", unit="handbook.service").name == ""


@pytest.mark.parametrize(
    ("arguments", "cwd", "unit", "name"),
    [
        (["thin server (0.0.0.0:3001)"], "/srv/till", "thin.service", "till"),
        (["unicorn master -c x"], "/home/deploy/apps/till/current", "unicorn.service", "till"),
        (["gunicorn: master [wsgi]"], "/var/www/till", "gunicorn.service", "till"),
        (["thin server (0.0.0.0:3001)"], "/srv/till", "orders.service", ""),
        (["thin server (0.0.0.0:3001)"], "/", "thin.service", ""),
        (["/usr/bin/python3", "/usr/bin/celery", "worker"], "/srv/till", "celery.service", ""),
    ],
)
def test_a_unit_that_is_called_like_its_server_says_less_than_the_folder(arguments, cwd, unit, name):
    exe = "/usr/bin/python3.11" if "unicorn:" in arguments[0] or "python" in arguments[0] else "/usr/bin/ruby3.1"
    assert detect(arguments, exe=exe, cwd=cwd, unit=unit).name == name


VERSIONS = [
    # A package tells of what came with it ...
    (["/usr/sbin/nginx"], "/usr/sbin/nginx", {"nginx": "1.22.1-9"}, {}, "1.22.1-9"),
    (["/usr/sbin/acmed"], "/usr/sbin/acmed", {"acme-tools": "4.2-1"}, {"owners": {"/usr/sbin/acmed": "acme-tools"}}, "4.2-1"),
    # ... and of nothing that stands beside it.
    (["/opt/nginx/sbin/nginx"], "/opt/nginx/sbin/nginx", {"nginx": "1.22.1-9"}, {}, ""),
    (["/opt/nginx-1.25.3/sbin/nginx"], "/opt/nginx-1.25.3/sbin/nginx", {"nginx": "1.22.1-9"}, {}, "1.25.3"),
    (["/opt/prometheus-2.45.0.linux-amd64/prometheus"], "", {}, {}, "2.45.0"),
    (["java", "-cp", "/opt/kafka/libs/kafka_2.13-3.6.1.jar:/x", "kafka.Kafka"], "", {}, {}, "3.6.1"),
    (["java", "-cp", "/opt/kafka/bin/../libs/*", "kafka.Kafka"], "", {}, {"beside": ("/opt/kafka/libs/kafka_2.12-2.8.2.jar",)}, "2.8.2"),
    (["java", "-Dcatalina.home=/opt/apache-tomcat-9.0.80", "org.apache.catalina.startup.Bootstrap"], "", {"tomcat9": "9.0.43"}, {}, "9.0.80"),
    (["java", "-Dcatalina.home=/opt/tomcat", "org.apache.catalina.startup.Bootstrap"], "", {}, {"said": {"/opt/tomcat/RELEASE-NOTES": "8.5.99"}}, "8.5.99"),
    (["java", "-Djboss.home.dir=/opt/wildfly-26.1.3.Final", "org.jboss.as.standalone"], "", {}, {}, "26.1.3"),
    (["java", "-Des.path.home=/opt/elasticsearch", "org.elasticsearch.bootstrap.Elasticsearch"], "", {}, {"beside": ("/opt/elasticsearch/lib/elasticsearch-7.17.9.jar", "/opt/elasticsearch/lib/elasticsearch-core-7.0.0.jar")}, "7.17.9"),
    (["/opt/v/bin/python", "/opt/v/bin/gunicorn", "a:b"], "/usr/bin/python3.9", {}, {"beside": ("/opt/v/lib/python3.9/site-packages/gunicorn-20.1.0.dist-info",)}, "20.1.0"),
    (["/opt/v/bin/python", "/opt/v/bin/gunicorn", "a:b"], "/usr/bin/python3.9", {}, {"beside": ("/opt/w/lib/python3.9/site-packages/gunicorn-19.0.0.dist-info",)}, ""),
    (["puma 5.6.5 (tcp://0.0.0.0:9292) [shop]"], "/usr/bin/ruby3.1", {}, {}, "5.6.5"),
    (["node", "/srv/a/a.js"], "/home/u/.nvm/versions/node/v16.20.0/bin/node", {"nodejs": "12.22"}, {}, "16.20.0"),
    (["node", "/srv/a/a.js"], "/usr/local/bin/node", {}, {}, ""),
    (["java", "-jar", "/opt/a.jar"], "/usr/lib/jvm/java-11-openjdk-amd64/bin/java", {"openjdk-11-jre-headless": "11.0.2-1", "openjdk-17-jre-headless": "17.0.1-1"}, {}, "11.0.2-1"),
    (["java", "-jar", "/opt/a.jar"], "", {"openjdk-11-jre-headless": "11.0.2-1", "openjdk-17-jre-headless": "17.0.1-1"}, {}, ""),
    (["/opt/jdk-11.0.19/bin/java", "-jar", "/opt/a.jar"], "/opt/jdk-11.0.19/bin/java", {}, {}, "11.0.19"),
    (["java", "-jar", "/opt/a.jar"], "/opt/jdk/bin/java", {}, {"said": {"/opt/jdk/release": "1.8.0_392"}}, "1.8.0_392"),
    (["python3", "/opt/a.py"], "/usr/bin/python3.9", {}, {}, "3.9"),
    (["dotnet", "/opt/a/A.dll"], "/usr/bin/dotnet", {}, {"said": {"/opt/a/A.runtimeconfig.json": "6.0.0"}}, "6.0.0"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "exe", "packages", "programs", "version"), VERSIONS)
def test_versions_are_those_of_what_runs(arguments, exe, packages, programs, version):
    runtime = detect(arguments, exe=exe, packages=packages, programs=ProgramsFacts(**programs)).runtime
    assert runtime.version == version
    assert len(runtime.evidence) > bool(version) or exe == "/usr/bin/python3.9" or "puma" in arguments[0]


def test_what_the_compiler_made_is_told_by_its_build_id_and_its_neighbours():
    go = ProgramsFacts(go=frozenset({"/opt/ledger/ledgerd"}))
    found = detect(["/opt/ledger/ledgerd"], exe="/opt/ledger/ledgerd", programs=go).runtime
    assert (found.name, found.evidence[-1].excerpt) == ("binary", "begins with a Go build id")
    net = ProgramsFacts(said={"/opt/api/Shop.Api.runtimeconfig.json": "6.0.0"})
    found = detect(["/opt/api/Shop.Api"], exe="/opt/api/Shop.Api", programs=net).runtime
    assert (found.name, found.version) == ("dotnet", "6.0.0")


def test_versions_come_from_packages_and_are_unknown_otherwise():
    assert detect(["/usr/sbin/nginx"], packages={"nginx": "1.22.1-9"}).runtime.version == "1.22.1-9"
    assert detect(["/usr/sbin/nginx"]).runtime.version == ""
    both = {"postgresql": "15+248", "postgresql-15": "15.18-0"}
    assert detect(["postgres", "-D", "/x"], packages=both).packages == ("postgresql-15=15.18-0",)
    assert detect(["/usr/sbin/httpd"], packages={"httpd": "2.4.6"}).runtime.name == "apache"
    mariadb = detect(["/usr/sbin/mysqld"], packages={"mariadb-server-10.5": "1:10.5"})
    assert (mariadb.runtime.name, mariadb.stateful) == ("mariadb", True)


def test_heap_and_data_come_from_the_command_line():
    assert detect(TOMCAT, exe="/usr/bin/java").heap_mib == 2048
    assert detect(["java", "-Xmx128m", "-Xmx1g", "-jar", "a.jar"]).heap_mib == 1024
    assert detect(["java", "-XX:MaxHeapSize=768m", "-jar", "a.jar"]).heap_mib == 768
    assert detect(["mysqld", "--datadir=/data/mysql"]).data == ("/data/mysql",)
    assert detect(["postgres", "-D", "/srv/pg"]).data == ("/srv/pg",)


def test_secrets_of_a_command_line_are_no_evidence():
    arguments = redact_arguments(["java", "-Ddb.password=hunter2", "-jar", "a.jar"])
    assert "hunter2" not in detect(arguments).runtime.evidence[0].excerpt
