"""PHP on the command line: its built-in web server, or a long-running script. Source: php(1), `-S`."""

from migrator.scan.detector import Detection, names_of, runtime_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import version_of
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process executed by php; with `-S` it is a development web server."""
    if not any(name == "php" or (name.startswith("php") and name[3:4].isdigit()) for name in names_of(workload.main)):
        return None
    version = version_of(workload.main, snapshot, package=r"php[\d.]*-cli", called=r"php")
    serves = "-S" in workload.main.arguments
    name = "php-built-in-server" if serves else ""
    return Detection(runtime_of("php", workload.main, version), name, http=serves, packages=version.package.pins)
