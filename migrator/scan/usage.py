"""What a workload uses of its host: memory, processors, and the limits that are set today. Pure."""

from collections.abc import Sequence

from migrator.model.services import Usage
from migrator.scan.detector import Detection
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.processes import Process
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["usage_of"]


def usage_of(snapshot: Snapshot, workload: Workload, detection: Detection) -> Usage:
    """Use at the moment of the look, and on average for processors; None for what was not seen."""
    rss, unit = _resident_kib(workload.processes), workload.unit
    return Usage(
        memory_mib=-(-rss // 1024) if rss else None,
        memory_limit_mib=unit.memory_max_mib if unit else None,
        heap_mib=detection.heap_mib,
        cpu_millicores=_millicores(snapshot, workload),
    )


def _resident_kib(processes: Sequence[Process]) -> int:
    """Memory of a group: what each has of its own, and the largest shared part once. Workers share most of theirs."""
    own = sum(process.rss_kib if process.own_kib is None else process.own_kib for process in processes)
    shared = max(0 if process.own_kib is None else process.rss_kib - process.own_kib for process in processes)
    return own + shared


def _millicores(snapshot: Snapshot, workload: Workload) -> int | None:
    """Mean use of processors since the processes started."""
    machine = snapshot.value(Machine, MachineFacts(uid=-1))
    if machine.uptime_s is None or not workload.main.pid:
        return None
    started = min(process.start_ticks for process in workload.processes) / machine.ticks_per_s
    age = machine.uptime_s - started
    ticks = sum(process.cpu_ticks for process in workload.processes)
    return round(1000 * ticks / machine.ticks_per_s / age) if age >= 1 else None
