"""Whose socket: which workload each listener and connection belongs to. Pure.

With root's rights the kernel tells the process that holds a socket. Without, its account is known, and on newer hosts
the control group that it was opened in. Then an owner is named only where a single workload fits; the evidence says so.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from migrator.model.services import Evidence
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Connection, Listener, Sockets, SocketsFacts
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["SocketOwners", "socket_owners"]

_RENAMED = re.compile(r"\.\d+\.tmp$")
"""haproxy binds `x.sock.PID.tmp` and renames the file; the kernel keeps the first name."""


@dataclass(frozen=True, slots=True)
class SocketOwners:
    """Sockets by workload (its position in the list that was asked about); what has no owner is kept apart."""

    listeners: Mapping[int, tuple[tuple[Listener, Evidence], ...]]
    outgoing: Mapping[int, tuple[tuple[Connection, Evidence], ...]]
    incoming: tuple[Connection, ...]
    unix: Mapping[int, tuple[tuple[str, Evidence], ...]]
    unowned: tuple[Listener, ...]
    unowned_outgoing: tuple[Connection, ...]
    unowned_unix: tuple[str, ...] = ()
    """Paths of sockets whose process was not visible."""
    candidates: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Inode of a socket without an owner -> the workloads that it can be of; absent where that is not known."""


def socket_owners(snapshot: Snapshot, found: Sequence[Workload]) -> SocketOwners:
    """Give every socket of a host to a workload, or say that its owner is unknown."""
    sockets = snapshot.value(Sockets, SocketsFacts())
    book = _Book.of(snapshot, found)
    serving = {listener.port for listener in sockets.listeners if listener.protocol == "tcp"}
    incoming = tuple(c for c in sockets.connections if c.port in serving)
    outgoing = [c for c in sockets.connections if c.port not in serving]
    listeners = [(book.listener(listener), listener) for listener in sockets.listeners if not listener.waits]
    calls = [(book.caller(c), c) for c in outgoing]
    paths = [(u.inode, _RENAMED.sub("", u.path)) for u in sockets.unix if u.path.startswith("/")]
    managers = {workload.manager_pid for workload in found}
    own = [(inode, path) for inode, path in paths if not managers & {*book.owners.get(inode, ())}]
    unix = [(book.owner(inode, None, path) or book.named(inode, path), path) for inode, path in own]
    unowned = tuple(one for owner, one in listeners if not (owner or book.is_platform(one.inode) or _is_login(one)))
    unowned_outgoing = tuple(one for owner, one in calls if not (owner or book.is_platform(one.inode)))
    return SocketOwners(
        listeners=_grouped((owner, listener) for owner, listener in listeners if owner),
        outgoing=_grouped((owner, call) for owner, call in calls if owner),
        incoming=incoming,
        unix=_grouped((owner, path) for owner, path in unix if owner),
        unowned=unowned,
        unowned_outgoing=unowned_outgoing,
        unowned_unix=tuple(
            path for (owner, path), (inode, _) in zip(unix, own, strict=True) if not (owner or book.is_platform(inode))
        ),
        candidates=dict(_candidates(book, unowned, unowned_outgoing)),
    )


def _candidates(
    book: "_Book", listeners: Iterable[Listener], calls: Iterable[Connection]
) -> Iterator[tuple[int, frozenset[int]]]:
    """Who opened a connection still has its account. Who opened a port may have laid down root's rights since then."""
    for listener in listeners:
        if book.group_of(listener.inode):
            yield listener.inode, book.candidates(listener.inode, listener.uid)
    for call in calls:
        yield call.inode, book.candidates(call.inode, call.uid)


def _grouped(pairs: Iterable[tuple[tuple[int, Evidence], object]]) -> dict[int, tuple]:  # type: ignore[type-arg]
    groups: dict[int, list[tuple[object, Evidence]]] = {}
    for (index, evidence), value in pairs:
        groups.setdefault(index, []).append((value, evidence))
    return {index: tuple(group) for index, group in groups.items()}


def _is_login(listener: Listener) -> bool:
    """The port that this very scan came in by is the remote login's."""
    return listener.port == 22 and listener.uid == 0  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class _Members:
    """Who is in a control group, or runs under an account: workloads by the accounts of their processes, and others."""

    workloads: Mapping[int, frozenset[int]]
    """Account -> workloads."""
    others: frozenset[int] = frozenset()
    """Accounts of processes that are no workload."""
    strangers: frozenset[int] = frozenset()
    """Those of them that started no workload either, as the terminal of a workload did."""

    @property
    def all(self) -> frozenset[int]:
        """Every workload."""
        return frozenset[int]().union(*self.workloads.values())

    def under(self, uid: int) -> frozenset[int]:
        """The workloads that a socket of this account can be of. Root opens ports and hands them to who is not root."""
        own = self.workloads.get(uid, frozenset())
        if own:
            return own if uid not in self.strangers else frozenset()
        return self.all if uid not in self.others else frozenset()


@dataclass(frozen=True, slots=True)
class _Book:
    """Processes, accounts and control groups to workloads."""

    owners: Mapping[int, tuple[int, ...]]
    by_pid: Mapping[int, int]
    accounts: _Members
    groups: Mapping[str, _Members]
    sockets: SocketsFacts
    lines: Sequence[str]
    """All command lines of each workload."""

    @classmethod
    def of(cls, snapshot: Snapshot, found: Sequence[Workload]) -> "_Book":
        by_pid = {process.pid: index for index, w in enumerate(found) for process in w.processes}
        by_pid.update({w.manager_pid: index for index, w in enumerate(found) if w.manager_pid})
        processes = {p.pid: p for w in found for p in w.processes} | {p.pid: p for p in snapshot.value(Processes, ())}
        above = _above(processes, by_pid)
        return cls(
            snapshot.value(Descriptors, DescriptorsFacts()).owners,
            by_pid,
            _members(processes.values(), by_pid, above),
            {group: _members(inside, by_pid, above) for group, inside in _by_group(processes.values()).items()},
            snapshot.value(Sockets, SocketsFacts()),
            [" ".join([*(" ".join(p.arguments) for p in w.processes), *_started_with(w)]) for w in found],
        )

    def owner(self, inode: int, uid: int | None, what: str) -> tuple[int, Evidence] | None:
        """The workload that holds a socket. Several processes may share one: master, workers, socket activation."""
        holders = [pid for pid in self.owners.get(inode, ()) if pid in self.by_pid]
        if holders:
            return self.by_pid[holders[0]], Evidence(Descriptors.name, what, f"pid {holders[0]}")
        if inode in self.owners or uid is None:
            return None
        candidates = self.candidates(inode, uid)
        return (next(iter(candidates)), self._why(inode, uid, what)) if len(candidates) == 1 else None

    def candidates(self, inode: int, uid: int) -> frozenset[int]:
        """The workloads that a socket can be of: by its control group where that is known, else by its account."""
        group = self.group_of(inode)
        if group:
            return self.groups[group].under(uid) if group in self.groups else frozenset()
        return self.accounts.under(uid) if uid in self.accounts.workloads and uid else frozenset()

    def _why(self, inode: int, uid: int, what: str) -> Evidence:
        group = self.group_of(inode)
        if not group:
            return Evidence(Sockets.name, f"{what} (by uid {uid}, the process was not visible)", inferred=True)
        if len(self.groups[group].all) == 1:
            return Evidence(Sockets.name, f"{what} (opened in control group {group})")
        said = f"{what} (by control group {group} and uid {uid}, the process was not visible)"
        return Evidence(Sockets.name, said, inferred=True)

    def group_of(self, inode: int) -> str:
        """The control group that tells who opened the socket; empty where it is not known."""
        return self.sockets.group_of(inode)

    def listener(self, listener: Listener) -> tuple[int, Evidence] | None:
        """The workload that accepts on a socket."""
        what = f"{listener.protocol} {listener.address}:{listener.port}"
        return self._owner_or_named(listener.inode, listener.uid, what, listener.port)

    def caller(self, connection: Connection) -> tuple[int, Evidence] | None:
        """The workload at our end of a connection."""
        what = f"tcp {connection.address} -> {connection.peer}:{connection.peer_port}"
        return self._owner_or_named(connection.inode, connection.uid, what, connection.peer_port)

    def _owner_or_named(self, inode: int, uid: int, what: str, port: int) -> tuple[int, Evidence] | None:
        """A command line that names the port settles a doubt, if only one does."""
        found = self.owner(inode, uid, what)
        if found or inode in self.owners:
            return found
        named = self._by_line(rf"(?:^|[\s:=]){port}(?:\s|$)", f"{what} (by the port on a command line)")
        return named if named and (not self.group_of(inode) or named[0] in self.candidates(inode, uid)) else None

    def named(self, inode: int, path: str) -> tuple[int, Evidence] | None:
        """The only workload whose command line names this Unix socket, where its process is not visible."""
        if inode in self.owners:
            return None
        return self._by_line(rf"(?:^|[\s:=]){re.escape(path)}(?:[\s,]|$)", f"{path} (by the path on a command line)")

    def _by_line(self, pattern: str, what: str) -> tuple[int, Evidence] | None:
        wanted = re.compile(pattern)
        named = [index for index, line in enumerate(self.lines) if wanted.search(line)]
        return (named[0], Evidence(Sockets.name, what, inferred=True)) if len(named) == 1 else None

    def is_platform(self, inode: int) -> bool:
        """Whether the socket is of something that is no workload: sshd, the init system."""
        group = self.group_of(inode)
        return inode in self.owners or bool(group and not (group in self.groups and self.groups[group].all))


def _by_group(processes: Iterable[Process]) -> dict[str, list[Process]]:
    groups: dict[str, list[Process]] = {}
    for process in processes:
        groups.setdefault(process.cgroup, []).append(process)
    return groups


def _members(processes: Iterable[Process], by_pid: Mapping[int, int], above: frozenset[int]) -> _Members:
    workloads: dict[int, set[int]] = {}
    others, strangers = set(), set()
    for process in processes:
        if process.pid in by_pid:
            workloads.setdefault(process.uid, set()).add(by_pid[process.pid])
        else:
            others.add(process.uid)
            strangers |= set() if process.pid in above else {process.uid}
    return _Members({uid: frozenset(of) for uid, of in workloads.items()}, frozenset(others), frozenset(strangers))


def _above(processes: Mapping[int, Process], workloads: Iterable[int]) -> frozenset[int]:
    """These processes and all that they come from."""
    above: set[int] = set()
    todo = list(workloads)
    while todo:
        pid = todo.pop()
        if pid in processes and pid not in above:
            above.add(pid)
            todo.append(processes[pid].ppid)
    return frozenset(above)


def _started_with(workload: Workload) -> tuple[str, ...]:
    """Its unit's command: a program that shows a title has lost its own."""
    return workload.unit.command if workload.unit and not workload.managed else ()
