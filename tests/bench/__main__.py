"""`make bench-scan`: our scan beside others on the same hosts, and many replayed hosts; writes docs/benchmarks.md."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from migrator import __version__
from tests.bench.facts import fact_costs
from tests.bench.measure import Cost, cost_of
from tests.bench.page import page
from tests.bench.tools import PINS, TOOLS, Target, install
from tests.testbed import cell, legacy
from tests.testbed.folders import cache
from tests.testbed.shell import run

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "benchmarks.md"
ROUNDS = 5
TWINS = 8
"""Of each host: what one scan does to the host must not be in the way of another."""
PAUSE_S = 4
"""Between runs: longer than Ansible keeps its connections here."""
REPLAYS: tuple[tuple[str, ...], ...] = (("1000",), ("10000",), ("1000", "0.2"))
ACCOUNT = "scanner"
WITH_PYTHON = ("web1", "cache1", "batch1")
INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
INSTANCES_PER_HOST = 12
"""systemd, logind, dbus and agetty hold ten. All hosts of the test-bed are one user's."""


def main() -> int:
    """Install outside, measure inside of a cell; the exit code."""
    if cell.inside():
        return _measure()
    if reason := cell.absent():
        print(f"bench: {reason}")
        return 69
    if cell.find():
        print("bench: a test-bed is up already; `make testbed-down` ends it")
        return 1
    if reason := _too_few_instances():
        print(f"bench: {reason}")
        return 69
    install()
    try:
        return cell.enter([sys.executable, "-m", "tests.bench"], cell.make())
    finally:
        cell.end()


def _too_few_instances() -> str:
    wanted = INSTANCES_PER_HOST * (len(legacy.hosts()) + TWINS * len(WITH_PYTHON))
    there = int(INSTANCES.read_text())
    return f"so many hosts need fs.inotify.max_user_instances={wanted}, and it is {there}" if there < wanted else ""


def _measure() -> int:
    table = [host for host in legacy.hosts() if host.name in WITH_PYTHON]
    hosts = [twin for host in table for twin in legacy.twins(host, TWINS)]
    legacy.up(hosts)
    time.sleep(20)  # the hosts' own start-up must not be counted
    with tempfile.TemporaryDirectory() as folder:
        tools = _side_by_side(Path(folder), hosts)
        load = os.getloadavg()[0]
        facts = fact_costs([host.name for host in legacy.hosts()])
        replays = [_replayed(arguments) for arguments in REPLAYS]
    setting = (
        f"{len(hosts)} hosts, {TWINS} built like each of {', '.join(WITH_PYTHON)} of the [test-bed](testbed.md): the others have no Python, which Ansible\n"
        "needs there and the others do not. All at once, the same key and account, sudo without a password. Hosts and scanner share the\n"
        f"machine's processors. {ROUNDS} rounds in turn after one that does not count. {', '.join(PINS.values())}."
    )
    DOCUMENT.write_text(
        page(
            _machine(load),
            {name: costs for name, costs, _ in tools},
            {name: finds for name, _, finds in tools},
            setting,
            names=len(hosts),
            facts=facts,
            replays=replays,
        )
    )
    print(DOCUMENT.read_text())
    return 0


def _side_by_side(folder: Path, hosts: list[legacy.Host]) -> list[tuple[str, list[Cost], str]]:
    targets = [Target(host.name, host.address) for host in hosts]
    (folder / "known_hosts").write_text(run("ssh-keyscan", "-T", "10", *(host.address for host in hosts)))
    tools = TOOLS(folder, targets, cache() / "estate" / "keys" / ACCOUNT, ACCOUNT)
    names = [host.name for host in hosts]
    costs: dict[str, list[Cost]] = {tool.name: [] for tool in tools}
    for number in range(ROUNDS + 1):
        for tool in tools:
            time.sleep(PAUSE_S)
            cost = cost_of(tool, folder, names)
            print(f"bench: {tool.name}: {cost}", flush=True)
            if number:
                costs[tool.name].append(cost)
    return [(tool.name, costs[tool.name], tool.finds) for tool in tools]


def _replayed(arguments: tuple[str, ...]) -> dict[str, float]:
    """In a process of its own, so that its memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.replayed", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    print(f"bench: replayed: {done.stdout.strip()}", flush=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _machine(load: float) -> str:
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "unknown",
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024 // 1024
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with migrate {__version__}, Python {platform.python_version()}, Linux {platform.release()}: "
        f"{os.cpu_count()} processors ({model}),\n{memory} GiB of memory, one-minute load {load:.1f} after the side-by-side runs."
    )


if __name__ == "__main__":
    sys.exit(main())
