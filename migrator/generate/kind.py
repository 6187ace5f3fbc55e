"""The seam for what Kubernetes is given: one module in `kinds/` for each kind, and what each of them is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from migrator.generate.workload import Workload
from migrator.model.settings import Settings

__all__ = ["NO_SUBSTITUTION", "Context", "Kind", "labels", "selector"]

NO_SUBSTITUTION = "kustomize.toolkit.fluxcd.io/substitute"
"""Label and annotation that keeps Flux from reading `${…}` in text that came from a host."""

PART_OF = "app.kubernetes.io/part-of"


@dataclass(frozen=True, slots=True)
class Context:
    """What a kind needs beyond the service itself."""

    settings: Settings
    group: str = "legacy-estate"
    """The value of the part-of label."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One Kubernetes kind: the file it gets in a service's `base/`, and the function that decides.

    `view` returns what the template `kubernetes/<name>.yaml.j2` shows, or None where the service has no such thing.
    """

    name: str
    """snake_case; the template's and the file's name."""
    view: Callable[[Workload, Context], Mapping[str, Any] | None]

    @property
    def template(self) -> str:
        """The template's name."""
        return f"kubernetes/{self.name}.yaml.j2"

    @property
    def file(self) -> str:
        """The file's name in `base/`."""
        return f"{self.name.replace('_', '-')}.yaml"


def selector(service: str) -> dict[str, str]:
    """Labels that choose a service's Pods; they can never change, so there are only two."""
    return {"app.kubernetes.io/name": service, "app.kubernetes.io/instance": service}


def labels(service: Workload, context: Context) -> dict[str, str]:
    """The labels of everything that belongs to a service."""
    component = "job" if service.is_job else "service" if service.ports else "worker"
    return {
        **selector(service.name),
        "app.kubernetes.io/component": component,
        PART_OF: context.group,
        "app.kubernetes.io/managed-by": "migrate",
    }
