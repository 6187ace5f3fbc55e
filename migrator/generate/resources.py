"""How much memory and processor a Pod asks for, which limit it has, and in words how each came about. Pure.

The rules and their reasons: docs/decisions/013-sizes-and-probes.md.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from migrator.generate.workload import Workload
from migrator.model.services import Usage

__all__ = ["Resources", "resources"]

_ROOM_OF_MEMORY = 1.25
"""One look does not show the peak, and a virtual machine needs more than its heap."""
_ROOM_OF_CPU = 1.5
"""What was seen is a mean over days and nights."""
_STEP_OF_MEMORY = 32
_STEP_OF_CPU = 10


@dataclass(frozen=True, slots=True)
class Resources:
    """What stands in the container's `resources`. Empty strings where nothing was seen that could decide it."""

    memory: str
    memory_limit: str
    cpu: str
    reasons: tuple[str, ...]
    """One line for each request and each limit, also for those that are not there."""

    @property
    def written(self) -> dict[str, Any]:
        """As Kubernetes wants it; empty where there is nothing to say."""
        requests = _present({"cpu": self.cpu, "memory": self.memory})
        return _present({"requests": requests, "limits": _present({"memory": self.memory_limit})})


def resources(service: Workload) -> Resources:
    """Requests with room above what was seen; a limit of memory where the host has one; never a limit of processors."""
    usage = service.usage
    memory, limit, cpu = _memory(usage), usage.memory_limit_mib, _cpu(usage)
    return Resources(
        memory=f"{memory}Mi" if memory else "",
        memory_limit=f"{limit}Mi" if limit else "",
        cpu=f"{cpu}m" if cpu else "",
        reasons=(
            _why_memory(usage),
            _why_limit(limit),
            _why_cpu(usage),
            "No CPU limit, on purpose: it slows a service down while processors are idle, most of all while it starts.",
        ),
    )


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def _stepped(value: float, step: int) -> int:
    return math.ceil(value / step) * step


def _needed(usage: Usage) -> int | None:
    """What it used or may use: a heap that is not full yet will be."""
    return max(_known(usage.memory_mib, usage.heap_mib), default=None)


def _known(*values: int | None) -> Iterable[int]:
    return (value for value in values if value)


def _memory(usage: Usage) -> int | None:
    """Kubernetes refuses a request above the limit, so the limit wins."""
    needed = _needed(usage)
    if needed is None:
        return None
    return min(_known(_stepped(needed * _ROOM_OF_MEMORY, _STEP_OF_MEMORY), usage.memory_limit_mib))


def _cpu(usage: Usage) -> int | None:
    if usage.cpu_millicores is None:
        return None
    return max(_STEP_OF_CPU, _stepped(usage.cpu_millicores * _ROOM_OF_CPU, _STEP_OF_CPU))


def _why_memory(usage: Usage) -> str:
    seen = f"{usage.memory_mib} MiB were seen in use at one moment" if usage.memory_mib else ""
    heap = f"its heap may grow to {usage.heap_mib} MiB" if usage.heap_mib else ""
    if not seen and not heap:
        taken = "; Kubernetes takes the limit for it" if usage.memory_limit_mib else ""
        return f"No memory request: what it uses was not seen{taken}. Set `usage.memoryMib` in the profile."
    larger = "the larger of them" if seen and heap else "that"
    capped = ", and no more than the limit" if usage.memory_limit_mib else ""
    told = " and ".join(filter(None, (seen, heap)))
    return f"Memory request: {told}; a quarter more than {larger}, in steps of {_STEP_OF_MEMORY} MiB{capped}."


def _why_limit(limit: int | None) -> str:
    if limit:
        return "Memory limit: what its unit sets on the host."
    return "No memory limit, as on the host: one look does not show the peak, and a limit below that kills the service."


def _why_cpu(usage: Usage) -> str:
    if usage.cpu_millicores is None:
        return "No CPU request: its use of processors was not seen. Set `usage.cpuMillicores` in the profile."
    seen = f"{usage.cpu_millicores}m is its mean since it started"
    return f"CPU request: {seen}; half as much again, in steps of {_STEP_OF_CPU}m."
