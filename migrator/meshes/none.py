"""No mesh: a gateway splits the traffic between the hosts' addresses and the Pods."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from migrator.gitops import layout
from migrator.mesh import MeshedService, MeshPort, Page, Sides, in_query
from migrator.model.names import dns_label
from migrator.model.services import Protocol
from migrator.model.settings import Settings

__all__ = ["NoMesh"]

_COUNTS_BY_BACKEND = "envoy"


class NoMesh:
    """Gateway API only. See `migrator.mesh.Mesh`."""

    def namespace_labels(self) -> Mapping[str, str]:
        """Nothing."""
        return {}

    def routes_at_gateway(self) -> bool:
        """The lever hangs on the gateways themselves."""
        return True

    def sides(self, service: str, settings: Settings) -> Sides:
        """Envoy Gateway with merged backends has one Envoy cluster for each Service and port: measured on 1.9.1."""
        if settings.gateway.provider != _COUNTS_BY_BACKEND:
            reason = (
                f"gateway.provider {settings.gateway.provider!r}: its metrics do not tell the backends of a route apart"
            )
            return Sides("", "", reason)
        hosts, cluster = (_of_backend(settings.namespace, name) for name in (_hosts_of(service), service))
        return Sides(hosts, cluster)

    def route(self, service: MeshedService, settings: Settings) -> tuple[Page, ...]:
        """A weighted route, the hosts as a Service without selector, and a gateway where no load balancer was seen."""
        folder = layout.route(service.name).rpartition("/")[0]
        view = _view(service, settings)
        is_http = service.ports[0].protocol is Protocol.HTTP
        template = "gateway/http_lever.yaml.j2" if is_http else "gateway/tcp_lever.yaml.j2"
        pages = [
            Page(layout.route(service.name), template, view),
            Page(f"{folder}/hosts.yaml", "gateway/hosts.yaml.j2", view),
        ]
        if view["parents"] == [{"name": service.name}]:
            pages.append(Page(f"{folder}/gateway.yaml", "gateway/gateway.yaml.j2", view))
        return tuple(pages)

    def shared(self, _services: tuple[MeshedService, ...], _settings: Settings) -> tuple[Page, ...]:
        """Nothing."""
        return ()

    def legacy(self, _host: str, _services: tuple[MeshedService, ...], _settings: Settings) -> tuple[Page, ...]:
        """Nothing: the hosts do not notice."""
        return ()


def _view(service: MeshedService, settings: Settings) -> dict[str, Any]:
    port, hosts = service.ports[0], _hosts_of(service.name)
    is_http = port.protocol is Protocol.HTTP
    gateways = service.gateways if is_http and service.gateways else (service.name,)
    return {
        "name": service.name,
        "namespace": settings.namespace,
        "labels": dict(service.labels),
        "comment": f"Clients of {service.name} that are to be moved come in here.",
        "parents": [{"name": name} for name in gateways],
        "hostnames": list(service.hostnames) if is_http else [],
        "backends": [
            {"name": hosts, "port": port.port, "weight": 100},
            {"name": service.name, "port": port.port, "weight": 0},
        ],
        "keep": settings.gateway.provider == _COUNTS_BY_BACKEND
        and [{"name": name, "port": port.port, "weight": 1} for name in (hosts, service.name)],
        "class_name": settings.gateway.class_name,
        "listeners": [{"name": port.name, "port": port.port, "protocol": "HTTP" if is_http else "TCP"}],
        "hosts": hosts,
        "host_ports": [_port(one) for one in service.ports],
        "slice_labels": {
            **service.labels,
            "endpointslice.kubernetes.io/managed-by": "migrate",
            "kubernetes.io/service-name": hosts,
        },
        "slice_ports": [{"name": one.name, "port": one.port, "protocol": "TCP"} for one in service.ports],
        **_addresses(service),
    }


def _hosts_of(service: str) -> str:
    """Name of the Kubernetes Service that stands for the hosts."""
    return dns_label(f"{service}-vm")


def _of_backend(namespace: str, service: str) -> str:
    return f'envoy_cluster_name=~"service/{in_query(namespace)}/{in_query(service)}/.+"'


def _port(port: MeshPort) -> dict[str, Any]:
    return {"name": port.name, "port": port.port, "protocol": "TCP", "appProtocol": str(port.protocol)}


def _addresses(service: MeshedService) -> dict[str, Any]:
    """A slice holds addresses of one kind. Names are taken where a host has no address on record."""
    found = sorted({host.address for host in service.hosts})
    kinds = {_kind(address) for address in found}
    kind = kinds.pop() if len(kinds) == 1 else "IPv4" if "IPv4" in kinds else "FQDN"
    return {
        "address_type": kind,
        "endpoints": [{"addresses": [address]} for address in found if _kind(address) == kind],
    }


def _kind(address: str) -> str:
    try:
        return f"IPv{ip_address(address).version}"
    except ValueError:
        return "FQDN"
