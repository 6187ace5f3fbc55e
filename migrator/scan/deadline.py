"""The wall-clock budget of one host, which nothing that a host does can stretch."""

import threading
import time
from contextlib import suppress
from typing import Protocol, Self

from migrator.errors import DeadlineError

__all__ = ["Clock"]

_END_SECONDS = 2.0


class _Closable(Protocol):
    def close(self) -> None: ...


class Clock:
    """Whatever hangs, what is watched is closed from outside when time is over."""

    def __init__(self, host: str, seconds: float) -> None:
        self._host, self._seconds = host, seconds
        self._end = time.monotonic() + seconds
        self._watched: list[_Closable] = []
        self._lock = threading.Lock()
        self._struck = False
        self._timer = threading.Timer(max(0.0, seconds), self._strike)
        self._timer.daemon = True
        self.doing = "reading the SSH configuration"
        """What goes on, for the message when time is over."""

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join(_END_SECONDS)

    @property
    def over(self) -> bool:
        """Whether no time is left. A little early: what waited for the rest of the time must find it over."""
        return self._struck or time.monotonic() > self._end - 0.02

    def _strike(self) -> None:
        with self._lock:
            self._struck = True
            watched, self._watched = self._watched, []
        for thing in watched:
            with suppress(Exception):  # one that does not close must not keep the others open
                thing.close()

    def watch(self, thing: _Closable) -> None:
        """Close this when time is over, or at once if it is."""
        with self._lock:
            self._watched.append(thing)
            late = self._struck
        if late:
            self._strike()

    def forget(self, thing: _Closable) -> None:
        """Close this no more: it is shared with other hosts now."""
        with self._lock:
            self._watched = [watched for watched in self._watched if watched is not thing]

    def left(self) -> float:
        """Seconds that are left; DeadlineError when none are."""
        if self.over:
            raise self.error()
        return self._end - time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, but not beyond the end."""
        time.sleep(min(self.left(), seconds))

    def error(self) -> DeadlineError:
        """What to say when time is over."""
        return DeadlineError(self._host, f"did not finish within {self._seconds:g} s, stopped while {self.doing}")
