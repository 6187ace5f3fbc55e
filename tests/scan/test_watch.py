"""Jobs at their work, and looks that follow the first one: what lives for a second is seen all the same."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from migrator.model.observations import Missing, Observed
from migrator.model.services import Source
from migrator.scan.estate import assemble
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.network import Network, NetworkFacts
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Connection, Listener, Sockets, SocketsFacts
from migrator.scan.facts.timers import Timer, Timers
from migrator.scan.facts.units import Unit, Units
from migrator.scan.look import understood
from migrator.scan.snapshot import Snapshot
from migrator.scan.watch import Sightings, sighted

NEVER = Sightings()
NOW = datetime(2026, 11, 23, tzinfo=UTC)
CRON = Process(10, 1, 0, 0, "cron", ("/usr/sbin/cron", "-f"), "/usr/sbin/cron", cgroup="/system.slice/cron.service")
SHOP = Process(20, 1, 99, 99, "shopd", ("/usr/sbin/shopd",), "/usr/sbin/shopd", cgroup="/system.slice/shopd.service")
LINE = "/opt/bill/run.sh --all"
ENTRY = CronEntry("/etc/cron.d/bill", 3, "*/5 * * * *", "bill", LINE)
UNITS = (Unit("cron.service"), Unit("shopd.service"), Unit("tidy.service", type="oneshot"))
DATABASE = Connection("10.0.0.1", 40000, "10.0.0.9", 5432, uid=99, inode=1)
QUEUE = replace(DATABASE, peer_port=5672, port=40001, inode=2)


def snapshot(*processes, connections=(), owners=None, **more):
    facts = {
        Processes.name: (CRON, SHOP, *processes),
        Units.name: UNITS,
        Crontabs.name: (ENTRY,),
        Timers.name: (
            Timer("tidy.timer", "tidy.service", "*-*-* 04:00:00", active=True, fragment="/etc/systemd/system/t"),
        ),
        Network.name: NetworkFacts(("10.0.0.1",)),
        Sockets.name: SocketsFacts(
            listeners=(Listener("tcp", "*", 8080, uid=99, inode=5),), connections=tuple(connections)
        ),
        Descriptors.name: DescriptorsFacts(owners={5: (20,), **(owners or {})}),
        **more,
    }
    return Snapshot("h", "10.0.0.1", NOW, {name: Observed(value) for name, value in facts.items()})


def called(first, later=NEVER):
    scan = assemble([understood(first, later)], now=NOW)
    return {
        p.service: {(c.target, c.port) for c in p.calls if Source.CLIENT_SOCKET in c.sources} for p in scan.profiles
    }


SHELL = Process(30, 10, 98, 98, "sh", ("/bin/sh", "-c", LINE), "/bin/sh", cgroup="/system.slice/cron.service")
CHILD = Process(
    31, 30, 98, 98, "php", ("php", "/opt/bill/bill.php"), "/usr/bin/php", cgroup="/system.slice/cron.service"
)
BECOME = Process(
    30, 10, 98, 98, "run.sh", ("/opt/bill/run.sh", "--all"), "/bin/sh", cgroup="/system.slice/cron.service"
)
OTHER = replace(SHELL, arguments=("/bin/sh", "-c", "/opt/else/run.sh"))


@pytest.mark.parametrize(
    ("processes", "holder", "want"),
    [
        ((SHELL, CHILD), 31, {("10.0.0.9", 5432)}),
        ((SHELL,), 30, {("10.0.0.9", 5432)}),
        ((BECOME,), 30, {("10.0.0.9", 5432)}),
        ((OTHER, CHILD), 31, set()),
        ((SHELL, CHILD), 20, set()),
    ],
)
def test_a_job_of_cron_has_the_connections_of_its_processes(processes, holder, want):
    calls = called(snapshot(*processes, connections=[DATABASE], owners={1: (holder,)}))
    assert calls["bill"] == want


@pytest.mark.parametrize(
    ("others", "want"),
    [((), {("10.0.0.9", 5432)}), ((replace(SHOP, pid=60, uid=98, cgroup="/system.slice/other.service"),), set())],
)
def test_a_plain_user_knows_a_jobs_connection_by_an_account_that_is_its_own(others, want):
    connection = replace(DATABASE, uid=98)
    assert called(snapshot(SHELL, CHILD, *others, connections=[connection]))["bill"] == want


@pytest.mark.parametrize(
    ("group", "want"),
    [("/system.slice/cron.service", {("10.0.0.9", 5432)}), ("/system.slice/other.service", set())],
)
def test_the_control_group_tells_a_jobs_connection_from_that_of_a_service_of_its_account(group, want):
    other = replace(SHOP, pid=60, uid=98, cgroup="/system.slice/other.service")
    sockets = SocketsFacts(connections=(replace(DATABASE, uid=98),), groups={1: group})
    assert called(snapshot(SHELL, CHILD, other, **{Sockets.name: sockets}))["bill"] == want


def test_what_a_timer_runs_is_the_job_and_no_service():
    tidy = Process(40, 1, 0, 0, "tidy", ("/usr/bin/tidy",), "/usr/bin/tidy", cgroup="/system.slice/tidy.service")
    calls = called(snapshot(tidy, connections=[DATABASE], owners={1: (40,)}))
    assert calls == {"bill": set(), "shopd": set(), "tidy": {("10.0.0.9", 5432)}}


def test_later_looks_add_what_was_not_there_at_first():
    first = snapshot()
    looks = [
        snapshot(connections=[DATABASE], owners={1: (20,)}),
        snapshot(SHELL, CHILD, connections=[QUEUE], owners={2: (31,)}),
        snapshot(),
    ]
    seen = Sightings()
    for look in looks:
        seen = sighted(seen, first, look)
    assert seen.looks == 3
    assert called(first) == {"bill": set(), "shopd": set(), "tidy": set()}
    calls = called(first, seen)
    assert calls == {"bill": {("10.0.0.9", 5672)}, "shopd": {("10.0.0.9", 5432)}, "tidy": set()}


def test_who_connects_now_and_then_is_kept_once_whatever_port_it_comes_from():
    first = snapshot()
    arriving = Connection("10.0.0.1", 8080, "10.0.0.7", 50000, uid=99, inode=6)
    seen = Sightings()
    for port in (50000, 50001, 50002):
        seen = sighted(seen, first, snapshot(connections=[replace(arriving, peer_port=port)]))
    assert [(c.port, c.peer) for c in seen.incoming] == [(8080, "10.0.0.7")]


def test_a_look_that_failed_is_not_counted():
    first = snapshot()
    failed = Snapshot("h", "10.0.0.1", NOW, {Sockets.name: Missing("was not reached")}, error="no answer")
    assert sighted(Sightings(), first, failed) == Sightings()


def test_something_that_was_not_there_at_first_is_no_service():
    late = Process(50, 1, 97, 97, "late", ("/opt/late/late",), "/opt/late/late")
    seen = sighted(Sightings(), snapshot(), snapshot(late, connections=[DATABASE], owners={1: (50,)}))
    assert "late" not in called(snapshot(), seen)
