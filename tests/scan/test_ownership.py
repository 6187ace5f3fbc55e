"""Sockets whose process a plain user does not see: who is configured to listen there, and nobody by guessing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from migrator.model.observations import Observed
from migrator.model.services import Confidence, Source, confidence
from migrator.scan.estate import assemble
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.network import Network, NetworkFacts
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Connection, Listener, Sockets, SocketsFacts, UnixListener
from migrator.scan.facts.units import Unit, Units
from migrator.scan.look import understood
from migrator.scan.profile import host_view
from migrator.scan.snapshot import Snapshot


def process(pid, name, unit):
    arguments = (f"{name}: master process",)
    return Process(pid, 1, 0, 0, name, arguments, f"/usr/sbin/{name}", cgroup=f"/system.slice/{unit}")


def seen(configuration, *listeners, unix=(), commands=()):
    """What a plain user sees of two servers that root started: no owner of any socket."""
    names = ("nginx", "haproxy")
    processes = tuple(process(pid, name, f"{name}.service") for pid, name in enumerate(names, 10))
    units = tuple(Unit(f"{name}.service", command=dict(commands).get(name, ())) for name in names)
    facts = {
        Processes.name: processes,
        Units.name: units,
        Descriptors.name: DescriptorsFacts(),
        Sockets.name: SocketsFacts(listeners=tuple(listeners), unix=tuple(unix)),
        Configuration.name: Configuration().parse(configuration),
    }
    observed = {name: Observed(value) for name, value in facts.items()}
    view = host_view(Snapshot("h", "h", datetime.now(UTC), observed))
    owners = {(one.service, listen.port or listen.path) for one in view.profiles for listen in one.listens}
    return owners, {listener.port for listener in view.unowned}


def tcp(port):
    return Listener("tcp", "*", port, inode=port, uid=0)


def test_the_one_that_is_configured_to_listen_has_the_port():
    said = " listen /etc/nginx/nginx.conf:3:8000\n listen /etc/haproxy/haproxy.cfg:9:443\n"
    assert seen(said, tcp(8000), tcp(443)) == ({("nginx", 8000), ("haproxy", 443)}, set())


def test_two_that_claim_it_leave_it_without_an_owner():
    said = " listen /etc/nginx/nginx.conf:3:8000\n listen /etc/haproxy/haproxy.cfg:9:8000\n"
    assert seen(said, tcp(8000)) == (set(), {8000})


@pytest.mark.parametrize(
    ("said", "owners"),
    [
        (
            " listen /etc/nginx/pool.conf:4:/run/php/\n",
            {("nginx", "/run/php/shop.sock"), ("nginx", "/run/php/blog.sock")},
        ),
        (" listen /etc/nginx/pool.conf:4:/run/php/\n listen /etc/haproxy/x.cfg:4:/run/php/\n", set()),
        (" listen /etc/nginx/pool.conf:4:/run/\n unix /etc/nginx/x.conf:5:/run/php/\n", set()),
    ],
    ids=["a variable names the file", "two folders", "another folder, and a call"],
)
def test_a_socket_whose_name_is_a_variable_is_known_by_its_folder(said, owners):
    unix = [UnixListener(f"/run/php/{name}.sock", inode=number) for number, name in enumerate(("shop", "blog"), 90)]
    assert seen(said, unix=unix)[0] == owners


def test_the_port_of_somebody_else_is_no_claim():
    assert seen(" setting /etc/nginx/nginx.conf:3:db.port = 5432\n", tcp(5432)) == (set(), {5432})


def test_a_unix_socket_belongs_to_who_is_configured_or_told_to_make_it():
    said = " listen /etc/nginx/nginx.conf:3:/run/a.sock\n"
    told = {"haproxy": ("/usr/sbin/haproxy", "--socket", "unix:/run/b.sock")}
    unix = [UnixListener("/run/a.sock", 1), UnixListener("/run/b.sock", 2), UnixListener("/run/c.sock", 3)]
    assert seen(said, unix=unix, commands=told) == ({("nginx", "/run/a.sock"), ("haproxy", "/run/b.sock")}, set())


# One account, several services: the control group that a socket was opened in tells them apart.


def running(pid, name, *, uid=99, unit="", ppid=1, cgroup=""):
    group = cgroup or f"/system.slice/{unit or name + '.service'}"
    return Process(pid, ppid, uid, uid, name, (f"/opt/{name}/{name}",), f"/opt/{name}/{name}", cgroup=group)


APP = running(10, "app")
WORKER = running(11, "worker")
DATABASE = Connection("10.0.0.1", 40000, "10.0.0.9", 5432, uid=99, inode=1)


def owner_of_the_connection(*processes, group="", uid=99):
    """Who is said to be connected to the database, and how directly that was seen."""
    sockets = SocketsFacts(connections=(replace(DATABASE, uid=uid),), groups={1: group} if group else {})
    view = view_of(processes, {Sockets.name: sockets})
    found = [(p.service, confidence(call.evidence)) for p in view.profiles for call in p.calls]
    return found, bool(view.unowned_outgoing)


def view_of(processes, facts, denied=()):
    units = {name for p in processes for name in p.cgroup.split("/") if name.endswith(".service")}
    known = {
        Processes.name: tuple(processes),
        Units.name: tuple(Unit(name) for name in units),
        Descriptors.name: DescriptorsFacts(),
        **facts,
    }
    observed = {name: Observed(value, denied=tuple(denied)) for name, value in known.items()}
    return host_view(Snapshot("h", "h", datetime.now(UTC), observed))


def test_an_account_of_two_services_leaves_a_connection_without_an_owner():
    assert owner_of_the_connection(APP, WORKER) == ([], True)


def test_the_control_group_of_a_connection_names_its_service():
    group = "/system.slice/worker.service"
    assert owner_of_the_connection(APP, WORKER, group=group) == ([("worker", Confidence.OBSERVED)], False)


def test_what_root_opened_for_a_service_is_in_its_control_group_too():
    group = "/system.slice/worker.service"
    assert owner_of_the_connection(APP, WORKER, group=group, uid=0)[0] == [("worker", Confidence.OBSERVED)]


MANAGER = running(20, "supervisord", uid=0, unit="supervisor.service")
ONE = running(21, "one", uid=98, unit="supervisor.service", ppid=20)
TWO = running(22, "two", unit="supervisor.service", ppid=20)
SUPERVISED = "/system.slice/supervisor.service"


def test_in_a_control_group_of_several_the_account_tells():
    found, left = owner_of_the_connection(MANAGER, ONE, TWO, APP, group=SUPERVISED)
    assert (found, left) == ([("two", Confidence.INFERRED)], False)


def test_what_the_process_manager_itself_opened_is_nobodys_below_it():
    assert owner_of_the_connection(MANAGER, ONE, TWO, group=SUPERVISED, uid=0) == ([], True)


@pytest.mark.parametrize("group", ["/user.slice/user-99.slice/session-3.scope", "/system.slice/gone.service"])
def test_a_person_of_the_same_account_is_not_the_service(group):
    assert owner_of_the_connection(APP, group=group)[0] == []


@pytest.mark.parametrize("group", ["", "/", "/init.scope"])
def test_without_a_telling_control_group_the_account_tells(group):
    assert owner_of_the_connection(APP, group=group) == ([("app", Confidence.INFERRED)], False)


# One account, several services, and no control group that tells: what their files say, and what could not be read.


def caller(*said, denied=(), services=("app", "worker"), names=None):
    """Which of the services of one account is connected to 10.0.0.9:5432, when this is all that their files say."""
    configuration = Configuration().parse("".join(f" {line}\n" for line in said))
    facts = {
        Sockets.name: SocketsFacts(connections=(DATABASE,)),
        Network.name: NetworkFacts(("10.0.0.1",), names or {}),
        Configuration.name: configuration,
    }
    view = view_of([running(10 + n, name) for n, name in enumerate(services)], facts, denied=denied)
    seen = Source.CLIENT_SOCKET
    return [(p.service, confidence(c.evidence)) for p in view.profiles for c in p.calls if seen in c.sources]


APP_READS = "setting /opt/app/app.ini:1:host = 10.0.0.7:6379"
WORKER_READS = "setting /opt/worker/worker.ini:1:host = 10.0.0.7:6379"
WORKER_NAMES_IT = "setting /opt/worker/worker.ini:2:host = db:5432"
KNOWN = {"db": "10.0.0.9"}


def test_the_only_one_that_is_set_up_to_has_the_connection():
    assert caller(APP_READS, WORKER_NAMES_IT, names=KNOWN) == [("worker", Confidence.INFERRED)]


HOST_ALONE = "setting /opt/worker/worker.ini:2:db_host = db"


@pytest.mark.parametrize(
    ("said", "denied", "want"),
    [
        ((APP_READS, HOST_ALONE), (), [("worker", Confidence.INFERRED)]),
        ((HOST_ALONE,), (), []),
        ((APP_READS, HOST_ALONE), ["/opt/app/db.ini"], []),
    ],
    ids=["the other is known", "nothing is known of the other", "the other keeps a file closed"],
)
def test_a_host_without_a_port_counts_where_the_others_settings_were_seen(said, denied, want):
    assert caller(*said, denied=denied, names=KNOWN) == want


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ((WORKER_NAMES_IT, "setting /opt/app/app.ini:2:host = db:5432"), KNOWN),
        ((WORKER_NAMES_IT, APP_READS), {}),
        ((WORKER_NAMES_IT, APP_READS), {"db": "10.0.0.8"}),
    ],
    ids=["both are", "the name may mean another", "the name means another"],
)
def test_a_setting_that_may_not_mean_the_connection_decides_nothing(said, names):
    assert caller(*said, names=names) == []


def test_the_only_one_with_a_file_that_is_closed_to_us_has_what_no_other_is_set_up_to():
    assert caller(APP_READS, WORKER_READS, denied=["/opt/worker/db.ini"]) == [("worker", Confidence.INFERRED)]


@pytest.mark.parametrize(
    ("said", "denied"),
    [
        ((APP_READS, WORKER_READS), ["/opt/worker/db.ini", "/opt/app/db.ini"]),
        ((APP_READS, WORKER_READS), ["/opt/else/db.ini"]),
        ((WORKER_READS,), ["/opt/worker/db.ini"]),
        ((APP_READS, "setting /opt/app/app.ini:2:host = db:5432"), ["/opt/worker/db.ini"]),
    ],
    ids=["both have one", "neither has", "nothing is known of the other", "the other may be"],
)
def test_what_could_not_be_read_decides_nothing_where_another_may_be_meant(said, denied):
    assert caller(*said, denied=denied) == []


def listener(*said):
    """Which of the services of one control group and account listens on 8180, when this is all that files say."""
    facts = {
        Sockets.name: SocketsFacts(listeners=(Listener("tcp", "*", 8180, 99, 5),), groups={5: SUPERVISED}),
        Configuration.name: Configuration().parse("".join(f" {line}\n" for line in said)),
    }
    below = [running(21 + n, name, unit="supervisor.service", ppid=20) for n, name in enumerate(("app", "worker"))]
    view = view_of([MANAGER, *below], facts)
    return [(p.service, confidence(one.evidence)) for p in view.profiles for one in p.listens]


APP_NAMES_ITS_PORT = "setting /opt/app/app.ini:1:till.http.port = 8180 in 1.1"


def test_of_those_that_can_listen_there_the_only_one_with_a_setting_of_that_port_does():
    other = "setting /opt/worker/worker.ini:1:till.http.port = 8280 in 1.1"
    assert listener(APP_NAMES_ITS_PORT, other) == [("app", Confidence.INFERRED)]


@pytest.mark.parametrize(
    "said",
    [
        "setting /opt/worker/worker.ini:1:till.http.port = 8180 in 1.1",
        "setting /opt/app/app.ini:2:till.http.host = other in 1.1",
    ],
    ids=["both name it", "it calls somebody there"],
)
def test_a_port_that_another_may_have_or_that_is_called_decides_nothing(said):
    assert listener(APP_NAMES_ITS_PORT, said) == []


DATABASE_HOST = {
    Processes.name: (Process(5, 1, 70, 70, "postgres", ("/usr/bin/postgres",), "/usr/bin/postgres"),),
    Sockets.name: SocketsFacts(
        listeners=(Listener("tcp", "*", 5432, 70, 9),),
        connections=(Connection("10.0.0.9", 5432, "10.0.0.1", 40000, 70, 8),),
    ),
    Descriptors.name: DescriptorsFacts(owners={8: (5,), 9: (5,)}),
    Network.name: NetworkFacts(("10.0.0.9",)),
}


@pytest.mark.parametrize(
    ("group", "owners", "want"),
    [
        ("", {1: (10,)}, Confidence.OBSERVED),
        ("/system.slice/app.service", {}, Confidence.OBSERVED),
        ("", {}, Confidence.INFERRED),
    ],
    ids=["by its process", "by its control group", "by its account"],
)
def test_an_edge_that_both_ends_see_is_as_sure_as_the_callers_end(group, owners, want):
    app = {
        Processes.name: (APP,),
        Units.name: (Unit("app.service"),),
        Sockets.name: SocketsFacts(connections=(DATABASE,), groups={1: group} if group else {}),
        Descriptors.name: DescriptorsFacts(owners=owners),
        Network.name: NetworkFacts(("10.0.0.1",)),
    }
    hosts = [
        Snapshot(name, address, datetime.now(UTC), {fact: Observed(value) for fact, value in facts.items()})
        for name, address, facts in (("h", "10.0.0.1", app), ("db", "10.0.0.9", DATABASE_HOST))
    ]
    (edge,) = assemble(map(understood, hosts), now=datetime.now(UTC)).estate.edges
    assert (edge.caller, edge.callee, confidence(edge.evidence)) == ("app", "postgresql", want)
    assert set(edge.sources) == {Source.CLIENT_SOCKET, Source.SERVER_SOCKET}


SHARED = """\
 setting /etc/default/shop:1:mysql_host = db1 in 0.1
 setting /etc/default/shop:2:redis_host = r1 in 0.1
"""


def test_of_what_several_read_the_usual_port_is_supposed_for_those_that_use_it():
    names = {10: "worker", 11: "beat"}
    facts = {
        Processes.name: tuple(
            Process(
                pid,
                1,
                99,
                99,
                name,
                (f"/opt/{name}/{name}",),
                f"/opt/{name}/{name}",
                cgroup=f"/system.slice/{name}.service",
            )
            for pid, name in names.items()
        ),
        Units.name: tuple(
            Unit(f"{name}.service", main_pid=pid, active=True, environment_files=("/etc/default/shop",))
            for pid, name in names.items()
        ),
        Configuration.name: Configuration().parse(SHARED),
        Sockets.name: SocketsFacts(connections=(Connection("10.0.0.1", 40000, "10.0.0.9", 3306, 99, 1),)),
        Descriptors.name: DescriptorsFacts(owners={1: (10,)}),
    }
    snapshot = Snapshot("h", "10.0.0.1", datetime.now(UTC), {name: Observed(value) for name, value in facts.items()})
    calls = {one.service: {(call.target, call.port) for call in one.calls} for one in host_view(snapshot).profiles}
    assert calls["worker"] == {("10.0.0.9", 3306), ("db1", 3306), ("r1", 6379)}
    assert calls["beat"] == {("db1", None), ("r1", 6379)}
