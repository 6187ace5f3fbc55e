"""Which reader a source needs, and how several sources become one inventory."""

import os
from collections.abc import Sequence
from pathlib import Path

from migrator.errors import InventoryError
from migrator.inventory import ansible_cli, ansible_yaml, own
from migrator.inventory.limit import limited
from migrator.inventory.names import checked
from migrator.model.hosts import Connection, Host, Inventory
from migrator.model.names import dns_label

__all__ = ["load_inventory"]

MAX_BYTES = 16 * 1024 * 1024
_YAML = frozenset({".yml", ".yaml"})
_IGNORED = frozenset({".cfg", ".ini~", ".orig", ".retry", ".pyc", ".bak", ".md", ".txt"})


def load_inventory(sources: Sequence[str], *, limit: str | None = None) -> Inventory:
    """Read all sources in order. A source is a file, a folder, `host1,host2,`, or `localhost`.

    Raises InventoryError with file:line. `limit` takes Ansible's patterns. An empty result is an error, too.
    """
    parts = [_load(source) for source in sources]
    hosts = _joined([host for part in parts for host in part.hosts])
    warnings = [warning for part in parts for warning in part.warnings]
    chosen = limited(hosts, limit) if limit else hosts
    if not chosen:
        message = f"no host matches --limit {limit}" if limit else "names no host"
        raise InventoryError(message, file=", ".join(sources))
    _refuse_one_folder(chosen)
    return Inventory(tuple(checked(host) for host in chosen), (*warnings, *_same_address(chosen)))


def _load(source: str) -> Inventory:
    if "," in source and not Path(source).exists():
        return _listed(source)
    if source in {"localhost", "127.0.0.1", "::1"} and not Path(source).exists():
        return Inventory((Host(source, connection=Connection.LOCAL, source="command line"),))
    path = Path(source).expanduser()
    if path.is_dir():
        return _folder(path)
    return _file(path)


def _listed(source: str) -> Inventory:
    names = [name.strip() for name in source.split(",") if name.strip()]
    local = {"localhost", "127.0.0.1", "::1"}
    hosts = (
        Host(name, connection=Connection.LOCAL if name in local else Connection.SSH, source="command line")
        for name in dict.fromkeys(names)
    )
    return Inventory(tuple(hosts))


def _folder(path: Path) -> Inventory:
    """Every inventory of a folder, in ASCII order, as Ansible reads one."""
    skipped = {"group_vars", "host_vars"}
    files = [
        child
        for child in sorted(path.iterdir(), key=lambda child: child.name)
        if child.is_file() and child.suffix not in _IGNORED and child.name not in skipped and child.name[0] != "."
    ]
    if not files:
        raise InventoryError("is a folder without any inventory in it", file=str(path))
    parts = [_file(file) for file in files]
    return Inventory(_joined([h for p in parts for h in p.hosts]), tuple(w for p in parts for w in p.warnings))


def _file(path: Path) -> Inventory:
    if not path.exists():
        raise InventoryError(
            "no such file; to name hosts directly, end the list with a comma: `web01,`", file=str(path)
        )
    if path.suffix not in _YAML or os.access(path, os.X_OK):
        return ansible_cli.load(path)
    text = _text(path)
    if text.startswith("$ANSIBLE_VAULT"):
        raise InventoryError("is encrypted with Ansible Vault; keep hosts in a plain file", file=str(path), line=1)
    if own.is_own(text, file=str(path)):
        return own.load(text, file=str(path))
    if ansible_yaml.is_plugin(text, file=str(path)):
        return ansible_cli.load(path)
    return ansible_yaml.load(text, path)


def _text(path: Path) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise InventoryError(f"is larger than {MAX_BYTES // 1024 // 1024} MiB", file=str(path))
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InventoryError(f"is not UTF-8 (byte {error.start})", file=str(path)) from error
    except OSError as error:
        raise InventoryError(f"cannot be read: {error.strerror}", file=str(path)) from error


def _joined(hosts: Sequence[Host]) -> tuple[Host, ...]:
    """One entry for each name; two sources that say different things about one host contradict each other."""
    found: dict[str, Host] = {}
    for host in hosts:
        known = found.get(host.name)
        if known and known.source != host.source:
            file, _, line = host.source.rpartition(":")
            message = f"host `{host.name}` stands twice, first in {known.source}"
            raise InventoryError(message, file=file or host.source, line=int(line) if line.isdecimal() else None)
        found[host.name] = host
    return tuple(found.values())


def _refuse_one_folder(hosts: Sequence[Host]) -> None:
    """Names that differ in `_`, `.`, `-` or case only would write over each other's profiles."""
    first: dict[str, Host] = {}
    for host in hosts:
        other = first.setdefault(dns_label(host.name), host)
        if other is not host:
            file, _, line = host.source.rpartition(":")
            message = f"`{host.name}` and `{other.name}` would share one folder of profiles; name one of them otherwise"
            raise InventoryError(message, file=file or host.source, line=int(line) if line.isdecimal() else None)


def _same_address(hosts: Sequence[Host]) -> list[str]:
    first: dict[tuple[str, int | None], Host] = {}
    warnings = []
    for host in hosts:
        key = (host.address or host.name, host.port)
        if key in first:
            warnings.append(
                f"{host.source}: `{host.name}` has the same address as `{first[key].name}`; both are scanned"
            )
        first.setdefault(key, host)
    return warnings
