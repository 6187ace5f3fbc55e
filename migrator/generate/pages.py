"""Which files a repository gets: each with its template and its values, nothing rendered yet. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple
from typing import Any

from migrator.generate import flux, gateways, images
from migrator.generate.inputs import Inputs
from migrator.generate.kind import Context, labels
from migrator.generate.kinds import KINDS
from migrator.generate.overlay import overlay
from migrator.generate.probes import minutes_to_start
from migrator.generate.volumes import skipped, volumes
from migrator.generate.workload import Workload, workload
from migrator.gitops import layout
from migrator.mesh import Mesh, MeshedHost, MeshedService, MeshPort, Page
from migrator.model.estate import Edge
from migrator.model.findings import Finding
from migrator.model.names import dns_label
from migrator.model.services import Protocol

__all__ = ["edges_by_service", "meshed", "pages_of_estate", "pages_of_service", "workloads"]


def workloads(inputs: Inputs) -> tuple[Workload, ...]:
    """Every service with the replicas joined, by name."""
    called: dict[str, set[int]] = {}
    for edge in inputs.estate.edges:
        if edge.port is not None:
            called.setdefault(dns_label(edge.callee), set()).add(edge.port)
    return tuple(
        workload(name, profiles, frozenset(called.get(name, ()))) for name, profiles in inputs.services.items()
    )


def meshed(services: Iterable[Workload], inputs: Inputs, balancers: Iterable[gateways.Balancer]) -> list[MeshedService]:
    """What a mesh is told of each service. Calls that stay on a Unix socket are none of its business."""
    known = {one.name: one for one in services}
    addresses = {report.name: report.address for report in inputs.estate.hosts}
    callers: dict[str, set[str]] = {}
    callees: dict[str, set[tuple[str, int]]] = {}
    for edge in inputs.estate.edges:
        caller, callee = dns_label(edge.caller), known.get(dns_label(edge.callee))
        if caller in known and callee and callee.routed and edge.protocol is not Protocol.UNIX:
            callers.setdefault(callee.name, set()).add(caller)
            ports = {port.port for port in callee.ports}
            callees.setdefault(caller, set()).add(
                (callee.name, edge.port if edge.port in ports else callee.routed.port)
            )
    context = Context(inputs.settings)
    return [
        MeshedService(
            name=one.name,
            labels=labels(one, context),
            ports=_mesh_ports(one),
            hosts=tuple(MeshedHost(host, addresses.get(host) or host) for host in one.hosts),
            callers=tuple(sorted(callers.get(one.name, ()))),
            callees=tuple(sorted(callees.get(one.name, ()))),
            gateways=tuple(balancer.gateway for balancer in balancers if one.name in balancer.callees),
            hostnames=tuple(
                name
                for balancer in balancers
                for name in balancer.hostnames(one.name, inputs.settings.gateway.hostname)
            ),
        )
        for one in known.values()
    ]


def _mesh_ports(service: Workload) -> tuple[MeshPort, ...]:
    if service.routed is None:
        return ()
    return tuple(
        MeshPort(one.name, one.port, one.protocol) for one in service.ports if one.protocol is not Protocol.UDP
    )


def edges_by_service(inputs: Inputs) -> Mapping[str, list[Edge]]:
    """Label of a service -> the calls that it makes or answers, without those to itself."""
    found: dict[str, list[Edge]] = {}
    for edge in inputs.estate.edges:
        if edge.caller != edge.callee:
            for name in (edge.caller, edge.callee):
                found.setdefault(dns_label(name), []).append(edge)
    return found


def pages_of_service(
    service: Workload,
    member: MeshedService,
    mesh: Mesh,
    inputs: Inputs,
    *,
    edges: Iterable[Edge],
    findings: Iterable[Finding],
) -> Iterator[Page]:
    """Everything below `apps/<service>/`, and the service's entry for Flux."""
    context = Context(inputs.settings)
    folder = layout.app_base(service.name)
    views = [(kind, kind.view(service, context)) for kind in KINDS]
    base = [Page(f"{folder}/{kind.file}", kind.template, view) for kind, view in views if view is not None]
    yield from _with_kustomization(folder, base)
    yield from overlay(service, inputs.settings)
    if service.routed:
        route = list(mesh.route(member, inputs.settings))
        yield from _with_kustomization(layout.route(service.name).rpartition("/")[0], route)
    image = images.view(service)
    yield Page(f"{layout.image(service.name)}/Containerfile", "image/Containerfile.j2", image)
    yield Page(f"{layout.image(service.name)}/.dockerignore", "image/dockerignore.j2", image)
    yield Page(f"{layout.image(service.name)}/.gitignore", "image/gitignore.j2", image)
    yield Page(f"apps/{service.name}/README.md", "readme.md.j2", _readme(service, member, edges, findings))
    yield flux.app(service, inputs.settings, _folders(inputs, mesh))


def pages_of_estate(
    members: Iterable[MeshedService], mesh: Mesh, inputs: Inputs, balancers: Iterable[gateways.Balancer]
) -> Iterator[Page]:
    """Everything that there is once: namespaces, the mesh, gateways, the hosts' side, and Flux's entries."""
    settings, members = inputs.settings, tuple(members)
    yield from _with_kustomization("namespaces", [_namespace(inputs, mesh)])
    shared = list(mesh.shared(members, settings))
    yield from (page for page in shared if page.path.count("/") > 1)
    yield from _with_kustomization("mesh", [page for page in shared if page.path.count("/") == 1])
    yield from _with_kustomization("gateway", list(gateways.pages(balancers, inputs.settings, mesh)))
    here: dict[str, list[MeshedService]] = {}
    for member in members:
        for host in member.hosts:
            here.setdefault(host.name, []).append(member)
    for name in sorted(here):
        yield from mesh.legacy(name, tuple(here[name]), settings)
    folders = ["namespaces", *(["mesh"] if shared else []), *(["gateway"] if balancers else [])]
    yield from flux.infrastructure(settings, folders)


def _folders(inputs: Inputs, mesh: Mesh) -> list[str]:
    """What has to be applied before a service: its namespace, and who may call it."""
    return ["namespaces", *(["mesh"] if mesh.shared((), inputs.settings) else [])]


def _with_kustomization(folder: str, pages: list[Page]) -> Iterator[Page]:
    if pages:
        yield from pages
        files = [page.path.removeprefix(f"{folder}/") for page in pages]
        view: dict[str, Any] = {"resources": files, "patches": [], "images": []}
        yield Page(f"{folder}/kustomization.yaml", "kubernetes/kustomization.yaml.j2", view)


def _namespace(inputs: Inputs, mesh: Mesh) -> Page:
    injected = mesh.namespace_labels()
    comment = "Pods without any privilege only."
    if injected:
        comment += " That needs the mesh's CNI plug-in: its init container would want NET_ADMIN."
    standards = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}
    view = {
        "comment": comment,
        "name": inputs.settings.namespace,
        "labels": {"app.kubernetes.io/managed-by": "migrate", **standards, **injected},
    }
    return Page(f"namespaces/{inputs.settings.namespace}.yaml", "kubernetes/namespace.yaml.j2", view)


def _readme(
    service: Workload, member: MeshedService, edges: Iterable[Edge], findings: Iterable[Finding]
) -> Mapping[str, Any]:
    profiled = [one for profile in service.profiles for one in profile.findings]
    return {
        "service": service.name,
        "kind": "A job" if service.is_job else "A service" if service.ports or service.sockets else "A worker",
        "sockets": service.sockets,
        "hosts": service.hosts,
        "runtime": f"{service.first.runtime.name} {service.first.runtime.version}".strip(),
        "schedule": service.first.schedule if service.is_job else "",
        "secrets": service.secrets,
        "secret": f"{service.name}-env",
        "settings": service.settings,
        "config": service.first.config,
        "places": sorted({place for profile in service.profiles for place in profile.secrets}, key=astuple),
        "data": [(one.path, one.size, one.why) for one in volumes(service)],
        "unmounted": list(skipped(service)),
        "moved": [(one.port, one.inside) for one in service.ports if one.inside != one.port],
        "edges": list(edges),
        "minutes": minutes_to_start(service),
        "routed": member.ports[0].port if member.ports else 0,
        "findings": [*profiled, *findings],
    }
