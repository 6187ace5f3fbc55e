"""What a host said when it was last seen, in the form that is kept, so that a host which is down still counts. Pure.

The graph, the names of services and what callers know of them come from all hosts together. A host that cannot be
asked today takes part with what it said last; else services would lose callers, and change their names, because of
who happened to answer.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from migrator.model.estate import HostReport
from migrator.model.observations import Observation, Observed
from migrator.model.record import Record
from migrator.model.services import ServiceProfile
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.mounts import Mount, Mounts, RemoteMount
from migrator.scan.facts.network import Network, NetworkFacts
from migrator.scan.facts.sockets import Connection, Listener
from migrator.scan.look import Look
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.profile import HostView
from migrator.scan.snapshot import Snapshot

__all__ = ["HostMemory", "recalled", "remembered", "with_failure"]

_OF_BALANCERS = frozenset({MentionKind.ADDRESS, MentionKind.SECTION, MentionKind.CHECK, MentionKind.AFFINITY})
"""All that is read of configuration once the profiles are made."""


@dataclass(frozen=True, slots=True)
class HostMemory(Record):
    """The last good look at a host: what it alone says of itself, before other hosts are compared with it."""

    report: HostReport
    seen_at: str = ""
    """ISO 8601, UTC; empty for a host that was never seen."""
    failed: str = ""
    """Why later looks failed; empty when there was none."""
    machine: MachineFacts | None = None
    network: NetworkFacts | None = None
    mounts: tuple[Mount, ...] = ()
    remote_mounts: tuple[RemoteMount, ...] = ()
    profiles: tuple[ServiceProfile, ...] = ()
    mentions: tuple[tuple[Mention, ...], ...] = ()
    """What configuration says of balancers, for each profile."""
    incoming: tuple[Connection, ...] = ()
    unowned: tuple[Listener, ...] = ()
    unowned_outgoing: tuple[Connection, ...] = ()


def remembered(look: Look) -> HostMemory:
    """What is to be kept of a look."""
    if look.view is None:
        return HostMemory(look.report)
    view, snapshot = look.view, look.view.snapshot
    local, remote = snapshot.value(Mounts, ((), ()))
    machine, network = snapshot.of(Machine), snapshot.of(Network)
    return HostMemory(
        look.report,
        look.taken_at,
        machine=machine.value if isinstance(machine, Observed) else None,
        network=network.value if isinstance(network, Observed) else None,
        mounts=local,
        remote_mounts=remote,
        profiles=view.profiles,
        mentions=tuple(tuple(one for one in said if one.kind in _OF_BALANCERS) for said in view.mentions),
        incoming=view.incoming,
        unowned=view.unowned,
        unowned_outgoing=view.unowned_outgoing,
    )


def with_failure(memory: HostMemory, error: str) -> HostMemory:
    """The same, with the reason why the host could not be seen again."""
    return replace(memory, failed=error)


def recalled(memory: HostMemory) -> Look:
    """The look as it was, marked as one of then."""
    error = memory.failed or memory.report.error
    report = replace(memory.report, last_seen=memory.seen_at, error=error)
    return Look(report, _view(memory) if memory.seen_at else None, memory.seen_at)


def _view(memory: HostMemory) -> HostView:
    report = memory.report
    taken_at = datetime.fromisoformat(memory.seen_at).astimezone(UTC)
    return HostView(
        Snapshot(report.name, report.address, taken_at, _observations(memory)),
        memory.profiles,
        memory.mentions,
        memory.incoming,
        memory.unowned,
        memory.unowned_outgoing,
        report.set_aside,
        of_now=False,
    )


def _observations(memory: HostMemory) -> dict[str, Observation[Any]]:
    mounts = (memory.mounts, memory.remote_mounts)
    known = {Machine.name: memory.machine, Network.name: memory.network, Mounts.name: mounts}
    return {name: Observed(value) for name, value in known.items() if value is not None}
