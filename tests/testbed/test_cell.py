"""Whatever happens to who made it, a cell can be ended, and then nothing of it is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.testbed import cell
from tests.testbed.folders import cgroup, state

ROOT = Path(__file__).parents[2]
WORK = """
import subprocess, sys, time
from tests.testbed import cell
from tests.testbed.folders import cgroup, state
pid = cell.make()
made = [f"mkdir {folder}/{cgroup()}" for folder in cell.hierarchies()]
steps = [*made, "ip netns add inner", f"mkdir {state()}/m", f"mount -t tmpfs inner {state()}/m", "sleep 600 &"]
assert cell.enter(["sh", "-ec", "\\n".join(steps)], pid) == 0
print("made", flush=True)
time.sleep(600)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    if reason := cell.absent():
        pytest.skip(reason)
    monkeypatch.setenv("MIGRATE_TESTBED", str(tmp_path))
    yield tmp_path
    cell.end()


def begun(place: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MIGRATE_TESTBED": str(place)}
    maker = subprocess.Popen([sys.executable, "-c", WORK], env=environment, stdout=subprocess.PIPE, text=True)
    assert maker.stdout
    assert maker.stdout.readline() == "made\n"
    return maker


def left(place: Path) -> list[str]:
    """Processes, mounts, namespaces, cgroups and files of it, as this machine sees them."""
    processes = [path.name for path in Path("/proc").iterdir() if path.name.isdigit() and _names(path, place)]
    mounts = [line for line in Path("/proc/self/mounts").read_text().splitlines() if str(place) in line]
    names = [str(folder / cgroup()) for folder in cell.hierarchies() if (folder / cgroup()).exists()]
    inner = subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout
    files = [str(state())] if state().exists() else []
    return [*processes, *mounts, *names, *files, *(["inner"] if "inner" in inner else [])]


def _names(process: Path, place: Path) -> bool:
    try:
        return str(place).encode() in (process / "cmdline").read_bytes()
    except OSError:
        return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left(place, how):
    maker = begun(place)
    with maker:
        maker.send_signal(how)
    assert cell.find() is not None
    assert left(place) != []
    cell.end()
    wait_until_gone(place)


def wait_until_gone(place: Path) -> None:
    deadline = time.monotonic() + 30
    while remains := left(place):
        assert time.monotonic() < deadline, remains
        time.sleep(0.1)


def test_what_is_not_there_can_be_ended(place):
    cell.end()
    assert left(place) == []


def test_it_knows_whether_it_is_inside(place):
    pid = cell.make()
    asked = [sys.executable, "-c", "import sys; from tests.testbed import cell; sys.exit(cell.inside())"]
    assert not cell.inside()
    assert cell.enter(["env", f"PYTHONPATH={ROOT}", *asked], pid) == 1
