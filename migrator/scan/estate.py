"""All hosts together: replicas become one service, edges cross hosts, and what is unknown is listed. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from migrator.model.baseline import path_of, traits
from migrator.model.estate import Edge, Estate, HostReport
from migrator.model.findings import Finding
from migrator.model.names import dns_label
from migrator.model.profile_findings import of_profile
from migrator.model.reviewed import entries
from migrator.model.services import Protocol, ServiceKind, ServiceProfile, Source
from migrator.scan import findings
from migrator.scan.clock import CLOCK_REFUSED_S, CLOCK_TOLERANCE_S
from migrator.scan.facts.mounts import Mounts, RemoteMount
from migrator.scan.graph import Directory, affinities, edges, health_checks, known_calls, spoken_protocols
from migrator.scan.look import Look
from migrator.scan.memory import HostMemory, recalled, remembered, with_failure
from migrator.scan.profile import HostView
from migrator.scan.same_machine import hosts_that_look_like_one
from migrator.scan.state import works_below

__all__ = ["Scan", "assemble"]


@dataclass(frozen=True, slots=True)
class Scan:
    """The result of scanning an estate."""

    estate: Estate
    profiles: tuple[ServiceProfile, ...]
    traits: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Path of each profile -> what its own host alone says of it: see `model.baseline`."""
    asked: frozenset[str] = frozenset()
    """Hosts that this scan tried to look at; the others are as they were last seen."""
    memories: tuple[HostMemory, ...] = ()
    """What is to be kept of those that were asked, for a scan that does not see them."""

    @property
    def seen(self) -> frozenset[str]:
        """Hosts that this scan saw."""
        return frozenset(host.name for host in self.estate.hosts if host.observed and not host.last_seen)


def _nothing(_seen: frozenset[str]) -> Iterable[HostMemory]:
    return ()


def assemble(
    looks: Iterable[Look],
    *,
    now: datetime,
    earlier: Callable[[frozenset[str]], Iterable[HostMemory]] = _nothing,
) -> Scan:
    """Turn the looks at all hosts into profiles and the estate. The order of hosts does not matter.

    The estate is of the moment when the last of them was looked at, which for recordings is long before `now`: that
    counts where nobody was. `earlier` gives what is known of hosts other than those that it is told: these were seen
    whole just now. A host that was not takes part with what it said last, so that nothing depends on who happened to
    answer.
    """
    fresh = list(looks)
    memories = {one.report.name: one for one in earlier(frozenset(look.report.name for look in fresh if look.is_whole))}
    settled = [_settled(look, memories.pop(look.report.name, None)) for look in fresh]
    standing = [*(look for look, _ in settled), *map(recalled, memories.values())]
    understood = sorted(standing, key=lambda look: look.report.name)
    reports = tuple(look.report for look in understood)
    views, differing = _unified([look.view for look in understood if look.view])
    directory = Directory.of(views)
    seen, noticed = edges(directory)
    profiles = tuple(_finished_profiles(directory, seen))
    doubles = hosts_that_look_like_one(understood)
    known = (*differing, *noticed, *_outside(seen), *_of_hosts(reports, views), *doubles)
    estate = Estate(
        scanned_at=max((look.taken_at for look in fresh if look.taken_at), default=_iso(now)),
        hosts=reports,
        services=entries(profiles),
        edges=tuple(_with_protocols(seen, profiles)),
        findings=tuple(sorted(dict.fromkeys(known), key=lambda f: (f.code, f.subject, f.message))),
    )
    alone = (profile for view in views for profile in view.profiles)
    return Scan(
        estate,
        profiles,
        {path_of(profile): traits(profile) for profile in alone},
        asked=frozenset(look.report.name for look in fresh),
        memories=tuple(memory for _, memory in settled),
    )


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")


def _settled(look: Look, memory: HostMemory | None) -> tuple[Look, HostMemory]:
    """What counts for a host that was asked, and what is kept: a look that was cut short replaces no whole one."""
    if memory is None or not memory.seen_at or look.is_whole or (look.view and memory.report.error):
        return look, remembered(look)
    kept = with_failure(memory, look.report.error)
    return recalled(kept), kept


def _finished_profiles(directory: Directory, seen: Sequence[Edge]) -> Iterator[ServiceProfile]:
    """Profiles with everything that only the whole estate knows."""
    checks, pinned = health_checks(directory), affinities(directory)
    incoming: dict[str, list[Edge]] = {}
    tied: dict[str, list[Edge]] = {}
    for edge in seen:
        incoming.setdefault(edge.callee, []).append(edge)
        if edge.protocol is Protocol.UNIX:
            for name in {edge.caller, edge.callee}:
                tied.setdefault(name, []).append(edge)
    for view in directory.views.values():
        for profile in view.profiles:
            key = (profile.host, profile.service)
            known = replace(
                profile, calls=known_calls(directory, profile), health=checks.get(key, ()), affinity=pinned.get(key, ())
            )
            done = spoken_protocols(known, incoming.get(profile.service, ()))
            ties = findings.tied_by_unix_sockets(done, tied.get(profile.service, ()))
            yield replace(done, findings=(*of_profile(done), *ties, *_of_remote_files(view, done)))


def _of_remote_files(view: HostView, profile: ServiceProfile) -> Iterator[Finding]:
    for remote in _remote_mounts(view):
        if works_below(profile, remote.path):
            yield findings.on_network_file_system(profile, f"{remote.host}:{remote.export}", remote.path)


def _remote_mounts(view: HostView) -> tuple[RemoteMount, ...]:
    return view.snapshot.value(Mounts, ((), ()))[1]


def _with_protocols(seen: Iterable[Edge], profiles: Iterable[ServiceProfile]) -> Iterator[Edge]:
    """An edge speaks what its callee's listener speaks."""
    spoken: dict[tuple[str, int | None], Protocol] = {
        (p.service, listen.port): listen.protocol for p in profiles for listen in p.listens if listen.port
    }
    for edge in seen:
        yield replace(edge, protocol=spoken.get((edge.callee, edge.port), edge.protocol))


def _unified(views: Sequence[HostView]) -> tuple[list[HostView], list[Finding]]:
    """Give replicas one name, and different things of one name different names."""
    groups: dict[str, list[ServiceProfile]] = {}
    for view in views:
        for profile in view.profiles:
            groups.setdefault(profile.service, []).append(profile)
    names: dict[tuple[str, str], str] = {}
    noticed: list[Finding] = []
    for name, group in groups.items():
        classes: dict[object, list[ServiceProfile]] = {}
        for profile in group:
            classes.setdefault(_likeness(profile), []).append(profile)
        if len(classes) > 1:
            noticed.append(findings.instances_differ(name, tuple(sorted(p.host for p in group))))
        for members in classes.values():
            own = name if len(classes) == 1 else dns_label(f"{name}-{members[0].host}")
            names.update({(p.host, name): own for p in members})
    renamed = [
        replace(v, profiles=tuple(replace(p, service=names[p.host, p.service]) for p in v.profiles)) for v in views
    ]
    return renamed, noticed


def _likeness(profile: ServiceProfile) -> object:
    """What replicas have in common. Jobs and services with state are never taken for replicas of each other.

    Sockets are left out: what an instance happens to be connected to differs from moment to moment; its ports,
    its account and its configured endpoints do not. State that could not be looked for makes nothing different.
    """
    if profile.kind is ServiceKind.JOB or profile.state:
        return profile.host
    configured = frozenset((c.target, c.port) for c in profile.calls if Source.CONFIGURATION in c.sources)
    ports = frozenset((li.protocol, li.port, li.path) for li in profile.listens)
    artifacts = tuple(one.path for one in profile.artifacts)
    return (profile.runtime.name, profile.unit, profile.account.user, ports, configured, artifacts)


def _outside(seen: Iterable[Edge]) -> Iterator[Finding]:
    for edge in seen:
        if edge.callee.startswith("external:"):
            target = edge.callee.removeprefix("external:")
            yield findings.endpoint_outside(edge.caller, f"{target}:{edge.port}" if edge.port else target)


def _of_hosts(reports: Iterable[HostReport], views: Sequence[HostView]) -> Iterator[Finding]:
    for report in reports:
        if report.last_seen and report.error:
            yield findings.host_not_seen_again(report.name, report.last_seen, report.error)
        if report.login:
            yield from findings.of_login(report.name, report.login)
        if report.error and not report.observed:
            yield findings.host_not_scanned(report.name, report.error)
            continue
        if report.partial or report.refused:
            yield findings.facts_missing(report)
        if report.kernel_modules:
            yield findings.kernel_modules(report.name, report.kernel_modules)
        if report.kernel_settings:
            yield findings.kernel_settings(report.name, report.kernel_settings)
        yield from (findings.stopped(report.name, what) for what in report.stopped)
        if report.secrets:
            yield findings.secrets_of_nobody(report.name, sorted({place.file for place in report.secrets}))
        yield from _of_clock(report.name, report.clock_offset_s or 0.0)
    for view in views:
        yield from _of_view(view)


def _of_clock(host: str, offset: float) -> Iterator[Finding]:
    if abs(offset) >= CLOCK_REFUSED_S:
        yield findings.clock_is_refused(host, offset)
    elif abs(offset) > CLOCK_TOLERANCE_S:
        yield findings.clock_is_off(host, offset)


def _of_view(view: HostView) -> Iterator[Finding]:
    host = view.snapshot.host
    if view.unowned:
        ports = sorted({(listener.port, listener.protocol) for listener in view.unowned})
        yield findings.listener_without_owner(host, tuple(f"{protocol} {port}" for port, protocol in ports))
    if view.unowned_outgoing:
        peers = sorted({f"{c.peer}:{c.peer_port}" for c in view.unowned_outgoing})
        yield findings.connection_without_owner(host, tuple(peers))
    for remote in _remote_mounts(view):
        if not any(works_below(profile, remote.path) for profile in view.profiles):
            yield findings.network_file_system(host, f"{remote.host}:{remote.export}", remote.path)
