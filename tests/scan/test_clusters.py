"""Several clusters or instances of one database on a host: each has its own name, its own socket and its own folder."""

from datetime import UTC, datetime

import pytest

from migrator.model.observations import Observed
from migrator.scan.estate import assemble
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Listener, Sockets, SocketsFacts, UnixListener
from migrator.scan.facts.units import Unit, Units
from migrator.scan.look import understood
from migrator.scan.profile import host_view
from migrator.scan.snapshot import Snapshot

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def cluster(pid, name, port):
    folder = f"/var/lib/postgresql/15/{name}"
    arguments = ("/usr/lib/postgresql/15/bin/postgres", "-D", folder)
    unit = f"postgresql@15-{name}.service"
    return Process(pid, 1, 99, 99, "postgres", arguments, arguments[0], cgroup=f"/system.slice/{unit}"), unit, port


def clusters(listeners):
    processes = [cluster(10, "main", 5432), cluster(11, "hr", 5433)]
    backup = CronEntry("/etc/cron.d/hr", 1, "50 0 * * *", "postgres", "pg_dump -p 5433 hr -f /srv/hr.dump")
    facts = {
        Processes.name: tuple(p for p, _, _ in processes),
        Configuration.name: Configuration().parse(" client /etc/cron.d/hr:1:pg_dump localhost 5433\n"),
        Units.name: tuple(Unit(unit) for _, unit, _ in processes),
        Crontabs.name: (backup,),
        Sockets.name: SocketsFacts(listeners=tuple(Listener("tcp", "*", port, 99, port) for port in listeners)),
        Descriptors.name: DescriptorsFacts(
            owners={port: (p.pid,) for p, _, port in processes},
            written={p.pid: (f"{p.arguments[2]}/base/1/2619",) for p, _, _ in processes},
        ),
    }
    return Snapshot("h", "10.0.0.1", NOW, {name: Observed(value) for name, value in facts.items()})


@pytest.mark.parametrize(("listeners", "want"), [((5432, 5433), ["postgresql-15-hr"]), ((5432,), [])])
def test_the_local_socket_of_a_database_is_that_of_the_one_on_its_port(listeners, want):
    edges = assemble([understood(clusters(listeners))], now=NOW).estate.edges
    assert [edge.callee for edge in edges if edge.caller == "hr"] == want


def test_each_cluster_of_a_database_keeps_its_own_folder():
    kept = {p.service: [state.path for state in p.state] for p in host_view(clusters(())).profiles if p.unit}
    assert kept == {
        "postgresql-15-main": ["/var/lib/postgresql/15/main"],
        "postgresql-15-hr": ["/var/lib/postgresql/15/hr"],
    }


OPTIONS = """\
 group /etc/mysql/debian.cnf:1:client
 setting /etc/mysql/debian.cnf:2:host = localhost
 group /etc/mysql/my.cnf:1:client
 unix /etc/mysql/my.cnf:2:/run/mysqld/mysqld.sock
 group /etc/mysql/my.cnf:3:mysqld
 data /etc/mysql/my.cnf:4:/srv/sql/main
 unix /etc/mysql/my.cnf:5:/run/mysqld/mysqld.sock
 group /etc/mysql/my.cnf:6:mysqld.old
 data /etc/mysql/my.cnf:7:/srv/sql/old
 unix /etc/mysql/my.cnf:8:/run/mysqld/old.sock
 group /etc/mysql/my.cnf:9:mysqldump
 data /etc/mysql/my.cnf:10:/srv/sql/dumps
 group /etc/mysql/my.cnf:11:mysqld1
 data /etc/mysql/my.cnf:12:/srv/sql/one
 client /etc/init.d/mariadb:29:mysqladmin localhost 3306
"""


def instances():
    """The instance of the plain unit, and one of the template beside it, with their sockets."""
    units = {10: "mariadb.service", 11: "mariadb@old.service"}
    words = {10: (), 11: ("--defaults-group-suffix=.old",)}
    binary = "/usr/sbin/mariadbd"
    facts = {
        Processes.name: tuple(
            Process(pid, 1, 99, 99, "mariadbd", (binary, *words[pid]), binary, cgroup=f"/system.slice/{unit}")
            for pid, unit in units.items()
        ),
        Units.name: tuple(Unit(unit) for unit in units.values()),
        Configuration.name: Configuration().parse(OPTIONS),
        Sockets.name: SocketsFacts(
            unix=(UnixListener("/run/mysqld/mysqld.sock", 1), UnixListener("/run/mysqld/old.sock", 2)),
            listeners=(Listener("tcp", "*", 3306, 99, 3), Listener("tcp", "*", 3307, 99, 4)),
        ),
        Descriptors.name: DescriptorsFacts(owners={1: (10,), 2: (11,), 3: (10,), 4: (11,)}),
    }
    return Snapshot("h", "10.0.0.1", NOW, {name: Observed(value) for name, value in facts.items()})


def test_an_instance_has_its_own_name_beside_the_plain_unit_and_reads_its_own_groups():
    kept = {p.service: [state.path for state in p.state] for p in host_view(instances()).profiles}
    assert kept == {"mariadb": ["/srv/sql/main"], "mariadb-old": ["/srv/sql/old"]}


def test_a_server_calls_neither_itself_nor_its_siblings_for_what_its_clients_are_told():
    assert assemble([understood(instances())], now=NOW).estate.edges == ()
