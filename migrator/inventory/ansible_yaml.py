"""Ansible's YAML inventories with group_vars and host_vars, read without Ansible.

Precedence as Ansible has it: all < parent < child; groups of one level in ASCII order, unless `ansible_group_priority`
says otherwise. What the inventory says of any group comes before the files beside it, then the same of the host.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrator import yamlio
from migrator.errors import InputError, InventoryError
from migrator.inventory.variables import host_of
from migrator.model.hosts import Inventory

__all__ = ["is_plugin", "load"]

_RANGE = re.compile(r"\[(?:(\d+):(\d+)(?::(\d+))?|([A-Za-z]):([A-Za-z]))\]")
_GROUP_KEYS = frozenset({"hosts", "children", "vars"})
_ENDINGS = ("", ".yml", ".yaml", ".json")
_MOST_HOSTS = 100_000
_MOST_DEPTH = 50


@dataclass(slots=True)
class _Group:
    """One group while the file is read."""

    variables: dict[str, Any] = field(default_factory=dict)
    children: dict[str, None] = field(default_factory=dict)
    hosts: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Tree:
    """Everything the file says, before it is folded into hosts."""

    document: yamlio.Document
    groups: dict[str, _Group] = field(default_factory=lambda: {"all": _Group()})
    host_variables: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: dict[str, int | None] = field(default_factory=dict)


def _document(text: str, file: str) -> yamlio.Document:
    try:
        return yamlio.load(text, file=file)
    except InputError as error:
        raise InventoryError(str(error).split(": ", 1)[1], file=error.file, line=error.line) from error


def is_plugin(text: str, *, file: str) -> bool:
    """Whether the file configures an inventory plugin instead of listing hosts."""
    data = _document(text, file).data
    return isinstance(data, dict) and "plugin" in data


def load(text: str, path: Path) -> Inventory:
    """Read an inventory and the variables beside it. InventoryError with file:line."""
    document = _document(text, str(path))
    tree = _Tree(document)
    for name, body in document.data.items():
        _read_group(tree, str(name), body, (name,), depth=0)
    warnings: list[str] = []
    hosts = []
    for name, line in tree.lines.items():
        groups = _groups_of(tree, name)
        variables = _variables(tree, path.parent, name, groups)
        host, said = host_of(name, variables, groups, f"{path}:{line}")
        hosts.append(host)
        warnings += said
    return Inventory(tuple(hosts), tuple(dict.fromkeys(warnings)))


def _read_group(tree: _Tree, name: str, body: Any, at: yamlio.Path, *, depth: int) -> None:
    if depth > _MOST_DEPTH:
        raise _wrong(tree, at, f"group `{name}` is nested too deeply")
    group = tree.groups.setdefault(name, _Group())
    fields = _mapping(tree, body, at, f"group `{name}`")
    for key in fields:
        if key not in _GROUP_KEYS:
            raise _wrong(
                tree, (*at, key), f"unknown key `{key}` in group `{name}`; it may have hosts, children and vars"
            )
    group.variables.update(_mapping(tree, fields.get("vars"), (*at, "vars"), "`vars`"))
    for host, variables in _mapping(tree, fields.get("hosts"), (*at, "hosts"), "`hosts`").items():
        where = (*at, "hosts", host)
        for each in _expanded(tree, str(host), where):
            group.hosts[each] = None
            tree.lines.setdefault(each, tree.document.line(where))
            tree.host_variables.setdefault(each, {}).update(_mapping(tree, variables, where, f"host `{host}`"))
    for child, inner in _mapping(tree, fields.get("children"), (*at, "children"), "`children`").items():
        group.children[str(child)] = None
        _read_group(tree, str(child), inner, (*at, "children", child), depth=depth + 1)


def _mapping(tree: _Tree, value: Any, at: yamlio.Path, what: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(tree, at, f"{what} should be a mapping")
    return value


def _wrong(tree: _Tree, at: yamlio.Path, message: str) -> InventoryError:
    return InventoryError(message, file=tree.document.file, line=tree.document.line(at))


def _expanded(tree: _Tree, pattern: str, at: yamlio.Path) -> Iterator[str]:
    """`web[01:03]` is web01, web02, web03; `db-[a:c]` is db-a, db-b, db-c."""
    match = _RANGE.search(pattern)
    if not match:
        yield pattern
        return
    for middle in _steps(match):
        if len(tree.lines) > _MOST_HOSTS:
            raise _wrong(tree, at, f"names more than {_MOST_HOSTS} hosts")
        yield from _expanded(tree, pattern[: match.start()] + middle + pattern[match.end() :], at)


def _steps(match: re.Match[str]) -> Iterator[str]:
    first, last, step, low, high = match.groups()
    if low:
        yield from (chr(code) for code in range(ord(low), ord(high) + 1))
        return
    width = len(first) if first.startswith("0") else 0
    for number in range(int(first), min(int(last), int(first) + _MOST_HOSTS) + 1, int(step or 1) or 1):
        yield str(number).zfill(width)


def _groups_of(tree: _Tree, host: str) -> list[str]:
    """Groups of a host with their parents, from `all` to the most particular."""
    depths: dict[str, int] = {"all": 0}
    direct = [name for name, group in tree.groups.items() if host in group.hosts]
    parents: dict[str, list[str]] = {}
    for name, group in tree.groups.items():
        for child in group.children:
            parents.setdefault(child, []).append(name)
    wanted, todo = set(direct), list(direct)
    while todo:
        for parent in parents.get(todo.pop(), []):
            if parent not in wanted:
                wanted.add(parent)
                todo.append(parent)
    for name in wanted - {"all"}:
        depths[name] = _depth(parents, name, frozenset())
    priority = {name: _priority(tree.groups[name]) for name in wanted | {"all"}}
    return sorted(depths, key=lambda name: (depths[name], priority.get(name, 1), name))


def _depth(parents: Mapping[str, list[str]], name: str, seen: frozenset[str]) -> int:
    if name in seen:
        return 0
    above = [_depth(parents, parent, seen | {name}) for parent in parents.get(name, []) if parent != "all"]
    return 1 + max(above, default=0)


def _priority(group: _Group) -> int:
    value = group.variables.get("ansible_group_priority", 1)
    return int(value) if str(value).isdecimal() else 1


def _variables(tree: _Tree, folder: Path, host: str, groups: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in groups:
        found.update(tree.groups[name].variables)
    for name in groups:
        found.update(_beside(folder / "group_vars", name))
    found.update(tree.host_variables.get(host, {}))
    found.update(_beside(folder / "host_vars", host))
    return found


def _beside(folder: Path, name: str) -> dict[str, Any]:
    """`group_vars/web`, `.yml`, `.yaml` or `.json`, the first that is there, or all of the folder `group_vars/web/`."""
    if "/" in name or name in {".", ".."}:
        return {}
    found: dict[str, Any] = {}
    there = (path for end in _ENDINGS if (path := folder / f"{name}{end}").exists())
    for file in _files(next(there, None)):
        found.update(_variables_file(file))
    return found


def _files(path: Path | None) -> Iterator[Path]:
    """A file by itself, or what Ansible takes for variables in a folder and in those within."""
    if path is None or not path.is_dir():
        yield from [path] if path else []
        return
    for child in sorted(path.iterdir()):
        hidden = child.name.startswith(".") or child.name.endswith("~")
        if not hidden and child.suffix in (_ENDINGS if child.is_file() else ("",)):
            yield from _files(child)


def _variables_file(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InventoryError("cannot be read as UTF-8 text", file=str(file)) from error
    if text.startswith("$ANSIBLE_VAULT"):
        message = "is encrypted with Ansible Vault; keep connection settings in a plain file"
        raise InventoryError(message, file=str(file), line=1)
    document = _document(re.sub(r"(:\s*)!vault\s*\|", r"\1|", text), str(file))
    if document.data is None:
        return {}
    if not isinstance(document.data, dict):
        raise InventoryError("should be a mapping of variables", file=str(file), line=document.line())
    return document.data
