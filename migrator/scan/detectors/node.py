"""Node.js programs, also those that rename themselves (`node /opt/app`, `next-server`)."""

from pathlib import PurePosixPath

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of, script_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]

_GENERIC = frozenset({"server", "index", "app", "main", "start", "www", "cli", "bin", "dist", "build", "src", "lib"})


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process executed by node; named after its folder when the script is called `server.js` or the like."""
    if not names_of(workload.main) & {"node", "nodejs"}:
        return None
    script = PurePosixPath(script_of(workload.main))
    names = [script.stem, *(parent.name for parent in script.parents)]
    name = next((name for name in names if name and name not in _GENERIC), "")
    package = package_of(snapshot, r"nodejs")
    return Detection(
        Runtime("node", package.version, (command_evidence(workload.main),)), name=name, packages=package.pins
    )
