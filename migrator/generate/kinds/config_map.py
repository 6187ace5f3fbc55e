"""The settings that are no secret, by name. Their values were not observed, so it starts empty and a person fills it."""

from typing import Any

from migrator.generate.inputs import Inputs, Service
from migrator.generate.kind import Kind
from migrator.generate.pod import labels

__all__ = ["KIND"]


def view(service: Service, inputs: Inputs) -> dict[str, Any] | None:
    """Only for a service with variables that are no secret."""
    names = [variable.name for variable in service.variables if not variable.secret]
    if not names:
        return None
    return {"name": f"{service.name}-env", "labels": labels(service, inputs.settings), "names": names}


KIND = Kind("config-map.yaml", "kubernetes/config_map.yaml.j2", view)
