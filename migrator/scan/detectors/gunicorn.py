"""gunicorn, started as a script or by its title (`gunicorn: master [app]`)."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, interpreter_package
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A Python process that runs gunicorn. Its version stands in the virtual environment, which is not read."""
    words = [word.rsplit("/", 1)[-1] for word in workload.main.arguments[:3]]
    if not any(word == "gunicorn" or word.startswith("gunicorn:") for word in words):
        return None
    packages = interpreter_package(workload.main, snapshot)
    return Detection(Runtime("gunicorn", "", (command_evidence(workload.main),)), http=True, packages=packages)
