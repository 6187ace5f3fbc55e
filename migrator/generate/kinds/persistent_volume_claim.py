"""Volumes of jobs. A StatefulSet claims its own."""

from typing import Any

from migrator.generate.inputs import Inputs, Service
from migrator.generate.kind import Kind
from migrator.generate.pod import claim_name, labels
from migrator.model.services import State

__all__ = ["KIND", "claim_size"]

_MIB_PER_GIB = 1024
_HEADROOM = 1.5


def claim_size(state: State) -> str:
    """How much to ask for: what was measured and half as much again, in whole GiB.

    An upper bound (the use of the whole file system) is asked for as it is; nothing known is 1Gi, and finding MIG013 says so.
    """
    size = state.size_mib or 0
    wanted = size * _HEADROOM if state.exact else size
    return f"{max(1, -(-int(wanted) // _MIB_PER_GIB))}Gi"


def view(service: Service, inputs: Inputs) -> dict[str, Any] | None:
    """Only for a job that keeps data."""
    if not service.is_job or not service.state:
        return None
    claims = [
        {"name": f"{service.name}-{claim_name(i)}", "size": claim_size(state), "path": state.path}
        for i, state in enumerate(service.state)
    ]
    return {"labels": labels(service, inputs.settings), "claims": claims}


KIND = Kind("persistent-volume-claim.yaml", "kubernetes/persistent_volume_claim.yaml.j2", view)
