"""Which host keys are believed: the three policies of OpenSSH, and the file for keys that were taken as they came.

The words are those of `StrictHostKeyChecking` in ssh_config(5). A changed or revoked key is refused under the first
two; under the third a revoked one still is.
"""

import base64
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from migrator.errors import ConnectError, HostKeyError
from migrator.model.login import HostKeyTrust
from migrator.scan.ssh.host_keys import HostKey, KnownKeys, ShownKey, known_keys, verify
from migrator.scan.ssh.settings import SshSettings

__all__ = ["AcceptedKeys", "Checking", "HostKeyRules"]

_TURN_SECONDS = 0.02


class Checking(StrEnum):
    """What becomes of a host key that is not on record."""

    STRICT = "strict"
    """It is refused."""
    ACCEPT_NEW = "accept-new"
    """It is put on record, unless another one is."""
    OFF = "off"
    """Any key is taken, and every host is marked."""


def accepted_file() -> Path:
    """Where accepted keys are kept. Source: XDG Base Directory Specification, `XDG_STATE_HOME`."""
    state = os.environ.get("XDG_STATE_HOME", "")
    return (Path(state) if state.startswith("/") else Path.home() / ".local" / "state") / "migrate" / "known_hosts"


class AcceptedKeys:
    """Our own file of host keys. Many hosts, and many scans, may add to it at once."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.news: list[str] = []
        """One line about each key that was added, for a person to compare."""
        self._taken: set[tuple[str, str, str]] = set()

    def took(self, host: str, name: str, key: ShownKey) -> bool:
        """Whether it was put on record for this host since the scan began: a later login to it finds it there."""
        return (host, name, key.fingerprint) in self._taken

    def add(self, host: str, name: str, key: HostKey, *, seconds: float) -> bool:
        """Put a key on record under `name`. False when it is there already.

        Raises HostKeyError when another key is there, and when the file cannot be written: what is not on record is
        not believed.
        """
        try:
            with self._locked(host, seconds) as out:
                known = known_keys(host, name, [self.file], seconds=seconds)
                if known.trusted or known.revokes(key):
                    verify(host, key, known)
                    return False
                _append(out, f"{name} {key.type} {base64.b64encode(key.blob).decode()}\n")
        except OSError as error:
            why = f"cannot be put on record: {self.file}: {error.strerror}; nothing was sent"
            raise HostKeyError(host, f"its new host key {key.shown} {why}") from error
        self._taken.add((host, name, key.shown.fingerprint))
        self.news.append(f"{host}: new host key {key.shown} taken as it came, on record in {self.file} as {name}")
        return True

    @contextmanager
    def _locked(self, host: str, seconds: float) -> Iterator[int]:
        """The file, open to be added to, and nobody else adding."""
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        out = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock(out, host, self.file, time.monotonic() + seconds)
            yield out
        finally:
            os.close(out)


def _lock(out: int, host: str, file: Path, end: float) -> None:
    """Wait for our turn, but not for ever: whoever has it may have been stopped."""
    while True:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise ConnectError(host, f"{file} is locked by another scan that does not let go") from None
            time.sleep(_TURN_SECONDS)
        else:
            return


def _append(out: int, line: str) -> None:
    """One line in one piece; a last line that was torn, as by a full disk, does not take ours with it."""
    size = os.fstat(out).st_size
    torn = size and os.pread(out, 1, size - 1) != b"\n"
    os.write(out, (f"\n{line}" if torn else line).encode())
    os.fsync(out)


@dataclass(frozen=True, slots=True)
class HostKeyRules:
    """How host keys are checked in one scan."""

    accepted: AcceptedKeys = field(default_factory=lambda: AcceptedKeys(accepted_file()))
    checking: Checking = Checking.STRICT
    only: Path | None = None
    """Trust the keys in this file only; None: in those that the SSH configuration names, and those accepted before."""

    def files(self, settings: SshSettings) -> tuple[Path, ...]:
        """Files of host keys, in the order in which they are searched."""
        given = (self.only,) if self.only else settings.known_hosts
        strictly = self.only and self.checking is Checking.STRICT
        return given if strictly else (*given, self.accepted.file)

    def known(self, host: str, settings: SshSettings, *, seconds: float) -> KnownKeys:
        """All keys on record for one host. Raises ConnectError when they cannot be read."""
        return known_keys(host, settings.known_as, self.files(settings), seconds=seconds)

    def judge(
        self, host: str, settings: SshSettings, offered: HostKey, known: KnownKeys, *, seconds: float
    ) -> HostKeyTrust:
        """Why an offered key is believed. HostKeyError when it is not; nothing may be sent to the host before."""
        if self.checking is Checking.OFF and not known.revokes(offered):
            return HostKeyTrust.UNVERIFIED
        if self.checking is Checking.ACCEPT_NEW and not (known.trusted or known.revokes(offered)):
            self.accepted.add(host, settings.known_as, offered, seconds=seconds)
        else:
            verify(host, offered, known)
        return self.believed(host, settings, offered.shown)

    def believed(self, host: str, settings: SshSettings, key: ShownKey) -> HostKeyTrust:
        """Why a key that is on record is believed. One that this scan put there is new, whichever login took it."""
        return HostKeyTrust.NEW if self.accepted.took(host, settings.known_as, key) else HostKeyTrust.ON_RECORD
