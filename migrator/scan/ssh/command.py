"""The command line of the OpenSSH client for one host, through its bastions. Pure.

Everything that could ask, forward, share or leave something behind is switched off here, and wins over any file: of
several values ssh takes the first (ssh_config(5)). Values are names that have passed a grammar, numbers and paths; `--`
stands before the address.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrator.model.hosts import Host
from migrator.scan.ssh.host_key_rules import Checking
from migrator.scan.ssh.legacy_crypto import is_legacy, without_legacy
from migrator.scan.ssh.settings import SshSettings

__all__ = ["ALGORITHMS", "Leg", "client_command"]

_ALWAYS = (
    "BatchMode=yes",
    "PasswordAuthentication=no",
    "KbdInteractiveAuthentication=no",
    "ForwardAgent=no",
    "ForwardX11=no",
    "ClearAllForwardings=yes",
    "Tunnel=no",
    "PermitLocalCommand=no",
    "RemoteCommand=none",
    "RequestTTY=no",
    "EscapeChar=none",
    "ControlMaster=no",
    "ControlPath=none",
    "ControlPersist=no",
    "AddKeysToAgent=no",
    "UpdateHostKeys=no",
    "HashKnownHosts=no",
    "CheckHostIP=no",
    "NoHostAuthenticationForLocalhost=no",
    "ConnectionAttempts=1",
)
_TOLD = (
    *("ssh.c:*", "sshconnect*.c:*", "kex*.c:*", "clientloop.c:*", "nchan.c:*"),
    *("packet.c:sshpkt*", "channels.c:*open_failure*"),
)
"""Files and functions of the client that say how a login goes. Nothing else may speak: not the host's banner."""
_WHERE_KNOWN = (
    "GSSAPIDelegateCredentials=no",
    "SessionType=default",
    "StdinNull=no",
    "ForkAfterAuthentication=no",
    "LogVerbose=" + ",".join(f"{place}:*" for place in _TOLD),
)
"""Not every client has them, and one that lacks an option ends at it; `ssh -G` lists what it has."""
ALGORITHMS = {
    "HostKeyAlgorithms": "HostKeyAlgorithms",
    "PubkeyAcceptedAlgorithms": "HostKeyAlgorithms",
    "PubkeyAcceptedKeyTypes": "HostKeyAlgorithms",
    "KexAlgorithms": "KexAlgorithms",
    "Ciphers": "Ciphers",
    "MACs": "MACs",
}
"""Option with a list of algorithms -> what `ssh -Q` calls everything that could stand in it."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One login on the way to a host: the host itself, or a bastion before it."""

    host: Host
    settings: SshSettings
    folder: Path
    """Where its client's `log` and the `taken` host keys stand."""
    checking: Checking = Checking.STRICT
    files: tuple[Path, ...] | None = None
    """Files of host keys; None: as the configuration says."""
    legacy: Mapping[str, Sequence[str]] | None = None
    """Everything that the client has, by option, when broken algorithms are allowed; else None."""

    @property
    def log(self) -> Path:
        """Where the client says what it does."""
        return self.folder / "log"

    @property
    def taken(self) -> Path:
        """Where the client writes host keys that it took as they came."""
        return self.folder / "taken"


def client_command(program: str, legs: Sequence[Leg], remote: str) -> list[str]:
    """The arguments that run `remote` on the last leg's host, through the legs before it."""
    return [*_client(program, legs), "--", _address(legs[-1]), remote]


def _client(program: str, legs: Sequence[Leg]) -> Iterator[str]:
    *before, leg = legs
    yield from (program, "-T", "-a", "-x", "-E", str(leg.log))
    for option in (*_ALWAYS, *_known(leg), *_host_keys(leg), *_algorithms(leg), *_ways(program, before, leg)):
        yield from ("-o", option)
    if leg.host.user:
        yield from ("-l", leg.host.user)
    if leg.host.port:
        yield from ("-p", str(leg.host.port))


def _address(leg: Leg) -> str:
    return leg.host.address or leg.host.name


def _known(leg: Leg) -> Iterator[str]:
    has = leg.settings.options
    yield from (option for option in _WHERE_KNOWN if option.partition("=")[0].lower() in has)
    yield f"LogLevel={'ERROR' if 'logverbose' in has else 'DEBUG3'}"


def _host_keys(leg: Leg) -> Iterator[str]:
    """Ssh writes a new key into the first file: that one is ours to look at before anything is sent."""
    words = {Checking.STRICT: "yes", Checking.ACCEPT_NEW: "accept-new", Checking.OFF: "no"}
    yield f"StrictHostKeyChecking={words[leg.checking]}"
    if leg.files is not None:
        first = () if leg.checking is Checking.STRICT else (leg.taken,)
        yield f"UserKnownHostsFile={' '.join(map(_quoted, (*first, *leg.files)))}"
        yield "GlobalKnownHostsFile=none"


def _quoted(path: Path) -> str:
    """A path in an option: tokens begin with `%` there, words end at spaces."""
    return '"' + str(path).replace("%", "%%") + '"'


def _algorithms(leg: Leg) -> Iterator[str]:
    """The lists of the configuration without what is broken; with it at their ends where that is allowed."""
    for option in ALGORITHMS:
        configured = leg.settings.options.get(option.lower(), "").split(",")
        sound = without_legacy(configured)
        broken = tuple(name for name in (leg.legacy or {}).get(option, ()) if is_legacy(name))
        if any(configured) and [*sound, *broken] != configured:
            types = option == "HostKeyAlgorithms"
            yield f"{option}={_host_key_types(sound, broken) if types else ','.join((*sound, *broken))}"


def _host_key_types(sound: Sequence[str], broken: Sequence[str]) -> str:
    """As an addition: only then ssh still asks first for the types of key that are on record (sshconnect2.c)."""
    return f"+{','.join(broken or sound[:1])}"


def _ways(program: str, before: Sequence[Leg], leg: Leg) -> Iterator[str]:
    if leg.host.key:
        yield f"IdentityFile={_quoted(Path(leg.host.key).expanduser())}"
    if before:
        host, port = leg.settings.hostname, leg.settings.port
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        bastion = shlex.join([*_client(program, before), "-W", where, "--", _address(before[-1])])
        yield f"ProxyCommand={bastion.replace('%', '%%')}"
        yield "ProxyUseFdpass=no"
