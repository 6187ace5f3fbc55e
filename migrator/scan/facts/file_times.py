import re
from collections.abc import Mapping
from dataclasses import dataclass

from migrator.scan.fact import Fact
from migrator.scan.shells import FILES

__all__ = ["FileTime", "FileTimes"]

_LINE = re.compile(r" (\d{1,10}) (\d{1,18}) (/.+)")


@dataclass(frozen=True, slots=True)
class FileTime:
    """When a file was last written to, Unix seconds, and its size in bytes."""

    modified: int
    size: int


class FileTimes(Fact[Mapping[str, FileTime]]):
    """When configuration and program files were last written to: what a later scan tells a changed host by.

    Time and size only; no file is opened. A plain user does not see all of them, and the answer says so. The files are those that the question about configuration reads, archives of
    Java, and what the running processes execute (`/proc/PID/exe`, for root). Source: stat(1) of GNU and of busybox.
    """

    name = "file_times"
    needs = ("stat",)
    shell = FILES
    command = r"""
[ -r /proc/1/environ ] || echo 'stat: /proc/*/exe: Permission denied' >&2
set +f; set -- /proc/[0-9]*/exe; set -f
set -- $(chosen t) "$@"
stat -L -c ' %Y %s %n' "$@" 2>/dev/null | head -n 3000
"""

    def parse(self, text: str) -> Mapping[str, FileTime]:
        """Read `time size path` lines."""
        found = (match for line in text.split("\n") if (match := _LINE.fullmatch(line)))
        return {match[3]: FileTime(int(match[1]), int(match[2])) for match in found}
