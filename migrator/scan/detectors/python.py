"""Python programs that no particular server explains."""

import re
from pathlib import PurePosixPath

from migrator.scan.detector import Detection, argument_value, names_of, runtime_of, script_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import Version, version_of
from migrator.scan.workload import Workload

__all__ = ["detect"]

_PYTHON = re.compile(r"python(\d(?:\.\d+)?)?")
_GENERIC = frozenset({"main", "app", "manage", "run", "server", "__main__"})


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process executed by a Python interpreter; `-m module` or the script gives the name."""
    main = workload.main
    if not any(_PYTHON.fullmatch(name) for name in (main.program, *names_of(main))):
        return None
    script = PurePosixPath(script_of(main))
    name = argument_value(main.arguments, "-m") or (script.parent.name if script.stem in _GENERIC else script.stem)
    name = workload.own_name(name)
    version = version_of(main, snapshot, package=rf"{re.escape(main.program)}(?:-minimal)?", called=r"[cC]?[pP]ython")
    said = max((match[1] or "" for one in names_of(main) if (match := _PYTHON.fullmatch(one))), key=len)
    runtime = runtime_of("python", main, version if version.number else Version(said))
    return Detection(runtime, name=name, packages=version.package.pins)
