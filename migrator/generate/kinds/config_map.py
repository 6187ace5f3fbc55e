"""A place for the settings whose names were seen and whose values were not."""

from typing import Any

from migrator.generate.kind import Context
from migrator.generate.pod import document
from migrator.generate.workload import Workload, derived

__all__ = ["view"]


def view(service: Workload, context: Context) -> dict[str, Any] | None:
    """An empty ConfigMap with the names in comments, for a person to fill. Nothing where there are no settings."""
    if not service.settings:
        return None
    names = [{"name": one.name, "source": one.source or "process"} for one in service.settings]
    return {**document(service, context, derived(service.name, "settings")), "names": names}
