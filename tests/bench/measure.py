"""What one run of a tool costs: time, processor here and on the hosts, bytes and packets. And the figures of many runs."""

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.tools import Tool
from tests.testbed.folders import cgroup
from tests.testbed.shell import run

__all__ = ["Cost", "Figure", "cost_of", "figure", "processor"]


@dataclass(frozen=True)
class Cost:
    """One run over all names. Seconds, bytes, packets."""

    wall: float
    cpu_here: float
    cpu_hosts: float
    sent: int
    received: int
    packets: int


@dataclass(frozen=True)
class Figure:
    """Least, median and most of several runs."""

    least: float
    median: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f}-{self.most:.2f})"


def figure(values: Sequence[float]) -> Figure:
    """Of at least one value."""
    return Figure(min(values), median(values), max(values))


def cost_of(tool: Tool, folder: Path, hosts: Sequence[str]) -> Cost:
    """Run a tool once. Raises RuntimeError with the end of what it said when it fails."""
    before, used, began = _counted(hosts), _children(), time.monotonic()
    done = subprocess.run(
        tool.command, cwd=folder, env={**os.environ, **tool.environment}, capture_output=True, text=True, check=False
    )
    wall, cpu = time.monotonic() - began, _children() - used
    if done.returncode:
        raise RuntimeError(f"{tool.name}: exit code {done.returncode}: {(done.stderr or done.stdout)[-1500:]}")
    after = _counted(hosts)
    seconds, sent, received, packets = (new - old for old, new in zip(before, after, strict=True))
    return Cost(wall, cpu, seconds, int(sent), int(received), int(packets))


def _children() -> float:
    """Processor time of everything that this process started and that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _counted(hosts: Sequence[str]) -> tuple[float, float, float, float]:
    """Processor seconds of the hosts' control groups; bytes to and from their network devices; packets both ways."""
    seconds = sum(processor(host) for host in hosts)
    lines = run("nsenter", "--net=/run/netns/estate", "cat", "/proc/net/dev").splitlines()
    rows = [line.replace(":", " ").split() for line in lines if line.strip().startswith("v-")]
    ours = [row for row in rows if row[0].removeprefix("v-") in hosts]
    # The switch receives what the host sends: columns 1 and 2 are received bytes and packets, 9 and 10 transmitted.
    return (
        seconds,
        sum(int(row[9]) for row in ours),
        sum(int(row[1]) for row in ours),
        sum(int(row[2]) + int(row[10]) for row in ours),
    )


def processor(host: str) -> float:
    """Processor seconds of a host's control group since it was started."""
    old = Path("/sys/fs/cgroup/cpuacct") / cgroup() / host / "cpuacct.usage"
    if old.is_file():
        return int(old.read_text()) / 1e9
    text = (Path("/sys/fs/cgroup") / cgroup() / host / "cpu.stat").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("usage_usec"))) / 1e6
