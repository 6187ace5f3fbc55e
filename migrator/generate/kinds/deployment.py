"""A Deployment, for what runs all the time and keeps no data."""

from typing import Any

from migrator.generate.inputs import Inputs, Service
from migrator.generate.kind import Kind
from migrator.generate.pod import labels, pod_template, selector

__all__ = ["KIND"]


def view(service: Service, inputs: Inputs) -> dict[str, Any] | None:
    """Only for a service without state. Its replicas are the overlay's."""
    if service.is_job or service.state:
        return None
    return {
        "name": service.name,
        "labels": labels(service, inputs.settings),
        "selector": selector(service),
        "template": pod_template(service, inputs.settings),
    }


KIND = Kind("deployment.yaml", "kubernetes/deployment.yaml.j2", view)
