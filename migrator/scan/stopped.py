"""What a host is set up to keep running and did not run when it was looked at. Pure.

Such a service has no process, no socket and no open file: it would be in no profile, and nobody would know.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from posixpath import basename, dirname

from migrator.model.observations import Observed
from migrator.scan.command_line import Started
from migrator.scan.crontab import work_of
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.units import Unit, Units
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.ownership import home_named, programs_in
from migrator.scan.platform import platform_reason
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload, is_started_by

__all__ = ["stopped"]

_AT_REST = re.compile(r"(?:dead|failed)(?:-before-auto-restart)?|auto-restart(?:-queued)?")
"""Sub-states of a unit that does not run: it was stopped, ended, or falls over and over again."""
_SWITCHED_ON = frozenset({"enabled", "enabled-runtime", "generated"})
_IN_BACKGROUND = re.compile(r"(?:^|[\s;&|(])(?:nohup|setsid|screen|tmux|daemonize|start-stop-daemon)\s|(?<!&)&\s*$")
"""A line that starts what is to go on."""
_OF_ALL = frozenset({"bin", "sbin", "libexec"})
_LONGEST = 160


def stopped(snapshot: Snapshot, found: Sequence[Workload]) -> tuple[str, ...]:
    """What is switched on and not there, in words, beside the workloads that were `found`."""
    running = {one.unit.name for one in found if one.unit}
    units = (unit for unit in snapshot.value(Units, ()) if _is_to_run(unit) and unit.name not in running)
    told = (f"{unit.name} ({unit.enabled}, {unit.sub or 'not active'})" for unit in units)
    return (*sorted(told), *_boot_lines(snapshot, found))


def _is_to_run(unit: Unit) -> bool:
    """Whether it is a service of the business that the system starts and that then goes on.

    What ends when its work is done, what somebody else starts when it is needed, and what systemd found to be for
    another kind of machine is at rest as it should be.
    """
    meant = unit.wanted and unit.enabled in _SWITCHED_ON and unit.type != "oneshot"
    excused = unit.on_demand or unit.unfit or platform_reason(unit.name)
    return bool(meant and not excused and not unit.active and _AT_REST.fullmatch(unit.sub))


def _boot_lines(snapshot: Snapshot, found: Sequence[Workload]) -> Iterator[str]:
    """`@reboot` lines of which nothing runs. Where an account runs what no line explains, that may be it."""
    processes = snapshot.of(Processes)
    if not isinstance(processes, Observed) or processes.gaps or not any(one.pid == 1 for one in processes.value):
        return
    lines = tuple(_Line.of(snapshot, one) for one in snapshot.value(Crontabs, ()) if one.schedule == "@reboot")
    outside = [one for one in found if not one.unit]
    unexplained = {one.main.uid for one in outside if not any(line.is_seen(one.processes) for line in lines)}
    users = snapshot.value(Users, UsersFacts())
    accounts = {users.name(uid) for uid in unexplained}
    for line in lines:
        if line.goes_on and line.entry.user not in accounts and not line.is_seen(processes.value):
            yield line.told


@dataclass(frozen=True, slots=True)
class _Line:
    """An `@reboot` line, and what it starts."""

    entry: CronEntry
    work: Started
    folder: str
    """Where its program stands with what belongs to it; empty where others stand there, too."""

    @classmethod
    def of(cls, snapshot: Snapshot, entry: CronEntry) -> "_Line":
        work, home = work_of(snapshot, entry), home_named(snapshot, entry.user).rstrip("/")
        folder = dirname(work.program)
        is_own = programs_in([work.program]) and folder.count("/") > 1
        return cls(entry, work, folder if is_own and folder != home and basename(folder) not in _OF_ALL else "")

    @property
    def goes_on(self) -> bool:
        """Whether what it starts may be there to stay: somebody's own program, or one in the background."""
        own = programs_in([self.work.program]) or _IN_BACKGROUND.search(self.entry.command)
        return bool(own) and not self.entry.packaged

    def is_seen(self, processes: Iterable[Process]) -> bool:
        """Whether one of these is what it starts, or is at work in its program's folder."""
        return any(is_started_by(self.entry, self.work, one) or self._is_below(one) for one in processes)

    def _is_below(self, process: Process) -> bool:
        words = (process.exe, process.cwd, *process.arguments)
        return bool(self.folder) and any(f"{word}/".startswith(f"{self.folder}/") for word in words)

    @property
    def told(self) -> str:
        return f"@reboot {self.entry.command[:_LONGEST]} ({self.entry.file}:{self.entry.line})"
