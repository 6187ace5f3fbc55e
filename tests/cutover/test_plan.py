"""Waves and plans: properties of the order, and what is said of a plan that was edited into nonsense."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.cutover.plan_file import changed_inputs, keep_plan, make_plan, read_plan
from migrator.cutover.waves import waves
from migrator.errors import PlanError
from migrator.gitops import layout
from migrator.model.estate import Edge, Estate
from migrator.model.plans import Strategy
from tests.cutover.conftest import PROFILES, files, profile

NAMES = [f"s{n}" for n in range(9)]


@st.composite
def estates(draw):
    profiles = [
        profile(name, port=80 + n, http=draw(st.booleans()), state=["/data/x"] if draw(st.integers(0, 5)) == 0 else ())
        for n, name in enumerate(NAMES)
    ]
    pairs = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=20))
    return profiles, tuple(Edge(a, b, port=80) for a, b in pairs)


@given(estates())
def test_callees_move_before_callers_but_in_a_circle(estate):
    profiles, edges = estate
    made = waves(Estate("t", edges=edges), profiles)
    place = {service.name: number for number, wave in enumerate(made) for service in wave.services}
    strategy = {service.name: service.strategy for wave in made for service in wave.services}
    circles = [set(ring) for wave in made for ring in wave.rings]
    assert sorted(place) == NAMES
    assert sum(len(wave.services) for wave in made) == len(NAMES)
    for edge in edges:
        both_move = Strategy.LATER not in {strategy[edge.caller], strategy[edge.callee]}
        if edge.caller != edge.callee and both_move:
            together = any({edge.caller, edge.callee} <= circle for circle in circles)
            assert together or place[edge.callee] < place[edge.caller]


@given(estates(), st.randoms())
def test_the_order_of_input_does_not_matter(estate, random):
    profiles, edges = estate
    other, shuffled = list(profiles), list(edges)
    random.shuffle(other)
    random.shuffle(shuffled)
    assert waves(Estate("t", edges=edges), profiles) == waves(Estate("t", edges=tuple(shuffled)), other)


@given(estates())
def test_what_keeps_state_never_gets_a_share_between_nothing_and_all(estate):
    profiles, edges = estate
    stateful = {p.service for p in profiles if p.stateful}
    for wave in waves(Estate("t", edges=edges), profiles):
        for service in wave.services:
            if service.name in stateful:
                assert service.phases == ()


def test_a_circle_moves_together_and_is_reported():
    edges = (Edge("s0", "s1"), Edge("s1", "s2"), Edge("s2", "s0"), Edge("s3", "s0"))
    profiles = [profile(name, port=80, http=True) for name in NAMES[:4]]
    first, second = waves(Estate("t", edges=edges), profiles)
    assert first.rings == (("s0", "s1", "s2"),)
    assert [s.name for s in second.services] == ["s3"]
    assert "call each other in a circle" in first.services[0].why[1]


def test_unknown_state_counts_as_state():
    (wave,) = waves(Estate("t"), [profile("s0", port=80, http=True, observed=False)])
    assert wave.name == "later"
    assert "could not be seen on h1" in wave.services[0].why[0]


def test_a_long_chain_is_no_recursion():
    names = [f"n{number:05}" for number in range(3000)]
    edges = tuple(Edge(a, b) for a, b in itertools.pairwise(names))
    made = waves(Estate("t", edges=edges), [profile(name, port=80) for name in names])
    assert len(made) == len(names)


def edited(old, new, count=1):
    found = files()
    text = make_plan(found)
    assert old in text
    return {**found, layout.PLAN: text.replace(old, new, count)}


NONSENSE = [
    ("name: stock\n", "name: stok\n", r"there is no service `stok`"),
    ("gate: soak", "gate: soaking", r"there is no gate `soaking`; there are: approval, soak"),
    ("weight: 25", "weight: 250", r"weight 250 is not from 0 to 100"),
    ("weight: 25", "weight: -1", r"weight -1 is not from 0 to 100"),
    ("weight: 25", "weight: 2", r"weight 2 is less than the phase before"),
    ("weight: 25", "weight: lots", r"`waves.1.services.0.phases.3.weight`: input should be a valid integer"),
    ("name: shift-25", "name: shift-5", r"phase `shift-5` needs a name of its own"),
    ("weight: 0\n", "weight: 1\n", r"the first phase of `report` should have weight 0"),
    ('window: "10m"', "window: soon", r"window `soon` is no duration"),
    ("threshold: 0.99", "threshold: -1", r"threshold -1.0 makes no sense"),
    ("threshold: 0.99", "threshold: 99", r"threshold 99.0 is more than 1"),
    (
        "strategy: weighted",
        "stratgy: weighted",
        r"unknown key `waves.1.services.0.stratgy`|`waves.1.services.0.strategy` is missing",
    ),
    ("strategy: weighted", "strategy: sideways", r"`waves.1.services.0.strategy`: input should be"),
    ("  strategy: weighted", "\tstrategy: weighted", r"a tab indents this line"),
    ("name: stock\n", "name: report\n", r"`report` stands in wave-1 and in wave-1"),
    ("kind: Plan", "kind: Plane", r"`kind` is 'Plane'"),
    ("weight: 25", 'weight: "25"', r"weight '25' is not a whole number"),
    ("weight: 25", "weight: 25.0", r"weight 25.0 is not a whole number"),
    ("weight: 25", "weight: true", r"weight True is not a whole number"),
    ("weight: 25", "weight: 5", r"weight 5 is the same as before, so there would be nothing to commit"),
    ("weight: 100\n", "weight: 99\n", r"should have weight 100|cannot take 99 %"),
    ("threshold: 0.99", "threshold: true", r"threshold True is not a number"),
    ("threshold: 0.99", 'threshold: "0.99"', r"threshold '0.99' is not a number"),
    ("threshold: 0.99", "threshold: .nan", r"threshold nan makes no sense"),
    ("threshold: 0.99", "threshold: .inf", r"threshold inf makes no sense"),
    ('window: "5m"', 'window: "0m"', r"window `0m` is no duration"),
    ('window: "5m"', 'window: "\u0663m"', r"window `\u0663m` is no duration"),
    ('window: "5m"', "window: 300", r"window`: input should be a valid string"),
    ("gate: approval", "gate: soak", r"gate `soak` needs a `window`"),
    ("name: shift-1\n", "name: not-started\n", r"'not-started' is no name for a phase"),
    ("name: shift-1\n", 'name: "x\\nMigrate-Phase: y"\n', r"'x\\nMigrate-Phase: y' is no name for a phase"),
    ("name: wave-2\n", "name: wave-1\n", r"wave `wave-1` needs a name of its own"),
    ("phases:\n", "phases: []\n  - name: db\n    strategy: later\n    xphases:\n", r"unknown key"),
]


@pytest.mark.parametrize(("old", "new", "said"), NONSENSE)
def test_a_plan_edited_into_nonsense_is_refused_with_its_line(old, new, said):
    with pytest.raises(PlanError, match=said) as caught:
        read_plan(edited(old, new))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("cutover/plan.yaml:")
    assert caught.value.line


def test_a_split_of_state_is_refused_by_name_and_reason():
    phases = "    strategy: weighted\n    phases:\n    - name: deploy\n      weight: 0\n    - name: shift-50\n      weight: 50\n"
    with pytest.raises(
        PlanError, match=r"`db` keeps state in /var/lib/db on h1: a weighted split would make two copies"
    ):
        read_plan(edited("    strategy: later\n", phases))


def test_a_split_of_connections_is_refused():
    found = files()
    text = make_plan(found)
    at = text.index("name: stock")
    text = text[:at] + text[at:].replace("      weight: 100", "      weight: 50", 1)
    with pytest.raises(PlanError, match=r"`stock` cannot take 50 % of the work: port 2000 is not known to speak HTTP"):
        read_plan({**found, layout.PLAN: text})


def test_a_service_cannot_stand_in_two_waves():
    found = files()
    text = make_plan(found)
    entry = "  - name: stock\n    strategy: later\n"
    twice = text.replace("- name: later\n  services:\n", f"- name: later\n  services:\n{entry}")
    assert twice != text
    with pytest.raises(PlanError, match=r"`stock` stands in wave-1 and in later"):
        read_plan({**found, layout.PLAN: twice})


def test_a_kept_plan_is_the_same_text_but_for_digests():
    found = files()
    text = make_plan(found).replace("name: shift-25", "name: quarter  # we call it that", 1)
    assert keep_plan({**found, layout.PLAN: text}) == text
    path = "profiles/h1/stock.yaml"
    changed = {**found, layout.PLAN: text, path: found[path] + "directory: /opt\n"}
    kept = keep_plan(changed)
    assert next(a for a, b in zip(text.split("\n"), kept.split("\n"), strict=True) if a != b).strip().startswith(path)
    assert not changed_inputs(read_plan({**changed, layout.PLAN: kept}), changed)
    with pytest.raises(PlanError, match="new or gone"):
        keep_plan({**changed, "profiles/h2/stock.yaml": changed[path]})


def test_a_missing_plan_says_how_to_make_one():
    with pytest.raises(PlanError, match="migrate cutover plan"):
        read_plan(files())


def test_what_was_planned_is_what_is_read():
    found = files()
    plan = read_plan({**found, layout.PLAN: make_plan(found)})
    assert {s.name for wave in plan.waves for s in wave.services} == {p.service for p in PROFILES}
