""".NET: `dotnet APP.dll`. Source: dotnet(1)."""

from pathlib import PurePosixPath

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of, script_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process executed by dotnet, named after its assembly."""
    if "dotnet" not in names_of(workload.main):
        return None
    package = package_of(snapshot, r"(?:aspnetcore|dotnet)-runtime-[\d.]+")
    name = PurePosixPath(script_of(workload.main)).stem.lower()
    return Detection(
        Runtime("dotnet", package.version, (command_evidence(workload.main),)), name=name, packages=package.pins
    )
