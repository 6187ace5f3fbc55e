"""Whether the cluster has what Git says. A commit alone proves nothing: the agent may be suspended, stuck or behind.

Pure but for the reader that is handed in. It only reads; what is wrong is for the agent to mend.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from migrator import lever, yamlio
from migrator.errors import InputError
from migrator.model.names import is_dns_label
from migrator.model.settings import Settings

__all__ = ["ClusterReader", "live_state"]

APPLIED = "applied"
_FLUX = "/apis/kustomize.toolkit.fluxcd.io/v1"
_PLURALS = {
    "MeshHTTPRoute": "meshhttproutes",
    "MeshTCPRoute": "meshtcproutes",
    "HTTPRoute": "httproutes",
    "TCPRoute": "tcproutes",
    "CronJob": "cronjobs",
    "Deployment": "deployments",
    "StatefulSet": "statefulsets",
}


class ClusterReader(Protocol):
    """Reads single objects of a cluster. `cluster.KubernetesReader` is the real one, `testing.FakeCluster` a fake."""

    def get(self, path: str) -> Mapping[str, Any] | None:
        """The object at `/apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL/NAME`; None when there is none.

        Raises ClusterError when the cluster cannot be asked.
        """


def live_state(
    reader: ClusterReader, settings: Settings, service: str, *, head: str, lever_text: str, lever_file: str
) -> str:
    """`applied`, or the first thing that is not as Git says.

    Checked: both Flux Kustomizations exist, are not suspended, have seen their newest generation, are Ready and at
    commit `head`; and the live lever has the weight of `lever_text`. Source: Flux, Kustomization API, status fields.
    """
    if not is_dns_label(service):
        return f"{service!r} is no name of an object"
    return next(_differences(reader, settings, service, head, (lever_text, lever_file)), APPLIED)


def _differences(
    reader: ClusterReader, settings: Settings, service: str, head: str, lever_at_head: tuple[str, str]
) -> Iterator[str]:
    text, file = lever_at_head
    names = [service, f"{service}-route"] if file.endswith("/route.yaml") else [service]
    for name in names:
        found = reader.get(f"{_FLUX}/namespaces/{settings.flux.namespace}/kustomizations/{name}")
        problem = _agent_problem(name, found, head)
        if problem:
            yield problem
    wanted = lever.weight_of(text, file=file)
    live = reader.get(_lever_path(text, file, settings))
    if live is None:
        yield "the route or switch is not in the cluster"
        return
    try:
        got = lever.weight_of(yamlio.dump(dict(live)), file="the live object")
    except InputError as error:
        yield str(error)
        return
    if got != wanted:
        yield f"the live weight is {got}, Git says {wanted}"


def _agent_problem(name: str, found: Mapping[str, Any] | None, head: str) -> str:
    """What keeps one Kustomization from being applied; empty when nothing does."""
    if found is None:
        return f"Kustomization {name} is not in the cluster"
    spec, status = _mapping(found, "spec"), _mapping(found, "status")
    revision = str(status.get("lastAppliedRevision") or "")
    ready = next((c for c in status.get("conditions") or [] if isinstance(c, dict) and c.get("type") == "Ready"), {})
    checks = (
        (spec.get("suspend") is True, f"Kustomization {name} is suspended"),
        (
            status.get("observedGeneration") != _mapping(found, "metadata").get("generation"),
            f"Kustomization {name} has not been looked at since it changed",
        ),
        (ready.get("status") != "True", f"Kustomization {name} is not Ready: {ready.get('message') or 'no condition'}"),
        (not revision.endswith(head), f"Kustomization {name} is at {revision or 'nothing'}, not at {head[:10]}"),
    )
    return next((message for wrong, message in checks if wrong), "")


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _lever_path(text: str, file: str, settings: Settings) -> str:
    document = yamlio.load(text, file=file)
    metadata = document.data.get("metadata") or {}
    version, kind = document.data.get("apiVersion", ""), document.data.get("kind", "")
    if kind not in _PLURALS:
        raise InputError(f"`kind: {kind}` cannot be looked up", file=file, line=document.line(("kind",)))
    namespace = metadata.get("namespace") or settings.namespace
    return f"/apis/{version}/namespaces/{namespace}/{_PLURALS[kind]}/{metadata.get('name')}"
