"""PostgreSQL. Source: postgres(1), `-D` is the data directory."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, argument_value, command_evidence, names_of, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A postgres server process."""
    if not names_of(workload.main) & {"postgres", "postmaster"}:
        return None
    package = package_of(snapshot, r"postgresql-\d+|postgresql\d*-server")
    data = argument_value(workload.main.arguments, "-D")
    runtime = Runtime("postgresql", package.version, (command_evidence(workload.main),))
    return Detection(runtime, stateful=True, data=(data,) if data else (), packages=package.pins)
