"""What the OpenSSH client says while it works, read into phases, algorithms and reasons. Pure.

Its messages are not translated. Their forms are those of OpenSSH 9.2p1; what is not recognised is shown as the client
said it.
"""

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum

from migrator.errors import AuthError, ConnectError, LegacyCryptoError, TransportError
from migrator.model.login import HostKeyTrust, Login
from migrator.scan.ssh.host_keys import ShownKey
from migrator.scan.ssh.legacy_crypto import ALLOW, is_legacy, legacy_only
from migrator.scan.ssh.pace import Dropped
from migrator.scan.ssh.settings import NO_KEY

__all__ = ["LOG_BYTES", "ClientLog", "Phase", "reason_of"]

LOG_BYTES = 512 * 1024
"""More than this is no log of a login but a host that makes the client talk."""
_SHOWN = 200
_PREFIX = re.compile(r"(debug[123]: )?([\w-]+\.c:[\w-]+\(\):\d+ \(pid=\d+\): )?")


class Phase(IntEnum):
    """How far the client has come."""

    CONNECTING = 0
    EXCHANGING = 1
    LOGGING_IN = 2
    STARTING = 3
    RUNNING = 4

    @property
    def doing(self) -> str:
        """For the message when time is over."""
        return ("connecting", "exchanging keys", "logging in", "starting a shell", "running the script")[self]


_PHASES = (
    ("Remote protocol version", Phase.EXCHANGING),
    ("SSH2_MSG_NEWKEYS received", Phase.LOGGING_IN),
    ("Authenticated to ", Phase.STARTING),
    ("Sending command: ", Phase.RUNNING),
)


class ClientLog:
    """The messages of one client, as they come."""

    def __init__(self) -> None:
        self.phase = Phase.CONNECTING
        self.lines: list[str] = []
        self._rest = b""
        self._size = 0

    @property
    def too_long(self) -> bool:
        """Whether more was said than any honest login needs."""
        return self._size > LOG_BYTES

    def add(self, data: bytes) -> None:
        """Read a piece; a line may be cut anywhere."""
        self._size += len(data)
        if self.too_long:
            return
        *whole, self._rest = (self._rest + data).split(b"\n")
        for line in whole:
            self._line(_PREFIX.sub("", line.decode("utf-8", "backslashreplace").rstrip("\r"), count=1))

    def _line(self, line: str) -> None:
        self.lines.append(line)
        for begin, phase in _PHASES:
            if line.startswith(begin):
                self.phase = max(self.phase, phase)

    def has(self, *words: str) -> bool:
        """Whether a line holds one of these."""
        return any(word in line for line in self.lines for word in words)

    def found(self, pattern: str) -> list[str]:
        """The first group of every line that the pattern fits from its beginning."""
        return [match[1] for line in self.lines if (match := re.match(pattern, line))]

    @property
    def shown_key(self) -> ShownKey | None:
        """The host key that was shown, if the exchange came so far."""
        words = next(iter(self.found(r"Server host (?:key|certificate): (\S+ SHA256:[^\s,]+)")), "").split()
        return ShownKey(words[0], words[1]) if words else None

    @property
    def whole(self) -> bool:
        """Whether the host said itself that no more comes, or how its shell ended."""
        return self.has("rcvd eof", "rtype exit-status", "rtype exit-signal")

    def login(self, trust: HostKeyTrust) -> Login:
        """What the connection was secured with. `trust` is what holds for a plain key."""
        cipher, mac = next(
            iter(re.findall(r"kex: server->client cipher: (\S+) MAC: (\S+)", "\n".join(self.lines))), ("", "")
        )
        exchange, signed = self._one(r"kex: algorithm: (\S+)"), self._one(r"kex: host key algorithm: (\S+)")
        key, mine = self.shown_key, self._one(r"(?:sign_and_send_pubkey: )?signing using (\S+) ")
        by_authority = trust is HostKeyTrust.ON_RECORD and self.has("matches the ") and self.has("-CERT host cert")
        used = (exchange, signed, cipher, mac, mine)
        return Login(
            client="openssh",
            host_key=str(key) if key else "",
            trust=HostKeyTrust.CERTIFICATE if by_authority else trust,
            key_exchange=exchange,
            cipher=cipher,
            mac="" if mac == "<implicit>" else mac,
            strict_key_exchange=self._strict(),
            legacy=tuple(dict.fromkeys(name for name in used if is_legacy(name))),
        )

    def _one(self, pattern: str) -> str:
        return next(iter(self.found(pattern)), "")

    def _strict(self) -> bool | None:
        """By what the host offers first: an older client says nothing of it, and then nothing is known."""
        offers = self.found(r"KEX algorithms: (.*)")
        if len(offers) < 2:  # noqa: PLR2004 - the client's offer and the host's
            return None
        return "kex-strict-c-v00@openssh.com" in offers[0] and "kex-strict-s-v00@openssh.com" in offers[1]

    def last(self) -> str:
        """The last thing that was meant for a person, as one plain line."""
        said = (line for line in reversed(self.lines) if line.strip() and not line.startswith("debug"))
        return _plain(next(said, ""))


def reason_of(host: str, log: ClientLog, *, who: str, tried: Sequence[str] = ()) -> TransportError | None:
    """Why the client gave up, except for host keys. None when nothing it said is known.

    `who` is `user@host`, `tried` what else is to be said of keys.
    """
    for judge in (_negotiation, _refused, _cut, _unreachable):
        error = judge(host, log, who, tried)
        if error:
            return error
    return None


_NEGOTIATE = re.compile(r"Unable to negotiate with .*: no matching (.+) found\. Their offer: (.*)")


def _negotiation(host: str, log: ClientLog, _who: str, _tried: Sequence[str]) -> TransportError | None:
    for match in filter(None, map(_NEGOTIATE.match, log.lines)):
        what, offer = match[1], match[2].split(",")
        shown = _plain(", ".join(name for name in offer if not name.startswith(("kex-strict-", "ext-info-"))))
        if legacy_only(offer):
            return LegacyCryptoError(
                host, f"legacy crypto: every {what} it offers is broken: {shown}; {ALLOW} allows them"
            )
        return ConnectError(host, f"no {what} in common: it offers only {shown}")
    return None


def _refused(host: str, log: ClientLog, who: str, tried: Sequence[str]) -> TransportError | None:
    if log.has("no mutual signature"):
        return LegacyCryptoError(
            host,
            f"legacy crypto: {who} takes RSA keys with SHA-1 signatures only, which are broken; {ALLOW} allows them",
        )
    denied = log.found(r".*Permission denied \(([^)]*)\)")
    if not (denied or log.has("Too many authentication failures")):
        return None
    keys = list(dict.fromkeys(_keys(log)))
    if not keys and denied and "publickey" not in denied[0]:
        return AuthError(host, f"{who} takes no keys, only: {_plain(denied[0])}")
    said = "; ".join([*keys, *tried]) or NO_KEY
    return AuthError(host, f"{who} refused the login ({said})")


def _keys(log: ClientLog) -> Iterator[str]:
    """The keys that were offered, and those that could not be."""
    accepted = log.found(r"Server accepts key: (\S+)")
    for path in log.found(r"Offering public key: (\S+)"):
        yield f"{path} is encrypted: load it into an agent with ssh-add" if path in accepted else path
    yield from (_plain(said).replace('": ', " cannot be read: ") for said in log.found(r'Load key "(.+)'))


_CUT = ("kex_exchange_identification: ", "Connection closed by ", "Connection reset by ", "Broken pipe")


def _cut(host: str, log: ClientLog, _who: str, _tried: Sequence[str]) -> TransportError | None:
    said = log.found(r"(?:kex_exchange_identification: )?banner line \d+: (.*)")
    if log.phase is Phase.CONNECTING and (said or log.has("banner line contains invalid characters")):
        return Dropped(host, f"no SSH banner came{f', but: {_plain(said[-1])}' if said else ''}")
    if log.phase < Phase.STARTING and log.has(*_CUT):
        return Dropped(host, "the connection was closed during the handshake")
    return None


_UNREACHABLE = re.compile(r"ssh: connect to (?:host|address) .* port \d+: (.*)")


def _unreachable(host: str, log: ClientLog, _who: str, _tried: Sequence[str]) -> TransportError | None:
    if log.has("Could not resolve hostname"):
        return ConnectError(host, "its name cannot be resolved")
    said = [match[1] for line in log.lines if (match := _UNREACHABLE.match(line))]
    return ConnectError(host, _plain(said[-1]).lower()) if said else None


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_SHOWN]
