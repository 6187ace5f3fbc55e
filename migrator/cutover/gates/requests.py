"""Enough requests on both sides to judge by. A side whose weight is 0 is not asked for any."""

from collections.abc import Mapping

from migrator.cutover.gate import Answers, Gate, Situation, passed, waiting
from migrator.cutover.queries import cluster_side, fresh, host_side, sampled, samples_of
from migrator.model.plans import GateSpec, Verdict

__all__ = ["GATE"]

_ALL = 100


def queries(spec: GateSpec, situation: Situation) -> Mapping[str, str]:
    """One query for each side that has a share."""
    sides = {"cluster": cluster_side(situation)} if situation.weight else {}
    if situation.weight < _ALL:
        sides["host"] = host_side(situation)
    series = {side: f"envoy_cluster_upstream_rq_total{{{which}}}" for side, which in sides.items()}
    return {side: sampled(fresh(f"sum(increase({one}[{spec.window}]))", one)) for side, one in series.items()}


def judge(spec: GateSpec, situation: Situation, answers: Answers) -> Verdict:
    """Open when each side has had the threshold of requests within the window. Too few is no reason to fail."""
    counts = []
    for side in queries(spec, situation):
        samples = samples_of(answers, side)
        if isinstance(samples, str):
            return waiting(spec, f"{side}: {samples}")
        fewest = min(samples)
        if fewest < (spec.threshold or 0):
            return waiting(spec, f"{side}: {fewest:.0f} requests in {spec.window}, wanted {spec.threshold:g}")
        counts.append(f"{side} {fewest:.0f}")
    return passed(spec, f"requests in {spec.window}: {', '.join(counts)}")


GATE = Gate(queries, judge, needs_threshold=True, needs_window=True)
