"""Another try when a busy sshd has dropped a connection.

sshd drops connections at random when ten are being logged in at once: MaxStartups 10:30:100 of sshd_config(5).
"""

import random
from collections.abc import Callable
from typing import TypeVar

from migrator.errors import ConnectError
from migrator.scan.deadline import Clock

__all__ = ["Dropped", "retried"]

T = TypeVar("T")
_PAUSES = (0.25, 0.75, 1.5, None)
"""Seconds before a dropped connection is tried again; None: not again."""


class Dropped(ConnectError):
    """The connection was cut before the login: worth another try, as opposed to a clear no."""


def retried(clock: Clock, once: Callable[[], T]) -> T:
    """Try until it is not dropped, a few times, with pauses that differ so that not all come back at once."""
    for pause in _PAUSES:
        try:
            return once()
        except Dropped as error:
            if clock.over:
                raise clock.error() from error
            if pause is None:
                raise ConnectError(error.host, error.reason) from error
        clock.sleep(pause * random.uniform(1, 2))  # noqa: S311 - chance, no secret
    raise AssertionError(_PAUSES)
