"""Services that no process shows: systemd's sockets, inetd and xinetd; and services whose socket systemd opened for them."""

from datetime import UTC, datetime

from migrator.model.observations import Observed
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.on_demand import OnDemand
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Listener, Sockets, SocketsFacts, UnixListener
from migrator.scan.facts.units import Unit, Units
from migrator.scan.profile import host_view
from migrator.scan.snapshot import Snapshot

ANSWER = """\
#sockets
 Id=echo.socket
 Listen=[::]:7007 (Stream)
 Triggers=echo.service
 ActiveState=active
 FragmentPath=/etc/systemd/system/echo.socket

 Id=api.socket
 Listen=127.0.0.1:7008 (Stream)
 Listen=/run/api.sock (Stream)
 Triggers=api.service
 ActiveState=active

 Id=off.socket
 Listen=[::]:7009 (Stream)
 Triggers=off.service
 ActiveState=inactive

 Id=dbus.socket
 Listen=/run/dbus/system_bus_socket (Stream)
 Triggers=dbus.service
 ActiveState=active
#xinetd
 /etc/xinetd.d/stock:service stock
 /etc/xinetd.d/stock:{
 /etc/xinetd.d/stock:    type = UNLISTED
 /etc/xinetd.d/stock:    port = 7010
 /etc/xinetd.d/stock:    user = daemon
 /etc/xinetd.d/stock:    server = /opt/stock/stockd
 /etc/xinetd.d/stock:    server_args = --db-password hunter2 --quiet
 /etc/xinetd.d/stock:}
 /etc/xinetd.d/echo:service echo
 /etc/xinetd.d/echo:{
 /etc/xinetd.d/echo:    disable = yes
 /etc/xinetd.d/echo:    server = /bin/cat
 /etc/xinetd.d/echo:}
#inetd
 poll stream tcp nowait nobody /opt/poll/polld polld -v
 tftp dgram udp wait root /usr/sbin/in.tftpd in.tftpd /srv/tftp
#services
 poll 7011/tcp
 tftp 69/udp
"""


def test_doors_are_read_with_their_ports_and_without_secrets():
    doors = {door.name: door for door in OnDemand().parse(ANSWER)}
    assert {name: door.ports for name, door in doors.items()} == {
        "echo": (("tcp", 7007),),
        "api": (("tcp", 7008),),
        "dbus": (),
        "stock": (("tcp", 7010),),
        "poll": (("tcp", 7011),),
        "tftp": (("udp", 69),),
    }
    assert doors["stock"].command == ("/opt/stock/stockd", "--db-password", "***", "--quiet")
    assert (doors["poll"].user, doors["poll"].command) == ("nobody", ("/opt/poll/polld", "-v"))


def view(*, root):
    """A host where one of systemd's sockets has its service running already; a plain user sees no owner of a socket."""
    ports = [("tcp", port) for port in (7007, 7008, 7010, 7011)] + [("udp", 69)]
    listeners = tuple(Listener(protocol, "*", port, 0, port) for protocol, port in ports)
    processes = (
        Process(1, 0, 0, 0, "systemd", ("/sbin/init",), "/usr/lib/systemd/systemd", cgroup="/init.scope"),
        Process(9, 1, 0, 0, "xinetd", ("/usr/sbin/xinetd",), "/usr/sbin/xinetd", cgroup="/system.slice/xinetd.service"),
        Process(10, 1, 0, 0, "apid", ("/opt/api/apid",), "/opt/api/apid", cgroup="/system.slice/api.service"),
    )
    owners = {7007: (1,), 7008: (1, 10), 7010: (9,), 7011: (9,), 69: (9,)} if root else {}
    facts = {
        Machine.name: MachineFacts(uid=0 if root else 7),
        Processes.name: processes,
        Units.name: (Unit("echo.service", command=("/opt/echo/echod",)), Unit("api.service"), Unit("xinetd.service")),
        Descriptors.name: DescriptorsFacts(owners=owners),
        Sockets.name: SocketsFacts(listeners=listeners),
        OnDemand.name: OnDemand().parse(ANSWER),
        Configuration.name: Configuration().parse(" url /etc/stock/stock.conf:3:http://a1.corp:8080\n"),
    }
    return host_view(Snapshot("h", "h", datetime.now(UTC), {name: Observed(value) for name, value in facts.items()}))


def test_what_would_be_started_is_a_service_with_its_port():
    for root in (True, False):
        found = view(root=root)
        ports = {(p.service, p.origin, listen.port) for p in found.profiles for listen in p.listens}
        assert ports == {
            ("echo", "systemd socket", 7007),
            ("api", "systemd", 7008),
            ("stock", "xinetd", 7010),
            ("poll", "inetd", 7011),
            ("tftp", "inetd", 69),
        }
        assert found.unowned == ()


def test_it_has_its_configuration_and_no_processes():
    stock = next(p for p in view(root=True).profiles if p.service == "stock")
    assert [(call.target, call.port) for call in stock.calls] == [("a1.corp", 8080)]
    assert (stock.processes, stock.usage.memory_mib, stock.usage.cpu_millicores) == (0, None, None)
    assert stock.account.user in {"daemon", "0", "root"}


GATES = """\
#sockets
 Id=gate.socket
 Listen=/run/gate.sock (Stream)
 Triggers=gate.service
 ActiveState=active

 Id=shop.socket
 Listen=/run/shop.sock (Stream)
 Listen=/run/gone.sock (Stream)
 Triggers=shop.service
 ActiveState=active

 Id=scanner.socket
 Listen=[::]:7020 (Stream)
 Triggers=
 ActiveState=active

 Id=cups.socket
 Listen=[::]:631 (Stream)
 Triggers=cups.service
 ActiveState=active
"""


def gates(*, root=False, cups="*"):
    """Sockets of systemd, of which one has its service running: by their processes init alone is seen to hold them."""
    shop = Process(10, 1, 7, 7, "shopd", ("/opt/shop/shopd",), "/opt/shop/shopd", cgroup="/system.slice/shop.service")
    init = Process(1, 0, 0, 0, "systemd", ("/sbin/init",), "/usr/lib/systemd/systemd", cgroup="/init.scope")
    paths = ("/run/gate.sock", "/run/shop.sock")
    listeners = (Listener("tcp", "*", 7020, 0, 7), Listener("tcp", cups, 631, 0, 8))
    facts = {
        Machine.name: MachineFacts(uid=0 if root else 7),
        Processes.name: (init, shop),
        Units.name: (Unit("shop.service"), Unit("gate.service", command=("/opt/gate/gated",))),
        Descriptors.name: DescriptorsFacts(owners={90: (1,), 91: (1, 10)} if root else {}),
        Sockets.name: SocketsFacts(listeners, unix=tuple(UnixListener(path, 90 + i) for i, path in enumerate(paths))),
        OnDemand.name: OnDemand().parse(GATES),
        Configuration.name: Configuration().parse(
            " program /etc/systemd/system/scanner@.service:3:/opt/scan/scan\n"
            " listen /opt/other/x.conf:1:/run/shop.sock\n"
        ),
    }
    view = host_view(Snapshot("h", "h", datetime.now(UTC), {name: Observed(value) for name, value in facts.items()}))
    return {p.service: p for p in view.profiles}


def test_unix_sockets_that_systemd_opened_are_the_services():
    for root in (True, False):
        paths = {(p.service, listen.path) for p in gates(root=root).values() for listen in p.listens if listen.path}
        assert paths == {("gate", "/run/gate.sock"), ("shop", "/run/shop.sock")}


def test_a_socket_without_a_unit_starts_instances_of_the_template_of_its_name():
    assert gates()["scanner"].executable == "/opt/scan/scan"


def test_a_print_server_is_a_service_where_others_reach_it():
    assert "cups" in gates()
    assert "cups" not in gates(cups="127.0.0.1")
