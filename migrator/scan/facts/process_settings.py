import re
import shlex

from migrator.scan.fact import Fact
from migrator.scan.mentions import FORMS, Mention, MentionKind, mentions_in
from migrator.scan.shells import PROCESSES

__all__ = ["ProcessSettings", "pid_of"]

_PLACE = re.compile(r"/proc/(\d+)/(?:cmdline|environ)")
_KINDS = frozenset([MentionKind.URL, MentionKind.ADDRESS, MentionKind.SETTING, MentionKind.CLIENT, MentionKind.LISTEN])
_OF_PROCESSES = r"""
function look() { if (said ~ /:\/\/|:[0-9]|[Hh][Oo][Ss][Tt]|HOST|-h[ =]|[Ss]erver|SERVER|[Aa]ddr|ADDR|[Pp]ort|PORT|[Bb]roker|BROKER|[Nn]ode|NODE|[Pp]eer|[Ss]eed|^[^ ]*(nc|telnet|ncat) /) endpoints(substr(said, 1, 4000), ""); said = "" }
{
  i = index($0, ":"); place = "/proc/" substr($0, 1, i - 1); word = substr($0, i + 1)
  if (place != ORIGIN || place ~ /environ$/) look()
  ORIGIN = place; gsub(/\037/, " ", word); said = said == "" ? word : said " " word
}
END { look() }
"""


class ProcessSettings(Fact[tuple[Mention, ...]]):
    """What the command lines and the environment of running processes name as endpoints.

    This is what a service was really started with, whatever wrapper, unit, file or process manager it came from. The
    allow-list is that of the question about configuration: of each value, the host names and ports in it leave the host.
    A plain user reads every command line, and the environment of its own processes. Source: proc(5).
    """

    name = "process_settings"
    shell = PROCESSES
    command = (
        f"forms={shlex.quote(FORMS + _OF_PROCESSES)}"
        r"""
cd /proc || exit 1
{ if [ "$zeros" ]; then grep -Haz . [0-9]*/cmdline [0-9]*/environ 2>/dev/null | tr '\n\000' '\037\n'
  else for f in [0-9]*/cmdline [0-9]*/environ; do [ -r "$f" ] && tr '\n\000' '\037\n' <"$f" | sed -e '/./!d' -e "s#^#$f:#"; done; fi
} | awk -v q="'" "$forms"
true
"""
    )

    def parse(self, text: str) -> tuple[Mention, ...]:
        """Read the mentions that are endpoints; `file` is the place in /proc."""
        return tuple(m for m in mentions_in(text) if m.kind in _KINDS and _PLACE.fullmatch(m.file))


def pid_of(mention: Mention) -> int:
    """The process that a mention is from; 0 where it is from a file."""
    match = _PLACE.fullmatch(mention.file)
    return int(match[1]) if match else 0
