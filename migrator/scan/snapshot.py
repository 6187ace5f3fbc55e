"""What one host answered, fact by fact."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from migrator.model.login import Login
from migrator.model.observations import Missing, Observation, Observed
from migrator.scan.fact import Fact

__all__ = ["Section", "Snapshot"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Section:
    """The raw answer to one fact."""

    stdout: str = ""
    stderr: str = ""
    code: int | None = None
    """Exit status of the command; None when it did not come to its end."""
    lacks: str = ""
    """The program that the host does not have."""
    finished: bool = False
    """False when the answer broke off: the connection ended, or a limit was reached."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All answers of one host at one time."""

    host: str
    address: str
    taken_at: datetime
    observations: Mapping[str, Observation[Any]] = field(default_factory=dict)
    error: str = ""
    """Why the host could not be read, or why it was cut short."""
    recording: bool = False
    login: Login | None = None
    """How the connection was secured; None where that is not known."""
    clock_offset_s: float | None = None
    """Seconds that its clock is ahead of ours; None where that is not known."""

    def of(self, fact: type[Fact[T]]) -> Observation[T]:
        """The outcome of one fact."""
        return cast("Observation[T]", self.observations.get(fact.name, Missing("was not asked")))

    def value(self, fact: type[Fact[T]], default: T) -> T:
        """What was observed, or `default`. Callers for which absence means something use `of`."""
        observation = self.of(fact)
        return observation.value if isinstance(observation, Observed) else default

    def with_value(self, fact: type[Fact[T]], value: T) -> "Snapshot":
        """The same with another value of a fact that was observed; what is not known stays so."""
        observation = self.of(fact)
        if not isinstance(observation, Observed):
            return self
        return replace(self, observations={**self.observations, fact.name: replace(observation, value=value)})

    def denied(self, fact: type[Fact[Any]]) -> tuple[str, ...]:
        """Files and folders that the host named as closed to this user when it answered."""
        observation = self.of(fact)
        return observation.denied if isinstance(observation, Observed) else ()
