"""Whose socket, whose file: which workload each listener, connection and configuration file belongs to. Pure.

With root's rights the kernel tells the owner of a socket. Without, its uid is known and its process is not; then an
owner is named only where a single workload fits, and the evidence says so.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from posixpath import normpath

from migrator.model.services import Certificate, Evidence, SecretPlace
from migrator.scan.facts.certificates import Certificates
from migrator.scan.facts.changed_files import ChangedFiles
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.file_times import FileTime, FileTimes
from migrator.scan.facts.licences import Licences
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Connection, Listener, Sockets, SocketsFacts
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = [
    "FileRoots",
    "OwnFiles",
    "SocketOwners",
    "commands_of",
    "file_roots",
    "files_of",
    "foreign_files",
    "mentions_of",
    "named_files",
    "programs_in",
    "secrets_in",
    "section_of",
    "socket_owners",
]

_PATH = re.compile(r"(?:^|[=:,\s'\"])(/[\w.@+-][\w./@+-]*)")
_APP_ROOT = re.compile(
    r"(/(?:opt|srv|data|app|apps|var/www)/[^/]+|/usr/local/(?!s?bin|lib|share|etc)[^/]+|/home/[^/]+/[^/]+)"
)
_RENAMED = re.compile(r"\.\d+\.tmp$")
"""haproxy binds `x.sock.PID.tmp` and renames the file; the kernel keeps the first name."""
_CHOSEN = 32768
"""First port that the kernel gives to who asks for any. Source: ip_local_port_range in kernel documentation."""
_ARCHIVES = (".jar", ".war", ".ear")
_MOST_FILES = 100
_INCLUDES = 2
"""How far one file leads to another: unit, wrapper script, sourced file."""
_STATE_ROOT = re.compile(r"(/var/lib/[^/]+)/")
_ENDINGS = ("conf", "cnf", "cfg", "ini", "yml", "yaml", "json", "toml", "properties", "env")
_OWN_FILES = (
    *("/etc/default/{0}", "/etc/sysconfig/{0}", "/etc/conf.d/{0}", "/etc/init.d/{0}", "/etc/init/{0}.conf"),
    *(f"{folder}/{{0}}.{ending}" for folder in ("/etc", "/usr/local/etc") for ending in _ENDINGS),
)
"""Where the settings of a program of that name stand, if they are one file."""
_OWN_FOLDERS = (
    *("/etc/{0}", "/etc/{0}.d", "/usr/local/etc/{0}", "/etc/sv/{0}", "/etc/service/{0}", "/service/{0}"),
    "/etc/systemd/system/{0}.service.d",
)
_INTERPRETERS = re.compile(r"(?:python|pypy|php|ruby|node|nodejs|java|perl|bash|sh|dotnet|deno|bun)[\d.]*(?:m|w)?")
_INITTAB = "/etc/inittab"
"""A file whose every line starts a program of its own."""
_PROGRAM_SECTIONS = frozenset({"program", "watcher", "fcgi-program", "eventlistener"})
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
    listeners = [(book.listener(listener), listener) for listener in sockets.listeners if not _is_answer(listener)]
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


def _is_answer(listener: Listener) -> bool:
    """A UDP socket on a port of the kernel's choice waits for the answer to a question of its own: DNS, NTP."""
    return listener.protocol == "udp" and listener.port >= _CHOSEN


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
    shared: frozenset[int] = frozenset()
    """Accounts under which something runs that is no workload."""

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
            _shared(snapshot, frozenset(by_pid)),
        )

    def owner(self, inode: int, uid: int | None, what: str) -> tuple[int, Evidence] | None:
        """The workload that holds a socket. Several processes may share one: master, workers, socket activation."""
        holders = [pid for pid in self.owners.get(inode, ()) if pid in self.by_pid]
        if holders:
            return self.by_pid[holders[0]], Evidence(Descriptors.name, what, f"pid {holders[0]}")
        if inode in self.owners or uid is None:
            return None
        candidates = self.by_uid.get(uid, frozenset())
        if uid and len(candidates) == 1 and uid not in self.shared:
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


def _shared(snapshot: Snapshot, owned: frozenset[int]) -> frozenset[int]:
    """Accounts of processes that are no workload and did not start one, as the terminal of a workload did."""
    by_pid = {process.pid: process for process in snapshot.value(Processes, ())}
    above: set[int] = set()
    todo = list(owned)
    while todo:
        pid = todo.pop()
        if pid in by_pid and pid not in above:
            above.add(pid)
            todo.append(by_pid[pid].ppid)
    return frozenset(process.uid for process in by_pid.values() if process.pid not in above)


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
        frozenset(paths | {place.format(stem) for stem in stems for place in _OWN_FILES}),
        tuple(
            sorted(
                roots
                | set(folders)
                | {place.format(s) for s in stems for place in _OWN_FOLDERS}
                | _config_folders(paths)
            )
        ),
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


def programs_in(texts: Iterable[str]) -> frozenset[str]:
    """Paths of programs that no distribution puts there, without interpreters."""
    paths = {match for text in texts for match in _PATH.findall(text)}
    own = {path for path in paths if not path.startswith(_SYSTEM) or path.startswith("/usr/local/")}
    return frozenset(path for path in own if not _INTERPRETERS.fullmatch(path.rsplit("/", 1)[-1]))


def mentions_of(
    snapshot: Snapshot,
    roots: FileRoots,
    programs: frozenset[str] = frozenset(),
    foreign: frozenset[str] = frozenset(),
) -> tuple[Mention, ...]:
    """What the workload's configuration says: its own files, what starts it, and the files that these read in turn.

    `foreign` are files in its folders that are somebody else's.
    """
    by_file = _by_file(snapshot)
    started = {m for mentions in by_file.values() for part in _starting(mentions, programs) for m in part}
    own = started | {m for file in by_file if roots.hold(file) and file not in foreign for m in by_file[file]}
    files = _followed(by_file, (), own) - foreign
    return tuple(sorted(own | {m for file in files for m in by_file[file]}, key=_place))


def named_files(snapshot: Snapshot, roots: FileRoots) -> frozenset[str]:
    """Files that a workload names itself, and those that they read in turn."""
    by_file = _by_file(snapshot)
    named = roots.files & by_file.keys()
    return frozenset(_followed(by_file, named, {m for file in named for m in by_file[file]}))


def foreign_files(own: frozenset[str], others: Iterable[frozenset[str]]) -> frozenset[str]:
    """Files that somebody else names, in folders of which we name a file of our own, or that are called after it.

    Several may share a folder: `/etc/x/blue.env` and `/etc/x/green.env`, `bin/nightly.sh` with `etc/nightly.env`.
    """
    folders = {file.rpartition("/")[0] for file in own}
    found = ((file, {_stem(other) for other in named if other != file}) for named in others for file in named)
    theirs = (file for file, stems in found if file.rpartition("/")[0] in folders or _stem(file) in stems)
    return frozenset(theirs) - own


def _stem(file: str) -> str:
    return file.rpartition("/")[2].partition(".")[0]


def _by_file(snapshot: Snapshot) -> dict[str, list[Mention]]:
    by_file: dict[str, list[Mention]] = {}
    for mention in snapshot.value(Configuration, ()):
        by_file.setdefault(mention.file, []).append(mention)
    return by_file


def _followed(by_file: Mapping[str, Sequence[Mention]], files: Iterable[str], said: Iterable[Mention]) -> set[str]:
    """These files and what they source or include: unit, wrapper script, sourced file."""
    found, fresh = set(files), set(said)
    for _ in range(_INCLUDES):
        more = {path for m in fresh if m.kind is MentionKind.FILE for path in _resolved(m) if path in by_file} - found
        found |= more
        fresh = {m for file in more for m in by_file[file]}
    return found


def _resolved(mention: Mention) -> tuple[str, ...]:
    """What a path in a script may mean: itself, beside the script (`$(dirname "$0")/../x`), or in the home (`~/x`)."""
    folder = mention.file.rpartition("/")[0]
    home = "/".join(mention.file.split("/")[:3]) if mention.file.startswith("/home/") else "/root"
    return mention.path, normpath(folder + mention.path), home + mention.path


def _place(mention: Mention) -> tuple[str, int, MentionKind, str]:
    return mention.file, mention.line, mention.kind, mention.text


def commands_of(snapshot: Snapshot, unit: str) -> tuple[str, ...]:
    """What the file of a unit starts that is not loaded, or of the template that it is an instance of."""
    stem, at, _ = unit.removesuffix(".service").partition("@")
    names = {f"{stem}{at}.service", unit}
    found = (m for m in snapshot.value(Configuration, ()) if m.kind is MentionKind.PROGRAM)
    return tuple(m.path for m in found if m.file.rpartition("/")[2] in names)[:2]


def section_of(snapshot: Snapshot, programs: frozenset[str]) -> str:
    """What a process manager's file calls the program that it starts; empty where no one section fits."""
    parts = _by_file(snapshot)
    found = {
        part[0].host for mentions in parts.values() for part in _starting(mentions, programs) if _is_program(part[0])
    }
    return next(iter(found)) if len(found) == 1 else ""


def _starting(mentions: Sequence[Mention], programs: frozenset[str]) -> Iterator[Sequence[Mention]]:
    """The parts of a file that start one of the programs: sections of a process manager's file, or a whole script.

    A unit's file is that unit's alone, whoever else starts the same program.
    """
    if not programs or mentions[0].file.endswith(".service") or ".service.d/" in mentions[0].file:
        return
    part: list[Mention] = []
    for mention in mentions:
        if _is_program(mention) or (part and mention.file == _INITTAB and mention.line != part[-1].line):
            yield from _if_starting(part, programs)
            part = []
        part.append(mention)
    yield from _if_starting(part, programs)


def _if_starting(part: Sequence[Mention], programs: frozenset[str]) -> Iterator[Sequence[Mention]]:
    if any(m.kind is MentionKind.PROGRAM and m.path in programs for m in part):
        yield part


def _is_program(mention: Mention) -> bool:
    return mention.kind is MentionKind.SECTION and mention.key in _PROGRAM_SECTIONS


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
    found = [SecretPlace(m.file, m.line, m.key) for m in mentions if m.kind is MentionKind.SECRET]
    keys = [SecretPlace(m.path, 1, "private key") for m in mentions if m.kind is MentionKind.KEY]
    known = {place.file for place in found}
    return (*found, *dict.fromkeys(place for place in keys if place.file not in known))


def home_of(snapshot: Snapshot, uid: int) -> str:
    """Home of an account, where it is a folder of its own: service accounts keep their data there."""
    user = snapshot.value(Users, UsersFacts()).by_uid.get(uid)
    return user.home if user and user.home.count("/") > 1 and not user.home.startswith(_SYSTEM) else ""
