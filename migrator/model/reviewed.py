"""What a scan saw, by the names that people gave: the one place where the estate and reviewed profiles come together.

A profile stays in the file that the scan made, `profiles/HOST/NAME.yaml`, whatever `service` a person writes into it.
The estate is the scan's alone and speaks of NAME. So the file's name leads from one to the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from migrator.model.estate import Edge, Estate, ServiceEntry
from migrator.model.findings import Finding
from migrator.model.names import dns_label
from migrator.model.services import Protocol, ServiceProfile, Source

__all__ = ["Names", "entries", "fused", "profile_by_name"]

_DIFFER = "MIG023"
_OUTSIDE = "external:"
_MOST_EVIDENCE = 4


@dataclass(frozen=True, slots=True)
class Names:
    """What people call each service that the scan named."""

    by_scan: Mapping[str, tuple[str, ...]]
    """The scan's name -> the names in its profiles: several where its instances were taken apart."""
    by_instance: Mapping[tuple[str, str], str]
    """Host and the scan's name -> the name in that profile."""
    of_people: frozenset[str]

    @classmethod
    def of(cls, profiles: Mapping[str, ServiceProfile]) -> "Names":
        """By the paths that the profiles were read from."""
        found: dict[str, set[str]] = {}
        for path, profile in profiles.items():
            found.setdefault(_scanned_as(path), set()).add(profile.service)
        return cls(
            {name: tuple(sorted(names)) for name, names in found.items()},
            {(profile.host, _scanned_as(path)): profile.service for path, profile in profiles.items()},
            frozenset(profile.service for profile in profiles.values()),
        )

    def named(self, name: str) -> tuple[str, ...]:
        """What people call it. Empty where no profile has it by any name; what is outside of the estate keeps its."""
        if name.startswith(_OUTSIDE):
            return (name,)
        return self.by_scan.get(name) or ((name,) if name in self.of_people else ())

    def strangers(self, estate: Estate) -> list[str]:
        """Services that call or are called and that no profile has."""
        return sorted({end for edge in estate.edges for end in (edge.caller, edge.callee) if not self.named(end)})

    def estate(self, estate: Estate, profiles: Iterable[ServiceProfile]) -> Estate:
        """The estate by these names. Instances that were taken apart keep all calls: whose one was is not on record."""
        return replace(
            estate,
            services=entries(tuple(profiles)),
            edges=fused([edge for one in estate.edges for edge in self._edges(one)]),
            findings=self._findings(estate),
        )

    def _edges(self, edge: Edge) -> Iterator[Edge]:
        for caller in self.named(edge.caller):
            for callee in self.named(edge.callee):
                yield replace(edge, caller=caller, callee=callee)

    def _findings(self, estate: Estate) -> tuple[Finding, ...]:
        hosts = {host.name for host in estate.hosts}
        return tuple(
            replace(one, subject=subject)
            for one in estate.findings
            if one.code != _DIFFER or not self._are_joined(one.subject, hosts)
            for subject in ((one.subject,) if one.subject in hosts else self._subjects(one.subject))
        )

    def _are_joined(self, name: str, hosts: Iterable[str]) -> bool:
        """Whether instances that the scan took for separate services, each named for its host, have one name now."""
        given = [self.by_scan[own] for own in (dns_label(f"{name}-{host}") for host in hosts) if own in self.by_scan]
        return len(given) > 1 and len(set(given)) == 1

    def _subjects(self, subject: str) -> tuple[str, ...]:
        """Of an instance, `host/service`, or of a service."""
        host, slash, name = subject.rpartition("/")
        if slash:
            return (f"{host}/{self.by_instance.get((host, name), name)}",)
        return self.by_scan.get(name, (name,))


def profile_by_name(path: str, profile: ServiceProfile) -> ServiceProfile:
    """A profile whose own findings are about the name that it has now."""
    before, now = f"{profile.host}/{_scanned_as(path)}", f"{profile.host}/{profile.service}"
    if before == now:
        return profile
    found = tuple(replace(one, subject=now) if one.subject == before else one for one in profile.findings)
    return replace(profile, findings=found)


def _scanned_as(path: str) -> str:
    return PurePosixPath(path).stem


def entries(profiles: Sequence[ServiceProfile]) -> tuple[ServiceEntry, ...]:
    """Every service with its hosts, by name."""
    by_name: dict[str, list[ServiceProfile]] = {}
    for profile in profiles:
        by_name.setdefault(profile.service, []).append(profile)
    return tuple(_entry(name, by_name[name]) for name in sorted(by_name))


def _entry(name: str, group: Sequence[ServiceProfile]) -> ServiceEntry:
    hosts = tuple(sorted(profile.host for profile in group))
    return ServiceEntry(name, group[0].runtime.name, hosts, group[0].kind, any(profile.stateful for profile in group))


def fused(found: Iterable[Edge]) -> tuple[Edge, ...]:
    """One edge for caller, callee and port, with every source that saw it."""
    by_key: dict[tuple[str, str, int | None], Edge] = {}
    for edge in found:
        key = (edge.caller, edge.callee, edge.port)
        known = by_key.get(key)
        by_key[key] = edge if known is None else _both(known, edge)
    return tuple(by_key[key] for key in sorted(by_key, key=lambda k: (k[0], k[1], k[2] or 0)))


def _both(one: Edge, other: Edge) -> Edge:
    protocol = Protocol.HTTP if Protocol.HTTP in {one.protocol, other.protocol} else one.protocol
    sources = tuple(source for source in Source if source in {*one.sources, *other.sources})
    evidence = tuple(dict.fromkeys((*one.evidence, *other.evidence)))[:_MOST_EVIDENCE]
    return replace(one, protocol=protocol, sources=sources, evidence=evidence)
