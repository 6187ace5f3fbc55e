from dataclasses import dataclass

from migrator.scan.fact import Fact
from migrator.scan.shell import sections

__all__ = ["Mount", "Mounts", "RemoteMount"]

_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "glusterfs", "ceph", "fuse.sshfs"})
_OURS = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "jfs", "reiserfs", "overlay", "f2fs", "vfat"})


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system with its space in MiB; None where `df` did not tell."""

    path: str
    device: str
    type: str
    used_mib: int | None = None
    size_mib: int | None = None

    @property
    def network(self) -> bool:
        """Whether the data is on another machine."""
        return self.type in _NETWORK


@dataclass(frozen=True, slots=True)
class RemoteMount:
    """A network file system in fstab, whether mounted now or not."""

    host: str
    export: str
    path: str
    type: str


class Mounts(Fact[tuple[tuple[Mount, ...], tuple[RemoteMount, ...]]]):
    """Mounted file systems of real disks and networks, their use, and network file systems in fstab.

    Asked last among the usual facts, because `df` hangs on a dead NFS server. Mount options are not read: cifs keeps
    passwords there. Sources: proc(5), df(1), fstab(5).
    """

    name = "mounts"
    command = r"""
set -- /proc/mounts; [ -r /etc/fstab ] && set -- /etc/fstab /proc/mounts
awk 'FNR == 1 { print FILENAME == "/proc/mounts" ? "#mounts" : "#fstab" } $1 !~ /#/ && NF > 2 { print " " $1 " " $2 " " $3 }' "$@"
echo '#df'; df -Pk | sed 's/^/ /'
"""

    def parse(self, text: str) -> tuple[tuple[Mount, ...], tuple[RemoteMount, ...]]:
        """Join /proc/mounts with df by mount point. Octal escapes of spaces are undone."""
        parts = sections(text)
        space = dict(filter(None, map(_space, parts.get("df", []))))
        rows = [line.split() for line in parts.get("mounts", [])]
        mounts = {
            _plain(row[1]): Mount(_plain(row[1]), _plain(row[0]), row[2], *space.get(_plain(row[1]), (None, None)))
            for row in rows
            if len(row) == 3 and row[2] in _OURS | _NETWORK  # noqa: PLR2004
        }
        remote = (_remote(line.split()) for line in parts.get("fstab", []))
        return tuple(mounts.values()), tuple(filter(None, remote))


def _plain(text: str) -> str:
    return text.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")


def _space(line: str) -> tuple[str, tuple[int, int]] | None:
    fields = line.strip().split(None, 5)
    if len(fields) < 6 or not (fields[1].isdecimal() and fields[2].isdecimal()):  # noqa: PLR2004
        return None
    return fields[5], (int(fields[2]) // 1024, int(fields[1]) // 1024)


def _remote(row: list[str]) -> RemoteMount | None:
    if len(row) != 3 or row[2] not in _NETWORK:  # noqa: PLR2004
        return None
    source = row[0].removeprefix("//")
    host, _, export = source.partition(":" if ":" in source else "/")
    return RemoteMount(host, export, _plain(row[1]), row[2])
