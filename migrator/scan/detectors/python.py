"""Python programs that no particular server explains."""

import re
from pathlib import PurePosixPath

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, argument_value, command_evidence, interpreter_package, names_of, script_of
from migrator.scan.snapshot import Snapshot
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
    version = next((match[1] for name in (main.program,) if (match := _PYTHON.fullmatch(name)) and match[1]), "")
    packages = interpreter_package(main, snapshot)
    return Detection(Runtime("python", version, (command_evidence(main),)), name=name, packages=packages)
