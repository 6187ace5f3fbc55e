"""A service that runs all the time and keeps nothing."""

from typing import Any

from migrator.generate.kind import Context
from migrator.generate.pod import document, pod_template
from migrator.generate.workload import Workload

__all__ = ["view"]


def view(service: Workload, context: Context) -> dict[str, Any] | None:
    """A Deployment, unless a schedule starts it or state was seen.

    Where state could not be looked for, two Pods never run at the same time.
    """
    if service.is_job or service.state:
        return None
    alone = service.first_stateful is not None
    return {**document(service, context, with_notes=True), "template": pod_template(service, context), "alone": alone}
