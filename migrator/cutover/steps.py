"""What comes next for one service: the decision, and nothing but the decision. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from migrator.model.plans import PhaseSpec, PlannedService, Verdict, VerdictKind

__all__ = ["Step", "StepKind", "next_step", "step_back"]


class StepKind(StrEnum):
    """What to do."""

    ENTER = "enter"
    """Commit the phase."""
    HOLD = "hold"
    """Commit nothing: a gate waits or fails."""
    DONE = "done"
    """There is no further phase."""


@dataclass(frozen=True, slots=True)
class Step:
    """A decision. `phase` is the one to enter; None for `not started` when going back, and when nothing is entered."""

    kind: StepKind
    phase: PhaseSpec | None = None
    verdicts: tuple[Verdict, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a gate says that things are bad, not just that they are not known yet."""
        return any(verdict.kind is VerdictKind.FAIL for verdict in self.verdicts)


def next_step(service: PlannedService, current: str, verdicts: Sequence[Verdict]) -> Step:
    """The step after phase `current` (empty: not started). A phase is never skipped, and every gate must pass.

    Gates of the last phase say whether it may be called done.
    """
    names = [phase.name for phase in service.phases]
    following = 0 if not current else names.index(current) + 1
    if any(verdict.kind is not VerdictKind.PASS for verdict in verdicts):
        return Step(StepKind.HOLD, None, tuple(verdicts))
    if following >= len(names):
        return Step(StepKind.DONE, None, tuple(verdicts))
    return Step(StepKind.ENTER, service.phases[following], tuple(verdicts))


def step_back(service: PlannedService, current: str, to: str | None = None) -> Step:
    """The step to the phase before `current`, or to the earlier phase `to` (empty: not started). Needs no gate."""
    names = ["", *(phase.name for phase in service.phases)]
    here = names.index(current)
    target = here - 1 if to is None else names.index(to)
    if here == 0 or target >= here:
        return Step(StepKind.DONE)
    return Step(StepKind.ENTER, service.phases[target - 1] if target else None)
