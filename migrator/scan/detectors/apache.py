"""Apache HTTP server: `apache2` on Debian, `httpd` on Red Hat."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """An Apache parent process. A `httpd` without the package is somebody else's (busybox has one)."""
    package = package_of(snapshot, r"apache2|httpd")
    names = names_of(workload.main)
    if "apache2" not in names and not ("httpd" in names and package.name):
        return None
    runtime = Runtime("apache", package.version, (command_evidence(workload.main),))
    return Detection(runtime, http=True, homes=("/var/www",), packages=package.pins)
