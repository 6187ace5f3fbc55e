"""uWSGI, from a package or a virtual environment."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process called uwsgi; it speaks HTTP only when told so, its own protocol otherwise."""
    if not any(name.startswith("uwsgi") for name in names_of(workload.main)):
        return None
    package = package_of(snapshot, r"uwsgi-core|uwsgi")
    http = any(word.startswith(("--http", "http-socket")) for word in workload.main.arguments)
    return Detection(
        Runtime("uwsgi", package.version, (command_evidence(workload.main),)), http=http, packages=package.pins
    )
