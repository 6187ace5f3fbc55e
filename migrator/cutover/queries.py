"""Prometheus queries over what Envoy counts on the client's side, as Kuma's MeshMetric exposes it. Pure.

Names of Envoy clusters were measured on Kuma 2.14.3: one cluster for each backend of a route, named after mesh,
MeshService, namespace and zone. Only RFC 1035 labels get into a query.
"""

import math

from migrator.cutover.gate import Answers, Situation
from migrator.errors import PlanError
from migrator.model.names import is_dns_label

__all__ = ["SAMPLES", "cluster_side", "fresh", "host_side", "sampled", "samples_of"]

SAMPLES = 3
"""How many good samples in a row open a gate: one that passed between two bad ones promotes nothing."""
STEP_S = 15


def cluster_side(situation: Situation) -> str:
    """Label matchers of the Envoy clusters that lead into Kubernetes."""
    return f'envoy_cluster_name=~"{_name(situation, situation.namespace)}"'


def host_side(situation: Situation) -> str:
    """Label matchers of the Envoy clusters that lead to the hosts: the same service, outside of the namespace."""
    inside = _name(situation, situation.namespace)
    return f'envoy_cluster_name=~"{_name(situation, "")}",envoy_cluster_name!~"{inside}"'


def _name(situation: Situation, namespace: str) -> str:
    for label in (situation.service, situation.mesh, *filter(None, [namespace])):
        if not is_dns_label(label):
            raise PlanError(f"{label!r} is no name that a query may hold", file="migrate.yaml")
    return (
        f"{situation.mesh}_{situation.service}_{namespace}_.*"
        if namespace
        else f"{situation.mesh}_{situation.service}_.*"
    )


def fresh(expression: str, series: str) -> str:
    """An expression that has no value once its series are stale: a rate over minutes outlives what it is a rate of."""
    return f"({expression}) and count({series})"


def sampled(expression: str) -> str:
    """The last SAMPLES values of an expression, by the source's own clock: a subquery, asked as an instant query.

    A subquery is evaluated at multiples of its step, so a range of three steps holds three of them whenever it is asked
    (and a fourth at times, where both ends belong to it, before Prometheus 3).
    """
    return f"({expression})[{SAMPLES * STEP_S}s:{STEP_S}s]"


def samples_of(answers: Answers, query: str) -> tuple[float, ...] | str:
    """Samples that can be judged, or why not. No data, too few, NaN and infinity are all `not known`."""
    answer = answers.get(query, ())
    if isinstance(answer, str):
        return answer
    if not answer:
        return "no data"
    if any(math.isnan(value) or math.isinf(value) for value in answer):
        return "no number (nothing was counted)"
    if len(answer) < SAMPLES:
        return f"{len(answer)} of {SAMPLES} samples"
    return answer[-SAMPLES:]
