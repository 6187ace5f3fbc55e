"""The Kubernetes Service: the ports that others can reach today, under the numbers they have today."""

from typing import Any

from migrator.generate.inputs import Inputs, Service
from migrator.generate.kind import Kind
from migrator.generate.pod import labels, port_name, selector
from migrator.model.services import Listen, Protocol

__all__ = ["KIND"]


def view(service: Service, inputs: Inputs) -> dict[str, Any] | None:
    """Only for a service that others can reach."""
    if not service.ports:
        return None
    return {
        "name": service.name,
        "labels": labels(service, inputs.settings),
        "selector": selector(service),
        "ports": [_port(listen) for listen in service.ports],
    }


def _port(listen: Listen) -> dict[str, Any]:
    """The name is what routes refer to across zones; `appProtocol` tells the mesh what is spoken."""
    udp = listen.protocol is Protocol.UDP
    port = {"name": port_name(listen), "port": listen.port, "protocol": "UDP" if udp else "TCP"}
    return {**port, "targetPort": port_name(listen), **({} if udp else {"appProtocol": listen.protocol.value})}


KIND = Kind("service.yaml", "kubernetes/service.yaml.j2", view)
