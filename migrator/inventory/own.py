"""Our own inventory format: a mapping of hosts, and defaults for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from migrator import yamlio
from migrator.errors import InputError, InventoryError
from migrator.model.hosts import Connection, Host, Inventory
from migrator.model.record import Record
from migrator.records import read_data

__all__ = ["InventoryFile", "is_own", "load"]


@dataclass(frozen=True, slots=True)
class Defaults(Record):
    """What the file says about all hosts. What is left out, ssh's configuration says."""

    port: int | None = None
    user: str | None = None
    key: str | None = None
    """Path of a private key."""
    jump: str | None = None
    """Bastions, `[user@]host[:port]`, separated by commas."""
    connection: Connection | None = None
    become: bool | None = None
    """Use sudo where it needs no password; left out: as the command line says."""
    allow_legacy_crypto: bool | None = None
    """Let it use broken algorithms when it has nothing better; left out: as the command line says."""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HostEntry(Defaults):
    """What the file says about one host; what is left out, `defaults` say."""

    address: str | None = None


@dataclass(frozen=True, slots=True)
class InventoryFile(Record):
    """The whole file."""

    hosts: Mapping[str, HostEntry | None] = field(default_factory=dict)
    defaults: Defaults = field(default_factory=Defaults)


def is_own(text: str, *, file: str) -> bool:
    """Whether the top level is ours: `hosts` and perhaps `defaults`, instead of Ansible's groups."""
    document = _document(text, file)
    if not isinstance(document.data, dict):
        what = "is empty" if document.data is None else "should be a mapping with `hosts:`, or an Ansible inventory"
        raise InventoryError(what, file=file, line=document.line())
    return "hosts" in document.data or "defaults" in document.data


def _document(text: str, file: str) -> yamlio.Document:
    try:
        return yamlio.load(text, file=file)
    except InputError as error:
        raise InventoryError(str(error).split(": ", 1)[1], file=error.file, line=error.line) from error


def load(text: str, *, file: str) -> Inventory:
    """Read the file. InventoryError with file:line for a wrong type, an unknown key, a tab or a repeated host."""
    document = _document(text, file)
    found = read_data(InventoryFile, document.data, document, error=InventoryError)
    hosts = [
        _host(name, entry or HostEntry(), found.defaults, f"{file}:{document.line(('hosts', name))}")
        for name, entry in found.hosts.items()
    ]
    return Inventory(tuple(hosts))


def _host(name: str, entry: HostEntry, defaults: Defaults, source: str) -> Host:
    jump = entry.jump if entry.jump is not None else defaults.jump
    host = Host(
        name,
        address=entry.address,
        port=entry.port or defaults.port,
        user=entry.user or defaults.user,
        key=entry.key or defaults.key,
        jump=tuple(part.strip() for part in jump.split(",") if part.strip()) if jump else (),
        connection=entry.connection or defaults.connection or Connection.SSH,
        groups=tuple(dict.fromkeys((*defaults.groups, *entry.groups))),
        source=source,
    )
    become = entry.become if entry.become is not None else defaults.become
    legacy = entry.allow_legacy_crypto if entry.allow_legacy_crypto is not None else defaults.allow_legacy_crypto
    return replace(host, become=become, allow_legacy_crypto=legacy)
