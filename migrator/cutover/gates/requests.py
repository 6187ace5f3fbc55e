"""Enough requests on both sides to judge by, split as Git says. A side whose weight is 0 is not asked for any."""

from collections.abc import Mapping

from migrator.cutover.gate import Answers, Gate, Situation, passed, waiting
from migrator.cutover.queries import fresh, sampled, samples_of
from migrator.model.plans import GateSpec, Verdict

__all__ = ["GATE"]

_ALL = 100
_LEAST = 0.55
"""What of its weight the cluster has to have: no less than chance explains, and more than in the phase before."""


def queries(spec: GateSpec, situation: Situation) -> Mapping[str, str]:
    """One query for each side that has a share."""
    sides = {"cluster": situation.sides.cluster} if situation.weight else {}
    if situation.weight < _ALL:
        sides["host"] = situation.sides.hosts
    series = {side: f"envoy_cluster_upstream_rq_total{{{which}}}" for side, which in sides.items()}
    return {side: sampled(fresh(f"sum(increase({one}[{spec.window}]))", one)) for side, one in series.items()}


def judge(spec: GateSpec, situation: Situation, answers: Answers) -> Verdict:
    """Open when each side has had the threshold of requests within the window, and the cluster about its share.

    Too few is no reason to fail: a share that is not there yet means that the agent has not applied the weights.
    """
    counts = {}
    for side in queries(spec, situation):
        samples = samples_of(answers, side)
        if isinstance(samples, str):
            return waiting(spec, f"{side}: {samples}")
        counts[side] = min(samples)
        if counts[side] < (spec.threshold or 0):
            return waiting(spec, f"{side}: {counts[side]:.0f} requests in {spec.window}, wanted {spec.threshold:g}")
    share = _ALL * counts.get("cluster", 0.0) / (sum(counts.values()) or 1.0)
    if share < situation.weight * _LEAST:
        reason = f"the cluster gets {share:.1f} % of the requests, Git says {situation.weight} %: not applied yet?"
        return waiting(spec, reason)
    shown = ", ".join(f"{side} {count:.0f}" for side, count in counts.items())
    return passed(spec, f"requests in {spec.window}: {shown}")


GATE = Gate(queries, judge, needs_threshold=True, needs_window=True)
