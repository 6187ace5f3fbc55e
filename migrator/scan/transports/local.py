"""This machine: the script goes to a shell of our own."""

import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from typing import IO, cast

from migrator.errors import ConnectError, DeadlineError, FloodError, TransportError
from migrator.model.hosts import Host
from migrator.scan.transport import Budget, Reply

__all__ = ["LocalTransport"]

_CHUNK = 65536
_KILL_SECONDS = 2.0


class LocalTransport:
    """Runs scripts with /bin/sh in a process group of its own, so that all of it can be ended."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def run(self, script: str, budget: Budget) -> Reply:
        """See `Transport.run`."""
        deadline = time.monotonic() + budget.seconds
        try:
            process = subprocess.Popen(
                self._command(budget), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                start_new_session=True, bufsize=0,
            )  # fmt: skip
        except OSError as error:
            raise ConnectError(self._host.name, f"cannot start a shell: {error.strerror}") from error
        try:
            return self._converse(process, script.encode(), deadline, budget)
        finally:
            _ended(process)

    def _command(self, budget: Budget) -> list[str]:
        shell = ["/bin/sh", "-s"]
        sudo = self._host.become and os.geteuid() != 0 and _succeeds(["sudo", "-n", "true"], budget.seconds / 2)
        return ["sudo", "-n", *shell] if sudo else shell

    def _converse(self, process: subprocess.Popen[bytes], script: bytes, deadline: float, budget: Budget) -> Reply:
        """Write the script while both outputs are drained: a full pipe on either side must not stop the other."""
        assert process.stdin and process.stdout and process.stderr  # noqa: S101, PT018 - asked for above
        kept: dict[IO[bytes], bytearray] = {process.stdout: bytearray(), process.stderr: bytearray()}
        with selectors.DefaultSelector() as waiting:
            os.set_blocking(process.stdin.fileno(), False)
            waiting.register(process.stdin, selectors.EVENT_WRITE)
            for stream in kept:
                waiting.register(stream, selectors.EVENT_READ)
            error = self._pump(waiting, process.stdin, memoryview(script), kept, (deadline, budget))
        return Reply(bytes(kept[process.stdout]), bytes(kept[process.stderr]), error)

    def _pump(
        self,
        waiting: selectors.BaseSelector,
        stdin: IO[bytes],
        rest: memoryview,
        kept: dict[IO[bytes], bytearray],
        limits: tuple[float, Budget],
    ) -> TransportError | None:
        deadline, budget = limits
        while waiting.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                return DeadlineError(self._host.name, f"did not finish within {budget.seconds:g} s")
            for key, _ in waiting.select(left):
                if key.fileobj is stdin:
                    rest = _fed(waiting, stdin, rest)
                    continue
                data = os.read(key.fd, _CHUNK)
                if not data:
                    waiting.unregister(key.fileobj)
                kept[cast("IO[bytes]", key.fileobj)] += data
            if sum(map(len, kept.values())) > budget.bytes:
                return FloodError(self._host.name, f"sent more than {budget.bytes} bytes")
        return None


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


def _ended(process: subprocess.Popen[bytes]) -> None:
    """End the whole group, and leave no pipe open. What sudo started belongs to root: only sudo may end it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    except PermissionError:
        _succeeds(["sudo", "-n", "kill", "-KILL", "--", f"-{process.pid}"], _KILL_SECONDS)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_KILL_SECONDS)


def _fed(waiting: selectors.BaseSelector, stdin: IO[bytes], rest: memoryview) -> memoryview:
    """Write what fits; close the pipe when all is written or nobody reads any more."""
    try:
        rest = rest[os.write(stdin.fileno(), rest[:_CHUNK]) :]
    except BrokenPipeError:
        rest = rest[:0]
    if not rest:
        waiting.unregister(stdin)
        stdin.close()
    return rest
