"""Services that no process shows because they run on demand, as workloads with their sockets. Pure."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from migrator.model.services import Evidence
from migrator.scan.facts.on_demand import Door, OnDemand
from migrator.scan.facts.processes import Process
from migrator.scan.facts.sockets import Listener, Sockets, SocketsFacts
from migrator.scan.facts.units import Unit, Units
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.ownership import commands_of
from migrator.scan.platform import platform_reason
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["behind", "listeners_of", "paths_of", "waiting"]


def waiting(snapshot: Snapshot, running: Iterable[Workload]) -> tuple[tuple[Workload, Door], ...]:
    """What would be started now if a client came. What runs already is found by its processes."""
    started = {workload.unit.name for workload in running if workload.unit}
    programs = {workload.main.exe for workload in running}
    doors = [door for door in snapshot.value(OnDemand, ()) if door.ports or door.paths]
    own = [door for door in doors if not _of_platform(snapshot, door)]
    asleep = [door for door in own if door.unit not in started and not (door.command and door.command[0] in programs)]
    return tuple((_workload(snapshot, door), door) for door in asleep)


def behind(snapshot: Snapshot, workload: Workload) -> tuple[Door, ...]:
    """The doors of a service that runs, opened by systemd before it."""
    name = workload.unit.name if workload.unit else ""
    return tuple(door for door in snapshot.value(OnDemand, ()) if name and door.unit == name)


def listeners_of(snapshot: Snapshot, door: Door) -> Iterator[tuple[Listener, Evidence]]:
    """Its sockets, as the kernel shows them."""
    said = Evidence(OnDemand.name, f"{door.opener} {door.name}", door.file)
    for listener in snapshot.value(Sockets, SocketsFacts()).listeners:
        if (listener.protocol, listener.port) in door.ports:
            yield listener, said


def paths_of(snapshot: Snapshot, door: Door) -> Iterator[tuple[str, Evidence]]:
    """Its Unix sockets, as the kernel shows them."""
    there = {one.path for one in snapshot.value(Sockets, SocketsFacts()).unix}
    for path in door.paths:
        if path in there:
            yield path, Evidence(OnDemand.name, f"{door.opener} {door.name}", door.file)


def _of_platform(snapshot: Snapshot, door: Door) -> bool:
    reachable = {listener.protocol for listener, _ in listeners_of(snapshot, door) if not listener.loopback}
    return any(platform_reason(name, reachable=reachable) for name in (door.name, door.unit))


def _workload(snapshot: Snapshot, door: Door) -> Workload:
    """A workload of one process that is not there: its id is 0."""
    units = {unit.name: unit for unit in snapshot.value(Units, ())}
    unit = units.get(door.unit, Unit(door.unit)) if door.unit else None
    # systemd names no unit where each client gets one of its own: an instance of the template of that name.
    names = (door.unit,) if door.unit else (f"{door.name}@.service", f"{door.name}.service")
    told = next(filter(None, (commands_of(snapshot, name) for name in names)), ())
    words = door.command or (unit.command if unit else ()) or told
    user = snapshot.value(Users, UsersFacts()).named(door.user or (unit.user if unit else "") or "root")
    program = words[0] if words else ""
    process = Process(
        0, 0, user.uid if user else 0, user.gid if user else 0, PurePosixPath(program).name or door.name, words, program
    )
    return Workload(door.opener, (process,), unit, label="" if unit else door.name)
