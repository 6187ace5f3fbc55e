"""What all ways through a bastion share: which one comes next, how many may log in at once, whose error it is."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import replace

from migrator.errors import ConnectError, TransportError
from migrator.model.hosts import Host
from migrator.scan.deadline import Clock
from migrator.scan.ssh.settings import NO_KEY, jump_host

__all__ = ["Places", "next_bastion", "of_bastion"]

_LOGINS = 8
"""sshd drops connections at random beyond ten that are being logged in: MaxStartups of sshd_config(5)."""
_MOST_HOPS = 8
_NO_KEY = (
    "no key was found: none in the SSH configuration or the agent; `key` and --private-key are for hosts, and "
    "shown to no bastion"
)


def next_bastion(host: str, jumps: tuple[str, ...], hops: int) -> Host:
    """The last of `jumps` as a host that is reached through those before it. `hops` counts the bastions until here.

    Raises ConnectError about `host` when it is no bastion, or there are too many.
    """
    if hops > _MOST_HOPS:
        raise ConnectError(host, f"bastion {jumps[-1]}: more than {_MOST_HOPS} bastions in a row, or a loop of them")
    return replace(jump_host(host, jumps[-1]), jump=jumps[:-1])


def of_bastion(error: TransportError, host: str, name: str) -> TransportError:
    """The same error as the host's own: only its reason is shown beside the host's name."""
    if error.reason.startswith("bastion "):
        return type(error)(host, error.reason)
    return type(error)(host, f"bastion {name}: {error.reason.replace(NO_KEY, _NO_KEY)}")


class Places:
    """Places for logins that are under way, a few for each bastion, shared by all hosts of a scan."""

    def __init__(self) -> None:
        self._places: dict[Hashable, threading.Semaphore] = {}
        self._guard = threading.Lock()

    def take(self, bastion: Hashable, clock: Clock) -> Callable[[], None]:
        """Wait for a place. What is returned gives it back, once however often it is called. Raises DeadlineError."""
        with self._guard:
            place = self._places.setdefault(bastion, threading.Semaphore(_LOGINS))
        if not place.acquire(timeout=clock.left()):
            raise clock.error()
        return _Once(place.release)


class _Once:
    """Something that is to be done once."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._todo = [act]

    def __call__(self) -> None:
        while self._todo:
            self._todo.pop()()
