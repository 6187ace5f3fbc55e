import re
from dataclasses import dataclass

from migrator.errors import FactError
from migrator.scan.fact import Fact
from migrator.scan.shells import SMALL

__all__ = ["SUDO_UNTRIED", "Machine", "MachineFacts"]

_MOST_DIGITS = 18
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9_+-]{1,30}){0,2}")

SUDO_UNTRIED = "sudo was not tried: become is not set"
_SUDO = {
    "password": "sudo asks for a password: no rule with NOPASSWD counts for this account, or a later one takes it away",
    "terminal": "sudo wants a terminal: a rule has to say `Defaults:ACCOUNT !requiretty`",
    "rule": "sudo does not allow it to this account",
    "absent": "the host has no sudo",
    "untried": SUDO_UNTRIED,
    "other": "sudo does not work for this account, for a reason that we do not know",
}
"""By the word that the login shell made of what sudo said."""
_LATE = re.compile(r"late-(\d{1,3})")


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """The host as a whole. Sizes in MiB."""

    uid: int
    hostname: str = ""
    kernel: str = ""
    uptime_s: float | None = None
    memory_mib: int | None = None
    cpus: int | None = None
    timezone: str = ""
    """Name in the time zone database, `Europe/Berlin`; empty where the host does not say."""
    ticks_per_s: int = 100
    scan_pid: int | None = None
    """Process id of the scan's own shell, so that it is not taken for a service."""
    sudo: str = ""
    """Why the scan is not root: what sudo said, or that it was not tried."""


class Machine(Fact[MachineFacts]):
    """Who we are on the host, its kernel, time zone, memory and processors.

    Sources: proc(5) for uptime, meminfo and cpuinfo; CLK_TCK is 100 for
    programs on every processor but Alpha and Itanium (kernel: `USER_HZ` of asm/param.h), where getconf(1) is asked.
    """

    name = "machine"
    shell = SMALL
    command = r"""
awk '$1 == "Uid:" { print "uid", $3 } /^MemTotal:/ { print "memory", $0 } /^processor/ { cpus++ }
  FILENAME == "/proc/uptime" { print "uptime", $1 } END { print "cpus", cpus }' \
  /proc/self/status /proc/uptime /proc/meminfo /proc/cpuinfo
IFS= read -r name </proc/sys/kernel/hostname; printf 'hostname %s\n' "$name"
kernel=$(uname -srm); printf 'kernel %s\n' "$kernel"
zone=; [ -r /etc/timezone ] && IFS= read -r zone </etc/timezone
[ "$zone" ] || zone=$(readlink /etc/localtime)
printf 'zone %s\n' "${zone##*/zoneinfo/}"
case $kernel in *alpha*|*ia64*) printf 'ticks %s\n' "$(getconf CLK_TCK)" ;; esac
printf 'pid %s\n' "$MIGRATE_PID"
[ -z "$MIGRATE_SUDO" ] || printf 'sudo %s\n' "$MIGRATE_SUDO"
"""

    def parse(self, text: str) -> MachineFacts:
        """Read `word value` lines; what is not a number where one is due is left unknown."""
        said = dict(line.split(" ", 1) for line in text.split("\n") if " " in line)
        uid = _integer(said.get("uid", ""))
        if uid is None:
            raise FactError("the host does not say who we are")
        kib = _integer(_word(said.get("memory", ""), 1))
        return MachineFacts(
            uid=uid,
            hostname=said.get("hostname", ""),
            kernel=said.get("kernel", ""),
            uptime_s=_number(_word(said.get("uptime", ""), 0)),
            memory_mib=None if kib is None else kib // 1024,
            cpus=_integer(said.get("cpus", "")) or None,
            timezone=_zone(said.get("zone", "")),
            ticks_per_s=_integer(said.get("ticks", "")) or 100,
            scan_pid=_integer(said.get("pid", "")),
            sudo=_why_not_root(said.get("sudo", "")) if uid else "",
        )


def _why_not_root(word: str) -> str:
    if late := _LATE.fullmatch(word):
        return f"sudo did not answer within {late[1]} s: what it asks, such as a directory or a PAM module, may be down"
    return _SUDO.get(word, "")


def _zone(text: str) -> str:
    return text if _ZONE.fullmatch(text) else ""


def _word(text: str, index: int) -> str:
    words = text.split()
    return words[index] if index < len(words) else ""


def _integer(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
