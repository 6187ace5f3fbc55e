"""Commands in any order: a model of where each service should be, beside what Git says."""

import copy
import functools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from migrator import lever
from migrator.cutover import advance as engine
from migrator.cutover.advance import Cutover
from migrator.cutover.journal import PHASE, lever_path
from migrator.cutover.sources.built_in import BuiltInSource
from migrator.errors import Held
from migrator.gitops import layout
from migrator.model.changes import ChangeSet
from migrator.model.settings import Settings
from migrator.testing import FixedMetrics, MemoryRepository
from tests.cutover.conftest import NOON, files

LATER = datetime.now(UTC) + timedelta(days=2000)
SICK = FixedMetrics({"rate(envoy_cluster_upstream_rq_xx": (0.1,) * 3, "increase(": (500.0,) * 3, "hist": (1.0,) * 3})
SHIFTS = [("deploy", 0), *((f"shift-{weight}", weight) for weight in (1, 5, 25, 50, 100))]
PHASES = {name: [("not-started", 0), *SHIFTS] for name in ("shop",)} | {
    name: [("not-started", 0), ("deploy", 0), ("shift-100", 100)] for name in ("stock", "worker", "report")
}
SERVICES = st.sampled_from(sorted(PHASES))


@functools.cache
def planned():
    repository = MemoryRepository(now=lambda: NOON)
    repository.commit(ChangeSet("start", files=files()))
    engine.plan(repository)
    return repository


class Walk(RuleBasedStateMachine):
    """What a person may type, and what should come of it."""

    def __init__(self):
        super().__init__()
        self.repository = copy.deepcopy(planned())
        self.first = dict(self.repository.tree())
        self.at = dict.fromkeys(PHASES, 0)
        self.commits = 0

    def expect(self, outcome, service, place):
        """A commit if and only if the place is another one, and nothing of any other service in it."""
        moved = place != self.at[service]
        assert bool(outcome.commit) is moved
        if outcome.changes is not None:
            assert {path.count(service) > 0 for path in outcome.changes.files} == {True}
        self.at[service] = place
        self.commits += moved

    @rule(service=SERVICES)
    def start(self, service):
        outcome = Cutover(self.repository).start(service, out_of_order="test")
        self.expect(outcome, service, max(self.at[service], 1))

    @precondition(lambda self: any(self.at.values()))
    @rule(data=st.data(), approved=st.booleans())
    def advance(self, data, approved):
        service = data.draw(self.started())
        outcome = Cutover(self.repository).advance(
            service, BuiltInSource(), now=LATER, approved_by="ann" if approved else ""
        )
        place = self.at[service]
        held = (place == 1 and not approved) or place == len(PHASES[service]) - 1
        self.expect(outcome, service, place if held else place + 1)

    @precondition(lambda self: any(self.at.values()))
    @rule(data=st.data(), on_fail=st.sampled_from(["hold", "rollback"]))
    def advance_while_sick(self, data, on_fail):
        service = data.draw(self.started())
        outcome = Cutover(self.repository).advance(service, SICK, now=LATER, on_fail=on_fail)
        shifting = service == "shop" and 2 <= self.at[service] < len(PHASES[service]) - 1
        self.expect(outcome, service, self.at[service] - (on_fail == "rollback" and shifting))

    def started(self):
        return st.sampled_from([name for name, place in self.at.items() if place])

    @rule(service=SERVICES)
    def rollback(self, service):
        self.expect(Cutover(self.repository).rollback(service), service, max(0, self.at[service] - 1))

    @rule(data=st.data(), service=SERVICES)
    def rollback_to(self, data, service):
        place = data.draw(st.integers(0, len(PHASES[service]) - 1))
        if place > self.at[service]:
            with pytest.raises(Held, match="is a later phase"):
                Cutover(self.repository).rollback(service, to=PHASES[service][place][0])
            return
        outcome = Cutover(self.repository).rollback(service, to=PHASES[service][place][0])
        # All the way back is two steps while the cluster has a share: traffic first, then the agent.
        place = 1 if place == 0 and PHASES[service][self.at[service]][1] else place
        self.expect(outcome, service, place)

    @rule()
    def plan_again(self):
        assert engine.plan(self.repository)[1] is None

    @invariant()
    def git_says_the_same(self):
        status = {one.service: (one.phase, one.weight) for one in Cutover(self.repository).status()}
        assert {name: status[name] for name in PHASES} == {name: PHASES[name][place] for name, place in self.at.items()}
        assert len(self.repository.history({PHASE: ""})) == self.commits

    @invariant()
    def levers_and_agents_stand_there(self):
        tree = self.repository.tree()
        for name, place in self.at.items():
            path = lever_path(tree, Settings(), name)
            assert lever.weight_of(tree[path], file=path) == PHASES[name][place][1]
            agent = layout.flux_app("production", name)
            assert lever.is_started(tree[agent], file=agent) is (place > 0)

    def teardown(self):
        """From everywhere there is a way back to the first byte."""
        for name in [*PHASES, *PHASES]:
            Cutover(self.repository).rollback(name, to="not-started")
        assert self.repository.tree() == self.first


Walk.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestWalk = Walk.TestCase
