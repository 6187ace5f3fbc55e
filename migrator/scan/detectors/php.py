"""PHP on the command line: its built-in web server, or a long-running script. Source: php(1), `-S`."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process executed by php; with `-S` it is a development web server."""
    if not any(name == "php" or (name.startswith("php") and name[3:4].isdigit()) for name in names_of(workload.main)):
        return None
    package = package_of(snapshot, r"php[\d.]*-cli")
    serves = "-S" in workload.main.arguments
    name = "php-built-in-server" if serves else ""
    return Detection(
        Runtime("php", package.version, (command_evidence(workload.main),)), name, http=serves, packages=package.pins
    )
