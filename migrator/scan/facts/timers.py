import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.scan.account_units import AccountUnit, Switched, switched_on
from migrator.scan.fact import Fact
from migrator.scan.shell import blocks
from migrator.scan.shells import MANAGER

__all__ = ["Timer", "Timers"]

_CALENDAR = re.compile(r"OnCalendar=(.*?) ;")
_MONOTONIC = re.compile(r"(On\w+USec=.*?) ;")
_PATH = re.compile(r"(.+) \((\w+)\)")
_WATCHED = ("PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty")


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
    starts: AccountUnit | None = None
    """What it starts, where it is of an account's own systemd, which is not asked."""

    @property
    def stem(self) -> str:
        """Its name without `.timer` or `.path`."""
        return self.name.removesuffix(".timer").removesuffix(".path")

    @property
    def said(self) -> str:
        """When it starts its unit, in the words of systemd."""
        return "; ".join((*self.calendars, *self.monotonic, *self.paths))


class Timers(Fact[tuple[Timer, ...]]):
    """Units of systemd that start another by the clock or for a file: those loaded, and those of accounts that linger.

    The managers of accounts answer nobody else, so what they start is read from files: that is what folders `….wants` of
    such accounts have links to. Only settings that say when, what and where leave the host.
    Sources: systemctl(1), systemd.timer(5), systemd.path(5), systemd.unit(5), loginctl(1).
    """

    name = "timers"
    shell = MANAGER
    needs = is_of = ("systemctl",)
    command = r"""
[ "$said" ] || exit 1
of '(timer|path)'
who=
for f in /var/lib/systemd/linger/*; do [ -f "$f" ] && who="$who ${f##*/} "; done
[ "$who" ] || exit 0
said=$(
  set --
  any=
  while IFS=: read -r name x uid x x home x; do
    case $who in *" $name "*) ;; *) continue ;; esac
    d=$home/.config/systemd/user
    for f in "$home" "$home/.config" "$home/.config/systemd" "$d"; do
      if [ -d "$f" ] && [ ! -x "$f" ]; then echo "$d: Permission denied" >&2; break; fi
    done
    links=
    for f in "$d"/*.wants/*.timer "$d"/*.wants/*.path /etc/systemd/user/*.wants/*.timer /etc/systemd/user/*.wants/*.path; do
      [ -h "$f" ] && links="${links}Wants=$f
"
    done
    [ "$links" ] || continue
    any=1
    printf 'Id=@%s.account\nUid=%s\nHome=%s\n%s\n' "$name" "$uid" "$home" "$links"
    for f in "$d"/*.timer "$d"/*.path "$d"/*.service "$d"/*.timer.d/*.conf "$d"/*.path.d/*.conf "$d"/*.service.d/*.conf; do
      [ -f "$f" ] && set -- "$@" "$f"
    done
  done </etc/passwd
  [ "$any" ] || exit 0
  for f in /etc/systemd/user/*.timer /etc/systemd/user/*.path /etc/systemd/user/*.service /etc/systemd/user/*.d/*.conf; do
    [ -f "$f" ] && set -- "$@" "$f"
  done
  for f in "$@"; do
    shift
    if [ -r "$f" ]; then set -- "$@" "$f"; else echo "$f: Permission denied" >&2; fi
  done
  [ "$#" -eq 0 ] || awk '
    FNR == 1 { if (NR > 1) print ""; print "Id=" FILENAME; more = "" }
    { sub(/\r$/, "") }
    more != "" || /^[ \t]*(On[A-Za-z]+|Unit|Path[A-Za-z]+|DirectoryNotEmpty|ExecStart|WorkingDirectory|EnvironmentFile|Type)[ \t]*=/ {
      line = more $0
      more = ""
      if (sub(/\\$/, " ", line)) { more = line; next }
      match(line, /[ \t]*=[ \t]*/)
      key = substr(line, 1, RSTART - 1)
      sub(/^[ \t]+/, "", key)
      line = substr(line, RSTART + RLENGTH)
      print key "=" (line == "" ? "-" : line)
    }' "$@"
)
of '(timer|path|service|conf|account)'
"""

    def parse(self, text: str) -> tuple[Timer, ...]:
        """Read blocks of `Key=value` lines."""
        found = tuple(blocks(text))
        loaded = (_timer(block) for block in found if not block["Id"].startswith(("/", "@")))
        return (*loaded, *map(_of_account, switched_on(found)))


def _of_account(one: Switched) -> Timer:
    return Timer(
        name=one.name,
        unit=one.unit,
        calendars=one.settings.get("OnCalendar", ()),
        monotonic=tuple(_monotonic(one.settings)),
        paths=tuple(f"{key}={path}" for key in _WATCHED for path in one.settings.get(key, ())),
        fragment=one.fragment,
        active=True,
        starts=one.starts,
    )


def _monotonic(settings: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """`OnUnitActiveSec=5min`, by the name under which a manager shows it."""
    for key in sorted(settings):
        if key.startswith("On") and key.endswith("Sec"):
            yield from (f"{key.removesuffix('Sec')}USec={time}" for time in settings[key])


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
