"""Apache Tomcat, packaged or unpacked by hand. Source: catalina.sh sets `-Dcatalina.base`."""

from pathlib import PurePosixPath

from migrator.model.services import Runtime
from migrator.scan.detector import (
    JAVA_PACKAGES,
    Detection,
    argument_value,
    command_evidence,
    heap_mib,
    names_of,
    package_of,
)
from migrator.scan.facts.deployments import Deployments
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]

_OWN = frozenset({"ROOT", "docs", "examples", "manager", "host-manager"})


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """Java with Tomcat's start class; the service is named after its one web application."""
    arguments = workload.main.arguments
    if "java" not in names_of(workload.main) or "org.apache.catalina.startup.Bootstrap" not in arguments:
        return None
    base = argument_value(arguments, "-Dcatalina.base") or argument_value(arguments, "-Dcatalina.home")
    archives = [path for path in snapshot.value(Deployments, ()) if base and path.startswith(f"{base}/")]
    names = [stem for path in archives if (stem := PurePosixPath(path).stem) not in _OWN]
    package = package_of(snapshot, r"tomcat\d*")
    java = package_of(snapshot, JAVA_PACKAGES)
    return Detection(
        Runtime("tomcat", package.version, (command_evidence(workload.main),)),
        name=names[0].split("##")[0] if len(names) == 1 else "",
        http=True,
        homes=(base,) if base else (),
        heap_mib=heap_mib(arguments),
        packages=(*package.pins, *java.pins),
    )
