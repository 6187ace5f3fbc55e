"""What a host, user or bastion may be called before the name comes near an ssh command."""

import re

from migrator.errors import InventoryError
from migrator.model.hosts import Host

__all__ = ["checked"]

_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:%-]{0,254}")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@$-]{0,63}")
_JUMP = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_MOST = 65535


def checked(host: Host) -> Host:
    """The host, if all its names are names; InventoryError otherwise. No option, space or shell word gets through.

    OpenSSH calls it a mistake to run ssh with names that were not checked (CVE-2023-51385).
    """
    for what, value, grammar in (
        ("host name", host.name, _HOST),
        ("address", host.address, _HOST),
        ("user", host.user, _USER),
        *(("jump host", jump, _JUMP) for jump in host.jump),
    ):
        if value is not None and not grammar.fullmatch(value):
            raise _refused(host, f"{what} {value!r} has characters that no {what} has")
    if host.port is not None and not 0 < host.port <= _MOST:
        raise _refused(host, f"port {host.port} is not between 1 and {_MOST}")
    return host


def _refused(host: Host, message: str) -> InventoryError:
    file, _, line = host.source.rpartition(":")
    known = line.isdecimal()
    return InventoryError(
        message, file=file if known else host.source or "inventory", line=int(line) if known else None
    )
