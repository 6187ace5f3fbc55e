"""Apache Tomcat, packaged or unpacked by hand. Source: catalina.sh sets `-Dcatalina.base`."""

from pathlib import PurePosixPath

from migrator.scan.detector import Detection, argument_value, heap_mib, names_of, runtime_of
from migrator.scan.facts.deployments import Deployments
from migrator.scan.jvm import jvm_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import version_of
from migrator.scan.workload import Workload

__all__ = ["detect"]

_OWN = frozenset({"ROOT", "docs", "examples", "manager", "host-manager"})


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """Java with Tomcat's start class; the service is named after its one web application."""
    arguments = workload.main.arguments
    if not names_of(workload.main) & {"java", "jsvc"} or "org.apache.catalina.startup.Bootstrap" not in arguments:
        return None
    home = argument_value(arguments, "-Dcatalina.home")
    base = argument_value(arguments, "-Dcatalina.base") or home
    deployed = (path for path in snapshot.value(Deployments, ()) if base and path.startswith(f"{base}/"))
    archives = [path for path in deployed if path.endswith((".war", ".ear", ".jar"))]
    names = [stem for path in archives if (stem := PurePosixPath(path).stem) not in _OWN]
    package = "" if home and not home.startswith("/usr/share/") else r"tomcat\d*"
    version = version_of(workload.main, snapshot, package=package, called=r"(?:apache-)?tomcat|tomee(?:-\w+)?")
    return Detection(
        runtime_of("tomcat", workload.main, version),
        name=names[0].split("##")[0] if len(names) == 1 else "",
        http=True,
        homes=(base,) if base else (),
        ports=(8080, 8009),
        heap_mib=heap_mib(arguments),
        packages=(*version.package.pins, *jvm_of(workload.main, snapshot).package.pins),
    )
