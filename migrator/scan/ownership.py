"""Whose socket, whose file: which workload each listener, connection and configuration file belongs to. Pure.

With root's rights the kernel tells the owner of a socket. Without, its uid is known and its process is not; then an
owner is named only where a single workload fits, and the evidence says so.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from migrator.model.services import Certificate, Evidence, SecretPlace
from migrator.scan.facts.certificates import Certificates
from migrator.scan.facts.changed_files import ChangedFiles
from migrator.scan.facts.configuration import Configuration, Mention, MentionKind
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.file_times import FileTime, FileTimes
from migrator.scan.facts.licences import Licences
from migrator.scan.facts.processes import Process
from migrator.scan.facts.sockets import Connection, Listener, Sockets, SocketsFacts
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = [
    "FileRoots",
    "OwnFiles",
    "SocketOwners",
    "file_roots",
    "files_of",
    "mentions_of",
    "secrets_in",
    "socket_owners",
]

_PATH = re.compile(r"(?:^|[=:,\s'\"])(/[\w.@+-][\w./@+-]*)")
_APP_ROOT = re.compile(
    r"(/(?:opt|srv|data|app|apps|var/www)/[^/]+|/usr/local/(?!s?bin|lib|share|etc)[^/]+|/home/[^/]+/[^/]+)"
)
_RENAMED = re.compile(r"\.\d+\.tmp$")
"""haproxy binds `x.sock.PID.tmp` and renames the file; the kernel keeps the first name."""
_ARCHIVES = (".jar", ".war", ".ear")
_MOST_FILES = 100
_STATE_ROOT = re.compile(r"(/var/lib/[^/]+)/")
_SYSTEM = ("/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/proc/", "/dev/", "/run/", "/var/run/", "/tmp/")  # noqa: S108 - told apart, not used


@dataclass(frozen=True, slots=True)
class SocketOwners:
    """Sockets by workload (its position in the list that was asked about); what has no owner is kept apart."""

    listeners: Mapping[int, tuple[tuple[Listener, Evidence], ...]]
    outgoing: Mapping[int, tuple[tuple[Connection, Evidence], ...]]
    incoming: tuple[Connection, ...]
    unix: Mapping[int, tuple[tuple[str, Evidence], ...]]
    unowned: tuple[Listener, ...]
    unowned_outgoing: tuple[Connection, ...]
    unowned_unix: tuple[str, ...] = ()
    """Paths of sockets whose process was not visible."""


def socket_owners(snapshot: Snapshot, found: Sequence[Workload]) -> SocketOwners:
    """Give every socket of a host to a workload, or say that its owner is unknown."""
    sockets = snapshot.value(Sockets, SocketsFacts())
    book = _Book.of(snapshot, found)
    serving = {listener.port for listener in sockets.listeners if listener.protocol == "tcp"}
    incoming = tuple(c for c in sockets.connections if c.port in serving)
    outgoing = [c for c in sockets.connections if c.port not in serving]
    listeners = [(book.listener(listener), listener) for listener in sockets.listeners]
    calls = [(book.caller(c), c) for c in outgoing]
    paths = [(u.inode, _RENAMED.sub("", u.path)) for u in sockets.unix if u.path.startswith("/")]
    managers = {workload.manager_pid for workload in found}
    own = [(inode, path) for inode, path in paths if not managers & {*book.owners.get(inode, ())}]
    unix = [(book.owner(inode, None, path) or book.named(inode, path), path) for inode, path in own]
    return SocketOwners(
        listeners=_grouped((owner, listener) for owner, listener in listeners if owner),
        outgoing=_grouped((owner, call) for owner, call in calls if owner),
        incoming=incoming,
        unix=_grouped((owner, path) for owner, path in unix if owner),
        unowned=tuple(one for owner, one in listeners if not (owner or book.is_platform(one.inode) or _is_login(one))),
        unowned_outgoing=tuple(one for owner, one in calls if not (owner or book.is_platform(one.inode))),
        unowned_unix=tuple(
            path for (owner, path), (inode, _) in zip(unix, own, strict=True) if not (owner or book.is_platform(inode))
        ),
    )


def _grouped(pairs: Iterable[tuple[tuple[int, Evidence], object]]) -> dict[int, tuple]:  # type: ignore[type-arg]
    groups: dict[int, list[tuple[object, Evidence]]] = {}
    for (index, evidence), value in pairs:
        groups.setdefault(index, []).append((value, evidence))
    return {index: tuple(group) for index, group in groups.items()}


def _is_login(listener: Listener) -> bool:
    """The port that this very scan came in by is the remote login's."""
    return listener.port == 22 and listener.uid == 0  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class _Book:
    """Processes and users to workloads."""

    owners: Mapping[int, tuple[int, ...]]
    by_pid: Mapping[int, int]
    by_uid: Mapping[int, frozenset[int]]
    lines: Sequence[str]
    """All command lines of each workload."""

    @classmethod
    def of(cls, snapshot: Snapshot, found: Sequence[Workload]) -> "_Book":
        by_pid = {process.pid: index for index, w in enumerate(found) for process in w.processes}
        by_pid.update({w.manager_pid: index for index, w in enumerate(found) if w.manager_pid})
        by_uid: dict[int, set[int]] = {}
        for index, workload in enumerate(found):
            for process in workload.processes:
                by_uid.setdefault(process.uid, set()).add(index)
        return cls(
            snapshot.value(Descriptors, DescriptorsFacts()).owners,
            by_pid,
            {uid: frozenset(group) for uid, group in by_uid.items()},
            [" ".join([*(" ".join(p.arguments) for p in w.processes), *_started_with(w)]) for w in found],
        )

    def owner(self, inode: int, uid: int | None, what: str) -> tuple[int, Evidence] | None:
        """The workload that holds a socket. Several processes may share one: master, workers, socket activation."""
        holders = [pid for pid in self.owners.get(inode, ()) if pid in self.by_pid]
        if holders:
            return self.by_pid[holders[0]], Evidence(Descriptors.name, what, f"pid {holders[0]}")
        if inode in self.owners or uid is None:
            return None
        candidates = self.by_uid.get(uid, frozenset())
        if uid and len(candidates) == 1:
            said = f"{what} (by uid {uid}, the process was not visible)"
            return next(iter(candidates)), Evidence(Sockets.name, said, inferred=True)
        return None

    def listener(self, listener: Listener) -> tuple[int, Evidence] | None:
        """The workload that accepts on a socket."""
        what = f"{listener.protocol} {listener.address}:{listener.port}"
        return self._owner_or_named(listener.inode, listener.uid, what, listener.port)

    def caller(self, connection: Connection) -> tuple[int, Evidence] | None:
        """The workload at our end of a connection."""
        what = f"tcp {connection.address} -> {connection.peer}:{connection.peer_port}"
        return self._owner_or_named(connection.inode, connection.uid, what, connection.peer_port)

    def _owner_or_named(self, inode: int, uid: int, what: str, port: int) -> tuple[int, Evidence] | None:
        """A command line that names the port settles a doubt, if only one does."""
        found = self.owner(inode, uid, what)
        if found or inode in self.owners:
            return found
        return self._by_line(rf"(?:^|[\s:=]){port}(?:\s|$)", f"{what} (by the port on a command line)")

    def named(self, inode: int, path: str) -> tuple[int, Evidence] | None:
        """The only workload whose command line names this Unix socket, where its process is not visible."""
        if inode in self.owners:
            return None
        return self._by_line(rf"(?:^|[\s:=]){re.escape(path)}(?:[\s,]|$)", f"{path} (by the path on a command line)")

    def _by_line(self, pattern: str, what: str) -> tuple[int, Evidence] | None:
        wanted = re.compile(pattern)
        named = [index for index, line in enumerate(self.lines) if wanted.search(line)]
        return (named[0], Evidence(Sockets.name, what, inferred=True)) if len(named) == 1 else None

    def is_platform(self, inode: int) -> bool:
        """Whether a visible process holds the socket that is no workload: sshd, the init system."""
        return inode in self.owners


def _started_with(workload: Workload) -> tuple[str, ...]:
    """Its unit's command: a program that shows a title has lost its own."""
    return workload.unit.command if workload.unit and not workload.managed else ()


@dataclass(frozen=True, slots=True)
class FileRoots:
    """Files that a workload names, and folders below which its other files stand."""

    files: frozenset[str]
    folders: tuple[str, ...]

    def hold(self, path: str) -> bool:
        """Whether a file belongs to the workload."""
        return path in self.files or any(path == root or path.startswith(f"{root}/") for root in self.folders)


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """Files of a workload that a person should know of before it moves."""

    certificates: tuple[Certificate, ...]
    changed: tuple[str, ...]
    licences: tuple[str, ...]
    modified: Mapping[str, str]


def file_roots(
    texts: Iterable[str], *, names: Iterable[str] = (), folders: Iterable[str] = (), files: Iterable[str] = ()
) -> FileRoots:
    """Find where a workload's files are.

    `texts` are command lines and folders it works in; `names` what it is called (a folder `/etc/NAME` is its own);
    `folders` and `files` what is known otherwise.
    """
    paths = {match for text in texts for match in _PATH.findall(text)} | set(files)
    roots = {root for path in [*paths, *folders] if (root := _root(path))}
    stems = {stem for name in names for stem in _stems(name)}
    return FileRoots(
        frozenset(paths | {f"/etc/{kind}/{stem}" for stem in stems for kind in ("default", "sysconfig")}),
        tuple(sorted(roots | set(folders) | {f"/etc/{stem}" for stem in stems} | _config_folders(paths))),
    )


def _root(path: str) -> str:
    if path.startswith(_SYSTEM) and not path.startswith("/usr/local/"):
        return ""
    match = _APP_ROOT.match(f"{path}/") or _STATE_ROOT.match(f"{path}/")
    return match[1].rstrip("/") if match else ""


def _config_folders(paths: Iterable[str]) -> set[str]:
    """`/etc/orders/orders.env` makes `/etc/orders` the workload's folder."""
    return {"/".join(parts[:3]) for path in paths if len(parts := path.split("/")) > 3 and parts[1] == "etc"} - {  # noqa: PLR2004
        "/etc/default", "/etc/sysconfig", "/etc/init.d", "/etc/cron.d", "/etc/systemd", "/etc/ssl", "/etc/pki"
    }  # fmt: skip


def _stems(name: str) -> set[str]:
    """`redis-server` -> redis-server, redis; `tomcat10` -> tomcat10, tomcat; `php7.4-fpm` -> php."""
    plain = name.removesuffix(".service").split("@")[0]
    letters = re.match(r"[A-Za-z]+", plain)
    return {plain, re.sub(r"[\d.]+$", "", plain), plain.split("-")[0], letters[0] if letters else plain} - {""}


def mentions_of(snapshot: Snapshot, roots: FileRoots) -> tuple[Mention, ...]:
    """What the workload's configuration says."""
    return tuple(m for m in snapshot.value(Configuration, ()) if roots.hold(m.file))


def files_of(
    snapshot: Snapshot, roots: FileRoots, mentions: Sequence[Mention], processes: Iterable[Process] = ()
) -> OwnFiles:
    """Which of the host's certificates, changed files and licences are the workload's, and when its files changed."""
    named = {m.path for m in mentions if m.kind is MentionKind.CERTIFICATE}
    certificates = (one for one in snapshot.value(Certificates, ()) if one.path in named or roots.hold(one.path))
    return OwnFiles(
        tuple(Certificate(one.path, one.subject, one.expires, one.names) for one in certificates),
        tuple(path for path in snapshot.value(ChangedFiles, ()) if roots.hold(path)),
        tuple(path for path in snapshot.value(Licences, ()) if roots.hold(path)),
        dict(sorted(_modified(snapshot, roots, mentions, processes))[:_MOST_FILES]),
    )


def _modified(
    snapshot: Snapshot, roots: FileRoots, mentions: Iterable[Mention], processes: Iterable[Process]
) -> Iterator[tuple[str, str]]:
    """Configuration that says something, archives, the unit, and what is executed."""
    times = snapshot.value(FileTimes, {})
    own = {m.file for m in mentions} | roots.files
    for path, time in times.items():
        if path in own or (path.endswith(_ARCHIVES) and roots.hold(path)):
            yield path, _written(time)
    for process in processes:
        executed = times.get(f"/proc/{process.pid}/exe")
        if executed:
            yield process.exe.removesuffix(" (deleted)"), _written(executed)


def _written(time: FileTime) -> str:
    return f"{datetime.fromtimestamp(time.modified, UTC):%Y-%m-%dT%H:%M:%SZ}, {time.size} B"


def secrets_in(mentions: Iterable[Mention]) -> tuple[SecretPlace, ...]:
    """Where secrets stand in these files, and under which names."""
    return tuple(SecretPlace(m.file, m.line, m.key) for m in mentions if m.kind is MentionKind.SECRET)


def home_of(snapshot: Snapshot, uid: int) -> str:
    """Home of an account, where it is a folder of its own: service accounts keep their data there."""
    user = snapshot.value(Users, UsersFacts()).by_uid.get(uid)
    return user.home if user and user.home.count("/") > 1 and not user.home.startswith(_SYSTEM) else ""
