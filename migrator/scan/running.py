"""Which processes are a scheduled job at its work, and what they are connected to. Pure.

A job's connections live as long as the job runs: seconds a day. Whoever looks at that moment, or repeatedly, sees them.
"""

from collections.abc import Iterable, Iterator

from migrator.model.services import Call, Evidence
from migrator.scan.calls import socket_calls
from migrator.scan.command_line import to_shell
from migrator.scan.facts.crontabs import CronEntry
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.process_settings import ProcessSettings, pid_of
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Sockets, SocketsFacts
from migrator.scan.facts.timers import Timers
from migrator.scan.facts.units import Unit, Units
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.snapshot import Snapshot
from migrator.scan.state import is_program

__all__ = ["ONCE", "calls_of", "data_in", "lasts", "named_in", "of_cron", "of_unit", "timed_units"]

ONCE = "oneshot"
"""The type of a unit that ends."""


def timed_units(snapshot: Snapshot) -> frozenset[str]:
    """Units that a timer or a file starts and that end: what runs in them is the job, and no service."""
    timers, units = [timer for timer in snapshot.value(Timers, ()) if timer.active], snapshot.value(Units, ())
    started = {timer.unit for timer in timers if not timer.starts}
    own = {timer.unit for timer in timers if timer.starts and timer.starts.type == ONCE} - {unit.name for unit in units}
    return frozenset(unit.name for unit in units if unit.type == ONCE and unit.name in started) | own


def lasts(unit: Unit) -> bool:
    """Whether it runs and is to go on: a service, whatever started it."""
    return unit.active and unit.type != ONCE


def of_unit(snapshot: Snapshot, unit: Unit) -> frozenset[int]:
    """Processes in a unit's control group."""
    found = (p.pid for p in snapshot.value(Processes, ()) if unit.name in p.cgroup.split("/"))
    return frozenset(found)


def of_cron(snapshot: Snapshot, entry: CronEntry) -> frozenset[int]:
    """Processes that run a crontab's line: the shell that cron gave it to, or what that shell became, and all below."""
    processes = snapshot.value(Processes, ())
    roots = [process.pid for process in processes if _runs(process, entry.command)]
    return frozenset(_below(processes, roots))


def _runs(process: Process, command: str) -> bool:
    given = process.arguments[-1] if process.arguments[1:2] == ("-c",) else " ".join(process.arguments)
    return " ".join(given.split()) in {" ".join(command.split()), " ".join(to_shell(command).split())}


def _below(processes: Iterable[Process], roots: Iterable[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for process in processes:
        children.setdefault(process.ppid, []).append(process.pid)
    found: set[int] = set()
    todo = list(roots)
    while todo:
        pid = todo.pop()
        if pid not in found:
            found.add(pid)
            todo += children.get(pid, ())
    return found


def named_in(snapshot: Snapshot, pids: frozenset[int]) -> tuple[Mention, ...]:
    """Endpoints in the command lines, and endpoints and folders of data in the environment, of these processes."""
    return tuple(m for m in snapshot.value(ProcessSettings, ()) if pid_of(m) in pids) if pids else ()


def data_in(started_with: Iterable[Mention]) -> list[tuple[str, Evidence]]:
    """Folders of data that the environment of processes names, each with where it was seen."""
    named = (m for m in started_with if m.kind is MentionKind.DATA and not is_program(m.path))
    return [(m.path, Evidence(ProcessSettings.name, m.text, m.file)) for m in named]


def calls_of(snapshot: Snapshot, pids: frozenset[int]) -> Iterator[Call]:
    """What these processes are connected to right now; connections that others made to them are none of it.

    Where the owner of a connection is not visible, its account and control group tell, if nothing else has them.
    """
    sockets = snapshot.value(Sockets, SocketsFacts())
    owners = snapshot.value(Descriptors, DescriptorsFacts()).owners
    serving = {listener.port for listener in sockets.listeners if listener.protocol == "tcp"}
    own = _own_marks(snapshot, pids)
    for connection in sockets.connections:
        if connection.port in serving:
            continue
        said = f"tcp {connection.address} -> {connection.peer}:{connection.peer_port} (while the job ran)"
        if holders := pids & set(owners.get(connection.inode, ())):
            yield from socket_calls([(connection, Evidence(Descriptors.name, said, f"pid {min(holders)}"))])
        elif connection.inode not in owners and (connection.uid, sockets.group_of(connection.inode)) in own:
            group = sockets.group_of(connection.inode)
            said = f"{said} (by uid {connection.uid}{f' in {group}' if group else ''}, the process was not visible)"
            yield from socket_calls([(connection, Evidence(Sockets.name, said, inferred=True))])


def _own_marks(snapshot: Snapshot, pids: frozenset[int]) -> frozenset[tuple[int, str]]:
    """Accounts, each with a control group, that nothing else has; and accounts alone (no group) but root's."""
    processes = snapshot.value(Processes, ())
    own = {mark for process in processes if process.pid in pids for mark in _marks(process)}
    return frozenset(own - {mark for process in processes if process.pid not in pids for mark in _marks(process)})


def _marks(process: Process) -> Iterator[tuple[int, str]]:
    yield process.uid, process.cgroup
    if process.uid:
        yield process.uid, ""
