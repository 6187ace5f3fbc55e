"""What a workload is, and which files are its own by that. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from migrator.scan.detector import Detection, is_interpreter
from migrator.scan.detectors import DETECTORS
from migrator.scan.facts.configuration import Configuration
from migrator.scan.ownership import (
    FileRoots,
    file_roots,
    files_by_name,
    named_files,
    place_of,
    programs_in,
    without_others,
)
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["Identity"]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a workload is and which files it names, before it is told apart from its neighbours."""

    workload: Workload
    detection: Detection
    roots: FileRoots
    named: frozenset[str]

    @classmethod
    def of(cls, snapshot: Snapshot, workload: Workload) -> "Identity":
        """Ask every detector in turn, and look for the files that what was found brings with it."""
        detection = next(found for detect in DETECTORS if (found := detect(workload, snapshot)))
        roots = _roots(workload, detection)
        relative = files_by_name(snapshot, workload.main.arguments[1:], workload.main.cwd)
        roots = replace(roots, files=roots.files | relative)
        if workload.origin == "systemd user" and workload.unit:
            files = {m.file for m in snapshot.value(Configuration, ())}
            own = {file for file in files if file.endswith(f"/systemd/user/{workload.unit.name}")}
            roots = replace(roots, files=roots.files | own)
        return cls(workload, detection, roots, named_files(snapshot, roots))

    @property
    def programs(self) -> frozenset[str]:
        """What its processes execute and what its unit starts."""
        main, unit = self.workload.main, self.workload.unit
        started = unit.command if unit and not self.workload.managed else ()
        return programs_in([main.exe, *main.arguments, *started])

    def beside(self, others: Iterable["Identity"]) -> "Identity":
        """Without what is in folders of the same application in which others work."""
        places = {other.place for other in others} - {""}
        return replace(self, roots=without_others(self.roots, self.place, places))

    @property
    def place(self) -> str:
        """Where in its application's folder it works, or is started from; empty where that is the whole of it."""
        main, unit = self.workload.main, self.workload.unit
        directory = unit.directory if unit and not self.workload.managed else ""
        return place_of([directory, main.cwd, main.exe])


def _roots(workload: Workload, detection: Detection) -> FileRoots:
    main, unit = workload.main, workload.unit
    programs = [name for name in (main.program, detection.runtime.name) if not is_interpreter(name)]
    own = () if workload.managed and not workload.label else (workload.label, detection.name)
    names = [*filter(None, (unit.name if unit and not workload.managed else "", *programs))]
    texts, works = [" ".join(main.arguments)], [main.cwd]
    if unit and not workload.managed:
        texts += [" ".join(unit.command)]
        works += [unit.directory]
    files = (*unit.environment_files, unit.fragment, unit.source) if unit else ()
    folders = [*detection.homes, *(f"/etc/{name}" for name in own if name and not is_interpreter(name))]
    return file_roots(texts, works=works, names=names, folders=folders, files=filter(None, files))
