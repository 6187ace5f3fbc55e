"""A person says yes: `migrate cutover advance SERVICE --approve NAME`. The name becomes a trailer of the commit."""

from migrator.cutover.gate import Answers, Gate, Situation, passed, waiting
from migrator.model.plans import GateSpec, Verdict

__all__ = ["GATE"]


def judge(spec: GateSpec, situation: Situation, _answers: Answers) -> Verdict:
    """Open once somebody has put their name to it."""
    if situation.approved_by:
        return passed(spec, f"approved by {situation.approved_by}")
    return waiting(spec, "needs a person: add --approve NAME once you have looked")


GATE = Gate(lambda _spec, _situation: {}, judge)
