"""A STAND-IN for Kuma's data plane: turns our MeshHTTPRoute or MeshTCPRoute into the configuration of a real Envoy.

Kuma itself cannot be had here. Two things that Kuma 2.14.3 was measured to do matter to a cutover, and are copied:

- An Envoy cluster whose weight is 0 and which no other rule refers to is taken out, and it is taken out before the
  routes change: requests that come between the two fail. That is why generated routes have a rule that keeps both.
- A backend that does not resolve (no MeshService has its labels) gets nothing: everything goes to the other one.

Nothing else of Kuma is here: no identities, no permissions, no zones, no proxies beside the services.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["NAME", "Backend", "StandIn", "configuration"]

NAME = "stand-in for Kuma's data plane"

_API = "envoy.config"
_CLUSTER = f"type.googleapis.com/{_API}.cluster.v3.Cluster"
_LISTENER = f"type.googleapis.com/{_API}.listener.v3.Listener"
_ROUTES = f"type.googleapis.com/{_API}.route.v3.RouteConfiguration"
_HTTP = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
_TCP = "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"


@dataclass(frozen=True)
class Backend:
    """A MeshService that is there: its labels, and where it is reached."""

    labels: Mapping[str, str]
    addresses: Sequence[tuple[str, int]]

    @property
    def cluster(self) -> str:
        """Name of its Envoy cluster, as far as metrics are read by it: mesh, service, namespace, zone."""
        name, zone = self.labels["app.kubernetes.io/name"], self.labels["kuma.io/zone"]
        return f"default_{name}_{self.labels.get('k8s.kuma.io/namespace', '')}_{zone}_msvc"


@dataclass(frozen=True)
class Configuration:
    """What Envoy is told: its clusters, and the routes (HTTP) or the listener (TCP)."""

    clusters: dict[str, Any]
    traffic: dict[str, Any]


def configuration(route: Mapping[str, Any], backends: Sequence[Backend], port: int) -> Configuration:
    """Translate one route of ours, for a listener on this port of loopback. Pure."""
    rules = route["spec"]["to"][0]["rules"]
    split = [_weighted(rule["default"]["backendRefs"], backends) for rule in rules]
    used = {name for weights in split for name in weights}
    clusters = {"resources": [_cluster(one) for one in backends if one.cluster in used]}
    if route["kind"] == "MeshTCPRoute":
        return Configuration(clusters, {"resources": [_tcp_listener(split[-1], port)]})
    pairs = zip(rules, split, strict=True)
    entries = [{"match": _match(rule["matches"][0]), "route": _action(weights)} for rule, weights in pairs]
    host = {"name": "all", "domains": ["*"], "routes": entries}
    return Configuration(clusters, {"resources": [{"@type": _ROUTES, "name": "traffic", "virtual_hosts": [host]}]})


def _weighted(references: Sequence[Mapping[str, Any]], backends: Sequence[Backend]) -> dict[str, int]:
    """Weight by cluster. What has no weight or does not resolve is left out."""
    found = ((next((one for one in backends if _has(one, ref["labels"])), None), ref["weight"]) for ref in references)
    return {backend.cluster: weight for backend, weight in found if backend and weight}


def _has(backend: Backend, labels: Mapping[str, str]) -> bool:
    return all(backend.labels.get(name) == value for name, value in labels.items())


def _cluster(backend: Backend) -> dict[str, Any]:
    endpoints = [
        {"endpoint": {"address": {"socket_address": {"address": host, "port_value": port}}}}
        for host, port in backend.addresses
    ]
    return {
        "@type": _CLUSTER,
        "name": backend.cluster,
        "type": "STATIC",
        "connect_timeout": "2s",
        "load_assignment": {"cluster_name": backend.cluster, "endpoints": [{"lb_endpoints": endpoints}]},
    }


def _match(match: Mapping[str, Any]) -> dict[str, Any]:
    path = match["path"]
    matched: dict[str, Any] = {"path" if path["type"] == "Exact" else "prefix": path["value"]}
    headers = [{"name": one["name"], "string_match": {"exact": one["value"]}} for one in match.get("headers", [])]
    return {**matched, **({"headers": headers} if headers else {})}


def _action(weights: Mapping[str, int]) -> dict[str, Any]:
    return {"weighted_clusters": {"clusters": _shares(weights)}, "timeout": "5s"}


def _shares(weights: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"name": name, "weight": weight} for name, weight in weights.items()]


def _tcp_listener(weights: Mapping[str, int], port: int) -> dict[str, Any]:
    proxy = {"@type": _TCP, "stat_prefix": "traffic", "weighted_clusters": {"clusters": _shares(weights)}}
    return _listener(port, {"name": "envoy.filters.network.tcp_proxy", "typed_config": proxy})


def _http_listener(port: int, folder: Path) -> dict[str, Any]:
    source = {"path_config_source": {"path": str(folder / "traffic.json")}, "resource_api_version": "V3"}
    manager = {
        "@type": _HTTP,
        "stat_prefix": "traffic",
        "rds": {"route_config_name": "traffic", "config_source": source},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": _ROUTER}}],
    }
    return _listener(port, {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager})


def _listener(port: int, network_filter: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": _LISTENER,
        "name": "traffic",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [{"filters": [network_filter]}],
    }


@dataclass(frozen=True)
class StandIn:
    """Feeds one Envoy through files in a folder of its own; Envoy reads a file when another is moved over it."""

    folder: Path
    port: int
    admin_port: int

    def bootstrap(self, route: Mapping[str, Any], backends: Sequence[Backend]) -> Path:
        """Write the first configuration; the file to start Envoy with."""
        first = configuration(route, backends, self.port)
        http = route["kind"] == "MeshHTTPRoute"
        self._write("clusters", first.clusters)
        self._write("traffic", first.traffic)
        listeners = {"resources": [_http_listener(self.port, self.folder)]}
        if http:
            self._write("listeners", listeners)
        listener_file = self.folder / ("listeners.json" if http else "traffic.json")
        admin = {"socket_address": {"address": "127.0.0.1", "port_value": self.admin_port}}
        whole = {
            "node": {"id": "stand-in", "cluster": "stand-in"},
            "admin": {"address": admin},
            "dynamic_resources": {
                "cds_config": {"path_config_source": {"path": str(self.folder / "clusters.json")}},
                "lds_config": {"path_config_source": {"path": str(listener_file)}},
            },
        }
        file = self.folder / "envoy.json"
        file.write_text(json.dumps(whole))
        return file

    def apply(self, route: Mapping[str, Any], backends: Sequence[Backend], pause_s: float = 0.5) -> None:
        """Give Envoy another route: clusters first, and only then what refers to them."""
        changed = configuration(route, backends, self.port)
        self._write("clusters", changed.clusters)
        time.sleep(pause_s)
        self._write("traffic", changed.traffic)

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        new = self.folder / f"{name}.new"
        new.write_text(json.dumps(content))
        new.replace(self.folder / f"{name}.json")
