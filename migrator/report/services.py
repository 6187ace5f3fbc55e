"""A report read by service: its instances, its judgement, its place in the plan, and what it is connected to. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.model.assessment import Assessment
from migrator.model.estate import Edge, HostReport
from migrator.model.names import dns_label
from migrator.model.plans import PlannedService, Wave
from migrator.model.services import ServiceProfile
from migrator.report.report import Report

__all__ = ["Arrow", "Graph", "Node", "Service", "graph_of", "hosts_of", "services_of"]


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the report."""

    label: str
    """Its name as a DNS label, which is what tells services apart everywhere in migrate."""
    name: str
    """Its name as the profiles have it."""
    profiles: Mapping[str, ServiceProfile]
    """One for each host, by the path of its file."""
    assessment: Assessment | None = None
    wave: Wave | None = None
    planned: PlannedService | None = None

    @property
    def first(self) -> ServiceProfile:
        """The instance that stands for all where they agree."""
        return next(iter(self.profiles.values()))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where it runs."""
        return tuple(profile.host for profile in self.profiles.values())

    @property
    def stateful(self) -> bool:
        """Whether any instance keeps state, or may."""
        return any(profile.stateful for profile in self.profiles.values())


@dataclass(frozen=True, slots=True)
class Node:
    """One end of edges. `id` is made of a letter and a number, never of a name."""

    id: str
    name: str
    service: Service | None = None
    """None for what is called or calls and was not scanned."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One edge between two nodes, by their ids."""

    caller: str
    callee: str
    edge: Edge


@dataclass(frozen=True, slots=True)
class Graph:
    """Who calls whom. Services come first and in order; what was not scanned follows."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


def hosts_of(report: Report) -> tuple[HostReport, ...]:
    """Those that the scan reports on, then those that only a profile names."""
    told = {host.name for host in report.estate.hosts}
    named = sorted({profile.host for profile in report.profiles.values()} - told)
    return (*report.estate.hosts, *(HostReport(name) for name in named))


def services_of(report: Report) -> tuple[Service, ...]:
    """Every service that has a profile, by name."""
    by_label: dict[str, dict[str, ServiceProfile]] = {}
    for path, profile in sorted(report.profiles.items(), key=lambda item: (item[1].host, item[0])):
        by_label.setdefault(dns_label(profile.service), {})[path] = profile
    judged = {one.service: one for one in report.assessments}
    planned = {label: found for label, *found in _planned(report)}
    return tuple(
        Service(
            label,
            next(iter(profiles.values())).service,
            profiles,
            judged.get(label),
            *planned.get(label, (None, None)),
        )
        for label, profiles in sorted(by_label.items())
    )


def _planned(report: Report) -> Iterator[tuple[str, Wave, PlannedService]]:
    for wave in report.waves:
        for service in wave.services:
            yield dns_label(service.name), wave, service


def graph_of(report: Report, services: tuple[Service, ...]) -> Graph:
    """Services and whatever else the edges name, as nodes and arrows."""
    known = {one.label: one for one in services}
    ends = {end for edge in report.estate.edges for end in (edge.caller, edge.callee)}
    others = sorted(end for end in ends if dns_label(end) not in known)
    nodes = [Node(f"n{number}", one.name, one) for number, one in enumerate(services, 1)]
    nodes += [Node(f"n{number}", end) for number, end in enumerate(others, len(nodes) + 1)]
    ids = {node.service.label if node.service else node.name: node.id for node in nodes}

    def id_of(end: str) -> str:
        return ids.get(dns_label(end)) or ids[end]

    arrows = [Arrow(id_of(edge.caller), id_of(edge.callee), edge) for edge in report.estate.edges]
    return Graph(tuple(nodes), tuple(arrows))
