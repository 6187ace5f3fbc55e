"""Gates as tables: answers in, verdict out. What is not known never opens one."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from migrator.cutover.gate import Situation
from migrator.cutover.gates import GATES
from migrator.cutover.queries import sampled
from migrator.errors import PlanError
from migrator.meshes import MESHES
from migrator.model.plans import GateSpec
from migrator.model.settings import GatewaySettings, MeshSettings, Settings

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KUMA = MESHES["kuma"].sides("shop", Settings())
NAN, INF = float("nan"), float("inf")
UNKNOWN = [
    (),
    "no answer: ConnectError",
    (0.999,),
    (0.999, 0.999),
    (NAN, NAN, NAN),
    (0.999, 0.999, NAN),
    (INF, 1.0, 1.0),
]


def situation(weight=25, **changes):
    fields = {"entered_at": NOW - timedelta(hours=1), "now": NOW, "approved_by": "", **changes}
    return Situation("shop", KUMA, weight, **fields)


def judge(spec, answers, **changes):
    gate = GATES[spec.gate]
    here = situation(**changes)
    names = list(gate.queries(spec, here))
    given = dict.fromkeys(names, answers) if not isinstance(answers, dict) else answers
    return str(gate.judge(spec, here, given).kind)


SUCCESS = GateSpec("success-rate", 0.99, "5m")
LATENCY = GateSpec("latency", 500, "5m")
REQUESTS = GateSpec("requests", 20, "5m")


@pytest.mark.parametrize("spec", [SUCCESS, LATENCY, REQUESTS], ids=lambda spec: spec.gate)
@pytest.mark.parametrize("answers", UNKNOWN, ids=str)
def test_what_is_not_known_waits(spec, answers):
    assert judge(spec, answers) == "wait"


@pytest.mark.parametrize(
    ("spec", "answers", "want"),
    [
        (SUCCESS, (0.99, 0.99, 0.99), "pass"),
        (SUCCESS, (1.0, 0.98, 1.0), "wait"),
        (SUCCESS, (1.0, 1.0, 0.5), "fail"),
        (SUCCESS, (0.0, 0.0, 0.0), "fail"),
        (LATENCY, (12.0, 500.0, 12.0), "pass"),
        (LATENCY, (12.0, 900.0, 12.0), "wait"),
        (LATENCY, (12.0, 12.0, 900.0), "fail"),
        (REQUESTS, (20.0, 20.0, 20.0), "pass"),
        (REQUESTS, (500.0, 500.0, 3.0), "wait"),
        (REQUESTS, (3.0, 500.0, 500.0), "wait"),
        (REQUESTS, (0.0, 0.0, 0.0), "wait"),
        (REQUESTS, {"cluster": (50.0,) * 3, "host": (1.0,) * 3}, "wait"),
        (REQUESTS, {"cluster": (50.0,) * 3, "host": ()}, "wait"),
        (REQUESTS, {"cluster": (50.0,) * 3, "host": (950.0,) * 3}, "wait"),
        (REQUESTS, {"cluster": (200.0,) * 3, "host": (800.0,) * 3}, "pass"),
        (REQUESTS, {"cluster": (900.0,) * 3, "host": (100.0,) * 3}, "pass"),
    ],
)
def test_verdicts(spec, answers, want):
    assert judge(spec, answers) == want


@pytest.mark.parametrize(("before", "now"), [(0, 1), (1, 5), (5, 25), (25, 50)])
def test_weights_that_are_not_applied_yet_are_not_moved_on_from(before, now):
    def split(weight):
        return {"cluster": (40.0 * weight + 20,) * 3, "host": (40.0 * (100 - weight) + 20,) * 3}

    assert judge(REQUESTS, split(before), weight=now) == "wait"
    assert judge(REQUESTS, split(now), weight=now) == "pass"


def test_a_side_without_a_share_is_not_asked_for_requests():
    assert set(GATES["requests"].queries(REQUESTS, situation(0))) == {"host"}
    assert set(GATES["requests"].queries(REQUESTS, situation(50))) == {"cluster", "host"}
    assert set(GATES["requests"].queries(REQUESTS, situation(100))) == {"cluster"}


def test_nothing_is_judged_about_a_cluster_that_gets_nothing():
    assert judge(SUCCESS, (), weight=0) == "pass"
    assert judge(LATENCY, (), weight=0) == "pass"


@pytest.mark.parametrize(("minutes", "want"), [(4, "wait"), (5, "pass"), (500, "pass"), (-10, "wait")])
def test_soak(minutes, want):
    spec = GateSpec("soak", window="5m")
    assert judge(spec, {}, entered_at=NOW - timedelta(minutes=minutes)) == want


def test_every_question_spans_as_many_steps_as_samples_are_wanted():
    assert sampled("x") == "(x)[45s:15s]"


@pytest.mark.parametrize("spec", [SUCCESS, LATENCY, REQUESTS], ids=lambda spec: spec.gate)
def test_series_that_went_stale_take_the_answer_with_them(spec):
    for query in GATES[spec.gate].queries(spec, situation()).values():
        assert re.search(r"\) and count\(envoy_cluster_upstream_rq_\w+\{[^}]*\}\)\)\[45s:15s\]$", query)


def test_errors_alone_and_no_error_at_all_both_give_a_rate():
    (query,) = GATES["success-rate"].queries(SUCCESS, situation()).values()
    series = 'envoy_cluster_upstream_rq_xx{envoy_cluster_name=~"default_shop_legacy_.*"'
    every, bad = f"sum(rate({series}}}[5m]))", f'sum(rate({series},envoy_response_code_class="5"}}[5m]))'
    assert query.startswith(f"((1 - ({bad} or 0 * {every}) / {every}) and ")


def test_approval():
    assert judge(GateSpec("approval"), {}) == "wait"
    assert judge(GateSpec("approval"), {}, approved_by="ann") == "pass"


@pytest.mark.parametrize("spec", [SUCCESS, LATENCY, REQUESTS], ids=lambda spec: spec.gate)
def test_queries_hold_names_only(spec):
    for query in GATES[spec.gate].queries(spec, situation()).values():
        assert query == sampled(query[1 : query.rindex(")")])
        assert "default_shop_" in query


@pytest.mark.parametrize("provider", MESHES)
def test_no_name_gets_out_of_its_query(provider):
    settings = Settings(mesh=MeshSettings(provider=provider), gateway=GatewaySettings(provider="envoy"))
    with pytest.raises(PlanError):
        MESHES[provider].sides('x"} or vector(1) #', settings)
