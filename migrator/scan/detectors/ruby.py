"""Ruby and its servers: puma, unicorn, sidekiq, passenger. They set their title to `puma 5.6.5 (tcp://…) [app]`."""

from pathlib import PurePosixPath

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of, script_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]

_SERVERS = ("puma", "unicorn", "thin", "sidekiq", "passenger")


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process executed by ruby, or one of the servers by its title."""
    names = names_of(workload.main)
    server = next((server for server in _SERVERS if any(name.startswith(server) for name in names)), "")
    if not server and not any(name.startswith("ruby") for name in names):
        return None
    package = package_of(snapshot, r"ruby[\d.]*")
    name = "" if server else PurePosixPath(script_of(workload.main)).stem
    http = server in {"puma", "unicorn", "thin", "passenger"}
    runtime = Runtime(server or "ruby", package.version, (command_evidence(workload.main),))
    return Detection(runtime, name=name, http=http, packages=package.pins)
