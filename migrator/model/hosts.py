"""What an inventory says: which hosts there are and how each one is reached."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Connection", "Host", "Inventory"]


class Connection(StrEnum):
    """How a host is reached."""

    SSH = "ssh"
    """By paramiko, and by the OpenSSH client where paramiko cannot, unless the command line says which."""
    PARAMIKO = "paramiko"
    OPENSSH = "openssh"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Host:
    """One machine to scan. Fields left at None are filled from the user's SSH configuration (`ssh -G`).

    Never holds a secret: `key` is the path of a private key, not its content.
    """

    name: str
    address: str | None = None
    """Host name or IP address to connect to; the name itself if None."""
    port: int | None = None
    user: str | None = None
    key: str | None = None
    """Path of a private key."""
    jump: tuple[str, ...] = ()
    """Bastions in order, each `[user@]host[:port]`."""
    proxy_command: str = ""
    """What the inventory would have started as the way to it; no command of an inventory is run."""
    connection: Connection = Connection.SSH
    become: bool | None = None
    """Whether to use sudo, where it needs no password; None: as the command line says."""
    allow_legacy_crypto: bool | None = None
    """Whether broken algorithms may be used for it; None: as the command line says."""
    groups: tuple[str, ...] = ()
    source: str = ""
    """Where the inventory names the host: `file:line`."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The hosts of one or more inventories, in the order in which they were named."""

    hosts: tuple[Host, ...]
    warnings: tuple[str, ...] = ()
    """What was understood but ignored, each as `file:line: text`."""
