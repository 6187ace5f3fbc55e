"""The one door for YAML: reading with line numbers, writing what Kubernetes reads the same way, editing in place.

The only module that imports PyYAML and ruamel.yaml. PyYAML's C loader reads, because estates have thousands of files;
ruamel finds the place of a value in a text that a person wrote, so that an edit changes that value and no other byte.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from migrator.errors import InputError
from migrator.model.invisible import INVISIBLE

__all__ = ["Document", "Path", "dump", "dump_all", "load", "load_all", "quoted", "replace"]

MAX_BYTES = 16 * 1024 * 1024
MAX_NODES = 2_000_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_DULL = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*")
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])
_STRING_TAG = "tag:yaml.org,2002:str"
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_LAST_OF_FOUR_DIGITS = 0xFFFF

Path = tuple[str | int, ...]
"""The way to a value: mapping keys and list positions."""


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its plain data, and where each value stands."""

    data: Any
    file: str
    _node: Any

    def line(self, path: Sequence[str | int] = ()) -> int | None:
        """Line (from 1) of the value at `path`, or of the nearest parent that exists."""
        node = self._node
        line = node.start_mark.line + 1 if node is not None else None
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            mark, node = found
            line = mark.line + 1
        return line


def _child(node: Any, step: str | int) -> tuple[Any, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        return node.value[step].start_mark, node.value[step]
    return None


def load(text: str, *, file: str) -> Document:
    """Read a text that holds exactly one document. Raises InputError with file:line."""
    documents = load_all(text, file=file)
    if len(documents) > 1:
        raise InputError("holds more than one YAML document", file=file, line=documents[1].line())
    return documents[0] if documents else Document(None, file, None)


def load_all(text: str, *, file: str) -> list[Document]:
    """Read all documents of a text. Raises InputError with file:line; duplicate keys are errors."""
    if len(text) > MAX_BYTES:
        raise InputError(f"is larger than {MAX_BYTES // 1024 // 1024} MiB", file=file)
    try:
        return list(_documents(text, file))
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, file) from error
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"not YAML: {_one_line(str(error))}", file=file) from error
    except RecursionError as error:
        raise InputError("is nested too deeply", file=file) from error


def _documents(text: str, file: str) -> Iterator[Document]:
    loader = _LOADER(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            _refuse_duplicates(node, file)
            yield Document(_LOADER.construct_document(loader, node), file, node)
    finally:
        loader.dispose()


def _syntax_error(error: yaml.MarkedYAMLError, text: str, file: str) -> InputError:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return InputError(_one_line(error.problem or "not YAML"), file=file)
    lines = text.split("\n")
    indented_by_tab = mark.line < len(lines) and "\t" in lines[mark.line][: mark.column + 1]
    problem = "a tab indents this line; YAML allows spaces only" if indented_by_tab else error.problem or "not YAML"
    return InputError(_one_line(problem), file=file, line=mark.line + 1)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _refuse_duplicates(root: Any, file: str) -> None:
    """PyYAML keeps the last of two equal keys without a word; a person who wrote a host twice wants to know."""
    todo, seen = [root], 0
    while todo:
        node = todo.pop()
        seen += 1
        if seen > MAX_NODES:
            raise InputError(f"expands to more than {MAX_NODES} values", file=file)
        if isinstance(node, yaml.MappingNode):
            _check_keys(node, file)
            todo.extend(value for _, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            todo.extend(node.value)


def _check_keys(node: Any, file: str) -> None:
    first: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value == "<<":
            continue
        line = key.start_mark.line + 1
        if key.value in first:
            raise InputError(f"`{key.value}` stands twice, first in line {first[key.value]}", file=file, line=line)
        first[key.value] = line


class _Dumper(_DUMPER):  # type: ignore[misc, valid-type]
    """Quotes every string outside a dull alphabet, because PyYAML and kubectl disagree about the others."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _represent_string(dumper: Any, value: str) -> Any:
    if _DULL.fullmatch(value) and value.lower() not in _WORDS:
        return dumper.represent_scalar(_STRING_TAG, value)
    style = "|" if "\n" in value and _fits_block(value) else '"'
    return dumper.represent_scalar(_STRING_TAG, value, style=style)


def _fits_block(value: str) -> bool:
    return value.isprintable() or all(
        line.isprintable() and line == line.rstrip() and not line.startswith((" ", "\t")) for line in value.split("\n")
    )


_Dumper.add_representer(str, _represent_string)


def dump(data: Any) -> str:
    """Write one document. Every string comes back as the same string from kubectl's, Flux's and our own parser."""
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=2**20, default_flow_style=False)
    return _INVISIBLE.sub(_escaped, text)  # what nobody sees stands in double quotes only: `_represent_string`


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code <= _LAST_OF_FOUR_DIGITS else f"\\U{code:08x}"


def quoted(text: str) -> str:
    """A double-quoted scalar on one line, which is also a JSON string."""
    return _INVISIBLE.sub(_in_json, json.dumps(text, ensure_ascii=False))


def _in_json(match: re.Match[str]) -> str:
    """JSON has no form for a character above U+FFFF that YAML reads, too."""
    return _escaped(match) if ord(match[0]) <= _LAST_OF_FOUR_DIGITS else match[0]


def dump_all(documents: Sequence[Any]) -> str:
    """Write several documents, separated by `---`."""
    return "---\n".join(dump(document) for document in documents)


def replace(text: str, values: Mapping[Path, int | bool], *, file: str) -> str:
    """Replace single plain scalars in a one-document text and leave every other byte as it is.

    Raises InputError when a path does not lead to a scalar.
    """
    root = _compose(text, file)
    spans = sorted(((*_span(root, path, file), str(value).lower()) for path, value in values.items()), reverse=True)
    for start, end, value in spans:
        text = text[:start] + value + text[end:]
    return text


def _compose(text: str, file: str) -> Any:
    try:
        return YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        raise InputError(
            _one_line(error.problem or "not YAML"), file=file, line=mark.line + 1 if mark else None
        ) from error


def _span(root: Any, path: Path, file: str) -> tuple[int, int]:
    node = root
    for step in path:
        node = _ruamel_child(node, step)
        if node is None:
            raise InputError(f"has no `{'.'.join(map(str, path))}`", file=file)
    if not isinstance(node.value, str):
        raise InputError(
            f"`{'.'.join(map(str, path))}` is not a single value", file=file, line=node.start_mark.line + 1
        )
    return node.start_mark.index, node.end_mark.index


def _ruamel_child(node: Any, step: str | int) -> Any:
    if isinstance(step, int):
        found = isinstance(node.value, list) and not _is_mapping(node) and 0 <= step < len(node.value)
        return node.value[step] if found else None
    if not _is_mapping(node):
        return None
    return next((value for key, value in node.value if key.value == step), None)


def _is_mapping(node: Any) -> bool:
    return str(node.tag).endswith(":map")
