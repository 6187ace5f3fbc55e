"""The file that a cutover phase changes, and the one or two values in it.

A lever is a route with two weighted backends (the host first, the cluster second), or the patch of a job or worker
that is off on the cluster until the switch. Pure: text in, text out.
"""

import re
from typing import Any

from migrator import yamlio
from migrator.errors import InputError

__all__ = [
    "REPLICAS_ANNOTATION",
    "is_started",
    "line_of_lever",
    "line_of_start",
    "weight_of",
    "with_started",
    "with_weight",
]

REPLICAS_ANNOTATION = "migrate.dev/replicas-on-cluster"
_ALL = 100
_MOST_REPLICAS = 1000
_SUSPEND: yamlio.Path = ("spec", "suspend")
_MARKER = re.compile(r"^(---(?:[ \t][^\r\n]*)?(?:\r?\n|\Z))", re.MULTILINE)
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
    """The same text with the lever at `weight` (0 to 100); the very same text where it stands there already.

    Raises InputError where the lever has no such position, or is written in a way that cannot be edited in place.
    """
    if _stands_at(text, weight, file):
        return text
    document = _read(text, file)
    values = _values(document, weight)
    try:
        moved = yamlio.replace(text, values, file=file)
    except InputError as error:
        raise _wrong(document, next(iter(values)), _NOT_IN_PLACE) from error
    if not _stands_at(moved, weight, file):
        raise _wrong(document, next(iter(values)), _NOT_IN_PLACE)
    return moved


_NOT_IN_PLACE = "cannot be edited in place: write the value out, without an anchor, an alias or a merge key"


def _values(document: yamlio.Document, weight: int) -> dict[yamlio.Path, int | bool]:
    kind = document.data["kind"]
    if kind in _ROUTES:
        host, cluster = _weight_paths(document)
        return {host: _ALL - weight, cluster: weight}
    path = _switch_path(document)
    if weight not in (0, _ALL):
        raise _wrong(document, path, f"a {kind} is either off or on; it cannot take {weight} % of the work")
    if path[-1] == "suspend":
        return {path: weight == 0}
    return {path: _replicas(document) if weight else 0}


def _stands_at(text: str, weight: int, file: str) -> bool:
    """Whether a text says `weight`: after an edit, too, where an alias may show the same value in two places."""
    try:
        return weight_of(text, file=file) == weight
    except InputError:
        return False


def line_of_lever(text: str, *, file: str) -> int | None:
    """Where the value stands that a phase changes (of two, the cluster's), for messages."""
    document = _read(text, file)
    return document.line(_weight_paths(document)[1] if document.data["kind"] in _ROUTES else _switch_path(document))


def line_of_start(text: str, *, file: str) -> int | None:
    """Where the first `spec.suspend` stands, for messages."""
    return _kustomizations(text, file)[0].line(_SUSPEND)


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
    """Whether the Flux Kustomizations of a service are applied: false while `spec.suspend` is true in any of them.

    Raises InputError with file:line where a `spec.suspend` is neither true nor false.
    """
    found = [_suspended(document) for document in _kustomizations(text, file)]
    return True not in found


def with_started(text: str, *, started: bool, file: str) -> str:
    """The same text with `spec.suspend` of every document set, everything else untouched.

    Raises InputError with file:line where a document has no `spec.suspend` that could be set.
    """
    documents = _kustomizations(text, file)
    for document in documents:
        if _suspended(document) is None:
            raise _wrong(document, _SUSPEND, "has no `spec.suspend`; write `suspend: true` or `suspend: false` there")
    values: dict[yamlio.Path, int | bool] = {_SUSPEND: not started}
    parts = _MARKER.split(text)
    try:
        moved = "".join(yamlio.replace(part, values, file=file) if _holds(part) else part for part in parts)
    except InputError as error:
        raise _wrong(documents[0], _SUSPEND, _NOT_IN_PLACE) from error
    if {_suspended(document) for document in _kustomizations(moved, file)} != {not started}:
        raise _wrong(documents[0], _SUSPEND, _NOT_IN_PLACE)
    return moved


def _kustomizations(text: str, file: str) -> list[yamlio.Document]:
    documents = [document for document in yamlio.load_all(text, file=file) if document.data is not None]
    if not documents:
        raise InputError("holds no Kustomization; run `migrate generate`", file=file, line=1)
    return documents


def _suspended(document: yamlio.Document) -> bool | None:
    """What `spec.suspend` says; None where it is not there."""
    value = _value(document, _SUSPEND)
    if value is not None and not isinstance(value, bool):
        raise _wrong(document, _SUSPEND, f"`suspend` is {value!r}; it should be true or false")
    return value


def _holds(part: str) -> bool:
    """Whether a part of a text between two markers holds a document, and not just comments."""
    lines = (line.strip() for line in part.splitlines())
    return any(line and line != "..." and not line.startswith(("#", "---", "%")) for line in lines)
