"""The whole test-bed: what it is made of, and how it comes up, inside the cell."""

import os
import time
from collections.abc import Callable

from tests.testbed import cluster, flux, forge, gateway, images, legacy, metrics, registry
from tests.testbed.folders import cache, state

__all__ = ["PARTS", "PROGRAMS", "environment", "up"]

PARTS = (
    (
        "legacy hosts",
        "real: Debian 11 and 12 under systemd-nspawn with systemd, sshd and their own network; one kernel for all",
    ),
    (
        "cluster",
        "real: etcd, API server, controller manager, scheduler, kubelet, containerd, runc, kube-proxy, CoreDNS; one node",
    ),
    ("Flux", "real source- and kustomize-controller, as processes; not a pair that was released together"),
    ("Flux's notifications", "stand-in: flux_events.py takes the controllers' events and keeps them"),
    ("Git and forge", "real: git, Gitea"),
    ("gateway", "real: Envoy Gateway as a Pod, Envoy as its proxies"),
    ("metrics", "real: Prometheus, reading the proxies"),
    (
        "registry, images",
        "real: distribution; buildah. debian:12 is made by mmdebstrap, not taken from a public registry",
    ),
    ("load balancer", "none: clients reach the gateway at its cluster address"),
    ("Kuma", "not here: see test_real_kuma.py, and the stand-in below kuma/"),
)
"""What stands behind a result, for whoever reads it."""

PROGRAMS = (*cluster.PROGRAMS, *flux.PROGRAMS, *gateway.PROGRAMS, "registry", "gitea")


def up(say: Callable[[str], None]) -> None:
    """Everything, in the order in which one part needs another."""
    (state() / "tmp").mkdir()
    for what, bring_up in (
        ("legacy hosts", legacy.up),
        ("cluster", lambda: cluster.up([images.pause(), images.envoy(), images.envoy_gateway()])),
        ("registry", registry.up),
        ("forge", forge.up),
        ("Flux", flux.up),
        ("gateway", gateway.up),
        ("metrics", metrics.up),
    ):
        began = time.monotonic()
        bring_up()
        say(f"{what}: up after {time.monotonic() - began:.1f} s")


def environment() -> dict[str, str]:
    """What a command in the cell needs to talk to the cluster."""
    return {"KUBECONFIG": str(cluster.kubeconfig()), "PATH": f"{cache() / 'bin'}:{os.environ['PATH']}"}
