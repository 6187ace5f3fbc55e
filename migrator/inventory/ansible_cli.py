"""Everything that only Ansible itself can read (INI, plugins, scripts, vault), through its own `ansible-inventory`."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from migrator.errors import InventoryError
from migrator.inventory.variables import host_of
from migrator.model.hosts import Inventory

__all__ = ["load"]

_SECONDS = 120


def load(path: Path) -> Inventory:
    """Ask `ansible-inventory --list --export`; nothing of Ansible is imported. InventoryError where it is absent."""
    program = shutil.which("ansible-inventory")
    if not program:
        message = (
            "is not YAML, so Ansible has to read it, and `ansible-inventory` is not installed: "
            "pip install ansible-core, or convert it: ansible-inventory -i FILE --list --yaml"
        )
        raise InventoryError(message, file=str(path))
    try:
        done = subprocess.run(
            [program, "-i", str(path), "--list", "--export"],
            capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise InventoryError(f"ansible-inventory did not finish within {_SECONDS} s", file=str(path)) from error
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "backslashreplace").split())[-200:]
        raise InventoryError(f"ansible-inventory failed: {said}", file=str(path))
    return _hosts(_json(done.stdout, path), path)


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
    groups: dict[str, list[str]] = {}
    for name, group in found.items():
        for host in (group.get("hosts") or []) if isinstance(group, dict) and name != "_meta" else []:
            groups.setdefault(str(host), []).append(name)
    hosts, warnings = [], []
    for name in sorted(set(groups) | set(variables)):
        host, said = host_of(name, variables.get(name) or {}, sorted(groups.get(name, [])), str(path))
        hosts.append(host)
        warnings += said
    return Inventory(tuple(hosts), tuple(dict.fromkeys(warnings)))
