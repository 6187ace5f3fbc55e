"""The user's own SSH settings for a host, as `ssh -G` resolves them: Include, Match and all.

paramiko's parser ignores `Include` and ours would be worse, so the client itself is asked. It connects to nothing.
Source: ssh(1) `-G`, ssh_config(5).
"""

import getpass
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.errors import ConnectError
from migrator.model.hosts import Host

__all__ = ["NO_KEY", "SshSettings", "jump_host", "settings_for", "settings_of", "ssh_program"]

_SECONDS = 10.0
_DEFAULT_PORT = 22
_MOST_CHARACTERS = 255
NO_KEY = "no key was found: none in the inventory, the SSH configuration or the agent"
_NO_WAY = (
    "its inventory reaches it by a ProxyCommand, and no command of an inventory is run: put it into your SSH "
    "configuration, or name its bastions by ProxyJump; it was not asked directly instead"
)
"""A host that stands behind something is not asked past it: whoever answers there may be another."""
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
    proxy_command: str = ""
    """What the configuration starts in place of a connection. Only the OpenSSH client does that."""
    beyond: tuple[str, ...] = ()
    """What the configuration asks for that only the OpenSSH client has."""
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Everything that `ssh -G` said, keys in lower case; of several values the first."""

    @property
    def known_as(self) -> str:
        """The name that host keys are on record under: `host`, `[host]:port`, or the alias as it stands."""
        if self.host_key_alias:
            return self.host_key_alias
        name = self.hostname.lower()
        return name if self.port == _DEFAULT_PORT else f"[{name}]:{self.port}"


def settings_for(host: Host, *, known_hosts: Path | None, seconds: float = _SECONDS) -> SshSettings:
    """Settings of a host of the inventory.

    Raises ConnectError when there is no ssh client to ask, and when a name could be taken for something else.
    """
    address = host.address or host.name
    _check(host)
    found = _ask(host, address, min(seconds, _SECONDS))
    settings = settings_of(found, home=Path.home(), address=address)
    _require(host.name, "address", _ADDRESS, settings.hostname)
    if host.proxy_command and not (settings.jump or settings.proxy_command):
        raise ConnectError(host.name, _NO_WAY)
    keys = (_key(host.name, host.key),) if host.key else settings.keys
    return replace(
        settings,
        port=host.port or settings.port,
        user=host.user or settings.user,
        keys=keys,
        jump=host.jump or settings.jump,
        known_hosts=(known_hosts,) if known_hosts else settings.known_hosts,
        proxy_command="" if host.jump else settings.proxy_command,
        beyond=tuple(_beyond(settings, keys, jump=bool(host.jump))),
    )


def _beyond(settings: SshSettings, keys: Sequence[Path], *, jump: bool) -> Iterator[str]:
    """What the OpenSSH client has and libraries lack, as far as this host needs it."""
    said = settings.options
    if settings.proxy_command and not jump:
        yield "ProxyCommand"
    for option in ("CertificateFile", "KnownHostsCommand", "PKCS11Provider"):
        if said.get(option.lower(), "none") != "none":
            yield option
    if said.get("gssapiauthentication") == "yes" and _has_ticket():
        yield "GSSAPIAuthentication"
    if any(_on_security_key(key) for key in keys):
        yield "a key on a FIDO device"


def _has_ticket() -> bool:
    """Whether Kerberos may have a ticket: distributions allow GSSAPI for all, and few use it. Source: kinit(1)."""
    return "KRB5CCNAME" in os.environ or Path(f"/tmp/krb5cc_{os.getuid()}").exists()  # noqa: S108 - where kinit puts it


def _on_security_key(private: Path) -> bool:
    """Whether the key's public half says so: `sk-…` (PROTOCOL.u2f of OpenSSH)."""
    try:
        return private.with_name(f"{private.name}.pub").read_bytes().startswith(b"sk-")
    except OSError:
        return False


def _key(name: str, path: str) -> Path:
    if "\0" in path:
        raise ConnectError(name, f"its key {path[:60]!r} is no path")
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise ConnectError(name, f"its key {path[:60]!r} is in the home of a user that this machine has not") from error


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


def ssh_program(host: str) -> str:
    """The OpenSSH client. ConnectError about `host` when there is none."""
    program = shutil.which("ssh")
    if not program:
        raise ConnectError(host, "no `ssh` program here to read your settings with: install openssh-client")
    return program


def _ask(host: Host, address: str, seconds: float) -> Mapping[str, Sequence[str]]:
    name = host.name
    program = ssh_program(name)
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
        proxy_command=one("proxycommand"),
        options={key: values[0] for key, values in found.items()},
    )


def _path(value: str, home: Path, tokens: Mapping[str, str]) -> Path:
    """A path with `~` and the tokens that `ssh -G` leaves as they are. Source: ssh_config(5), TOKENS."""
    full = re.sub(r"%(.)", lambda match: tokens.get(match[1], match[0]), value)
    return home / full[2:] if full.startswith("~/") else Path(full)
