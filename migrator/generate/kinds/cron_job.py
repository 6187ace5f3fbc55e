"""A CronJob. The overlay keeps it suspended until the job is switched, or it would run on both sides."""

from typing import Any

from migrator.generate.inputs import Inputs, Service
from migrator.generate.kind import Kind
from migrator.generate.pod import labels, pod_template

__all__ = ["KIND"]


def view(service: Service, inputs: Inputs) -> dict[str, Any] | None:
    """Only for a job whose schedule cron can say."""
    if not service.is_job or not service.first.schedule:
        return None
    return {
        "name": service.name,
        "labels": labels(service, inputs.settings),
        "schedule": service.first.schedule,
        "template": pod_template(service, inputs.settings, restart="Never"),
    }


KIND = Kind("cron-job.yaml", "kubernetes/cron_job.yaml.j2", view)
