"""Postfix. Source: master(8) is its main process, and is called just `master`."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """Postfix's master process, recognised by where it is installed. Its queue is mail that was not delivered yet."""
    path = workload.main.exe or (workload.main.arguments or ("",))[0]
    if "/postfix/" not in path:
        return None
    package = package_of(snapshot, r"postfix")
    runtime = Runtime("postfix", package.version, (command_evidence(workload.main),))
    return Detection(runtime, name="postfix", stateful=True, data=("/var/spool/postfix",), packages=package.pins)
