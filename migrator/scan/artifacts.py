"""Where the program itself is, outside of packages: only what the host showed, or what something on it names. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrator.model.services import Artifact, Evidence
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.deployments import Deployments
from migrator.scan.facts.file_times import FileTimes
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.programs import Programs, ProgramsFacts
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.ownership import paths_in, programs_in
from migrator.scan.snapshot import Snapshot

__all__ = ["Told", "artifacts_of", "told_by"]

_FILE = r"\.(?:sh|py|pyc|pl|rb|js|mjs|cjs|php|jar|war|ear|class|dll|so)$"
_CODE = re.compile(rf"(?:^|/)(?:s?bin|lib|libs|classes|venv|node_modules|webapps)(?:/|$)|{_FILE}")
"""What a path within a folder looks like if the folder holds a program. Settings and data alone are none."""
_PROGRAM = re.compile(rf"/s?bin/[^/]+$|{_FILE}")
_SETTINGS = ("/etc/", "/usr/local/etc/", "/service/")
"""Below these a folder holds settings, or what starts a program."""
_MOST = 3


@dataclass(frozen=True, slots=True)
class Told:
    """A path, and what of the host tells of it."""

    path: str
    evidence: Evidence
    whole: bool = False
    """True where the path itself, whatever it looks like, is the program's."""


def told_by(
    processes: Iterable[Process], lines: Iterable[tuple[str, Evidence]], mentions: Iterable[Mention] = ()
) -> Iterator[Told]:
    """Paths that processes execute, work in or have on their command lines, and those that settings name.

    `lines` are what starts the program (a unit, a line of cron), each with where it stands.
    """
    for process in processes:
        where = f"pid {process.pid}"
        exe = process.exe.removesuffix(" (deleted)")
        yield Told(exe, Evidence(Processes.name, f"executes {exe}", where), whole=True)
        yield Told(process.cwd, Evidence(Processes.name, f"works in {process.cwd}", where), whole=True)
        for path in sorted(paths_in([" ".join(process.arguments)])):
            yield Told(path, Evidence(Processes.name, f"its command line names {path}", where, inferred=True))
    for text, origin in lines:
        for path in sorted(paths_in([text])):
            yield Told(path, Evidence(origin.fact, f"names {path}", origin.where, inferred=True))
    for one in mentions:
        if one.kind is MentionKind.FOLDER:
            yield Told(one.path, Evidence(Configuration.name, one.text, f"{one.file}:{one.line}"), whole=True)


def artifacts_of(
    snapshot: Snapshot, folders: Iterable[str], told: Sequence[Told], homes: Iterable[str], data: Sequence[str]
) -> tuple[Artifact, ...]:
    """The folders, of those that a workload may have, that hold its program; and the programs outside of them.

    `homes` are folders that are the program's if anything names them; one that only keeps `data` is no program.
    """
    wanted = sorted(set(folders))
    seen = [*told, *_files(snapshot, wanted)]
    own = frozenset(homes)
    found = [
        Artifact(folder, evidence)
        for folder in wanted
        if not f"{folder}/".startswith(_SETTINGS) and (evidence := _evidence(folder, seen, own, data))
    ]
    return (*found, *_alone(snapshot, told, [one.path for one in found]))


def _files(snapshot: Snapshot, folders: Iterable[str]) -> Iterator[Told]:
    """Files in these folders that the host itself listed or let us read."""
    within = tuple(f"{folder}/" for folder in folders)
    programs = snapshot.value(Programs, ProgramsFacts())
    by_fact = {
        FileTimes.name: snapshot.value(FileTimes, {}),
        Deployments.name: snapshot.value(Deployments, ()),
        Programs.name: (*programs.beside, *programs.said, *programs.go),
        Configuration.name: dict.fromkeys(m.file for m in snapshot.value(Configuration, ())),
    }
    for fact, paths in by_fact.items():
        there = (path for path in paths if f"{path}/".startswith(within) and not path.startswith("/proc/"))
        yield from (Told(path, Evidence(fact, f"is there: {path}")) for path in there)


def _evidence(folder: str, seen: Iterable[Told], homes: frozenset[str], data: Sequence[str]) -> tuple[Evidence, ...]:
    """What shows that the folder holds a program, the most direct first."""
    kept = [path for path in data if _inside(path, folder) or _inside(folder, path)]
    fitting = [one for one in seen if _inside(one.path, folder) and _is_program(one, folder, homes, kept)]
    return _best(one.evidence for one in fitting)


def _best(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The most direct first. What several processes show is told of one."""
    distinct: dict[tuple[str, str], Evidence] = {}
    for one in found:
        distinct.setdefault((one.fact, one.excerpt), one)
    return tuple(sorted(distinct.values(), key=lambda one: one.inferred))[:_MOST]


def _is_program(one: Told, folder: str, homes: frozenset[str], kept: Sequence[str]) -> bool:
    inner = one.path.removeprefix(folder)
    if _CODE.search(inner) or folder in homes:
        return True
    # A program that keeps data works in the folder of its data.
    return one.whole and not kept and not folder.startswith("/var/lib/")


def _alone(snapshot: Snapshot, told: Iterable[Told], folders: Sequence[str]) -> Iterator[Artifact]:
    """Programs in a folder of everybody's (`/usr/local/bin`): the file is all that belongs to the workload."""
    by_path: dict[str, list[Evidence]] = {}
    for one in told:
        if _PROGRAM.search(one.path) and one.path in programs_in([one.path]):
            by_path.setdefault(one.path, []).append(one.evidence)
    there = {one.path: one.evidence for one in _files(snapshot, [""])} if by_path else {}
    for path, evidence in sorted(by_path.items()):
        if not any(_inside(path, folder) for folder in folders) and _is_file(path, there):
            yield Artifact(path, _best([*([there[path]] if path in there else []), *evidence]))


def _is_file(path: str, there: Iterable[str]) -> bool:
    """A name that has more below it on the host is a folder."""
    return not path.startswith("/service/") and not any(one.startswith(f"{path}/") for one in there)


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
