"""A StatefulSet with its volumes, for what keeps data."""

from typing import Any

from migrator.generate.inputs import Inputs, Service
from migrator.generate.kind import Kind
from migrator.generate.kinds.persistent_volume_claim import claim_size
from migrator.generate.pod import claim_name, labels, pod_template, selector

__all__ = ["KIND"]


def view(service: Service, inputs: Inputs) -> dict[str, Any] | None:
    """Only for a service with state."""
    if service.is_job or not service.state:
        return None
    return {
        "name": service.name,
        "labels": labels(service, inputs.settings),
        "selector": selector(service),
        "template": pod_template(service, inputs.settings),
        "claims": [
            {
                "metadata": {"name": claim_name(i), "labels": selector(service)},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": claim_size(state)}},
                },
            }
            for i, state in enumerate(service.state)
        ],
    }


KIND = Kind("stateful-set.yaml", "kubernetes/stateful_set.yaml.j2", view)
