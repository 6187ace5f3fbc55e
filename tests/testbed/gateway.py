"""Envoy Gateway in the cluster: the real controller, and the real Envoy for every Gateway."""

from pathlib import Path

from tests.testbed import cluster
from tests.testbed.folders import cache, program
from tests.testbed.parts import wait
from tests.testbed.shell import run

__all__ = ["CLASS_NAME", "NAMESPACE", "PROGRAMS", "address", "up"]

CLASS_NAME = "envoy"
NAMESPACE = "envoy-gateway-system"
PROGRAMS = ("envoy-gateway",)
_CERTGEN = (program("envoy-gateway"), "certgen", "--disable-topology-injector")


def up() -> None:
    """CRDs, certificates, controller, and a GatewayClass that it has accepted. Its images are on the node already."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for name in ("gateway-api-experimental", "envoy-gateway"):
        cluster.apply(cache() / "crds" / name)
    _make_certificates()
    cluster.apply(Path(__file__).parent / "manifests" / "envoy-gateway.yaml")
    wait("the GatewayClass is accepted", _is_accepted)


def address(name: str, namespace: str) -> str:
    """Where a Gateway listens: the cluster address of its proxies; empty until it is programmed."""
    found = cluster.get("gateway", name, namespace).get("status", {})
    programmed = any(one["type"] == "Programmed" and one["status"] == "True" for one in found.get("conditions", []))
    return str(found["addresses"][0]["value"]) if programmed and found.get("addresses") else ""


def _make_certificates() -> None:
    """Of controller and proxies."""
    environment = {"ENVOY_GATEWAY_NAMESPACE": NAMESPACE, "KUBECONFIG": str(cluster.kubeconfig())}
    run("env", *(f"{name}={value}" for name, value in environment.items()), *_CERTGEN)


def _is_accepted() -> bool:
    conditions = cluster.get("gatewayclass", CLASS_NAME).get("status", {}).get("conditions", [])
    return any(one["type"] == "Accepted" and one["status"] == "True" for one in conditions)
