import re
import shlex

from migrator.errors import FactError
from migrator.model.services import OperatingSystem
from migrator.scan.fact import Fact
from migrator.scan.shells import SMALL

__all__ = ["OsRelease"]

_OLD = re.compile(r"(?P<name>.+?)\s+release\s+(?P<version>[\d.]+)")


class OsRelease(Fact[OperatingSystem]):
    """The distribution and its release.

    Source: os-release(5); before it existed, /etc/redhat-release and /etc/debian_version (CentOS 6, Debian 6).
    """

    name = "os_release"
    shell = SMALL
    command = r"""
for f in /etc/os-release /usr/lib/os-release /etc/redhat-release /etc/debian_version; do
  [ -r "$f" ] && { printf '#%s\n' "$f"; cat "$f"; exit 0; }
done
echo 'no os-release' >&2; exit 1
"""

    def parse(self, text: str) -> OperatingSystem:
        """Read whichever file the host has. FactError if it is none that is known."""
        head, _, body = text.partition("\n")
        if head.endswith("os-release"):
            return _os_release(body)
        if head.endswith("redhat-release") and (match := _OLD.match(body)):
            family = "centos" if "centos" in body.lower() else "rhel"
            return OperatingSystem(family, match["version"], body.strip())
        if head.endswith("debian_version"):
            return OperatingSystem("debian", body.strip(), f"Debian {body.strip()}")
        raise FactError(f"cannot read {head[1:]!r}")


def _os_release(body: str) -> OperatingSystem:
    said = dict(line.split("=", 1) for line in body.split("\n") if "=" in line and not line.startswith("#"))
    values = {key: _unquote(value) for key, value in said.items()}
    return OperatingSystem(
        values.get("ID", ""), values.get("VERSION_ID", ""), values.get("PRETTY_NAME", values.get("NAME", ""))
    )


def _unquote(value: str) -> str:
    try:
        return " ".join(shlex.split(value))
    except ValueError:
        return value.strip("\"'")
