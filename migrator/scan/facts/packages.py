from collections.abc import Mapping

from migrator.errors import FactError
from migrator.scan.fact import Fact
from migrator.scan.shell import sections
from migrator.scan.shells import PACKAGES

__all__ = ["Packages"]


class Packages(Fact[Mapping[str, str]]):
    """Installed packages: name -> version. From dpkg, rpm or apk, whichever the host has."""

    name = "packages"
    shell = PACKAGES
    command = r"""
if [ "$dpkg" ]; then
  echo '#dpkg'; awk '
    function tell() { if (state == "installed") print " " name "\t" version; state = "" }
    /^Package: / { tell(); name = $2 }
    /^Status: / { state = $NF }
    /^Version: / { version = $2 }
    END { tell() }' "$dpkg"
elif command -v rpm >/dev/null 2>&1; then
  echo '#rpm'; rpm -qa --qf ' %{NAME}\t%{VERSION}-%{RELEASE}\t\n'
elif command -v apk >/dev/null 2>&1; then
  echo '#apk'; apk info -v 2>/dev/null | sed -E 's/^(.*)-([0-9][^-]*-r[0-9]+)$/ \1\t\2/'
else
  echo 'no dpkg, rpm or apk' >&2; exit 1
fi
"""

    def parse(self, text: str) -> Mapping[str, str]:
        """Read tab-separated lines."""
        found = {}
        for lines in sections(text).values():
            for line in lines:
                name, tab, rest = line.strip(" ").partition("\t")
                if tab:
                    found[name] = rest.split("\t")[0]
        if not found:
            raise FactError("the package manager lists nothing")
        return found
