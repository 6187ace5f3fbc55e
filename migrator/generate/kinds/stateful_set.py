"""A service that runs all the time and keeps data."""

from typing import Any

from migrator.generate.kind import Context, selector
from migrator.generate.pod import document, pod_template
from migrator.generate.volumes import Volume, volumes
from migrator.generate.workload import Workload

__all__ = ["view"]


def view(service: Workload, context: Context) -> dict[str, Any] | None:
    """A StatefulSet with one claim for each place where state was seen."""
    if service.is_job or not service.state:
        return None
    return {
        **document(service, context, with_notes=True),
        "template": pod_template(service, context),
        "claims": [_claim(service, one) for one in volumes(service)],
        "sizes": [{"path": one.path, "told": one.told} for one in volumes(service)],
    }


def _claim(service: Workload, volume: Volume) -> dict[str, Any]:
    return {
        "metadata": {"name": volume.name, "labels": selector(service.name)},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": volume.size}}},
    }
