from dataclasses import dataclass

from migrator.scan.fact import Fact
from migrator.scan.shell import sections
from migrator.scan.shells import PACKAGES

__all__ = ["ChangedFiles", "PackagedFiles"]


@dataclass(frozen=True, slots=True)
class PackagedFiles:
    """Configuration files that packages brought, as paths."""

    changed: tuple[str, ...] = ()
    untouched: frozenset[str] = frozenset()
    """Byte by byte as the package has them. Only dpkg tells, and only for folders in which programs are configured."""


class ChangedFiles(Fact[PackagedFiles]):
    """Configuration files of packages that are not as the package has them, as paths: somebody set them up by hand.

    And those that are: what they say is an example, or the same on every machine.

    dpkg keeps the checksum of each configuration file, against which its content is compared on the host; `rpm -V`
    does it itself. A file that a plain user may not read is not compared and counts as denied. busybox's apk keeps no
    such list. Sources: dpkg-query(1) `Conffiles`, rpm(8) "VERIFY OPTIONS".
    """

    name = "changed_files"
    shell = PACKAGES
    command = r"""
if [ "$dpkg" ] && command -v md5sum >/dev/null 2>&1; then
  echo '#dpkg'
  awk '/^ \/[^ ]+ [0-9a-f]+$/ && length($2) == 32 { print $2 "  " $1 }' "$dpkg" | md5sum -c |
    sed -n -E -e 's/^(.*): FAILED$/\1/p' -e '/: OK$/!d' -e '\#^/etc/(init|apparmor|pam|logrotate|rc.|profile|modprobe|sysctl|update-motd|bash_completion|apt|dpkg|fonts|X11)[^/]*/#d' \
      -e 's/^(.*): OK$/=\1/p' | while IFS= read -r f; do case $f in /*) [ -f "$f" ] || continue ;; esac; printf ' %s\n' "$f"; done
elif command -v rpm >/dev/null 2>&1; then
  echo '#rpm'; rpm -Va --nodeps --noscripts --configfiles 2>/dev/null | sed -n -E 's#^..5.{5,7} +c (/.*)$# \1#p'
else
  echo 'no dpkg or rpm' >&2; exit 1
fi
true
"""

    def parse(self, text: str) -> PackagedFiles:
        """Read one path a line; `=` is before one that is as its package has it."""
        lines = [line.strip() for part in sections(text).values() for line in part]
        untouched = frozenset(line[1:] for line in lines if line.startswith("=/"))
        return PackagedFiles(tuple(sorted({line for line in lines if line.startswith("/")})), untouched)
