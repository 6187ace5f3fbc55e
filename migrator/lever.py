"""The file that a cutover phase changes, and the one or two values in it.

A lever is a route with two weighted backends (the host first, the cluster second), or the patch of a job or worker
that is off on the cluster until the switch. Pure: text in, text out.
"""

from typing import Any

from migrator import yamlio
from migrator.errors import InputError

__all__ = ["REPLICAS_ANNOTATION", "is_started", "weight_of", "with_started", "with_weight"]

REPLICAS_ANNOTATION = "migrate.dev/replicas-on-cluster"
_ROUTES = frozenset({"MeshHTTPRoute", "MeshTCPRoute", "HTTPRoute", "TCPRoute"})


def weight_of(text: str, *, file: str) -> int:
    """Share of the cluster in percent that the lever stands at.

    Raises InputError with file:line when somebody has edited the lever into something that is no share.
    """
    document = yamlio.load(text, file=file)
    kind = document.data.get("kind") if isinstance(document.data, dict) else None
    if kind in _ROUTES:
        host, cluster = (_integer(document, path) for path in _weight_paths(document))
        if host + cluster != 100:
            line = document.line(_weight_paths(document)[0])
            raise InputError(f"weights {host} and {cluster} do not add up to 100", file=file, line=line)
        return cluster
    path = _switch_path(document)
    return 0 if _value(document.data, path) in (True, 0) else 100


def with_weight(text: str, weight: int, *, file: str) -> str:
    """The same text with the lever at `weight` (0 to 100). Raises InputError where the lever has no such position."""
    document = yamlio.load(text, file=file)
    kind = document.data.get("kind") if isinstance(document.data, dict) else None
    if kind in _ROUTES:
        host, cluster = _weight_paths(document)
        return yamlio.replace(text, {host: 100 - weight, cluster: weight}, file=file)
    if weight not in (0, 100):
        raise InputError(f"a {kind} is either off or on; it cannot take {weight} % of the work", file=file)
    path = _switch_path(document)
    if kind == "CronJob":
        return yamlio.replace(text, {path: weight == 0}, file=file)
    annotations = document.data.get("metadata", {}).get("annotations", {})
    replicas = int(annotations.get(REPLICAS_ANNOTATION, 1))
    return yamlio.replace(text, {path: replicas if weight else 0}, file=file)


def _weight_paths(document: yamlio.Document) -> tuple[yamlio.Path, yamlio.Path]:
    """The last rule is the users'; a keep rule before it holds both backends in the proxies' configuration."""
    where: yamlio.Path = ("spec",)
    data: Any = document.data.get("spec") or {}
    if "to" in data:
        where, data = (*where, "to", 0), (data["to"] or [{}])[0]
    rules = data.get("rules") or []
    where = (*where, "rules", len(rules) - 1)
    rule = rules[-1] if rules else {}
    if "default" in rule:
        where, rule = (*where, "default"), rule["default"]
    refs = rule.get("backendRefs") or []
    if len(refs) != 2:
        message = f"should split between two backends, the host and the cluster; it has {len(refs)}"
        raise InputError(message, file=document.file, line=document.line((*where, "backendRefs")))
    return (*where, "backendRefs", 0, "weight"), (*where, "backendRefs", 1, "weight")


def _switch_path(document: yamlio.Document) -> yamlio.Path:
    kind = document.data.get("kind") if isinstance(document.data, dict) else None
    if kind == "CronJob":
        return ("spec", "suspend")
    if kind in {"Deployment", "StatefulSet"}:
        return ("spec", "replicas")
    raise InputError(f"`kind: {kind}` is not a route, a CronJob or a Deployment", file=document.file, line=1)


def _value(data: Any, path: yamlio.Path) -> Any:
    for step in path:
        if isinstance(step, str):
            data = data.get(step) if isinstance(data, dict) else None
        else:
            data = data[step]
    return data


def _integer(document: yamlio.Document, path: yamlio.Path) -> int:
    value = _value(document.data, path)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        line = document.line(path)
        raise InputError(f"weight {value!r} is not a whole number from 0 to 100", file=document.file, line=line)
    return value


def is_started(text: str, *, file: str) -> bool:
    """Whether the Flux Kustomizations of a service are applied: false while `spec.suspend` is true."""
    return all(not (doc.data.get("spec") or {}).get("suspend", False) for doc in yamlio.load_all(text, file=file))


def with_started(text: str, started: bool, *, file: str) -> str:
    """The same text with `spec.suspend` of every document set, everything else untouched."""
    parts = text.split("---\n")
    return "---\n".join(
        yamlio.replace(part, {("spec", "suspend"): not started}, file=file) if part.strip() else part for part in parts
    )
