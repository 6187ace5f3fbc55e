import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from migrator.scan.fact import Fact
from migrator.scan.redact import redact
from migrator.scan.shell import sections
from migrator.scan.shells import PACKAGES

__all__ = ["CronEntry", "Crontabs"]

_LINE = re.compile(r" (/[^:]*):(\d{1,9}):(.*)")
_SETTING = re.compile(r"\s*([A-Za-z_]\w*)\s*=(.*)")
_ITEM = r"(?:[0-9*][0-9*/~-]*|[A-Za-z]{3}(?:-[A-Za-z]{3})?(?:/[0-9]+)?)"
_FIELD = rf"{_ITEM}(?:,{_ITEM})*"
_ENTRY = re.compile(rf"\s*-?(@\w+|(?:{_FIELD}\s+){{4}}{_FIELD})\s+(.+)")
"""cronie and SUSE let a line begin with `-`: then nothing is logged."""
_WATCHED = re.compile(r"\s*((?:/(?:\\.|[^\s\\])*)\s+[A-Za-z0-9_=,]+)\s+(.+)")
"""`path events command` of a table of incron. Source: incrontab(5)."""
_OF_ZONE = "CRON_TZ"
_ZONE = re.compile(r"[A-Z][A-Za-z_]+(?:/[\w+-]+)*")
_PLAIN_PATH = re.compile(r"/[\w.-]+(?:/[\w.-]+)*/?")
_FOLDER = re.compile(r"/etc/cron\.(hourly|daily|weekly|monthly)\b")
_LEFT_BY_EDITORS = re.compile(r".*(?:~|\.rpm(?:save|orig|new)|\.cfsaved|\.(?:dpkg|ucf)-\w+)")
"""Names of files that no crond reads: older and newer versions that stand beside a crontab."""
_PERIODS = {"1": "@daily", "7": "@weekly", "30": "@monthly", "31": "@monthly"}
_SYSTEM = ("/etc/crontab", "/etc/cron.d/")
_INCRON = ("/etc/incron.d/", "/var/spool/incron/")


@dataclass(frozen=True, slots=True)
class CronEntry:
    """One line of a crontab, or of a table of incron. `command` is redacted.

    `schedule` is five fields or `@reboot`, `@daily`, …; of incron, the path that is watched and for what.
    """

    file: str
    line: int
    schedule: str
    user: str
    command: str
    packaged: bool = False
    """True when the file came with a package of the distribution."""
    name: str = ""
    """What anacron calls it, or the name of a file in `cron.daily` and its like."""
    settings: tuple[tuple[str, str], ...] = ()
    """Settings of the crontab that name a folder, where a command uses them: name and path; and its zone."""

    @property
    def timezone(self) -> str:
        """The zone that the crontab says its schedules are meant in; not every cron heeds it."""
        return dict(self.settings).get(_OF_ZONE, "")

    @property
    def watches(self) -> bool:
        """Whether a file starts it, and not the clock."""
        return self.file.startswith(_INCRON)


class Crontabs(Fact[tuple[CronEntry, ...]]):
    """System and user crontabs, cron.daily and its like, anacrontab, incron's tables, and which files came with a package.

    Settings in crontabs stay on the host, but for `HOME` and those that a command uses, if they are a plain path, and `CRON_TZ`.

    User crontabs are readable for root only. Sources: crontab(5), incrontab(5); Debian keeps them in
    /var/spool/cron/crontabs, Red Hat in /var/spool/cron, SUSE in /var/spool/cron/tabs, incron in /var/spool/incron.
    """

    name = "crontabs"
    shell = PACKAGES
    command = r"""
echo '#packaged'
[ -z "$dpkg" ] || awk '/^ \/etc\/(cron|incron\.d\/)/ { print " " $1 }' "$dpkg"
if command -v rpm >/dev/null 2>&1; then
  for f in /etc/crontab /etc/cron.d/* /etc/incron.d/*; do [ -f "$f" ] && rpm -qf "$f" >/dev/null 2>&1 && printf ' %s\n' "$f"; done
fi
echo '#entries'
set --
for f in /etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/tabs/* /var/spool/cron/* /etc/incron.d/* /var/spool/incron/*; do
  [ -f "$f" ] || continue
  if [ -r "$f" ]; then set -- "$@" "$f"; else echo "$f: Permission denied" >&2; fi
done
[ "$#" -eq 0 ] || awk -v q="'" '
  FNR == 1 { split("", value); split("", line); kind = FILENAME ~ /\/(etc\/incron\.d|spool\/incron)\// }
  { sub(/\r$/, "") }
  /^[ \t]*(#|$)/ { next }
  !kind && match($0, "^[ \t]*[\"" q "]?[A-Za-z_][A-Za-z0-9_]*[\"" q "]?[ \t]*=") {
    name = substr($0, RSTART, RLENGTH); v = substr($0, RSTART + RLENGTH)
    gsub("[^A-Za-z0-9_]", "", name); gsub("^[ \t]*[\"" q "]?|[\"" q "]?[ \t]*$", "", v)
    value[name] = v ~ /^(\/[A-Za-z0-9._-]+)+\/?$/ || (name == "CRON_TZ" && v ~ /^[A-Z][A-Za-z_]+(\/[A-Za-z0-9_+-]+)*$/) ? v : ""
    line[name] = FNR; next
  }
  {
    for (name in value) if (value[name] != "" && (name == "HOME" || name == "CRON_TZ" || index($0, "$" name) || index($0, "${" name))) {
      print " " FILENAME ":" line[name] ":" name "=" value[name]; value[name] = ""
    }
    print " " FILENAME ":" FNR ":" $0
  }' "$@" | hide
echo '#periodic'
for f in /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/*; do [ -f "$f" ] && [ -x "$f" ] && printf ' %s\n' "$f"; done
if [ -r /etc/anacrontab ]; then
  echo '#anacron'; grep -nE '^[[:space:]]*[0-9@]' /etc/anacrontab | grep -v run-parts | sed 's/^/ /' | hide
fi
for d in /var/spool/cron/crontabs /var/spool/cron/tabs /var/spool/cron /var/spool/incron; do
  [ -d "$d" ] && [ ! -r "$d" ] && echo "$d: Permission denied" >&2
done
true
"""

    def parse(self, text: str) -> tuple[CronEntry, ...]:
        """Read entries; settings (`SHELL=`) and lines that are no schedule are skipped."""
        parts = sections(text)
        packaged = {line.strip() for line in parts.get("packaged", [])}
        entries = tuple(_entries(parts.get("entries", []), packaged))
        periodic = _periodic(parts.get("periodic", []), entries, packaged)
        return (*entries, *periodic, *_anacron(parts.get("anacron", [])))


def _periodic(lines: list[str], entries: Iterable[CronEntry], packaged: set[str]) -> Iterator[CronEntry]:
    """A script in `cron.daily` runs when the line of /etc/crontab says that runs them all."""
    when = {match[1]: e.schedule for e in entries for match in _FOLDER.finditer(e.command) if "run-parts" in e.command}
    for line in lines:
        match = _FOLDER.search(line)
        if match:
            schedule = when.get(match[1], f"@{match[1]}")
            yield CronEntry(
                line.strip(), 1, schedule, "root", line.strip(), line.strip() in packaged, line.rsplit("/", 1)[-1]
            )


def _anacron(lines: list[str]) -> Iterator[CronEntry]:
    """`period delay name command`, where the period is in days or a word. Source: anacrontab(5)."""
    for line in lines:
        number, _, text = line.strip().partition(":")
        period, _, name, command = [*text.split(None, 3), "", "", "", ""][:4]
        schedule = _PERIODS.get(period, period if period.startswith("@") else f"0 0 */{period} * *")
        if command and number.isdecimal():
            yield CronEntry("/etc/anacrontab", int(number), schedule, "root", redact(command), name=name)


def _entries(lines: list[str], packaged: set[str]) -> Iterator[CronEntry]:
    settings: dict[str, dict[str, str]] = {}
    # The host prints a line that it hid something in after the others, and a setting counts for the lines below it.
    for file, number, text in sorted(_numbered(lines)):
        said = settings.setdefault(file, {})
        if setting := None if file.startswith(_INCRON) else _SETTING.fullmatch(text):
            said.update({setting[1]: setting[2]} if _is_told(setting[1], setting[2], text) else {})
        elif entry := _entry(file, number, text):
            packed = file in packaged or (file == "/etc/crontab" and "run-parts" in entry.command)
            yield replace(entry, packaged=packed, settings=tuple(sorted(said.items())))


def _is_told(name: str, value: str, text: str) -> bool:
    form = _ZONE if name == _OF_ZONE else _PLAIN_PATH
    return form.fullmatch(value) is not None and redact(text) == text


def _numbered(lines: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    for line in lines:
        match = _LINE.fullmatch(line)
        if match and not _LEFT_BY_EDITORS.fullmatch(match[1]):
            yield match[1], int(match[2]), match[3]


def _entry(file: str, line: int, text: str) -> CronEntry | None:
    """One line: in a table of the system the account stands before the command, which a tab may part as well."""
    match = (_WATCHED if file.startswith(_INCRON) else _ENTRY).fullmatch(text)
    if not match:
        return None
    schedule, command = " ".join(match[1].split()), match[2].strip()
    user = "root" if file.startswith("/etc/incron.d/") else file.rsplit("/", 1)[-1]
    if file.startswith(_SYSTEM):
        user, command = [*command.split(None, 1), "", ""][:2]
    return CronEntry(file, line, schedule, user, redact(command)) if command else None
