"""Whose file: which workload each configuration file, certificate and secret belongs to. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from posixpath import normpath

from migrator.model.services import Certificate, SecretPlace
from migrator.scan.facts.certificates import Certificates
from migrator.scan.facts.changed_files import ChangedFiles, PackagedFiles
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.file_times import FileTime, FileTimes
from migrator.scan.facts.licences import Licences
from migrator.scan.facts.processes import Process
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.interpreters import is_interpreter
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.snapshot import Snapshot

__all__ = [
    "FileRoots",
    "OwnFiles",
    "account_files",
    "applications_in",
    "beside_instance",
    "commands_of",
    "file_roots",
    "files_by_name",
    "files_of",
    "foreign_files",
    "home_named",
    "instance_home",
    "is_of_system",
    "is_served",
    "mentions_of",
    "named_files",
    "paths_in",
    "place_of",
    "program_folders",
    "programs_beside",
    "programs_in",
    "refused_files",
    "replaced_files",
    "secrets_in",
    "section_of",
    "with_folders",
    "without_others",
    "work_root",
]

_PATH = re.compile(r"(?:^|[=:,\s'\"])(/[\w.@+-][\w./@+-]*)")
_HOLDERS = "www|apps|applications|sites|vhosts|websites|webapps|domains|projects|services|clients|customers|deployments"
"""Names of folders that only hold others, each with an application of its own."""
_APP_ROOT = re.compile(
    rf"((?:/(?:opt|srv|data|app|apps|var/www|home/[^/]+)(?:/(?:{_HOLDERS}))*+|/usr/local(?!/(?:s?bin|lib|libexec|share|etc)/))/[^/]+)"
)
_HOLDER = re.compile(rf"/(?:opt|srv|data|app|home/[^/]+)(?:/(?:{_HOLDERS}))+")
_PARTS = re.compile(
    r"s?bin|libs?|libexec|share|etc|conf|config|var|logs?|run|tmp|\.?venv|env|current|releases|shared|src|app"
)
"""Folders within one application, whoever works in them."""
_FOR_ALL = re.compile(r"common|base|core|global|defaults?|all|home")
"""Folders within one application of which all its instances and parts read."""
_RELATIVE = re.compile(r"(?:-{1,2}[\w-]+=)?(\w[\w.-]*(?:/[\w.-]+)*)")
_SETTLED = re.compile(r".*\.(?:ini|conf|cnf|cfg|ya?ml|toml|json|xml|properties|env|hcl)")
_SHARED = re.compile(
    r"/etc/(cron\..*|rc[0-9S]?\.d|(init|profile|logrotate|xinetd|conf|sysctl|pam|sudoers|incron|tmpfiles)\.d"
    r"|default|sysconfig|systemd|ssl|pki|security|alternatives)"
)
"""Folders in which each file is somebody else's."""
_ARCHIVES = (".jar", ".war", ".ear")
_MOST_FILES = 100
_INCLUDES = 2
"""How far one file leads to another: unit, wrapper script, sourced file."""
_STATE_ROOT = re.compile(r"(/var/(?:lib|opt)/[^/]+)/")
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
_INITTAB = "/etc/inittab"
"""A file whose every line starts a program of its own."""
_CODE_KEYS = frozenset({"chdir", "docbase", "appbase", "runs"})
_WORK_KEYS = frozenset({"directory", "workingdirectory", "working_directory"})
"""Settings that name a folder with a program in it, everywhere, and in the files of what starts programs."""
_SOURCES = {
    "odbc": ("~/.odbc.ini", "/etc/odbc.ini", "/etc/unixODBC/odbc.ini"),
    "pg": (
        *("~/.pg_service.conf", "/etc/pg_service.conf", "/etc/postgresql-common/pg_service.conf"),
        "/etc/sysconfig/pgsql/pg_service.conf",
    ),
}
"""Where a name for a database is explained. Sources: odbc.ini(5), "The Connection Service File" of PostgreSQL."""
_DEFAULTS = re.compile(r"(?:/|[._-])defaults?[._-][^/]*$")
"""Names of files that say what counts where nothing else is set."""
_PROGRAM_SECTIONS = frozenset({"program", "watcher", "fcgi-program", "eventlistener"})
_SYSTEM = ("/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/proc/", "/dev/", "/run/", "/var/run/", "/tmp/")  # noqa: S108 - told apart, not used


@dataclass(frozen=True, slots=True)
class FileRoots:
    """Files that a workload names, and folders below which its other files stand."""

    files: frozenset[str]
    folders: tuple[str, ...]
    others: tuple[str, ...] = ()
    """Folders below these in which somebody else works."""
    home: str = ""
    """Home of its account: what `~` and `$HOME` mean in its files."""

    def hold(self, path: str) -> bool:
        """Whether a file belongs to the workload."""
        return path in self.files or (_is_below(path, self.folders) and not _is_below(path, self.others))


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """Files of a workload that a person should know of before it moves."""

    certificates: tuple[Certificate, ...]
    changed: tuple[str, ...]
    licences: tuple[str, ...]
    modified: Mapping[str, str]


def file_roots(
    texts: Iterable[str],
    *,
    works: Iterable[str] = (),
    names: Iterable[str] = (),
    folders: Iterable[str] = (),
    files: Iterable[str] = (),
) -> FileRoots:
    """Find where a workload's files are.

    `texts` are command lines and `works` folders it works in; `names` what it is called (a folder `/etc/NAME` is its
    own); `folders` and `files` what is known otherwise.
    """
    paths = paths_in([*texts, *works]) | set(files)
    roots = {root for path in [*paths, *folders] if (root := _root(path))}
    roots |= {root for path in works if (root := work_root(path))}
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
    if is_of_system(path):
        return ""
    match = _APP_ROOT.match(f"{path}/") or _STATE_ROOT.match(f"{path}/")
    return match[1].rstrip("/") if match else ""


def applications_in(texts: Iterable[str], works: Iterable[str]) -> frozenset[str]:
    """Folders of applications that somebody put there, of those that command lines name and that are worked in."""
    named = (_root(path) for path in paths_in(texts))
    return frozenset(filter(None, (*named, *(work_root(path) for path in works))))


def is_of_system(path: str) -> bool:
    """Whether a program stands where distributions put theirs, or nowhere that is known."""
    return not path.startswith("/") or (path.startswith(_SYSTEM) and not path.startswith("/usr/local/"))


def work_root(folder: str) -> str:
    """The application that works in a folder. One that only holds others is one itself to who works right there."""
    return folder if _HOLDER.fullmatch(folder) else _root(folder)


def place_of(folders: Iterable[str]) -> str:
    """Where below an application's folder one of its parts works: `/opt/shop/web` beside `/opt/shop/worker`."""
    for folder in folders:
        match = _APP_ROOT.match(f"{folder}/") or _STATE_ROOT.match(f"{folder}/")
        part = folder[match.end() :].strip("/").partition("/")[0] if match else ""
        if match and part and not _PARTS.fullmatch(part):
            return f"{match[1]}/{part}"
    return ""


def instance_home(homes: Iterable[str]) -> str:
    """The folder of a server's instance, below that of the application; empty where it is the whole of it."""
    home = next(iter(homes), "")
    parts = _PARTS.fullmatch(home.rpartition("/")[2])
    return home if _root(home) not in {"", home} and not parts else ""


def beside_instance(snapshot: Snapshot, own: str, words: Iterable[str]) -> set[str]:
    """Folders beside one's own with the same files in them: those of other instances, whether these run or not."""
    above, _, name = own.rpartition("/")
    files = [*_by_file(snapshot), *snapshot.denied(Configuration)] if above else []
    beside: dict[str, set[str]] = {}
    for file in (file.removeprefix(f"{above}/") for file in files if file.startswith(f"{above}/")):
        folder, _, rest = file.partition("/")
        beside.setdefault(folder, set()).add(rest)
    mine, named = beside.pop(name, set()) - {""}, paths_in(words)
    others = {one: rest for one, rest in beside.items() if not (_PARTS.fullmatch(one) or _FOR_ALL.fullmatch(one))}
    alike = (f"{above}/{one}" for one, rest in others.items() if mine & rest)
    return {folder for folder in alike if not any(_is_below(path, [folder]) for path in named)}


def without_others(roots: FileRoots, own: str, places: Iterable[str]) -> FileRoots:
    """Without the folders in which others work, within an application of which this is a part or the whole."""
    others = {place for place in places if place not in roots.folders and _is_below(place, roots.folders)}
    return replace(roots, others=tuple(sorted(place for place in others if not _is_below(own, [place]))))


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _config_folders(paths: Iterable[str]) -> set[str]:
    """`/etc/orders/orders.env` makes `/etc/orders` the workload's folder, unless that is everybody's."""
    folders = {"/".join(parts[:3]) for path in paths if len(parts := path.split("/")) > 3 and parts[1] == "etc"}  # noqa: PLR2004
    return {folder for folder in folders if not _SHARED.fullmatch(folder)}


def _stems(name: str) -> set[str]:
    """`redis-server` -> redis-server, redis; `tomcat10` -> tomcat10, tomcat; `php7.4-fpm` -> php."""
    plain = name.removesuffix(".service").split("@")[0]
    letters = re.match(r"[A-Za-z]+", plain)
    return {plain, re.sub(r"[\d.]+$", "", plain), plain.split("-")[0], letters[0] if letters else plain} - {""}


def with_folders(roots: FileRoots, mentions: Iterable[Mention], *, pages: bool) -> FileRoots:
    """With the folders that its configuration sends it to; of pages that it serves, where it executes them itself."""
    said = (m for m in mentions if m.kind is MentionKind.FOLDER and (pages or not is_served(m)))
    found = {root for m in said if (root := work_root(m.path))}
    return replace(roots, folders=tuple(sorted({*roots.folders, *found})))


def is_served(mention: Mention) -> bool:
    """Whether a mention is of a folder from which a web server serves pages, or what else is there."""
    return mention.kind is MentionKind.FOLDER and (mention.key.endswith("root") or mention.key == "alias")


def program_folders(mentions: Sequence[Mention]) -> Iterator[str]:
    """Folders that settings say hold a program: where it works, its pages, what is deployed.

    `directory` means that in the files of process managers alone: elsewhere it is as often a folder of data.
    """
    managers = {m.file for m in mentions if _is_program(m)}
    for one in (m for m in mentions if m.kind is MentionKind.FOLDER):
        starts = one.file in managers or one.file.endswith(".service") or ".service.d/" in one.file
        if one.key in _CODE_KEYS or one.key.endswith("root") or (starts and one.key in _WORK_KEYS):
            yield one.path


def files_by_name(snapshot: Snapshot, words: Iterable[str], folder: str) -> frozenset[str]:
    """Files that a command line names from the folder where it works; of settings else the only ones of that name."""
    relative = {m[1] for word in words if (m := _RELATIVE.fullmatch(word)) and ("/" in m[1] or "." in m[1])}
    known = {*_by_file(snapshot), *snapshot.denied(Configuration)} if relative else set()
    here = {name: path for name in relative if folder and (path := normpath(f"{folder}/{name}")) in known}
    away = (name for name in relative - here.keys() if _SETTLED.fullmatch(name))
    found = ([file for file in known if file.endswith(f"/{name}")] for name in away)
    return frozenset((*here.values(), *(files[0] for files in found if len(files) == 1)))


def paths_in(texts: Iterable[str]) -> frozenset[str]:
    """Absolute paths in command lines."""
    return frozenset(match for text in texts for match in _PATH.findall(text))


def programs_in(texts: Iterable[str]) -> frozenset[str]:
    """Paths of programs that no distribution puts there, without interpreters."""
    own = {path for path in paths_in(texts) if not is_of_system(path)}
    return frozenset(path for path in own if not is_interpreter(path.rsplit("/", 1)[-1]))


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
    files = _followed(by_file, (), own, roots.home) - foreign
    found = own | {m for file in files for m in by_file[file]}
    return tuple(sorted(found | set(_explained(by_file, found, roots.home)), key=_place))


def named_files(snapshot: Snapshot, roots: FileRoots) -> frozenset[str]:
    """Files that a workload names itself, and those that they read in turn."""
    by_file = _by_file(snapshot)
    named = roots.files & by_file.keys()
    return frozenset(_followed(by_file, named, {m for file in named for m in by_file[file]}, roots.home))


def refused_files(snapshot: Snapshot, roots: FileRoots, mentions: Iterable[Mention]) -> tuple[str, ...]:
    """Files of the workload that this user may not read: below its folders, or named by what it did read."""
    named = {m.path for m in mentions if m.kind is MentionKind.FILE}
    return tuple(file for file in snapshot.denied(Configuration) if roots.hold(file) or file in named)


def programs_beside(snapshot: Snapshot, roots: FileRoots) -> frozenset[str]:
    """Programs in the folders and the home of what exists to keep data: those of jobs, seen or not, are none of it."""
    places = (*roots.folders, *([roots.home] if _STATE_ROOT.match(f"{roots.home}/") else []))
    return frozenset(file for file in _by_file(snapshot) if "/bin/" in file and _is_below(file, places))


def replaced_files(snapshot: Snapshot) -> frozenset[str]:
    """Files of defaults beside one of that form that this user may not read: what counts stands there."""
    refused = {_form(file) for file in snapshot.denied(Configuration)}
    return frozenset(file for file in _by_file(snapshot) if _DEFAULTS.search(file) and _form(file) in refused)


def _form(file: str) -> tuple[str, str]:
    folder, _, name = file.rpartition("/")
    return folder, name.rpartition(".")[2]


def foreign_files(own: frozenset[str], others: Iterable[frozenset[str]]) -> frozenset[str]:
    """Files that somebody else names, in folders of which we name a file of our own, or that are called after it.

    Several may share a folder: `/etc/x/blue.env` and `/etc/x/green.env`, `bin/nightly.sh` with `etc/nightly.env`.
    What somebody names below /var/lib is not the service's whose data stand there: accounts keep scripts at home.
    """
    folders = {file.rpartition("/")[0] for file in own}
    found = ((file, {_stem(other) for other in named if other != file}) for named in others for file in named)
    theirs = (
        file
        for file, stems in found
        if file.rpartition("/")[0] in folders or _stem(file) in stems or _STATE_ROOT.match(file)
    )
    return (frozenset(theirs) | {file for named in others for file in _led_to(named, folders)}) - own


def _led_to(named: frozenset[str], folders: set[str]) -> Iterator[str]:
    """What settings below /etc lead to, as `/etc/x/a.conf` beside our `/etc/x/b.conf` to `/etc/x/d/1.conf`."""
    shared = {folder for file in named if (folder := file.rpartition("/")[0]) in folders and folder.startswith("/etc/")}
    own = tuple(f"{folder}/" for folder in shared if not _SHARED.fullmatch(folder))
    yield from (file for file in named if own and file.startswith(own))


def _stem(file: str) -> str:
    return file.rpartition("/")[2].partition(".")[0]


def _by_file(snapshot: Snapshot) -> dict[str, list[Mention]]:
    by_file: dict[str, list[Mention]] = {}
    for mention in snapshot.value(Configuration, ()):
        if mention.kind is not MentionKind.USES:
            by_file.setdefault(mention.file, []).append(mention)
    return by_file


def _followed(
    by_file: Mapping[str, Sequence[Mention]], files: Iterable[str], said: Iterable[Mention], home: str
) -> set[str]:
    """These files and what they source or include: unit, wrapper script, sourced file."""
    found, fresh = set(files), set(said)
    for _ in range(_INCLUDES):
        more = {
            path for m in fresh if m.kind is MentionKind.FILE for path in _resolved(m, home) if path in by_file
        } - found
        found |= more
        fresh = {m for file in more for m in by_file[file]}
    return found


def _resolved(mention: Mention, home: str) -> tuple[str, ...]:
    """What a path in a script may mean: itself, beside the script (`$(dirname "$0")/../x`), or in the home (`~/x`).

    Where the account is not known, the home is that in which the script stands, or root's.
    """
    folder = mention.file.rpartition("/")[0]
    above = "/".join(mention.file.split("/")[:3]) if mention.file.startswith("/home/") else "/root"
    return mention.path, normpath(folder + mention.path), (home or above) + mention.path


def _explained(by_file: Mapping[str, Sequence[Mention]], said: Iterable[Mention], home: str) -> Iterator[Mention]:
    """What files of the host say of databases that a program calls by a name alone; the first that knows it counts."""
    for kind, name in sorted({(m.key, m.host) for m in said if m.kind is MentionKind.SOURCE}):
        files = (place.replace("~", home or "/root") for place in _SOURCES.get(kind, ()))
        yield from next(filter(None, (_group_of(by_file.get(file, ()), name) for file in files)), ())


def _group_of(mentions: Iterable[Mention], name: str) -> list[Mention]:
    found, inside = [], False
    for one in mentions:
        if one.kind is MentionKind.GROUP:
            inside = one.key.lower() == name.lower()
        if inside:
            found.append(one)
    return found


def account_files(snapshot: Snapshot, home: str) -> frozenset[str]:
    """What an account keeps for its programs right in its home: passwords, keys, what its login shell reads."""
    files = [*_by_file(snapshot), *snapshot.denied(Configuration)] if home.count("/") > 1 or home == "/root" else []
    inner = ((file, file.removeprefix(f"{home}/")) for file in files if file.startswith(f"{home}/."))
    return frozenset(file for file, name in inner if "/" not in name or name.startswith(".ssh/"))


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
        tuple(path for path in snapshot.value(ChangedFiles, PackagedFiles()).changed if roots.hold(path)),
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


def secrets_in(mentions: Sequence[Mention]) -> tuple[SecretPlace, ...]:
    """Where secrets stand in these files, and under which names."""
    found = [SecretPlace(m.file, m.line, m.key) for m in mentions if m.kind is MentionKind.SECRET]
    whole = {MentionKind.KEY: "private key", MentionKind.KEPT: "passwords"}
    files = [SecretPlace(m.path, 1, whole[m.kind]) for m in mentions if m.kind in whole]
    known = {place.file for place in found}
    return (*found, *dict.fromkeys(place for place in files if place.file not in known))


def home_named(snapshot: Snapshot, account: str) -> str:
    """The home of an account; empty where the host's files do not hold it."""
    user = snapshot.value(Users, UsersFacts()).named(account)
    return user.home if user else ""


def home_of(snapshot: Snapshot, uid: int) -> str:
    """Home of an account, where it is a folder of its own: service accounts keep their data there."""
    user = snapshot.value(Users, UsersFacts()).by_uid.get(uid)
    return user.home if user and user.home.count("/") > 1 and not user.home.startswith(_SYSTEM) else ""
