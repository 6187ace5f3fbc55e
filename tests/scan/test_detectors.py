"""Detectors as a table: a process and the host's packages in, the runtime out. Titles as the programs set them."""

from datetime import UTC, datetime

import pytest

from migrator.model.observations import Observed
from migrator.scan.detectors import DETECTORS
from migrator.scan.facts.packages import Packages
from migrator.scan.facts.processes import Process
from migrator.scan.facts.units import Unit
from migrator.scan.redact import redact_arguments
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload


def detect(arguments, *, exe="", comm="", packages=None, unit="x.service"):
    process = Process(7, 1, 33, 33, comm or arguments[0].rsplit("/", 1)[-1][:15], tuple(arguments), exe)
    snapshot = Snapshot("h", "h", datetime.now(UTC), {Packages.name: Observed(packages or {})})
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
    (["dotnet", "Shop.Api.dll"], "/usr/bin/dotnet", "dotnet"),
    (["python3", "-m", "celery", "worker"], "/usr/bin/python3.11", "python"),
    (["puma 5.6.5 (tcp://0.0.0.0:9292) [shop]"], "/usr/bin/ruby3.1", "puma"),
    (["/usr/sbin/httpd", "-f"], "/bin/busybox", "busybox"),
    (["/bin/sh", "/etc/poll.sh"], "/bin/dash", "shell"),
    (["/usr/bin/perl", "/usr/local/sbin/meterd"], "/usr/bin/perl", "perl"),
    (["/opt/ledger/ledgerd", "--port", "9000"], "/opt/ledger/ledgerd", "binary"),
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
        (["java", "-cp", "a.jar", "com.example.Main"], "main"),
        (["node", "/srv/api/server.js"], "api"),
        (["python3", "-m", "celery", "worker"], "celery"),
        (["python3", "/opt/shop/main.py"], "shop"),
        (["/bin/sh", "/etc/poll.sh"], "poll"),
        (["dotnet", "Shop.Api.dll"], "shop.api"),
    ],
)
def test_names_come_from_what_is_run(arguments, name):
    assert detect(arguments).name == name


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
    assert detect(["mysqld", "--datadir=/data/mysql"]).data == ("/data/mysql",)
    assert detect(["postgres", "-D", "/srv/pg"]).data == ("/srv/pg",)


def test_secrets_of_a_command_line_are_no_evidence():
    arguments = redact_arguments(["java", "-Ddb.password=hunter2", "-jar", "a.jar"])
    assert "hunter2" not in detect(arguments).runtime.evidence[0].excerpt
