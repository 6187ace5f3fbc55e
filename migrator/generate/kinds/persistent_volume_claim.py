"""The data of a job: its Pods come and go, so the claims stand on their own."""

from typing import Any

from migrator.generate.kind import Context
from migrator.generate.pod import claim, document
from migrator.generate.volumes import volumes
from migrator.generate.workload import Workload

__all__ = ["view"]


def view(service: Workload, context: Context) -> dict[str, Any] | None:
    """One claim for each place where a job was seen to keep data."""
    if not service.is_job or not volumes(service):
        return None
    kept = [
        {"name": claim(service, one), "path": one.path, "size": one.size, "told": one.told} for one in volumes(service)
    ]
    return {**document(service, context), "claims": kept}
