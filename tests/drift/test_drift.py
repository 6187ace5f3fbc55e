"""What changed on hosts: tables of two scans, and the command on the recorded estate."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import migrator
from migrator.cli import migrate
from migrator.drift.compare import Weight, compared
from migrator.model.baseline import path_of, traits
from migrator.model.estate import Edge, Estate, HostReport
from migrator.model.services import Account, Call, Listen, Protocol, Runtime, ServiceProfile, Source, State, Usage
from migrator.scan.run import questions

RECORDED = Path(migrator.__file__).parent / "quickstart" / "estate"
FACTS = tuple(fact.name for fact in questions(deep=False))


def profile(service="shop", host="h", **fields):
    fields.setdefault("runtime", Runtime("tomcat", "9.0"))
    return ServiceProfile(service, host, **fields)


def estate(*hosts, edges=()):
    return Estate("2026-11-23T00:00:00+00:00", hosts=hosts, edges=edges)


def host(name="h", *, without=(), error=""):
    seen = () if error else tuple(fact for fact in FACTS if fact not in without)
    return HostReport(name, observed=seen, refused=tuple(without), error=error)


def changes(before, now, *, then=None, later=None, names=None):
    seen = {path_of(one): traits(one) for one in before}
    base, fresh = then or estate(host()), later or estate(host())
    found = compared(seen, base, fresh, {path_of(one): traits(one) for one in now}, names or {})
    return [(str(one.weight), one.service, one.field, one.before, one.now) for one in found]


def call(target, source, port=5432):
    return Call(target, Protocol.TCP, port, (source,))


CONFIGURED, CONNECTED = Source.CONFIGURATION, Source.CLIENT_SOCKET
TABLE = [
    ({}, {}, []),
    ({"usage": Usage(memory_mib=1), "processes": 3}, {"usage": Usage(memory_mib=2), "processes": 4}, []),
    (
        {"listens": (Listen(Protocol.HTTP, "*", 80),)},
        {"listens": (Listen(Protocol.HTTP, "*", 81),)},
        [("changed", "listens", ("http *:80",), ("http *:81",))],
    ),
    (
        {"runtime": Runtime("tomcat", "9.0")},
        {"runtime": Runtime("tomcat", "10.1")},
        [("changed", "runtime", ("tomcat 9.0",), ("tomcat 10.1",))],
    ),
    ({"packages": ("a=1", "b=1")}, {"packages": ("a=2", "b=1")}, [("note", "packages", ("a=1",), ("a=2",))]),
    ({"account": Account("root", 0)}, {"account": Account("shop", 99)}, [("changed", "account", ("root",), ("shop",))]),
    (
        {"state": (State("/a"),)},
        {"state": (State("/a", 5), State("/b"))},
        [("changed", "state", (), ("/b",))],
    ),
    (
        {"modified": {"/etc/a.conf": "2020-01-01T00:00:00Z, 5 B"}},
        {"modified": {"/etc/a.conf": "2026-01-01T00:00:00Z, 6 B"}},
        [("changed", "files", ("/etc/a.conf 2020-01-01T00:00:00Z, 5 B",), ("/etc/a.conf 2026-01-01T00:00:00Z, 6 B",))],
    ),
    ({"calls": (call("db", CONNECTED),)}, {}, []),
    ({}, {"calls": (call("db", CONNECTED),)}, [("note", "calls", (), ("db:5432 (connected)",))]),
    ({"calls": (call("db", CONFIGURED),)}, {}, [("changed", "calls", ("db:5432 (configured)",), ())]),
    (
        {"calls": (call("db", CONFIGURED),)},
        {"calls": (call("db2", CONFIGURED), call("x", CONNECTED))},
        [
            ("changed", "calls", ("db:5432 (configured)",), ("db2:5432 (configured)",)),
            ("note", "calls", (), ("x:5432 (connected)",)),
        ],
    ),
]


@pytest.mark.parametrize(("before", "now", "want"), TABLE)
def test_what_counts_as_a_change(before, now, want):
    found = changes([profile(**before)], [profile(**now)])
    assert found == [(weight, "shop", *rest) for weight, *rest in want]


def test_services_that_come_and_go():
    found = changes([profile("old")], [profile("new")])
    assert found == [
        ("changed", "new", "service", (), ("is new",)),
        ("changed", "old", "service", ("was there",), ("is gone",)),
    ]


def test_a_replica_that_differs_by_now_is_the_same_service_under_another_name():
    before, now = profile("shop", unit="tomcat.service"), profile("shop-h", unit="tomcat.service", account=Account("a"))
    assert changes([before], [now]) == [("changed", "shop", "account", (), ("a",))]


def test_what_was_not_seen_this_time_is_unknown_and_not_gone():
    listens = profile(listens=(Listen(Protocol.TCP, "*", 80),))
    blind = estate(host(without=("descriptors",)))
    ((weight, _, field, before, said),) = changes([listens], [profile()], later=blind)
    assert (weight, field, before) == ("unknown", "listens", ())
    assert said == ("descriptors: answered in full by one of the two scans only",)
    ((weight, *_),) = changes([profile("gone")], [], later=estate(host(without=("processes",))))
    assert weight == "unknown"


def test_a_host_that_does_not_answer_is_unknown_with_the_reason():
    found = changes([profile()], [], later=estate(host(error="connection refused")))
    assert found == [("unknown", "shop", "host", (), ("connection refused",))]


def test_hosts_that_were_not_asked_say_nothing():
    assert changes([profile(host="other")], [], later=estate(host())) == []


def test_people_call_services_what_they_want():
    renamed = {path_of(profile()): "web-shop"}
    assert changes([profile()], [], names=renamed)[0][1] == "web-shop"


def test_who_calls_a_service_that_listens_elsewhere_is_touched():
    before, now = (profile(listens=(Listen(Protocol.TCP, "*", port),)) for port in (80, 81))
    then = estate(host(), edges=(Edge("front", "shop"), Edge("shop", "db")))
    (change,) = compared({path_of(before): traits(before)}, then, estate(host()), {path_of(now): traits(now)}, {})
    assert change.touches == ("shop", "front")


@given(
    st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True),
    st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True),
)
def test_as_many_changes_there_as_back(some, others):
    def seen(paths):
        return profile(state=tuple(State(f"/{path}") for path in paths))

    there, back = changes([seen(some)], [seen(others)]), changes([seen(others)], [seen(some)])
    assert [one[3:] for one in there] == [one[:2:-1] for one in back]
    assert bool(there) == (set(some) != set(others))


def run(*arguments):
    return CliRunner().invoke(migrate, [*map(str, arguments)])


@pytest.fixture
def scanned(tmp_path):
    run("scan", "--replay", RECORDED, "--out", tmp_path / "estate")
    return tmp_path / "estate"


@pytest.fixture
def later(tmp_path):
    """The same hosts at a later time."""
    shutil.copytree(RECORDED, tmp_path / "later")
    return tmp_path / "later"


def edit(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_the_same_hosts_have_not_drifted(scanned):
    done = run("drift", "--replay", RECORDED, "--from", scanned)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "0 changes on 8 hosts" in done.stderr


def test_an_edit_of_a_profile_is_no_drift(scanned):
    edit(scanned / "profiles" / "app01" / "orders.yaml", "service: orders", "service: shop-orders")
    assert run("drift", "--replay", RECORDED, "--from", scanned).exit_code == 0


def test_a_changed_host_is_named_with_its_service(scanned, later):
    edit(later / "app02" / "configuration.out", "db01", "db02")
    done = run("drift", "--replay", later, "--from", scanned, "-o", "json")
    assert done.exit_code == 6
    found = {(one["host"], one["service"], one["field"]) for one in json.loads(done.stdout)}
    assert ("app02", "orders", "calls") in found
    assert {host for host, *_ in found} == {"app02"}
    assert run("drift", "--replay", RECORDED, "--from", scanned).exit_code == 0


def test_hosts_that_are_missing_are_not_taken_for_unchanged(scanned, later):
    shutil.rmtree(later / "db01")
    done = run("drift", "--replay", later, "--from", scanned)
    assert done.exit_code == 3
    assert "is not in the inventory any more" in done.stdout


def test_files_that_another_account_does_not_see_are_unknown_and_not_gone(scanned, later):
    edit(later / "lb01" / "file_times.out", "/proc/", "/nothing/")
    (later / "lb01" / "file_times.err").write_text("stat: /proc/*/exe: Permission denied\n")
    done = run("drift", "--replay", later, "--from", scanned, "-o", "json")
    assert {(one["field"], one["weight"]) for one in json.loads(done.stdout)} == {("files", "unknown")}
    assert done.exit_code == 3


def test_a_repository_that_was_generated_knows_what_it_was_made_from(scanned, tmp_path, later):
    run("generate", "--from", scanned, "--to", tmp_path / "fleet")
    edit(later / "app02" / "configuration.out", "db01", "db02")
    assert run("scan", "--replay", later, "--out", scanned).exit_code == 0
    assert run("drift", "--replay", later, "--from", scanned).exit_code == 0
    assert run("drift", "--replay", later, "--from", tmp_path / "fleet").exit_code == 6


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda folder: shutil.rmtree(folder / ".migrate"), ".migrate/scan/: is empty"),
        (lambda folder: (folder / ".migrate/scan/app01.yaml").write_text("x"), ".migrate/scan/app01.yaml"),
        (lambda folder: (folder / "estate.yaml").unlink(), "estate.yaml: is missing"),
    ],
)
def test_what_cannot_be_compared_is_an_error(scanned, break_it, said):
    break_it(scanned)
    done = run("drift", "--replay", RECORDED, "--from", scanned)
    assert said in str(done.exception)


def test_every_weight_is_told():
    assert [str(weight) for weight in Weight] == ["changed", "note", "unknown"]
