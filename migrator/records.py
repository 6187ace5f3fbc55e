"""Files that people edit, read into the model's values and written from them. The only importer of pydantic."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from functools import cache, partial
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from migrator import yamlio
from migrator.errors import InputError
from migrator.model.record import Record, camel

__all__ = [
    "API_VERSION",
    "dump_jobs",
    "dump_json",
    "dump_record",
    "header",
    "json_schema",
    "load_document",
    "load_json",
    "load_record",
    "plain",
    "read_data",
]

API_VERSION = "migrate.dev/v1alpha1"
R = TypeVar("R", bound=Record)
_ITEMS = 20
"""Of a list, for one piece: so many take longer to write than to send to another process."""


_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)


def load_record(kind: type[R], text: str, *, file: str, error: type[InputError] = InputError) -> R:
    """Read one record. `text` holds `apiVersion`, `kind` and the fields; `file` is its name for messages.

    Raises `error` with file:line for a wrong type, an unknown or missing key, a tab or a duplicate key.
    """
    try:
        document = yamlio.load(text, file=file)
    except InputError as problem:
        raise _as(error, problem) from problem
    return load_document(kind, document, error=error)


def load_document(kind: type[R], document: yamlio.Document, *, error: type[InputError] = InputError) -> R:
    """Read one record from a document that was parsed already; see `load_record`."""
    data = _strip_header(document, kind.__name__, error)
    return read_data(kind, data, document, error=error)


def _as(error: type[InputError], problem: InputError) -> InputError:
    message = str(problem).split(": ", 1)[1]
    return error(message, file=problem.file, line=problem.line)


def _strip_header(document: yamlio.Document, kind: str, error: type[InputError]) -> Any:
    if not isinstance(document.data, dict):
        raise error(f"should be a mapping with `kind: {kind}`", file=document.file, line=document.line())
    data = dict(document.data)
    for key, want in (("apiVersion", API_VERSION), ("kind", kind)):
        got = data.pop(key, None)
        if got != want:
            said = f"`{key}` is {got!r}" if got is not None else f"`{key}` is missing"
            raise error(f"{said}; it should be {want!r}", file=document.file, line=document.line((key,)))
    return data


def read_data(
    kind: type[R], data: Any, document: yamlio.Document, *, at: yamlio.Path = (), error: type[InputError] = InputError
) -> R:
    """Turn plain data that stood at `at` in `document` into a record, with the line of whatever is wrong."""
    try:
        return cast("R", _adapter(kind).validate_python(data))
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = tuple(first["loc"])
        message = _explain(where, first["msg"], first["type"])
        raise error(message, file=document.file, line=document.line((*at, *where))) from problem


def _explain(where: tuple[str | int, ...], message: str, kind: str) -> str:
    path = ".".join(map(str, where)) or "the file"
    if kind == "unexpected_keyword_argument":
        return f"unknown key `{path}`"
    if kind in {"missing", "missing_argument"}:
        return f"`{path}` is missing"
    return f"`{path}`: {message[0].lower()}{message[1:]}".replace("valid dictionary", "mapping")


def dump_record(value: Record) -> str:
    """Write a record as YAML, with `apiVersion` and `kind` first; fields that stand at their default are left out."""
    return yamlio.dump({**header(type(value)), **plain(value)})


def header(kind: type[Record]) -> dict[str, str]:
    """The first two keys of every file."""
    return {"apiVersion": API_VERSION, "kind": kind.__name__}


def plain(value: Record) -> Any:
    """A record as dicts, lists, strings, numbers and booleans; fields that stand at their default are left out."""
    return _adapter(type(value)).dump_python(value, mode="json", by_alias=True, exclude_defaults=True)


def dump_jobs(value: Record) -> Iterator[Callable[[], str]]:
    """The text of `dump_record` in pieces, which other processes may make; a long one is never whole in memory."""
    whole = {field.name: getattr(value, field.name) for field in fields(cast("Any", value))}
    lists = {name: items for name, items in whole.items() if items and isinstance(items, tuple)}
    # The lists come last in every record that has long ones.
    yield partial(dump_record, replace(cast("Any", value), **dict.fromkeys(lists, ())))
    for name, items in lists.items():
        for first in range(0, len(items), _ITEMS):
            yield partial(_dump_items, "" if first else f"{camel(name)}:\n", items[first : first + _ITEMS])


def _dump_items(head: str, items: Sequence[Record]) -> str:
    return head + yamlio.dump([plain(item) for item in items])


def dump_json(value: Record) -> str:
    """Write a record that nobody edits as one line of JSON, which is read fifty times as fast as YAML."""
    return json.dumps({**header(type(value)), **plain(value)}, separators=(",", ":")) + "\n"


def load_json(kind: type[R], text: str, *, file: str) -> R:
    """Read what `dump_json` wrote. InputError where the file is not that."""
    try:
        data = json.loads(text)
        if "\\ud" in text.lower():
            json.dumps(
                data, ensure_ascii=False
            ).encode()  # half a pair of surrogates is no text, and no file could hold it
    except (ValueError, RecursionError) as problem:
        raise InputError(f"is no JSON: {problem}", file=file) from problem
    return load_document(kind, yamlio.Document(data, file, None))


def json_schema(kind: type[Record]) -> dict[str, Any]:
    """The JSON Schema of a record's fields, for editors and for the reference."""
    return _adapter(kind).json_schema(by_alias=True)
