import re
from dataclasses import dataclass

from migrator.scan.fact import Fact
from migrator.scan.shell import sections

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
    command = r"""
echo '#modules'; sed -n -E 's/^([A-Za-z0-9_]+) .*\([A-Z]*[OP][A-Z]*\)$/ \1/p' /proc/modules
echo '#settings'; cat /etc/sysctl.conf /etc/sysctl.d/*.conf 2>/dev/null |
  sed -n -E 's/^[[:space:]]*-?([a-z][A-Za-z0-9_.\/-]*)[[:space:]]*=[[:space:]]*(.*)$/ \1=\2/p' | head -n 200
true
"""

    def parse(self, text: str) -> KernelFacts:
        """Read both lists; a setting that stands twice has its last value."""
        parts = sections(text)
        modules = sorted({line.strip() for line in parts.get("modules", [])})
        found = filter(None, (_SETTING.fullmatch(line.strip()) for line in parts.get("settings", [])))
        settings = {match[1].replace("/", "."): " ".join(match[2].split())[:_MOST_CHARACTERS] for match in found}
        return KernelFacts(tuple(modules), tuple(sorted(settings.items())))
