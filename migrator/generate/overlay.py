"""What differs between environments: how many, how large, which image, and whether a worker works. Pure."""

from collections.abc import Iterator
from typing import Any

from migrator.generate.resources import resources
from migrator.generate.workload import Workload, cron_job_name
from migrator.gitops import layout
from migrator.lever import REPLICAS_ANNOTATION
from migrator.mesh import Page
from migrator.model.settings import Settings

__all__ = ["has_switch", "overlay"]


def has_switch(service: Workload) -> bool:
    """Whether there is no traffic to move: the service is off in the cluster until its switch is thrown."""
    return service.routed is None


def overlay(service: Workload, settings: Settings) -> Iterator[Page]:
    """The files in `overlays/<environment>/`."""
    folder = layout.app_overlay(service.name, settings.environment)
    patches = []
    if has_switch(service):
        patches.append("switch.yaml")
        path = layout.switch(service.name, settings.environment)
        yield Page(path, "kubernetes/patch.yaml.j2", _switch(service, settings))
    spec = _size(service)
    if spec:
        patches.append("size.yaml")
        view = {
            **_target(service, settings),
            "comments": resources(service).reasons,
            "annotations": {},
            "spec": spec,
        }
        yield Page(f"{folder}/size.yaml", "kubernetes/patch.yaml.j2", view)
    image = f"{settings.registry}/{service.name}"
    view = {
        "resources": ["../../base"],
        "patches": [{"path": path} for path in patches],
        "images": [{"name": image, "newTag": layout.UNBUILT}],
    }
    yield Page(f"{folder}/kustomization.yaml", "kubernetes/kustomization.yaml.j2", view)


def _target(service: Workload, settings: Settings) -> dict[str, Any]:
    if service.is_job:
        api, kind, name = "batch/v1", "CronJob", cron_job_name(service.name)
    else:
        api, kind, name = "apps/v1", "StatefulSet" if service.state else "Deployment", service.name
    return {"api_version": api, "kind": kind, "name": name, "namespace": settings.namespace}


def _switch(service: Workload, settings: Settings) -> dict[str, Any]:
    """Off. The annotation says how many Pods there are to be when it is on."""
    if service.is_job:
        spec: dict[str, Any] = {"suspend": True}
        return {
            **_target(service, settings),
            "comments": ["The switch: with false it runs in the cluster, and must not run on the hosts any more."],
            "annotations": {},
            "spec": spec,
        }
    return {
        **_target(service, settings),
        "comments": ["The switch: with replicas it works in the cluster, and must not work on the hosts any more."],
        "annotations": {REPLICAS_ANNOTATION: str(service.replicas)},
        "spec": {"replicas": 0},
    }


def _size(service: Workload) -> dict[str, Any]:
    asked = resources(service).written
    pod = {"spec": {"containers": [{"name": service.name, "resources": asked}]}} if asked else {}
    if service.is_job:
        return {"jobTemplate": {"spec": {"template": pod}}} if pod else {}
    replicas = {} if has_switch(service) else {"replicas": service.replicas}
    return {**replicas, **({"template": pod} if pod else {})}
