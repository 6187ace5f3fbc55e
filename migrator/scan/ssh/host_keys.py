"""Which host keys are on record for a host, asked of OpenSSH's own `ssh-keygen -F`.

It knows hashed names, patterns and `[host]:port`; paramiko's reader fails on `@cert-authority` and `@revoked` lines.
Source: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT".
"""

import base64
import hashlib
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from migrator.errors import ConnectError, HostKeyError

__all__ = ["UNKNOWN", "HostKey", "KnownKeys", "ShownKey", "fingerprint", "key_lines", "known_keys", "refusal", "verify"]

_SECONDS = 10.0
_NOT_FOUND = 1
_ANEW = "only if somebody set it up anew, and has compared the key with its console, take the old one off the record"
UNKNOWN = "host key unknown"
_THEN = "once compared with a source that you trust, --host-key-checking accept-new takes it and says what it took"
"""No ssh-keyscan: it would put on record whatever answers then, which nobody has compared."""


@dataclass(frozen=True, slots=True)
class HostKey:
    """One public host key."""

    type: str
    blob: bytes
    file: str = ""
    """Where it is on record."""

    @property
    def shown(self) -> "ShownKey":
        """What a person is shown of it."""
        return ShownKey(self.type, fingerprint(self.blob))


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A public host key as people compare it: type and `SHA256:…`."""

    type: str
    fingerprint: str

    def __str__(self) -> str:
        return f"{self.fingerprint} ({self.type})"


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """All that is on record for one name."""

    trusted: tuple[HostKey, ...] = ()
    revoked: tuple[HostKey, ...] = ()
    authorities: tuple[HostKey, ...] = ()
    name: str = ""
    """The name that they were looked up by."""

    def revokes(self, key: HostKey) -> bool:
        """Whether this key is on record as one that must not be believed."""
        return any(revoked.blob == key.blob for revoked in self.revoked)


def fingerprint(blob: bytes) -> str:
    """As ssh shows it: `SHA256:…`."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def known_keys(host: str, name: str, files: Iterable[Path], *, seconds: float = _SECONDS) -> KnownKeys:
    """Look `name` up in every file that exists. `host` is the inventory's name, for messages.

    Raises ConnectError when there is no ssh-keygen to ask, or a file cannot be read.
    """
    program = shutil.which("ssh-keygen")
    if not program:
        raise ConnectError(host, "no `ssh-keygen` program here to look up host keys with: install openssh-client")
    sorted_in: dict[str, list[HostKey]] = {"": [], "@revoked": [], "@cert-authority": []}
    for file in files:
        if file.is_file():
            for marker, key in _lookup(host, [program, "-F", name, "-f", str(file)], file, min(seconds, _SECONDS)):
                sorted_in.setdefault(marker, []).append(key)
    return KnownKeys(tuple(sorted_in[""]), tuple(sorted_in["@revoked"]), tuple(sorted_in["@cert-authority"]), name)


def _lookup(host: str, command: list[str], file: Path, seconds: float) -> list[tuple[str, HostKey]]:
    try:
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise ConnectError(host, f"`ssh-keygen -F` did not answer within {seconds:g} s") from error
    if done.returncode not in {0, _NOT_FOUND}:
        said = " ".join(done.stderr.decode("utf-8", "backslashreplace").split())
        raise ConnectError(host, f"the host keys in {file} cannot be read: {said}")
    return list(key_lines(done.stdout.decode("utf-8", "replace"), file))


def key_lines(text: str, file: Path) -> Iterator[tuple[str, HostKey]]:
    """Marker and key of each line of a file of host keys; comments and what is no key are passed over."""
    return (found for line in text.split("\n") if (found := _line(line, file)))


def _line(line: str, file: Path) -> tuple[str, HostKey] | None:
    words = line.split()
    if not words or words[0].startswith("#"):
        return None
    marker = words.pop(0) if words[0].startswith("@") else ""
    if len(words) < 3:  # noqa: PLR2004 - names, type, key
        return None
    try:
        return marker, HostKey(words[1], base64.b64decode(words[2], validate=True), str(file))
    except ValueError:
        return None


def verify(host: str, offered: HostKey, known: KnownKeys) -> None:
    """Raise HostKeyError unless the offered key is on record. Nothing may be sent to the host before."""
    if known.revokes(offered) or not any(key.blob == offered.blob for key in known.trusted):
        raise refusal(host, offered.shown, known)


def _files(keys: Iterable[HostKey]) -> list[str]:
    return list(dict.fromkeys(key.file for key in keys if key.file))


def refusal(host: str, shown: ShownKey, known: KnownKeys) -> HostKeyError:
    """Why a key was not believed, in one line that says what to do."""
    if any(key.shown.fingerprint == shown.fingerprint for key in known.revoked):
        return HostKeyError(host, f"its host key {shown} is revoked; nothing was sent")
    if known.trusted:
        alike = [key for key in known.trusted if key.type == shown.type] or known.trusted
        record = ", ".join(f"{fingerprint(key.blob)} ({key.type}, {key.file})" for key in alike[:3])
        changed = f"host key CHANGED: it shows {shown}, on record is {record}; nothing was sent"
        forget = " && ".join(
            f"ssh-keygen -R {shlex.quote(known.name)} -f {shlex.quote(file)}" for file in _files(alike)
        )
        return HostKeyError(host, f"{changed}; {_ANEW}: {forget}" if known.name and forget else changed)
    if known.authorities:
        return HostKeyError(host, f"no authority on record has signed its host key {shown}; nothing was sent")
    return HostKeyError(host, f"{UNKNOWN}: it shows {shown}; {_THEN}")
