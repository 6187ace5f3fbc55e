"""The lever: two integers or one value, and every other byte as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator import lever
from migrator.errors import InputError

MESH = """kind: MeshHTTPRoute
spec:
  to:
  - targetRef: {kind: MeshService, name: shop}   # keep this
    rules:
    - default: {backendRefs: [{weight: 1}, {weight: 1}]}
    - default:
        backendRefs:
        - {kind: MeshService, weight:   100}
        - kind: MeshService

          weight: 0   # the cluster
"""
GATEWAY = "kind: HTTPRoute\nspec:\n  rules:\n  - backendRefs:\n    - {name: shop-vm, weight: 75}\n    - {name: shop, weight: 25}\n"
JOB = "kind: CronJob\nspec: {suspend: true}\n"
WORKER = 'kind: Deployment\nmetadata:\n  annotations: {migrate.dev/replicas-on-cluster: "3"}\nspec:\n  replicas: 0\n'


@pytest.mark.parametrize("route", [MESH, GATEWAY])
@given(weight=st.integers(0, 100))
def test_only_the_two_integers_change(route, weight):
    moved = lever.with_weight(route, weight, file="r")
    assert lever.weight_of(moved, file="r") == weight
    before, after = route.splitlines(), moved.splitlines()
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) <= 2
    assert lever.with_weight(moved, lever.weight_of(route, file="r"), file="r") == route


@pytest.mark.parametrize(("text", "on"), [(JOB, "suspend: false"), (WORKER, "replicas: 3")])
def test_switches_are_off_or_on(text, on):
    assert lever.weight_of(text, file="s") == 0
    moved = lever.with_weight(text, 100, file="s")
    assert on in moved
    assert lever.weight_of(moved, file="s") == 100
    assert lever.with_weight(moved, 0, file="s") == text
    with pytest.raises(InputError, match="either off or on; it cannot take 50 %"):
        lever.with_weight(text, 50, file="s")


BAD = [
    ("", "is no Kubernetes document"),
    ("[1]\n", "is no Kubernetes document"),
    ("kind: [a]\n", "is no Kubernetes document"),
    ("kind: MeshHTTPRoute\n", "should split between two backends"),
    ("kind: MeshHTTPRoute\nspec: 3\n", "should split between two backends"),
    ("kind: MeshHTTPRoute\nspec: {to: 3}\n", "should split between two backends"),
    ("kind: MeshHTTPRoute\nspec: {to: [{rules: {}}]}\n", "should split between two backends"),
    ("kind: HTTPRoute\nspec: {rules: [{backendRefs: [1, 2, 3]}]}\n", "it has 3"),
    ("kind: HTTPRoute\nspec: {rules: [{backendRefs: [1, 2]}]}\n", "weight None is not a whole number"),
    (GATEWAY.replace("75", "80"), "weights 80 and 25 do not add up to 100"),
    (GATEWAY.replace("75", "yes"), "weight True is not a whole number"),
    (GATEWAY.replace("75", "-1"), "weight -1 is not a whole number"),
    ("kind: ConfigMap\n", "is not a route, a CronJob or a Deployment"),
    ("kind: CronJob\nspec: {suspend: maybe}\n", "`suspend` is 'maybe'"),
    ("kind: Deployment\nspec: {replicas: true}\n", "`replicas` is True"),
    ("kind: [\n", "expected the node content|did not find"),
]


@pytest.mark.parametrize(("text", "said"), BAD)
def test_what_is_no_lever_is_said_in_one_line_with_the_place(text, said):
    with pytest.raises(InputError, match=said) as caught:
        lever.weight_of(text, file="apps/x/route.yaml")
    assert str(caught.value).startswith("apps/x/route.yaml:")
    assert "\n" not in str(caught.value)


def test_started_is_one_flag_in_every_document():
    text = "kind: Kustomization\nspec: {suspend: true}\n---\n# two\nkind: Kustomization\nspec:\n  suspend: true\n"
    assert not lever.is_started(text, file="f")
    started = lever.with_started(text, started=True, file="f")
    assert started == text.replace("suspend: true", "suspend: false")
    assert lever.is_started(started, file="f")
    assert lever.with_started(started, started=False, file="f") == text
