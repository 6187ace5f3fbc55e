"""Every kind that a service's base may hold; the order is the order of application."""

from migrator.generate.kind import Kind
from migrator.generate.kinds import (
    config_map,
    cron_job,
    deployment,
    persistent_volume_claim,
    service,
    service_account,
    stateful_set,
)

__all__ = ["KINDS"]

KINDS: tuple[Kind, ...] = (
    service_account.KIND,
    config_map.KIND,
    persistent_volume_claim.KIND,
    service.KIND,
    deployment.KIND,
    stateful_set.KIND,
    cron_job.KIND,
)
