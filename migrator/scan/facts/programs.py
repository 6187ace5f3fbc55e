import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from migrator.scan.fact import Fact
from migrator.scan.shell import sections
from migrator.scan.shells import PACKAGES

__all__ = ["Programs", "ProgramsFacts"]

_OWNED = re.compile(r" ?([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9]+)?\.list:(/.+)")
_QUERIED = re.compile(r" ([A-Za-z0-9][A-Za-z0-9+._-]*) (/.+)")
_SAID = re.compile(r" (/[^:]+):.*?(\d+(?:\.\d+)+[A-Za-z0-9._+-]*)\"?,?\s*")
_PART = re.compile(r" (/[^:]+):#define NODE_(MAJOR|MINOR|PATCH)_VERSION (\d+)\s*")


@dataclass(frozen=True, slots=True)
class ProgramsFacts:
    """What the host knows about the files that are executed, by path."""

    owners: Mapping[str, str] = field(default_factory=dict)
    """File -> the package that it came with."""
    beside: tuple[str, ...] = ()
    """Archives and installed modules, with a version in their name, in the folders of hand-made installations."""
    said: Mapping[str, str] = field(default_factory=dict)
    """File that states a version -> that version."""
    go: frozenset[str] = frozenset()
    """Executables that the Go compiler made."""


class Programs(Fact[ProgramsFacts]):
    """Where the running programs come from: their package, or a version beside a program that somebody unpacked.

    Nothing is executed. The files are those that `/proc/PID/exe` and the command lines name; of a file that states a
    version, the version alone leaves the host. Sources: dpkg(1) keeps the files of each package in `info/*.list`;
    `rpm -qf`; `release` of a JDK, `pyvenv.cfg` (PEP 405), `*.dist-info` (PEP 376), `node_version.h`, `RELEASE-NOTES` of
    Tomcat, `*.runtimeconfig.json` of .NET. Go's linker begins each program with `Go build ID`.
    """

    name = "programs"
    shell = PACKAGES
    command = r"""
paths=$({ ls -l /proc/[0-9]*/exe; cat /proc/[0-9]*/cmdline | tr '\000 :' '\n\n\n'; } 2>/dev/null | awk '
  { if (!sub(/^l.* -> /, "")) sub(/^-[A-Za-z.]*=/, "") }
  /^\/[A-Za-z0-9_][A-Za-z0-9._\/+-]*$/ && !($0 in told) && n++ < 500 { told[$0]; print }')
homes=; made=; packaged=
for p in $paths; do
  case $p in */*bin/*|*/lib*/*) packaged="$packaged$p
"; case $p in /usr/*) packaged="$packaged${p#/usr}
"; esac ;; esac
  case $p in
    */jvm/*/bin/java) h=${p%/bin/*} ;;
    /usr/bin/*|/usr/sbin/*|/usr/lib*|/bin/*|/sbin/*|/lib*|/etc/*|/proc/*|/dev/*|/sys/*|/run/*|/var/run/*|/tmp/*|/var/log/*) continue ;;
    */bin/*) h=${p%/bin/*} ;;
    */lib/*) h=${p%%/lib/*} ;;
    *) if [ -d "$p" ]; then h=$p; else h=${p%/*}; fi ;;
  esac
  case " $homes " in *" $h "*) ;; *) homes="$homes $h" ;; esac
  case ${p##*/} in *.*|java|node|php*|ruby*|perl*|python*) ;; *) [ -f "$p" ] && [ -x "$p" ] && [ -r "$p" ] && made="$made $p" ;; esac
done
echo '#owned'
if [ -d /var/lib/dpkg/info ]; then
  [ -z "$packaged" ] || (cd /var/lib/dpkg/info && printf %s "$packaged" | grep -xFHf - *.list)
elif command -v rpm >/dev/null 2>&1; then
  { printf '%s\n\n' "$paths"; printf '%s\n' "$paths" | xargs rpm -qf --qf '[%{=NAME} %{FILENAMES}\n]' 2>/dev/null; } |
    awk '/^$/ { list = 1 } !list { want[$0] } list && $2 in want { print " " $0 }'
fi
echo '#beside'
[ -z "$homes" ] || for h in $homes; do
  for f in "$h"/lib/*-[0-9]*.jar "$h"/libs/*-[0-9]*.jar "$h"/*-[0-9]*.jar "$h"/lib*/python*/site-packages/*.dist-info; do
    [ -e "$f" ] && printf ' %s\n' "$f"
  done
done | head -n 1500
echo '#said'
set --
for h in $homes; do
  for f in VERSION version.txt VERSION.txt release RELEASE-NOTES pyvenv.cfg include/node/node_version.h; do
    [ -f "$h/$f" ] && [ -r "$h/$f" ] && set -- "$@" "$h/$f"
  done
  for f in "$h"/*.runtimeconfig.json; do [ -r "$f" ] && set -- "$@" "$f"; done
done
[ "$#" -eq 0 ] || grep -HE '^([A-Za-z_" -]*([Vv]ersion|VERSION)[=:" ]*|v)?[0-9]+(\.[0-9]+)+[A-Za-z0-9._+-]*"?,?[[:space:]]*$|define NODE_(MAJOR|MINOR|PATCH)_VERSION' "$@" /dev/null |
  sed 's/^/ /' | head -n 200
echo '#go'
[ -z "$made" ] || grep -la 'Go build ID: "' $made | sed 's/^/ /'
true
"""

    def parse(self, text: str) -> ProgramsFacts:
        """Read the four lists; of several versions in one file the first counts."""
        parts = sections(text)
        said: dict[str, str] = {}
        for path, version in _stated(parts.get("said", [])):
            said.setdefault(path, version)
        return ProgramsFacts(
            owners=dict(_owned(parts.get("owned", []))),
            beside=tuple(sorted({line.strip() for line in parts.get("beside", []) if line.startswith(" /")})),
            said=said,
            go=frozenset(line.strip() for line in parts.get("go", []) if line.startswith(" /")),
        )


def _owned(lines: list[str]) -> Iterator[tuple[str, str]]:
    """File and package. A file below /usr stands under either name where /bin is a link to /usr/bin."""
    for line in lines:
        match = _OWNED.fullmatch(line) or _QUERIED.fullmatch(line)
        if match:
            yield match[2], match[1]
            if match[2].startswith(("/bin/", "/sbin/", "/lib")):
                yield f"/usr{match[2]}", match[1]


def _stated(lines: list[str]) -> Iterator[tuple[str, str]]:
    numbers: dict[str, list[str]] = {}
    for line in lines:
        if match := _PART.fullmatch(line):
            numbers.setdefault(match[1], []).append(match[3])
        elif match := _SAID.fullmatch(line):
            yield match[1], match[2]
    for path, found in numbers.items():
        yield path, ".".join(found)
