import re
import shlex

from migrator.scan.fact import Fact
from migrator.scan.mentions import FORMS, Mention, MentionKind, mentions_in
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
_OF_PROCESSES = r"""
function kept(   name, path) {
  if (said !~ /^[A-Z][A-Z0-9_]*=\/(var\/lib|var\/backups?|backups?|srv|data|mnt|exports?|var\/spool)\/[A-Za-z0-9._\/-]*[A-Za-z0-9_-]\/?$/) return
  name = path = said; sub(/=.*$/, "", name); sub(/^[^=]*=/, "", path); sub(/\/$/, "", path)
  if (name ~ of_data || (name ~ /(DIR|FOLDER|DIRECTORY)$/ && name !~ of_program)) say("data", path)
}
function look() {
  if (ORIGIN ~ /environ$/) { if (said ~ of_itself) said = ""; kept() }
  if (said ~ /:\/\/|:[0-9]|[Hh][Oo][Ss][Tt]|HOST|-h[ =]|[Ss]erver|SERVER|[Aa]ddr|ADDR|[Pp]ort|PORT|[Bb]roker|BROKER|[Nn]ode|NODE|[Pp]eer|[Ss]eed|^[^ ]*(nc|telnet|ncat) /) { said = substr(said, 1, 4000); endpoints(said, tolower(said)) }
  said = ""
}
/^[0-9]+\/environ:MIGRATE_PID=/ { split($0, part, "/"); of_scan[part[1]] }
/^[0-9]+\/environ:REDACT(_ARGUMENTS)?=/ { next }
/^[0-9]+\/cmdline:/ { split($0, part, "/"); if (part[1] in of_scan) next }
{
  i = index($0, ":"); place = "/proc/" substr($0, 1, i - 1); word = substr($0, i + 1)
  if (place != ORIGIN || place ~ /environ$/) look()
  ORIGIN = place; gsub(/\037/, " ", word); said = said == "" ? word : said " " word
}
END { look(); look_up() }
BEGIN {
  of_itself = "^(HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVER_NAME|PORT|REMOTEHOST|SSH_[A-Z]+|DBUS_[A-Z_]+|LISTEN_[A-Z]+)="
  of_data = "(^|_|PG|DB|MY)(DATA|STATE|STORE|STORAGE|SPOOL|UPLOADS?|MEDIA|FILES|ARCHIVES?|BACKUPS?|DUMPS?|REPOS?|REPOSITORY|DB|DATABASE|QUEUE|JOURNAL|EXPORTS?|IMPORTS?|INBOX|OUTBOX|OUTPUT|REPORTS?|DOCUMENTS?|ATTACHMENTS?|VOLUME)_?(DIR|PATH|FOLDER|ROOT|HOME|LOCATION|DIRECTORY)?$"
  of_program = "(CONF|CONFIG|CONFIGURATION|ETC|LOGS?|RUN|RUNTIME|PID|SOCKET|LOCK|TMP|TEMP|CACHE|S?BIN|LIB|APPS?|WORK|WORKING|PLUGINS?|MODULES?|EXTENSIONS?|HOME|BASE|INSTALL|SRC|SOURCE|PROGRAM|SERVER|STATIC|TEMPLATES?|WEB|WWW|PUBLIC|DEPLOY|RELEASE|ENV|VENV|GEM|BUNDLE|OLD|CURRENT)_?(DIR|FOLDER|DIRECTORY)$"
}
"""


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
        f"forms={shlex.quote(FORMS + _OF_PROCESSES)}"
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
