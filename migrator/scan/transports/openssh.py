"""SSH by the OpenSSH client: one process, one session, one script. It does all that the user's own `ssh` does.

Host certificates, hosts that have SHA-1 only, ProxyCommand, keys on FIDO devices, user certificates, GSSAPI. The client
says on a pipe of its own what it does; the script is not sent before it has said that it is logged in, and before all
host keys are on record.
"""

import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from migrator.errors import ConnectError, FloodError, HostKeyError, TransportError
from migrator.model.hosts import Host
from migrator.model.login import HostKeyTrust, Login
from migrator.scan.deadline import Clock
from migrator.scan.exchange import Exchange
from migrator.scan.login_shell import shell_command
from migrator.scan.ssh.bastions import Places, next_bastion, of_bastion
from migrator.scan.ssh.command import ALGORITHMS, Leg, client_command
from migrator.scan.ssh.host_key_rules import Checking, HostKeyRules
from migrator.scan.ssh.host_keys import key_lines, refusal
from migrator.scan.ssh.log import LOG_BYTES, ClientLog, Phase, reason_of
from migrator.scan.ssh.pace import retried
from migrator.scan.ssh.settings import settings_for, ssh_program
from migrator.scan.transport import Budget, Reply

__all__ = ["OpenSshClients", "OpenSshTransport"]

_REVOKED = "REVOKED HOST KEY"
_QUERY_SECONDS = 10.0


class OpenSshClients:
    """What the hosts of one scan share: places at bastions, and the list of clients to end."""

    def __init__(self, rules: HostKeyRules, *, allow_legacy: bool) -> None:
        self.rules, self.places = rules, Places()
        self._allow_legacy = allow_legacy
        self._legacy: Mapping[str, Sequence[str]] | None = None
        self._running: set[Exchange] = set()
        self._guard = threading.Lock()
        self._closed = False

    def transport(self, host: Host) -> "OpenSshTransport":
        """A transport to one host. Connects nothing yet."""
        return OpenSshTransport(host, self)

    def close(self) -> None:
        """End every client that still runs, and start no more."""
        with self._guard:
            self._closed = True
            for exchange in self._running:
                exchange.kill()

    @contextmanager
    def running(self, host: str, exchange: Exchange) -> Iterator[None]:
        """Let `close` end this one, and end it in any case."""
        try:
            with self._guard:
                if self._closed:
                    raise ConnectError(host, "the scan has been ended")
                self._running.add(exchange)
            yield
        finally:
            with self._guard:
                self._running.discard(exchange)
            exchange.end()

    def legs(self, host: Host, clock: Clock, folder: Path, *, hops: int = 0) -> tuple[Leg, ...]:
        """The logins that lead to a host, the first bastion first. Each has a folder of its own below `folder`."""
        settings = settings_for(host, known_hosts=self.rules.only, seconds=clock.left())
        leg = Leg(
            host,
            settings,
            folder / str(hops),
            checking=self.rules.checking,
            files=self.rules.files(settings),
            legacy=self._algorithms(host, clock),
        )
        if not settings.jump:
            return (leg,)
        bastion = next_bastion(host.name, settings.jump, hops + 1)
        try:
            return (*self.legs(bastion, clock, folder, hops=hops + 1), leg)
        except TransportError as error:
            raise of_bastion(error, host.name, bastion.name) from error

    def _algorithms(self, host: Host, clock: Clock) -> Mapping[str, Sequence[str]] | None:
        """All that the client has, asked for once, where broken algorithms are allowed for this host."""
        allowed = self._allow_legacy if host.allow_legacy_crypto is None else host.allow_legacy_crypto
        if allowed and self._legacy is None:
            program = ssh_program(host.name)
            self._legacy = {option: _query(program, kind, host.name, clock) for option, kind in ALGORITHMS.items()}
        return self._legacy if allowed else None


def _query(program: str, kind: str, host: str, clock: Clock) -> Sequence[str]:
    """What the client has of a kind. Source: ssh(1), `-Q`."""
    seconds = min(_QUERY_SECONDS, clock.left())
    command = [program, "-Q", kind]
    try:
        done = subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL, timeout=seconds)
    except (OSError, subprocess.SubprocessError) as error:
        raise ConnectError(host, f"`ssh -Q {kind}` does not say what the client has") from error
    return done.stdout.decode("ascii", "replace").split()


class OpenSshTransport:
    """One host by the OpenSSH client. See `Transport`."""

    def __init__(self, host: Host, clients: OpenSshClients) -> None:
        self._host, self._clients = host, clients

    def run(self, script: str, budget: Budget) -> Reply:
        """See `Transport.run`."""
        with Clock(self._host.name, budget.seconds) as clock:
            attempt = partial(self._attempt, script.encode(), budget, clock)
            return retried(clock, attempt)

    def _attempt(self, script: bytes, budget: Budget, clock: Clock) -> Reply:
        with TemporaryDirectory(prefix="migrate-ssh-") as folder:
            legs = self._clients.legs(self._host, clock, Path(folder))
            return _Attempt(self._clients, legs, clock).run(script, budget)


@dataclass(frozen=True, slots=True)
class _Heard:
    """One login and what its client has said of it."""

    leg: Leg
    log: ClientLog

    @property
    def name(self) -> str:
        return self.leg.host.name

    def error(self, rules: HostKeyRules, clock: Clock) -> TransportError | None:
        """Why this client gave up; None when it did not, or said nothing that is known."""
        if self.log.has("Host key verification failed", _REVOKED):
            return self.host_key_error(rules, clock)
        settings = self.leg.settings
        tried = [f"{key} does not exist" for key in settings.keys if not key.is_file()]
        return reason_of(self.name, self.log, who=f"{settings.user}@{settings.hostname}", tried=tried)

    def host_key_error(self, rules: HostKeyRules, clock: Clock) -> HostKeyError:
        """Why its host key is not believed."""
        shown = self.log.shown_key
        if shown is None:
            return HostKeyError(self.name, f"its host key is not believed: {self.log.last()}; nothing was sent")
        known = rules.known(self.name, self.leg.settings, seconds=clock.left())
        invalid = "; ".join(self.log.found(r"(Certificate invalid: .*)"))
        error = refusal(self.name, shown, known)
        return HostKeyError(self.name, f"{error.reason} ({invalid})") if invalid else error


class _Attempt:
    """One try at one host."""

    def __init__(self, clients: OpenSshClients, legs: Sequence[Leg], clock: Clock) -> None:
        self._clients, self._clock = clients, clock
        *self._bastions, self._target = (_Heard(leg, ClientLog()) for leg in legs)
        self._host = self._target.leg.host
        self._trust = HostKeyTrust.ON_RECORD
        self._releases: dict[int, Callable[[], None]] = {}

    def run(self, script: bytes, budget: Budget) -> Reply:
        """Start the client, feed it once it is in, and judge how it ended."""
        with ExitStack() as stack:
            logs = self._open_logs(stack)
            self._take_places(stack)
            exchange = self._started(budget)
            stack.enter_context(self._clients.running(self._host.name, exchange))
            for source, heard in logs.items():
                exchange.listen(source, partial(self._hear, heard, exchange, script))
            self._clock.doing = "connecting"
            reply = exchange.hold()
            for source, heard in logs.items():
                _drain(source, heard.log)
        return self._judged(reply)

    @property
    def _all(self) -> tuple[_Heard, ...]:
        return (*self._bastions, self._target)

    def _open_logs(self, stack: ExitStack) -> dict[int, _Heard]:
        """A pipe with a name for each client, open before any of them is started."""
        found = {}
        for heard in self._all:
            heard.leg.folder.mkdir()
            os.mkfifo(heard.leg.log, 0o600)
            source = os.open(heard.leg.log, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            stack.callback(os.close, source)
            found[source] = heard
        return found

    def _take_places(self, stack: ExitStack) -> None:
        """A place at each bastion, always in the same order; that of a ProxyCommand, which may be one, too."""
        wanted = {(heard.leg.settings.hostname, heard.leg.settings.port): heard for heard in self._bastions}
        for where, heard in sorted(wanted.items(), key=lambda pair: pair[0]):
            self._clock.doing = f"waiting for bastion {heard.name}"
            self._take(stack, where, heard)
        first = self._all[0]
        if first.leg.settings.proxy_command:
            self._take(stack, first.leg.settings.proxy_command, first)

    def _take(self, stack: ExitStack, where: object, heard: _Heard) -> None:
        release = self._clients.places.take(where, self._clock)
        stack.callback(release)
        self._releases[id(heard)] = release

    def _started(self, budget: Budget) -> Exchange:
        name = self._host.name
        wanted = shell_command(become=bool(self._host.become), seconds=self._clock.left())
        command = client_command(ssh_program(name), [heard.leg for heard in self._all], wanted)
        try:
            return Exchange(name, command, budget, self._clock, environment=self._environment())
        except OSError as error:
            raise ConnectError(name, f"cannot start ssh: {error.strerror}") from error

    def _environment(self) -> dict[str, str]:
        """Nothing may ask a person; our own ProxyCommand is written for a POSIX shell."""
        known = {name: value for name, value in os.environ.items() if name not in {"SSH_ASKPASS", "DISPLAY"}}
        return known | {"SSH_ASKPASS_REQUIRE": "never"} | ({"SHELL": "/bin/sh"} if self._bastions else {})

    def _hear(self, heard: _Heard, exchange: Exchange, script: bytes, data: bytes) -> None:
        before = heard.log.phase
        heard.log.add(data)
        if heard.log.too_long:
            raise FloodError(self._host.name, f"made ssh say more than {LOG_BYTES} bytes about it")
        if heard.log.phase >= Phase.STARTING and id(heard) in self._releases:
            self._releases[id(heard)]()
        if heard is not self._target:
            return
        self._clock.doing = heard.log.phase.doing
        if before < Phase.STARTING <= heard.log.phase:
            self._admit()
            exchange.feed(script)
        if heard.log.has("Exit status "):
            exchange.finish()

    def _admit(self) -> None:
        """Put host keys that ssh took as they came on record, before anything of ours is sent."""
        if self._clients.rules.checking is Checking.OFF:
            self._trust = HostKeyTrust.UNVERIFIED
            for heard in self._all:
                if heard.log.has(_REVOKED):
                    raise heard.host_key_error(self._clients.rules, self._clock)
        if self._clients.rules.checking is not Checking.ACCEPT_NEW:
            return
        for heard in self._all:
            taken = heard.leg.taken.read_text("utf-8") if heard.leg.taken.exists() else ""
            for _, key in key_lines(taken, heard.leg.taken):
                name, seconds = heard.leg.settings.known_as, self._clock.left()
                self._clients.rules.accepted.add(heard.name, name, key, seconds=seconds)
        if shown := self._target.log.shown_key:
            self._trust = self._clients.rules.believed(self._target.name, self._target.leg.settings, shown)

    def _judged(self, reply: Reply) -> Reply:
        log, login = self._target.log, self._login()
        if log.phase is Phase.RUNNING and not log.has("exec request failed"):
            broke = ConnectError(self._host.name, "the connection broke before the end")
            return replace(reply, error=reply.error or (None if log.whole else broke), login=login)
        raise self._error(reply)

    def _login(self) -> Login:
        login = self._target.log.login(self._trust)
        of_bastions = [
            f"{name} (bastion {heard.name})" for heard in self._bastions for name in heard.log.login(self._trust).legacy
        ]
        return replace(login, legacy=(*login.legacy, *of_bastions))

    def _error(self, reply: Reply) -> TransportError:
        """Why nothing was run: the first login on the way that did not come about."""
        host = self._host.name
        for heard in self._bastions:
            if heard.log.phase < Phase.STARTING:
                error = reply.error or heard.error(self._clients.rules, self._clock) or _unknown(heard, reply)
                return of_bastion(error, host, heard.name)
            if failed := heard.log.found(r"channel \d+: open failed: (.*)"):
                return ConnectError(host, f"{failed[0]} (seen from {heard.name})")
        if reply.error:
            return reply.error
        if self._target.log.phase >= Phase.STARTING:
            return ConnectError(host, f"it let us in but runs no command: {self._target.log.last()}")
        return self._target.error(self._clients.rules, self._clock) or _unknown(self._target, reply)


def _unknown(heard: _Heard, reply: Reply) -> ConnectError:
    """Something that no rule knows, in the client's own words."""
    words = " ".join(reply.stderr.decode("utf-8", "backslashreplace").split())[:200]
    return ConnectError(heard.name, f"ssh gave up: {heard.log.last() or words or 'it did not say why'}")


def _drain(source: int, log: ClientLog) -> None:
    """What the client said last."""
    with suppress(BlockingIOError):
        while not log.too_long and (data := os.read(source, 65536)):
            log.add(data)
