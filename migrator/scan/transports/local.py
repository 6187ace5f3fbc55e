"""This machine: the script goes to a shell of our own."""

import subprocess
from contextlib import suppress

from migrator.errors import ConnectError
from migrator.model.hosts import Host
from migrator.scan.deadline import Clock
from migrator.scan.exchange import Exchange
from migrator.scan.login_shell import posix_shell
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
                exchange = Exchange(self._host.name, self._command(clock), budget, clock)
            except OSError as error:
                raise ConnectError(self._host.name, f"cannot start a shell: {error.strerror}") from error
            try:
                exchange.feed(script.encode())
                return exchange.hold()
            finally:
                exchange.end(otherwise=_end_by_sudo)

    def _command(self, clock: Clock) -> list[str]:
        return ["/bin/sh", "-c", posix_shell(become=bool(self._host.become), seconds=clock.left())]


def _end_by_sudo(group: int) -> None:
    """What sudo started belongs to root: only sudo may end it. One that hangs is not waited for long."""
    command, quiet = ["sudo", "-n", "kill", "-KILL", "--", f"-{group}"], subprocess.DEVNULL
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet).wait(_KILL_SECONDS)
