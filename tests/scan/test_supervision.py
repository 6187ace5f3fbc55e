"""Process managers, wrappers and units of every kind: what they run is the service, under the name that it has there."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from migrator.model.observations import Missing, Observed
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.environment import Environment
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Connection, Listener, Sockets, SocketsFacts
from migrator.scan.facts.units import Unit, Units
from migrator.scan.profile import host_view
from migrator.scan.snapshot import Snapshot

INIT = Process(1, 0, 0, 0, "systemd", ("/sbin/init",), "/usr/lib/systemd/systemd", cgroup="/init.scope")


def process(pid, ppid, line, exe="", unit=""):
    words = tuple(line.split())
    cgroup = f"/system.slice/{unit}" if unit and "/" not in unit else unit
    return Process(pid, ppid, 7, 7, words[0].rsplit("/", 1)[-1][:15], words, exe, cgroup=cgroup)


def seen(*processes, units=(), configuration="", listening=()):
    """Name, origin and runtime of every service; and what was set aside."""
    owners = {pid: (pid,) for pid in listening}
    facts = {
        Processes.name: (INIT, *processes),
        Units.name: tuple(units),
        Descriptors.name: DescriptorsFacts(owners=owners),
        Sockets.name: SocketsFacts(listeners=tuple(Listener("tcp", "*", 8000 + pid, 7, pid) for pid in listening)),
        Configuration.name: Configuration().parse(configuration),
    }
    observed = {name: Observed(value) for name, value in facts.items()}
    view = host_view(Snapshot("h", "h", datetime.now(UTC), observed))
    return {(p.service, p.origin, p.runtime.name) for p in view.profiles}, {one.name for one in view.set_aside}


SUPERVISOR = (
    " section /etc/supervisor/conf.d/a.conf:1:program mailer\n program /etc/supervisor/conf.d/a.conf:2:/opt/mail/mailer.py\n"
    " section /etc/supervisor/conf.d/a.conf:5:program pusher\n program /etc/supervisor/conf.d/a.conf:6:/opt/push/push.py\n"
)
CASES = [
    (
        "rc.local",
        [
            process(20, 1, "java -cp /home/tally/lib/tally-2.3.jar example.Tally", "/usr/bin/java", "rc-local.service"),
            process(21, 1, "/opt/gate/gated", "/opt/gate/gated", "rc.local.service"),
        ],
        {("tally", "process", "java"), ("gated", "process", "binary")},
    ),
    (
        "supervisor",
        [
            process(10, 1, "/usr/bin/python3 /usr/bin/supervisord -n", "/usr/bin/python3.9", "supervisor.service"),
            process(11, 10, "python3 /opt/mail/mailer.py", "/usr/bin/python3.9", "supervisor.service"),
            process(12, 10, "python3 /opt/push/push.py", "/usr/bin/python3.9", "supervisor.service"),
        ],
        {("mailer", "supervisor", "python"), ("pusher", "supervisor", "python")},
    ),
    (
        "supervisor without a unit",
        [
            process(10, 1, "/usr/bin/python /usr/bin/supervisord", "/usr/bin/python2.7"),
            process(11, 10, "/opt/ledger/ledgerd", "/opt/ledger/ledgerd"),
        ],
        {("ledgerd", "supervisor", "binary")},
    ),
    (
        "runit",
        [
            process(10, 1, "runsvdir -P /etc/service", "/usr/bin/runsvdir", "runit.service"),
            process(11, 10, "runsv queue", "/usr/bin/runsv", "runit.service"),
            process(12, 11, "/opt/q/queued --port 1", "/opt/q/queued", "runit.service"),
            process(13, 11, "svlogd -tt ./main", "/usr/bin/svlogd", "runit.service"),
        ],
        {("queue", "runit", "binary")},
    ),
    (
        "daemontools",
        [
            process(10, 1, "/bin/sh /usr/bin/svscanboot", "/bin/dash"),
            process(11, 10, "svscan /etc/service", "/usr/bin/svscan"),
            process(12, 11, "supervise cache", "/usr/bin/supervise"),
            process(13, 12, "node /srv/x/server.js", "/usr/bin/node"),
            process(14, 11, "supervise log", "/usr/bin/supervise"),
            process(15, 14, "multilog t ./main", "/usr/bin/multilog"),
        ],
        {("cache", "daemontools", "node")},
    ),
    (
        "s6",
        [
            process(10, 1, "s6-svscan /service", "/bin/s6-svscan"),
            process(11, 10, "s6-supervise api", "/bin/s6-supervise"),
            process(12, 11, "java -jar /opt/api/api.jar", "/usr/bin/java"),
        ],
        {("api", "s6", "java")},
    ),
    (
        "circus",
        [
            process(10, 1, "/usr/bin/python3 /usr/local/bin/circusd /etc/circus.ini", "/usr/bin/python3.9", "circus.service"),
            process(11, 10, "/opt/x/feeder", "/opt/x/feeder", "circus.service"),
        ],
        {("feeder", "circus", "binary")},
    ),
    (
        "forever",
        [
            process(10, 1, "/usr/bin/node /usr/lib/node_modules/forever/bin/monitor /srv/chat/chat.js", "/usr/bin/node"),
            process(11, 10, "/usr/bin/node /srv/chat/chat.js", "/usr/bin/node"),
        ],
        {("chat", "forever", "node")},
    ),
    (
        "emperor",
        [
            process(10, 1, "/usr/bin/uwsgi --emperor /etc/uwsgi/vassals", "/usr/bin/uwsgi-core", "uwsgi.service"),
            process(11, 10, "/usr/bin/uwsgi --ini shop.ini", "/usr/bin/uwsgi-core", "uwsgi.service"),
            process(12, 11, "/usr/bin/uwsgi --ini shop.ini", "/usr/bin/uwsgi-core", "uwsgi.service"),
            process(13, 10, "/usr/bin/uwsgi --ini desk.ini", "/usr/bin/uwsgi-core", "uwsgi.service"),
        ],
        {("shop", "uwsgi", "uwsgi"), ("desk", "uwsgi", "uwsgi")},
    ),
    (
        "a shell that waits",
        [
            process(10, 1, "/bin/bash /opt/erp/start.sh", "/bin/bash", "erp.service"),
            process(11, 10, "java -jar /opt/erp/erp.jar", "/usr/bin/java", "erp.service"),
            process(12, 10, "tee -a /var/log/erp.log", "/usr/bin/tee", "erp.service"),
        ],
        {("erp", "systemd", "java")},
    ),
    (
        "sudo and a shell",
        [
            process(10, 1, "sudo -u app /opt/x/run", "/usr/bin/sudo", "x.service"),
            process(11, 10, "/bin/sh /opt/x/run", "/bin/dash", "x.service"),
            process(12, 11, "/opt/x/xd", "/opt/x/xd", "x.service"),
        ],
        {("x", "systemd", "binary")},
    ),
    (
        "a script that does the work itself",
        [
            process(10, 1, "/bin/sh /opt/poll/poll.sh", "/bin/dash", "poll.service"),
            process(11, 10, "sleep 5", "/usr/bin/sleep", "poll.service"),
        ],
        {("poll", "systemd", "shell")},
    ),
    (
        "instances of one unit",
        [
            process(10, 1, "/opt/w/worker", "/opt/w/worker", "worker@mail.service"),
            process(11, 1, "/opt/w/worker", "/opt/w/worker", "worker@push.service"),
            process(12, 1, "/opt/s/single", "/opt/s/single", "single@main.service"),
        ],
        {("worker-mail", "systemd", "binary"), ("worker-push", "systemd", "binary"), ("single", "systemd", "binary")},
    ),
    (
        "a unit that keeps a terminal open",
        [
            process(10, 1, "SCREEN -dmS rates /opt/rates/rates.pl", "/usr/bin/screen", "rates.service"),
            process(11, 10, "/usr/bin/perl /opt/rates/rates.pl", "/usr/bin/perl", "rates.service"),
            process(20, 1, "tmux new-session -d lua5.3 /opt/toll/toll.lua", "/usr/bin/tmux", "toll.service"),
            process(21, 20, "sh -c lua5.3 /opt/toll/toll.lua", "/bin/dash", "toll.service"),
            process(22, 21, "lua5.3 /opt/toll/toll.lua", "/usr/bin/lua5.3", "toll.service"),
        ],
        {("rates", "systemd", "perl"), ("toll", "systemd", "lua")},
    ),
    (
        "a unit of a user who lingers",
        [
            process(10, 1, "/lib/systemd/systemd --user", "/usr/lib/systemd/systemd", "/user.slice/user-7.slice/user@7.service/init.scope"),
            process(11, 10, "/home/u/bot/bot", "/home/u/bot/bot", "/user.slice/user-7.slice/user@7.service/app.slice/bot.service"),
        ],
        {("bot", "systemd user", "binary")},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("processes", "want"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_run_is_the_service(processes, want):
    found, aside = seen(*processes, configuration=SUPERVISOR)
    assert found == want
    assert not aside & {name for name, _, _ in want}


@pytest.mark.parametrize(
    ("main", "child", "want"),
    [
        ("/usr/lib/broker/brokerd", "df -k /", {"BROKER_HOME"}),
        ("/usr/lib/broker/brokerd", "", {"BROKER_HOME"}),
        ("/bin/sh /opt/broker/start.sh", "/opt/broker/bin/one", {"BROKER_HOME", "OF_CHILD", "OF_OTHER"}),
        ("/bin/sh /opt/broker/start.sh", "sleep 5", {"BROKER_HOME", "OF_OTHER"}),
    ],
    ids=["what works for a moment", "alone", "what a shell waits for", "what a shell waits with"],
)
def test_variables_do_not_depend_on_the_moment(main, child, want):
    """Two programs behind one shell: `OF_OTHER` is there only where the main process is that shell."""
    processes = [process(10, 1, main, unit="broker.service")]
    processes += [process(11, 10, child, unit="broker.service")] if child else []
    processes += [process(n, 10, f"/opt/broker/bin/other{n}", unit="broker.service") for n in (12, 13) if "sh" in main]
    names = {10: ("BROKER_HOME",), 11: ("OF_CHILD",), 12: ("OF_OTHER",), 13: ("OF_OTHER",)}
    facts = {Processes.name: (INIT, *processes), Units.name: (Unit("broker.service"),), Environment.name: names}
    observed = {name: Observed(value) for name, value in facts.items()}
    (profile,) = host_view(Snapshot("h", "h", datetime.now(UTC), observed)).profiles
    assert {one.name for one in profile.variables} == want


@pytest.mark.parametrize("line", ["/usr/sbin/incrond", "/usr/sbin/crond -n", "/usr/sbin/fcron -f"])
def test_schedulers_are_set_aside(line):
    name = line.split()[0].rsplit("/", 1)[-1]
    assert seen(process(10, 1, line, line.split()[0], f"{name}.service"))[0] == set()


CRON = replace(process(10, 1, "/usr/sbin/cron -f", "/usr/sbin/cron", "cron.service"), uid=0)
FORK = replace(process(11, 10, "/usr/sbin/CRON -f", "/usr/sbin/cron", "cron.service"), uid=0)


def below_cron(*, start, listener=None, group="", others=(), entries=None, cwd="", line="./sellerd"):
    """Origins of services on a host where cron, begun at tick 2000, runs something; no owner of a socket is visible."""
    run = replace(process(12, 11, line, unit="cron.service"), start_ticks=start, cwd=cwd)
    cron = replace(CRON, start_ticks=2000)
    listeners = (Listener("tcp", "*", 5080, listener, 77),) if listener is not None else ()
    facts = {
        Processes.name: (INIT, cron, replace(FORK, start_ticks=start), run, *others),
        Sockets.name: SocketsFacts(listeners, groups={77: group} if group else {}),
        Descriptors.name: DescriptorsFacts(),
    }
    observed = {name: Observed(value) for name, value in facts.items()}
    observed[Crontabs.name] = Observed(entries) if entries else Missing("refused")
    view = host_view(Snapshot("h", "h", datetime.now(UTC), observed))
    ports = {(p.service, listen.port) for p in view.profiles for listen in p.listens}
    return {p.service: p.origin for p in view.profiles}, ports


def test_what_began_with_cron_is_a_service_though_its_crontab_may_not_be_read():
    assert below_cron(start=2010, listener=7) == ({"sellerd": "cron @reboot"}, {("sellerd", 5080)})
    assert below_cron(start=2010) == ({"sellerd": "cron @reboot"}, set())
    assert below_cron(start=60_000) == ({}, set())


def test_a_job_at_its_work_is_none_unless_nobody_else_can_have_the_listener():
    other = process(20, 1, "/opt/other/otherd", "/opt/other/otherd", "other.service")
    root = "/system.slice/cron.service"
    assert below_cron(start=60_000, listener=7)[1] == {("sellerd", 5080)}
    assert below_cron(start=60_000, listener=7, others=[other])[0] == {"other": "systemd"}
    assert "sellerd" in below_cron(start=60_000, listener=7, group=root, others=[other])[0]
    assert below_cron(start=60_000, listener=0)[0] == {}


def test_a_line_at_boot_is_known_by_the_program_that_it_starts():
    entry = CronEntry("/var/spool/cron/x", 1, "@reboot", "7", ". /etc/x; cd /home/x/app && exec ./sellerd >>log 2>&1")
    found = below_cron(start=60_000, entries=(entry,), cwd="/home/x/app", line="./sellerd --quiet")
    assert found[0] == {"sellerd": "cron @reboot"}


@pytest.mark.parametrize(("address", "found"), [("0.0.0.0", True), ("127.0.0.1", False)])  # noqa: S104 - an address that is listened on
@pytest.mark.parametrize("root", [True, False])
def test_a_print_server_is_a_service_where_other_hosts_reach_it(address, found, root):
    cupsd = process(10, 1, "/usr/sbin/cupsd -l", "/usr/sbin/cupsd", "cups.service")
    browsed = process(11, 1, "/usr/sbin/cups-browsed", "/usr/sbin/cups-browsed", "cups-browsed.service")
    sockets = SocketsFacts(
        (Listener("tcp", address, 631, 0, 5), Listener("tcp", "*", 7631, 0, 6)),
        groups={5: cupsd.cgroup, 6: browsed.cgroup},
    )
    facts = {
        Processes.name: (INIT, cupsd, browsed),
        Sockets.name: sockets,
        Descriptors.name: DescriptorsFacts(owners={5: (10,), 6: (11,)} if root else {}),
    }
    observed = {name: Observed(value) for name, value in facts.items()}
    view = host_view(Snapshot("h", "h", datetime.now(UTC), observed))
    assert [(p.service, p.runtime.name) for p in view.profiles] == ([("cups", "cups")] if found else [])
    assert "cups-browsed.service" in {one.name for one in view.set_aside}


@pytest.mark.parametrize(
    ("program", "listener", "found"),
    [
        ("rsyslogd", ("tcp", "*", 514), True),
        ("rsyslogd", ("udp", "*", 514), True),
        ("syslog-ng", ("tcp", "10.1.0.5", 5140), True),
        ("rsyslogd", ("tcp", "127.0.0.1", 514), False),
        ("rsyslogd", ("udp", "*", 41234), False),  # what it sends with
        ("syslogd", ("udp", "*", 514), False),
        ("chronyd", ("udp", "*", 123), False),
        ("cupsd", ("udp", "*", 631), False),
    ],
)
@pytest.mark.parametrize("unit", ["log.service", ""])
def test_a_collector_of_logs_is_a_service_and_what_only_sends_is_none(program, listener, found, unit):
    name = f"{program}.service" if unit else ""
    log = replace(process(10, 1, f"/usr/sbin/{program}", f"/usr/sbin/{program}", name), uid=0)
    facts = {
        Processes.name: (INIT, log),
        Sockets.name: SocketsFacts((Listener(*listener, 0, 5),)),
        Descriptors.name: DescriptorsFacts(owners={5: (10,)}),
    }
    observed = {name: Observed(value) for name, value in facts.items()}
    view = host_view(Snapshot("h", "h", datetime.now(UTC), observed))
    assert [p.runtime.name for p in view.profiles] == ([program.removesuffix("d")] if found else [])


def test_where_no_control_group_is_known_nobody_is_taken_for_a_listener():
    """A plain account on a host without systemd sees neither who holds a socket nor where it was opened."""
    log = replace(process(10, 1, "/usr/sbin/rsyslogd", "/usr/sbin/rsyslogd"), uid=0)
    facts = {Processes.name: (INIT, log), Sockets.name: SocketsFacts((Listener("tcp", "*", 25, 0, 5),))}
    observed = {name: Observed(value) for name, value in facts.items()}
    assert not host_view(Snapshot("h", "h", datetime.now(UTC), observed)).profiles


def test_files_that_a_script_is_given_from_the_folder_it_works_in_are_its_own():
    """`shop.rc` has an ending that settings have nowhere else, and stands where the program was told."""
    line = "tclsh shop/shop.tcl shop/shop.rc"
    shop = replace(process(10, 1, line, "/usr/bin/tclsh8.6", "rc-local.service"), cwd="/home/u")
    said = " url /home/u/shop/shop.rc:3:http://stock:8080\n url /home/u/other/shop.rc:3:http://wrong:8080\n"
    facts = {Processes.name: (INIT, shop), Configuration.name: Configuration().parse(said)}
    observed = {name: Observed(value) for name, value in facts.items()}
    (profile,) = host_view(Snapshot("h", "h", datetime.now(UTC), observed)).profiles
    assert (profile.service, profile.runtime.name) == ("shop", "tcl")
    assert [call.target for call in profile.calls] == ["stock"]


def of(uid, pid, line, exe, *, ppid=1):
    return replace(process(pid, ppid, line, exe, "all.service"), uid=uid)


ONCE, FORKS, STAYS = Unit("all.service", type="oneshot"), Unit("all.service", type="forking"), Unit("all.service")
SCRIPT = of(0, 10, "/bin/sh /opt/all.sh", "/bin/dash")
JDK = "/opt/jdk-17/bin/java"
SEVERAL = [
    (
        "a script that changes the account",
        ONCE,
        [of(7, 11, "/opt/round/script/round", "/usr/bin/perl"), of(8, 12, f"{JDK} -jar /opt/silo/silo-1.2.jar", JDK)],
        (),
        {("round", "start script", "perl"), ("silo", "start script", "java")},
    ),
    (
        "one account, each with a port",
        FORKS,
        [of(7, 11, f"{JDK} -jar /opt/a/crates-2.0.jar", JDK), of(7, 12, f"{JDK} -jar /opt/b/labels-2.0.jar", JDK)],
        (11, 12),
        {("crates", "start script", "java"), ("labels", "start script", "java")},
    ),
    (
        "a shell that waits for both",
        STAYS,
        [
            SCRIPT,
            of(7, 11, "/opt/a/crated", "/opt/a/crated", ppid=10),
            of(7, 12, "/opt/b/labeld", "/opt/b/labeld", ppid=10),
        ],
        (11, 12),
        {("crated", "start script", "binary"), ("labeld", "start script", "binary")},
    ),
    (
        "a stack that was unpacked into one folder",
        FORKS,
        [of(0, 11, "/opt/stack/apache2/bin/httpd", "/opt/stack/apache2/bin/httpd"), of(9, 12, "/opt/stack/mysql/bin/mysqld", "/opt/stack/mysql/bin/mysqld")],
        (11, 12),
        {("httpd", "start script", "apache"), ("mysqld", "start script", "mysql")},
    ),
    (
        "instances of one server, each with a folder",
        FORKS,
        [of(7, n, f"java -Dcatalina.base=/opt/till/inst/{name} -Djava.io.tmpdir=/opt/till/inst/{name}/temp -Dcatalina.home=/opt/till/tomcat org.apache.catalina.startup.Bootstrap", "/usr/bin/java") for n, name in ((11, "live"), (12, "test"))],
        (11, 12),
        {("all-live", "start script", "tomcat"), ("all-test", "start script", "tomcat")},
    ),
    (
        "instances of a program, each with settings",
        FORKS,
        [of(7, n, f"/opt/till/bin/tilld -c /srv/tills/{name}/tilld.ini", "/opt/till/bin/tilld") for n, name in ((11, "north"), (12, "south"))],
        (11, 12),
        {("all-north", "start script", "binary"), ("all-south", "start script", "binary")},
    ),
]  # fmt: skip
ONE = [
    ("one product", FORKS, [of(7, 11, "/opt/p/bin/a", "/opt/p/bin/a"), of(8, 12, "/opt/p/bin/b", "/opt/p/bin/b")], ()),
    ("one account", ONCE, [of(7, 11, "/opt/a/a", "/opt/a/a"), of(7, 12, "/opt/b/b", "/opt/b/b")], ()),
    (
        "daemons of a package, each with an account and a port",
        FORKS,
        [of(0, 11, "/usr/sbin/oned", "/usr/sbin/oned"), of(8, 12, "/usr/sbin/twod", "/usr/sbin/twod")],
        (11, 12),
    ),
    (
        "one program of a package for each folder of data",
        FORKS,
        [of(0, n, f"/usr/sbin/brickd --brick /srv/brick{n}", "/usr/sbin/brickd") for n in (11, 12)],
        (11, 12),
    ),
    (
        "servers of one program, each with files of its own of now",
        FORKS,
        [of(7, n, f"/opt/c/bin/c --conf /opt/c/etc/c.ini --pid /opt/c/run/{n}/pid", "/opt/c/bin/c") for n in (11, 12)],
        (11, 12),
    ),
    (
        "a program with a folder for each, of which one listens",
        FORKS,
        [of(7, n, f"/opt/c/bin/c --conf /opt/c/{n}/c.ini", "/opt/c/bin/c") for n in (11, 12)],
        (11,),
    ),
    (
        "Erlang with its port mapper",
        STAYS,
        [of(7, 11, "beam.smp -run till", "/opt/till/erts-1/bin/beam.smp"), of(8, 12, "epmd -daemon", "/usr/bin/epmd")],
        (11, 12),
    ),
    (
        "a master with workers of another account",
        FORKS,
        [of(0, 11, "/opt/w/masterd", "/opt/w/masterd"), of(8, 12, "/opt/q/workd", "/opt/q/workd", ppid=11)],
        (11, 12),
    ),
    (
        "servers of one application",
        FORKS,
        [replace(of(8, n, f"thin server ({n})", "/usr/bin/ruby3.1"), cwd="/srv/curd") for n in (11, 12)],
        (11, 12),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "processes", "listening", "want"), [c[1:] for c in SEVERAL], ids=[c[0] for c in SEVERAL]
)
def test_services_that_one_script_starts_are_told_apart(unit, processes, listening, want):
    found, aside = seen(*processes, units=(unit,), listening=listening)
    assert (found, aside) == (want, {"all.service"})


def test_a_script_that_no_unit_starts_is_taken_apart_in_the_same_way():
    shell = process(10, 1, "/bin/bash /root/all.sh", "/bin/bash", "rc-local.service")
    crate = process(11, 10, "/opt/a/crated", "/opt/a/crated", "rc-local.service")
    label = process(12, 10, "/usr/bin/perl /opt/b/labeld.pl", "/usr/bin/perl", "rc-local.service")
    found, aside = seen(shell, crate, label, listening=(11, 12))
    assert (found, aside) == ({("crated", "process", "binary"), ("labeld", "process", "perl")}, {"bash"})
    assert len(seen(shell, crate, label)[0]) == 1


@pytest.mark.parametrize(("unit", "processes", "listening"), [c[1:] for c in ONE], ids=[c[0] for c in ONE])
def test_a_service_of_several_trees_stays_one(unit, processes, listening):
    found, aside = seen(*processes, units=(unit,), listening=listening)
    assert [(name, origin) for name, origin, _ in found] == [("all", "systemd")]
    assert not aside


@pytest.mark.parametrize(
    ("line", "exe", "label"),
    [
        ("/usr/bin/monit -c /etc/monit/monitrc", "/usr/bin/monit", "monit"),
        ("bluepilld: shop", "/usr/bin/ruby2.7", "bluepill"),
        ("ruby /usr/bin/god -c /etc/god.rb", "/usr/bin/ruby2.7", "god"),
    ],
)
def test_daemons_that_a_manager_started_are_services_of_their_own(line, exe, label):
    """None of them is its child; two of one program are one service, and what is of the host is set aside."""
    servers = [of(9, pid, "/opt/stock/stockd", "/opt/stock/stockd") for pid in (13, 14)]
    perl = of(8, 12, "/usr/bin/perl /opt/herd/bin/herd.pl", "/usr/bin/perl")
    found, aside = seen(of(0, 11, line, exe), perl, *servers, of(0, 15, "/usr/sbin/rsyslogd", "/usr/sbin/rsyslogd"))
    assert found == {("herd", label, "perl"), ("stockd", label, "binary")}
    assert aside == {"all.service", "rsyslogd"}


GUARDIAN, SERVER = "/usr/sbin/guardd -forever", "/usr/sbin/firebird"


@pytest.mark.parametrize(
    ("main", "address", "calls", "runtime"),
    [
        (GUARDIAN, "*", False, "firebird"),
        (GUARDIAN, "127.0.0.1", False, "binary"),
        (GUARDIAN, "*", True, "binary"),
        ("/usr/bin/python3 /opt/app/app.py", "*", False, "python"),
    ],
    ids=["guardian", "a helper of its own", "a program that works itself", "a script that works itself"],
)
def test_behind_a_guardian_it_is_the_child_that_serves(main, address, calls, runtime):
    processes = [of(9, 11, main, main.split()[0]), of(9, 12, SERVER, SERVER, ppid=11)]
    connections = (Connection("10.1.0.5", 40000, "10.1.0.9", 5432, 9, 6),) if calls else ()
    facts = {
        Processes.name: (INIT, *processes),
        Units.name: (Unit("all.service", type="forking", main_pid=11),),
        Descriptors.name: DescriptorsFacts(owners={5: (12,), 6: (11,)}),
        Sockets.name: SocketsFacts((Listener("tcp", address, 3050, 9, 5),), connections),
    }
    observed = {name: Observed(value) for name, value in facts.items()}
    (profile,) = host_view(Snapshot("h", "h", datetime.now(UTC), observed)).profiles
    assert (profile.service, profile.runtime.name, profile.processes) == ("all", runtime, 2)


def test_what_a_managers_own_files_say_is_not_of_what_it_runs():
    units = [
        Unit(
            "monit.service",
            command=("/usr/bin/monit",),
            source="/etc/init.d/monit",
            environment_files=("/etc/default/monit",),
        )
    ]
    parts = [
        process(10, 1, "/usr/bin/monit -c /etc/monit/monitrc", "/usr/bin/monit", "monit.service"),
        process(11, 10, "/opt/herd/bin/herd", "/opt/herd/bin/herd", "monit.service"),
    ]
    text = (
        " file /etc/init.d/monit:3:/etc/monit/monitrc\n data /etc/monit/monitrc:4:/var/lib/monit/state\n"
        " data /opt/herd/etc/herd.conf:3:/srv/herd\n url /etc/default/monit:1:redis://cache:6379\n"
    )
    facts = {Processes.name: (INIT, *parts), Units.name: tuple(units), Configuration.name: Configuration().parse(text)}
    view = host_view(Snapshot("h", "h", datetime.now(UTC), {name: Observed(value) for name, value in facts.items()}))
    (herd,) = (one for one in view.profiles if one.service == "herd")
    assert {one.path for one in herd.state} == {"/srv/herd"}
    assert {call.target for call in herd.calls} == {"cache"}
