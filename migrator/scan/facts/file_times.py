import re
from collections.abc import Mapping
from dataclasses import dataclass

from migrator.scan.fact import Fact

__all__ = ["FileTime", "FileTimes"]

_LINE = re.compile(r" (\d{1,10}) (\d{1,18}) (/.+)")


@dataclass(frozen=True, slots=True)
class FileTime:
    """When a file was last written to, Unix seconds, and its size in bytes."""

    modified: int
    size: int


class FileTimes(Fact[Mapping[str, FileTime]]):
    """When configuration and program files were last written to: what a later scan tells a changed host by.

    Time and size only; no file is opened. The files are those that the question about configuration reads, archives of
    Java, and what the running processes execute (`/proc/PID/exe`, for root). Source: stat(1) of GNU and of busybox.
    """

    name = "file_times"
    needs = ("stat",)
    command = r"""
roots=
for d in /etc /opt /srv /usr/local /var/www /home /data /app /apps; do [ -d "$d" ] && roots="$roots $d"; done
for d in /var/lib/tomcat* /var/lib/jetty* /usr/share/tomcat*; do [ -d "$d" ] && roots="$roots $d"; done
{ find $roots -xdev -maxdepth 5 \( -name .git -o -name node_modules -o -name site-packages -o -name dist-packages \
  -o -name venv -o -name .venv -o -name .cache -o -name .ssh -o -name .npm -o -path /etc/ssl -o -path /etc/alternatives \
  -o -path /etc/fonts -o -path /etc/ca-certificates -o -path /etc/pam.d -o -path /etc/security -o -path '/etc/java*' \
  -o -path /etc/X11 -o -path /etc/apparmor.d -o -path /etc/selinux -o -path /etc/ssh -o -path /usr/local/lib \
  -o -path /usr/local/go -o -path /usr/local/share -o -path /etc/apt -o -path /etc/dpkg \) -prune -o \
  \( -type f -o -type l \) \( -name '*.conf' -o -name '*.cnf' -o -name '*.cfg' -o -name '*.cf' -o -name '*.ini' \
  -o -name '*.env' -o -name '.env' -o -name '*.properties' -o -name '*.yml' -o -name '*.yaml' -o -name '*.xml' \
  -o -name '*.toml' -o -name '*.json' -o -name '*.php' -o -name '*.py' -o -name '*.sh' -o -name '*.rb' -o -name '*.pl' \
  -o -name '*.js' -o -name '*.jar' -o -name '*.war' -o -name '*.ear' -o -name '*.service' -o -name '*.timer' \
  -o -path '*/sites-enabled/*' -o -path '/etc/default/*' -o -path '/etc/sysconfig/*' -o -path '/etc/cron*' \) \
  -exec stat -L -c ' %Y %s %n' {} + 2>/dev/null
  stat -L -c ' %Y %s %n' /proc/[0-9]*/exe 2>/dev/null
} | head -n 3000
true
"""

    def parse(self, text: str) -> Mapping[str, FileTime]:
        """Read `time size path` lines."""
        found = (match for line in text.split("\n") if (match := _LINE.fullmatch(line)))
        return {match[3]: FileTime(int(match[1]), int(match[2])) for match in found}
