"""SSH by paramiko: one connection, one session, one script. The only importer of paramiko.

The low-level `Transport` is used on purpose: the host key is compared with what is on record after the key exchange and
before anything else is sent, and no policy object can wave it through.
"""

import base64
import binascii
import logging
import os
import queue
import random
import socket
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, Self

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from migrator.errors import AuthError, ConnectError, DeadlineError, FloodError, HostKeyError, TransportError
from migrator.model.hosts import Host
from migrator.scan.host_keys import HostKey, KnownKeys, known_keys, remedy, verify
from migrator.scan.ssh_config import SshSettings, jump_host, settings_for
from migrator.scan.transport import Budget, Reply

__all__ = ["SshConnections", "SshTransport"]

_CHUNK = 65536
_PAUSES = (0.25, 0.75, 1.5, None)
"""Seconds before a dropped connection is tried again; None: not again."""
_BASTION_LOGINS = 8
"""MaxStartups of sshd drops at random beyond 10 logins at once (sshd_config(5))."""
_MOST_HOPS = 8
_MOST_KEYS = 5
"""sshd ends the connection after six attempts: MaxAuthTries of sshd_config(5)."""
_QUICK, _SLOW = 0.002, 0.05
_SHUT_SECONDS = 2.0
_SHELL = "/bin/sh -c 'n=; command -v nice >/dev/null 2>&1 && n=\"nice -n 19\"; {0}exec $n /bin/sh -s'"
_BECOME = 'if [ "$(id -u)" != 0 ] && sudo -n true >/dev/null 2>&1 </dev/null; then exec $n sudo -n /bin/sh -s; fi; '

logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False


class _Closable(Protocol):
    def close(self) -> None: ...


class _Clock:
    """The wall-clock budget of one host: whatever hangs, its sockets are closed from outside when it is over."""

    def __init__(self, host: str, seconds: float) -> None:
        self._host, self._seconds = host, seconds
        self._end = time.monotonic() + seconds
        self._watched: list[_Closable] = []
        self._lock = threading.Lock()
        self._struck = False
        self._timer = threading.Timer(max(0.0, seconds), self._strike)
        self._timer.daemon = True
        self.doing = "reading the SSH configuration"
        """What goes on, for the message when time is over."""

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join(_SHUT_SECONDS)

    @property
    def over(self) -> bool:
        """Whether no time is left. A little early: what waited for the rest of the time must find it over."""
        return self._struck or time.monotonic() > self._end - 0.02

    def _strike(self) -> None:
        with self._lock:
            self._struck = True
            watched, self._watched = self._watched, []
        for thing in watched:
            with suppress(OSError, EOFError, paramiko.SSHException):
                thing.close()

    def watch(self, thing: _Closable) -> None:
        """Close this when time is over, or at once if it is."""
        with self._lock:
            self._watched.append(thing)
            late = self._struck
        if late:
            self._strike()

    def forget(self, thing: _Closable) -> None:
        """Close this no more: it is shared with other hosts now."""
        with self._lock:
            self._watched = [watched for watched in self._watched if watched is not thing]

    def left(self) -> float:
        """Seconds that are left; DeadlineError when none are."""
        if self.over:
            raise self.error()
        return self._end - time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, but not beyond the end."""
        time.sleep(min(self.left(), seconds))

    def error(self) -> DeadlineError:
        """What to say when time is over."""
        return DeadlineError(self._host, f"did not finish within {self._seconds:g} s, stopped while {self.doing}")


@dataclass(slots=True)
class _Bastion:
    """A place for one shared connection."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    transport: paramiko.Transport | None = None
    refusal: TransportError | None = None
    """It did not let us in, or showed a wrong key: not tried again for every host behind it."""


class SshConnections:
    """What the hosts of one scan share: the connections to bastions."""

    def __init__(self, known_hosts: Path | None) -> None:
        self._known_hosts = known_hosts
        self._bastions: dict[tuple[str, ...], _Bastion] = {}
        self._places: dict[tuple[str, int], threading.Semaphore] = {}
        self._guard = threading.Lock()
        self._closed = False

    def transport(self, host: Host) -> "SshTransport":
        """A transport to one host. Connects nothing yet."""
        return SshTransport(host, self)

    def close(self) -> None:
        """End the connections to all bastions, the last one made first."""
        with self._guard:
            self._closed = True
            bastions, self._bastions = list(self._bastions.values()), {}
        for bastion in reversed(bastions):
            if bastion.transport:
                _shut(bastion.transport)

    def connect(self, host: Host, clock: _Clock, *, hops: int = 0) -> paramiko.Transport:
        """Connect, compare the host key, log in. A dropped connection is tried again: a busy sshd drops at random.

        Raises TransportError. `hops` counts the bastions that wait for this one.
        """
        settings = settings_for(host, known_hosts=self._known_hosts, seconds=clock.left())
        known = known_keys(host.name, settings.known_as, settings.known_hosts, seconds=clock.left())
        for pause in _PAUSES:
            try:
                return self._attempt(host, settings, known, clock, hops)
            except (OSError, EOFError, paramiko.SSHException) as error:
                if clock.over:
                    raise clock.error() from error
                if pause is None or not _dropped(error):
                    raise ConnectError(host.name, _said(error)) from error
            clock.sleep(pause * random.uniform(1, 2))  # noqa: S311 - so that not all come back at once
        raise AssertionError(_PAUSES)

    def _attempt(
        self, host: Host, settings: SshSettings, known: KnownKeys, clock: _Clock, hops: int
    ) -> paramiko.Transport:
        if settings.jump:
            bastion = self._bastion(settings.jump, host.name, clock, hops + 1)
            clock.doing = f"connecting through {settings.jump[-1]}"
            where = (settings.hostname, settings.port)
            link: Any = bastion.open_channel("direct-tcpip", where, ("127.0.0.1", 0), timeout=clock.left())
            return _login(host.name, settings, known, link, clock)
        with self._place(settings, clock) if hops else nullcontext():
            return _login(host.name, settings, known, _dial(settings.hostname, settings.port, clock), clock)

    @contextmanager
    def _place(self, settings: SshSettings, clock: _Clock) -> Iterator[None]:
        """Wait for a place among the logins to one bastion that are under way."""
        where = (settings.hostname, settings.port)
        with self._guard:
            place = self._places.setdefault(where, threading.Semaphore(_BASTION_LOGINS))
        if not place.acquire(timeout=clock.left()):
            raise clock.error()
        try:
            yield
        finally:
            place.release()

    def _bastion(self, jumps: tuple[str, ...], host: str, clock: _Clock, hops: int) -> paramiko.Transport:
        """The connection to the last of `jumps`, through those before it. Made once; others wait, but not too long."""
        name = jumps[-1]
        if hops > _MOST_HOPS:
            raise ConnectError(host, f"bastion {name}: more than {_MOST_HOPS} bastions in a row, or a loop of them")
        with self._guard:
            if self._closed:
                raise ConnectError(host, "the scan has been ended")
            bastion = self._bastions.setdefault(jumps, _Bastion())
        clock.doing = f"waiting for bastion {name}"
        if not bastion.lock.acquire(timeout=clock.left()):
            raise clock.error()
        try:
            return self._shared(bastion, jumps, host, clock, hops)
        except TransportError as error:
            refusal = _of_bastion(error, host, name)
            if isinstance(error, AuthError | HostKeyError):
                bastion.refusal = refusal
            raise refusal from error
        finally:
            bastion.lock.release()

    def _shared(
        self, bastion: _Bastion, jumps: tuple[str, ...], host: str, clock: _Clock, hops: int
    ) -> paramiko.Transport:
        if bastion.refusal:
            raise bastion.refusal
        if not (bastion.transport and bastion.transport.is_active()):
            hop = replace(jump_host(host, jumps[-1]), jump=jumps[:-1])
            bastion.transport = self.connect(hop, clock, hops=hops)
            clock.forget(bastion.transport)
        return bastion.transport


def _of_bastion(error: TransportError, host: str, name: str) -> TransportError:
    """The same error as the host's own: only its reason is shown beside the host's name."""
    return type(error)(host, error.reason if error.reason.startswith("bastion ") else f"bastion {name}: {error.reason}")


class SshTransport:
    """One host over SSH. See `Transport`."""

    def __init__(self, host: Host, connections: SshConnections) -> None:
        self._host, self._connections = host, connections

    def run(self, script: str, budget: Budget) -> Reply:
        """See `Transport.run`."""
        with _Clock(self._host.name, budget.seconds) as clock:
            transport = self._connections.connect(self._host, clock)
            try:
                return _Conversation(self._host, script.encode(), clock, budget).hold(transport)
            finally:
                _shut(transport)


def _dial(hostname: str, port: int, clock: _Clock) -> socket.socket:
    """Connect to the first address that answers; none may use up the time of those after it."""
    clock.doing = "looking up its name"
    found = _addresses(hostname, port, clock)
    clock.doing = "connecting"
    failed: OSError = OSError("its name has no address")
    for position, (family, kind, protocol, _, address) in enumerate(found):
        link = socket.socket(family, kind, protocol)
        try:
            link.settimeout(clock.left() / (len(found) - position))
            link.connect(address)
        except OSError as error:
            link.close()
            failed = error
        except DeadlineError:
            link.close()
            raise
        else:
            return link
    raise failed


def _addresses(hostname: str, port: int, clock: _Clock) -> list[Any]:
    """Resolve a name. In a thread of its own, because the resolver of the C library cannot be stopped."""
    with suppress(socket.gaierror):
        return socket.getaddrinfo(hostname, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    answer: queue.Queue[list[Any] | OSError] = queue.Queue()

    def resolve() -> None:
        try:
            answer.put(list(socket.getaddrinfo(hostname, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            answer.put(error if isinstance(error, OSError) else OSError("its name cannot be resolved"))

    threading.Thread(target=resolve, name=f"resolve {hostname}", daemon=True).start()
    try:
        found = answer.get(timeout=clock.left())
    except queue.Empty:
        raise clock.error() from None
    if isinstance(found, OSError):
        raise found
    return found


def _login(host: str, settings: SshSettings, known: KnownKeys, link: Any, clock: _Clock) -> paramiko.Transport:
    transport = paramiko.Transport(link)
    clock.watch(transport)
    try:
        clock.doing = "exchanging keys"
        _prefer_known_types(host, transport, known)
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = clock.left()
        transport.start_client(timeout=clock.left())
        key = transport.get_remote_server_key()
        verify(host, HostKey(key.get_name(), key.asbytes()), known, advice=_advice(settings))
        clock.doing = "logging in"
        _authenticate(host, transport, settings, clock)
    except BaseException:
        clock.forget(transport)
        _shut(transport)
        raise
    return transport


def _advice(settings: SshSettings) -> str:
    return remedy(
        settings.hostname,
        settings.port,
        known_as=settings.known_as,
        through=settings.jump[-1] if settings.jump else "",
        file=str(settings.known_hosts[0]) if settings.known_hosts else "~/.ssh/known_hosts",
    )


def _shut(transport: paramiko.Transport) -> None:
    """Leave neither the socket nor a thread behind: paramiko does, when the key exchange did not end."""
    link: Any = transport.sock
    for thing in (transport, link):
        with suppress(OSError, EOFError, paramiko.SSHException):
            thing.close()
    if transport.is_alive():
        transport.join(_SHUT_SECONDS)
    transport.packetizer.complete_handshake()


def _prefer_known_types(host: str, transport: paramiko.Transport, known: KnownKeys) -> None:
    """Ask for a key of a type that is on record first, so that a second key of the host is no `change`.

    Other types stay on offer: a host that has none of the known ones is then told with the key that it shows.
    """
    options = transport.get_security_options()
    types = {key.type for key in known.trusted}
    first = [kind for kind in options.key_types if _key_type(kind) in types]
    if types and not first:
        raise HostKeyError(host, f"only keys of a type unknown here are on record: {', '.join(sorted(types))}")
    options.key_types = [*first, *(kind for kind in options.key_types if kind not in first)]


def _key_type(algorithm: str) -> str:
    """The type of key that a signature algorithm needs. Source: RFC 8332."""
    return "ssh-rsa" if algorithm.startswith("rsa-sha2-") else algorithm


def _authenticate(host: str, transport: paramiko.Transport, settings: SshSettings, clock: _Clock) -> None:
    """Log in with a key. Never a password, never a forwarded agent."""
    who, tried = f"{settings.user}@{settings.hostname}", list[str]()
    with closing(_keys(settings, tried)) as keys:
        for label, key in keys:
            clock.left()
            if _accepted(host, transport, settings, (label, key), tried):
                return
            if not transport.is_active():
                tried.append("the host ended the connection")
                break
    clock.left()
    what = "; ".join(tried) or "no key was found: none in the inventory, the SSH configuration or the agent"
    raise AuthError(host, f"{who} refused the login ({what})")


def _accepted(
    host: str,
    transport: paramiko.Transport,
    settings: SshSettings,
    labelled: tuple[str, paramiko.PKey],
    tried: list[str],
) -> bool:
    label, key = labelled
    try:
        more = transport.auth_publickey(settings.user, key)
    except paramiko.BadAuthenticationType as error:
        allowed = _plain(", ".join(error.allowed_types))
        who = f"{settings.user}@{settings.hostname}"
        raise AuthError(host, f"{who} takes no keys, only: {allowed}") from error
    except paramiko.AuthenticationException:
        tried.append(label)
    except paramiko.SSHException as error:
        tried.append(f"{label}: {_said(error)}")
    else:
        if transport.is_authenticated():
            return True
        tried.append(f"{label}, which was taken, but it also wants {_plain(', '.join(more or []))}")
    return False


def _keys(settings: SshSettings, tried: list[str]) -> Generator[tuple[str, paramiko.PKey]]:
    """Keys from files, then from the agent, no more than sshd lets us try."""
    given, locked = 0, list[Path]()
    for path in settings.keys:
        try:
            key = paramiko.PKey.from_path(path)
        except FileNotFoundError:
            tried.append(f"{path} does not exist")
        except (paramiko.PasswordRequiredException, TypeError):
            locked.append(path)
        except Exception as error:  # noqa: BLE001 - many libraries' errors, of which one holds the key itself
            tried.append(f"{path} cannot be read: {type(error).__name__}")
        else:
            given += 1
            yield str(path), key
    tried.extend(f"{path} is encrypted: load it into an agent with ssh-add" for path in locked)
    if os.environ.get("SSH_AUTH_SOCK"):
        yield from _agent_keys(settings, [_public_half(path) for path in locked], _MOST_KEYS - given, tried)


def _agent_keys(
    settings: SshSettings, locked: list[bytes], most: int, tried: list[str]
) -> Generator[tuple[str, paramiko.PKey]]:
    """First the keys that are encrypted in their files, then all others unless `IdentitiesOnly`."""
    try:
        agent = paramiko.Agent()
    except (OSError, EOFError, paramiko.SSHException) as error:
        tried.append(f"the agent does not answer: {_said(error)}")
        return
    with closing(agent):
        held = sorted(agent.get_keys(), key=lambda key: key.asbytes() not in locked)
        wanted = [key for key in held if settings.agent or key.asbytes() in locked]
        for key in wanted[: max(0, most)]:
            yield f"agent key {key.get_name()}", key


def _public_half(path: Path) -> bytes:
    """From the file beside the private key; empty when there is none."""
    try:
        return base64.b64decode(path.with_name(f"{path.name}.pub").read_text("utf-8").split()[1])
    except (OSError, IndexError, UnicodeError, binascii.Error):
        return b""


class _Conversation:
    """One script on its way to a host, and what has come back so far."""

    def __init__(self, host: Host, script: bytes, clock: _Clock, budget: Budget) -> None:
        self._host, self._clock, self._budget = host, clock, budget
        self._rest = memoryview(script)
        self._written = False
        self._out, self._err = bytearray(), bytearray()

    def hold(self, transport: paramiko.Transport) -> Reply:
        """Feed the script and drain both streams together until the host has ended."""
        channel = self._opened(transport)
        try:
            error = self._pump(channel)
        except (OSError, EOFError, paramiko.SSHException) as broken:
            lost = ConnectError(self._host.name, f"the connection broke: {_said(broken)}")
            error = self._clock.error() if self._clock.over else lost
        except DeadlineError as late:
            error = late
        return Reply(bytes(self._out), bytes(self._err), error)

    def _opened(self, transport: paramiko.Transport) -> paramiko.Channel:
        self._clock.doing = "starting a shell"
        try:
            channel = transport.open_session(timeout=self._clock.left())
            channel.settimeout(self._clock.left())
            channel.exec_command(_SHELL.format(_BECOME if self._host.become else ""))
        except (OSError, EOFError, paramiko.SSHException) as error:
            refused = ConnectError(self._host.name, f"it let us in but runs no command: {_said(error)}")
            raise self._clock.error() if self._clock.over else refused from error
        self._clock.doing = "running the script"
        return channel

    def _pump(self, channel: paramiko.Channel) -> TransportError | None:
        pause = _QUICK
        while True:
            moved = self._write(channel) + self._read(channel)
            if len(self._out) + len(self._err) > self._budget.bytes:
                return FloodError(self._host.name, f"sent more than {self._budget.bytes} bytes")
            self._clock.left()
            if not moved:
                if _ended(channel):
                    return self._verdict(channel)
                time.sleep(pause)
            pause = _QUICK if moved else min(pause * 2, _SLOW)

    def _verdict(self, channel: paramiko.Channel) -> TransportError | None:
        """A connection that is gone is not an end: the host says first that no more comes, or how its shell ended."""
        self._clock.left()
        whole = channel.eof_received or channel.exit_status != -1
        return None if whole else ConnectError(self._host.name, "the connection broke before the end")

    def _write(self, channel: paramiko.Channel) -> int:
        """Send what fits; after the last byte say that no more comes. A shell that has ended reads no more."""
        if channel.closed:
            return 0
        try:
            if self._rest and channel.send_ready():
                sent = channel.send(bytes(self._rest[:_CHUNK]))
                self._rest = self._rest[sent:]
                return sent
            if not self._rest and not self._written:
                self._written = True
                channel.shutdown_write()
        except OSError:
            if not channel.closed:
                raise
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


def _dropped(error: BaseException) -> bool:
    """Whether the connection was cut before the login: worth another try, as opposed to a clear no."""
    if isinstance(error, IncompatiblePeer | paramiko.ChannelException):
        return False
    cut = isinstance(error, EOFError | ConnectionResetError | BrokenPipeError)
    return cut or any(word in str(error) for word in ("banner", "not active", "open channel"))


def _said(error: BaseException) -> str:
    """One line about an error of the network, in which nothing of the host's is more than text."""
    if isinstance(error, socket.gaierror):
        return "its name cannot be resolved"
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, EOFError):
        return "the connection was closed during the handshake"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return _plain(str(error)) or type(error).__name__


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
