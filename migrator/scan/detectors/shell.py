"""A script of the shell that runs for ever."""

from pathlib import PurePosixPath

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, script_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, _snapshot: Snapshot) -> Detection | None:
    """A process executed by a shell, named after its script."""
    if not names_of(workload.main) & {"sh", "bash", "dash", "ksh", "zsh"}:
        return None
    name = workload.own_name(PurePosixPath(script_of(workload.main)).stem)
    return Detection(Runtime("shell", "", (command_evidence(workload.main),)), name=name)
