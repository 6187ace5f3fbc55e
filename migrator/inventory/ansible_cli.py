"""Everything that only Ansible itself can read (INI, plugins, scripts, vault), through its own `ansible-inventory`."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from migrator.errors import InventoryError
from migrator.inventory.variables import host_of
from migrator.model.hosts import Inventory

__all__ = ["load"]

_SECONDS = 120
_MOST = 300
"""Characters of one message of Ansible that are passed on."""
_MESSAGE = re.compile(r"^\[(?P<kind>[A-Z ]+)\]: *(?P<text>.*?)(?=\n\s*\n|\n\[[A-Z ]+\]:|\Z)", re.MULTILINE | re.DOTALL)
"""The first paragraph of one: below it stand lines of the inventory, with values in them."""
_ENVIRONMENT = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0"}
"""Without the first, an inventory with a slip in it is one without any host, and Ansible ends with 0."""


def load(path: Path) -> Inventory:
    """Ask `ansible-inventory --list`; nothing of Ansible is imported. InventoryError with Ansible's own reason.

    Never with `--export`: it leaves the variables of groups at the groups, and a `become` there would be lost.
    """
    done = _asked(_program(path), path)
    said = done.stderr.decode("utf-8", "backslashreplace")
    if done.returncode:
        raise InventoryError(f"ansible-inventory failed: {_reason(said)}", file=str(path))
    found = _hosts(_json(done.stdout, path), path)
    warnings = (f"{path}: Ansible says: {text}" for kind, text in _messages(said) if kind == "WARNING")
    return Inventory(found.hosts, tuple(dict.fromkeys((*warnings, *found.warnings))))


def _program(path: Path) -> str:
    program = shutil.which("ansible-inventory")
    if not program:
        message = (
            "is not YAML, so Ansible has to read it, and `ansible-inventory` is not installed: "
            "pip install ansible-core, or convert it: ansible-inventory -i FILE --list --yaml"
        )
        raise InventoryError(message, file=str(path))
    return program


def _asked(program: str, path: Path) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [program, "-i", str(path), "--list"],
            capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=_SECONDS, env=os.environ | _ENVIRONMENT,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise InventoryError(f"ansible-inventory did not finish within {_SECONDS} s", file=str(path)) from error


def _reason(said: str) -> str:
    """What Ansible says is wrong: warnings first, for there is the reason; the error only says that it failed."""
    messages = [text for kind, text in _messages(said) if kind in {"WARNING", "ERROR"}]
    return "; ".join(messages[-4:]) or _line(said) or "it gave no reason"


def _messages(said: str) -> Iterator[tuple[str, str]]:
    return ((found["kind"], _line(found["text"])) for found in _MESSAGE.finditer(said))


def _line(text: str) -> str:
    """As one line that is not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST else f"{line[:_MOST]} ..."


def _json(data: bytes, path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except ValueError as error:
        raise InventoryError("ansible-inventory did not answer with JSON", file=str(path)) from error
    if not isinstance(found, dict):
        raise InventoryError("ansible-inventory answered something else than a mapping", file=str(path))
    return found


def _hosts(found: Mapping[str, Any], path: Path) -> Inventory:
    variables = (found.get("_meta") or {}).get("hostvars") or {}
    groups = _groups(found)
    hosts, warnings = [], []
    for name in sorted(set(groups) | set(variables)):
        host, said = host_of(name, variables.get(name) or {}, sorted(groups.get(name, ())), str(path))
        hosts.append(host)
        warnings += said
    return Inventory(tuple(hosts), tuple(dict.fromkeys(warnings)))


def _groups(found: Mapping[str, Any]) -> Mapping[str, set[str]]:
    """The groups of each host with all their parents: `--limit` may name any of them."""
    parents: dict[str, set[str]] = {}
    direct: dict[str, set[str]] = {}
    for name, group in found.items():
        if not isinstance(group, dict) or name == "_meta":
            continue
        for child in group.get("children") or []:
            parents.setdefault(str(child), set()).add(name)
        for host in group.get("hosts") or []:
            direct.setdefault(str(host), set()).add(name)
    return {host: _with_parents(names, parents) for host, names in direct.items()}


def _with_parents(names: set[str], parents: Mapping[str, set[str]]) -> set[str]:
    found, todo = set(names), list(names)
    while todo:
        new = parents.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found
