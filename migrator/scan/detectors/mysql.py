"""MariaDB and MySQL. Source: mysqld(8), `--datadir`."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, argument_value, command_evidence, names_of, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A mysqld or mariadbd process; the package tells which of the two."""
    names = names_of(workload.main)
    if not names & {"mysqld", "mariadbd", "mysqld_safe", "mariadbd-safe"}:
        return None
    package = package_of(snapshot, r"mariadb-server(?:-[\d.]+)?|mysql-(?:community-)?server(?:-[\d.]+)?")
    name = "mariadb" if "mariadb" in package.name or "mariadbd" in names else "mysql"
    data = argument_value(workload.main.arguments, "--datadir")
    runtime = Runtime(name, package.version, (command_evidence(workload.main),))
    return Detection(runtime, stateful=True, data=(data,) if data else (), packages=package.pins)
