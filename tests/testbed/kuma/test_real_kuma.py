"""What we generate for the hosts' zone, given to a real Kuma control plane. Its programs are not built here: KUMA_BIN_DIR.

A control plane listens on all addresses, whatever it is told, so it runs in the cell's network only.
"""

import os
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.testbed import cell
from tests.testbed.parts import Part, start, wait
from tests.testbed.shell import run

pytestmark = [pytest.mark.kuma, pytest.mark.timeout(300)]
GOLDEN = Path(__file__).parents[2] / "generate" / "golden"
PROGRAMS = ("kuma-cp", "kumactl")
API = "http://127.0.0.1:5681"


@pytest.fixture(scope="module")
def programs() -> Path:
    folder = Path(os.environ.get("KUMA_BIN_DIR") or "/nonexistent")
    missing = [name for name in PROGRAMS if not os.access(folder / name, os.X_OK)]
    if missing:
        pytest.skip(f"real Kuma is absent: KUMA_BIN_DIR names no folder with {' and '.join(missing)}")
    if not cell.inside():
        pytest.skip("the test-bed is not up around this process: make e2e")
    return folder


@pytest.fixture(scope="module")
def kumactl(programs, tmp_path_factory):
    """A control plane of one universal zone, empty; and the way to give it files."""
    folder = tmp_path_factory.mktemp("kuma")
    environment = {
        "KUMA_MODE": "zone",
        "KUMA_ENVIRONMENT": "universal",
        "KUMA_STORE_TYPE": "memory",
        "KUMA_REPORTS_ENABLED": "false",
        "KUMA_INTER_CP_CATALOG_INSTANCE_ADDRESS": "127.0.0.1",
        "KUMA_DEFAULTS_SKIP_MESH_CREATION": "true",
        "KUMA_GENERAL_WORK_DIR": str(folder),
    }
    part = start("kuma-cp", str(programs / "kuma-cp"), "run", environment=environment)
    wait("the control plane answers", answers, part, seconds=60)
    configuration = ["--config-file", str(folder / "kumactl.yaml")]
    add = ["config", "control-planes", "add", "--name", "test", "--address", API, "--overwrite"]
    run(str(programs / "kumactl"), *configuration, *add)
    yield [str(programs / "kumactl"), *configuration]
    Part("kuma-cp").stop()


def answers() -> bool:
    try:
        return httpx.get(f"{API}/config", trust_env=False).is_success
    except httpx.TransportError:
        return False


def files(tree: Path) -> list[Path]:
    """In the order in which a person applies them: the mesh, then what is in it."""
    found = [*sorted((tree / "mesh" / "global").glob("*.yaml")), *sorted((tree / "mesh" / "hosts").glob("*.yaml"))]
    return [*found, *sorted((tree / "legacy").glob("*/*.dataplane.yaml"))]


@pytest.mark.parametrize("name", ["http_service", "stateful_service", "job_worker_and_balancer"])
def test_a_real_control_plane_takes_every_file(kumactl, name):
    given = files(GOLDEN / name / "want")
    assert len(given) >= 4
    refused = {}
    for file in given:
        done = subprocess.run([*kumactl, "apply", "-f", str(file)], capture_output=True, text=True, check=False)
        if done.returncode:
            refused[str(file.relative_to(GOLDEN))] = (done.stderr or done.stdout).strip()
    assert refused == {}
