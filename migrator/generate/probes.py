"""When a Pod gets traffic, and how long it may take to start: by the check that somebody makes today. Pure.

No liveness probe is made: nothing on the hosts kills a service because a balancer's check failed. The times and their
reasons: docs/decisions/013-sizes-and-probes.md.
"""

from typing import Any

from migrator.generate.workload import Workload

__all__ = ["minutes_to_start", "probes"]

_PERIOD_S = 5
_TIMEOUT_S = 5
"""A first answer is slower than all later ones: pages are compiled, pools are filled."""
_KEEPS_DATA, _JAVA, _OTHER = 30, 10, 3
"""Minutes. A database that is killed while it reads its log begins to read again."""
_JAVA_RUNTIMES = frozenset({"java", "tomcat"})
"""Also where a script starts the virtual machine."""


def probes(service: Workload) -> dict[str, Any]:
    """The container's probes. Nothing where nobody checks it: a check is never invented."""
    check = _check(service)
    if check is None:
        return {}
    patience = {
        "periodSeconds": _PERIOD_S,
        "timeoutSeconds": _TIMEOUT_S,
        "failureThreshold": minutes_to_start(service) * 60 // _PERIOD_S,
    }
    return {"startupProbe": {**check, **patience}, "readinessProbe": check}


def minutes_to_start(service: Workload) -> int:
    """How long its check may fail after the start before it is killed and started again; 0 where nobody checks it."""
    if _check(service) is None:
        return 0
    if service.first_stateful is not None:
        return _KEEPS_DATA
    return _JAVA if _runs_java(service) else _OTHER


def _runs_java(service: Workload) -> bool:
    named = service.first.runtime.name in _JAVA_RUNTIMES
    return named or service.is_java or service.usage.heap_mib is not None


def _check(service: Workload) -> dict[str, Any] | None:
    check = service.health
    port = next((one for one in service.ports if check and one.port == check.port and one.transport == "TCP"), None)
    if check is None or port is None or service.is_job:
        return None
    return {"httpGet": {"path": check.path, "port": port.name}} if check.path else {"tcpSocket": {"port": port.name}}
