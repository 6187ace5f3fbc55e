import re
from dataclasses import dataclass

from migrator.scan.fact import Fact
from migrator.scan.shell import blocks
from migrator.scan.shells import MANAGER

__all__ = ["Timer", "Timers"]

_CALENDAR = re.compile(r"OnCalendar=(.*?) ;")
_MONOTONIC = re.compile(r"(On\w+USec=.*?) ;")
_PATH = re.compile(r"(.+) \((\w+)\)")


@dataclass(frozen=True, slots=True)
class Timer:
    """One timer or path of systemd, and the unit that it starts."""

    name: str
    unit: str
    calendars: tuple[str, ...] = ()
    """Every `OnCalendar` as systemd normalises it."""
    monotonic: tuple[str, ...] = ()
    """`OnUnitActiveUSec=5min`."""
    paths: tuple[str, ...] = ()
    """`PathExistsGlob=/srv/in/*`: what has to happen to a file."""
    fragment: str = ""
    active: bool = False

    @property
    def stem(self) -> str:
        """Its name without `.timer` or `.path`."""
        return self.name.removesuffix(".timer").removesuffix(".path")

    @property
    def said(self) -> str:
        """When it starts its unit, in the words of systemd."""
        return "; ".join((*self.calendars, *self.monotonic, *self.paths))


class Timers(Fact[tuple[Timer, ...]]):
    """Loaded units of systemd that start another by the clock or for a file. Source: systemctl(1), systemd.timer(5), systemd.path(5)."""

    name = "timers"
    shell = MANAGER
    needs = is_of = ("systemctl",)
    command = r"""
[ "$said" ] || exit 1
of '(timer|path)'
"""

    def parse(self, text: str) -> tuple[Timer, ...]:
        """Read blocks of `Key=value` lines."""
        return tuple(_timer(block) for block in blocks(text))


def _timer(block: dict[str, str]) -> Timer:
    paths = filter(None, map(_PATH.fullmatch, block.get("Paths", "").split("\n")))
    return Timer(
        name=block["Id"],
        unit=block.get("Unit", ""),
        calendars=tuple(_CALENDAR.findall(block.get("TimersCalendar", ""))),
        monotonic=tuple(_MONOTONIC.findall(block.get("TimersMonotonic", ""))),
        paths=tuple(f"{path[2]}={path[1]}" for path in paths),
        fragment=block.get("FragmentPath", ""),
        active=block.get("ActiveState") == "active",
    )
