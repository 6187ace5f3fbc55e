import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.errors import FactError
from migrator.scan.fact import Fact
from migrator.scan.redact import redact_arguments
from migrator.scan.shell import FIELD, sections
from migrator.scan.shells import PROCESSES

__all__ = ["Process", "Processes"]

_STATUS = re.compile(r"(\d+)/status:(\w+):\s*(.*)")
_CGROUP = re.compile(r"(\d+)/cgroup:(\d+):([^:]*):(.*)")
_LINK = re.compile(r" (\d+)/(exe|cwd|ns/pid)(?: -> (.*))?$")
_STAT = re.compile(r"(\d+) \(.*\) \S (.*)")


@dataclass(frozen=True, slots=True)
class Process:
    """One process. Empty where the host did not let us see it; `arguments` are redacted."""

    pid: int
    ppid: int
    uid: int
    gid: int
    comm: str
    """Kernel's name of it, at most 15 bytes, chosen by the process itself."""
    arguments: tuple[str, ...]
    exe: str = ""
    cwd: str = ""
    cgroup: str = ""
    namespace: str = ""
    """Its process namespace, `pid:[4026531836]`; another one than ours means a container."""
    rss_kib: int = 0
    """Resident memory, with pages that it shares with others."""
    own_kib: int | None = None
    """Resident memory of its own; None before Linux 4.5."""
    cpu_ticks: int = 0
    start_ticks: int = 0
    """Clock ticks after boot."""
    capabilities: int = 0
    """Effective ones, as the kernel's bit mask. Source: capabilities(7)."""

    @property
    def program(self) -> str:
        """Base name of what is executed: from the kernel's link, else from the first argument."""
        path = self.exe if self.exe and not self.exe.startswith("/memfd:") else next(iter(self.arguments), self.comm)
        return path.removesuffix(" (deleted)").rsplit("/", 1)[-1]


class Processes(Fact[tuple[Process, ...]]):
    """Every process with a command line: owner, parent, program, folder, control group, memory and time used.

    Read from proc(5) alone, because `ps` differs between procps, busybox and old releases. Kernel threads have no
    command line and are left out. Other users' `exe` and `cwd` are readable for root only.
    """

    name = "processes"
    shell = PROCESSES
    command = r"""
cd /proc || exit 1
if [ "$zeros" ]; then
  {
    grep -aH '' [0-9]*/cmdline 2>/dev/null
    grep -aH '' [0-9]*/status [0-9]*/cgroup [0-9]*/stat 2>/dev/null
    ls -ln$q [0-9]*/exe [0-9]*/cwd [0-9]*/ns/pid
  } | tr '\000' '\037' | REDACT_ARGUMENTS=$REDACT_ARGUMENTS awk -v suspect="${SUSPECT:?}" '
    function tell() { if (index(line, suspect)) return; if (tolower(line) ~ suspect) held[n++] = line; else print line }
    function part(name) { if (name != named) print "#" name; named = name }
    function times(text,   field, k, line) {
      match(text, /.*\)/); line = substr(text, 1, RLENGTH); split(substr(text, RLENGTH + 1), field)
      for (k = 1; k <= 20; k++) line = line " " field[k]
      return line
    }
    !others && (i = index($0, "/cmdline:")) && substr($0, 1, i - 1) !~ /[^0-9]/ {
      part("cmdline"); pid = substr($0, 1, i - 1); rest = substr($0, i + 9); has[pid]
      if (pid == last) { line = line " " rest; next }
      if (last) tell()
      last = pid; line = " " pid "\037" rest; next
    }
    !others { others = 1; if (last) tell() }
    { pid = $0; sub(/\/.*$/, "", pid) }
    /^[0-9]+\/status:/ { if (pid in has && /^[0-9]+\/status:(Name|PPid|Uid|Gid|VmRSS|RssAnon|CapEff):/) { part("status"); print } next }
    /^[0-9]+\/cgroup:/ { if (pid in has && /^[0-9]+\/cgroup:([0-9]+:name=systemd|0:)/) { part("cgroup"); print } next }
    sub(/^[0-9]+\/stat:/, " ") { if (pid in has) { part("stat"); print times($0) } next }
    match($0, / [0-9]+\/(exe|cwd|ns\/pid) -> /) {
      pid = substr($0, RSTART + 1); sub(/\/.*$/, "", pid); if (pid in has) { part("links"); print substr($0, RSTART) }
    }
    END {
      if (!others && last) tell()
      if (n) { part("cmdline"); fflush(); hide = "sed -E \"${REDACT_ARGUMENTS:?}\""; for (i = 0; i < n; i++) print held[i] | hide; close(hide) }
    }'
else
  echo '#links'; ls -ln$q [0-9]*/exe [0-9]*/cwd [0-9]*/ns/pid
  echo '#status'
  grep -HE '^(Name|PPid|Uid|Gid|VmRSS|RssAnon|CapEff|[0-9]+:name=systemd|0:):' [0-9]*/status [0-9]*/cgroup 2>/dev/null
  echo '#stat'; sed 's/^/ /' [0-9]*/stat 2>/dev/null
  echo '#cmdline'
  for p in [0-9]*; do
    { IFS= read -r x <"$p/cmdline"; } 2>/dev/null
    [ -n "$x" ] || continue
    x=; printf ' %s\037' "$p"; tr '\000\n' '\037 ' <"$p/cmdline"; echo
  done 2>/dev/null | sed -E "${REDACT_ARGUMENTS:?}"
fi
true
"""

    def parse(self, text: str) -> tuple[Process, ...]:
        """Join the five views of each process by its id. FactError when none was readable."""
        parts = sections(text)
        status = _status(parts.get("status", []))
        links = _links(parts.get("links", []))
        times = dict(_times(parts.get("stat", [])))
        groups = _cgroups(parts.get("status", []) + parts.get("cgroup", []))
        found = [
            _process(pid, arguments, status[pid], links, times=times.get(pid, (0, 0)), cgroup=groups.get(pid, ""))
            for pid, arguments in _command_lines(parts.get("cmdline", []))
            if pid in status
        ]
        if not found:
            raise FactError("no process could be read from /proc")
        return tuple(sorted(found, key=lambda process: process.pid))


def _process(
    pid: int,
    arguments: tuple[str, ...],
    status: Mapping[str, str],
    links: Mapping[tuple[int, str], str],
    *,
    times: tuple[int, int],
    cgroup: str,
) -> Process:
    return Process(
        pid=pid,
        ppid=_first_integer(status.get("PPid", "")),
        uid=_first_integer(status.get("Uid", "")),
        gid=_first_integer(status.get("Gid", "")),
        comm=status.get("Name", ""),
        arguments=redact_arguments(arguments),
        exe=links.get((pid, "exe"), ""),
        cwd=links.get((pid, "cwd"), ""),
        cgroup=cgroup,
        namespace=links.get((pid, "ns/pid"), ""),
        rss_kib=_first_integer(status.get("VmRSS", "")),
        own_kib=_first_integer(status["RssAnon"]) if "RssAnon" in status else None,
        cpu_ticks=times[0],
        start_ticks=times[1],
        capabilities=_mask(status.get("CapEff", "")),
    )


def _mask(text: str) -> int:
    return int(text, 16) if re.fullmatch(r"[0-9a-f]{1,16}", text) else 0


def _first_integer(text: str) -> int:
    word = (text.split() or [""])[0]
    return int(word) if word.isdecimal() else 0


def _status(lines: list[str]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for line in lines:
        if match := _STATUS.fullmatch(line):
            found.setdefault(int(match[1]), {})[match[2]] = match[3]
    return found


def _links(lines: list[str]) -> dict[tuple[int, str], str]:
    return {(int(m[1]), m[2]): m[3] for line in lines if (m := _LINK.search(line)) and m[3]}


def _times(lines: list[str]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Fields 14, 15 (user and system time) and 22 (start) of stat; the name in parentheses may hold anything."""
    for line in lines:
        match = _STAT.match(line.strip())
        fields = match[2].split() if match else []
        if match and len(fields) > 18 and all(fields[i].isdecimal() for i in (10, 11, 18)):  # noqa: PLR2004
            yield int(match[1]), (int(fields[10]) + int(fields[11]), int(fields[18]))


def _cgroups(lines: list[str]) -> dict[int, str]:
    """The systemd hierarchy where there is one (cgroup v1), else the only one (v2)."""
    found: dict[int, str] = {}
    for line in lines:
        if match := _CGROUP.fullmatch(line):
            pid, path = int(match[1]), match[4]
            if "systemd" in match[3] or pid not in found:
                found[pid] = path
    return found


def _command_lines(lines: list[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for line in lines:
        pid, _, rest = line.strip(" ").partition(FIELD)
        if pid.isdecimal() and rest.strip(FIELD):
            yield int(pid), tuple(rest.rstrip(FIELD).split(FIELD))
