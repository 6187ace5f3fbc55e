"""The seam of recognition: what a workload is, told from its processes and the host's packages.

A new detector is one module in `detectors/` with a function `detect`, and one line in `detectors.DETECTORS`, which is
ordered: the particular (Tomcat) before the general (Java).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from migrator.model.services import Evidence, Runtime
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import NOTHING, Version
from migrator.scan.workload import Workload

__all__ = [
    "Detection",
    "Detector",
    "argument_value",
    "command_evidence",
    "heap_mib",
    "is_interpreter",
    "names_of",
    "runtime_of",
    "script_of",
    "words_of",
]

_HEAP = re.compile(r"(?:-Xmx|-XX:MaxHeapSize=)(\d+)([kKmMgG]?)")
_INTERPRETER = re.compile(
    r"(?:php|python|java|jsvc|node|nodejs|ruby|perl|sh|bash|dash|busybox|dotnet|shell|binary)[\d.]*"
)
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


def is_interpreter(program: str) -> bool:
    """Whether a program's name says nothing of what it does: folders like /etc/php are everybody's who runs PHP."""
    return _INTERPRETER.fullmatch(program) is not None


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


def words_of(process: Process) -> tuple[str, ...]:
    """The words of a command line, also where the program has put a title of one word in their place."""
    return process.arguments if len(process.arguments) > 1 else tuple(" ".join(process.arguments).split())


def script_of(process: Process) -> str:
    """The script that an interpreter runs: its first argument that is no option.

    Programs that set their title (node under pm2) leave one argument with the whole line in it.
    """
    for word in words_of(process)[1:]:
        if not word.startswith("-"):
            return word
    return ""


def heap_mib(arguments: Sequence[str]) -> int | None:
    """The last `-Xmx`, or `-XX:MaxHeapSize` as it is called in full, in MiB: the virtual machine takes the last one."""
    found = [match for word in arguments if (match := _HEAP.fullmatch(word))]
    return max(1, int(int(found[-1][1]) * _UNITS[found[-1][2].lower()])) if found else None
