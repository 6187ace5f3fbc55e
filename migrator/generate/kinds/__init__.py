"""Every Kubernetes kind that a service may get, in the order in which a reader wants them."""

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

KINDS = (
    Kind("service_account", service_account.view),
    Kind("config_map", config_map.view),
    Kind("persistent_volume_claim", persistent_volume_claim.view),
    Kind("deployment", deployment.view),
    Kind("stateful_set", stateful_set.view),
    Kind("cron_job", cron_job.view),
    Kind("service", service.view),
)
