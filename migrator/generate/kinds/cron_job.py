"""A job that a schedule starts."""

from typing import Any

from migrator.generate.kind import Context
from migrator.generate.pod import document, pod_template
from migrator.generate.schedule import NEVER, in_kubernetes
from migrator.generate.workload import Workload, cron_job_name

__all__ = ["view"]


def view(service: Workload, context: Context) -> dict[str, Any] | None:
    """A CronJob; on a day that never comes where the schedule is not one that Kubernetes understands."""
    if not service.is_job:
        return None
    return {
        **document(service, context, cron_job_name(service.name)),
        "schedule": in_kubernetes(service.first.schedule) or NEVER,
        "timezone": service.first.timezone,
        "template": pod_template(service, context),
    }
