"""99th percentile of how long the cluster's side takes to answer, milliseconds."""

from collections.abc import Mapping

from migrator.cutover.gate import Answers, Gate, Situation, failed, passed, waiting
from migrator.cutover.queries import fresh, sampled, samples_of
from migrator.model.plans import GateSpec, Verdict

__all__ = ["GATE"]

_P99 = "p99"


def queries(spec: GateSpec, situation: Situation) -> Mapping[str, str]:
    """One query; Envoy's histogram counts milliseconds."""
    series = f"envoy_cluster_upstream_rq_time_bucket{{{situation.sides.cluster}}}"
    return {_P99: sampled(fresh(f"histogram_quantile(0.99, sum by (le) (rate({series}[{spec.window}])))", series))}


def judge(spec: GateSpec, situation: Situation, answers: Answers) -> Verdict:
    """Open when every sample is at the threshold or below; failed when the newest is above it."""
    if situation.weight == 0:
        return passed(spec, "nothing is sent to the cluster yet")
    samples = samples_of(answers, _P99)
    if isinstance(samples, str):
        return waiting(spec, samples)
    threshold = spec.threshold or 0.0
    if samples[-1] > threshold:
        return failed(spec, f"p99 is {samples[-1]:.0f} ms, at most {threshold:.0f} ms is wanted")
    if max(samples) > threshold:
        return waiting(
            spec, f"p99 was {max(samples):.0f} ms within the last samples, at most {threshold:.0f} ms is wanted"
        )
    return passed(spec, f"p99 {max(samples):.0f} ms, at most {threshold:.0f} ms is wanted")


GATE = Gate(queries, judge, needs_threshold=True, needs_window=True)
