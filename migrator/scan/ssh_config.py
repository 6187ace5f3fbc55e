"""The user's own SSH settings for a host, as `ssh -G` resolves them: Include, Match and all.

paramiko's parser ignores `Include` and ours would be worse, so the client itself is asked. It connects to nothing.
Source: ssh(1) `-G`, ssh_config(5).
"""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrator.errors import ConnectError
from migrator.model.hosts import Host

__all__ = ["SshSettings", "settings_for", "settings_of"]

_SECONDS = 10


@dataclass(frozen=True, slots=True)
class SshSettings:
    """How to reach one host: the inventory's word first, then the configuration's."""

    hostname: str
    port: int
    user: str
    keys: tuple[Path, ...] = ()
    """Private keys that exist, in the order in which to try them."""
    agent: bool = True
    jump: tuple[str, ...] = ()
    host_key_alias: str = ""
    known_hosts: tuple[Path, ...] = ()


def settings_for(host: Host, *, known_hosts: Path | None) -> SshSettings:
    """Settings of a host of the inventory. Raises ConnectError when there is no ssh client to ask."""
    found = _ask(host.name, host.address or host.name)
    settings = settings_of(found, home=Path.home())
    only_key = (Path(host.key).expanduser(),) if host.key else settings.keys
    return SshSettings(
        hostname=settings.hostname,
        port=host.port or settings.port,
        user=host.user or settings.user,
        keys=only_key,
        agent=settings.agent and not host.key,
        jump=host.jump or settings.jump,
        host_key_alias=settings.host_key_alias,
        known_hosts=(known_hosts,) if known_hosts else settings.known_hosts,
    )


def _ask(name: str, address: str) -> Mapping[str, Sequence[str]]:
    program = shutil.which("ssh")
    if not program:
        raise ConnectError(name, "no `ssh` program here to read your settings with: install openssh-client")
    command = [program, "-G", "-T", "--", address]
    try:
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ConnectError(name, f"`ssh -G` did not answer within {_SECONDS} s") from error
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "backslashreplace").split())
        raise ConnectError(name, f"the SSH configuration cannot be read: {said}")
    found: dict[str, list[str]] = {}
    for line in done.stdout.decode("utf-8", "backslashreplace").split("\n"):
        key, _, value = line.partition(" ")
        found.setdefault(key.lower(), []).append(value)
    return found


def settings_of(found: Mapping[str, Sequence[str]], *, home: Path) -> SshSettings:
    """Read the output of `ssh -G`: `key value` lines, keys in lower case, several for identityfile."""

    def one(key: str) -> str:
        value = found.get(key, [""])[0]
        return "" if value == "none" else value

    files = " ".join([*found.get("userknownhostsfile", []), *found.get("globalknownhostsfile", [])]).split()
    keys = [_path(value, home) for value in found.get("identityfile", []) if value != "none"]
    return SshSettings(
        hostname=one("hostname"),
        port=int(one("port") or 22),
        user=one("user"),
        keys=tuple(key for key in keys if key.is_file()),
        agent=one("identitiesonly") != "yes",
        jump=tuple(part for part in one("proxyjump").split(",") if part),
        host_key_alias=one("hostkeyalias"),
        known_hosts=tuple(_path(value, home) for value in files),
    )


def _path(value: str, home: Path) -> Path:
    return home / value[2:] if value.startswith("~/") else Path(value)
