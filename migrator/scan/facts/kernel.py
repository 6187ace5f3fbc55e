import re
from dataclasses import dataclass

from migrator.scan.fact import Fact
from migrator.scan.shell import sections
from migrator.scan.shells import SMALL

__all__ = ["Kernel", "KernelFacts"]

_SETTING = re.compile(r"([a-z][A-Za-z0-9_./-]*)=(.*)")
_MOST_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class KernelFacts:
    """What was added to the host's kernel or set in it; a node of the cluster has neither."""

    modules: tuple[str, ...] = ()
    """Loaded modules that do not come with the kernel."""
    settings: tuple[tuple[str, str], ...] = ()
    """Name and value that sysctl.conf and sysctl.d set."""


class Kernel(Fact[KernelFacts]):
    """Modules from outside of the kernel's own tree, and kernel settings that somebody wrote down.

    Sources: /proc/modules, whose last field has `O` for a module built out of tree and `P` for a proprietary one
    (kernel documentation, "Tainted kernels"); sysctl.d(5). Files below /usr come with packages and are not read.
    """

    name = "kernel"
    shell = SMALL
    command = r"""
set --
for f in /proc/modules /etc/sysctl.conf /etc/sysctl.d/*.conf; do [ -r "$f" ] && set -- "$@" "$f"; done
echo '#modules'
[ "$#" -eq 0 ] || awk 'FILENAME == "/proc/modules" { if (/ \([A-Z]*[OP][A-Z]*\)$/) print " " $1; next }
  !said++ { print "#settings" }
  match($0, /^[ \t]*-?[a-z][A-Za-z0-9_.\/-]*[ \t]*=/) && many++ < 200 {
    name = substr($0, 1, RLENGTH - 1); gsub(/^[ \t]*-?|[ \t]+$/, "", name); print " " name "=" substr($0, RLENGTH + 1)
  }' "$@"
"""

    def parse(self, text: str) -> KernelFacts:
        """Read both lists; a setting that stands twice has its last value."""
        parts = sections(text)
        modules = sorted({line.strip() for line in parts.get("modules", [])})
        found = filter(None, (_SETTING.fullmatch(line.strip()) for line in parts.get("settings", [])))
        settings = {match[1].replace("/", "."): " ".join(match[2].split())[:_MOST_CHARACTERS] for match in found}
        return KernelFacts(tuple(modules), tuple(sorted(settings.items())))
