"""What the cluster says against what Git says: every difference is named, and only sameness is `applied`."""

import pytest

from migrator.cutover.cluster import KubernetesReader
from migrator.cutover.live import live_state
from migrator.errors import ClusterError
from migrator.model.settings import Settings
from migrator.testing import FakeCluster

HEAD = "a" * 40
FLUX = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations"
ROUTE = "apiVersion: kuma.io/v1alpha1\nkind: MeshHTTPRoute\nmetadata: {name: shop, namespace: legacy}\nspec:\n  to:\n  - rules:\n    - default: {backendRefs: [{weight: 75}, {weight: 25}]}\n"
PATH = "/apis/kuma.io/v1alpha1/namespaces/legacy/meshhttproutes/shop"


def agent(**changes):
    status = {
        "observedGeneration": 2,
        "lastAppliedRevision": f"main@sha1:{HEAD}",
        "conditions": [{"type": "Ready", "status": "True"}],
    }
    return {"metadata": {"generation": 2}, "spec": {"suspend": False}, "status": {**status, **changes}}


def route(host=75, cluster=25):
    rules = [{"default": {"backendRefs": [{"weight": host}, {"weight": cluster}]}}]
    return {"kind": "MeshHTTPRoute", "spec": {"to": [{"rules": rules}]}}


def state(**changes):
    objects = {f"{FLUX}/shop": agent(), f"{FLUX}/shop-route": agent(), PATH: route()}
    objects |= {{"app": f"{FLUX}/shop", "flux": f"{FLUX}/shop-route", "live": PATH}[k]: v for k, v in changes.items()}
    cluster = FakeCluster({path: found for path, found in objects.items() if found is not None})
    return live_state(cluster, Settings(), "shop", head=HEAD, lever_text=ROUTE, lever_file="apps/shop/route/route.yaml")


def test_the_same_everywhere_is_applied():
    assert state() == "applied"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"app": None}, "Kustomization shop is not in the cluster"),
        ({"flux": {**agent(), "spec": {"suspend": True}}}, "Kustomization shop-route is suspended"),
        ({"flux": agent(observedGeneration=1)}, "has not been looked at since it changed"),
        (
            {"flux": agent(conditions=[{"type": "Ready", "status": "False", "message": "no such image"}])},
            "not Ready: no such image",
        ),
        ({"flux": agent(conditions=[])}, "not Ready: no condition"),
        ({"flux": agent(conditions="nonsense")}, "not Ready: no condition"),
        ({"flux": agent(lastAppliedRevision=f"main@sha1:{'b' * 40}")}, "not at aaaaaaaaaa"),
        ({"flux": {}}, "Kustomization shop-route is not Ready: no condition"),
        ({"live": None}, "the route or switch is not in the cluster"),
        ({"live": route(50, 50)}, "the live weight is 50, Git says 25"),
        ({"live": {"kind": "MeshHTTPRoute"}}, "should split between two backends"),
        ({"live": route("many", 25)}, "is not a whole number"),
    ],
)
def test_every_difference_is_named(changes, said):
    assert said in state(**changes)


def test_no_cluster_is_said_in_one_line(tmp_path):
    with pytest.raises(ClusterError, match="no cluster to ask") as caught:
        KubernetesReader(kubeconfig=str(tmp_path / "nowhere"))
    assert "\n" not in str(caught.value)
    config = tmp_path / "config"
    config.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n"
        "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\nusers: [{name: u, user: {}}]\n"
    )
    reader = KubernetesReader(kubeconfig=str(config))
    with pytest.raises(ClusterError, match="the cluster does not answer"):
        reader.get(PATH)
    reader.close()
