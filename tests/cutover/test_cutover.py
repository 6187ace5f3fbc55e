"""A whole cutover over both repositories: every phase one commit, everything read back from Git, and all the way back."""

import difflib
import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest

from migrator.cutover import advance as engine
from migrator.cutover.advance import Cutover
from migrator.cutover.sources.built_in import BuiltInSource
from migrator.cutover.sources.none import NoSource
from migrator.errors import Held, InputError, PlanError, ProfileError
from migrator.gitops import layout
from migrator.model.changes import ChangeSet
from migrator.testing import FixedMetrics

LATER = datetime.now(UTC) + timedelta(days=2000)
WEIGHTS = [("deploy", 0), ("shift-1", 1), ("shift-5", 5), ("shift-25", 25), ("shift-50", 50), ("shift-100", 100)]


IN_MEMORY = pytest.mark.parametrize("repository", ["memory"], indirect=True)
"""For what is decided before a repository is asked to do anything."""


def planned(repository):
    engine.plan(repository)
    return repository


def move(repository, service, phases):
    Cutover(repository).start(service, out_of_order="test")
    for _ in range(phases - 1):
        Cutover(repository).advance(service, BuiltInSource(), now=LATER, approved_by="ann")


def changed_lines(before, after):
    """Lines that differ, as (path, old, new)."""
    found = []
    for path in sorted({*before, *after}):
        old, new = before.get(path, "").splitlines(), after.get(path, "").splitlines()
        lines = list(difflib.unified_diff(old, new, n=0, lineterm=""))
        gone = [line[1:] for line in lines if line.startswith("-") and not line.startswith("---")]
        come = [line[1:] for line in lines if line.startswith("+") and not line.startswith("+++")]
        found += [(path, a, b) for a, b in zip(gone, come, strict=True)]
    return found


@IN_MEMORY
def test_nothing_moves_to_an_image_that_nobody_has_built(repository):
    planned(repository)
    move(repository, "shop", 1)
    path = "apps/shop/overlays/production/kustomization.yaml"
    text = "images:\n- name: registry.example/shop\n  newTag: {}\n"
    repository.commit(ChangeSet("Start anew", files={path: text.format("not-built-yet")}))
    said = rf"{path}:3: its image is not built yet; build apps/shop/image/, set newTag to what you pushed, and commit"
    with pytest.raises(Held, match=said):
        Cutover(repository).advance("shop", BuiltInSource(), now=LATER, approved_by="ann")
    assert Cutover(repository).rollback("shop").after == ""
    with pytest.raises(Held, match=said):
        Cutover(repository).start("shop", out_of_order="test")
    repository.commit(ChangeSet("Take the image", files={path: text.format('"1.0"')}))
    assert Cutover(repository).start("shop", out_of_order="test").after == "deploy"


def test_planning_twice_commits_once(repository):
    _, first, difference = engine.plan(repository)
    assert first
    assert layout.PLAN in difference
    assert engine.plan(repository)[1:] == (None, "")


@IN_MEMORY
def test_callees_come_before_callers_and_state_is_left_for_later(repository):
    plan, *_ = engine.plan(repository)
    order = [(wave.name, [service.name for service in wave.services]) for wave in plan.waves]
    assert order == [("wave-1", ["report", "stock", "worker"]), ("wave-2", ["shop"]), ("later", ["db"])]
    later = plan.waves[-1].services[0]
    assert later.why == ("keeps state in /var/lib/db on h1: a weighted split would make two copies of it",)


def test_the_whole_way_and_back_changes_two_integers_at_a_time(repository):
    planned(repository)
    first = repository.tree()
    Cutover(repository).start("shop", out_of_order="test")
    start = changed_lines(first, repository.tree())
    assert start == [("clusters/production/apps/shop.yaml", "  suspend: true", "  suspend: false")] * 2
    for (_, before), (phase, weight) in itertools.pairwise(WEIGHTS):
        tree = repository.tree()
        outcome = Cutover(repository).advance("shop", BuiltInSource(), now=LATER, approved_by="ann")
        assert (outcome.after, outcome.weight) == (phase, weight)
        changes = changed_lines(tree, repository.tree())
        assert [path for path, *_ in changes] == [layout.route("shop")] * 2
        assert [re.findall(r"weight: (\d+)", new)[0] for _, _, new in changes] == [str(100 - weight), str(weight)]
        assert all(re.sub(r"\d+", "", old) == re.sub(r"\d+", "", new) for _, old, new in changes)
        assert before < weight or phase == "shift-1"
    assert Cutover(repository).advance("shop", BuiltInSource(), now=LATER).done
    for phase, weight in [*reversed(WEIGHTS[:-1]), ("", 0)]:
        outcome = Cutover(repository).rollback("shop")
        assert (outcome.after, outcome.weight) == (phase, weight)
    assert repository.tree() == first
    assert Cutover(repository).rollback("shop").done


def test_trailers_tell_the_story(repository):
    planned(repository)
    move(repository, "shop", 2)
    newest, oldest = Cutover(repository).history("shop")
    assert newest.subject == "cutover: shop deploy -> shift-1 (1 % on the cluster)"
    assert newest.trailers["Migrate-Phase"] == "shift-1"
    assert newest.trailers["Migrate-Prev-Weights"] == "100/0"
    assert newest.trailers["Migrate-Approved-By"] == "ann"
    assert len(newest.trailers["Migrate-Step-Id"]) == 16
    assert oldest.trailers["Migrate-Out-Of-Order"] == "test"
    assert newest.trailers["Migrate-Plan"] == oldest.trailers["Migrate-Plan"]


def test_running_twice_commits_nothing(repository):
    planned(repository)
    assert Cutover(repository).start("stock").commit
    assert Cutover(repository).start("stock").commit is None
    held = Cutover(repository).advance("stock", BuiltInSource(), now=LATER)
    assert (held.commit, held.after) == (None, "deploy")
    assert [v.reason for v in held.verdicts] == ["needs a person: add --approve NAME once you have looked"]
    assert len(Cutover(repository).history()) == 1


@pytest.mark.parametrize(
    ("service", "path", "off", "on"),
    [
        ("worker", "switch.yaml", "replicas: 0", "replicas: 2"),
        ("report", "switch.yaml", "suspend: true", "suspend: false"),
    ],
)
def test_jobs_and_workers_are_switched_by_one_value(repository, service, path, off, on):
    planned(repository)
    where = layout.switch(service, "production")
    assert off in repository.read(where)
    Cutover(repository).start(service)
    assert off in repository.read(where), "deployed, but not working yet"
    before = repository.tree()
    Cutover(repository).advance(service, NoSource(), now=LATER, approved_by="ann")
    assert [(p, new.strip()) for p, _, new in changed_lines(before, repository.tree())] == [(where, on)]
    Cutover(repository).rollback(service)
    assert repository.tree() == before


@IN_MEMORY
def test_a_service_with_state_is_refused_by_name_and_reason(repository):
    planned(repository)
    with pytest.raises(Held, match=r"^db: is in no wave yet: keeps state in /var/lib/db on h1"):
        Cutover(repository).start("db")
    assert Cutover(repository).history() == []


@IN_MEMORY
def test_earlier_waves_go_first(repository):
    planned(repository)
    with pytest.raises(Held, match=r"earlier waves have not moved yet \(report, stock, worker\)"):
        Cutover(repository).start("shop")


@IN_MEMORY
def test_no_metrics_no_promotion(repository):
    planned(repository)
    move(repository, "shop", 2)
    held = Cutover(repository).advance("shop", NoSource(), now=LATER)
    assert held.commit is None
    assert {v.gate: str(v.kind) for v in held.verdicts} == {
        "soak": "pass", "success-rate": "wait", "latency": "wait", "requests": "wait",
    }  # fmt: skip


@IN_MEMORY
def test_a_failed_gate_holds_or_rolls_back(repository):
    planned(repository)
    move(repository, "shop", 2)
    bad = FixedMetrics(
        {"rate(envoy_cluster_upstream_rq_xx": (0.5, 0.5, 0.5), "increase(": (500.0,) * 3, "histogram": (9.0,) * 3}
    )
    held = Cutover(repository).advance("shop", bad, now=LATER)
    assert (held.commit, held.after) == (None, "shift-1")
    back = Cutover(repository).advance("shop", bad, now=LATER, on_fail="rollback")
    assert (back.after, back.weight) == ("deploy", 0)
    assert back.commit


@IN_MEMORY
def test_soak_is_counted_from_the_commit(repository):
    planned(repository)
    move(repository, "shop", 2)
    entered = Cutover(repository).history("shop")[0].when
    held = Cutover(repository).advance("shop", BuiltInSource(), now=entered + timedelta(minutes=4))
    first = held.verdicts[0]
    assert (first.gate, str(first.kind), first.reason) == ("soak", "wait", "4m of 5m")
    early = Cutover(repository).advance("shop", BuiltInSource(), now=entered - timedelta(hours=1))
    assert "a clock is wrong" in early.verdicts[0].reason


def test_a_dry_run_shows_the_commit_and_makes_none(repository):
    planned(repository)
    before = repository.tree()
    cutover = Cutover(repository, dry_run=True)
    outcome = cutover.start("stock")
    text = cutover.difference(outcome)
    assert "cutover: stock not-started -> deploy" in text
    assert "+  suspend: false" in text
    assert (outcome.commit, repository.tree()) == (None, before)


def by_hand(repository, path, *changes):
    text = repository.read(path)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    repository.commit(ChangeSet("by hand", files={path: text}))


@IN_MEMORY
def test_weights_that_were_edited_by_hand_are_noticed_with_the_line(repository):
    planned(repository)
    by_hand(repository, layout.route("shop"), ("weight: 100}", "weight: 40}"), ("weight: 0", "weight: 60"))
    said = r"^apps/shop/route/route.yaml:14: the cluster's share is 60, but a service that was not started has 0.* put 100 and 0 back"
    with pytest.raises(PlanError, match=said):
        Cutover(repository).start("shop", out_of_order="x")
    rows = {one.service: one for one in Cutover(repository).status()}
    assert rows["shop"].phase == "unclear"
    assert "the cluster's share is 60" in rows["shop"].problem
    assert rows["stock"].phase == "not-started", "one unclear service hides no other"


def test_the_way_back_is_open_from_weights_that_were_edited_by_hand(repository):
    planned(repository)
    first = repository.tree()
    move(repository, "shop", 3)
    by_hand(repository, layout.route("shop"), ("weight: 95}", "weight: 10}"), ("weight: 5", "weight: 90"))
    with pytest.raises(PlanError, match=r"share is 90, but phase `shift-5` has 5.*rollback shop --to PHASE"):
        Cutover(repository).advance("shop", BuiltInSource(), now=LATER)
    back = Cutover(repository).rollback("shop")
    assert (back.after, back.weight) == ("shift-1", 1)
    assert Cutover(repository).history("shop")[0].trailers["Migrate-Prev-Weights"] == "10/90"
    Cutover(repository).rollback("shop", to="deploy")
    Cutover(repository).rollback("shop", to="not-started")
    assert repository.tree() == first


@pytest.mark.parametrize(("service", "phases"), [("shop", 5), ("stock", 2), ("worker", 2), ("report", 2)])
@IN_MEMORY
def test_the_agent_is_not_suspended_before_it_has_taken_the_work_back(repository, service, phases):
    planned(repository)
    first = repository.tree()
    move(repository, service, phases)
    agent = repository.read(layout.flux_app("production", service))
    half = Cutover(repository).rollback(service, to="not-started")
    assert (half.after, half.weight) == ("deploy", 0)
    assert repository.read(layout.flux_app("production", service)) == agent
    whole = Cutover(repository).rollback(service, to="not-started")
    assert whole.after == ""
    assert repository.tree() == first


NO_MESH = "apiVersion: migrate.dev/v1alpha1\nkind: Settings\nmesh:\n  provider: none\ngateway:\n  provider: {}\n"


@IN_MEMORY
def test_no_traffic_moves_where_the_gates_can_never_pass(repository):
    planned(repository)
    repository.commit(ChangeSet("No mesh", files={layout.SETTINGS: NO_MESH.format("kong")}))
    before = repository.tree()
    assert list(engine.blind(repository, Cutover(repository).plan)) == ["shop"], (
        "the others have no gates that ask for numbers"
    )
    with pytest.raises(Held, match=r"^shop: .*requests of phase shift-1 can never pass: gateway.provider 'kong'"):
        Cutover(repository).start("shop", out_of_order="test")
    assert repository.tree() == before
    assert Cutover(repository).start("stock", out_of_order="test").after == "deploy"
    repository.commit(ChangeSet("Another", files={layout.SETTINGS: NO_MESH.format("envoy")}))
    assert engine.blind(repository, Cutover(repository).plan) == {}


@IN_MEMORY
def test_back_is_never_forward(repository):
    planned(repository)
    with pytest.raises(Held, match="deploy is a later phase, it was not started.*cutover start"):
        Cutover(repository).rollback("shop", to="deploy")
    move(repository, "shop", 2)
    before = repository.tree()
    with pytest.raises(Held, match="shift-25 is a later phase, it is in shift-1.*cutover advance"):
        Cutover(repository).rollback("shop", to="shift-25")
    assert Cutover(repository).rollback("shop", to="shift-1").done, "where it is already is no mistake"
    assert repository.tree() == before


@IN_MEMORY
def test_weights_moved_before_the_start_or_in_the_first_phase_are_no_rest(repository):
    planned(repository)
    changes = ("weight: 100}", "weight: 40}"), ("weight: 0", "weight: 60")
    by_hand(repository, layout.route("shop"), *changes)
    with pytest.raises(PlanError, match="put 100 and 0 back"):
        Cutover(repository).rollback("shop")
    by_hand(repository, layout.route("shop"), *((new, old) for old, new in changes))
    move(repository, "shop", 1)
    by_hand(repository, layout.route("shop"), *changes)
    assert Cutover(repository).rollback("shop").after == "deploy"
    assert Cutover(repository).rollback("shop").after == ""


@IN_MEMORY
def test_a_phase_that_was_reverted_by_hand_is_not_taken_for_entered(repository):
    planned(repository)
    move(repository, "shop", 3)
    by_hand(repository, layout.route("shop"), ("weight: 95}", "weight: 99}"), ("weight: 5", "weight: 1"))
    with pytest.raises(PlanError, match="share is 1, but phase `shift-5` has 5"):
        Cutover(repository).rollback("shop")
    assert Cutover(repository).rollback("shop", to="deploy").weight == 0


@IN_MEMORY
def test_a_paused_agent_holds_the_next_phase_and_not_the_way_back(repository):
    planned(repository)
    move(repository, "shop", 2)
    agent = "clusters/production/apps/shop.yaml"
    by_hand(repository, agent, ("suspend: false", "suspend: true"))
    with pytest.raises(PlanError, match=rf"^{agent}:6: `suspend` is true, so nothing of phase `shift-1` is applied"):
        Cutover(repository).advance("shop", BuiltInSource(), now=LATER)
    assert Cutover(repository).rollback("shop").after == "deploy"
    assert "suspend: true" in repository.read(agent), "who paused it knows why"


@IN_MEMORY
def test_a_started_agent_without_a_start_is_noticed(repository):
    planned(repository)
    by_hand(repository, "clusters/production/apps/stock.yaml", ("suspend: true", "suspend: false"))
    with pytest.raises(PlanError, match="`suspend` is false, but `stock` was not started"):
        Cutover(repository).start("stock")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (layout.PLAN, "name: shift-5\n", "name: shift-six\n"),
        (layout.PLAN, "strategy: weighted", "strategy: sideways"),
        ("profiles/h1/shop.yaml", "service: shop", "service: [shop]"),
        ("profiles/h1/shop.yaml", "service: shop", "service: shop\nstate: [{path: /srv/data}]"),
    ],
)
@IN_MEMORY
def test_the_way_back_is_open_whatever_the_plan_says_today(repository, path, old, new):
    planned(repository)
    lever = repository.read(layout.route("shop"))
    move(repository, "shop", 3)
    by_hand(repository, path, (old, new))
    with pytest.raises(InputError):
        Cutover(repository).advance("shop", BuiltInSource(), now=LATER)
    assert Cutover(repository).rollback("shop").after == "shift-1"
    Cutover(repository).rollback("shop", to="not-started")
    assert Cutover(repository).rollback("shop", to="not-started").after == ""
    assert repository.read(layout.route("shop")) == lever


@IN_MEMORY
def test_what_is_wrong_about_other_services_holds_nobody(repository):
    planned(repository)
    by_hand(repository, "profiles/h1/stock.yaml", ("service: stock", "service: [stock]"))
    assert Cutover(repository).start("worker").commit
    with pytest.raises(ProfileError, match="profiles/h1/stock.yaml:"):
        Cutover(repository).start("stock")


@IN_MEMORY
def test_a_new_plan_leaves_no_service_behind_that_is_under_way(repository):
    planned(repository)
    move(repository, "shop", 2)
    by_hand(repository, "profiles/h1/shop.yaml", ("service: shop", "service: shop\nstate: [{path: /srv/data}]"))
    with pytest.raises(
        Held, match=r"^shop: is in phase `shift-1`.*keeps state in /srv/data.*rollback shop --to not-sta"
    ):
        engine.plan(repository)
    for _ in range(2):
        Cutover(repository).rollback("shop", to="not-started")
    plan, *_ = engine.plan(repository)
    assert [s.name for s in plan.waves[-1].services] == ["db", "shop"]


def test_what_others_did_while_gates_were_asked_is_not_written_over(repository):
    planned(repository)
    move(repository, "shop", 3)

    class Slow(BuiltInSource):
        def query(self, expression):
            Cutover(repository).rollback("shop", to="deploy")
            return super().query(expression)

    with pytest.raises(Held, match="somebody else moved it meanwhile"):
        Cutover(repository).advance("shop", Slow(), now=LATER)
    assert Cutover(repository).status()[3].phase == "deploy"


@IN_MEMORY
def test_a_blank_name_approves_nothing(repository):
    planned(repository)
    Cutover(repository).start("stock")
    assert Cutover(repository).advance("stock", BuiltInSource(), now=LATER, approved_by=" \t").commit is None


@IN_MEMORY
def test_only_the_profiles_of_the_service_hold_its_start(repository):
    planned(repository)
    path = "profiles/h1/worker.yaml"
    repository.commit(ChangeSet("review", files={path: repository.read(path) + "directory: /opt/worker\n"}))
    assert Cutover(repository).stale() == (path,)
    assert Cutover(repository).start("stock").commit


def test_a_plan_that_a_person_edited_is_not_overwritten(repository):
    planned(repository)
    edited = repository.read(layout.PLAN).replace('window: "5m"', 'window: "7m"')
    repository.commit(ChangeSet("longer soak", files={layout.PLAN: edited}))
    with pytest.raises(PlanError, match="was edited since it was planned"):
        engine.plan(repository)
    engine.plan(repository, keep=True)
    with pytest.raises(PlanError, match="was edited since it was planned"):
        engine.plan(repository)
    assert engine.plan(repository, overwrite=True)[1]


@IN_MEMORY
def test_a_kept_plan_lets_a_service_start_after_a_review(repository):
    planned(repository)
    by_hand(repository, layout.PLAN, ('window: "5m"', 'window: "7m"'))
    by_hand(repository, "profiles/h1/stock.yaml", ("service: stock", "service: stock\ndirectory: /opt/stock"))
    with pytest.raises(Held, match="made from other profiles"):
        Cutover(repository).start("stock")
    assert engine.plan(repository, keep=True)[1]
    assert Cutover(repository).start("stock").commit
    assert 'window: "7m"' in repository.read(layout.PLAN)


@IN_MEMORY
def test_gates_of_the_last_phase_say_whether_it_is_done(repository):
    planned(repository)
    last = "    - name: shift-100\n      weight: 100\n"
    gate = "      gates:\n      - {gate: success-rate, threshold: 0.99, window: 5m}\n"
    at = repository.read(layout.PLAN).rindex(last) + len(last)
    text = repository.read(layout.PLAN)
    repository.commit(ChangeSet("by hand", files={layout.PLAN: text[:at] + gate + text[at:]}))
    move(repository, "shop", 6)
    bad = FixedMetrics({"rate(": (0.2, 0.2, 0.2)})
    assert not Cutover(repository).advance("shop", bad, now=LATER).done
    assert Cutover(repository).advance("shop", BuiltInSource(), now=LATER).done
    assert Cutover(repository).advance("shop", bad, now=LATER, on_fail="rollback").after == "shift-50"


@IN_MEMORY
def test_a_start_over_changed_profiles_asks_for_a_new_plan(repository):
    planned(repository)
    path = "profiles/h1/stock.yaml"
    repository.commit(ChangeSet("review", files={path: repository.read(path) + "directory: /opt/stock\n"}))
    assert Cutover(repository).stale() == (path,)
    with pytest.raises(Held, match="the plan was made from other profiles"):
        Cutover(repository).start("stock")


@IN_MEMORY
def test_status_of_everything(repository):
    planned(repository)
    move(repository, "shop", 3)
    got = {one.service: (one.wave, one.phase, one.weight, one.next_phase) for one in Cutover(repository).status()}
    assert got["shop"] == ("wave-2", "shift-5", 5, "shift-25")
    assert got["stock"] == ("wave-1", "not-started", 0, "deploy")
    assert got["db"] == ("later", "later", 0, "")
