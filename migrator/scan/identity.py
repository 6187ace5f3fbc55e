"""What a workload is, and which files are its own by that. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from migrator.model.services import Account
from migrator.scan.detector import Detection, script_path
from migrator.scan.detectors import DETECTORS
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.crontabs import Crontabs
from migrator.scan.facts.processes import Process
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.interpreters import is_interpreter
from migrator.scan.ownership import (
    FileRoots,
    account_files,
    beside_instance,
    file_roots,
    files_by_name,
    home_named,
    instance_home,
    named_files,
    place_of,
    programs_in,
    without_others,
)
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["Identity"]


_OF_DATA = re.compile(
    r"(?<!\S)--?(?:(?:data|storage|base|repo|archive|wal|db|state|tsdb|export|serve|dump|backup|store)[-_.]?)*"
    r"(?:data|dir|directory|path|folder|root|storage|store|repo|repository)[= ]/\S+"
)
"""Options by which programs that were not put there themselves are told where data is: no application is there."""
_SETTINGS = re.compile(r"\.(conf|cnf|cfg|config|ini|json|properties|toml|xml|ya?ml)$")
"""How a file of settings is called that a program is given."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a workload is and which files it names, before it is told apart from its neighbours."""

    workload: Workload
    detection: Detection
    roots: FileRoots
    named: frozenset[str]
    account: Account

    @classmethod
    def of(cls, snapshot: Snapshot, workload: Workload) -> "Identity":
        """Ask every detector in turn, and look for the files that what was found brings with it."""
        detection = next(found for detect in DETECTORS if (found := detect(workload, snapshot)))
        account = _account(snapshot, workload)
        roots = replace(_roots(workload, detection), home=home_named(snapshot, account.user).rstrip("/"))
        relative = files_by_name(snapshot, workload.main.arguments[1:], workload.main.cwd)
        roots = replace(roots, files=roots.files | relative)
        if workload.origin == "systemd user" and workload.unit:
            files = {m.file for m in snapshot.value(Configuration, ())}
            own = {file for file in files if file.endswith(f"/systemd/user/{workload.unit.name}")}
            roots = replace(roots, files=roots.files | own)
        return cls(workload, detection, roots, named_files(snapshot, roots), account)

    @property
    def programs(self) -> frozenset[str]:
        """What its processes execute and what its unit starts."""
        main, unit = self.workload.main, self.workload.unit
        started = unit.command if unit and not self.workload.managed else ()
        script = script_path(main) if is_interpreter(main.program) else ""
        return programs_in([main.exe, *main.arguments, script, *started])

    def beside(self, snapshot: Snapshot, others: Sequence["Identity"]) -> "Identity":
        """With what its account keeps, if that works for nobody else, and without the folders in which others work.

        A folder that is called after its program is not its own where it is given its settings, and another of that
        program is given those.
        """
        places = {other.place for other in others} - {""}
        places |= beside_instance(snapshot, self.place, self.workload.main.arguments)
        theirs = _settings_of_kin(self, others)
        roots = without_others(self.roots, self.place, places)
        roots = replace(roots, folders=tuple(folder for folder in roots.folders if folder not in theirs))
        user = self.account.user
        others_too = user in _with_jobs(snapshot) or sum(other.account.user == user for other in others) > 1
        alone = not others_too and self.account.uid != 0
        kept = account_files(snapshot, roots.home) if alone else frozenset()
        roots = replace(roots, files=roots.files | kept)
        return replace(self, roots=roots, named=named_files(snapshot, roots) if kept or theirs else self.named)

    @property
    def place(self) -> str:
        """Where in its application's folder it works, or is started from; empty where that is the whole of it."""
        main, unit = self.workload.main, self.workload.unit
        if instance := self.workload.instance or instance_home(self.detection.homes):
            return instance
        directory = unit.directory if unit and not self.workload.managed else ""
        return place_of([directory, main.cwd, main.exe])


def _settings_of_kin(one: Identity, others: Sequence[Identity]) -> frozenset[str]:
    """The folders below /etc of one that is given settings elsewhere, which others of its program are given."""
    given = one.workload.main.arguments[1:]
    if not any(_SETTINGS.search(argument) for argument in given):
        return frozenset()
    folders = [folder for folder in one.roots.folders if folder.startswith("/etc/") and not _names(given, folder)]
    kin = [other for other in others if other.detection.runtime.name == one.detection.runtime.name]
    return frozenset(
        folder for folder in folders if any(_names(other.workload.main.arguments[1:], folder) for other in kin)
    )


def _names(arguments: Sequence[str], folder: str) -> bool:
    return any(re.search(rf"(^|=){re.escape(folder)}(/|$)", argument) for argument in arguments)


def _account(snapshot: Snapshot, workload: Workload) -> Account:
    """Whom the work runs as: the unit's word counts first, as a master often stays root and its workers do not."""
    users = snapshot.value(Users, UsersFacts())
    unit = workload.unit
    named = users.named(unit.user) if unit and unit.user else None
    process = _worker(workload.processes)
    uid, gid = (named.uid, named.gid) if named else (process.uid, process.gid)
    return Account(users.name(uid), uid, gid)


def _worker(processes: Sequence[Process]) -> Process:
    """The process that does the work: a master that is root only to bind ports hands over to workers that are not."""
    others = [process for process in processes if process.uid != 0]
    return others[0] if processes[0].uid == 0 and others else processes[0]


def _with_jobs(snapshot: Snapshot) -> frozenset[str]:
    """Accounts for which something is done on a schedule."""
    return frozenset(
        entry.user for entry in snapshot.value(Crontabs, ()) if not entry.packaged and entry.schedule != "@reboot"
    )


def _roots(workload: Workload, detection: Detection) -> FileRoots:
    main, unit = workload.main, workload.unit
    programs = [name for name in (main.program, detection.runtime.name) if not is_interpreter(name)]
    own = () if workload.managed and not workload.label else (workload.label, detection.name)
    names = [*filter(None, (unit.name if unit and not workload.managed else "", *programs))]
    texts, works = [" ".join(main.arguments), script_path(main) if is_interpreter(main.program) else ""], [main.cwd]
    if unit and not workload.managed:
        texts += [" ".join(unit.command)]
        works += [unit.directory]
    if (main.exe or next(iter(main.arguments), "")).startswith("/usr/") and not is_interpreter(main.program):
        texts = [_OF_DATA.sub(" ", text) for text in texts]
    files = (*unit.environment_files, *(() if workload.managed else (unit.fragment, unit.source))) if unit else ()
    folders = [*detection.homes, *(f"/etc/{name}" for name in own if name and not is_interpreter(name))]
    return file_roots(texts, works=works, names=names, folders=folders, files=filter(None, files))
