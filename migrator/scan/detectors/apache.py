"""Apache HTTP server: `apache2` on Debian, `httpd` on Red Hat."""

from migrator.scan.detector import Detection, names_of, runtime_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import package_of, version_of
from migrator.scan.workload import Workload

__all__ = ["detect"]

_PACKAGES = r"apache2|apache2-bin|httpd|httpd24-httpd"


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """An Apache parent process. A `httpd` without the package is somebody else's (busybox has one)."""
    names = names_of(workload.main)
    path = workload.main.exe or (workload.main.arguments or ("",))[0]
    apache = "httpd" in names and (package_of(snapshot, _PACKAGES).name or "/apache" in path)
    if not names & {"apache2", "httpd.worker", "httpd.event", "httpd-prefork"} and not apache:
        return None
    version = version_of(workload.main, snapshot, package=_PACKAGES, called=r"apache2?|httpd")
    homes = ("/var/www", "/etc/httpd", "/etc/apache2")
    return Detection(
        runtime_of("apache", workload.main, version),
        http=True,
        homes=homes,
        ports=(80, 443),
        packages=version.package.pins,
    )
