"""One host's snapshot to the profiles of its services. Pure; names are still those of the host (see `estate`)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from migrator.model.estate import SetAside
from migrator.model.services import SecretPlace, ServiceProfile
from migrator.scan.claims import claimed
from migrator.scan.doors import behind, waiting
from migrator.scan.draft import Draft
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.network import Network, NetworkFacts
from migrator.scan.facts.sockets import Connection, Listener
from migrator.scan.identity import Identity
from migrator.scan.job_files import with_started
from migrator.scan.jobs import job_profile, jobs_of
from migrator.scan.mentions import Mention
from migrator.scan.naming import distinct
from migrator.scan.ownership import FileRoots, named_files, secrets_in
from migrator.scan.running import timed_units
from migrator.scan.snapshot import Snapshot
from migrator.scan.socket_owners import SocketOwners, socket_owners
from migrator.scan.stopped import stopped
from migrator.scan.workload import workloads

__all__ = ["HostView", "host_view"]


@dataclass(frozen=True, slots=True)
class HostView:
    """What one host runs, and what its sockets say about others."""

    snapshot: Snapshot
    profiles: tuple[ServiceProfile, ...]
    mentions: tuple[tuple[Mention, ...], ...]
    """What configuration says, for each profile."""
    incoming: tuple[Connection, ...] = ()
    unowned: tuple[Listener, ...] = ()
    unowned_outgoing: tuple[Connection, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    stopped: tuple[str, ...] = ()
    """What it is set up to keep running and did not run."""
    secrets: tuple[SecretPlace, ...] = ()
    """Those in files that no profile names."""
    of_now: bool = True
    """False where the host was not seen by this scan, and this is what it said last."""


def host_view(snapshot: Snapshot) -> HostView:
    """Recognise every service and job of one host."""
    sorted_out, timed = workloads(snapshot), timed_units(snapshot)
    lasting = [w for w in sorted_out.found if not (w.unit and w.unit.name in timed)]
    owners = socket_owners(snapshot, lasting)
    doors = [(w, behind(snapshot, w)) for w in lasting] + [(w, (door,)) for w, door in waiting(snapshot, lasting)]
    found = [Identity.of(snapshot, workload) for workload, _ in doors]
    known = [one.beside(snapshot, found) for one in found]
    jobs = tuple(jobs_of(snapshot))
    named = [one.named for one in known] + [named_files(snapshot, with_started(snapshot, job.roots)) for job in jobs]
    seen = [
        Draft.of(snapshot, owners, index, one, named).with_doors(doors[index][1]) for index, one in enumerate(known)
    ]
    claims = claimed(
        [draft.claimant() for draft in seen], _left(seen, owners), snapshot.value(Network, NetworkFacts()).names
    )
    held = [draft.with_claims(claims, index) for index, draft in enumerate(seen)]
    services = [replace(one, unsure=_used_beside(one.identity.roots, one.identity.named, held, one)) for one in held]
    taken = frozenset(folder for draft in services for folder in draft.identity.roots.folders)
    read = frozenset(mention.file for draft in services for mention in draft.mentions)
    drafts = [(draft.profile(), draft.mentions) for draft in services]
    for job, files in zip(jobs, named[len(known) :], strict=True):
        unsure = _used_beside(job.roots, files, held)
        drafts.append((job_profile(snapshot, job, named, taken=taken, read=read, unsure=unsure), ()))
    profiles = tuple(distinct([profile for profile, _ in drafts]))
    return HostView(
        snapshot,
        profiles,
        tuple(mentions for _, mentions in drafts),
        owners.incoming,
        claims.left.unowned,
        claims.left.unowned_outgoing,
        sorted_out.set_aside,
        stopped(snapshot, sorted_out.found),
        _left_secrets(snapshot, profiles),
    )


def _left_secrets(snapshot: Snapshot, profiles: Sequence[ServiceProfile]) -> tuple[SecretPlace, ...]:
    """Secrets in files that were read here and are nobody's: left over, or of a program that works out of sight."""
    known = {place.file for profile in profiles for place in profile.secrets}
    mentions = snapshot.value(Configuration, ())
    return tuple(place for place in secrets_in(mentions) if place.file not in known)


def _used_beside(
    roots: FileRoots, named: frozenset[str], services: Sequence[Draft], own: Draft | None = None
) -> frozenset[int]:
    """Ports to which services are connected that read the same settings, and to which `own` is not.

    An environment that several share names what all of them call together: which of them calls what is not told there.
    """
    folders = frozenset(roots.folders)
    beside = (
        one
        for one in services
        if one is not own and (named & one.identity.named or folders.intersection(one.identity.roots.folders))
    )
    return frozenset(port for one in beside for port in one.peer_ports) - (own.peer_ports if own else frozenset())


def _left(drafts: Sequence[Draft], owners: SocketOwners) -> SocketOwners:
    """What is without an owner still, now that sockets which others opened for a service are known."""
    taken = {listener for draft in drafts for listener, _ in draft.listeners}
    paths = {path for draft in drafts for path, _ in draft.unix}
    return replace(
        owners,
        unowned=tuple(one for one in owners.unowned if one not in taken),
        unowned_unix=tuple(path for path in owners.unowned_unix if path not in paths),
    )
