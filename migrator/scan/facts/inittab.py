from dataclasses import dataclass

from migrator.scan.fact import Fact
from migrator.scan.redact import redact
from migrator.scan.shells import SMALL

__all__ = ["Inittab", "InittabEntry"]


@dataclass(frozen=True, slots=True)
class InittabEntry:
    """One process that init keeps alive or starts once."""

    action: str
    command: str


class Inittab(Fact[tuple[InittabEntry, ...]]):
    """What a classic or busybox init starts. Source: inittab(5); busybox init has the same four fields."""

    name = "inittab"
    shell = SMALL
    command = r"""
[ -f /etc/inittab ] || { echo 'no /etc/inittab' >&2; exit 1; }
grep -vE '^[[:space:]]*(#|$)' /etc/inittab | hide
"""

    def parse(self, text: str) -> tuple[InittabEntry, ...]:
        """Read `id:runlevels:action:process` lines."""
        rows = [line.split(":", 3) for line in text.split("\n")]
        return tuple(InittabEntry(row[2], redact(row[3])) for row in rows if len(row) == 4 and row[3])  # noqa: PLR2004
