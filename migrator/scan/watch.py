"""What later looks at a host add to the first one: connections that were not there at that moment. Pure.

Only sockets are looked at again. What was seen is kept by service, so that an hour of samples of ten thousand hosts
takes no more room than one scan of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from migrator.model.observations import Observed
from migrator.model.services import Call, ServiceProfile
from migrator.scan.calls import merged
from migrator.scan.fact import Fact
from migrator.scan.facts.descriptors import Descriptors
from migrator.scan.facts.machine import Machine
from migrator.scan.facts.processes import Processes
from migrator.scan.facts.sockets import Connection, Sockets
from migrator.scan.profile import HostView, host_view
from migrator.scan.snapshot import Snapshot

__all__ = ["WATCHED", "Sightings", "sighted", "with_sightings"]

WATCHED: tuple[Fact[Any], ...] = (Machine(), Processes(), Sockets(), Descriptors())
"""What a later look asks for."""


@dataclass(frozen=True, slots=True)
class Sightings:
    """Everything that later looks at one host saw."""

    calls: Mapping[str, tuple[Call, ...]] = field(default_factory=dict)
    """By the service's name on its host."""
    incoming: tuple[Connection, ...] = ()
    looks: int = 0


def sighted(before: Sightings, first: Snapshot, later: Snapshot) -> Sightings:
    """Add one look. A look that failed adds nothing and is not counted."""
    fresh = {name: outcome for name, outcome in later.observations.items() if isinstance(outcome, Observed)}
    if Sockets.name not in fresh or Processes.name not in fresh:
        return before
    view = host_view(replace(first, observations={**first.observations, **fresh}))
    calls = {p.service: merged([*before.calls.get(p.service, ()), *p.calls]) for p in view.profiles}
    return Sightings({**before.calls, **calls}, _once((*before.incoming, *view.incoming)), before.looks + 1)


def _once(connections: Iterable[Connection]) -> tuple[Connection, ...]:
    """One for each peer and own port: a client's port is another one each time."""
    found = {(c.address, c.port, c.peer): c for c in connections}
    return tuple(found.values())


def with_sightings(view: HostView, seen: Sightings) -> HostView:
    """The first look's view with what the later ones saw. A service that was not there at first stays out."""
    profiles = tuple(_with_calls(profile, seen.calls.get(profile.service, ())) for profile in view.profiles)
    return replace(view, profiles=profiles, incoming=_once((*view.incoming, *seen.incoming)))


def _with_calls(profile: ServiceProfile, calls: tuple[Call, ...]) -> ServiceProfile:
    return replace(profile, calls=merged([*profile.calls, *calls])) if calls else profile
