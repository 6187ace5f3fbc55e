"""HAProxy. It balances HTTP or TCP; its configuration tells which, the program does not."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A haproxy process."""
    if "haproxy" not in names_of(workload.main):
        return None
    package = package_of(snapshot, r"haproxy")
    return Detection(
        Runtime("haproxy", package.version, (command_evidence(workload.main),)), http=True, packages=package.pins
    )
