"""The name and the ports under which a service is reached."""

from typing import Any

from migrator.generate.kind import Context
from migrator.generate.pod import document
from migrator.generate.workload import Port, Workload
from migrator.model.services import Protocol

__all__ = ["view"]


def view(service: Workload, context: Context) -> dict[str, Any] | None:
    """A Service with the ports that the hosts have, whatever the Pods listen on; none for jobs and workers."""
    if service.is_job or not service.ports:
        return None
    ports = sorted(service.ports, key=lambda one: (one.port, one.transport))
    return {**document(service, context, with_notes=True), "ports": [_port(one) for one in ports]}


def _port(port: Port) -> dict[str, Any]:
    spoken = {} if port.protocol is Protocol.UDP else {"appProtocol": str(port.protocol)}
    return {"name": port.name, "port": port.port, "targetPort": port.name, "protocol": port.transport, **spoken}
