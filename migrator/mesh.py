"""The seam to the mesh that spans hosts and Pods: what differs between one mesh and another, or none.

A mesh makes pages: a path in the repository, the template that fills it, and the view. It decides nothing about
weights; a route starts with everything on the hosts, and `migrator.lever` moves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from migrator.errors import PlanError
from migrator.model import services as model
from migrator.model.names import is_dns_label
from migrator.model.settings import Settings

__all__ = ["Mesh", "MeshPort", "MeshedHost", "MeshedService", "Page", "Sides", "in_query"]


@dataclass(frozen=True, slots=True)
class Page:
    """One file to write: where, from which template, with which values."""

    path: str
    template: str
    view: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MeshPort:
    """One TCP port of a service. `name` is the port's name in its Kubernetes Service."""

    name: str
    port: int
    protocol: model.Protocol


@dataclass(frozen=True, slots=True)
class MeshedHost:
    """A host that runs the service, and the address that others reach it at."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class MeshedService:
    """What a mesh needs to know about one service. All names are RFC 1035 labels, except the hosts'."""

    name: str
    labels: Mapping[str, str]
    ports: tuple[MeshPort, ...]
    """The first one is the one whose traffic the route moves. None for jobs and workers."""
    hosts: tuple[MeshedHost, ...]
    callers: tuple[str, ...] = ()
    """Services that were seen to call it."""
    callees: tuple[tuple[str, int], ...] = ()
    """Services with a route that it was seen to call, with the port."""
    gateways: tuple[str, ...] = ()
    """Gateways that were load balancers in front of it."""
    hostnames: tuple[str, ...] = ()
    """Host names that lead to it at these gateways; none means all."""


@dataclass(frozen=True, slots=True)
class Sides:
    """How the metrics of a service's two sides are told apart: label matchers of a Prometheus query."""

    hosts: str
    """Of the Envoy clusters that lead to the hosts."""
    cluster: str
    """Of the Envoy clusters that lead into Kubernetes."""
    unknown: str = ""
    """Why the sides cannot be told apart; empty when they can."""


def in_query(label: str) -> str:
    """The same name, when it may stand in a query. Raises PlanError for what is no RFC 1035 label."""
    if not is_dns_label(label):
        raise PlanError(f"{label!r} is no name that a query may hold", file="migrate.yaml")
    return label


class Mesh(Protocol):
    """One way to split traffic between hosts and Pods. An entry of `migrator.meshes.MESHES`."""

    def namespace_labels(self) -> Mapping[str, str]:
        """Labels that the services' namespace needs."""

    def route(self, service: MeshedService, settings: Settings) -> tuple[Page, ...]:
        """The manifests in `apps/<service>/route/`; the first is the lever, 100 for the hosts and 0 for the cluster."""

    def shared(self, services: tuple[MeshedService, ...], settings: Settings) -> tuple[Page, ...]:
        """What the mesh needs once: in `mesh/`, and below it what is not for the cluster's agent."""

    def legacy(self, host: str, services: tuple[MeshedService, ...], settings: Settings) -> tuple[Page, ...]:
        """The host's side: files for a person or Ansible to bring to `host`, below `legacy/<host>/`."""

    def sides(self, service: str, settings: Settings) -> Sides:
        """Where proxies count what goes to the hosts and to the cluster. Raises PlanError for a bad name."""

    def routes_at_gateway(self) -> bool:
        """Whether the lever is the gateway's own route, so that no second one may send traffic past it."""
