"""One API server for all tests of this folder, with the CRDs of Flux and Gateway API, and of Kuma where they are at hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed import control_plane
from tests.testbed.control_plane import ControlPlane
from tests.testbed.folders import cache


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    reason = control_plane.absent()
    if reason:
        pytest.skip(reason)
    with control_plane.running(tmp_path_factory.mktemp("cluster")) as running:
        for name in ("gateway-api", "flux-source", "flux-kustomize"):
            running.install_crds(cache() / "crds" / name)
        yield running


@pytest.fixture(scope="session")
def kuma(cluster: ControlPlane, shared: Path) -> ControlPlane:
    """The same server, with Kuma's CRDs."""
    folder = shared / "kuma-crds"
    if not folder.is_dir():
        pytest.skip("Kuma's CRDs are absent: put them into kuma-crds/ of the reference data")
    cluster.install_crds(folder)
    return cluster
