"""A real service moves from a real host into real Pods under load, by commits alone, and comes back.

Real: hosts, sshd, Git and its forge, API server, kubelet, containerd, Flux, Envoy Gateway, Envoy, Prometheus.
"""

import json
import subprocess
import time

import pytest

from tests.e2e.conftest import MEASURED, MOVED, is_ready, load
from tests.testbed import cluster, flux, gateway
from tests.testbed.parts import wait

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
SOAK_S = 240
"""How long gates may take to open. They want 20 s of soak, and 45 s of samples."""


def test_every_service_and_job_is_found(scanned, truth):
    found = {entry.name: (entry.runtime, list(entry.hosts)) for entry in scanned.services}
    want = {name: (one["runtime"], one["hosts"]) for name, one in truth["services"].items()}
    assert {name: found.get(name) for name in want} == want
    assert set(truth["jobs"]) <= set(found)
    assert set(found) - set(want) - set(truth["jobs"]) == set()


def test_every_edge_is_found_and_no_other(scanned, truth):
    found = {(edge.caller, edge.callee, edge.port or 0) for edge in scanned.edges}
    assert found == {(caller, callee, port) for caller, callee, port, _ in truth["edges"]}
    seen = {
        (edge.caller, edge.callee) for edge in scanned.edges if {"client-socket", "server-socket"} & {*edge.sources}
    }
    assert seen >= {(caller, callee) for caller, callee, _, how in truth["edges"] if how == "connected"}


def test_state_ports_and_findings_are_where_the_recipe_puts_them(walk, scanned, truth):
    for name, one in truth["services"].items():
        for host in one["hosts"]:
            text = (walk.folder / "estate" / "profiles" / host / f"{name}.yaml").read_text()
            assert [port for port in one["ports"] if f"port: {port}\n" not in text] == []
            assert [path for path in one.get("state", []) if f"path: {path}" not in text] == []
    stated = {entry.name for entry in scanned.services if entry.stateful}
    assert {name for name, one in truth["services"].items() if one.get("state")} <= stated
    assert {(code, host) for code, host in truth["findings"]} <= {(one.code, one.subject) for one in scanned.findings}


def test_the_whole_move(walk, followed, tmp_path):
    """Deploy, shift phase by phase under load, roll back: all by commits, and no request is lost."""
    walk.migrate("cutover", "start", MOVED, "-C", "fleet", "--push")
    applied(walk)
    wait("the Pod is Ready", workload_is_ready, seconds=120)
    wait("the gateway has an address", lambda: gateway.address("haproxy-gateway", "legacy"), seconds=60)
    address = gateway.address("haproxy-gateway", "legacy")
    host = cluster.get("httproute", MOVED, "legacy")["spec"]["hostnames"][0]
    wait("the route answers", lambda: asked(address, host).startswith("web1"), seconds=60)

    report = tmp_path / "load.json"
    arguments = ["http", f"{address}:80", "--path", "/price/A-1", "--host-header", host, "--rate", "100"]
    with load(*arguments, "--seconds", "1200", report=report):
        walk.migrate("cutover", "advance", MOVED, "-C", "fleet", "--push", "--approve", "ann@corp.test")
        shares = {}
        while (weight := weights(walk)[1]) < 100:
            shares[weight] = advanced(walk)
        applied(walk)
        wait("only Pods answer", lambda: answered_by(address, host) == {"pod"}, seconds=60)
        for _ in shares:
            walk.migrate("cutover", "rollback", MOVED, "-C", "fleet", "--push")
        walk.migrate("cutover", "rollback", MOVED, "-C", "fleet", "--push")
        assert weights(walk) == (100, 0)
        applied(walk)
        wait("only the host answers", lambda: answered_by(address, host) == {"web1"}, seconds=60)
    counted = json.loads(report.read_text())
    MEASURED.append(_told(counted))
    assert counted["scheduled"] > 100
    assert counted["failed"] == 0
    assert counted["answered_by"]["web1"] > 0
    assert sum(count for who, count in counted["answered_by"].items() if who != "web1") > 0
    told = {one["reason"] for one in flux.events() if one["involvedObject"]["name"] == f"{MOVED}-route"}
    assert "ReconciliationSucceeded" in told
    every = walk.git("log", "--format=%s%n%b", "--grep=Migrate-Service").strip()
    assert f"Migrate-Service: {MOVED}" in every


def test_the_image_has_the_program_and_not_the_file_with_the_password(followed):
    wait("the Pod is Ready", workload_is_ready, seconds=60)
    listed = cluster.kubectl("exec", "--namespace=legacy", f"deployment/{MOVED}", "--", "ls", "/opt/price").split()
    assert listed == ["price.js"]


def test_no_secret_is_anywhere(walk, followed, truth):
    files = [path for path in walk.folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    everything = b"".join(path.read_bytes() for path in files)
    batch = ["git", "-C", str(walk.fleet), "cat-file", "--batch-all-objects", "--batch"]
    everything += subprocess.run(batch, capture_output=True, check=True).stdout
    assert len(everything) > 100_000
    assert [secret for secret in truth["secrets"] if secret.encode() in everything] == []


def _told(counted: dict) -> str:
    pods = sum(count for who, count in counted["answered_by"].items() if who != "web1")
    return (
        f"{counted['scheduled']} requests while {MOVED} went to the Pod and came back: {counted['failed']} failed, "
        f"{counted['answered_by']['web1']} answered by the host, {pods} by the Pod; "
        f"p50 {counted['p50_ms']} ms, p99 {counted['p99_ms']} ms, slowest {counted['p100_ms']} ms"
    )


def weights(walk) -> tuple[int, int]:
    """What Git says: host, cluster."""
    status = json.loads(walk.migrate("cutover", "status", "-C", "fleet", "-o", "json").stdout)
    cluster_share = next(one["weight"] for one in status if one["service"] == MOVED)
    return 100 - cluster_share, cluster_share


def advanced(walk) -> str:
    """Ask until the gates open; what they said in the end."""
    deadline = time.monotonic() + SOAK_S
    while True:
        applied(walk)
        done = walk.migrate("cutover", "advance", MOVED, "-C", "fleet", "--push", codes=(0, 4))
        if done.returncode == 0:
            return done.stdout
        assert time.monotonic() < deadline, done.stdout
        time.sleep(5)


def applied(walk) -> None:
    """Let Flux look now, and wait until it has applied what Git has."""
    revision = walk.git("rev-parse", "HEAD").strip()
    flux.reconcile("gitrepository", "fleet")
    wait("Flux has fetched the commit", lambda: fetched(revision), seconds=60)
    flux.reconcile("kustomization", "fleet")
    wait("Flux has applied it", lambda: is_ready("kustomization", "fleet", revision), seconds=60)
    if (walk.fleet / "clusters" / "testbed" / "apps" / f"{MOVED}.yaml").read_text().count("suspend: false"):
        for name in (MOVED, f"{MOVED}-route"):
            flux.reconcile("kustomization", name)
            wait(f"Flux has applied {name}", lambda name=name: is_ready("kustomization", name, revision), seconds=180)


def fetched(revision: str) -> bool:
    found = cluster.get("gitrepository", "fleet", flux.NAMESPACE)
    return revision in str(found.get("status", {}).get("artifact", {}).get("revision", ""))


def workload_is_ready() -> bool:
    status = cluster.get("deployment", MOVED, "legacy").get("status", {})
    return bool(status.get("readyReplicas")) and status.get("readyReplicas") == status.get("replicas")


def asked(address: str, host: str) -> str:
    """Who answers one request; empty for nobody."""
    command = ["curl", "-s", "-m", "2", "-H", f"Host: {host}", "-o", "/dev/null", "-w", "%header{x-served-by}"]
    return subprocess.run([*command, f"http://{address}/price/A-1"], capture_output=True, text=True, check=False).stdout


def answered_by(address: str, host: str) -> set[str]:
    return {"pod" if (who := asked(address, host)).startswith(f"{MOVED}-") else who for _ in range(20)}
