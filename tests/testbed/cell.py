"""The cell: one process with PID, mount and network namespaces of its own, in which the whole test-bed runs.

Killing that process ends all of it: the kernel kills every process of its PID namespace, and with them go the mounts
and the network namespaces. Only cgroup directories and files are left, and `end` removes those. So nothing can be left
behind, whatever was killed before, and no list of pids has to be right.

In the cell `/run` is empty at first, and the network is loopback and what the test-bed makes.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.testbed.folders import cache, cgroup, state

__all__ = ["OPEN", "absent", "end", "enter", "find", "hierarchies", "inside", "make"]

OPEN = Path("/run/migrate-testbed")
"""The cache folder again, in the cell: users who may not enter root's home can reach it here."""

_MARK = "tests.testbed.cell"
_NEEDED = {"unshare": "util-linux", "nsenter": "util-linux", "ip": "iproute2", "mount": "mount"}
_NEW_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--mount-proc")
_BIRTH = f"""
: >"$1/machine-net" && mount --bind /proc/self/ns/net "$1/machine-net" && exec unshare --net "$2" -m {_MARK} "$1"
"""
"""The machine's own network stays within reach for one purpose: an image build fetches packages, see `images`."""
_OUTLIVING: list[subprocess.Popen[bytes]] = []
"""Cells that this process has made and does not wait for: they go on after it."""
_START_S = 20
_END_S = 60


def absent() -> str:
    """Why there can be no cell on this machine, with the way to change that; empty when there can."""
    if os.name != "posix" or not Path("/proc/self/ns/pid").exists():
        return "the test-bed needs Linux"
    if os.geteuid() != 0:
        return "the test-bed needs root (it makes namespaces and mounts): sudo make e2e"
    missing = {package for program, package in _NEEDED.items() if not shutil.which(program)}
    if missing:
        return f"not installed: {', '.join(sorted(missing))} (apt-get install {' '.join(sorted(missing))})"
    tried = subprocess.run(
        ["unshare", "--net", "--mount", "--pid", "--fork", "true"], capture_output=True, text=True, check=False
    )
    return f"this machine allows no namespaces: {tried.stderr.strip()}" if tried.returncode else ""


def find() -> int | None:
    """The process id of the cell's first process as this namespace sees it, or None when there is no cell."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _is_cell(folder):
            return int(folder.name)
    return None


def inside() -> bool:
    """Whether this process runs in the cell."""
    return _is_cell(Path("/proc/1"))


def make() -> int:
    """Start a cell and wait until it is ready; its process id. It outlives the caller until `end`."""
    state().mkdir(parents=True)
    with (state() / "cell.log").open("wb") as log:
        cell = subprocess.Popen(
            [*_NEW_NAMESPACES, "sh", "-c", _BIRTH, "cell", str(state()), sys.executable],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _OUTLIVING.append(cell)
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        found = find()
        if found and (state() / "ready").exists():
            return found
        time.sleep(0.05)
    raise TimeoutError(f"no cell after {_START_S} s: {(state() / 'cell.log').read_text()}")


def enter(command: Sequence[str], pid: int) -> int:
    """Run a command in the cell, in this folder and with this terminal; its exit code."""
    entered = ["nsenter", "--target", str(pid), "--net", "--mount", "--pid", f"--wd={Path.cwd()}", "--", *command]
    return subprocess.run(entered, check=False).returncode


def end() -> None:
    """Kill the cell and remove all that it leaves. Does nothing where there is none."""
    deadline = time.monotonic() + _END_S
    while (pid := find()) and time.monotonic() < deadline:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    for directory in _cgroups():
        _remove_cgroup(directory, deadline)
    if state().exists():
        shutil.rmtree(state())


def _is_cell(folder: Path) -> bool:
    """By its command line, and by being number 1 in a PID namespace; the `unshare` around it is not."""
    try:
        words = (folder / "cmdline").read_bytes().split(b"\0")
        status = (folder / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    numbers = next((line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:")), [])
    return _MARK.encode() in words and str(state()).encode() in words and numbers[-1:] == ["1"]


def hierarchies() -> list[Path]:
    """Where cgroups are mounted: one folder for each hierarchy of version 1, or the only one of version 2."""
    root = Path("/sys/fs/cgroup")
    if (root / "cgroup.controllers").exists():
        return [root]
    return sorted(folder for folder in root.iterdir() if folder.is_dir() and not folder.is_symlink())


def _cgroups() -> list[Path]:
    return [folder / cgroup() for folder in hierarchies() if (folder / cgroup()).is_dir()]


def _remove_cgroup(top: Path, deadline: float) -> None:
    """Innermost first; the kernel takes a moment to empty the cgroup of a process that was killed."""
    for folder in [*sorted(_folders(top), key=lambda one: len(one.parts), reverse=True), top]:
        while True:
            try:
                folder.rmdir()
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                break


def _folders(top: Path) -> Iterator[Path]:
    return (folder for folder in top.rglob("*") if folder.is_dir())


def _main() -> None:
    """Be the cell's first process: set it up, then collect the exit codes of orphans until killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"], check=True)
    Path("/run/lock").mkdir()
    OPEN.mkdir()
    subprocess.run(["mount", "--bind", str(cache()), str(OPEN)], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    (state() / "ready").touch()
    signal.signal(signal.SIGCHLD, lambda *_: _collect())
    while True:
        signal.pause()


def _collect() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    _main()
