"""The seam of recognition: what a workload is, told from its processes and the host's packages.

A new detector is one module in `detectors/` with a function `detect`, and one line in `detectors.DETECTORS`, which is
ordered: the particular (Tomcat) before the general (Java).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from posixpath import basename, join, normpath

from migrator.model.services import Evidence, Runtime
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.interpreters import interpreter_of, script_in
from migrator.scan.ownership import work_root
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import NOTHING, Version
from migrator.scan.workload import Workload

__all__ = [
    "Detection",
    "Detector",
    "application_in",
    "argument_value",
    "command_evidence",
    "heap_mib",
    "names_of",
    "runtime_of",
    "script_of",
    "script_path",
    "words_of",
]

_HEAP = re.compile(r"(?:-Xmx|-XX:MaxHeapSize=)(\d+)([kKmMgG]?)")
_UNITS = {"": 1 / 1048576, "k": 1 / 1024, "m": 1, "g": 1024}


@dataclass(frozen=True, slots=True)
class Detection:
    """What a detector concludes. Everything but the runtime is a hint that the profile weighs."""

    runtime: Runtime
    name: str = ""
    """A better name for the service than its unit's: the deployed application, the script."""
    http: bool = False
    """The program speaks HTTP by its nature."""
    stateful: bool = False
    """The program exists to keep data."""
    data: tuple[str, ...] = ()
    """Folders that its command line names for data."""
    keeps: str = ""
    """Where it keeps data unless it is told otherwise."""
    homes: tuple[str, ...] = ()
    """Folders below which its configuration and program stand, beyond what the command line shows."""
    ports: tuple[int, ...] = ()
    """Where it listens unless it is told otherwise."""
    heap_mib: int | None = None
    """Limit of the heap that is configured today."""
    pages: bool = False
    """It executes the pages that web servers send it."""
    schedules: bool = False
    """It only starts what other processes do."""
    packages: tuple[str, ...] = ()
    """Packages of the host that provide the program, `name=version`."""


Detector = Callable[[Workload, Snapshot], Detection | None]


def names_of(process: Process) -> frozenset[str]:
    """All names that a program goes by: the kernel's link, the first argument, and the kernel's short name."""
    title = process.arguments[0].split(":")[0].split(" ")[0] if process.arguments else ""
    return frozenset(filter(None, (process.program, title.rsplit("/", 1)[-1], process.comm)))


def command_evidence(process: Process, *, limit: int = 160) -> Evidence:
    """The command line as evidence."""
    line = " ".join(process.arguments)
    return Evidence(Processes.name, line if len(line) <= limit else f"{line[:limit]}…", f"pid {process.pid}")


def argument_value(arguments: Iterable[str], *names: str) -> str:
    """The value of an option: `-D value`, `--datadir=value` or `-Dname=value`."""
    words = list(arguments)
    for index, word in enumerate(words):
        if word in names and index + 1 < len(words):
            return words[index + 1]
        for name in names:
            if word.startswith(f"{name}="):
                return word[len(name) + 1 :]
    return ""


def runtime_of(name: str, process: Process, version: Version = NOTHING) -> Runtime:
    """A runtime with the command line and whatever told the version as evidence."""
    return Runtime(name, version.number, (command_evidence(process), *version.evidence))


def application_in(workload: Workload, server: str) -> str:
    """What a server's application is called by the folder it works in, where the unit has the server's own name."""
    root = work_root(workload.main.cwd) if workload.unit_stem == server and not workload.managed else ""
    return root.rsplit("/", 1)[-1]


def words_of(process: Process) -> tuple[str, ...]:
    """The words of a command line, also where the program has put a title of one word in their place."""
    return process.arguments if len(process.arguments) > 1 else tuple(" ".join(process.arguments).split())


def script_of(process: Process) -> str:
    """The script that an interpreter runs: its first argument that is no option, nor the value of one.

    Programs that set their title (node under pm2) leave one argument with the whole line in it; some put the path of
    their script there, in the place of the interpreter.
    """
    words = words_of(process)
    known = interpreter_of(process.program)
    if known and words[:1] and words[0].startswith("/") and not interpreter_of(basename(words[0])):
        return words[0]
    if known:
        return script_in(known, words[1:])
    return next((word for word in words[1:] if not word.startswith("-")), "")


def script_path(process: Process) -> str:
    """The same from the folder that it works in; empty where neither tells the whole path."""
    path = normpath(join(process.cwd, script_of(process) or "."))
    return path if path.startswith("/") and path != process.cwd else ""


def heap_mib(arguments: Sequence[str]) -> int | None:
    """The last `-Xmx`, or `-XX:MaxHeapSize` as it is called in full, in MiB: the virtual machine takes the last one."""
    found = [match for word in arguments if (match := _HEAP.fullmatch(word))]
    return max(1, int(int(found[-1][1]) * _UNITS[found[-1][2].lower()])) if found else None
