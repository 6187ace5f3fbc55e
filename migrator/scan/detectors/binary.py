"""What is left: a program of which no more is known than its name."""

import re
from dataclasses import replace

from migrator.model.services import Evidence
from migrator.scan.detector import Detection, runtime_of
from migrator.scan.facts.programs import Programs, ProgramsFacts
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import version_of
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """Any program; its version is that of the package that it came with, or of the folder that it was unpacked to.

    Without a package that is known to own it, a package of the program's very name counts.
    """
    name = workload.main.program
    version = version_of(workload.main, snapshot, called=re.escape(name))
    if not version.number:
        version = version_of(workload.main, snapshot, package=re.escape(name))
    runtime = runtime_of("binary", workload.main, version)
    runtime = replace(runtime, evidence=(*runtime.evidence, *_made_by(workload, snapshot)))
    return Detection(runtime, name=workload.own_name(name), packages=version.package.pins)


def _made_by(workload: Workload, snapshot: Snapshot) -> tuple[Evidence, ...]:
    """What the Go compiler made needs no interpreter and, as a rule, no library of the host."""
    path = workload.main.exe or next(iter(workload.main.arguments), "")
    if path not in snapshot.value(Programs, ProgramsFacts()).go:
        return ()
    return (Evidence(Programs.name, "begins with a Go build id", path),)
