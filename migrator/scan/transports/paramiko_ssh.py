"""SSH by paramiko: one connection, one session, one script. The only importer of paramiko.

The low-level `Transport` is used on purpose: the host key is compared with what is on record after the key exchange and
before anything else is sent, and no policy object can wave it through.
"""

import base64
import binascii
import logging
import os
import queue
import select
import socket
import threading
from collections.abc import Generator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from migrator.errors import (
    AuthError,
    ConnectError,
    DeadlineError,
    FloodError,
    HostKeyError,
    IncapableError,
    TransportError,
)
from migrator.model.hosts import Host
from migrator.model.login import HostKeyTrust, Login
from migrator.scan.deadline import Clock
from migrator.scan.login_shell import shell_command
from migrator.scan.ssh.bastions import Places, next_bastion, of_bastion
from migrator.scan.ssh.host_key_rules import HostKeyRules
from migrator.scan.ssh.host_keys import HostKey, KnownKeys
from migrator.scan.ssh.legacy_crypto import ALLOW, is_legacy, without_legacy
from migrator.scan.ssh.pace import Dropped, retried
from migrator.scan.ssh.settings import NO_KEY, SshSettings, settings_for
from migrator.scan.transport import Budget, Reply

__all__ = ["SshConnections", "SshTransport"]

_CHUNK = 65536
_MOST_KEYS = 5
"""sshd ends the connection after six attempts: MaxAuthTries of sshd_config(5)."""
_OTHER = "the OpenSSH client may: --transport auto or openssh"
_LOOK_MS = 50
"""Milliseconds after which a channel is looked at that told of nothing: two streams share its pipe without a lock."""
_SHUT_SECONDS = 2.0

logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False


@dataclass(slots=True)
class _Bastion:
    """A place for one shared connection."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    transport: paramiko.Transport | None = None
    refusal: TransportError | None = None
    """It did not let us in, or showed a wrong key: not tried again for every host behind it."""


class SshConnections:
    """What the hosts of one scan share: the connections to bastions."""

    def __init__(self, rules: HostKeyRules, *, allow_legacy: bool) -> None:
        self._rules, self._allow_legacy = rules, allow_legacy
        self._bastions: dict[tuple[str, ...], _Bastion] = {}
        self._places = Places()
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

    def connect(self, host: Host, clock: Clock, *, hops: int = 0) -> tuple[paramiko.Transport, Login]:
        """Connect, compare the host key, log in. A dropped connection is tried again: a busy sshd drops at random.

        Raises TransportError. `hops` counts the bastions that wait for this one.
        """
        settings = settings_for(host, known_hosts=self._rules.only, seconds=clock.left())
        known = self._rules.known(host.name, settings, seconds=clock.left())
        _check_means(host.name, settings, known)
        allowed = self._allow_legacy if host.allow_legacy_crypto is None else host.allow_legacy_crypto
        way = _Way(host.name, settings, known, self._rules, allow_legacy=allowed)
        return retried(clock, lambda: self._attempt(way, clock, hops))

    def _attempt(self, way: "_Way", clock: Clock, hops: int) -> tuple[paramiko.Transport, Login]:
        try:
            with ExitStack() as stack:
                return _login(way, self._link(way, clock, hops, stack), clock)
        except IncompatiblePeer as error:
            only = f"no algorithm in common ({_said(error)})"
            raise IncapableError(way.host, f"{only}; {_OTHER}, with {ALLOW} for what is broken") from error
        except (OSError, EOFError, paramiko.SSHException) as error:
            if clock.over:
                raise clock.error() from error
            raise (Dropped if _dropped(error) else ConnectError)(way.host, _said(error)) from error

    def _link(self, way: "_Way", clock: Clock, hops: int, stack: ExitStack) -> Any:
        """A socket to the host, or a channel of its bastion. A login to a bastion has a place until `stack` ends."""
        settings = way.settings
        if settings.jump:
            bastion = self._bastion(settings.jump, way.host, clock, hops + 1)
            clock.doing = f"connecting through {settings.jump[-1]}"
            where = (settings.hostname, settings.port)
            return _Relay(bastion.open_channel("direct-tcpip", where, ("127.0.0.1", 0), timeout=clock.left()), bastion)
        if hops:
            stack.callback(self._places.take((settings.hostname, settings.port), clock))
        return _dial(settings.hostname, settings.port, clock)

    def _bastion(self, jumps: tuple[str, ...], host: str, clock: Clock, hops: int) -> paramiko.Transport:
        """The connection to the last of `jumps`, through those before it. Made once; others wait, but not too long."""
        hop = next_bastion(host, jumps, hops)
        with self._guard:
            if self._closed:
                raise ConnectError(host, "the scan has been ended")
            bastion = self._bastions.setdefault(jumps, _Bastion())
        clock.doing = f"waiting for bastion {hop.name}"
        if not bastion.lock.acquire(timeout=clock.left()):
            raise clock.error()
        try:
            return self._shared(bastion, hop, clock, hops)
        except TransportError as error:
            refusal = of_bastion(error, host, hop.name)
            if isinstance(error, AuthError | HostKeyError | IncapableError):
                bastion.refusal = refusal
            raise refusal from error
        finally:
            bastion.lock.release()

    def _shared(self, bastion: _Bastion, hop: Host, clock: Clock, hops: int) -> paramiko.Transport:
        if bastion.refusal:
            raise bastion.refusal
        if not (bastion.transport and bastion.transport.is_active()):
            bastion.transport, _ = self.connect(hop, clock, hops=hops)
            clock.forget(bastion.transport)
        return bastion.transport


@dataclass(frozen=True, slots=True)
class _Way:
    """One host, and by which rules it is logged in to."""

    host: str
    settings: SshSettings
    known: KnownKeys
    rules: HostKeyRules
    allow_legacy: bool


def _check_means(host: str, settings: SshSettings, known: KnownKeys) -> None:
    """IncapableError for what paramiko cannot do, before anything is connected."""
    if settings.beyond:
        raise IncapableError(host, f"its SSH configuration asks for {', '.join(settings.beyond)}; {_OTHER}")
    if known.authorities and not known.trusted:
        raise IncapableError(host, f"only a certificate authority is on record for it; {_OTHER}")


class _Relay:
    """A channel of a bastion in place of a socket. Never is anything sent on it once it has been closed.

    paramiko sends without a lock what another thread closes at that moment; sshd then ends the whole connection, and
    with it every other host behind the bastion ("data packet referred to nonexistent channel", seen with 50 at once).
    """

    def __init__(self, channel: paramiko.Channel, bastion: paramiko.Transport) -> None:
        self._channel, self._bastion = channel, bastion
        self._sending = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    @property
    def lost(self) -> bool:
        """Whether the connection to the bastion is gone."""
        return not self._bastion.is_active()

    def send(self, data: bytes) -> int:
        """As a socket does."""
        with self._sending:
            return self._channel.send(data)

    def close(self) -> None:
        """Once nobody sends; a bastion that takes nothing any more is not waited for long."""
        mine = self._sending.acquire(timeout=_SHUT_SECONDS)
        try:
            with suppress(EOFError):  # paramiko's word for a bastion that is gone: then the channel is, too
                self._channel.close()
        finally:
            if mine:
                self._sending.release()


def _lost(transport: paramiko.Transport) -> bool:
    """Whether the way to the host broke before the host itself."""
    link: Any = transport.sock
    return isinstance(link, _Relay) and link.lost


class SshTransport:
    """One host over SSH. See `Transport`."""

    def __init__(self, host: Host, connections: SshConnections) -> None:
        self._host, self._connections = host, connections

    def run(self, script: str, budget: Budget) -> Reply:
        """See `Transport.run`."""
        with Clock(self._host.name, budget.seconds) as clock:
            return retried(clock, lambda: self._once(script.encode(), clock, budget))

    def _once(self, script: bytes, clock: Clock, budget: Budget) -> Reply:
        """A script only reads: where its bastion was lost and not the host, it may run again."""
        transport, login = self._connections.connect(self._host, clock)
        try:
            reply = _Conversation(self._host, script, clock, budget).hold(transport)
            if isinstance(reply.error, ConnectError) and _lost(transport):
                raise Dropped(self._host.name, "the connection to its bastion was lost")
            return replace(reply, login=login)
        finally:
            _shut(transport)


def _dial(hostname: str, port: int, clock: Clock) -> socket.socket:
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


def _addresses(hostname: str, port: int, clock: Clock) -> list[Any]:
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


def _login(way: _Way, link: Any, clock: Clock) -> tuple[paramiko.Transport, Login]:
    transport = paramiko.Transport(link)
    clock.watch(transport)
    try:
        clock.doing = "exchanging keys"
        if not way.allow_legacy:
            _leave_legacy_out(transport)
        _prefer_known_types(way.host, transport, way.known)
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = clock.left()
        transport.start_client(timeout=clock.left())
        shown = transport.get_remote_server_key()
        key = HostKey(shown.get_name(), shown.asbytes())
        trust = way.rules.judge(way.host, way.settings, key, way.known, seconds=clock.left())
        clock.doing = "logging in"
        try:
            _authenticate(way.host, transport, way.settings, clock)
        except (AuthError, IncapableError) as error:
            if _lost(transport):
                raise Dropped(way.host, "the connection to its bastion was lost") from error
            raise
        return transport, _told(transport, key, trust)
    except BaseException:
        clock.forget(transport)
        _shut(transport)
        raise


def _leave_legacy_out(transport: paramiko.Transport) -> None:
    options = transport.get_security_options()
    options.ciphers = without_legacy(options.ciphers)
    options.digests = without_legacy(options.digests)


def _told(transport: paramiko.Transport, key: HostKey, trust: HostKeyTrust) -> Login:
    """What the connection was secured with, as far as paramiko says: it forgets the key exchange."""
    told: Any = transport
    cipher, mac = str(told.remote_cipher), str(told.remote_mac)
    signed = str(told.host_key_type)
    return Login(
        client="paramiko",
        host_key=str(key.shown),
        trust=trust,
        cipher=cipher,
        mac=mac,
        strict_key_exchange=bool(told.agreed_on_strict_kex),
        legacy=tuple(name for name in (signed, cipher, mac) if is_legacy(name)),
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


def _authenticate(host: str, transport: paramiko.Transport, settings: SshSettings, clock: Clock) -> None:
    """Log in with a key. Never a password, never a forwarded agent."""
    who, tried, rsa = f"{settings.user}@{settings.hostname}", list[str](), False
    with closing(_keys(settings, tried)) as keys:
        for label, key in keys:
            clock.left()
            rsa = rsa or key.get_name().startswith("ssh-rsa")
            if _accepted(host, transport, settings, (label, key), tried):
                return
            if not transport.is_active():
                tried.append("the host ended the connection")
                break
    clock.left()
    if rsa and not _says_sha_2(transport):
        said = f"{who} refused an RSA key and may know SHA-1 signatures only ({'; '.join(tried)}); {_OTHER}"
        raise IncapableError(host, said)
    what = "; ".join(tried) or NO_KEY
    raise AuthError(host, f"{who} refused the login ({what})")


def _says_sha_2(transport: paramiko.Transport) -> bool:
    """Whether the host says that it takes RSA keys with SHA-2 signatures. Source: RFC 8308, `server-sig-algs`."""
    told: Any = transport
    return "rsa-sha2-" in str(told.server_extensions.get("server-sig-algs", ""))


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
        if "gssapi-with-mic" in error.allowed_types:
            raise IncapableError(host, f"{who} takes no keys, only: {allowed}; {_OTHER}") from error
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

    def __init__(self, host: Host, script: bytes, clock: Clock, budget: Budget) -> None:
        self._host, self._clock, self._budget = host, clock, budget
        self._rest = memoryview(script)
        self._written = False
        self._out, self._err = bytearray(), bytearray()

    def hold(self, transport: paramiko.Transport) -> Reply:
        """Feed the script and drain both streams together until the host has ended."""
        channel = self._opened(transport)
        try:
            with closing(channel):
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
            channel.exec_command(shell_command(become=bool(self._host.become), seconds=self._clock.left()))
        except (OSError, EOFError, paramiko.SSHException) as error:
            refused = ConnectError(self._host.name, f"it let us in but runs no command: {_said(error)}")
            raise self._clock.error() if self._clock.over else refused from error
        self._clock.doing = "running the script"
        return channel

    def _pump(self, channel: paramiko.Channel) -> TransportError | None:
        told = select.poll()
        told.register(channel.fileno(), select.POLLIN)
        while True:
            moved = self._write(channel) + self._read(channel)
            if len(self._out) + len(self._err) > self._budget.bytes:
                return FloodError(self._host.name, f"sent more than {self._budget.bytes} bytes")
            self._clock.left()
            if not moved:
                if _ended(channel):
                    return self._verdict(channel)
                told.poll(_LOOK_MS)

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
