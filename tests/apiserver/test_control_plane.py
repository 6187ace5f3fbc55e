"""The API server that judges manifests does judge: these documents it must refuse, and say why."""

import pytest

from tests.testbed.control_plane import ControlPlane, documents

pytestmark = [pytest.mark.apiserver, pytest.mark.timeout(300)]

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop
data:
  colour: green
"""

KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: shop
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ./apps/shop
  sourceRef:
    kind: GitRepository
    name: fleet
"""

HTTP_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: shop
  namespace: shop
spec:
  rules:
    - backendRefs:
        - name: shop
          port: 8080
          weight: 1
"""

MESH_TRAFFIC_PERMISSION = """\
apiVersion: kuma.io/v1alpha1
kind: MeshTrafficPermission
metadata:
  name: shop
  namespace: kuma-system
spec:
  targetRef:
    kind: Dataplane
  rules:
    - default:
        allow:
          - spiffeID:
              type: Prefix
              value: spiffe://default/
"""

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: strict
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: shop
  template:
    metadata:
      labels:
        app.kubernetes.io/name: shop
    spec:
      containers:
        - name: shop
          image: registry.example.internal/shop:1
"""


@pytest.mark.parametrize("text", [CONFIG_MAP, KUSTOMIZATION, HTTP_ROUTE], ids=["core", "flux", "gateway-api"])
def test_a_right_document_is_accepted(cluster: ControlPlane, text: str) -> None:
    answer = cluster.dry_run(text)
    assert answer.accepted, answer
    assert answer.warnings == ()


def test_a_right_kuma_document_is_accepted(kuma: ControlPlane) -> None:
    assert kuma.dry_run(MESH_TRAFFIC_PERMISSION).accepted


def test_a_dry_run_stores_nothing(cluster: ControlPlane) -> None:
    assert cluster.dry_run(CONFIG_MAP).accepted
    assert cluster.client.get("/api/v1/namespaces/shop/configmaps/settings").status_code == 404


@pytest.mark.parametrize(
    ("text", "old", "new", "complaint"),
    [
        (CONFIG_MAP, "\ndata:", "\ndada:", "dada"),
        (CONFIG_MAP, "green", "yes", "colour"),
        (CONFIG_MAP, "name: settings", "name: Settings_1", "Settings_1"),
        (CONFIG_MAP, "kind: ConfigMap", "kind: ConfigMop", "ConfigMop"),
        (KUSTOMIZATION, "prune: true", "prune: true\n  dependOn: []", "dependOn"),
        (KUSTOMIZATION, "  interval: 10m\n", "", "interval"),
        (HTTP_ROUTE, "weight: 1", "weight: -1", "weight"),
        (HTTP_ROUTE, "weight: 1", "wait: 1", "wait"),
    ],
    ids=["unknown field", "not a string", "bad name", "unknown kind", "unknown in CRD", "required", "range", "deep"],
)
def test_a_wrong_document_is_refused(cluster: ControlPlane, text: str, old: str, new: str, complaint: str) -> None:
    assert old in text
    answer = cluster.dry_run(text.replace(old, new))
    assert not answer.accepted
    assert complaint in answer.message


def test_a_wrong_kuma_document_is_refused(kuma: ControlPlane) -> None:
    answer = kuma.dry_run(MESH_TRAFFIC_PERMISSION.replace("allow:", "alow:"))
    assert not answer.accepted
    assert "alow" in answer.message


def test_the_rules_of_a_namespace_are_told(cluster: ControlPlane) -> None:
    cluster.install(
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: strict\n"
        "  labels:\n    pod-security.kubernetes.io/warn: restricted\n"
    )
    answer = cluster.dry_run(DEPLOYMENT)
    assert answer.accepted
    assert "runAsNonRoot" in answer.warnings[0]


def test_a_stream_is_split_where_its_documents_begin() -> None:
    assert documents("# nothing\n---\na: 1\n---\nb: |\n  --- not here\n") == ["a: 1\n", "b: |\n  --- not here\n"]
