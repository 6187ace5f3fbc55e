"""Kuma (or Kong Mesh) with one zone for the hosts and one for the cluster, under a global control plane.

Only forms that both 2.14 and 3.0 read: MeshService by own labels, MeshIdentity, `rules`. What stands where: the
cluster's zone gets its manifests from Git through Flux; what the hosts' zone and the global control plane need is
written in the universal form, for `kumactl apply`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from migrator.gitops import layout
from migrator.mesh import MeshedService, Page, Sides, in_query
from migrator.model.names import dns_label
from migrator.model.services import Protocol
from migrator.model.settings import Settings

__all__ = ["Kuma"]

_NAME = "app.kubernetes.io/name"
_HIGHEST = 65535
_INBOUND_SHIFT = 10_000
_OUTBOUNDS, _ADMINS, _READINESS = (20_000, 8_000), (29_000, 400), (29_500, 400)
"""First port and number of ports on a host for each use."""


class Kuma:
    """Weights in MeshHTTPRoute and MeshTCPRoute. See `migrator.mesh.Mesh`."""

    def namespace_labels(self) -> Mapping[str, str]:
        """Pods get a proxy."""
        return {"kuma.io/sidecar-injection": "enabled"}

    def routes_at_gateway(self) -> bool:
        """The gateway sends to the Kubernetes Service; the mesh splits behind it."""
        return False

    def sides(self, service: str, settings: Settings) -> Sides:
        """One Envoy cluster for each backend, named after mesh, MeshService, namespace, zone (measured on Kuma 2.14.3).

        On the hosts' side there is no namespace, so those are the service's clusters outside of ours.
        """
        whole = f"{in_query(settings.mesh.name)}_{in_query(service)}"
        inside = f"{whole}_{in_query(settings.namespace)}_.*"
        hosts = f'envoy_cluster_name=~"{whole}_.*",envoy_cluster_name!~"{inside}"'
        return Sides(hosts, f'envoy_cluster_name=~"{inside}"')

    def route(self, service: MeshedService, settings: Settings) -> tuple[Page, ...]:
        """A producer route: it stands in the service's namespace, so it moves the callers on hosts, too."""
        is_http = service.ports[0].protocol is Protocol.HTTP
        template = "kuma/http_route.yaml.j2" if is_http else "kuma/tcp_route.yaml.j2"
        return (Page(layout.route(service.name), template, _route_view(service, settings)),)

    def shared(self, services: tuple[MeshedService, ...], settings: Settings) -> tuple[Page, ...]:
        """The mesh, an identity in each zone, and who may call whom, as it was observed."""
        view = {"mesh": settings.mesh.name}
        allowed = [one for one in services if one.callers and one.ports]
        pages = [
            Page("mesh/global/mesh.yaml", "kuma/mesh.yaml.j2", view),
            Page("mesh/identity.yaml", "kuma/identity.yaml.j2", view),
            Page("mesh/hosts/identity.yaml", "kuma/identity_on_hosts.yaml.j2", view),
        ]
        for one in allowed:
            permission = _permission_view(one, settings)
            pages.append(Page(f"mesh/allow-{one.name}.yaml", "kuma/traffic_permission.yaml.j2", permission))
            page = Page(f"mesh/hosts/allow-{one.name}.yaml", "kuma/traffic_permission_on_hosts.yaml.j2", permission)
            pages.append(page)
        pages += [
            Page(
                f"mesh/hosts/service-{one.name}.yaml",
                "kuma/mesh_service_on_hosts.yaml.j2",
                _service_view(one, settings),
            )
            for one in services
            if one.ports
        ]
        return tuple(pages)

    def legacy(self, host: str, services: tuple[MeshedService, ...], settings: Settings) -> tuple[Page, ...]:
        """A proxy for each service that is called or calls: its description, its unit, and the way in and out again."""
        members = [one for one in services if one.ports or one.callees]
        if not members:
            return ()
        folder = layout.legacy(dns_label(host))
        admins = _stable_ports((one.name for one in members), *_ADMINS)
        readiness = _stable_ports((one.name for one in members), *_READINESS)
        outbounds = _stable_ports((_call(one, call) for one in members for call in one.callees), *_OUTBOUNDS)
        views = [
            _proxy_view(one, host, settings)
            | {"admin": admins[one.name], "readiness": readiness[one.name]}
            | {"outbound": [_outbound(call, outbounds[_call(one, call)], settings) for call in one.callees]}
            for one in members
        ]
        pages = []
        for view in views:
            pages.append(Page(f"{folder}/{view['service']}.dataplane.yaml", "legacy/dataplane.yaml.j2", view))
            pages.append(Page(f"{folder}/kuma-dp-{view['service']}.service", "legacy/kuma-dp.service.j2", view))
        whole = {"host": host, "mesh": settings.mesh.name, "proxies": views}
        return (*pages, *(Page(f"{folder}/{file}", f"legacy/{file}.j2", whole) for file in _WHOLE_HOST))


_WHOLE_HOST = ("install.sh", "uninstall.sh", "install.play.yaml", "uninstall.play.yaml", "README.md")


def _route_view(service: MeshedService, settings: Settings) -> dict[str, Any]:
    first = service.ports[0]
    target = {"kind": "MeshService", "name": service.name}
    if len(service.ports) > 1:
        target["sectionName"] = first.name
    hosts = {_NAME: service.name, "kuma.io/zone": settings.mesh.vm_zone}
    cluster = {
        _NAME: service.name,
        "kuma.io/zone": settings.mesh.cluster_zone,
        "k8s.kuma.io/namespace": settings.namespace,
    }
    return {
        "name": service.name,
        "namespace": settings.namespace,
        "mesh": settings.mesh.name,
        "labels": {"kuma.io/mesh": settings.mesh.name, "kuma.io/origin": "zone", **service.labels},
        "target": target,
        "keep": [_backend(hosts, first.name, 1), _backend(cluster, first.name, 1)],
        "backends": [_backend(hosts, first.name, 100), _backend(cluster, first.name, 0)],
    }


def _backend(labels: Mapping[str, str], port: str, weight: int) -> dict[str, Any]:
    return {"kind": "MeshService", "labels": dict(labels), "sectionName": port, "weight": weight}


def _permission_view(service: MeshedService, settings: Settings) -> dict[str, Any]:
    """A caller has one identity on its hosts and another one in the cluster, and may be on either side."""
    hosts = f"spiffe://{settings.mesh.name}.{settings.mesh.vm_zone}.mesh.local/workload"
    cluster = f"spiffe://{settings.mesh.name}.{settings.mesh.cluster_zone}.mesh.local/ns/{settings.namespace}/sa"
    return {
        "name": dns_label(f"allow-{service.name}"),
        "mesh": settings.mesh.name,
        "service": service.name,
        "allow": [
            {"spiffeID": {"type": "Exact", "value": f"{prefix}/{caller}"}}
            for caller in service.callers
            for prefix in (hosts, cluster)
        ],
    }


def _service_view(service: MeshedService, settings: Settings) -> dict[str, Any]:
    ports = [
        {"name": one.name, "port": one.port, "targetPort": one.name, "appProtocol": str(one.protocol)}
        for one in service.ports
    ]
    return {"name": service.name, "mesh": settings.mesh.name, "service": service.name, "ports": ports}


def _proxy_view(service: MeshedService, host: str, settings: Settings) -> dict[str, Any]:
    address = next(one.address for one in service.hosts if one.name == host)
    return {
        "service": service.name,
        "name": dns_label(f"{service.name}-{host}"),
        "mesh": settings.mesh.name,
        "address": address,
        "control_plane": settings.mesh.control_plane.replace("%", "%%"),
        "inbound": _inbounds(service),
    }


def _inbounds(service: MeshedService) -> list[dict[str, Any]]:
    """The service keeps its own port; the proxy takes the one above it for callers in the mesh."""
    taken = {one.port for one in service.ports}
    found = []
    for one in service.ports:
        port = one.port + _INBOUND_SHIFT if one.port + _INBOUND_SHIFT <= _HIGHEST else one.port - _INBOUND_SHIFT
        while port in taken:
            port += 1
        taken.add(port)
        found.append(
            {"name": one.name, "port": port, "servicePort": one.port, "serviceAddress": "127.0.0.1"}
            | {
                "protocol": str(one.protocol),
                "tags": {"kuma.io/service": service.name, "kuma.io/protocol": str(one.protocol)},
            }
        )
    return found


def _call(service: MeshedService, call: tuple[str, int]) -> str:
    return f"{service.name} {call[0]} {call[1]}"


def _outbound(call: tuple[str, int], port: int, settings: Settings) -> dict[str, Any]:
    """Points at the cluster's MeshService from the first day on: the route decides where the request ends up.

    Kuma makes that MeshService from the Kubernetes Service, which the agent applies when the callee is started. Before,
    the reference leads to nothing and nothing listens; so callers are changed afterwards, as the host's README says.
    """
    labels = {
        "kuma.io/display-name": call[0],
        "k8s.kuma.io/namespace": settings.namespace,
        "kuma.io/zone": settings.mesh.cluster_zone,
    }
    backend = {"kind": "MeshService", "labels": labels, "port": call[1]}
    return {"address": "127.0.0.1", "port": port, "backendRef": backend}


def _stable_ports(names: Iterable[str], first: int, count: int) -> dict[str, int]:
    """A port for each name that stays when other names come, unless two of them meet."""
    found: dict[str, int] = {}
    for name in sorted(set(names)):
        offset = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % count
        while first + offset in found.values():
            offset = (offset + 1) % count
        found[name] = first + offset
    return found
