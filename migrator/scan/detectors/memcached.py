"""memcached. It keeps data in memory only: losing it costs time, not truth."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A memcached process."""
    if "memcached" not in names_of(workload.main):
        return None
    package = package_of(snapshot, r"memcached")
    return Detection(Runtime("memcached", package.version, (command_evidence(workload.main),)), packages=package.pins)
