"""The whole test-bed: what it is made of, and how it comes up, inside the cell."""

import os
import time
from collections.abc import Callable

from tests.testbed import cluster, flux, forge, gateway, images, legacy, metrics, registry
from tests.testbed.folders import cache, state

__all__ = ["PROGRAMS", "environment", "up"]

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
