"""The identity of a service's Pods: in the mesh, and towards the API server, where it has no rights."""

from typing import Any

from migrator.generate.kind import Context
from migrator.generate.pod import document
from migrator.generate.workload import Workload

__all__ = ["view"]


def view(service: Workload, context: Context) -> dict[str, Any] | None:
    """A ServiceAccount whose token is not mounted."""
    return document(service, context)
