"""Flux in the cell: its real source-controller and kustomize-controller, and a receiver for their events.

The two versions are no pair that was released together, see versions.env. The notification-controller cannot be had as a
Go module; the controllers send their events to the receiver here instead, which writes them to a file.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from tests.testbed import cluster
from tests.testbed.folders import cache, program, state
from tests.testbed.parts import Part, start, wait

__all__ = ["NAMESPACE", "PROGRAMS", "events", "reconcile", "up"]

NAMESPACE = "flux-system"
PROGRAMS = ("source-controller", "kustomize-controller")
_EVENTS_PORT = 9292
_RECEIVER = Path(__file__).with_name("flux_events.py")


def up() -> None:
    """CRDs, namespace, both controllers."""
    (state() / "flux-artifacts").mkdir()
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for name in ("flux-source", "flux-kustomize"):
        cluster.apply(cache() / "crds" / name)
    start("flux-events", sys.executable, str(_RECEIVER), str(_EVENTS_PORT))
    environment = {
        "KUBECONFIG": str(cluster.kubeconfig()),
        "RUNTIME_NAMESPACE": NAMESPACE,
        "TMPDIR": str(state() / "tmp"),
    }
    common = ("--enable-leader-election=false", f"--events-addr=http://127.0.0.1:{_EVENTS_PORT}/")
    source = start(
        "source-controller",
        program("source-controller"),
        f"--storage-path={state() / 'flux-artifacts'}",
        "--storage-addr=127.0.0.1:9790",
        "--storage-adv-addr=127.0.0.1:9790",
        "--metrics-addr=127.0.0.1:9791",
        "--health-addr=127.0.0.1:9792",
        *common,
        environment=environment,
    )
    kustomize = start(
        "kustomize-controller",
        program("kustomize-controller"),
        "--metrics-addr=127.0.0.1:9793",
        "--health-addr=127.0.0.1:9794",
        "--requeue-dependency=2s",
        "--no-remote-bases",
        *common,
        environment=environment,
    )
    wait("Flux is ready", lambda: all(_ready(port) for port in (9792, 9794)), source, kustomize)


def reconcile(kind: str, name: str) -> None:
    """What `flux reconcile` does: ask the controller to look now, instead of at its next interval."""
    request = f"reconcile.fluxcd.io/requestedAt={time.time_ns()}"
    cluster.kubectl("annotate", "--overwrite", f"--namespace={NAMESPACE}", kind, name, request)


def events() -> list[dict[str, Any]]:
    """Everything that the controllers have reported, oldest first."""
    log = Part("flux-events").log
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).is_success
    except httpx.TransportError:
        return False
