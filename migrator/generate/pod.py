"""The Pod that a service needs, as plain data. Everything in it was observed, or is the strict default with its reason.

Source: Kubernetes, "Pod Security Standards", profile `restricted`.
"""

from typing import Any

from migrator.generate.kind import NO_SUBSTITUTION, Context, labels, selector
from migrator.generate.probes import probes
from migrator.generate.volumes import Volume, volumes
from migrator.generate.workload import Workload, derived

__all__ = ["claim", "document", "pod_template"]


def document(service: Workload, context: Context, name: str = "", *, with_notes: bool = False) -> dict[str, Any]:
    """The names, labels and annotations that every manifest of a service starts with."""
    return {
        "name": name or service.name,
        "namespace": context.settings.namespace,
        "labels": labels(service, context),
        "selector": selector(service.name),
        "annotations": {NO_SUBSTITUTION: "disabled", **(_notes(service) if with_notes else {})},
    }


def pod_template(service: Workload, context: Context) -> dict[str, Any]:
    """The `template` of a Deployment, StatefulSet or CronJob."""
    spec: dict[str, Any] = {
        "serviceAccountName": service.name,
        "automountServiceAccountToken": False,
        "securityContext": _security(service),
        "containers": [_container(service, context)],
    }
    if service.is_job:
        spec["restartPolicy"] = "Never"
        kept = volumes(service)
        if kept:
            claims = {one.name: claim(service, one) for one in kept}
            spec["volumes"] = [{"name": n, "persistentVolumeClaim": {"claimName": c}} for n, c in claims.items()]
    return {"metadata": {"labels": labels(service, context)}, "spec": spec}


def claim(service: Workload, volume: Volume) -> str:
    """Name of a claim that stands on its own, outside of a StatefulSet."""
    return derived(service.name, volume.name)


def _notes(service: Workload) -> dict[str, str]:
    """Annotations with the reason for whatever a reader would not expect."""
    return {
        f"migrate.dev/port-{one.port}": f"{one.inside} in the Pod: ports below 1024 need root"
        for one in sorted(service.ports, key=lambda one: one.port)
        if one.inside != one.port
    }


def _security(service: Workload) -> dict[str, Any]:
    """A user id only where one was observed that is not root's; the volumes then belong to the group."""
    context: dict[str, Any] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    if service.uid:
        context["runAsUser"] = service.uid
        if service.gid:
            context["runAsGroup"] = service.gid
            if volumes(service):
                context["fsGroup"] = service.gid
    return context


def _container(service: Workload, context: Context) -> dict[str, Any]:
    always = {
        "name": service.name,
        "image": f"{context.settings.registry}/{service.name}",
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    optional = {
        "ports": [] if service.is_job else _ports(service),
        "env": [_variable(service, one.name, secret=one.secret) for one in service.variables],
        **probes(service),
        "volumeMounts": [{"name": one.name, "mountPath": one.path} for one in volumes(service)],
    }
    return {**always, **{key: value for key, value in optional.items() if value}}


def _ports(service: Workload) -> list[dict[str, Any]]:
    ports = sorted(service.ports, key=lambda one: (one.port, one.transport))
    return [{"name": one.name, "containerPort": one.inside, "protocol": one.transport} for one in ports]


def _variable(service: Workload, name: str, *, secret: bool) -> dict[str, Any]:
    """A reference, never a value. A secret that is not there yet keeps the Pod from starting; a setting does not."""
    if secret:
        return {
            "name": name,
            "valueFrom": {"secretKeyRef": {"name": derived(service.name, "env"), "key": name}},
        }
    reference = {"name": derived(service.name, "settings"), "key": name, "optional": True}
    return {"name": name, "valueFrom": {"configMapKeyRef": reference}}
