"""`migrate cutover status --live` against a real API server: objects that are there, that are not, and a refusal."""

import json

import pytest
import yaml

from migrator.cutover.cluster import KubernetesReader
from migrator.errors import ClusterError
from tests.testbed.control_plane import ControlPlane

pytestmark = pytest.mark.apiserver
FLUX = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations"


@pytest.fixture
def kubeconfig(cluster: ControlPlane, tmp_path):
    token = cluster.client.headers["authorization"].removeprefix("Bearer ")
    server = str(cluster.client.base_url).rstrip("/")
    document = {
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server, "insecure-skip-tls-verify": True}}],
        "users": [{"name": "u", "user": {"token": token}}],
    }  # fmt: skip
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(document))
    return file


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_objects_are_read_as_they_are(cluster, kubeconfig):
    cluster.make_namespace("flux-system")
    document = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": "live", "namespace": "flux-system"},
        "spec": {"interval": "10m", "prune": True, "suspend": True, "path": "./x", "sourceRef": {"kind": "GitRepository", "name": "fleet"}},
    }  # fmt: skip
    cluster.install(yaml.safe_dump(document))
    reader = KubernetesReader(kubeconfig=str(kubeconfig))
    found = reader.get(f"{FLUX}/live")
    assert found["spec"]["suspend"] is True
    assert found["metadata"]["generation"] == 1
    assert reader.get(f"{FLUX}/absent") is None
    reader.close()


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_refusal_is_one_line(cluster, kubeconfig):
    bad = yaml.safe_load(kubeconfig.read_text())
    bad["users"][0]["user"]["token"] = "nonsense"
    kubeconfig.write_text(json.dumps(bad))
    reader = KubernetesReader(kubeconfig=str(kubeconfig))
    with pytest.raises(ClusterError, match="the cluster refused .*: 401 Unauthorized") as caught:
        reader.get(f"{FLUX}/live")
    assert "\n" not in str(caught.value)
    reader.close()
