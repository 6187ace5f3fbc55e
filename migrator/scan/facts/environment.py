from collections.abc import Mapping

from migrator.scan.fact import Fact
from migrator.scan.shells import PROCESSES

__all__ = ["Environment"]

_MARK = "\x1e"


class Environment(Fact[Mapping[int, tuple[str, ...]]]):
    """Names of the environment variables of each process, by process id. Values are cut off on the host.

    A plain user sees only its own processes. Source: proc(5), /proc/PID/environ.
    """

    name = "environment"
    shell = PROCESSES
    command = r"""
cd /proc || exit 1
MARK=$(printf '\036')
if [ "$zeros" ]; then
  grep -zaH '' [0-9]*/environ | tr '\n\000' '\037\n' | awk -v mark="$MARK" '
    match($0, /^[0-9]+\/environ:[A-Za-z_][A-Za-z0-9_.]*=/) {
      i = index($0, "/"); pid = substr($0, 1, i - 1); if (pid != last) print mark pid
      print substr($0, i + 9, RLENGTH - i - 9); last = pid
    }'
else
  for p in [0-9]*; do
    [ -r "$p/environ" ] || { [ -d "$p" ] && echo "$p: Permission denied" >&2; continue; }
    printf '\036%s\n' "$p"; { tr '\n\000' '\037\n' <"$p/environ"; } 2>/dev/null; echo
  done | sed -n -E -e 's/^([A-Za-z_][A-Za-z0-9_.]*)=.*/\1/p' -e "/^$MARK[0-9]+\$/p"
fi
true
"""

    def parse(self, text: str) -> Mapping[int, tuple[str, ...]]:
        """Read names under the mark of their process; a process without any is left out."""
        names: dict[int, dict[str, None]] = {}
        pid = 0
        for line in text.split("\n"):
            if line.startswith(_MARK) and line[1:].isdecimal():
                pid = int(line[1:])
            elif line and pid and not line.startswith(_MARK):
                names.setdefault(pid, {})[line] = None
        return {pid: tuple(sorted(found)) for pid, found in names.items()}
