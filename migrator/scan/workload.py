"""Which processes belong together: the units, and everything that runs outside of any unit. Pure.

A control group is not a service: what `@reboot` started sits in cron's, what a person started sits in the login's,
and a process manager (pm2, supervisor) keeps several services in its own. Those are taken apart by process tree.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.model.estate import SetAside
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.inittab import Inittab, InittabEntry
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Sockets, SocketsFacts
from migrator.scan.facts.units import Unit, Units
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.platform import platform_reason
from migrator.scan.shell import SCAN_MARK
from migrator.scan.snapshot import Snapshot

__all__ = ["Workload", "Workloads", "workloads"]

_CONTAINER = re.compile(r"(?:docker|libpod|crio|cri-containerd|lxc)[-/.]([0-9a-f]{12})|/kubepods")
_IN_CONTAINER = "container "
_TAKEN_APART = re.compile(r"(?:crond?|atd|sshd?|ssh@.*|sshd@.*|user@\d+|getty@.*|serial-getty@.*)\.service")
_MANAGERS = {"supervisord": "supervisor", "circusd": "circus", "runsvdir": "runit", "s6-svscan": "s6", "god": "god"}
_SESSIONS = frozenset({"sshd", "sshd-session", "dropbear", "login", "in.telnetd", "su", "sudo"})
_CRON = frozenset({"cron", "crond", "CRON", "CROND", "atd"})
_TERMINALS = frozenset({"screen", "SCREEN", "tmux", "tmux: server"})


@dataclass(frozen=True, slots=True)
class Workload:
    """Processes that form one candidate for a service; the first one is the main one."""

    origin: str
    """What started it: `systemd`, `sysv`, `pm2`, `supervisor`, `cron @reboot`, `screen`, `inittab`, `login`, …"""
    processes: tuple[Process, ...]
    unit: Unit | None = None
    manager_pid: int | None = None
    """The process manager that it is the only child of; pm2 opens the sockets of its children itself."""

    @property
    def managed(self) -> bool:
        """Whether its unit starts a process manager, and not the service itself."""
        return self.origin in {"pm2", *_MANAGERS.values()}

    @property
    def main(self) -> Process:
        """The process that was there first and that the others come from."""
        return self.processes[0]

    @property
    def pids(self) -> frozenset[int]:
        """Ids of all its processes."""
        return frozenset(process.pid for process in self.processes)


@dataclass(frozen=True, slots=True)
class Workloads:
    """What may be a service, and what is left on the host with the reason."""

    found: tuple[Workload, ...]
    set_aside: tuple[SetAside, ...]


def workloads(snapshot: Snapshot) -> Workloads:
    """Sort every process of a host into workloads and things that stay."""
    context = _Context.of(snapshot)
    set_aside: dict[str, str] = {}
    found: list[Workload] = []
    loose: list[Process] = []
    for unit_name, group in _by_unit(context).items():
        if unit_name.startswith(_IN_CONTAINER):
            set_aside[f"container with {group[0].program}"] = "already runs in a container"
        elif not unit_name or _TAKEN_APART.fullmatch(unit_name):
            loose.extend(group)
        elif reason := platform_reason(unit_name):
            set_aside[unit_name] = reason
        else:
            found.extend(_of_unit(context, unit_name, group, set_aside))
    found.extend(_outside_units(context, loose, set_aside))
    aside = tuple(SetAside(name, reason) for name, reason in sorted(set_aside.items()))
    return Workloads(tuple(sorted(found, key=lambda w: w.main.pid)), aside)


@dataclass(frozen=True, slots=True)
class _Context:
    processes: Mapping[int, Process]
    children: Mapping[int, tuple[Process, ...]]
    units: Mapping[str, Unit]
    users: UsersFacts
    boot_jobs: tuple[CronEntry, ...]
    inittab: tuple[InittabEntry, ...]
    listening: frozenset[int]
    """Processes that hold a listening TCP socket."""
    namespace: str = ""
    """The process namespace that the scan itself ran in."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> "_Context":
        own = _own_processes(snapshot)
        processes = {p.pid: p for p in snapshot.value(Processes, ()) if p.pid not in own}
        children: dict[int, list[Process]] = {}
        for process in processes.values():
            children.setdefault(process.ppid, []).append(process)
        cron = snapshot.value(Crontabs, ())
        return cls(
            processes,
            {pid: tuple(group) for pid, group in children.items()},
            {unit.name: unit for unit in snapshot.value(Units, ())},
            snapshot.value(Users, UsersFacts()),
            tuple(entry for entry in cron if entry.schedule == "@reboot"),
            snapshot.value(Inittab, ()),
            _listening(snapshot),
            _own_namespace(snapshot),
        )

    def tree(self, root: Process) -> tuple[Process, ...]:
        """The process and all its descendants, parents first."""
        found, todo = [], [root]
        while todo:
            process = todo.pop(0)
            found.append(process)
            todo.extend(child for child in self.children.get(process.pid, ()) if child not in found)
        return tuple(found)


def _own_processes(snapshot: Snapshot) -> frozenset[int]:
    """The scan's own shell with everything below it, and the login above it."""
    machine = snapshot.value(Machine, MachineFacts(uid=-1))
    processes = {p.pid: p for p in snapshot.value(Processes, ())}
    own: set[int] = set()
    pid = machine.scan_pid or 0
    while pid in processes and pid > 1 and pid not in own:
        own.add(pid)
        pid = processes[pid].ppid
    below = {machine.scan_pid or 0, *(p.pid for p in processes.values() if SCAN_MARK in p.arguments)}
    for process in processes.values():
        if process.ppid in below:
            below.add(process.pid)
    return frozenset(own | below)


def _own_namespace(snapshot: Snapshot) -> str:
    scan_pid = snapshot.value(Machine, MachineFacts(uid=-1)).scan_pid
    return next((p.namespace for p in snapshot.value(Processes, ()) if p.pid == scan_pid), "")


def _listening(snapshot: Snapshot) -> frozenset[int]:
    owners = snapshot.value(Descriptors, DescriptorsFacts()).owners
    listeners = snapshot.value(Sockets, SocketsFacts()).listeners
    tcp = [listener.inode for listener in listeners if listener.protocol == "tcp"]
    return frozenset(pid for inode in tcp for pid in owners.get(inode, ()))


def _by_unit(context: _Context) -> dict[str, list[Process]]:
    groups: dict[str, list[Process]] = {}
    for process in context.processes.values():
        key = _unit_name(process.cgroup)
        if _CONTAINER.search(process.cgroup) or process.namespace not in {"", context.namespace}:
            key = f"{_IN_CONTAINER}{process.namespace or process.cgroup}"
        groups.setdefault(key, []).append(process)
    return groups


def _unit_name(cgroup: str) -> str:
    """The service unit that a control group path names; a user's own manager hides what is below it."""
    names = [part for part in cgroup.split("/") if part.endswith(".service")]
    return names[0] if names else ""


def _of_unit(context: _Context, name: str, group: Sequence[Process], set_aside: dict[str, str]) -> Iterator[Workload]:
    unit = context.units.get(name, Unit(name))
    main = _main(unit, group)
    manager = _manager(main)
    if manager:
        set_aside[name] = f"process manager ({manager}); what it runs is listed on its own"
        children = context.children.get(main.pid, ())
        for child in children:
            yield Workload(manager, context.tree(child), unit, main.pid if len(children) == 1 else None)
        return
    origin = "sysv" if unit.source.startswith("/etc/init.d/") or unit.source.startswith("/etc/rc.d/") else "systemd"
    yield Workload(origin, (main, *(p for p in group if p != main)), unit)


def _main(unit: Unit, group: Sequence[Process]) -> Process:
    pids = {process.pid for process in group}
    roots = [process for process in group if process.ppid not in pids]
    named = [process for process in group if process.pid == unit.main_pid]
    return (named or sorted(roots or group, key=lambda p: (p.start_ticks, p.pid)))[0]


def _manager(process: Process) -> str:
    title = process.arguments[0] if process.arguments else ""
    if title.startswith("PM2 ") and "God Daemon" in title:
        return "pm2"
    words = {process.program, *(a.rsplit("/", 1)[-1] for a in process.arguments[:2])}
    return next((label for program, label in _MANAGERS.items() if program in words), "")


def _outside_units(context: _Context, loose: Iterable[Process], set_aside: dict[str, str]) -> Iterator[Workload]:
    pids = {process.pid for process in loose}
    for root in sorted(loose, key=lambda p: p.pid):
        if root.ppid not in pids and root.pid != 1:
            yield from _from_root(context, root, set_aside, "process")
    init = context.processes.get(1)
    if init and init.pid in pids:
        for child in (child for child in context.children.get(1, ()) if child.pid in pids):
            yield from _from_root(context, child, set_aside, "process")


def _from_root(context: _Context, root: Process, set_aside: dict[str, str], origin: str) -> Iterator[Workload]:
    """One tree that no unit owns: a daemon, or a login, cron or screen with something below it."""
    program = root.program
    below = {**dict.fromkeys(_SESSIONS, "login"), **dict.fromkeys(_CRON, "cron"), **dict.fromkeys(_TERMINALS, "screen")}
    known = below.get(program) or below.get(root.comm)
    if known:
        reason = "keeps a terminal open; what runs in it is listed on its own" if known == "screen" else None
        set_aside[program] = reason or platform_reason(program) or "login"
        for child in context.children.get(root.pid, ()):
            yield from _from_root(context, child, set_aside, known)
        return
    if reason := platform_reason(program) or platform_reason(root.comm):
        set_aside[program] = reason
        return
    tree = context.tree(root)
    started_by = _started_by(context, root) or origin
    if started_by in {"login", "cron"} and not context.listening & {p.pid for p in tree}:
        set_aside[program] = "a person's login" if started_by == "login" else "a scheduled job that was just running"
        return
    yield Workload(started_by, tree)


def _started_by(context: _Context, root: Process) -> str:
    """What starts a process that no unit owns: an `@reboot` line or inittab, recognised by its command."""
    line = " ".join(root.arguments)
    user = context.users.name(root.uid)
    for entry in context.boot_jobs:
        if entry.user == user and _same_command(entry.command, root):
            return "cron @reboot"
    for job in context.inittab:
        if job.command.strip() == line or _same_command(job.command, root):
            return "inittab"
    return ""


def _same_command(line: str, process: Process) -> bool:
    """Whether a configured command line starts this process: it names the script or repeats the arguments."""
    words = line.split()
    scripts = [a for a in process.arguments if a.startswith("/") and not a.startswith(("/bin/", "/usr/bin/"))]
    if any(script in words for script in scripts):
        return True
    return len(process.arguments) > 1 and " ".join(process.arguments) in " ".join(words)
