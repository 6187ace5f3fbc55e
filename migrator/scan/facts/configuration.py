import shlex

from migrator.scan.fact import Fact
from migrator.scan.mentions import FORMS, Mention, mentions_in
from migrator.scan.shells import FILES

__all__ = ["MENTIONS", "Configuration"]

MENTIONS = (
    FORMS
    + r"""
FNR == 1 { inside = 0; upstream = 0; script = /^#!/ }
{ line = substr($0, 1, 4000) }
FILENAME ~ /\/env\/[A-Z][A-Z0-9_]*$/ { name = FILENAME; sub(/^.*\//, "", name); line = name "=" line }
inside { if (!match(line, /-->/)) next; inside = 0; line = substr(line, RSTART + 3) }
match(line, /<!--/) { if (substr(line, RSTART) !~ /-->/) inside = 1; line = substr(line, 1, RSTART - 1) }
line !~ /[^ \t]/ || line ~ /^[ \t]*(#|;|\/\/|\/\*|--[^-]|--$|!)/ || line ~ /^[ \t]+\*/ { next }
{
  sub(/[ \t]#.*$/, "", line); low = tolower(line)
  name = is_secret(low); if (name != "") say("hidden", name)
  if (!script && FILENAME ~ /^\/(home|opt|srv|app|apps|data)\/.*\/[.]?[^.\/]+$/ && FILENAME !~ /\/env\/[A-Z][A-Z0-9_]*$/) next
  if (match(line, /^[ \t]*(frontend|backend|listen|upstream)[ \t]+[A-Za-z0-9_.-]+/)) say("section", substr(line, RSTART, RLENGTH))
  if (match(line, /^[ \t]*\[(program|watcher|fcgi-program|eventlistener):[A-Za-z0-9_.-]+\]/)) { s = substr(line, RSTART, RLENGTH - 1); sub(/^[ \t]*\[/, "", s); sub(/:/, " ", s); say("section", s) }
  if (low ~ /^[ \t]*upstream[ \t]/) upstream = 1
  if (match(low, /(ssl_?certificate_?key(_?file)?|key_?file|tls_?key|ssl[-_]key|private_?key(_?file)?)["]?[ \t=:]+["]?\/[a-z0-9._\/-]+/) && low !~ /snakeoil/) { u = substr(line, RSTART, RLENGTH); sub(/^[^\/]*/, "", u); say("key", u) }
  if (low ~ /(^|[;&{(])[ \t]*(\.|source)[ \t]+["$~\/.]/ || low ~ /--(defaults-(extra-)?file|config|env-file)[= ]/ || low ~ /^[ \t]*(environmentfile|include[a-z_-]*)[ \t=:"]+-?\// || low ~ ("(config|conf|settings|properties|env|environment)([-_]?(file|path|dir|location))?[\"" q "]?[ \t]*[=: ][ \t]*[\"" q "]?(file:)?/")) paths("file", line, 3)
  if (FILENAME ~ /\/inittab$/ || low ~ ("^[ \t\"" q "]*(command|cmd|exec|execstart|daemon|daemon_bin|script|program)[\"" q "]?[ \t]*[=: ]")) paths("program", line, 6)
  if (match(low, /(^|[{;])[ \t]*(listen|bind|accept|listeners)[ \t]*[= \t][ \t]*([^ \t;]*:)?[0-9]+([ \t;,]|$)/)) {
    u = substr(low, RSTART, RLENGTH); sub(/[ \t;,]+$/, "", u); sub(/^.*[^0-9]/, "", u); say("listen", u)
  }
  if (match(low, "\\(+[\"" q "](0[.]0[.]0[.]0|::|[*]|)[\"" q "][ \t]*,[ \t]*[0-9]+")) {
    u = substr(low, RSTART, RLENGTH); sub(/^.*[^0-9]/, "", u); say("listen", u)
  }
  if (match(line, /^[ \t]*listen[ \t]*=?[ \t]*(unix:)?\/[A-Za-z0-9._\/-]+/)) {
    u = substr(line, RSTART, RLENGTH); sub(/^[^\/]*/, "", u); say("listen", u)
  }
  if (match(line, /^[ \t]*(export[ \t]+)?[A-Z_][A-Z0-9_]*=/)) say("variable", substr(line, RSTART, RLENGTH))
  if (match(line, /(httpchk|http-check send|health_check|check_http)[A-Za-z_= ]*\/[A-Za-z0-9._\/-]*/)) say("check", substr(line, RSTART, RLENGTH))
  endpoints(line, low)
  if (upstream && line ~ /}/) upstream = 0
  s = line
  while (match(s, /\/[A-Za-z0-9._\/-]+\.sock/)) { say("unix", substr(s, RSTART, RLENGTH)); s = substr(s, RSTART + RLENGTH) }
  s = line
  while (match(s, /\/[A-Za-z0-9._\/-]+\.(pem|crt|cer|cert)/)) { say("certificate", substr(s, RSTART, RLENGTH)); s = substr(s, RSTART + RLENGTH) }
  if (match(low, /^[ \t]*(ip_hash|sticky[ \t]|hash[ \t]+\$(binary_)?(remote_addr|cookie)|stick[ \t]+on|balance[ \t]+source|appsession|cookie[ \t].*[ \t](insert|prefix|rewrite|indirect))/) || match(low, /stickysession=/))
    say("affinity", substr(low, RSTART, RLENGTH))
  s = low ~ /chroot|documentroot/ ? "" : line
  while (match(s, /\/(var\/lib|var\/backups?|backups?|srv|data|mnt|exports?|var\/spool)\/[A-Za-z0-9._\/-]*[A-Za-z0-9_-]/)) {
    d = substr(s, RSTART, RLENGTH); b = before(s); s = substr(s, RSTART + RLENGTH)
    if (b !~ /[A-Za-z0-9._\/*-]/) say("data", d)
  }
  if (match(line, /\/(var\/www|opt|home)\/[A-Za-z0-9._\/-]*\/(uploads?|storage|media|attachments)/)) say("data", substr(line, RSTART, RLENGTH))
}
"""
)
"""The program of awk that reads a file on the host. It prints what is on the allow-list of `Configuration`, and no more."""


class Configuration(Fact[tuple[Mention, ...]]):
    """What configuration says about upstreams, data folders, health checks and variables.

    An allow-list works on the host: only URLs without user, path and query, `name:port` pairs, settings whose key speaks of
    hosts, servers, addresses, brokers or ports, the host and port that a client program is called with, paths of programs
    that are started and of files that are read in turn, ports and paths that are listened on, socket paths, data folders, checks, paths of certificates, rules that pin a client
    to one server, and *names* of variables ever leave it. Lines
    that speak of users or passwords yield URLs and host settings only, and the *name* under which a secret stands there. Of a file without an extension only the names of its secrets are told, because it may be any text. Comments are skipped. Bounded in depth, size of
    files and length of lines. The awk has no bounded repetition (`{2,5}`), which mawk before 1.3.4-20200717 lacks.
    """

    name = "configuration"
    shell = FILES
    command = f"""
set -- $(readable c)
[ "$#" -eq 0 ] || awk -v q="'" {shlex.quote(MENTIONS)} "$@"
"""

    def parse(self, text: str) -> tuple[Mention, ...]:
        """Read the mentions, in the order of file and line. What does not have the form of its kind is dropped."""
        return mentions_in(text)
