"""nginx. Source: it sets the title `nginx: master process COMMAND`."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """An nginx master process."""
    if not names_of(workload.main) & {"nginx", "openresty"}:
        return None
    package = package_of(snapshot, r"nginx(?:-light|-full|-core|-extras)?")
    return Detection(
        Runtime("nginx", package.version, (command_evidence(workload.main),)), http=True, packages=package.pins
    )
