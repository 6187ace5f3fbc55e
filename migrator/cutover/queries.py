"""Parts of Prometheus queries over what Envoy counts on the client's side. Pure. Which counters: `mesh.Sides`."""

import math

from migrator.cutover.gate import Answers

__all__ = ["SAMPLES", "fresh", "sampled", "samples_of"]

SAMPLES = 3
"""How many good samples in a row open a gate: one that passed between two bad ones promotes nothing."""
STEP_S = 15


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
