"""The Pod that a service needs, as plain data. Everything in it was observed, or is the strict default with its reason."""

from collections.abc import Mapping
from typing import Any

from migrator.generate.inputs import Service
from migrator.model.names import dns_label
from migrator.model.services import Listen, Protocol
from migrator.model.settings import Settings

__all__ = ["claim_name", "container_port", "image_name", "labels", "pod_template", "port_name", "selector"]

_LOW = 1024
_SHIFT = 8000
"""A port below 1024 needs a capability that PSS `restricted` forbids; in the Pod it moves up by this."""


def selector(service: Service) -> dict[str, str]:
    """The labels that select Pods; they may never change."""
    return {"app.kubernetes.io/name": service.name, "app.kubernetes.io/instance": service.name}


def labels(service: Service, settings: Settings) -> dict[str, str]:
    """The recommended labels. Source: Kubernetes, "Recommended Labels"."""
    return {
        **selector(service),
        "app.kubernetes.io/component": dns_label(service.first.runtime.name),
        "app.kubernetes.io/part-of": settings.namespace,
        "app.kubernetes.io/managed-by": "migrate",
        "kustomize.toolkit.fluxcd.io/substitute": "disabled",
    }


def image_name(service: Service, settings: Settings) -> str:
    """The image without its tag; the overlay sets the tag."""
    return f"{settings.registry}/{service.name}"


def port_name(listen: Listen) -> str:
    """`http-8080`: at most 15 characters, a letter among them."""
    return f"{listen.protocol.value}-{listen.port}"


def container_port(listen: Listen) -> int:
    """The port inside the Pod."""
    port = listen.port or 0
    return port + _SHIFT if port < _LOW else port


def claim_name(number: int) -> str:
    """Name of the volume of the n-th place with data."""
    return "data" if number == 0 else f"data-{number}"


def pod_template(service: Service, settings: Settings, *, restart: str = "") -> dict[str, Any]:
    """The `template` of a Deployment, StatefulSet or Job."""
    spec: dict[str, Any] = {
        "serviceAccountName": service.name,
        "automountServiceAccountToken": False,
        "securityContext": _pod_security(service),
        "containers": [_container(service, settings)],
    }
    if restart:
        spec["restartPolicy"] = restart
    if restart and service.state:
        names = {claim_name(i): f"{service.name}-{claim_name(i)}" for i, _ in enumerate(service.state)}
        spec["volumes"] = [{"name": n, "persistentVolumeClaim": {"claimName": claim}} for n, claim in names.items()]
    return {"metadata": {"labels": labels(service, settings)}, "spec": spec}


def _pod_security(service: Service) -> dict[str, Any]:
    """PSS `restricted`. A user id only where one was observed that is not root's."""
    context: dict[str, Any] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    account = service.first.account
    if account.uid:
        context["runAsUser"] = account.uid
        if account.gid:
            context["runAsGroup"] = account.gid
            if service.state:
                context["fsGroup"] = account.gid
    return context


def _container(service: Service, settings: Settings) -> dict[str, Any]:
    container: dict[str, Any] = {
        "name": service.name,
        "image": image_name(service, settings),
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    ports = [_port(listen) for listen in service.ports]
    optional = {
        "ports": ports,
        "env": [_variable(service, v.name, secret=v.secret) for v in service.variables],
        "resources": _resources(service),
        "readinessProbe": _probe(service),
        "volumeMounts": [{"name": claim_name(i), "mountPath": s.path} for i, s in enumerate(service.state)],
    }
    return {**container, **{key: value for key, value in optional.items() if value}}


def _port(listen: Listen) -> dict[str, Any]:
    protocol = "UDP" if listen.protocol is Protocol.UDP else "TCP"
    return {"name": port_name(listen), "containerPort": container_port(listen), "protocol": protocol}


def _variable(service: Service, name: str, *, secret: bool) -> dict[str, Any]:
    """A reference, never a value. A secret that is not there yet keeps the Pod from starting; a setting does not."""
    if secret:
        source: Mapping[str, Any] = {"secretKeyRef": {"name": f"{service.name}-env", "key": name}}
    else:
        source = {"configMapKeyRef": {"name": f"{service.name}-env", "key": name, "optional": True}}
    return {"name": name, "valueFrom": source}


def _resources(service: Service) -> dict[str, Any]:
    """Requests from what was used, a limit only where one is set today. The busiest instance counts."""
    memory = max((p.usage.memory_mib or 0 for p in service.profiles), default=0)
    cpu = max((p.usage.cpu_millicores or 0 for p in service.profiles), default=0)
    limit = max((p.usage.memory_limit_mib or 0 for p in service.profiles), default=0)
    requests = {key: value for key, value in (("cpu", f"{cpu}m"), ("memory", f"{memory}Mi")) if value[0] != "0"}
    found: dict[str, Any] = {"requests": requests} if requests else {}
    if limit >= memory > 0:
        found["limits"] = {"memory": f"{limit}Mi"}
    return found


def _probe(service: Service) -> dict[str, Any] | None:
    """The check that a balancer makes today, as readiness: it decides about traffic there, too."""
    for check in service.health:
        for listen in service.ports:
            if listen.port == check.port:
                if check.path:
                    return {"httpGet": {"path": check.path, "port": port_name(listen)}}
                return {"tcpSocket": {"port": port_name(listen)}}
    return None
