"""This machine: the script goes to a shell of our own."""

import os
import subprocess
from contextlib import suppress

from migrator.errors import ConnectError
from migrator.model.hosts import Host
from migrator.scan.deadline import Clock
from migrator.scan.exchange import Exchange
from migrator.scan.transport import Budget, Reply

__all__ = ["LocalTransport"]

_KILL_SECONDS = 2.0


class LocalTransport:
    """Runs scripts with /bin/sh in a process group of its own, so that all of it can be ended."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def run(self, script: str, budget: Budget) -> Reply:
        """See `Transport.run`."""
        with Clock(self._host.name, budget.seconds) as clock:
            clock.doing = "running the script"
            try:
                exchange = Exchange(self._host.name, self._command(budget), budget, clock)
            except OSError as error:
                raise ConnectError(self._host.name, f"cannot start a shell: {error.strerror}") from error
            try:
                exchange.feed(script.encode())
                return exchange.hold()
            finally:
                exchange.end(otherwise=_end_by_sudo)

    def _command(self, budget: Budget) -> list[str]:
        shell = ["/bin/sh", "-s"]
        sudo = self._host.become and os.geteuid() != 0 and _succeeds(["sudo", "-n", "true"], budget.seconds / 2)
        return ["sudo", "-n", *shell] if sudo else shell


def _succeeds(command: list[str], seconds: float) -> bool:
    """Whether it ends well and in time; a program that is absent does not."""
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
    except OSError:
        return False
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        with suppress(PermissionError, subprocess.TimeoutExpired):
            process.kill()
            process.wait(_KILL_SECONDS)
        return False


def _end_by_sudo(group: int) -> None:
    """What sudo started belongs to root: only sudo may end it."""
    _succeeds(["sudo", "-n", "kill", "-KILL", "--", f"-{group}"], _KILL_SECONDS)
