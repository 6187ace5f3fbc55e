"""The file that a cutover phase changes, and the one or two values in it.

A lever is a route with two weighted backends (the host first, the cluster second), or the patch of a job or worker
that is off on the cluster until the switch. Pure: text in, text out.
"""

import re
from typing import Any

from migrator import yamlio
from migrator.errors import InputError

__all__ = ["REPLICAS_ANNOTATION", "is_started", "weight_of", "with_started", "with_weight"]

REPLICAS_ANNOTATION = "migrate.dev/replicas-on-cluster"
_ALL = 100
_MOST_REPLICAS = 1000
_DOCUMENTS = re.compile(r"^---\n", re.MULTILINE)
_ROUTES = frozenset({"MeshHTTPRoute", "MeshTCPRoute", "HTTPRoute", "TCPRoute"})


def weight_of(text: str, *, file: str) -> int:
    """Share of the cluster in percent that the lever stands at.

    Raises InputError with file:line when somebody has edited the lever into something that is no share.
    """
    document = _read(text, file)
    if document.data["kind"] not in _ROUTES:
        path = _switch_path(document)
        off = True if path[-1] == "suspend" else 0
        value = _value(document, path)
        if type(value) is not type(off):
            raise _wrong(document, path, f"`{path[-1]}` is {value!r}")
        return 0 if value == off else _ALL
    host, cluster = (_weight(document, path) for path in _weight_paths(document))
    if host + cluster != _ALL:
        raise _wrong(document, _weight_paths(document)[0], f"weights {host} and {cluster} do not add up to 100")
    return cluster


def with_weight(text: str, weight: int, *, file: str) -> str:
    """The same text with the lever at `weight` (0 to 100). Raises InputError where the lever has no such position."""
    document = _read(text, file)
    kind = document.data["kind"]
    if kind in _ROUTES:
        host, cluster = _weight_paths(document)
        return yamlio.replace(text, {host: _ALL - weight, cluster: weight}, file=file)
    if weight not in (0, _ALL):
        raise InputError(f"a {kind} is either off or on; it cannot take {weight} % of the work", file=file)
    path = _switch_path(document)
    if path[-1] == "suspend":
        return yamlio.replace(text, {path: weight == 0}, file=file)
    return yamlio.replace(text, {path: _replicas(document) if weight else 0}, file=file)


def _read(text: str, file: str) -> yamlio.Document:
    document = yamlio.load(text, file=file)
    if not isinstance(document.data, dict) or not isinstance(document.data.get("kind"), str):
        raise InputError("is no Kubernetes document", file=file, line=document.line() or 1)
    return document


def _wrong(document: yamlio.Document, path: yamlio.Path, message: str) -> InputError:
    return InputError(message, file=document.file, line=document.line(path))


def _replicas(document: yamlio.Document) -> int:
    path = ("metadata", "annotations", REPLICAS_ANNOTATION)
    said = str(_value(document, path) or "1")
    if not said.isdecimal() or not 0 < int(said) <= _MOST_REPLICAS:
        raise _wrong(document, path, f"`{REPLICAS_ANNOTATION}: {said}` is no number of replicas")
    return int(said)


def _weight_paths(document: yamlio.Document) -> tuple[yamlio.Path, yamlio.Path]:
    """The last rule is the users'; a keep rule before it holds both backends in the proxies' configuration."""
    where: yamlio.Path = ("spec",)
    if _value(document, ("spec", "to")) is not None:
        where = ("spec", "to", 0)
    rules = _value(document, (*where, "rules"))
    where = (*where, "rules", len(rules) - 1 if isinstance(rules, list) else 0)
    if _value(document, (*where, "default")) is not None:
        where = (*where, "default")
    refs = _value(document, (*where, "backendRefs"))
    if not isinstance(refs, list) or len(refs) != 2:
        count = len(refs) if isinstance(refs, list) else "none"
        raise _wrong(document, where, f"should split between two backends, the host and the cluster; it has {count}")
    return (*where, "backendRefs", 0, "weight"), (*where, "backendRefs", 1, "weight")


def _switch_path(document: yamlio.Document) -> yamlio.Path:
    kind = document.data["kind"]
    if kind == "CronJob":
        return ("spec", "suspend")
    if kind in {"Deployment", "StatefulSet"}:
        return ("spec", "replicas")
    raise _wrong(document, ("kind",), f"`kind: {kind}` is not a route, a CronJob or a Deployment")


def _value(document: yamlio.Document, path: yamlio.Path) -> Any:
    """What stands at a path; None where the document has no such place."""
    data = document.data
    for step in path:
        if isinstance(step, str):
            data = data.get(step) if isinstance(data, dict) else None
        else:
            data = data[step] if isinstance(data, list) and 0 <= step < len(data) else None
    return data


def _weight(document: yamlio.Document, path: yamlio.Path) -> int:
    value = _value(document, path)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _ALL:
        raise _wrong(document, path, f"weight {value!r} is not a whole number from 0 to 100")
    return value


def is_started(text: str, *, file: str) -> bool:
    """Whether the Flux Kustomizations of a service are applied: false while `spec.suspend` is true in any of them."""
    return not any(_value(document, ("spec", "suspend")) for document in yamlio.load_all(text, file=file))


def with_started(text: str, *, started: bool, file: str) -> str:
    """The same text with `spec.suspend` of every document set, everything else untouched."""
    parts = _DOCUMENTS.split(text)
    suspend: dict[yamlio.Path, int | bool] = {("spec", "suspend"): not started}
    return "---\n".join(yamlio.replace(part, suspend, file=file) if part.strip() else part for part in parts)
