"""What is left: a program of which no more is known than its name."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """Any program. If a package has its very name, that package's version is taken."""
    name = workload.main.program
    package = package_of(snapshot, _literal(name))
    runtime = Runtime("binary", package.version, (command_evidence(workload.main),))
    return Detection(runtime, name="" if workload.unit else name, packages=package.pins)


def _literal(name: str) -> str:
    return "".join(f"\\{char}" if not char.isalnum() else char for char in name)
