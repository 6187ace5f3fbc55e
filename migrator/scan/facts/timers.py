import re
from dataclasses import dataclass

from migrator.scan.fact import Fact
from migrator.scan.shell import blocks
from migrator.scan.shells import MANAGER

__all__ = ["Timer", "Timers"]

_CALENDAR = re.compile(r"OnCalendar=(.*?) ;")
_MONOTONIC = re.compile(r"(On\w+USec)=(.*?) ;")


@dataclass(frozen=True, slots=True)
class Timer:
    """One systemd timer and the unit that it starts."""

    name: str
    unit: str
    calendar: str = ""
    """`OnCalendar` as systemd normalises it, or empty."""
    monotonic: str = ""
    """`OnUnitActiveUSec=5min`, or empty."""
    fragment: str = ""
    active: bool = False


class Timers(Fact[tuple[Timer, ...]]):
    """Loaded systemd timers. Source: systemctl(1), systemd.timer(5)."""

    name = "timers"
    shell = MANAGER
    needs = ("systemctl",)
    command = r"""
[ "$said" ] || exit 1
of timer
"""

    def parse(self, text: str) -> tuple[Timer, ...]:
        """Read blocks of `Key=value` lines."""
        return tuple(_timer(block) for block in blocks(text))


def _timer(block: dict[str, str]) -> Timer:
    calendar = _CALENDAR.search(block.get("TimersCalendar", ""))
    monotonic = _MONOTONIC.search(block.get("TimersMonotonic", ""))
    return Timer(
        name=block["Id"],
        unit=block.get("Unit", ""),
        calendar=calendar[1] if calendar else "",
        monotonic=f"{monotonic[1]}={monotonic[2]}" if monotonic else "",
        fragment=block.get("FragmentPath", ""),
        active=block.get("ActiveState") == "active",
    )
