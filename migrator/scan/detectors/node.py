"""Node.js programs, also those that rename themselves (`node /opt/app`, `next-server`)."""

from pathlib import PurePosixPath

from migrator.scan.detector import Detection, names_of, runtime_of, script_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import version_of
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
    version = version_of(workload.main, snapshot, package=r"nodejs\d*", called=r"node(?:js)?")
    return Detection(
        runtime_of("node", workload.main, version), name=workload.own_name(name), packages=version.package.pins
    )
