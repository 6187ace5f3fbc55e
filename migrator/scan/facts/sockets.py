import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from migrator.errors import FactError
from migrator.scan.fact import Fact
from migrator.scan.shell import sections
from migrator.scan.shells import PROCESSES

__all__ = ["Connection", "Listener", "Sockets", "SocketsFacts", "UnixListener"]

_PLACE = "([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})"
_ENTRY = re.compile(
    rf"\s*\d+: {_PLACE} {_PLACE} ([0-9A-F]{{2}}) \S+ \S+ \S+\s+([0-9]{{1,10}})\s+\d+ ([0-9]{{1,20}})(?!\d)"
)
_UNIX = re.compile(r"\s*[0-9a-fK]+: \S+ \S+ 00010000 \S+ \S+\s+([0-9]{1,20}) (.+)")
_INODE = re.compile(r"\s*[0-9]{1,20}\s*")
_GROUP = re.compile(r" ([0-9]{1,20}) (?:(/\S*)|([0-9]{1,20}))")
_SAYS_NOTHING = frozenset({"", "/", "/init.scope"})
"""Where control groups are not in use, or init opened the socket for whoever it starts then."""
_CHOSEN = 32768
"""First port that the kernel gives to who asks for any. Source: ip_local_port_range in kernel documentation."""
_ESTABLISHED, _CLOSE_WAIT, _LISTEN, _UDP_BOUND = "01", "08", "0A", "07"


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that accepts. `address` is `*` for any; `inode` leads to its processes."""

    protocol: str
    """`tcp` or `udp`."""
    address: str
    port: int
    uid: int
    inode: int

    @property
    def loopback(self) -> bool:
        """Whether only this host can reach it."""
        return self.address != "*" and ipaddress.ip_address(self.address).is_loopback

    @property
    def waits(self) -> bool:
        """Whether it is for the answers to questions of its own (DNS, NTP): by UDP, on a port of the kernel's choice."""
        return self.protocol == "udp" and self.port >= _CHOSEN


@dataclass(frozen=True, slots=True)
class Connection:
    """An established TCP connection, as this end sees it."""

    address: str
    port: int
    peer: str
    peer_port: int
    uid: int
    inode: int


@dataclass(frozen=True, slots=True)
class UnixListener:
    """A Unix socket that accepts; `path` begins with `@` when it is abstract."""

    path: str
    inode: int


@dataclass(frozen=True, slots=True)
class SocketsFacts:
    """Everything that listens or is connected, whoever owns it."""

    listeners: tuple[Listener, ...] = ()
    connections: tuple[Connection, ...] = ()
    unix: tuple[UnixListener, ...] = ()
    raw: tuple[int, ...] = ()
    """Inodes of raw and packet sockets, which see more than their own connections."""
    groups: Mapping[int, str] = field(default_factory=dict)
    """Inode -> control group of the process that opened it, as `Process.cgroup` has it. Empty where it was not asked for."""

    def group_of(self, inode: int) -> str:
        """The control group that tells who opened a socket; empty where none does."""
        group = self.groups.get(inode, "")
        return "" if group in _SAYS_NOTHING else group


class Sockets(Fact[SocketsFacts]):
    """Listening and connected sockets with uid and inode, from /proc/net: world-readable, and the same everywhere.

    `ss` is not relied on: version 130716 (CentOS 7) prints another format and ends with 0 when it does not know an option.
    One thing it alone tells, from iproute2 5.9 and Linux 5.8 on: the control group that a socket was opened in. That is asked
    for where /proc/PID/fd of others is closed to this user; an older one says nothing of it, and nothing is lost.
    TIME_WAIT is dropped on the host; a busy balancer has tens of thousands. Source: proc(5), kernel tcp_ipv4.c, ss(8).
    """

    name = "sockets"
    shell = PROCESSES
    command = r"""
set --
for n in tcp tcp6 udp udp6 raw raw6 packet unix; do [ -r "/proc/net/$n" ] && set -- "$@" "/proc/net/$n"; done
awk 'FNR == 1 { n = substr(FILENAME, 11); print "#" n; next }
  n == "unix" { if (/ 00010000 /) print " " $0; next }
  n == "packet" { print " " $9; next }
  n ~ /^raw/ { print " " $10; next }
  !/^ *[0-9]+: [0-9A-F]+:[0-9A-F]+ [0-9A-F]+:[0-9A-F]+ 06 /' "$@"
if ! [ -r /proc/1/environ ] && command -v ss >/dev/null 2>&1; then
  echo '#groups'
  ss -tune state listening state unconnected state established state close-wait 2>/dev/null |
    awk '!match($0, / ino:[1-9][0-9]* /) { next }
      { inode = substr($0, RSTART + 5, RLENGTH - 6) }
      match($0, / cgroup:\/[^ ]*/) {
        group = substr($0, RSTART + 8, RLENGTH - 8)
        if (!(group in known)) { known[group] = ++groups; print " " groups " " group }
        print " " known[group] " " inode
      }'
fi
"""

    def parse(self, text: str) -> SocketsFacts:
        """Read the kernel's tables; addresses come out normal (`::ffff:10.0.0.1` as `10.0.0.1`, any as `*`)."""
        parts = sections(text)
        if "tcp" not in parts:
            raise FactError("/proc/net/tcp could not be read")
        listeners: list[Listener] = []
        connections: list[Connection] = []
        for table in ("tcp", "tcp6", "udp", "udp6"):
            for line in parts.get(table, []):
                _sort_in(line, table.rstrip("6"), listeners, connections)
        unix = [UnixListener(m[2], int(m[1])) for line in parts.get("unix", []) if (m := _UNIX.fullmatch(line))]
        raw = [
            int(line) for name in ("raw", "raw6", "packet") for line in parts.get(name, []) if _INODE.fullmatch(line)
        ]
        groups = dict(_groups(parts.get("groups", [])))
        return SocketsFacts(tuple(listeners), tuple(connections), tuple(unix), tuple(raw), groups)


def _groups(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Inode and control group. A group is told once with its number, and by that number for each socket."""
    known: dict[str, str] = {}
    for match in filter(None, map(_GROUP.fullmatch, lines)):
        if match[2]:
            known[match[1]] = match[2]
        elif match[1] in known:
            yield int(match[3]), known[match[1]]


def _sort_in(line: str, protocol: str, listeners: list[Listener], connections: list[Connection]) -> None:
    match = _ENTRY.match(line)
    if not match:
        return
    address, port = _address(match[1]), int(match[2], 16)
    peer, peer_port = _address(match[3]), int(match[4], 16)
    uid, inode = int(match[6]), int(match[7])
    if protocol == "tcp" and match[5] in (_ESTABLISHED, _CLOSE_WAIT):
        connections.append(Connection(address, port, peer, peer_port, uid, inode))
    elif match[5] == (_LISTEN if protocol == "tcp" else _UDP_BOUND):
        listeners.append(Listener(protocol, address, port, uid, inode))


def _address(text: str) -> str:
    """Four-byte groups in the host's byte order, which is little-endian on everything that is scanned today."""
    raw = b"".join(bytes.fromhex(text[i : i + 8])[::-1] for i in range(0, len(text), 8))
    address = ipaddress.ip_address(raw)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return "*" if address.is_unspecified else str(address)
