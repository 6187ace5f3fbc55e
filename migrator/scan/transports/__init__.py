"""The ways to a host, as one table, and the shared bastions of one scan."""

import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from migrator.model.hosts import Connection, Host
from migrator.scan.transport import Transport
from migrator.scan.transports.local import LocalTransport

__all__ = ["TRANSPORTS", "TransportOptions", "Transports"]


@dataclass(frozen=True, slots=True)
class TransportOptions:
    """What holds for all hosts of a scan."""

    known_hosts: Path | None = None
    """Trust the host keys in this file only; None: the files that the SSH configuration names."""


class Transports:
    """Opens a transport for each host. Bastions are connected once and shared; `close` ends them."""

    def __init__(self, options: TransportOptions) -> None:
        self._options = options
        self._close: list[Callable[[], None]] = []
        self._ssh: Callable[[Host], Transport] | None = None
        self._lock = threading.Lock()

    def open(self, host: Host) -> Transport:
        """The transport that the inventory asks for. Connects nothing yet."""
        return TRANSPORTS[host.connection](self, host)

    def close(self) -> None:
        """End all shared connections."""
        while self._close:
            self._close.pop()()

    def ssh(self, host: Host) -> Transport:
        """SSH, with paramiko imported on first use: it costs 130 ms."""
        with self._lock:
            if self._ssh is None:
                module = importlib.import_module("migrator.scan.transports.paramiko_ssh")
                connections = module.SshConnections(self._options.known_hosts)
                self._close.append(connections.close)
                self._ssh = connections.transport
        return self._ssh(host)


TRANSPORTS: dict[Connection, Callable[[Transports, Host], Transport]] = {
    Connection.SSH: Transports.ssh,
    Connection.LOCAL: lambda _transports, host: LocalTransport(host),
}
"""Connection of the inventory -> how to open it. `paramiko_ssh` and `local` are the implementations."""
