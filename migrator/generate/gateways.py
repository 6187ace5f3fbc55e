"""Load balancers that were seen, as gateways of the Gateway API. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from migrator.generate.workload import Workload, derived
from migrator.mesh import Mesh, Page
from migrator.model.estate import Edge
from migrator.model.names import dns_label
from migrator.model.services import Protocol
from migrator.model.settings import Settings

__all__ = ["Balancer", "balancers", "pages"]

_RUNTIMES = frozenset(["apache", "haproxy", "nginx"])
_TLS_PORTS = frozenset([443, 8443])


@dataclass(frozen=True, slots=True)
class Balancer:
    """A load balancer, and the services that it sends HTTP to, each with its port."""

    service: Workload
    callees: dict[str, int]

    @property
    def gateway(self) -> str:
        """Name of its Gateway."""
        return derived(self.service.name, "gateway")

    def hostnames(self, callee: str, domain: str) -> list[str]:
        """Host names that lead to `callee`: none needed for the only one, else names that collide with nothing.

        Which request goes where was not observed. `.invalid` never resolves, so nothing is sent to a wrong place.
        """
        if callee not in self.callees:
            return []
        if len(self.callees) == 1:
            return [domain] if domain else []
        return [f"{callee}.{domain or f'{self.service.name}.invalid'}"]


def balancers(services: Iterable[Workload], edges: Iterable[Edge]) -> tuple[Balancer, ...]:
    """Every service that runs haproxy, nginx or Apache and was seen to send HTTP to another service."""
    known = {one.name: one for one in services}
    found: dict[str, dict[str, int]] = {}
    for edge in edges:
        caller, callee = known.get(dns_label(edge.caller)), known.get(dns_label(edge.callee))
        if caller and callee and caller.first.runtime.name in _RUNTIMES and edge.protocol is not Protocol.UNIX:
            routed = callee.routed
            if routed and routed.protocol is Protocol.HTTP and caller is not callee:
                ports = {port.port for port in callee.ports if port.protocol is Protocol.HTTP}
                found.setdefault(caller.name, {})[callee.name] = edge.port if edge.port in ports else routed.port
    return tuple(Balancer(known[name], dict(sorted(found[name].items()))) for name in sorted(found))


def pages(balancers: Iterable[Balancer], settings: Settings, mesh: Mesh) -> Iterator[Page]:
    """A file for each load balancer: its Gateway, and its routes unless the mesh's levers are these routes."""
    for balancer in balancers:
        domain = settings.gateway.hostname
        view = {
            "comment": f"What {balancer.service.name} on {', '.join(balancer.service.hosts)} does today.",
            "name": balancer.gateway,
            "namespace": settings.namespace,
            "labels": {"app.kubernetes.io/name": balancer.service.name, "app.kubernetes.io/managed-by": "migrate"},
            "class_name": settings.gateway.class_name,
            "listeners": _listeners(balancer.service, domain),
            "routes": [] if mesh.routes_at_gateway() else _routes(balancer, domain),
        }
        yield Page(f"gateway/{balancer.service.name}.yaml", "gateway/balancer.yaml.j2", view)


def _listeners(service: Workload, domain: str) -> list[dict[str, Any]]:
    """Plain HTTP where HTTP was seen; TLS at its usual ports, with a certificate that a person brings."""
    host = {"hostname": domain} if domain and "*" not in domain else {}
    found = [
        {"name": one.name, "port": one.port, "protocol": "HTTP"}
        for one in service.ports
        if one.protocol is Protocol.HTTP and one.port not in _TLS_PORTS
    ]
    certificate = {"certificateRefs": [{"kind": "Secret", "name": derived(service.name, "tls")}]}
    found += [
        {"name": f"https-{one.port}", "port": one.port, "protocol": "HTTPS", **host, "tls": certificate}
        for one in service.ports
        if one.port in _TLS_PORTS and one.protocol is not Protocol.UDP
    ]
    return found or [{"name": "http", "port": 80, "protocol": "HTTP"}]


def _routes(balancer: Balancer, domain: str) -> list[dict[str, Any]]:
    return [
        {
            "name": dns_label(f"{balancer.service.name}-{callee}"),
            "hostnames": balancer.hostnames(callee, domain),
            "service": callee,
            "port": port,
        }
        for callee, port in balancer.callees.items()
    ]
