import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.scan.fact import Fact
from migrator.scan.shells import PROCESSES

__all__ = ["Descriptors", "DescriptorsFacts"]

_OF = re.compile(r"(\d+)/fd:")
_SOCKET = re.compile(r"-> socket:\[(\d+)\]")
_WRITE = re.compile(r"^l.w\S* .*? -> (/.+)$")
_NOT_DATA = ("/dev/", "/proc/", "/sys/", "/memfd:", "/anon_hugepage")


@dataclass(frozen=True, slots=True)
class DescriptorsFacts:
    """Who holds which socket, and which regular files are open for writing."""

    owners: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Socket inode -> process ids."""
    written: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Process id -> paths."""


class Descriptors(Fact[DescriptorsFacts]):
    """Open sockets and files that are open for writing, per process. A plain user sees only its own processes.

    Source: proc(5), /proc/PID/fd; the mode of each link tells whether the file is open for writing.
    """

    name = "descriptors"
    shell = PROCESSES
    command = r"""
cd /proc || exit 1
ls -ln$q [0-9]*/fd | grep -E '^[0-9]+/fd:|-> socket:|^l.w.* -> /'
"""

    def parse(self, text: str) -> DescriptorsFacts:
        """Read the listing; deleted files and devices are left out."""
        owners: dict[int, list[int]] = {}
        written: dict[int, dict[str, None]] = {}
        pid = 0
        for line in text.split("\n"):
            if match := _OF.fullmatch(line.strip()):
                pid = int(match[1])
            elif match := _SOCKET.search(line):
                owners.setdefault(int(match[1]), []).append(pid)
            elif (match := _WRITE.search(line)) and _is_data(match[1]):
                written.setdefault(pid, {})[match[1]] = None
        return DescriptorsFacts(
            {inode: tuple(dict.fromkeys(pids)) for inode, pids in owners.items()},
            {pid: tuple(paths) for pid, paths in written.items()},
        )


def _is_data(path: str) -> bool:
    return not path.startswith(_NOT_DATA) and not path.endswith(" (deleted)")
