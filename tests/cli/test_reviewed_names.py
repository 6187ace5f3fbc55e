"""A person renames services in their profiles, takes instances apart or joins them: every command goes by these names."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

import migrator
from migrator.cli import migrate

_CODE = re.compile(r"MIG\d{3}")
RECORDED = Path(migrator.__file__).parent / "quickstart" / "estate"


def run(*arguments, code=0):
    done = CliRunner().invoke(migrate, [str(one) for one in arguments])
    assert done.exit_code == code, f"{done.stderr}{done.exception}"
    return done


def told(*arguments):
    return str(run(*arguments, code=1).exception)


def scan(folder, *arguments):
    return run("scan", "--replay", RECORDED, "--out", folder, *arguments)


def rename(folder, path, name):
    file = folder / "profiles" / path
    old = f"service: {file.stem}\n"
    assert file.read_text().count(old) == 1
    file.write_text(file.read_text().replace(old, f"service: {name}\n"))


@pytest.fixture
def folder(tmp_path):
    scan(tmp_path / "estate")
    return tmp_path / "estate"


def made(folder):
    fleet = folder.parent / "fleet"
    run("generate", "--from", folder, "--to", fleet)
    run("cutover", "plan", "-C", fleet)
    return {
        str(path.relative_to(fleet)): path.read_text() for path in fleet.rglob("*.yaml") if ".git/" not in str(path)
    }


def test_a_service_that_is_renamed_keeps_its_callers_and_callees(folder):
    before = made(folder)["mesh/allow-postgresql.yaml"]
    rename(folder, "app01/orders.yaml", "shop")
    rename(folder, "app02/orders.yaml", "shop")
    rename(folder, "app02/pricing.yaml", "prices")
    fleet = made(folder)
    assert "orders" in before
    allowed = fleet["mesh/allow-postgresql.yaml"]
    assert "shop" in allowed
    assert "prices" in allowed
    assert "orders" not in allowed
    assert "shop" in fleet["mesh/allow-prices.yaml"]
    assert "goes on calling postgresql (db01)" in fleet["cutover/plan.yaml"]
    assert not [path for path in fleet if path.startswith("apps/orders/")]


def test_order_of_waves_follows_the_new_names(folder):
    rename(folder, "app02/pricing.yaml", "aa-prices")
    waves = json.loads(run("cutover", "plan", "-C", _fleet(folder), "-o", "json").stdout)
    place = {row["service"]: row["wave"] for row in waves}
    assert place["aa-prices"] < place["orders"]


def _fleet(folder):
    run("generate", "--from", folder, "--to", folder.parent / "fleet")
    return folder.parent / "fleet"


def reported(folder):
    return json.loads(run("report", "--from", folder, "--format", "json", "-o", "-").stdout)


def callees(folder, caller):
    return {edge["callee"] for edge in reported(folder)["estate"]["edges"] if edge["caller"] == caller}


def test_two_instances_that_are_joined_have_the_calls_of_both(folder):
    rename(folder, "web01/nginx-web01.yaml", "front")
    rename(folder, "batch01/nginx-batch01.yaml", "front")
    assert callees(folder, "front") == {"php-fpm", "notify", "portal"}
    assert "front" in callees(folder, "haproxy")
    assert callees(folder, "nginx-web01") == set()
    assert "MIG023" not in {one["code"] for one in reported(folder)["estate"]["findings"]}, "its advice was taken"


def test_instances_that_are_taken_apart_keep_all_that_was_seen_of_them(folder):
    before = callees(folder, "orders")
    rename(folder, "app02/orders.yaml", "orders-b")
    assert callees(folder, "orders") == callees(folder, "orders-b") == before
    assert {"orders", "orders-b"} <= callees(folder, "haproxy")


def test_findings_are_about_the_new_name(folder):
    rename(folder, "batch01/postfix.yaml", "relay")
    report = reported(folder)
    found = [*report["estate"]["findings"], *(one for p in report["profiles"].values() for one in p["findings"])]
    subjects = {one["subject"] for one in found}
    assert {"relay", "batch01/relay"} <= subjects
    assert not {"postfix", "batch01/postfix"} & subjects


def test_the_next_scan_prints_the_names_that_people_gave(folder):
    rename(folder, "mq01/redis-server.yaml", "cache")
    rows = json.loads(scan(folder, "-o", "json").stdout)
    assert "cache" in [row["service"] for row in rows]
    assert "redis-server" not in [row["service"] for row in rows]
    assert "cache" in next(row["calls"] for row in rows if row["service"] == "orders")


def test_who_asks_for_the_old_name_is_told_the_new_one(folder):
    rename(folder, "mq01/redis-server.yaml", "cache")
    assert "service `redis-server` is called cache now" in told("explain", "redis-server", "--from", folder)


def test_a_service_that_no_profile_has_is_named(folder):
    (folder / "profiles" / "mq01" / "redis-server.yaml").unlink()
    said = told("generate", "--from", folder, "--to", folder.parent / "fleet")
    assert "estate.yaml:" in said
    assert "`redis-server` calls or is called, and no profile has it" in said


def test_a_plan_holds_a_service_against_all_profiles_of_its_name(folder):
    """One that keeps state has joined by its name alone: its file is called otherwise."""
    fleet = _fleet(folder)
    run("cutover", "plan", "-C", fleet)
    rename(fleet, "web01/portal.yaml", "pricing")
    subprocess.run(["git", "-C", fleet, "commit", "-qam", "join"], check=True)
    assert "keeps state" in told("cutover", "start", "pricing", "-C", fleet, "--out-of-order", "test")


def test_hosts_that_were_not_seen_are_told_by_every_verb_and_change_nothing(folder, tmp_path):
    before = made(folder)
    few = tmp_path / "few"
    few.mkdir()
    for host in RECORDED.iterdir():
        if host.name != "web01":
            (few / host.name).symlink_to(host)
    line = "1 of 8 hosts were not asked by the last scan and stand as they were last seen: web01 (20"
    assert line in run("scan", "--replay", few, "--out", folder).stderr
    fleet = folder.parent / "fleet"
    assert line in run("generate", "--from", folder, "--to", fleet).stderr
    assert line in run("cutover", "plan", "-C", fleet).stderr
    after = made(folder)
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    assert changed <= {"estate.yaml", ".migrate/index.yaml", ".migrate/generated.yaml"}


def codes(folder, service):
    """What assess says of a service, and what its README in the repository says."""
    judged = json.loads(run("assess", "--from", folder, "-o", "json").stdout)
    reasons = next(one["reasons"] for one in judged if one["service"] == service)
    run("generate", "--from", folder, "--to", folder.parent / "fleet")
    readme = (folder.parent / "fleet" / "apps" / service / "README.md").read_text()
    assert {code for code in _CODE.findall(readme) if code < "MIG1"} <= set(_CODE.findall(str(reasons)))
    return set(_CODE.findall(readme))


def edit(folder, path, before, after):
    file = folder / "profiles" / path
    assert file.read_text().count(before) == 1
    file.write_text(file.read_text().replace(before, after))


def test_what_a_person_wrote_into_the_fields_answers_findings_and_nothing_else_does(folder):
    assert {"MIG010", "MIG026"} <= codes(folder, "root-date")
    edit(folder, "old01/root-date.yaml", "stateObserved: false\n", "stateObserved: true\n")
    assert "MIG026" not in codes(folder, "root-date")
    assert "MIG010" in codes(folder, "root-date"), "it still runs as root"
    assert "MIG017" in codes(folder, "notify")
    with (folder / "profiles" / "web01" / "notify.yaml").open("a") as file:
        file.write("health:\n- port: 9000\n  path: /health\n")
    assert "MIG017" not in codes(folder, "notify")


def test_what_a_person_wrote_may_raise_a_question(folder):
    assert "MIG012" not in codes(folder, "notify")
    with (folder / "profiles" / "web01" / "notify.yaml").open("a") as file:
        file.write("state:\n- path: /srv/notify\n")
    assert {"MIG012", "MIG013"} <= codes(folder, "notify")
