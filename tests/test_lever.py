"""The lever: two integers or one value, and every other byte as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator import lever, yamlio
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


FLUX = [
    "# why\n---\nspec: {suspend: true}\n--- # the second\nspec:\n  suspend: true # until the start\n",
    "---\nspec: {suspend: true}\n---   \nspec: {suspend: true}\n...\n---\n# nothing more\n",
    "spec:\r\n  suspend: true\r\n---\r\nspec:\r\n  suspend: true\r\n",
]


@pytest.mark.parametrize("text", FLUX)
def test_comments_and_markers_of_a_flux_file_are_left_alone(text):
    started = lever.with_started(text, started=True, file="f")
    assert started == text.replace("suspend: true", "suspend: false")
    assert lever.is_started(started, file="f")
    assert lever.with_started(started, started=False, file="f") == text


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "holds no Kustomization"),
        ("# only a comment\n", 1, "holds no Kustomization"),
        ("spec:\n  suspend: maybe\n", 2, "`suspend` is 'maybe'; it should be true or false"),
        ("spec: {suspend: true}\n---\nkind: x\nspec: {}\n", 4, "has no `spec.suspend`"),
        ("spec: {suspend: true}\n---\n3\n", 3, "has no `spec.suspend`"),
        ("spec: &s {suspend: true}\n---\nspec: &s\n  suspend: &t true\n  <<: [}\n", 5, "did not find"),
        ("spec: {<<: {suspend: true}}\n", 1, "has no|cannot be edited in place"),
    ],
)
def test_a_flux_file_that_cannot_be_switched_is_said_with_its_line(text, line, said):
    with pytest.raises(InputError, match=said) as caught:
        lever.with_started(text, started=True, file="clusters/c/apps/x.yaml")
    assert caught.value.line == line


ALIASED = [
    "kind: HTTPRoute\nspec:\n  rules:\n  - backendRefs:\n    - {name: a, weight: &w 50}\n    - {name: b, weight: *w}\n",
    "kind: HTTPRoute\nspec:\n  rules:\n  - backendRefs:\n    - &x {name: a, weight: 50}\n    - *x\n",
    "kind: HTTPRoute\nspec:\n  rules:\n  - backendRefs:\n    - &x {name: a, weight: 50}\n    - {<<: *x, name: b}\n",
]


@pytest.mark.parametrize("text", ALIASED)
def test_one_value_shown_in_two_places_is_refused_and_not_torn(text):
    assert lever.weight_of(text, file="r") == 50
    with pytest.raises(InputError, match="r:5: cannot be edited in place"):
        lever.with_weight(text, 10, file="r")


def test_a_lever_that_stands_there_already_is_the_same_text():
    scaled = WORKER.replace("replicas: 0", "replicas: 7")
    assert lever.with_weight(scaled, 100, file="s") == scaled


def test_weights_that_do_not_add_up_can_still_be_put_right():
    assert lever.with_weight(GATEWAY.replace("75", "40"), 0, file="r") == GATEWAY.replace("75", "100").replace(
        "25", "0"
    )


WORDS = ["kind", "spec", "to", "rules", "default", "backendRefs", "weight", "suspend", "replicas", "metadata"]
KINDS = ["MeshHTTPRoute", "MeshTCPRoute", "HTTPRoute", "TCPRoute", "CronJob", "Deployment", "ConfigMap"]
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 120), st.floats(), st.sampled_from(WORDS)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


def attempt(edit):
    """What an edit gives, or the error that it is refused with."""
    try:
        return edit()
    except InputError as error:
        return error


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(WORDS[1:]), VALUES), st.integers(0, 100))
def test_no_document_whatever_breaks_the_lever(kind, body, weight):
    text = yamlio.dump({"kind": kind, **body})
    moved = attempt(lambda: lever.with_weight(text, weight, file="r"))
    if isinstance(moved, InputError):
        assert "\n" not in str(moved)
        assert moved.line
    else:
        assert lever.weight_of(moved, file="r") == weight


@given(st.lists(VALUES, max_size=3), st.booleans())
def test_no_document_whatever_breaks_the_start(documents, started):
    text = yamlio.dump_all(documents)
    moved = attempt(lambda: lever.with_started(text, started=started, file="f"))
    if isinstance(moved, InputError):
        assert moved.line
    else:
        assert lever.is_started(moved, file="f") is started
