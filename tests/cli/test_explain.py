"""`migrate explain`: every field with its evidence, and what was not seen."""

import json
from dataclasses import replace

import pytest

from migrator.cli import run
from migrator.model.estate import Edge, Estate, HostReport
from migrator.model.services import (
    Account,
    Confidence,
    Evidence,
    Listen,
    Protocol,
    Runtime,
    SecretPlace,
    ServiceKind,
    ServiceProfile,
    Source,
    State,
    confidence,
)
from migrator.records import dump_record
from migrator.scan.reasons import FIELDS

SHOP = ServiceProfile(
    "shop",
    "app01",
    Runtime("node", "18", (Evidence("processes", "node server.js", "pid 7"),)),
    listens=(Listen(Protocol.HTTP, "*", 8000, evidence=(Evidence("descriptors", "tcp *:8000", "pid 7"),)),),
    state=(State("/srv/shop", 12),),
    state_observed=False,
    secrets=(SecretPlace("/opt/shop/x.js", 3, "password"),),
)
ESTATE = Estate(
    "2026-11-23T12:00:00+00:00",
    hosts=(HostReport("app01", refused=("crontabs: denied",)), HostReport("other", refused=("units: denied",))),
    edges=(
        Edge("edge", "shop", Protocol.HTTP, 8000, (Source.CONFIGURATION,), (Evidence("configuration", "app01:8000"),)),
    ),
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "profiles" / "app01").mkdir(parents=True)
    (tmp_path / "profiles" / "app01" / "shop.yaml").write_text(dump_record(SHOP))
    (tmp_path / "profiles" / "app01" / "edge.yaml").write_text(
        dump_record(ServiceProfile("edge", "app01", Runtime("nginx")))
    )
    (tmp_path / "estate.yaml").write_text(dump_record(ESTATE))
    return tmp_path


def explained(capsys, folder, what):
    assert run(["explain", what, "--from", str(folder), "-o", "json"]) == 0
    return {(one["field"], one["value"]): one["because"] for one in json.loads(capsys.readouterr().out)}


def test_every_value_has_its_evidence(capsys, folder):
    got = explained(capsys, folder, "shop")
    assert got["runtime", "node 18"] == "processes: node server.js (pid 7)"
    assert got["listens", "http *:8000"] == "descriptors: tcp *:8000 (pid 7)"
    assert got["callers", "edge to port 8000"] == "seen by configuration; configuration: app01:8000"
    assert got["secrets", "password"] == "its name only, at /opt/shop/x.js:3"


def test_the_account_of_a_job_is_from_what_starts_it(capsys, folder):
    line = Evidence("crontabs", "*/5 * * * * find /srv/bills", "/etc/cron.d/bills:3")
    account, runtime = Account("billing", 991, 991), Runtime("shell", "", (line,))
    job = ServiceProfile("bills", "app01", runtime, ServiceKind.JOB, origin="cron", account=account, evidence=(line,))
    (folder / "profiles" / "app01" / "bills.yaml").write_text(dump_record(job))
    assert run(["explain", "bills.account", "--from", str(folder), "-o", "json"]) == 0
    (got,) = json.loads(capsys.readouterr().out)
    assert got["value"] == "billing (uid 991)"
    assert got["because"] == "crontabs: */5 * * * * find /srv/bills (/etc/cron.d/bills:3)"
    assert got["confidence"] == "configured"


def test_nothing_is_cut_where_no_terminal_is_too_narrow(capsys, folder):
    words = "node server.js " + "--option " * 30 + "end"
    profile = replace(SHOP, runtime=Runtime("node", "18", (Evidence("processes", words, "pid 7"),)))
    (folder / "profiles" / "app01" / "shop.yaml").write_text(dump_record(profile))
    assert run(["explain", "shop.runtime", "--from", str(folder)]) == 0
    assert f"{words} (pid 7)" in capsys.readouterr().out


def test_a_value_that_a_person_wrote_says_so(capsys, folder):
    assert "a person wrote it" in explained(capsys, folder, "shop")["state", "/srv/shop (at most 12 MiB)"]


def test_what_was_not_seen_is_told_for_its_own_hosts(capsys, folder):
    got = explained(capsys, folder, "shop.unseen")
    assert got["unseen", "crontabs"] == "refused: denied"
    assert "counts as stateful" in got["unseen", "state"]
    assert len(got) == 2


def test_state_that_could_not_be_seen_is_told_where_it_is_asked_for(capsys, folder):
    assert "counts as stateful" in explained(capsys, folder, "shop.state")["state", "not all could be seen"]


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_all_that_is_shown(capsys, folder, field):
    assert {name for name, _ in explained(capsys, folder, f"shop.{field}")} <= {field}


def test_wrong_names_are_told(capsys, folder):
    assert run(["explain", "shp", "--from", str(folder)]) == 1
    assert "there is no service `shp`; there are edge, shop" in capsys.readouterr().err
    assert run(["explain", "shop.colour", "--from", str(folder)]) == 2
    assert "there are runtime, account" in capsys.readouterr().err


def test_a_field_without_values_says_that_nothing_is_known(capsys, folder):
    assert run(["explain", "shop.health", "--from", str(folder)]) == 0
    assert "nothing is known about `health` of shop" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("evidence", "want"),
    [
        ((), Confidence.STATED),
        ((Evidence("configuration", "x"),), Confidence.CONFIGURED),
        ((Evidence("sockets", "x", inferred=True),), Confidence.INFERRED),
        ((Evidence("configuration", "x"), Evidence("descriptors", "y")), Confidence.OBSERVED),
        ((Evidence("configuration", "x"), Evidence("sockets", "y", inferred=True)), Confidence.CONFIGURED),
    ],
)
def test_the_most_direct_evidence_decides(evidence, want):
    assert confidence(evidence) is want


def test_each_value_says_how_directly_it_was_seen(capsys, folder):
    assert run(["explain", "shop", "--from", str(folder), "-o", "json"]) == 0
    found = {(one["field"], one["value"]): one["confidence"] for one in json.loads(capsys.readouterr().out)}
    assert found["listens", "http *:8000"] == "observed"
    assert found["callers", "edge to port 8000"] == "configured"
    assert found["state", "/srv/shop (at most 12 MiB)"] == "stated"
    assert found["unseen", "crontabs"] == "unknown"
