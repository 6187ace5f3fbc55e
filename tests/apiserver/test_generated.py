"""What `migrate generate` writes is taken by a real API server, builds, and refers to nothing that is not there."""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.apiserver import tree as reading
from tests.apiserver.tree import Manifest
from tests.testbed import control_plane
from tests.testbed.control_plane import ControlPlane

ROOT = Path(__file__).resolve().parent.parent.parent
GOLDEN = {str(path.relative_to(ROOT)): path for path in sorted(ROOT.glob("tests/generate/golden/*/want"))}
FRESH = "tests/apiserver/input"
KUMA = "kuma.io"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository generated now, by the command itself, from profiles of every kind of service, hostile names among them."""
    target = tmp_path_factory.mktemp("fresh") / "fleet"
    command = [sys.executable, "-m", "migrator", "generate", "--from", str(ROOT / FRESH), "--to", str(target)]
    author = {"GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.invalid"}
    committer = {"GIT_COMMITTER_NAME": "Test", "GIT_COMMITTER_EMAIL": "test@example.invalid"}
    environment = {**os.environ, **author, **committer}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.fixture(scope="module", params=[*GOLDEN, FRESH])
def tree(request: pytest.FixtureRequest) -> Path:
    """Each golden tree, and the fresh one."""
    if request.param == FRESH:
        return Path(request.getfixturevalue("fresh"))
    return GOLDEN[request.param]


def _refused(cluster: ControlPlane, found: Sequence[Manifest]) -> list[str]:
    """Everything that the API server does not take or warns about, each with its file and the server's words.

    Namespaces are made for real, as the tree declares them: their labels decide which pods may run in them.
    """
    for manifest in found:
        if manifest.data["kind"] == "Namespace":
            cluster.install(manifest.text)
    complaints = []
    for manifest in found:
        answer = cluster.dry_run(manifest.text)
        if not answer.accepted:
            complaints.append(f"{manifest}: {answer.message}")
        complaints += [f"{manifest}: {warning}" for warning in answer.warnings]
    return complaints


@functools.cache
def _build(folder: Path) -> list[Manifest]:
    """What the agent makes of a folder with a kustomization.yaml."""
    program = control_plane.cache() / "bin" / "kustomize"
    if os.access(program, os.X_OK):
        command = [str(program), "build", str(folder)]
    elif shutil.which("kubectl"):
        command = ["kubectl", "kustomize", str(folder)]
    else:
        pytest.skip("neither kustomize nor kubectl: run `make testbed-build`, or install kubectl")
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{folder}: {done.stderr}"
    return reading.built(done.stdout, folder.name)


def test_everything_that_is_named_exists(tree: Path) -> None:
    found = reading.manifests(tree)
    assert found
    assert reading.broken_references(tree) == []
    assert reading.undeclared_namespaces(found) == []
    assert reading.unknown_dependencies(found) == []


def test_every_folder_builds(tree: Path) -> None:
    folders = reading.kustomizations(tree)
    assert folders
    assert all(_build(folder) for folder in folders)


@pytest.mark.apiserver
@pytest.mark.timeout(300)
def test_the_api_server_takes_every_manifest(cluster: ControlPlane, tree: Path) -> None:
    found = [one for one in reading.manifests(tree) if one.group != KUMA]
    assert found
    assert not (complaints := _refused(cluster, found)), "\n".join(complaints)


@pytest.mark.apiserver
@pytest.mark.timeout(300)
def test_the_api_server_takes_every_kuma_manifest(kuma: ControlPlane, tree: Path) -> None:
    found = [one for one in reading.manifests(tree) if one.group == KUMA] + reading.universal(tree)
    if not found:
        pytest.skip("this tree was generated without a mesh")
    assert not (complaints := _refused(kuma, found)), "\n".join(complaints)


@pytest.mark.apiserver
@pytest.mark.timeout(300)
def test_the_api_server_takes_what_is_built(cluster: ControlPlane, tree: Path) -> None:
    """The same as the agent applies it: bases with their overlays' patches."""
    found = [one for folder in reading.kustomizations(tree) for one in _build(folder) if one.group != KUMA]
    assert found
    assert not (complaints := _refused(cluster, found)), "\n".join(complaints)
