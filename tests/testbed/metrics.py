"""Prometheus in the cell, reading the proxies of the gateway every second."""

import httpx

from tests.testbed import cluster, gateway
from tests.testbed.folders import cache, state
from tests.testbed.parts import start, wait

__all__ = ["URL", "program", "query", "up"]

URL = "http://127.0.0.1:9090"
_SERVICE = "proxy-metrics"

_CONFIGURATION = f"""\
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: gateway
    metrics_path: /stats/prometheus
    dns_sd_configs:
      - names: [{_SERVICE}.{gateway.NAMESPACE}.svc.cluster.local]
        type: A
        port: 19001
        refresh_interval: 1s
"""
_WITH_CLUSTER_DNS = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'


def program() -> str:
    """Debian's Prometheus, unpacked: installing the package would start a server on this machine.

    It comes without discovery by Kubernetes' API, so it asks the cluster's DNS for the proxies.
    """
    return str(cache() / "debian" / "usr" / "bin" / "prometheus")


def up() -> None:
    """Start it, without any history."""
    configuration, resolver = state() / "prometheus.yaml", state() / "prometheus-resolv.conf"
    configuration.write_text(_CONFIGURATION)
    resolver.write_text(f"nameserver {cluster.NODE_ADDRESS}\n")
    cluster.apply(_every_proxy())
    part = start(
        "prometheus",
        *("unshare", "--mount", "sh", "-c", _WITH_CLUSTER_DNS, "sh", str(resolver)),
        program(),
        f"--config.file={configuration}",
        f"--storage.tsdb.path={state() / 'prometheus'}",
        "--web.listen-address=127.0.0.1:9090",
        "--log.level=warn",
    )
    wait("Prometheus is ready", _is_ready, part)


def query(expression: str) -> dict[str, float]:
    """An instant query: the labels of each series, as text, and its value."""
    answer = httpx.get(f"{URL}/api/v1/query", params={"query": expression}, trust_env=False).raise_for_status().json()
    return {str(one["metric"]): float(one["value"][1]) for one in answer["data"]["result"]}


def _every_proxy() -> dict[str, object]:
    """A headless Service: its name leads to the addresses of all proxies."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": _SERVICE, "namespace": gateway.NAMESPACE},
        "spec": {
            "clusterIP": "None",
            "selector": {"app.kubernetes.io/name": "envoy"},
            "ports": [{"name": "metrics", "port": 19001}],
        },
    }


def _is_ready() -> bool:
    try:
        return httpx.get(f"{URL}/-/ready", trust_env=False).is_success
    except httpx.TransportError:
        return False
