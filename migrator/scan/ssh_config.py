"""The user's own SSH settings for a host, as `ssh -G` resolves them: Include, Match and all.

paramiko's parser ignores `Include` and ours would be worse, so the client itself is asked. It connects to nothing.
Source: ssh(1) `-G`, ssh_config(5).
"""

import getpass
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrator.errors import ConnectError
from migrator.model.hosts import Host

__all__ = ["SshSettings", "jump_host", "settings_for", "settings_of"]

_SECONDS = 10.0
_DEFAULT_PORT = 22
_MOST_CHARACTERS = 255
_ADDRESS = re.compile(r"[A-Za-z0-9_:][A-Za-z0-9._:-]*(%[A-Za-z0-9._-]+)?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@+-]*")
_JUMP = re.compile(r"(?:(?P<user>[^\s]+)@)?(?P<host>\[[^\s\[\]@]+\]|[^\s\[\]@:]+)(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class SshSettings:
    """How to reach one host: the inventory's word first, then the configuration's."""

    hostname: str
    port: int
    user: str
    keys: tuple[Path, ...] = ()
    """Private keys, in the order in which to try them."""
    agent: bool = True
    """Whether keys of the agent are tried that no file names: not with `IdentitiesOnly`."""
    jump: tuple[str, ...] = ()
    host_key_alias: str = ""
    known_hosts: tuple[Path, ...] = ()

    @property
    def known_as(self) -> str:
        """The name that host keys are on record under: `host`, `[host]:port`, or the alias as it stands."""
        if self.host_key_alias:
            return self.host_key_alias
        name = self.hostname.lower()
        return name if self.port == _DEFAULT_PORT else f"[{name}]:{self.port}"


def settings_for(host: Host, *, known_hosts: Path | None, seconds: float = _SECONDS) -> SshSettings:
    """Settings of a host of the inventory.

    Raises ConnectError when there is no ssh client to ask, when a name could be taken for something else, and when
    the configuration asks for a way that only the client itself has.
    """
    address = host.address or host.name
    _check(host)
    found = _ask(host, address, min(seconds, _SECONDS))
    settings = settings_of(found, home=Path.home(), address=address)
    if not (host.jump or settings.jump) and found.get("proxycommand", ["none"]) != ["none"]:
        raise ConnectError(host.name, "its SSH configuration has a ProxyCommand, which is not supported: use ProxyJump")
    _require(host.name, "address", _ADDRESS, settings.hostname)
    return SshSettings(
        hostname=settings.hostname,
        port=host.port or settings.port,
        user=host.user or settings.user,
        keys=(Path(host.key).expanduser(),) if host.key else settings.keys,
        agent=settings.agent,
        jump=host.jump or settings.jump,
        host_key_alias=settings.host_key_alias,
        known_hosts=(known_hosts,) if known_hosts else settings.known_hosts,
    )


def jump_host(host: str, jump: str) -> Host:
    """The bastion that `[user@]host[:port]` names. Raises ConnectError about `host` when it is written otherwise."""
    match = _JUMP.fullmatch(jump)
    if not match:
        raise ConnectError(host, f"the bastion {jump!r} is not written as [user@]host[:port]")
    hop = Host(jump, match["host"].strip("[]"), int(match["port"]) if match["port"] else None, match["user"])
    try:
        _check(hop)
    except ConnectError as error:
        raise ConnectError(host, f"the bastion {jump[:60]!r}: {error.reason}") from error
    return hop


def _check(host: Host) -> None:
    """Names go to other programs: none may be taken for an option, a pattern or a piece of shell."""
    _require(host.name, "address", _ADDRESS, host.address or host.name)
    if host.user is not None:
        _require(host.name, "user", _USER, host.user)
    if host.port is not None and not 0 < host.port < 1 << 16:
        raise ConnectError(host.name, f"its port {host.port} is not between 1 and 65535")
    for jump in host.jump:
        jump_host(host.name, jump)


def _require(name: str, what: str, grammar: re.Pattern[str], value: str) -> None:
    if not grammar.fullmatch(value) or len(value) > _MOST_CHARACTERS:
        raise ConnectError(name, f"its {what} {value[:60]!r} has characters that no {what} has")


def _ask(host: Host, address: str, seconds: float) -> Mapping[str, Sequence[str]]:
    name = host.name
    program = shutil.which("ssh")
    if not program:
        raise ConnectError(name, "no `ssh` program here to read your settings with: install openssh-client")
    login = ["-l", host.user] if host.user else []
    port = ["-p", str(host.port)] if host.port else []
    command = [program, "-G", "-T", *login, *port, "--", address]
    try:
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise ConnectError(name, f"`ssh -G` did not answer within {seconds:g} s") from error
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "backslashreplace").split())
        raise ConnectError(name, f"the SSH configuration cannot be read: {said}")
    found: dict[str, list[str]] = {}
    for line in done.stdout.decode("utf-8", "backslashreplace").split("\n"):
        key, _, value = line.partition(" ")
        found.setdefault(key.lower(), []).append(value)
    return found


def settings_of(found: Mapping[str, Sequence[str]], *, home: Path, address: str) -> SshSettings:
    """Read the output of `ssh -G`: `key value` lines, keys in lower case, several for identityfile."""

    def one(key: str) -> str:
        value = found.get(key, [""])[0]
        return "" if value == "none" else value

    tokens = {"d": str(home), "h": one("hostname"), "n": address, "p": one("port"), "r": one("user"), "%": "%"}
    files = " ".join([*found.get("userknownhostsfile", []), *found.get("globalknownhostsfile", [])]).split()
    keys = [_path(value, home, tokens) for value in found.get("identityfile", []) if value != "none"]
    return SshSettings(
        hostname=one("hostname") or address,
        port=int(one("port") or _DEFAULT_PORT),
        user=one("user") or getpass.getuser(),
        keys=tuple(key for key in keys if key.is_file()),
        agent=one("identitiesonly") != "yes",
        jump=tuple(part for part in one("proxyjump").split(",") if part),
        host_key_alias=one("hostkeyalias").lower(),
        known_hosts=tuple(_path(value, home, tokens) for value in files if value != "none"),
    )


def _path(value: str, home: Path, tokens: Mapping[str, str]) -> Path:
    """A path with `~` and the tokens that `ssh -G` leaves as they are. Source: ssh_config(5), TOKENS."""
    full = re.sub(r"%(.)", lambda match: tokens.get(match[1], match[0]), value)
    return home / full[2:] if full.startswith("~/") else Path(full)
