"""A process on this machine that is given a script, while both its outputs are drained.

A full pipe on one side must not stop the other, and whatever the process started ends with it.
"""

import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO, cast

from migrator.errors import DeadlineError, FloodError, TransportError
from migrator.scan.deadline import Clock
from migrator.scan.transport import Budget, Reply

__all__ = ["Exchange"]

_CHUNK = 65536
_END_SECONDS = 2.0


class Exchange:
    """One process in a group of its own. Begin with `feed`, then `hold`; `end` is safe at any time."""

    def __init__(
        self,
        host: str,
        command: Sequence[str],
        budget: Budget,
        clock: Clock,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it. Raises OSError where the system cannot."""
        self._host, self._budget, self._clock = host, budget, clock
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True, bufsize=0, env=environment,
        )  # fmt: skip
        self._stdin, self._stdout, self._stderr = (
            cast("IO[bytes]", pipe) for pipe in (self.process.stdin, self.process.stdout, self.process.stderr)
        )
        self._kept = {self._stdout: bytearray(), self._stderr: bytearray()}
        self._rest = memoryview(b"")
        self._selector = selectors.DefaultSelector()
        for stream, kept in self._kept.items():
            os.set_blocking(stream.fileno(), False)
            self.listen(stream.fileno(), kept.extend)

    def listen(self, source: int, hear: Callable[[bytes], object], ended: Callable[[], None] | None = None) -> None:
        """Also read from here, which must not block; `ended` is called when no more comes. Not part of the reply."""
        self._selector.register(source, selectors.EVENT_READ, lambda: self._read(source, hear, ended))

    def _read(self, source: int, hear: Callable[[bytes], object], ended: Callable[[], None] | None) -> bool:
        try:
            data = os.read(source, _CHUNK)
        except BlockingIOError:
            return False
        if data:
            hear(data)
        else:
            self._selector.unregister(source)
            if ended:
                ended()
        return bool(data)

    def feed(self, script: bytes) -> None:
        """Give it the script, then the end of its input."""
        self._rest = memoryview(script)
        os.set_blocking(self._stdin.fileno(), False)
        self._selector.register(self._stdin.fileno(), selectors.EVENT_WRITE, self._write)

    def _write(self) -> None:
        """Write what fits; close the pipe when all is written or nobody reads any more."""
        try:
            self._rest = self._rest[os.write(self._stdin.fileno(), self._rest[:_CHUNK]) :]
        except BrokenPipeError:
            self._rest = self._rest[:0]
        if not self._rest:
            self._selector.unregister(self._stdin.fileno())
            self._stdin.close()

    def hold(self) -> Reply:
        """Wait until both outputs have ended, time is over, or it has said too much. What came before is kept."""
        error: TransportError | None = None
        try:
            while error is None and self._open:
                for key, _ in self._selector.select(self._clock.left()):
                    if key.fd in self._selector.get_map():
                        key.data()
                error = self._flood()
        except DeadlineError as late:
            error = late
        return Reply(bytes(self._kept[self._stdout]), bytes(self._kept[self._stderr]), error)

    @property
    def _open(self) -> bool:
        known = self._selector.get_map()
        return any(stream.fileno() in known for stream in self._kept)

    def _flood(self) -> FloodError | None:
        much = sum(map(len, self._kept.values())) > self._budget.bytes
        return FloodError(self._host, f"sent more than {self._budget.bytes} bytes") if much else None

    def finish(self) -> None:
        """The process is known to have ended: take what is in the pipes, and wait for nobody else who holds them."""
        for stream, kept in self._kept.items():
            while stream.fileno() in self._selector.get_map() and len(kept) <= self._budget.bytes:
                if not self._read(stream.fileno(), kept.extend, None):
                    break
            with suppress(KeyError):
                self._selector.unregister(stream.fileno())

    def kill(self) -> None:
        """End the group from another thread; `hold` then comes to its end."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def end(self, *, otherwise: Callable[[int], None] | None = None) -> None:
        """End the whole group, and leave no pipe open. `otherwise` ends a group that is not ours to end."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        except PermissionError:
            if otherwise:
                otherwise(self.process.pid)
        self._selector.close()
        for pipe in (self._stdin, self._stdout, self._stderr):
            pipe.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_END_SECONDS)
