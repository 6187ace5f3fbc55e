"""Share of requests that the cluster's side answered without a server error."""

from collections.abc import Mapping

from migrator.cutover.gate import Answers, Gate, Situation, failed, passed, waiting
from migrator.cutover.queries import fresh, sampled, samples_of
from migrator.model.plans import GateSpec, Verdict

__all__ = ["GATE"]

_RATE = "success"


def queries(spec: GateSpec, situation: Situation) -> Mapping[str, str]:
    """One query. The series of class 5 is absent before the first error; when all is error, it is the only one."""
    series = f"envoy_cluster_upstream_rq_xx{{{situation.sides.cluster}}}"
    every = f"sum(rate({series}[{spec.window}]))"
    bad = f'sum(rate({series[:-1]},envoy_response_code_class="5"}}[{spec.window}]))'
    return {_RATE: sampled(fresh(f"1 - ({bad} or 0 * {every}) / {every}", series))}


def judge(spec: GateSpec, situation: Situation, answers: Answers) -> Verdict:
    """Open when every sample is at the threshold or above; failed when the newest is below it."""
    if situation.weight == 0:
        return passed(spec, "nothing is sent to the cluster yet")
    samples = samples_of(answers, _RATE)
    if isinstance(samples, str):
        return waiting(spec, samples)
    threshold = spec.threshold or 0.0
    if samples[-1] < threshold:
        return failed(spec, f"{samples[-1]:.2%} of requests succeed, wanted {threshold:.2%}")
    if min(samples) < threshold:
        return waiting(spec, f"{min(samples):.2%} within the last samples, wanted {threshold:.2%} in all of them")
    return passed(spec, f"{min(samples):.2%}, wanted {threshold:.2%}")


GATE = Gate(queries, judge, needs_threshold=True, needs_window=True)
