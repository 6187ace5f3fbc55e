import re
import shlex

from migrator.scan.awk import ENDPOINTS, program
from migrator.scan.fact import Fact
from migrator.scan.mentions import Mention, MentionKind, mentions_in
from migrator.scan.shells import PROCESSES

__all__ = ["ProcessSettings", "pid_of"]

_PLACE = re.compile(r"/proc/(\d+)/(?:cmdline|environ)")
_KINDS = frozenset(
    [
        MentionKind.URL,
        MentionKind.ADDRESS,
        MentionKind.SETTING,
        MentionKind.CLIENT,
        MentionKind.LISTEN,
        MentionKind.DATA,
    ]
)
_OF_PROCESSES = program(*ENDPOINTS, "processes")


class ProcessSettings(Fact[tuple[Mention, ...]]):
    """What the command lines and the environment of running processes name as endpoints.

    This is what a service was really started with, whatever wrapper, unit, file or process manager it came from. The
    allow-list is that of the question about configuration: of each value, the host names and ports in it leave the host,
    and the path where a variable that is named for data holds nothing but a folder.
    A plain user reads every command line, and the environment of its own processes. Source: proc(5).

    What scans started is left out, this one and others that run at the same time: half of a second would go into the
    texts of their programs, and nothing would come of it.
    """

    name = "process_settings"
    shell = PROCESSES
    command = (
        f"forms={shlex.quote(_OF_PROCESSES)}"
        r"""
cd /proc || exit 1
{ if [ "$zeros" ]; then grep -Haz . [0-9]*/environ [0-9]*/cmdline 2>/dev/null | tr '\n\000' '\037\n'
  else for f in [0-9]*/environ [0-9]*/cmdline; do [ -r "$f" ] && tr '\n\000' '\037\n' <"$f" | sed -e '/./!d' -e "s#^#$f:#"; done; fi
} | awk -v q="'" -v resolver="${GETENT:-}" "$forms"
true
"""
    )

    def parse(self, text: str) -> tuple[Mention, ...]:
        """Read the mentions that are endpoints or folders of data; `file` is the place in /proc."""
        return tuple(
            m
            for m in mentions_in(text)
            if m.kind is MentionKind.NAME or (m.kind in _KINDS and _PLACE.fullmatch(m.file))
        )


def pid_of(mention: Mention) -> int:
    """The process that a mention is from; 0 where it is from a file."""
    match = _PLACE.fullmatch(mention.file)
    return int(match[1]) if match else 0
