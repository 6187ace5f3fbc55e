"""Which host keys are on record for a host, asked of OpenSSH's own `ssh-keygen -F`.

It knows hashed names, patterns and `[host]:port`; paramiko's reader fails on `@cert-authority` and `@revoked` lines.
Source: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT".
"""

import base64
import hashlib
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from migrator.errors import ConnectError, HostKeyError

__all__ = ["HostKey", "KnownKeys", "fingerprint", "known_keys", "verify"]

_SECONDS = 10
_DEFAULT_PORT = 22


@dataclass(frozen=True, slots=True)
class HostKey:
    """One public host key."""

    type: str
    blob: bytes
    file: str = ""
    """Where it is on record."""


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """All that is on record for one name."""

    trusted: tuple[HostKey, ...] = ()
    revoked: tuple[HostKey, ...] = ()
    authorities: tuple[HostKey, ...] = ()


def fingerprint(blob: bytes) -> str:
    """As ssh shows it: `SHA256:…`."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def known_keys(host: str, name: str, port: int, files: Iterable[Path]) -> KnownKeys:
    """Look the name up in every file. `host` is the inventory's name, for messages."""
    wanted = name if port == _DEFAULT_PORT else f"[{name}]:{port}"
    program = shutil.which("ssh-keygen")
    if not program:
        raise ConnectError(host, "no `ssh-keygen` program here to look up host keys with: install openssh-client")
    sorted_in: dict[str, list[HostKey]] = {"": [], "@revoked": [], "@cert-authority": []}
    for file in files:
        if file.is_file():
            for marker, key in _lookup(host, program, wanted, file):
                sorted_in.setdefault(marker, []).append(key)
    return KnownKeys(tuple(sorted_in[""]), tuple(sorted_in["@revoked"]), tuple(sorted_in["@cert-authority"]))


def _lookup(host: str, program: str, wanted: str, file: Path) -> list[tuple[str, HostKey]]:
    command = [program, "-F", wanted, "-f", str(file)]
    try:
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ConnectError(host, f"`ssh-keygen -F` did not answer within {_SECONDS} s") from error
    return [found for line in done.stdout.decode("utf-8", "replace").split("\n") if (found := _line(line, file))]


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


def verify(host: str, offered: HostKey, known: KnownKeys, *, name: str, port: int) -> None:
    """Raise HostKeyError unless the offered key is on record. Nothing may be sent to the host before."""
    if any(key.blob == offered.blob for key in known.revoked):
        raise HostKeyError(host, f"its host key {fingerprint(offered.blob)} is revoked; nothing was sent")
    if any(key.blob == offered.blob for key in known.trusted):
        return
    if known.trusted:
        record = ", ".join(f"{fingerprint(key.blob)} ({key.type}, {key.file})" for key in known.trusted[:3])
        message = f"host key CHANGED: it shows {fingerprint(offered.blob)} ({offered.type}), on record is {record}"
        raise HostKeyError(host, f"{message}; nothing was sent")
    raise HostKeyError(host, unknown(known, name, port, f"; it shows {fingerprint(offered.blob)} ({offered.type})"))


def unknown(known: KnownKeys, name: str, port: int, shown: str = "") -> str:
    """What to say and to do when no key is on record."""
    if known.authorities:
        return "only a host certificate authority is on record for it, and certificates are not supported here yet"
    scan = f"ssh-keyscan {name}" if port == _DEFAULT_PORT else f"ssh-keyscan -p {port} {name}"
    return f"host key unknown{shown}; compare the fingerprint, then: {scan} >> ~/.ssh/known_hosts"
