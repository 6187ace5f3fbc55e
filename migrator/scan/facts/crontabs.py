import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migrator.scan.fact import Fact
from migrator.scan.redact import redact
from migrator.scan.shell import sections
from migrator.scan.shells import PACKAGES

__all__ = ["CronEntry", "Crontabs"]

_LINE = re.compile(r" (/[^:]*):(\d+):(.*)")
_SETTING = re.compile(r"\s*[A-Za-z_]\w*\s*=")
_FIELD = r"(?:[0-9*][0-9*,/-]*|[A-Za-z]{3}(?:[-,][A-Za-z]{3})*)"
_ENTRY = re.compile(rf"\s*(@\w+|(?:{_FIELD}\s+){{4}}{_FIELD})\s+(.+)")
_FOLDER = re.compile(r"/etc/cron\.(hourly|daily|weekly|monthly)\b")
_PERIODS = {"1": "@daily", "7": "@weekly", "30": "@monthly", "31": "@monthly"}
_SYSTEM = ("/etc/crontab", "/etc/cron.d/")


@dataclass(frozen=True, slots=True)
class CronEntry:
    """One line of a crontab. `schedule` is five fields or `@reboot`, `@daily`, …; `command` is redacted."""

    file: str
    line: int
    schedule: str
    user: str
    command: str
    packaged: bool = False
    """True when the file came with a package of the distribution."""
    name: str = ""
    """What anacron calls it, or the name of a file in `cron.daily` and its like."""


class Crontabs(Fact[tuple[CronEntry, ...]]):
    """System and user crontabs, cron.daily and its like, anacrontab, and which files came with a package.

    Settings in crontabs stay on the host.

    User crontabs are readable for root only. Source: crontab(5); Debian keeps them in /var/spool/cron/crontabs, Red Hat
    in /var/spool/cron, SUSE in /var/spool/cron/tabs.
    """

    name = "crontabs"
    shell = PACKAGES
    command = r"""
echo '#packaged'
[ -z "$dpkg" ] || awk '/^ \/etc\/cron/ { print " " $1 }' "$dpkg"
if command -v rpm >/dev/null 2>&1; then
  for f in /etc/crontab /etc/cron.d/*; do [ -f "$f" ] && rpm -qf "$f" >/dev/null 2>&1 && printf ' %s\n' "$f"; done
fi
echo '#entries'
set --
for f in /etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/tabs/* /var/spool/cron/*; do [ -f "$f" ] && set -- "$@" "$f"; done
[ "$#" -eq 0 ] || grep -HnvE "^[[:space:]]*(#|\$|[\"']?[A-Za-z_][A-Za-z0-9_]*[\"']?[[:space:]]*=)" "$@" | sed 's/^/ /' | hide
echo '#periodic'
for f in /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/*; do [ -f "$f" ] && [ -x "$f" ] && printf ' %s\n' "$f"; done
if [ -r /etc/anacrontab ]; then
  echo '#anacron'; grep -nE '^[[:space:]]*[0-9@]' /etc/anacrontab | grep -v run-parts | sed 's/^/ /' | hide
fi
for d in /var/spool/cron/crontabs /var/spool/cron/tabs /var/spool/cron; do
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
    for line in lines:
        match = _LINE.fullmatch(line)
        entry = _ENTRY.fullmatch(match[3]) if match and not _SETTING.match(match[3]) else None
        if not match or not entry:
            continue
        file, number, command = match[1], int(match[2]), entry[2].strip()
        user = file.rsplit("/", 1)[-1]
        if file.startswith(_SYSTEM):
            user, _, command = command.partition(" ") if " " in command else command.partition("\t")
        yield CronEntry(
            file=file,
            line=number,
            schedule=" ".join(entry[1].split()),
            user=user.strip(),
            command=redact(command.strip()),
            packaged=file in packaged or (file == "/etc/crontab" and "run-parts" in command),
        )
