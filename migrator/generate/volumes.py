"""Where a service keeps data, as volumes of a size that was observed or is said to be unknown. Pure."""

import math
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.generate.workload import Workload
from migrator.model.names import dns_label
from migrator.model.services import State

__all__ = ["Volume", "skipped", "volumes"]

_MIB_PER_GIB = 1024
_ROOM = 1.5


@dataclass(frozen=True, slots=True)
class Volume:
    """One PersistentVolumeClaim. `name` is made from the path, so that it stays when other paths come and go."""

    name: str
    path: str
    """Where it is mounted in the Pod."""
    size: str
    """A Kubernetes quantity in whole GiB."""
    why: str
    """How the size came about, in words."""
    measured: bool
    """Whether the size is that of the place itself, and neither a bound nor a placeholder."""
    can_measure: bool = True
    """Whether `migrate scan --deep` may tell more."""

    @property
    def told(self) -> str:
        """All that a reader of the manifest should know about the size."""
        advice = "`migrate scan --deep` measures it; a" if self.can_measure else "A"
        return self.why if self.measured else f"{self.why}. {advice} volume never shrinks"


def volumes(service: Workload) -> tuple[Volume, ...]:
    """One volume for each place with state that can be mounted."""
    return tuple(_volume(state) for state in service.state if _can_mount(state.path))


def skipped(service: Workload) -> Iterator[tuple[str, str]]:
    """Each place that gets no volume under its own path, with the reason."""
    for state in service.state:
        if not _can_mount(state.path):
            yield state.path, "it is no folder that a Pod could have at that path"


def _can_mount(path: str) -> bool:
    """Kubernetes wants an absolute path without a colon; the root of the file system cannot be covered."""
    plain = posixpath.normpath(path)
    return path.startswith("/") and ":" not in path and plain == path.rstrip("/") and path.isprintable()


def _volume(state: State) -> Volume:
    size, why = _size(state)
    measured = state.exact and state.size_mib is not None
    return Volume(dns_label(state.path.strip("/")), state.path, f"{size}Gi", why, measured, not state.looked_at)


def _size(state: State) -> tuple[int, str]:
    """GiB, and how they came about. Where the system itself is on the same file system, it is room enough."""
    if state.size_mib is None:
        return 1, "nobody measured it; 1 GiB is a placeholder"
    if state.exact:
        return _gib(state.size_mib * _ROOM), f"{state.size_mib} MiB are used; half as much again, in whole GiB"
    bound = f"at most {state.size_mib} MiB are used, which is all that {state.file_system or 'its file system'} holds"
    if state.file_system == "/":
        return _gib(state.size_mib), f"{bound}, the system itself too; in whole GiB"
    return _gib(state.size_mib * _ROOM), f"{bound}; half as much again, in whole GiB"


def _gib(mib: float) -> int:
    return max(1, math.ceil(mib / _MIB_PER_GIB))
