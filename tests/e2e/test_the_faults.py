"""Every fault does what it says, and can be mended. What migrate does about some of them is looked at, too."""

import json
import socket
import subprocess
import sys
import time

import pytest

from migrator.model.estate import Estate
from migrator.records import load_record
from tests.e2e.conftest import cloned
from tests.testbed import cluster, faults, legacy
from tests.testbed.parts import Part, wait
from tests.testbed.shell import run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
ADDRESS = {host.name: host.address for host in legacy.hosts()}


def connects(address: str, port: int, seconds: float = 2) -> bool:
    try:
        with socket.create_connection((address, port), seconds):
            return True
    except OSError:
        return False


def banner(address: str, seconds: float = 2) -> bytes:
    """What an SSH server says first; nothing when it says nothing in time."""
    with socket.create_connection((address, 22), seconds) as connection:
        try:
            return connection.recv(100)
        except TimeoutError:
            return b""


def scan(walk, *hosts: str, codes=(0,)) -> tuple[Estate, str]:
    """Scan some hosts anew, into a folder of its own."""
    folder = f"scan-{time.monotonic_ns()}"
    arguments = ["-i", "inventory.yml", "--known-hosts", "known_hosts", "--limit", ",".join(hosts), "--out", folder]
    done = walk.migrate("scan", *arguments, "--timeout", "15", codes=codes)
    file = walk.folder / folder / "estate.yaml"
    return load_record(Estate, file.read_text(), file="estate.yaml"), done.stdout + done.stderr


def test_a_part_hangs_and_goes_on(walk):
    assert connects("127.0.0.1", 5000)
    faults.freeze("registry")
    with socket.create_connection(("127.0.0.1", 5000), 2) as connection:
        connection.sendall(b"GET /v2/ HTTP/1.0\r\n\r\n")
        connection.settimeout(1)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        faults.thaw("registry")
        connection.settimeout(20)
        assert connection.recv(1)


def test_a_part_is_killed_and_started_again(walk):
    before = Part("coredns").pid
    faults.kill("coredns")
    assert Part("coredns").pid is None
    faults.restart("coredns")
    assert Part("coredns").pid not in {None, before}
    with pytest.raises(KeyError, match="no part nonsense"):
        faults.kill("nonsense")


def test_a_cable_is_pulled(walk, scanned):
    faults.cut("tiny1")
    try:
        assert not connects(ADDRESS["tiny1"], 22)
        estate, told = scan(walk, "tiny1", "cache1", codes=(3,))
        assert "tiny1" in told
        assert {one.name for one in estate.services} >= {"redis-server", "rabbitmq"}
    finally:
        faults.mend("tiny1")
    assert connects(ADDRESS["tiny1"], 22, 10)


def test_the_whole_estate_is_cut_off(walk):
    faults.cut("estate")
    try:
        assert not any(connects(address, 22, 0.5) for address in ADDRESS.values())
    finally:
        faults.mend("estate")
    assert connects(ADDRESS["edge1"], 22, 10)


def test_a_link_is_slow(walk):
    faults.delay("cache1", "150")
    try:
        began = time.monotonic()
        assert connects(ADDRESS["cache1"], 6379, 10)
        assert time.monotonic() - began >= 0.3
    finally:
        faults.delay("cache1", "0")
    assert connects(ADDRESS["cache1"], 6379, 10)


def test_the_forge_refuses(walk, tmp_path):
    git = cloned("refusing", tmp_path / "r")
    faults.refuse_pushes("refusing", "closed on Mondays")
    with pytest.raises(RuntimeError, match="closed on Mondays"):
        run(*git, "push", "origin", "HEAD:refs/heads/main")
    faults.accept_pushes("refusing")
    run(*git, "push", "origin", "HEAD:refs/heads/main")


def test_an_sshd_hangs_and_costs_only_its_host(walk, scanned):
    faults.break_sshd("batch1")
    try:
        assert banner(ADDRESS["batch1"]) == b""
        estate, told = scan(walk, "batch1", "cache1", codes=(3,))
        assert "batch1" in told
        assert "MIG001" in {one.code for one in estate.findings if one.subject == "batch1"}
        assert {one.name for one in estate.services} >= {"redis-server", "rabbitmq"}
    finally:
        faults.mend_sshd("batch1")
    assert banner(ADDRESS["batch1"], 10).startswith(b"SSH-")


def test_a_clock_is_wrong_and_the_scan_says_so(walk, scanned):
    faults.skew("shop1", "-600")
    try:
        estate, _ = scan(walk, "shop1")
        assert "MIG035" in {one.code for one in estate.findings if one.subject == "shop1"}
    finally:
        faults.skew("shop1", "0")
    estate, _ = scan(walk, "shop1")
    assert not {"MIG003", "MIG035"} & {one.code for one in estate.findings}


def pods(namespace: str) -> list[dict]:
    return json.loads(cluster.kubectl("get", "pods", f"--namespace={namespace}", "--output=json"))["items"]


def restarts(namespace: str) -> int:
    return sum(
        one.get("restartCount", 0) for pod in pods(namespace) for one in pod["status"].get("containerStatuses", [])
    )


def all_ready(namespace: str) -> bool:
    found = [one for pod in pods(namespace) for one in pod["status"].get("containerStatuses", [])]
    return bool(found) and all(one["ready"] for one in found)


@pytest.fixture(scope="module")
def workload(walk):
    """A Pod that does nothing, in a namespace of its own."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "idle"}})
    wait("the namespace has its account", lambda: cluster.get("serviceaccount", "default", "idle"))
    container = {"name": "idle", "image": "localhost/pause:1"}
    spec = {"terminationGracePeriodSeconds": 1, "containers": [container]}
    cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "idle", "namespace": "idle"}, "spec": spec})
    wait("the Pod is Ready", lambda: all_ready("idle"), seconds=60)
    yield "idle"
    cluster.kubectl("delete", "namespace", "idle", "--wait=false")


def test_a_pod_is_killed_and_comes_back(workload):
    before = restarts(workload)
    faults.kill_pod(workload, "idle")
    wait("it was started again", lambda: restarts(workload) > before and all_ready(workload), seconds=120)


def test_the_node_is_killed_and_comes_back(workload):
    before = restarts(workload)
    faults.kill_node()
    assert Part("kubelet").pid is None
    faults.mend_node()
    wait("its Pods were started again", lambda: restarts(workload) > before and all_ready(workload), seconds=180)


def test_faults_can_be_typed(walk):
    command = ["-m", "tests.testbed", "fault", "freeze", "nonsense"]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("no part nonsense")) == (1, 1)
