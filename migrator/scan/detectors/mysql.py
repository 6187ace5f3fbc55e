"""MariaDB and MySQL. Source: mysqld(8), `--datadir`."""

from migrator.scan.detector import Detection, argument_value, names_of, runtime_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import package_of, version_of
from migrator.scan.workload import Workload

__all__ = ["detect"]

_PACKAGES = r"(?:mariadb|percona|mysql(?:-community)?)-server(?:-core)?(?:-[\d.]+)?|mariadb\d*-server"


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A mysqld or mariadbd process; the package tells which of the two."""
    names = names_of(workload.main)
    if not names & {"mysqld", "mariadbd", "mysqld_safe", "mariadbd-safe"}:
        return None
    version = version_of(workload.main, snapshot, package=_PACKAGES, called=r"mariadb|mysql|percona-server")
    owner = version.package.name or package_of(snapshot, _PACKAGES).name
    name = "mariadb" if "mariadb" in owner or "mariadbd" in names else "mysql"
    data = argument_value(workload.main.arguments, "--datadir")
    return Detection(
        runtime_of(name, workload.main, version),
        stateful=True,
        data=(data,) if data else (),
        keeps="/var/lib/mysql",
        homes=("/etc/mysql", "/etc/my.cnf.d"),
        ports=(3306,),
        packages=version.package.pins,
    )
