"""`migrate cutover` from the outside. Every command is a new process, so all that it knows comes from Git."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from migrator.cutover import advance as engine
from migrator.cutover.advance import Cutover
from migrator.cutover.sources.built_in import BuiltInSource
from migrator.gitops import layout
from migrator.model.changes import ChangeSet

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(checkout):
    """`run("start", "shop")` -> the finished process; the checkout is given with every command."""

    def call(*arguments):
        command = [sys.executable, "-m", "migrator", "cutover", *arguments, "-C", str(checkout.path)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=env)

    call.repository = checkout
    return call


@pytest.fixture
def planned(run):
    """The same, planned, and without soak times: a command line has no clock to turn."""
    engine.plan(run.repository)
    text = run.repository.read(layout.PLAN)
    quick = re.sub(r"\n +- gate: soak\n +window: .*", "", text)
    assert quick != text
    run.repository.commit(ChangeSet("no soak", files={layout.PLAN: quick}))
    return run


@pytest.fixture
def at_one_percent(planned):
    """The same, with `shop` in phase `shift-1`."""
    Cutover(planned.repository).start("shop", out_of_order="a test")
    Cutover(planned.repository).advance("shop", BuiltInSource(), now=datetime.now(UTC), approved_by="ann")
    return planned


def head(run):
    return run.repository.head()


def test_plan_prints_waves_as_data_and_what_comes_next(run):
    before = head(run)
    dry = run("plan", "--dry-run", "--detailed-exitcode")
    assert dry.returncode == 2
    assert dry.stdout.startswith("cutover: plan waves and phases\n\nMigrate-Verb: plan\n")
    assert "+++ b/cutover/plan.yaml" in dry.stdout
    assert head(run) == before
    done = run("plan", "-o", "json", "--detailed-exitcode")
    assert done.returncode == 2
    rows = {row["service"]: row for row in json.loads(done.stdout)}
    assert (rows["shop"]["wave"], rows["db"]["strategy"]) == ("wave-2", "later")
    assert "next: read and edit cutover/plan.yaml, then: migrate cutover start report -C " in done.stderr
    again = run("plan", "--detailed-exitcode")
    assert (again.returncode, "nothing was committed" in again.stderr) == (0, True)
    assert run("plan", "--keep", "--overwrite").returncode == 2


def test_the_walk_of_one_service_each_step_by_a_new_process(planned):
    first = planned.repository.tree()
    done = planned("start", "shop", "--out-of-order", "a test", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert [(row["from"], row["to"], row["weight"]) for row in json.loads(done.stdout)] == [
        ("not-started", "deploy", 0)
    ]
    assert "git -C" in done.stderr
    assert re.search(r"next: .*: migrate cutover advance shop -C \S+ --approve NAME\n", done.stderr)
    held = planned("advance", "shop", "--metrics", "built-in")
    assert held.returncode == 4
    assert "needs a person" in held.stderr
    assert planned("advance", "shop", "--approve", "ann").returncode == 0
    for phase in ("shift-5", "shift-25", "shift-50", "shift-100"):
        done = planned("advance", "shop", "--metrics", "built-in", "-o", "json")
        assert json.loads(done.stdout)[0]["to"] == phase
        assert "numbers from: built-in (a stand-in: always healthy)" in done.stderr
    end = planned("advance", "shop", "--metrics", "built-in")
    assert (end.returncode, "nothing further to do" in end.stderr) == (0, True)
    status = json.loads(planned("status", "shop", "-o", "json").stdout)
    assert (status[0]["phase"], status[0]["weight"]) == ("shift-100", 100)
    assert planned("rollback", "shop").returncode == 0
    half = planned("rollback", "shop", "--to", "not-started")
    assert (half.returncode, "when the agent has applied that" in half.stderr) == (0, True)
    back = planned("rollback", "shop", "--to", "not-started")
    assert (back.returncode, "next: when the reason is gone: migrate cutover start shop" in back.stderr) == (0, True)
    assert planned.repository.tree() == first
    subjects = [row["subject"] for row in json.loads(planned("history", "shop", "-o", "json").stdout)]
    assert subjects[0] == "cutover: shop deploy -> not-started (0 % on the cluster)"
    assert len(subjects) == 9


def test_state_is_refused_by_name_with_four_and_without_a_commit(planned):
    before = head(planned)
    done = planned("start", "db")
    assert done.returncode == 4
    assert done.stderr.startswith("error: db: is in no wave yet: keeps state in /var/lib/db on h1")
    assert (done.stdout, head(planned)) == ("", before)


def test_a_dry_run_prints_message_and_difference_on_standard_output(planned):
    before = head(planned)
    done = planned("start", "stock", "--dry-run")
    assert done.returncode == 0
    assert done.stdout.startswith(
        "cutover: stock not-started -> deploy (0 % on the cluster)\n\nMigrate-Service: stock\n"
    )
    assert done.stdout.count("+  suspend: false") == 2
    assert head(planned) == before


def test_gates_that_can_never_pass_are_told_when_it_is_planned(run):
    assert "can never pass" not in run("plan").stderr
    settings = "apiVersion: migrate.dev/v1alpha1\nkind: Settings\nmesh:\n  provider: none\n"
    run.repository.commit(ChangeSet("No mesh", files={layout.SETTINGS: settings}))
    assert re.search(r"warning: shop: success-rate, .* of phase shift-1 can never pass: .*kong", run("plan").stderr)


def test_a_file_that_is_not_committed_is_said_not_to_be_read(planned):
    assert "not committed" not in planned("status").stderr
    for path in (layout.PLAN, "estate.yaml"):
        file = planned.repository.path / path
        file.write_text(f"{file.read_text()}# edited\n")
    folder = planned.repository.path
    said = f"warning: cutover/plan.yaml, estate.yaml have changes that are not committed; only what is committed is read: git -C {folder} commit -a\n"
    for command in (["status"], ["start", "stock"], ["advance", "stock"], ["rollback", "stock"], ["history"]):
        assert planned(*command).stderr.startswith(said), command
    assert planned("plan", "--keep").stderr.startswith(said)
    subprocess.run(["git", "-C", folder, "commit", "-qam", "Edit"], check=True)
    assert "not committed" not in planned("status").stderr


def test_of_many_files_that_are_not_committed_a_few_are_named(planned):
    for file in (planned.repository.path / "profiles").rglob("*.yaml"):
        file.write_text(f"{file.read_text()}# edited\n")
    (planned.repository.path / "notes.txt").write_text("not read by any command\n")
    said = planned("status").stderr.split("\n")[0]
    assert said.startswith(
        "warning: profiles/h1/db.yaml, profiles/h1/report.yaml, profiles/h1/shop.yaml and 2 more have"
    )


def test_commands_that_are_advised_are_for_the_repository_that_was_given(at_one_percent):
    again = at_one_percent("start", "shop").stderr
    assert "--approve" not in again, "the phase that it is in has no such gate"
    route = at_one_percent.repository.path / layout.route("shop")
    route.write_text(route.read_text().replace("weight: 99}", "weight: 10}").replace("weight: 1\n", "weight: 90\n"))
    subprocess.run(["git", "-C", at_one_percent.repository.path, "commit", "-qam", "By hand"], check=True)
    advice = f"migrate cutover rollback -C {at_one_percent.repository.path} shop --to PHASE"
    assert advice in at_one_percent("status").stderr
    assert advice in at_one_percent("advance", "shop").stderr


def answering(rate):
    """A Prometheus whose samples are `rate`, whatever is asked."""
    values = [[n, str(rate)] for n in range(3)]
    result = [{"metric": {}, "values": values}]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


@pytest.mark.parametrize(
    ("body", "said"),
    [(answering("NaN"), "wait success-rate: no number"), (answering(0.1), "fail success-rate: 10.00% of requests")],
    ids=["unknown", "bad"],
)
def test_what_is_not_known_to_be_good_moves_nothing(at_one_percent, httpserver, body, said):
    before = head(at_one_percent)
    httpserver.expect_request("/api/v1/query").respond_with_data(body)
    done = at_one_percent("advance", "shop", "--metrics", httpserver.url_for("/"))
    assert (done.returncode, head(at_one_percent)) == (4, before)
    assert said in done.stderr
    assert "nothing was committed; to go back: migrate cutover rollback shop -C " in done.stderr


def test_a_failed_gate_rolls_back_when_told_to_and_says_so_with_five(at_one_percent, httpserver):
    httpserver.expect_request("/api/v1/query").respond_with_data(answering(0.1))
    done = at_one_percent(
        "advance", "shop", "--metrics", httpserver.url_for("/"), "--on-fail", "rollback", "-o", "json"
    )
    assert done.returncode == 5
    (row,) = json.loads(done.stdout)
    assert (row["from"], row["to"], row["weight"]) == ("shift-1", "deploy", 0)
    assert "rolled back to deploy because a gate failed" in done.stderr


def test_what_disagrees_is_told_beside_all_that_does_not(planned):
    route = layout.route("shop")
    moved = planned.repository.read(route).replace("weight: 100}", "weight: 40}").replace("weight: 0", "weight: 60")
    planned.repository.commit(ChangeSet("by hand", files={route: moved}))
    done = planned("status", "-o", "json")
    assert done.returncode == 1
    assert f"error: {route}:14: the cluster's share is 60" in done.stderr
    rows = {row["service"]: (row["phase"], row["weight"]) for row in json.loads(done.stdout)}
    assert (rows["shop"], rows["stock"]) == (("unclear", None), ("not-started", 0))


def test_a_service_that_is_not_in_the_plan_is_one_line(planned):
    said = "error: cutover/plan.yaml: has no service `shoop`; it has: report, stock, worker, shop, db\n"
    for verb in ("start", "advance", "status", "rollback", "history"):
        done = planned(verb, "shoop")
        assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


def test_before_the_plan_the_command_for_it_is_told(run):
    done = run("start", "shop")
    assert (done.returncode, "make it: migrate cutover plan" in done.stderr) == (1, True)
