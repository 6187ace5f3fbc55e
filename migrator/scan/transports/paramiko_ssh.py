"""SSH by paramiko: one connection, one session, one script. The only importer of paramiko.

The low-level `Transport` is used on purpose: the host key is compared with what is on record after the key exchange and
before anything else is sent, and no policy object can wave it through.
"""

import logging
import os
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from migrator.errors import AuthError, ConnectError, DeadlineError, FloodError, HostKeyError, TransportError
from migrator.model.hosts import Host
from migrator.scan.host_keys import HostKey, KnownKeys, known_keys, unknown, verify
from migrator.scan.ssh_config import SshSettings, settings_for
from migrator.scan.transport import Budget, Reply

__all__ = ["SshConnections", "SshTransport"]

_CHUNK = 65536
_TRIES = 4
_BASTION_LOGINS = 8
"""MaxStartups of sshd drops at random beyond 10 logins at once (sshd_config(5))."""
_SHELL = "/bin/sh -c 'n=; command -v nice >/dev/null 2>&1 && n=\"nice -n 19\"; {0}exec $n /bin/sh -s'"
_BECOME = 'if [ "$(id -u)" != 0 ] && sudo -n true >/dev/null 2>&1 </dev/null; then exec sudo -n $n /bin/sh -s; fi; '

logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False


class _Clock:
    """The wall-clock budget of one host: whatever hangs, the sockets are closed from outside when it is over."""

    def __init__(self, host: str, seconds: float) -> None:
        self._host, self._seconds = host, seconds
        self._end = time.monotonic() + seconds
        self._closers: list[Any] = []
        self._lock = threading.Lock()
        self.over = False
        self._timer = threading.Timer(seconds, self._strike)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _strike(self) -> None:
        with self._lock:
            self.over = True
            closers, self._closers = self._closers, []
        for thing in closers:
            with suppress(Exception):
                thing.close()

    def watch(self, thing: Any) -> None:
        """Close this when time is over, or at once if it is."""
        with self._lock:
            if not self.over:
                self._closers.append(thing)
                return
        thing.close()

    def left(self) -> float:
        """Seconds that are left; DeadlineError when none are."""
        left = self._end - time.monotonic()
        if left <= 0 or self.over:
            raise self.error()
        return left

    def error(self) -> DeadlineError:
        """What to say when time is over."""
        return DeadlineError(self._host, f"did not finish within {self._seconds:g} s")


class SshConnections:
    """What the hosts of one scan share: bastions, and how many may log in to one at a time."""

    def __init__(self, known_hosts: Path | None) -> None:
        self._known_hosts = known_hosts
        self._bastions: dict[tuple[str, ...], paramiko.Transport] = {}
        self._locks: dict[tuple[str, ...], threading.Lock] = {}
        self._gates: dict[tuple[str, ...], threading.Semaphore] = {}
        self._guard = threading.Lock()

    def transport(self, host: Host) -> "SshTransport":
        """A transport to one host. Connects nothing yet."""
        return SshTransport(host, self, self._known_hosts)

    def close(self) -> None:
        """End the connections to all bastions."""
        with self._guard:
            bastions, self._bastions = list(self._bastions.values()), {}
        for bastion in reversed(bastions):
            bastion.close()

    @contextmanager
    def through(self, jumps: tuple[str, ...]) -> Iterator[None]:
        """Wait for a place among the logins that are under way through a bastion."""
        with self._guard:
            gate = self._gates.setdefault(jumps, threading.Semaphore(_BASTION_LOGINS))
        with gate:
            yield

    def bastion(self, jumps: tuple[str, ...], clock: _Clock) -> paramiko.Transport:
        """The connection to the last of `jumps`, through those before it."""
        with self._guard:
            lock = self._locks.setdefault(jumps, threading.Lock())
        with lock:
            known = self._bastions.get(jumps)
            if known and known.is_active():
                return known
            hop = _hop(jumps[-1])
            settings = settings_for(hop, known_hosts=self._known_hosts)
            made = _connected(hop.name, settings, self, jumps[:-1] or settings.jump, clock)
            self._bastions[jumps] = made
            return made


def _hop(jump: str) -> Host:
    user, _, address = jump.rpartition("@")
    name, colon, port = address.rpartition(":")
    plain = name if colon and port.isdecimal() else address
    return Host(f"bastion {plain}", plain.strip("[]"), int(port) if colon and port.isdecimal() else None, user or None)


class SshTransport:
    """One host over SSH. See `Transport`."""

    def __init__(self, host: Host, connections: SshConnections, known_hosts: Path | None) -> None:
        self._host, self._connections, self._known_hosts = host, connections, known_hosts

    def run(self, script: str, budget: Budget) -> Reply:
        """See `Transport.run`."""
        name = self._host.name
        with _Clock(name, budget.seconds) as clock:
            try:
                settings = settings_for(self._host, known_hosts=self._known_hosts)
                transport = _connected(name, settings, self._connections, settings.jump, clock)
            except (OSError, EOFError, paramiko.SSHException) as error:
                raise clock.error() if clock.over else ConnectError(name, _said(error)) from error
            try:
                return _Conversation(self._host, script.encode(), clock, budget).hold(transport)
            finally:
                transport.close()
                transport.join(5)


def _said(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return "its name cannot be resolved"
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, EOFError):
        return "the connection was closed during the handshake"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


def _connected(
    host: str, settings: SshSettings, shared: SshConnections, jumps: tuple[str, ...], clock: _Clock
) -> paramiko.Transport:
    """Connect, compare the host key, log in. Dropped connections are tried again: a busy sshd drops them at random."""
    name = settings.host_key_alias or settings.hostname
    known = known_keys(host, name, settings.port, settings.known_hosts)
    if not known.trusted and not known.revoked:
        _port_must_answer(host, settings, shared, jumps, clock)
        raise HostKeyError(host, unknown(known, name, settings.port))
    for attempt in range(_TRIES):
        try:
            with shared.through(jumps):
                return _login(host, settings, known, _socket(host, settings, shared, jumps, clock), clock)
        except (EOFError, ConnectionResetError, paramiko.SSHException) as error:
            if not jumps or attempt == _TRIES - 1 or clock.over or isinstance(error, IncompatiblePeer):
                raise
            time.sleep(min(clock.left(), random.uniform(0.2, 0.6) * 2**attempt))  # noqa: S311 - jitter
    raise ConnectError(host, "gave up")


def _port_must_answer(
    host: str, settings: SshSettings, shared: SshConnections, jumps: tuple[str, ...], clock: _Clock
) -> None:
    """A host that is down is told apart from one whose key is unknown."""
    _socket(host, settings, shared, jumps, clock).close()


def _socket(host: str, settings: SshSettings, shared: SshConnections, jumps: tuple[str, ...], clock: _Clock) -> Any:
    if not jumps:
        made: Any = socket.create_connection((settings.hostname, settings.port), timeout=clock.left())
    else:
        bastion = shared.bastion(jumps, clock)
        where = (settings.hostname, settings.port)
        made = bastion.open_channel("direct-tcpip", where, ("127.0.0.1", 0), timeout=clock.left())
    clock.watch(made)
    return made


def _login(host: str, settings: SshSettings, known: KnownKeys, link: Any, clock: _Clock) -> paramiko.Transport:
    transport = paramiko.Transport(link)
    clock.watch(transport)
    try:
        _offer_known_types(transport, known)
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = clock.left()
        transport.start_client(timeout=clock.left())
        key = transport.get_remote_server_key()
        name = settings.host_key_alias or settings.hostname
        verify(host, HostKey(key.get_name(), key.asbytes()), known, name=name, port=settings.port)
        _authenticate(host, transport, settings, clock)
    except BaseException:
        transport.close()
        transport.join(5)
        if clock.over:
            raise clock.error() from None
        raise
    return transport


def _offer_known_types(transport: paramiko.Transport, known: KnownKeys) -> None:
    """Ask for a key of a type that is on record first, so that a second key of the host is no `change`."""
    options = transport.get_security_options()
    types = {_signature_family(key.type) for key in known.trusted}
    first = [kind for kind in options.key_types if _signature_family(kind) in types]
    options.key_types = tuple(first) + tuple(kind for kind in options.key_types if kind not in first)


def _signature_family(kind: str) -> str:
    return "ssh-rsa" if kind.startswith("rsa-sha2-") else kind


def _authenticate(host: str, transport: paramiko.Transport, settings: SshSettings, clock: _Clock) -> None:
    tried: list[str] = []
    for label, key in _keys(settings, tried):
        try:
            clock.left()
            transport.auth_publickey(settings.user, key)
        except paramiko.BadAuthenticationType as error:
            allowed = ", ".join(error.allowed_types)
            raise AuthError(host, f"{settings.user}@{settings.hostname} takes no key, only: {allowed}") from error
        except paramiko.AuthenticationException:
            tried.append(label)
        if transport.is_authenticated():
            return
        if not transport.is_active():
            break
    what = "; ".join(tried) or "no key was found: none in the inventory, the SSH configuration or the agent"
    raise AuthError(host, f"{settings.user}@{settings.hostname} refused the login ({what})")


def _keys(settings: SshSettings, tried: list[str]) -> Iterator[tuple[str, paramiko.PKey]]:
    """Keys from files, then from the agent. sshd ends the connection after six, so no more than five."""
    given = 0
    for path in settings.keys:
        try:
            key = paramiko.PKey.from_path(path)
        except FileNotFoundError:
            tried.append(f"{path} does not exist")
        except (paramiko.PasswordRequiredException, TypeError):
            tried.append(f"{path} is encrypted and no agent holds it")
        except (OSError, ValueError, paramiko.SSHException) as error:
            tried.append(f"{path} cannot be read: {error}")
        else:
            given += 1
            yield str(path), key
    if settings.agent and os.environ.get("SSH_AUTH_SOCK"):
        agent = paramiko.Agent()
        try:
            for key in agent.get_keys()[: max(0, 5 - given)]:
                yield f"agent key {key.get_name()}", key
        finally:
            agent.close()


class _Conversation:
    """One script on its way to a host, and what has come back so far."""

    def __init__(self, host: Host, script: bytes, clock: _Clock, budget: Budget) -> None:
        self._host, self._clock, self._budget = host, clock, budget
        self._rest = memoryview(script)
        self._written = False
        self._out, self._err = bytearray(), bytearray()

    def hold(self, transport: paramiko.Transport) -> Reply:
        """Feed the script and drain both streams together until the host has ended."""
        name, error = self._host.name, None
        try:
            channel = transport.open_session(timeout=self._clock.left())
            self._clock.watch(channel)
            channel.settimeout(self._clock.left())
            channel.exec_command(_SHELL.format(_BECOME if self._host.become else ""))
            error = self._pump(channel)
        except (OSError, EOFError, paramiko.SSHException) as broken:
            lost = ConnectError(name, f"the connection broke: {_said(broken)}")
            error = self._clock.error() if self._clock.over else lost
        except DeadlineError as late:
            error = late
        return Reply(bytes(self._out), bytes(self._err), error)

    def _pump(self, channel: paramiko.Channel) -> TransportError | None:
        while True:
            moved = self._write(channel) + self._read(channel)
            if len(self._out) + len(self._err) > self._budget.bytes:
                return FloodError(self._host.name, f"sent more than {self._budget.bytes // 1024} KiB")
            self._clock.left()
            if not moved:
                if _ended(channel):
                    return None
                time.sleep(0.005)

    def _write(self, channel: paramiko.Channel) -> int:
        """Send what fits; after the last byte say that no more comes."""
        if self._rest and channel.send_ready():
            sent = channel.send(bytes(self._rest[:_CHUNK]))
            self._rest = self._rest[sent:]
            return sent
        if not self._rest and not self._written:
            channel.shutdown_write()
            self._written = True
        return 0

    def _read(self, channel: paramiko.Channel) -> int:
        before = len(self._out) + len(self._err)
        if channel.recv_ready():
            self._out += channel.recv(_CHUNK)
        if channel.recv_stderr_ready():
            self._err += channel.recv_stderr(_CHUNK)
        return len(self._out) + len(self._err) - before


def _ended(channel: paramiko.Channel) -> bool:
    """All output has come: the host closed both streams and nothing waits to be read."""
    over = bool(channel.closed or channel.eof_received)
    return over and not channel.recv_ready() and not channel.recv_stderr_ready()
