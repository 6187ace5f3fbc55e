"""Who calls whom where hosts have several names, and what of a host belongs to which of its services."""

from datetime import UTC, datetime

import pytest

from migrator.model.estate import HostReport
from migrator.model.services import Call, Evidence, Listen, Protocol, Runtime, ServiceProfile, Source, State
from migrator.scan.estate import assemble
from migrator.scan.facts.machine import MachineFacts
from migrator.scan.facts.mounts import RemoteMount
from migrator.scan.facts.network import NetworkFacts
from migrator.scan.memory import HostMemory

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SOCKET = (Source.CLIENT_SOCKET,), (Evidence("sockets", "tcp"),)
SETTING = (Source.CONFIGURATION,), (Evidence("configuration", "host", "/etc/shop.conf:1"),)


def host(name, *profiles, names=None, remote=()):
    """One host as a scan keeps it in mind."""
    return HostMemory(
        HostReport(name, observed=("machine",)),
        NOW.isoformat(),
        machine=MachineFacts(0, name),
        network=NetworkFacts(names=names or {}),
        remote_mounts=remote,
        profiles=profiles,
        mentions=((),) * len(profiles),
    )


def service(where, name="shop", **more):
    return ServiceProfile(name, where, Runtime("python"), **more)


def scanned(*hosts):
    return assemble([], now=NOW, earlier=lambda _: hosts)


def by_socket(target):
    return Call(target, port=25, sources=SOCKET[0], evidence=SOCKET[1])


def by_setting(target):
    return Call(target, port=25, sources=SETTING[0], evidence=SETTING[1])


NAMES = {"mail": "192.0.2.9", "mail.corp.example": "192.0.2.9", "smtp-relay.corp.example": "192.0.2.9"}


@pytest.mark.parametrize("other", ["192.0.2.9", "mail", "Mail.Corp.Example.", "smtp-relay.corp.example"])
def test_what_was_not_scanned_is_one_callee_by_whichever_of_its_names_it_is_reached(other):
    shop = service("a", calls=(by_setting("mail.corp.example"), by_socket("192.0.2.9")))
    scan = scanned(
        host("a", shop, names=NAMES),
        host("b", service("b", "desk", calls=(by_setting(other),)), names={"mail": "192.0.2.9"}),
    )
    callees = [(edge.caller, edge.callee) for edge in scan.estate.edges]
    assert callees == [("desk", "external:mail.corp.example"), ("shop", "external:mail.corp.example")]
    (call,) = next(one for one in scan.profiles if one.service == "shop").calls
    assert (call.target, set(call.sources)) == ("mail.corp.example", {Source.CLIENT_SOCKET, Source.CONFIGURATION})


def test_what_was_not_scanned_has_the_name_that_its_callers_use_and_not_another_of_its_machine():
    names = dict.fromkeys(("mq.corp.example", "cache.corp.example", "cache"), "192.0.2.9")
    by_name = Call("cache.corp.example", port=6379, sources=SETTING[0], evidence=SETTING[1])
    by_address = Call("192.0.2.9", port=6379, sources=SOCKET[0], evidence=SOCKET[1])
    other = Call("mq.corp.example", port=5672, sources=SETTING[0], evidence=SETTING[1])
    found = scanned(
        host("web", service("web", calls=(by_name, by_address)), names=names),
        host("app", service("app", "queue", calls=(other,)), names=names),
    )
    assert {(edge.caller, edge.callee, edge.port) for edge in found.estate.edges} == {
        ("shop", "external:cache.corp.example", 6379),
        ("queue", "external:mq.corp.example", 5672),
    }
    assert "calls cache.corp.example:6379" in " ".join(one.message for one in found.estate.findings)
    assert [call.target for profile in found.profiles for call in profile.calls] == [
        "mq.corp.example",
        "cache.corp.example",
    ]


def test_a_name_that_means_two_machines_on_two_hosts_is_not_one_callee():
    scan = scanned(
        host("a", service("a", calls=(by_setting("mail"),)), names={"mail": "192.0.2.9"}),
        host("b", service("b", "desk", calls=(by_setting("mail"),)), names={"mail": "192.0.2.8"}),
    )
    assert {edge.callee for edge in scan.estate.edges} == {"external:192.0.2.9", "external:192.0.2.8"}


def test_names_that_hosts_are_kept_from_by_an_address_of_noughts_are_not_one_machine():
    names = {"ads.example.com": "0.0.0.0", "track.example.com": "0.0.0.0"}  # noqa: S104 - as block lists have it
    scan = scanned(host("a", service("a", calls=tuple(map(by_setting, names))), names=names))
    assert {edge.callee for edge in scan.estate.edges} == {f"external:{name}" for name in names}


NAS = RemoteMount("nas", "/export/bills", "/mnt/bills", "nfs")


@pytest.mark.parametrize(
    "use",
    [
        {"state": (State("/mnt/bills/2026"),)},
        {"state": (State("/mnt"),)},
        {"directory": "/mnt/bills"},
        {"command": ("/opt/billing/run.sh", "--out=/mnt/bills/today")},
        {"config": ("/mnt/bills/settings.ini",)},
    ],
)
def test_a_network_file_system_is_told_of_the_service_that_uses_it_and_of_no_other(use):
    scan = scanned(host("a", service("a", **use), service("a", "desk", directory="/mnt/bills-old"), remote=(NAS,)))
    told = {one.service: [f.message for f in one.findings if f.code == "MIG037"] for one in scan.profiles}
    assert told == {"desk": [], "shop": ["uses /mnt/bills, which fstab mounts from nas:/export/bills"]}
    assert "MIG024" not in {one.code for one in scan.estate.findings}


def test_a_network_file_system_that_nobody_was_seen_to_use_is_a_question_about_its_host():
    scan = scanned(host("a", service("a", directory="/srv"), remote=(NAS,)))
    (found,) = (one for one in scan.estate.findings if one.code == "MIG024")
    assert (found.subject, str(found.severity)) == ("a", "unknown")
    assert "no service was seen to use it" in found.message


def broker(runtime):
    listens = (Listen(Protocol.TCP, "*", 4369),)
    return ServiceProfile(runtime, "queue", Runtime(runtime), listens=listens)


@pytest.mark.parametrize(
    ("setting", "there", "callees", "told"),
    [
        ("redis_host", "redis", ["redis"], []),
        ("redis_host", "valkey", ["valkey"], []),
        ("api_host", "rabbitmq", ["rabbitmq"], []),
        # A proxy may stand before what the setting names.
        ("redis_host", "haproxy", ["haproxy"], []),
        ("redis_host", "rabbitmq", [], ["is configured to call redis on queue, where nothing was seen to listen"]),
    ],
)
def test_a_setting_that_names_a_kind_of_server_means_no_server_of_another_kind(setting, there, callees, told):
    call = Call(
        "queue", sources=SETTING[0], evidence=(Evidence("configuration", f"{setting} = queue", "/etc/s.conf:1"),)
    )
    found = scanned(host("web", service("web", calls=(call,))), host("queue", broker(there)))
    assert [edge.callee for edge in found.estate.edges] == callees
    assert [one.message for one in found.estate.findings if one.code == "MIG022"] == told
