"""Where a workload keeps data that must survive a restart. Pure.

Three things count: files that it holds open for writing, data folders that its configuration or command line names,
and the folder of its account when the program exists to keep data. Logs, sockets, locks and temporary files do not.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from migrator.model.services import Evidence, ServiceProfile, State
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.data_sizes import DataSizes
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.mounts import Mount, Mounts
from migrator.scan.facts.sockets import Sockets, SocketsFacts
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.ownership import paths_in, program_folders
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["BROUGHT", "copied_from", "data_paths", "is_document", "is_program", "state_of", "works_below"]

_DATA_PATH = re.compile(
    r"(?<![\w./-])(/(?:var/(?:lib|opt)|var/backups?|backups?|srv|data|mnt|exports?|var/spool)/[\w./-]*[\w-])([$*%{]?)"
)
_PASSING = re.compile(
    r"/(?:var/log|run|var/run|tmp|var/tmp|var/cache|dev|proc|sys)/|/dev/|\.(?:log|pid|lock|sock|out|err)(?:\.\d+)?$|/logs?/|(?:^|/)\.[\w.]+(?:/|$)|/supervise(?:/|$)"
)
_REMOTE = re.compile(r"(?:^|[^\w./-])[\w.${}-]+(?:@[\w.${}-]+)?:+$")
"""What stands before a path on another machine: `backup@vault:/srv/dumps`, `vault::/srv/dumps`."""
_OF_CODE = re.compile(
    r"(?:\b(?:PYTHON|CLASS|NODE|GEM|PERL|LD_LIBRARY_)?PATH|\bPERL5?LIB|\bRUBYLIB|\bGEM_HOME|\bJAVA_HOME|\bVIRTUAL_ENV|java\.library\.path"
    r"|--(?:python-?path|python-?home|virtualenv|venv|include-path|module-path|class-path))[= ][\w./:-]*$"
    r"|\s-(?:cp|classpath) [^\s]*$"
)
"""What stands before a path where programs look for their modules: `PYTHONPATH=/srv/shop/src`."""
_COPIES = re.compile(r"\b(?:rsync|scp|sftp|rclone|unison)\b")
_PROGRAM = re.compile(
    r"/s?bin/|/venv/|\.(?:sh|py|pl|rb|js|php|jar|war|conf|cfg|ini|ya?ml|json|properties|env|xml|toml|so|key|pem)$"
)
_KEPT = re.compile(
    r"(/var/(?:lib|spool)/[^/]+)/(?!(?:.*/)?(?:conf|config|etc|webapps|WEB-INF)/)(?:.*/)?([^/]+)\.(?:json|xml|ya?ml)"
)
"""What a program keeps in a file of such a form, where programs keep things: a registry, a queue, a journal."""
_SETTINGS = re.compile(r"(?:.*[._-])?(?:conf|config|configuration|settings|server|context|web|package|composer)")
_FILE = re.compile(
    r"[^/]\.(?:dump|dmp|sql|ldif|sqlite3?|rdb|aof|csv|tsv|tar|tgz|tbz2|txz|zip|7z|cpio|gz|bz2|xz|zst|lz4|bak|iso|qcow2)$"
)
"""Names that a file has, and hardly ever a folder; where one has, the folder around it holds the data just as well."""
BROUGHT = frozenset({"upload", "uploads", "storage", "media", "attachments"})
"""Names of folders in a program's own that hold what its users brought."""
_SINGLE = re.compile(
    r"datadir|data[_.-]?(?:dir|directory|path|home)|[a-z_]+_data_home_dir|path\.data|db_?path|storage\.db_?path|mail_location"
    r"|(?:session\.)?save_path|mnesia_(?:base|dir)|[a-z]+_(?:data_dir|data_path|datadir)"
)
"""Settings of which a program has one value, and the last that it reads counts."""
_UNIT = re.compile(r"/([^/]+\.service)(?:\.d/[^/]+)?$")
_DROPPED_IN = ".d/"
_LOCKED_INTO = "/empty"
"""A folder that a daemon takes for its root because nothing is in it: the home of its account, a setting."""
_MINOR = frozenset({"lock", "core", "nohup.out"})


def data_paths(text: str, command: str = "") -> list[str]:
    """Data folders that a command line names. A name that goes on with a variable or pattern stands for its folder.

    `command` is the whole line where the text is a part of it.
    """
    copies = _COPIES.search(command or text) is not None
    found = [match for match in _DATA_PATH.finditer(text) if not _is_remote(text, match.start(), copies=copies)]
    data = (match for match in found if not _OF_CODE.search(text[max(0, match.start() - 300) : match.start()]))
    return [str(PurePosixPath(match[1]).parent) if match[2] else match[1] for match in data]


def _is_remote(text: str, start: int, *, copies: bool) -> bool:
    """Whether the path that starts there is on another machine: `host:/path` of what copies between machines."""
    lead = text[max(0, start - 300) : start]
    match = _REMOTE.search(lead)
    return match is not None and ("@" in match[0] or copies)


def works_below(profile: ServiceProfile, folder: str) -> bool:
    """Whether anything that is known of a service lies in a folder, or a place of its data reaches into it."""
    files = [profile.directory, profile.executable, *profile.config, *profile.licences, *paths_in(profile.command)]
    files += [*(one.path for one in profile.artifacts), *(one.path for one in profile.certificates)]
    files += [one.path for one in profile.listens]
    data = [one.path for one in profile.state]
    return any(_inside(path, folder) for path in (*files, *data)) or any(_inside(folder, path) for path in data)


def is_program(path: str) -> bool:
    """Whether a path is that of a program or of its settings, and not of its data."""
    return _PROGRAM.search(path) is not None and not _kept_in(path)


def is_stored_to(mention: Mention) -> bool:
    """Whether a server is told to let its clients write there, as with WebDAV, whatever else it serves from it."""
    return mention.kind is MentionKind.DATA and mention.key == "dav"


def is_document(path: str) -> bool:
    """Whether a file is of a form that holds settings as often as what somebody exports, and is not called as settings."""
    name, _, ending = PurePosixPath(path).name.lower().rpartition(".")
    return ending in {"json", "xml", "yml", "yaml"} and not _SETTINGS.fullmatch(name)


def _kept_in(path: str) -> str:
    """The folder of a file that holds data in a form in which others write their settings; empty if it is no such."""
    match = _KEPT.fullmatch(path)
    return match[1] if match and not _SETTINGS.fullmatch(match[2].lower()) else ""


def state_of(
    snapshot: Snapshot,
    workload: Workload | None,
    named: Iterable[tuple[str, Evidence]],
    mentions: Iterable[Mention],
    files: Iterable[str] = (),
) -> tuple[State, ...]:
    """Collect the places, drop those inside of another one, and measure each as well as the host allows.

    `named` are paths that a command line or a detector names for data; `files` are known to be no folders. The place of
    a file is the folder that holds it: a volume can be mounted there.
    """
    places: dict[str, list[Evidence]] = {}
    plain = frozenset(files)
    there = _Places.of(snapshot)
    known = [one for one in (*named, *_configured(mentions, there)) if not one[0].endswith(_LOCKED_INTO)]
    said = [(_place(path, plain).rstrip("/"), evidence) for path, evidence in known]
    names = there.names(path for path, _ in said)
    for path, evidence in [*_written(snapshot, workload, names), *said]:
        places.setdefault(names.get(path, path), []).append(evidence)
    for path in _sockets(snapshot) & places.keys():
        del places[path]
    outer = [path for path in sorted(places) if not any(path.startswith(f"{other}/") for other in places)]
    return tuple(_at(snapshot, path, there.real(path), tuple(dict.fromkeys(places[path]))[:3]) for path in outer)


def _at(snapshot: Snapshot, path: str, real: str, evidence: tuple[Evidence, ...]) -> State:
    """Measured where it leads: `du` of a link is nothing."""
    return replace(_measured(snapshot, real, evidence), path=path, leads_to=real if real != path else "")


def copied_from(mentions: Iterable[Mention], named: Iterable[str], state: Iterable[State]) -> tuple[str, ...]:
    """Places that it copies, by its scripts (`mentions`) and its line (`named`), but for those that are its own."""
    own = [one.path for one in state]
    said = (one.path for one in mentions if one.kind is MentionKind.COPIED)
    found = sorted({path.rstrip("/") for path in (*said, *named) if not _PASSING.search(path)})
    return tuple(path for path in found if not any(_inside(path, folder) for folder in own))


def _sockets(snapshot: Snapshot) -> frozenset[str]:
    """What the kernel lists as a socket keeps nothing."""
    return frozenset(one.path for one in snapshot.value(Sockets, SocketsFacts()).unix)


def _place(path: str, files: frozenset[str]) -> str:
    return str(PurePosixPath(path).parent) if path in files or _FILE.search(path) else path


def _written(snapshot: Snapshot, workload: Workload | None, named: Iterable[str]) -> Iterator[tuple[str, Evidence]]:
    """Where files are open for writing: the folder of them that is named for data, else the one that a program has."""
    written = snapshot.value(Descriptors, DescriptorsFacts()).written
    for process in workload.processes if workload else ():
        for path in written.get(process.pid, ()):
            if not _PASSING.search(path) and PurePosixPath(path).name not in _MINOR:
                folder = next((one for one in named if path.startswith(f"{one}/")), _folder(path))
                yield folder, Evidence(Descriptors.name, f"open for writing: {path}", f"pid {process.pid}")


def _folder(path: str) -> str:
    """`/var/lib/redis/appendonly.aof` -> `/var/lib/redis`; elsewhere the folder that holds the file."""
    parts = path.split("/")
    return "/".join(parts[:4]) if path.startswith("/var/lib/") and len(parts) > 4 else str(PurePosixPath(path).parent)  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class _Places:
    """What the host said of places of data: which are not there, and where links lead."""

    absent: frozenset[str]
    links: Mapping[str, str]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "_Places":
        said = snapshot.value(Configuration, ())
        absent = frozenset(m.path for m in said if m.kind is MentionKind.ABSENT)
        return cls(absent, {m.key: m.path for m in said if m.kind is MentionKind.LINK})

    def real(self, path: str) -> str:
        """Where a path leads in the end."""
        link = next((one for one in sorted(self.links, reverse=True) if _inside(path, one)), "")
        return self.links[link] + path.removeprefix(link) if link else path

    def names(self, paths: Iterable[str]) -> dict[str, str]:
        """Where named places are in the end, each with the name that the program has for it: open files show the former."""
        return {self.real(path): path for path in sorted(paths, key=lambda path: self.real(path) != path)}


def _configured(mentions: Iterable[Mention], there: _Places) -> Iterator[tuple[str, Evidence]]:
    """What settings name for data. A folder that they name for the program holds what users bring only by its name."""
    said = list(mentions)
    programs = {path for path in program_folders(said) if PurePosixPath(path).name not in BROUGHT}
    named = [one for one in said if one.kind is MentionKind.DATA and (one.path not in programs or is_stored_to(one))]
    overruled = set(_overruled(named))
    for mention in named:
        gone = mention.key and mention.path in there.absent and not _FILE.search(mention.path)
        if gone or id(mention) in overruled or _PASSING.search(mention.path) or is_program(mention.path):
            continue
        path = _kept_in(mention.path) or mention.path
        yield path, Evidence(Configuration.name, mention.path, f"{mention.file}:{mention.line}")


def _overruled(named: Sequence[Mention]) -> Iterator[int]:
    """Mentions, by identity, whose setting has one value and gets another in a later file that is read with theirs."""
    times = Counter((one.file, one.key) for one in named)
    once = (one for one in named if _has_one_value(one) and times[one.file, one.key] == 1)
    last: dict[tuple[str, str], Mention] = {}
    for one in sorted(once, key=lambda m: _rank(m.file)):
        key = (_read_together(one.file), one.key)
        if key in last and _DROPPED_IN in one.file:
            yield id(last[key])
        last[key] = one


def _has_one_value(mention: Mention) -> bool:
    """Whether a program has one value of the setting; so it is with each variable that its unit sets."""
    is_variable = _UNIT.search(mention.file) is not None and "_" in mention.key
    return is_variable or _SINGLE.fullmatch(mention.key) is not None


def _read_together(file: str) -> str:
    """What is read as one: a file with what is dropped into the folders beside it, a unit with what is dropped into it."""
    if unit := _UNIT.search(file):
        return unit[1]
    folder, _, name = file.rpartition("/")
    return f"{folder.rpartition('/')[0] if folder.endswith('.d') else folder}/*.{name.rpartition('.')[2]}"


def _rank(file: str) -> tuple[bool, str]:
    """What is dropped in comes after the file itself, by name."""
    return _DROPPED_IN in file, file


def _measured(snapshot: Snapshot, path: str, evidence: tuple[Evidence, ...]) -> State:
    """Exact where the place was measured or is a file system of its own; else what the smallest known around it holds.

    That is a folder that was measured, or its whole file system.
    """
    sizes, denied = snapshot.value(DataSizes, {}), snapshot.denied(DataSizes)
    sizes = {one: size for one, size in sizes.items() if not any(_inside(closed, one) for closed in denied)}
    if path in sizes:
        return State(path, sizes[path], exact=True, evidence=evidence)
    mounts = [m for m in snapshot.value(Mounts, ((), ()))[0] if _inside(path, m.path) or _inside(m.path, path)]
    mount = max(mounts, key=lambda m: len(m.path), default=None)
    if mount and _own_file_system(mount, path):
        return State(path, mount.used_mib, exact=True, evidence=evidence)
    around = _around(path, sizes, mounts)
    if around:
        told = Evidence(DataSizes.name, f"{sizes[around]} MiB in {around}", inferred=True)
        return State(path, sizes[around], exact=False, file_system=around, evidence=(*evidence, told))
    if sizes or denied:
        evidence = (*evidence, Evidence(DataSizes.name, "not in a folder that was measured whole", inferred=True))
    if mount is None or mount.used_mib is None:
        return State(path, evidence=evidence)
    return State(path, mount.used_mib, exact=False, file_system=mount.path, evidence=evidence)


def _around(path: str, sizes: Mapping[str, int], mounts: Iterable[Mount]) -> str:
    """The smallest measured folder around a path; du(1) leaves out what is on another file system than the folder."""
    around = max((folder for folder in sizes if _inside(path, folder)), key=len, default="")
    apart = any(_inside(mount.path, around) and mount.path != around for mount in mounts)
    return "" if apart else around


def _own_file_system(mount: Mount, path: str) -> bool:
    """A file system below a general folder (`/srv`, `/var`) was made for what is in it."""
    return mount.path.count("/") > 1 or _inside(mount.path, path)


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")
