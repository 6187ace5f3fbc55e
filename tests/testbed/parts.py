"""The running programs of the test-bed: start one, wait for it, stop or freeze it. All of it happens inside the cell."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.cell import OPEN
from tests.testbed.folders import state

__all__ = ["Part", "known", "running", "start", "wait"]

_STOP_S = 15
_OUTLIVING: list[subprocess.Popen[bytes]] = []
"""What this process has started and will not wait for: the cell's first process collects it."""


@dataclass(frozen=True)
class Part:
    """A program that was started, known by its name; its log stands beside its process id."""

    name: str

    @property
    def pid(self) -> int | None:
        """The process id, or None when it does not run (any more)."""
        try:
            pid = int(_pid_file(self.name).read_text())
        except FileNotFoundError:
            return None
        return pid if _alive(pid) else None

    @property
    def log(self) -> Path:
        return state() / "log" / f"{self.name}.log"

    def stop(self) -> None:
        """End it, politely at first."""
        pid = self.pid
        for sent in (signal.SIGCONT, signal.SIGTERM, signal.SIGKILL):
            if pid is None or not _alive(pid):
                break
            _send(pid, sent)
            if sent is not signal.SIGCONT:
                _wait_for_end(pid)
        _pid_file(self.name).unlink(missing_ok=True)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if pid := self.pid:
            _send(pid, signal.SIGKILL)
            _wait_for_end(pid)

    def freeze(self) -> None:
        """Let it hang: its sockets stay open, and nothing answers."""
        if pid := self.pid:
            _send(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        if pid := self.pid:
            _send(pid, signal.SIGCONT)

    def restart(self) -> None:
        """Start it again as it was started before."""
        self.stop()
        _launch(self.name)


def start(
    name: str,
    *command: str,
    environment: Mapping[str, str] | None = None,
    user: int | None = None,
    namespace: str = "",
) -> Part:
    """Start a program in the background. `user` is a numeric id to run as, `namespace` a network namespace."""
    words = list(command)
    if user is not None:
        words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *words]
    if namespace:
        # Never `ip netns exec`: it mounts a new /sys, and that has no cgroups.
        words = ["nsenter", f"--net=/run/netns/{namespace}", "--", *words]
    lines = [f"{key}={value}" for key, value in (environment or {}).items()]
    file = state() / "parts" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("\0".join([str(len(lines)), *lines, *words]))
    return _launch(name)


def known(name: str) -> Part:
    """The part of this name. Raises KeyError for one that was never started."""
    names = sorted(file.name for file in (state() / "parts").iterdir())
    if name not in names:
        raise KeyError(f"no part {name}; there are {', '.join(names)}")
    return Part(name)


def running() -> list[Part]:
    """Every part that was started and runs."""
    folder = state() / "pid"
    names = sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []
    return [part for part in map(Part, names) if part.pid]


def wait(what: str, done: Callable[[], object], *alive: Part, seconds: float = 120) -> None:
    """Until something holds. Raises TimeoutError with the end of the log when a part that it needs has ended."""
    deadline = time.monotonic() + seconds
    while not done():
        ended = [part for part in alive if part.pid is None]
        if ended or time.monotonic() > deadline:
            logs = "\n".join(f"{part.name}: {_tail(part.log)}" for part in alive)
            raise TimeoutError(f"waited {seconds:.0f} s until {what}; ended: {[part.name for part in ended]}\n{logs}")
        time.sleep(0.1)


def _launch(name: str) -> Part:
    count, *rest = (state() / "parts" / name).read_text().split("\0")
    lines, words = rest[: int(count)], rest[int(count) :]
    environment = os.environ | dict(line.split("=", 1) for line in lines)
    part = Part(name)
    for file in (part.log, _pid_file(name)):
        file.parent.mkdir(exist_ok=True)
    with part.log.open("ab") as log:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=OPEN / "run",
            env=environment,
            start_new_session=True,
        )
    _OUTLIVING.append(process)
    _pid_file(name).write_text(str(process.pid))
    return part


def _pid_file(name: str) -> Path:
    return state() / "pid" / name


def _send(pid: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, what)


def _alive(pid: int) -> bool:
    """A zombie, whose parent has not asked for its exit code yet, has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + _STOP_S
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:] if log.exists() else "no log"
