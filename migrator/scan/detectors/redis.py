"""Redis and Valkey. On Debian all of Redis's programs are one file, so the kernel's link may name another of them."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A redis-server or valkey-server process."""
    names = names_of(workload.main)
    if not names & {"redis-server", "valkey-server"}:
        return None
    package = package_of(snapshot, r"redis-server|redis|valkey-server|valkey")
    name = "valkey" if "valkey-server" in names else "redis"
    return Detection(
        Runtime(name, package.version, (command_evidence(workload.main),)), stateful=True, packages=package.pins
    )
