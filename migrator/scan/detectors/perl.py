"""Perl programs."""

from pathlib import PurePosixPath

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of, script_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process executed by perl, named after its script."""
    main = workload.main
    if not any(name.startswith("perl") for name in (main.program, *names_of(main))):
        return None
    package = package_of(snapshot, r"perl(-base)?")
    runtime = Runtime("perl", package.version, (command_evidence(main),))
    name = "" if workload.unit else PurePosixPath(script_of(main)).stem
    return Detection(runtime, name=name, packages=package.pins)
