"""What `migrate generate` writes is taken by a real API server, builds, and refers to nothing that is not there."""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.apiserver import tree as reading
from tests.apiserver.tree import Manifest
from tests.testbed.control_plane import ControlPlane
from tests.testbed.folders import program, unbuilt

ROOT = Path(__file__).resolve().parent.parent.parent
GOLDEN = {str(path.relative_to(ROOT)): path for path in sorted(ROOT.glob("tests/generate/golden/*/want"))}
INPUT = ROOT / "tests" / "apiserver" / "input"
KUMA = "kuma.io"
NO_MESH = "apiVersion: migrate.dev/v1alpha1\nkind: Settings\nmesh:\n  provider: none\n"


def _migrate(*arguments: str | Path) -> None:
    """Run the command itself, as somebody whom Git knows."""
    who = {f"GIT_{role}_{key}": "test@example.invalid" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    done = subprocess.run(
        [sys.executable, "-m", "migrator", *arguments],
        env={**os.environ, **who},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _with_mesh(folder: Path) -> None:
    """Every kind of service, hostile names among them, with Kuma."""
    _migrate("generate", "--from", INPUT, "--to", folder / "fleet")


def _without_mesh(folder: Path) -> None:
    """The same without a mesh: the gateway splits."""
    shutil.copytree(INPUT, folder / "input")
    (folder / "input" / "migrate.yaml").write_text(NO_MESH)
    _migrate("generate", "--from", folder / "input", "--to", folder / "fleet")


def _recorded(folder: Path) -> None:
    """The recorded hosts that come with the program, read by the scan."""
    _migrate("scan", "--replay", ROOT / "migrator" / "quickstart" / "estate", "--out", folder / "estate")
    _migrate("generate", "--from", folder / "estate", "--to", folder / "fleet")


FRESH: dict[str, Callable[[Path], None]] = {"mesh": _with_mesh, "no mesh": _without_mesh, "recorded": _recorded}


@pytest.fixture(scope="module", params=[*GOLDEN, *FRESH])
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each golden tree, and repositories generated now."""
    if request.param in GOLDEN:
        return GOLDEN[request.param]
    folder = tmp_path_factory.mktemp("fresh")
    FRESH[request.param](folder)
    return folder / "fleet"


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


def _has_mesh(tree: Path) -> bool:
    settings = tree / "migrate.yaml"
    return not settings.exists() or "provider: none" not in settings.read_text(encoding="utf-8")


@functools.cache
def _build(folder: Path) -> list[Manifest]:
    """What the agent makes of a folder with a kustomization.yaml."""
    if not unbuilt("kustomize"):
        command = [program("kustomize"), "build", str(folder)]
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
    assert bool(found) == _has_mesh(tree)
    assert not (complaints := _refused(kuma, found)), "\n".join(complaints)


@pytest.mark.apiserver
@pytest.mark.timeout(300)
def test_the_api_server_takes_what_is_built(cluster: ControlPlane, tree: Path) -> None:
    """The same as the agent applies it: bases with their overlays' patches."""
    found = [one for folder in reading.kustomizations(tree) for one in _build(folder) if one.group != KUMA]
    assert found
    assert not (complaints := _refused(cluster, found)), "\n".join(complaints)
