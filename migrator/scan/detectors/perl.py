"""Perl programs."""

from pathlib import PurePosixPath

from migrator.scan.detector import Detection, names_of, runtime_of, script_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import version_of
from migrator.scan.workload import Workload

__all__ = ["detect"]

_SERVERS = frozenset({"starman", "starlet", "plackup", "hypnotoad", "twiggy"})


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process executed by perl, named after its script; a server of PSGI shows a title in the place of perl."""
    main = workload.main
    if not any(name.startswith("perl") or name in _SERVERS for name in (main.program, *names_of(main))):
        return None
    version = version_of(main, snapshot, package=r"perl(?:-base|-interpreter)?", called=r"perl")
    name = workload.own_name(PurePosixPath(script_of(main)).stem)
    return Detection(runtime_of("perl", main, version), name=name, packages=version.package.pins)
