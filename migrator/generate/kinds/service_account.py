"""An identity of its own for each service: the mesh names it, and no token is mounted."""

from typing import Any

from migrator.generate.inputs import Inputs, Service
from migrator.generate.kind import Kind
from migrator.generate.pod import labels

__all__ = ["KIND"]


def view(service: Service, inputs: Inputs) -> dict[str, Any]:
    """Every service has one."""
    return {"name": service.name, "labels": labels(service, inputs.settings)}


KIND = Kind("service-account.yaml", "kubernetes/service_account.yaml.j2", view)
