"""Time at this weight, since the commit that entered the phase."""

from datetime import timedelta

from migrator.cutover.gate import Answers, Gate, Situation, passed, waiting
from migrator.model.duration import duration, shown
from migrator.model.plans import GateSpec, Verdict

__all__ = ["GATE"]


def judge(spec: GateSpec, situation: Situation, _answers: Answers) -> Verdict:
    """Open when the window has passed. A commit from the future means that a clock is wrong, and waits."""
    wanted = duration(spec.window) or timedelta()
    been = situation.now - situation.entered_at
    if been < timedelta():
        return waiting(spec, f"the phase began {shown(-been)} in the future: a clock is wrong")
    if been < wanted:
        return waiting(spec, f"{shown(been)} of {shown(wanted)}")
    return passed(spec, f"{shown(been)}, wanted {shown(wanted)}")


GATE = Gate(lambda _spec, _situation: {}, judge, needs_window=True)
