"""The ways to a host, as one table, and what the hosts of one scan share."""

import importlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

from migrator.errors import IncapableError
from migrator.model.hosts import Connection, Host
from migrator.scan.ssh.host_key_rules import HostKeyRules
from migrator.scan.transport import Budget, Reply, Transport
from migrator.scan.transports.local import LocalTransport

__all__ = ["TRANSPORTS", "TransportOptions", "Transports"]


@dataclass(frozen=True, slots=True)
class TransportOptions:
    """What holds for all hosts of a scan."""

    host_keys: HostKeyRules = field(default_factory=HostKeyRules)
    ssh: Connection = Connection.SSH
    """How hosts are reached whose inventory says `ssh` and no more."""
    allow_legacy_crypto: bool = False
    """For hosts whose inventory does not say."""


class _Shared(Protocol):
    """What one SSH library or program shares between hosts."""

    def transport(self, host: Host) -> Transport: ...

    def close(self) -> None: ...


class Transports:
    """Opens a transport for each host. What is shared, as connections to bastions, ends with `close`."""

    def __init__(self, options: TransportOptions) -> None:
        self._options = options
        self._shared: dict[str, _Shared] = {}
        self._lock = threading.Lock()

    def open(self, host: Host) -> Transport:
        """The transport that the inventory asks for, or the command line where that leaves it open."""
        way = self._options.ssh if host.connection is Connection.SSH else host.connection
        return TRANSPORTS[way](self, host)

    def close(self) -> None:
        """End all that is shared."""
        while self._shared:
            self._shared.popitem()[1].close()

    def paramiko(self, host: Host) -> Transport:
        """By paramiko, imported on first use: it costs 130 ms."""
        return self._by("migrator.scan.transports.paramiko_ssh", "SshConnections").transport(host)

    def openssh(self, host: Host) -> Transport:
        """By the OpenSSH client."""
        return self._by("migrator.scan.transports.openssh", "OpenSshClients").transport(host)

    def either(self, host: Host) -> Transport:
        """By paramiko, and by the OpenSSH client where paramiko says that it cannot."""
        return _Either(self.paramiko(host), self.openssh(host))

    def _by(self, module: str, name: str) -> _Shared:
        with self._lock:
            if module not in self._shared:
                make = getattr(importlib.import_module(module), name)
                shared = make(self._options.host_keys, allow_legacy=self._options.allow_legacy_crypto)
                self._shared[module] = cast("_Shared", shared)
            return self._shared[module]


@dataclass(frozen=True, slots=True)
class _Either:
    """The first transport that can do what a host needs. Both together have one budget."""

    first: Transport
    second: Transport

    def run(self, script: str, budget: Budget) -> Reply:
        """See `Transport.run`."""
        begun = time.monotonic()
        try:
            return self.first.run(script, budget)
        except IncapableError:
            left = round(budget.seconds - (time.monotonic() - begun), 1)
            return self.second.run(script, replace(budget, seconds=left))


TRANSPORTS: dict[Connection, Callable[[Transports, Host], Transport]] = {
    Connection.SSH: Transports.either,
    Connection.PARAMIKO: Transports.paramiko,
    Connection.OPENSSH: Transports.openssh,
    Connection.LOCAL: lambda _transports, host: LocalTransport(host),
}
"""Connection of the inventory -> how to open it. `paramiko_ssh`, `openssh` and `local` are the implementations."""
