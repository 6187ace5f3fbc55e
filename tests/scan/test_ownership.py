"""Sockets whose process a plain user does not see: who is configured to listen there, and nobody by guessing."""

from datetime import UTC, datetime

from migrator.model.observations import Observed
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Listener, Sockets, SocketsFacts, UnixListener
from migrator.scan.facts.units import Unit, Units
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


def test_the_port_of_somebody_else_is_no_claim():
    assert seen(" setting /etc/nginx/nginx.conf:3:db.port = 5432\n", tcp(5432)) == (set(), {5432})


def test_a_unix_socket_belongs_to_who_is_configured_or_told_to_make_it():
    said = " listen /etc/nginx/nginx.conf:3:/run/a.sock\n"
    told = {"haproxy": ("/usr/sbin/haproxy", "--socket", "unix:/run/b.sock")}
    unix = [UnixListener("/run/a.sock", 1), UnixListener("/run/b.sock", 2), UnixListener("/run/c.sock", 3)]
    assert seen(said, unix=unix, commands=told) == ({("nginx", "/run/a.sock"), ("haproxy", "/run/b.sock")}, set())
