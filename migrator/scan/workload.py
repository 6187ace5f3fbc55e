"""Which processes belong together: the units, and everything that runs outside of any unit. Pure.

A control group is not a service: what `@reboot` started sits in cron's, what a person started sits in the login's,
a process manager (pm2, supervisor) keeps several services in its own, and so does a script that starts all of a host.
Those are taken apart by process tree.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from posixpath import join, normpath

from migrator.model.estate import SetAside
from migrator.scan.command_line import Started
from migrator.scan.crontab import work_of
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.inittab import Inittab, InittabEntry
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Sockets, SocketsFacts
from migrator.scan.facts.units import Unit, Units
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.interpreters import is_interpreter
from migrator.scan.platform import platform_reason
from migrator.scan.shell import SCAN_MARK
from migrator.scan.snapshot import Snapshot
from migrator.scan.supervision import LOGGERS, is_front, is_helper, manager_of, supervised_name
from migrator.scan.trees import Tree, apart, instance_of, together

__all__ = ["Workload", "Workloads", "is_started_by", "workloads"]

_CONTAINER = re.compile(r"(?:docker|libpod|crio|cri-containerd|lxc)[-/.]([0-9a-f]{12})|/kubepods")
_IN_CONTAINER = "container "
_MANAGES = "process manager ({}); what it runs is listed on its own"
_STARTS_SEVERAL = "starts several services; they are listed on their own"
_TAKEN_APART = re.compile(
    r"(?:cron(?:d|ie)?|atd|rc[.-]local|sshd?|ssh@.*|sshd@.*|user@\d+|getty@.*|serial-getty@.*)\.service"
)
_USER_MANAGER = re.compile(r"user@\d+\.service")
_UNITS = frozenset({"systemd", "systemd user", "systemd socket", "sysv"})
"""Origins whose unit starts the service itself."""
_SESSIONS = frozenset({"sshd", "sshd-session", "dropbear", "login", "in.telnetd", "su", "sudo"})
_CRON = frozenset({"cron", "crond", "CRON", "CROND", "atd"})
_AT_ONCE = 500
"""Clock ticks, 100 a second: so soon after its own start cron has started all `@reboot` lines."""
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
    label: str = ""
    """What its process manager calls it."""
    instance: str = ""
    """The folder that tells it from others that the same unit starts from one program."""

    @property
    def managed(self) -> bool:
        """Whether its unit starts a process manager, and not the service itself."""
        return bool(self.unit and self.origin not in _UNITS)

    @property
    def unit_stem(self) -> str:
        """`a` of `a@b.service`; empty where no unit started it."""
        return self.unit.name.removesuffix(".service").split("@")[0] if self.unit else ""

    def own_name(self, name: str) -> str:
        """`name` where no unit gives a better one; what its process manager calls it where that is known."""
        return self.label or ("" if self.unit and not self.managed else name)

    @property
    def main(self) -> Process:
        """The process that was there first and that the others come from."""
        return self.processes[0]

    @property
    def lasting(self) -> tuple[Process, ...]:
        """What is there at any moment: the main process and, where that is a shell that waits for programs, these.

        What else it starts comes and goes with its work, and is not what it was set up to be.
        """
        main = self.main
        waited_for = (p for p in self.processes[1:] if p.ppid == main.pid and not is_helper(p, main))
        return (main, *(waited_for if is_front(main) else ()))

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
    if not context.processes:
        return _by_units(context)
    set_aside: dict[str, str] = {}
    found: list[Workload] = []
    loose: list[Process] = []
    for unit_name, group in _by_unit(context).items():
        if unit_name.startswith(_IN_CONTAINER):
            set_aside[f"container with {group[0].program}"] = "already runs in a container"
        elif not unit_name or _TAKEN_APART.fullmatch(unit_name):
            loose.extend(group)
        elif reason := platform_reason(unit_name.rsplit("/", 1)[-1], reachable=context.reachable(group)):
            set_aside[unit_name] = reason
        else:
            found.extend(_of_unit(context, unit_name, group, set_aside))
    found.extend(_outside_units(context, loose, set_aside))
    aside = tuple(SetAside(name, reason) for name, reason in sorted(set_aside.items()))
    return Workloads(tuple(sorted(found, key=lambda w: w.main.pid)), aside)


def _by_units(context: "_Context") -> Workloads:
    """A host that did not tell its processes: what its units run, each as one process of which its command is known."""
    running = [u for u in context.units.values() if u.active and u.sub == "running" and u.command]
    reasons = {unit.name: platform_reason(unit.name) for unit in running}
    found = tuple(Workload("systemd", (_told(context, u),), u) for u in running if not reasons[u.name])
    return Workloads(found, tuple(SetAside(name, why) for name, why in sorted(reasons.items()) if why))


def _told(context: "_Context", unit: Unit) -> Process:
    user = context.users.named(unit.user or "root")
    ids = (user.uid, user.gid) if user else (0, 0)
    name = unit.command[0].rsplit("/", 1)[-1]
    return Process(unit.main_pid, 0, *ids, name, unit.command, unit.command[0])


@dataclass(frozen=True, slots=True)
class _Context:
    processes: Mapping[int, Process]
    children: Mapping[int, tuple[Process, ...]]
    units: Mapping[str, Unit]
    users: UsersFacts
    boot_jobs: tuple[tuple[CronEntry, Started], ...]
    inittab: tuple[InittabEntry, ...]
    listeners: tuple["_Holders", ...]
    """Who holds each listening TCP socket."""
    receivers: tuple["_Holders", ...]
    """Who holds each UDP socket that others may send to."""
    callers: frozenset[int]
    """Processes with connections beyond this host."""
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
        holders = tuple(_holders(snapshot, processes.values()))
        return cls(
            processes,
            {pid: tuple(group) for pid, group in children.items()},
            {unit.name: unit for unit in snapshot.value(Units, ())},
            snapshot.value(Users, UsersFacts()),
            tuple((entry, work_of(snapshot, entry)) for entry in cron if entry.schedule == "@reboot"),
            snapshot.value(Inittab, ()),
            tuple(one for one in holders if one.protocol == "tcp"),
            tuple(one for one in holders if one.protocol == "udp"),
            _callers(snapshot),
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

    def workers(self, process: Process) -> list[Process]:
        """What a process has started, without what only helps it."""
        return [child for child in self.children.get(process.pid, ()) if not is_helper(child, process)]

    def listens(self, tree: Iterable[Process]) -> bool:
        """Whether one of these listens, or nobody else can be who does."""
        pids = {process.pid for process in tree}
        return any(one.pids & pids if one.visible else one.pids and one.pids <= pids for one in self.listeners)

    def may_listen(self, tree: Iterable[Process]) -> bool:
        """Whether one of these listens, or may be who does."""
        pids = {process.pid for process in tree}
        return any(one.pids & pids for one in self.listeners)

    def reachable(self, group: Sequence[Process]) -> frozenset[str]:
        """The protocols by which other hosts can reach what these processes listen on."""
        pids, cgroups = {process.pid for process in group}, {process.cgroup for process in group} - {""}
        outside = [one for one in (*self.listeners, *self.receivers) if not one.loopback]
        return frozenset(one.protocol for one in outside if (one.pids & pids if one.visible else one.cgroup in cgroups))

    def guards(self, process: Process, child: Process) -> bool:
        """Whether a program only starts another, and again when that ends: it is that one that other hosts reach."""
        native = process.exe and child.exe and process.exe != child.exe and not is_interpreter(process.program)
        below = {one.pid for one in self.tree(child)}
        serves = any(one.visible and one.pids & below and not one.loopback for one in self.listeners)
        idle = process.pid not in self.callers and not self.reachable([process])
        return bool(native and serves and idle)

    def began_with_cron(self, process: Process) -> bool:
        """Whether it is as old as the cron that it comes from: an `@reboot` line started it, seen or not."""
        above, top = self.processes.get(process.ppid), None
        while above and {above.program, above.comm} & _CRON:
            above, top = self.processes.get(above.ppid), above
        return top is not None and 0 < process.start_ticks <= top.start_ticks + _AT_ONCE


def _own_processes(snapshot: Snapshot) -> frozenset[int]:
    """The scan's own shell with everything below it, and the login above it."""
    machine = snapshot.value(Machine, MachineFacts(uid=-1))
    processes = {p.pid: p for p in snapshot.value(Processes, ())}
    own: set[int] = set()
    pid = machine.scan_pid or 0
    while pid in processes and pid > 1 and pid not in own:
        own.add(pid)
        pid = processes[pid].ppid
    below = {*filter(None, (machine.scan_pid,)), *(p.pid for p in processes.values() if SCAN_MARK in p.arguments)}
    for process in processes.values():
        if process.ppid in below:
            below.add(process.pid)
    return frozenset(own | below)


def _own_namespace(snapshot: Snapshot) -> str:
    scan_pid = snapshot.value(Machine, MachineFacts(uid=-1)).scan_pid
    return next((p.namespace for p in snapshot.value(Processes, ()) if p.pid == scan_pid), "")


@dataclass(frozen=True, slots=True)
class _Holders:
    """Who holds a listening socket, or may hold it where that is not visible."""

    pids: frozenset[int]
    protocol: str
    visible: bool
    loopback: bool
    cgroup: str = ""
    """The control group that it was opened in; empty where that is not known."""


def _callers(snapshot: Snapshot) -> frozenset[int]:
    owners = snapshot.value(Descriptors, DescriptorsFacts()).owners
    outside = (one for one in snapshot.value(Sockets, SocketsFacts()).connections if one.address != one.peer)
    return frozenset(pid for one in outside for pid in owners.get(one.inode, ()))


def _holders(snapshot: Snapshot, processes: Iterable[Process]) -> Iterator[_Holders]:
    owners = snapshot.value(Descriptors, DescriptorsFacts()).owners
    sockets = snapshot.value(Sockets, SocketsFacts())
    by_account: dict[int, list[Process]] = {}
    for process in processes:
        by_account.setdefault(process.uid, []).append(process)
    for one in (one for one in sockets.listeners if not one.waits):
        if one.inode in owners:
            yield _Holders(frozenset(owners[one.inode]), one.protocol, visible=True, loopback=one.loopback)
            continue
        group = sockets.group_of(one.inode)
        possible = (p.pid for p in by_account.get(one.uid, ()) if group in {"", p.cgroup})
        yield _Holders(frozenset(possible), one.protocol, visible=False, loopback=one.loopback, cgroup=group)


def _by_unit(context: _Context) -> dict[str, list[Process]]:
    groups: dict[str, list[Process]] = {}
    for process in context.processes.values():
        key = _unit_name(process.cgroup)
        if _CONTAINER.search(process.cgroup) or process.namespace not in {"", context.namespace}:
            key = f"{_IN_CONTAINER}{process.namespace or process.cgroup}"
        groups.setdefault(key, []).append(process)
    return groups


def _unit_name(cgroup: str) -> str:
    """The service unit that a control group path names; below a user's own manager, that with the user's unit."""
    names = [part for part in cgroup.split("/") if part.endswith(".service")]
    own = names[1:] if names and _USER_MANAGER.fullmatch(names[0]) else []
    return f"{names[0]}/{own[-1]}" if own else (names or [""])[0]


def _of_unit(context: _Context, name: str, group: Sequence[Process], set_aside: dict[str, str]) -> Iterator[Workload]:
    users, _, own = name.rpartition("/")
    unit = Unit(own) if users else context.units.get(own, Unit(own))
    main = _main(unit, group)
    if manager := manager_of(main):
        set_aside[own] = _MANAGES.format(manager)
        yield from _managed(context, main, manager, unit)
        yield from _beside(context, main, unit, group, set_aside)
        return
    several = apart(_trees(context, unit, group))
    if len(several) > 1:
        set_aside[own] = _STARTS_SEVERAL
        yield from (_part("start script", one, several, unit) for one in several)
        return
    sysv = unit.source.startswith(("/etc/init.d/", "/etc/rc.d/"))
    origin = "systemd user" if users else "sysv" if sysv else "systemd"
    main = _working(context, main)
    yield Workload(origin, (main, *(p for p in group if p != main)), unit)


def _workload(origin: str, trees: Sequence[Tree], unit: Unit | None) -> Workload:
    """Several trees as one workload; the oldest has its main process."""
    first = min(trees, key=lambda tree: (tree.main.start_ticks, tree.main.pid))
    below = (process for tree in (first, *trees) for process in tree.processes)
    return Workload(origin, (first.main, *dict.fromkeys(p for p in below if p != first.main)), unit)


def _part(origin: str, trees: Sequence[Tree], several: Iterable[Sequence[Tree]], unit: Unit | None) -> Workload:
    """One of several; where another has the same folder, which names neither, it is called as instance or program."""
    first, others = trees[0], [other[0] for other in several if other is not trees]
    program, shared = first.main.program, any(first.places & other.places for other in others)
    part = _workload(origin, trees, unit)
    if instance := instance_of(first, others) if shared else "":
        product = part.unit_stem or min(first.places).rpartition("/")[2]
        return replace(part, label=f"{product}-{instance.rpartition('/')[2]}", instance=instance)
    return replace(part, label=program if shared and not is_interpreter(program) else "")


def _trees(context: _Context, unit: Unit, group: Sequence[Process]) -> list[Tree]:
    """What a unit's start script left running, or what a shell waits for that is its main process."""
    roots = _roots(group)
    if len(roots) > 1:
        left = roots if unit.type in {"oneshot", "forking"} else []
        return [_tree(context, root) for root in left if not _is_aside(root)]
    return [tree for root in roots for tree in _waited_for(context, root)]


def _waited_for(context: _Context, root: Process) -> list[Tree]:
    """What a shell or the like waits for; nothing where the process works itself."""
    workers = context.workers(root) if is_front(root) else []
    return [_tree(context, worker) for worker in workers if not _is_aside(worker)]


def _tree(context: _Context, root: Process) -> Tree:
    tree = context.tree(root)
    return Tree(_working(context, root), tree, context.listens(tree), context.may_listen(tree))


def _is_aside(process: Process) -> bool:
    return process.program in LOGGERS or bool(platform_reason(process.program))


def _beside(
    context: _Context, manager: Process, unit: Unit, group: Sequence[Process], set_aside: dict[str, str]
) -> Iterator[Workload]:
    """What else runs in a manager's unit: monit and god let programs become daemons that are no children of theirs."""
    own = context.tree(manager)
    roots = [root for root in _roots(group) if root not in own]
    for inner in (root for root in roots if manager_of(root)):
        yield from _managed(context, inner, manager_of(inner), unit)
    set_aside |= {root.program: reason for root in roots if (reason := platform_reason(root.program))}
    trees = (_tree(context, root) for root in roots if not (manager_of(root) or _is_aside(root)))
    yield from (_workload(manager_of(manager), same, unit) for same in together(trees))


def _managed(context: _Context, manager: Process, label: str, unit: Unit | None) -> Iterator[Workload]:
    """What a process manager runs, each on its own; `runsv NAME` and its like tell the name and stand in between."""
    children = [c for c in context.children.get(manager.pid, ()) if c.program not in LOGGERS]
    for child in children:
        if name := supervised_name(child):
            yield from (replace(one, label=name) for one in _managed(context, child, label, unit) if name != "log")
            continue
        if inner := manager_of(child):
            yield from _managed(context, child, inner, unit)
            continue
        tree, main = context.tree(child), _working(context, child)
        only = manager.pid if len(children) == 1 else None
        yield Workload(label, (main, *(p for p in tree if p != main)), unit, only)


def _working(context: _Context, process: Process) -> Process:
    """The process that does the work: behind a shell, a guardian or the like, the one program that it waits for."""
    seen = {process.pid}
    while worker := _worker(context, process):
        if worker.pid in seen:
            break
        process = worker
        seen.add(process.pid)
    return process


def _worker(context: _Context, process: Process) -> Process | None:
    """The only program that a process has started, where that is all that it is for."""
    workers = context.workers(process)
    only = workers[0] if len(workers) == 1 else None
    return only if only and (is_front(process) or context.guards(process, only)) else None


def _main(unit: Unit, group: Sequence[Process]) -> Process:
    named = [process for process in group if process.pid == unit.main_pid]
    return (named or sorted(_roots(group) or group, key=lambda p: (p.start_ticks, p.pid)))[0]


def _roots(group: Sequence[Process]) -> list[Process]:
    pids = {process.pid for process in group}
    return [process for process in group if process.ppid not in pids]


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
    if manager := manager_of(root):
        set_aside[program] = _MANAGES.format(manager)
        yield from _managed(context, root, manager, None)
        return
    if "--user" in root.arguments and program == "systemd":
        for child in context.children.get(root.pid, ()):
            if "/" not in _unit_name(child.cgroup):
                yield from _from_root(context, child, set_aside, origin)
    tree = context.tree(root)
    reachable = context.reachable(tree)
    if reason := platform_reason(program, reachable=reachable) or platform_reason(root.comm, reachable=reachable):
        set_aside[program] = reason
        return
    started_by = _started_by(context, root) or origin
    if started_by in {"login", "cron"} and not context.listens(tree):
        set_aside[program] = "a person's login" if started_by == "login" else "a scheduled job that was just running"
        return
    several = apart(_waited_for(context, root))
    if len(several) > 1:
        set_aside[program] = _STARTS_SEVERAL
        yield from (_part(started_by, one, several, None) for one in several)
        return
    main = _working(context, root)
    yield Workload(started_by, (main, *(p for p in tree if p != main)))


def _started_by(context: _Context, root: Process) -> str:
    """What starts a process that no unit owns: an `@reboot` line or inittab, recognised by its command or its age."""
    line = " ".join(root.arguments)
    user = context.users.name(root.uid)
    for entry, work in context.boot_jobs:
        if entry.user == user and is_started_by(entry, work, root):
            return "cron @reboot"
    for job in context.inittab:
        if job.command.strip() == line or _same_command(job.command, root):
            return "inittab"
    return "cron @reboot" if context.began_with_cron(root) else ""


def is_started_by(entry: CronEntry, work: Started, process: Process) -> bool:
    """Whether a line of a crontab, and what it starts, show in the command line of a process."""
    return _same_command(entry.command, process) or _runs(work.program, process)


def _runs(program: str, process: Process) -> bool:
    """Whether a process runs this program, which its command line may name from the folder that it works in."""
    named = {normpath(join(process.cwd, word)) for word in process.arguments[:2] if process.cwd}
    return program.startswith("/") and program in {process.exe, *named}


def _same_command(line: str, process: Process) -> bool:
    """Whether a configured command line starts this process: it names the script or repeats the arguments."""
    words = line.split()
    scripts = [a for a in process.arguments if a.startswith("/") and not a.startswith(("/bin/", "/usr/bin/"))]
    if any(script in words for script in scripts):
        return True
    return len(process.arguments) > 1 and " ".join(process.arguments) in " ".join(words)
