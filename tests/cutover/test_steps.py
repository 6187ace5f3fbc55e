"""What comes next, as a table; and whatever the verdicts: one phase at a time, and forward only when all gates pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.cutover.phases import default_phases
from migrator.cutover.steps import next_step, step_back
from migrator.model.plans import PhaseSpec, PlannedService, Strategy, Verdict, VerdictKind

NAMES = ["deploy", "shift-1", "shift-5", "shift-25", "shift-50", "shift-100"]
SERVICE = PlannedService("shop", Strategy.WEIGHTED, default_phases(Strategy.WEIGHTED))
KINDS = st.lists(st.sampled_from(list(VerdictKind)), max_size=5)


def verdicts(*kinds):
    return [Verdict(f"g{n}", VerdictKind(kind), "") for n, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("current", "kinds", "want", "phase", "failed"),
    [
        ("", [], "enter", "deploy", False),
        ("deploy", [], "enter", "shift-1", False),
        ("deploy", ["pass"], "enter", "shift-1", False),
        ("deploy", ["wait"], "hold", None, False),
        ("shift-5", ["pass", "pass", "pass"], "enter", "shift-25", False),
        ("shift-5", ["pass", "wait", "pass"], "hold", None, False),
        ("shift-5", ["pass", "wait", "fail"], "hold", None, True),
        ("shift-5", ["fail"], "hold", None, True),
        ("shift-50", ["pass"], "enter", "shift-100", False),
        ("shift-100", [], "done", None, False),
        ("shift-100", ["pass"], "done", None, False),
        ("shift-100", ["wait"], "hold", None, False),
        ("shift-100", ["fail"], "hold", None, True),
    ],
)
def test_the_next_step(current, kinds, want, phase, failed):
    step = next_step(SERVICE, current, verdicts(*kinds))
    assert (str(step.kind), step.phase and step.phase.name, step.failed) == (want, phase, failed)


@pytest.mark.parametrize(
    ("current", "to", "want", "phase"),
    [
        ("shift-5", None, "enter", "shift-1"),
        ("shift-1", None, "enter", "deploy"),
        ("deploy", None, "enter", None),
        ("", None, "done", None),
        ("shift-100", "deploy", "enter", "deploy"),
        ("shift-100", "", "enter", None),
        ("shift-5", "shift-5", "done", None),
        ("shift-5", "shift-50", "done", None),
        ("", "", "done", None),
    ],
)
def test_the_step_back(current, to, want, phase):
    step = step_back(SERVICE, current, to)
    assert (str(step.kind), step.phase and step.phase.name) == (want, phase)


@given(st.lists(st.integers(1, 99), unique=True, max_size=6), st.data(), KINDS)
def test_a_step_never_skips_a_phase_and_never_passes_a_closed_gate(weights, data, kinds):
    phases = tuple(PhaseSpec(f"p{weight}", weight) for weight in [0, *sorted(weights), 100])
    service = PlannedService("x", Strategy.WEIGHTED, phases)
    at = data.draw(st.integers(0, len(phases) - 1))
    step = next_step(service, phases[at].name, verdicts(*kinds))
    if step.phase is not None:
        assert phases.index(step.phase) == at + 1
        assert set(kinds) <= {VerdictKind.PASS}
    back = step_back(service, phases[at].name).phase
    assert (phases.index(back) if back else -1) == at - 1


@pytest.mark.parametrize(
    ("strategy", "names"),
    [(Strategy.WEIGHTED, NAMES), (Strategy.SWITCH, ["deploy", "shift-100"]), (Strategy.LATER, [])],
)
def test_the_default_phases(strategy, names):
    phases = default_phases(strategy)
    assert [phase.name for phase in phases] == names
    assert [[gate.gate for gate in phase.gates] for phase in phases[:1]] == [["approval"]] * len(phases[:1])
    for phase in phases[1:-1]:
        assert [gate.gate for gate in phase.gates] == ["soak", "success-rate", "latency", "requests"]
