"""The seam to a host: send one script, get back what it printed."""

from dataclasses import dataclass, field
from typing import Protocol

from migrator.errors import TransportError
from migrator.model.login import Login

__all__ = ["Budget", "Reply", "Transport"]


@dataclass(frozen=True, slots=True)
class Budget:
    """What one host may cost. `seconds` is wall-clock for everything, from the first packet to the last."""

    seconds: float = 60.0
    bytes: int = 8 * 1024 * 1024
    """Of standard output and standard error together."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything that came back. `error` is set when it ended early; what came before is kept."""

    stdout: bytes
    stderr: bytes
    error: TransportError | None = None
    login: Login | None = field(default=None, compare=False)
    """How the connection was secured; None where there was none."""


class Transport(Protocol):
    """A way to one host. Implementations stand in `transports/`; one object serves one scan of one host."""

    def run(self, script: str, budget: Budget) -> Reply:
        """Feed `script` to a POSIX shell on the host and wait for its end, within the budget.

        Raises TransportError when nothing was run at all; once the script has begun, what ends it early is in
        `Reply.error`. Never blocks beyond the budget, whatever the host does.
        """
