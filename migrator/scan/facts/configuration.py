import shlex
from dataclasses import replace

from migrator.scan.fact import Fact
from migrator.scan.mentions import FORMS, Mention, MentionKind, mentions_in
from migrator.scan.shells import FILES

__all__ = ["MENTIONS", "Configuration"]

MENTIONS = (
    FORMS
    + r"""
FNR == 1 {
  inside = 0; upstream = 0; script = /^#!/; variable = ""
  if (FILENAME ~ /\/env\/[A-Z][A-Z0-9_]*$/) { variable = FILENAME; sub(/^.*\//, "", variable); variable = variable "=" }
  nameless = !script && variable == "" && FILENAME ~ /^\/((home|opt|srv|app|apps|data|var\/(lib|opt))\/.*|root)\/[.]?[^.\/]+$/ && FILENAME !~ settled && FILENAME !~ /\/\.ssh\/config$/
  if (tolower(FILENAME) ~ /\/[^\/]*(passw|pgpass|netrc|sasl|secret|credential|htdigest)[^\/]*$/ && FILENAME !~ /\.(py|sh|js|rb|pl|php)$/) nameless = 1
  keeps = nameless && tolower(FILENAME) ~ /\/[^\/]*(pgpass|netrc|passwd|passwords?|secrets|htdigest)([.]client)?$/
  tunnels = FILENAME ~ /\/\.ssh\/config$/; jump = ""; ahead = ""; options = FILENAME ~ /\.cnf$|odbc\.ini$|pg_service\.conf$/; table = FILENAME ~ /\/inittab$/; uwsgi = FILENAME ~ /uwsgi/; yaml = FILENAME ~ /\.ya?ml$/
  depth = 0; redis = 0; pool = 0; last = 0; awaits = ""; called_host = called_port = ""; written = FILENAME ~ /\.(config|erl|hrl|terms|escript)$/ ? 1 : FILENAME ~ /\.(tcl|exp|rc)$/ ? 2 : 0; pages = $0 ~ /[\001-\010\016-\032]/ || (script && FILENAME in named_too); afar = FILENAME ~ /(lsyncd|rsync|unison|rclone|borg|restic)[^\/]*$/
}
pages { next }
{ line = variable (length($0) > 4000 ? substr($0, 1, 4000) : $0) }
inside { if (!(i = index(line, "-->"))) next; inside = 0; line = substr(line, i + 3) }
i = index(line, "<!--") { if (!index(substr(line, i), "-->")) inside = 1; line = substr(line, 1, i - 1) }
index(line, "socket -server ") { next }
line !~ /[^ \t]/ || line ~ /^[ \t]*(#|;|\/\/|\/\*|--[^-]|--$|!)/ || line ~ /^[ \t]+\*/ { next }
{
  if (index(line, "#")) sub(/[ \t]#.*$/, "", line)
  if (written) line = written == 1 ? tuples(line) : assigned(line)
  low = tolower(line); slash = index(line, "/")
  name = is_secret(low); if (name == "" && keeps && line ~ /^[ \t]*[^ \t:]+[ \t:]+[^ \t]/) { name = "passwords"; keeps = 0 }
  if (name == "" && FILENAME in named_too && low ~ /^[a-z0-9_.-]+[ \t]+[^] \t:\/=,;[<>(){}]+:[^] \t:\/=,;[<>(){}]*[^]0-9 \t:\/=,;[<>(){}][^] \t:\/=,;[<>(){}]*[ \t]*$/) name = "login"
  if (name != "") say("hidden", name)
  if (nothing_else) { nothing_else = 0; next }
  if (waiting && slash && index(line, "/etc/")) named_in(line, !script && !afar && FILENAME !~ code && FILENAME !~ /\.sh$|cron/ && low !~ /^[ \t]*check[ \t]/)
  if (FILENAME in named_too && low ~ /^[^ \t:=]+([ \t]+[^ \t:=]+)?:[^ \t:=]*[ \t]*$/) next
  if (nameless) next
  if (tunnels) { tunnel(low); next }
  block(line)
  if (yaml && index(line, ":")) pool = low ~ /^[ \t]*servers:[ \t]*$/ || (pool && low !~ /^[ \t]*[a-z_-]+:/)
  if (index(line, "end") || index(line, "listen") || index(line, "upstream")) {
    if (match(line, /^[ \t]*(frontend|backend|listen|upstream)[ \t]+[A-Za-z0-9_.-]+/)) say("section", substr(line, RSTART, RLENGTH))
    if (low ~ /^[ \t]*upstream[ \t]/) upstream = 1
  }
  if (index(line, "[") && match(line, /^[ \t]*\[(program|watcher|fcgi-program|eventlistener):[A-Za-z0-9_.-]+\]/)) {
    s = substr(line, RSTART, RLENGTH - 1); sub(/^[ \t]*\[/, "", s); sub(/:/, " ", s); say("section", s)
  }
  if (options && match(line, /^[ \t]*\[[A-Za-z0-9_.-]+\]/)) { s = substr(line, RSTART, RLENGTH - 1); sub(/^[ \t]*\[/, "", s); say("group", s) }
  if (slash) files(line, low)
  if (index(low, "odbc:") || index(low, "dsn")) {
    if (match(low, /odbc:(dsn=)?[a-z][a-z0-9_-]*|(^|[^a-z0-9])(odbc_?)?dsn["]?[ \t]*[=:][ \t]*["]?[a-z][a-z0-9_-]*/) && substr(line, RSTART + RLENGTH, 1) !~ /[=:\/.]/) {
      u = substr(line, RSTART, RLENGTH); sub(/^.*[=: \t"]/, "", u); say("source", "odbc " u)
    }
  }
  if (index(low, "service") && match(low, /(^|[^a-z0-9])(pg)?service["]?[ \t]*=[ \t]*["]?[a-z][a-z0-9_-]*/)) {
    u = substr(line, RSTART, RLENGTH); sub(/^.*[= \t"]/, "", u); say("source", "pg " u)
  }
  if (uwsgi && match(low, /^[ \t]*((uwsgi|https?|fastcgi|scgi)-)?(socket|https?)[ \t]*[=:][ \t]*[^ \t,]+/)) {
    u = substr(line, RSTART, RLENGTH); sub(/^[^=:]*[=:][ \t]*/, "", u); sub(u ~ /\// ? "^[^/]*" : "^.*:", "", u)
    if (u ~ /^([0-9]+|\/[A-Za-z0-9._][A-Za-z0-9._\/-]*)$/) { say("listen", u); next }
  }
  if (index(low, "listen") || index(low, "bind") || index(low, "accept")) {
    if (match(low, /(^|[{;])[ \t]*(listen|bind|accept|listeners)[ \t]*[= \t][ \t]*([^ \t;]*:)?[0-9]+([ \t;,]|$)/)) {
      u = substr(low, RSTART, RLENGTH); sub(/[ \t;,]+$/, "", u); sub(/^.*[^0-9]/, "", u); say("listen", u)
    }
    if (slash && match(line, /^[ \t]*listen[ \t]*=?[ \t]*(unix:)?\/[A-Za-z0-9._\/-]+/)) {
      u = substr(line, RSTART, RLENGTH); sub(/^[^\/]*/, "", u); say("listen", u)
    }
  }
  if (index(line, "(") && index(line, ",") && match(low, anywhere)) {
    u = substr(low, RSTART, RLENGTH); sub(/^.*[^0-9]/, "", u); say("listen", u)
  }
  if (index(line, "=") && match(line, /^[ \t]*(export[ \t]+)?[A-Z_][A-Z0-9_]*=/)) say("variable", substr(line, RSTART, RLENGTH))
  if (slash && (index(line, "chk") || index(line, "check")) && match(line, /(httpchk|http-check send|health_check|check_http)[A-Za-z_= ]*\/[A-Za-z0-9._\/-]*/)) say("check", substr(line, RSTART, RLENGTH))
  endpoints(line, low)
  if (upstream && index(line, "}")) upstream = 0
  if (index(low, "stick") || index(low, "hash") || index(low, "balance") || index(low, "appsession") || index(low, "cookie")) {
    if (match(low, /^[ \t]*(ip_hash|sticky[ \t]|hash[ \t]+\$(binary_)?(remote_addr|cookie)|stick[ \t]+on|balance[ \t]+source|appsession|cookie[ \t].*[ \t](insert|prefix|rewrite|indirect))/) || match(low, /stickysession=/))
      say("affinity", substr(low, RSTART, RLENGTH))
  }
}
function tuples(s,   t, k) {
  if (s ~ /^[ \t]*%/) return ""
  while (match(s, /\{[ \t]*[a-z][a-z0-9_]*[ \t]*,[ \t]*(<<[ \t]*)?("[^"]*"|[0-9]+)([ \t]*>>)?[ \t]*\}/)) {
    t = k = substr(s, RSTART + 1, RLENGTH - 2); sub(/[ \t]*,.*$/, "", k); sub(/^[^,]*,[ \t]*(<<)?[ \t]*/, "", t); sub(/[ \t]*(>>)?[ \t]*$/, "", t)
    s = substr(s, 1, RSTART - 1) " " k " = " t " " substr(s, RSTART + RLENGTH)
  }
  return s
}
function assigned(s,   k) {
  if (s !~ /^[ \t]*set[ \t]+[A-Za-z0-9_:]+(\([A-Za-z0-9_,.-]+\))?[ \t]+("[^"$]*"|\{[^{}]*\}|[^]$"{}[ \t]+)[ \t;]*$/) return s
  sub(/^[ \t]*set[ \t]+/, "", s); k = s; sub(/[ \t].*$/, "", k); sub(/^[^ \t]+[ \t]+/, "", s); sub(/[ \t;]*$/, "", s); gsub(/^["{]|["}]$/, "", s)
  sub(/^[^(]*\(/, "", k); sub(/\)$/, "", k); gsub(/[,:]+/, ".", k)
  return k " = \"" s "\""
}
function named_in(s, own,   u) {
  while (match(s, /\/etc\/[A-Za-z0-9_.+@\/-]*[A-Za-z0-9]/)) {
    u = substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH)
    if (!(u in wanted)) continue
    if (own) say("file", u)
    if (!(u in named_too)) { named_too[u]; ARGV[ARGC++] = u }
  }
}
function block(line,   at, item) {
  match(line, /^[ \t]*/); at = RLENGTH
  item = index(line, "-") && line ~ ("^[ \t]*-[ \t]+([{]|[\"" q "]?[A-Za-z0-9_.-]+[\"" q "]?[ \t]*:([ \t]|$))")
  if (item) { match(line, /^[ \t]*-[ \t]+/); at = RLENGTH }
  while (depth && level[depth] > at) depth--
  if (!depth || level[depth] < at) { level[++depth] = at; opened_at[depth] = last }
  if (item || (index(line, "[") && line ~ /^[ \t]*\[+[A-Za-z_][^]=,"]*\]+[ \t]*$/)) opened_at[depth] = FNR
  last = FNR
}
function is_afar(head, low,   w) {
  if (low ~ /^[ \t]*(export[ \t]+)?[a-z0-9_.-]*remote[_-]?(dir|path|folder|root|base)["]?[ \t]*[=:]/ || (afar && low ~ /^[ \t]*targetdir[ \t]*=/)) return 1
  if (head !~ /:$/) return 0
  w = head; sub(/:+$/, "", w); sub("^.*[ \t\"" q "=,(]", "", w)
  return w ~ /@|^\$|\}$|^[0-9.]+$/ || (w ~ /^[A-Za-z0-9][A-Za-z0-9.-]*$/ && (afar || low ~ /(^|[^a-z])(rsync|scp|sftp|rclone|borg|restic|duplicity|unison|sshfs|nfs|mount)([^a-z]|$)|^[ \t]*target[ \t]*=/) && tolower(w) !~ /^(file|dir|path|local|sqlite[0-9]*|hash|unix)$/)
}
function files(line, low,   s, u, d, b, head) {
  if (index(low, "key") && match(low, /(ssl_?certificate_?key(_?file)?|key_?file|tls_?key|ssl[-_]key|private_?key(_?file)?)["]?[ \t=:]+["]?\/[a-z0-9._\/-]+/) && low !~ /snakeoil/) {
    u = substr(line, RSTART, RLENGTH); sub(/^[^\/]*/, "", u); say("key", u)
  }
  if ((index(low, "pass") || index(low, "secret") || index(low, "credential")) && match(low, /(pass|passwo?r?d|secrets?|credentials?)[-_ ]?(file(name)?|db|database|path)["]?[ \t=:]+["]?\/[a-z0-9._\/-]+/)) {
    u = substr(line, RSTART, RLENGTH); sub(/^[^\/]*/, "", u); say("kept", u)
  }
  if ((index(low, "dir") || index(low, "root") || index(low, "base=")) && (match(low, /^[ \t]*(chdir|directory|working_?directory|(server\.)?document-?root)[ \t]*[= \t][ \t]*["]?\/[a-z0-9._\/-]+/) ||
      match(low, /^[ \t]*root[ \t]+["]?\/[a-z0-9._\/-]+["]?;/) || match(low, /<directory[ \t]+["]?\/[a-z0-9._\/-]+/) || match(low, /(doc|app)base="\/[a-z0-9._\/-]+/))) {
    u = substr(line, RSTART, RLENGTH); d = tolower(u); if (d ~ /^</) d = "documentroot"
    sub(/^[ \t]+/, "", d); sub(/[ \t=].*$/, "", d); sub(/^[^\/]*/, "", u); sub(/["]?;$/, "", u); say("folder", d " " u)
  }
  if (low ~ /(^|[;&{(])[ \t]*(\.|source)[ \t]+["$~\/.]/ || ((index(low, "file") || index(low, "config") || index(low, "include")) && (low ~ /--(defaults-(extra-)?file|config|env-file|netrc-file)[= ]|identity_?file/ || low ~ /^[ \t]*(environmentfile|include[a-z_-]*)[ \t=:"]+-?\//)) || low ~ named || (index(line, " -i") && low ~ /(^|[^a-z])(ssh|scp|sftp|autossh|rsync)[ \t].*[ \t]-i[ \t]*["~$\/]/)) paths("file", line, 3)
  if (table || low ~ starts) paths("program", line, 6)
  s = index(line, ".sock") ? line : ""
  while (match(s, /\/[A-Za-z0-9._\/-]+\.sock(et)?/)) {
    u = substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH); if (u !~ /\/systemd\//) say("unix", u)
  }
  if (sockets && index(low, "host") && match(line, "(host|HOST)[ \t]*[=:][ \t]*[\"" q "]?/[A-Za-z0-9._/-]+")) {
    d = substr(line, RSTART, RLENGTH); sub(/^[^\/]*/, "", d); sub(/\/$/, "", d); sub(/^\/var\/run\//, "/run/", d); b = ""
    for (u in socket) if (index(u, d "/.s.PGSQL.") == 1) b = b == "" ? u : "several"
    if (b ~ /^\//) say("unix", socket[b])
  }
  s = sockets && index(line, "/run/") + index(line, "/var/") + index(line, "/tmp/") ? line : ""
  while (match(s, "[\"" q "](unix:)?\\/[A-Za-z0-9._\\/@-]+[\"" q "]")) {
    u = substr(s, RSTART + 1, RLENGTH - 2); s = substr(s, RSTART + RLENGTH); sub(/^unix:/, "", u); sub(/^\/var\/run\//, "/run/", u)
    if (u in socket && u !~ /\.sock(et)?$/) say("unix", socket[u])
  }
  s = index(line, ".pem") || index(line, ".crt") || index(line, ".cer") ? line : ""
  while (match(s, /\/[A-Za-z0-9._\/-]+\.(pem|crt|cer|cert)/)) { say("certificate", substr(s, RSTART, RLENGTH)); s = substr(s, RSTART + RLENGTH) }
  s = (index(line, "/var/") || index(line, "/srv/") || index(line, "/data/") || index(line, "/mnt/") || index(line, "/export") || index(line, "/backup")) && low !~ "chroot|documentroot|targetdir|host[\"" q "]?[ \t]*[=:][ \t]*[\"" q "]?/|^[ \t]*[a-z_.-]*socket[a-z_.-]*[\"" q "]?[ \t]*[=:]" ? line : ""; head = ""
  while (match(s, /\/(var\/lib|var\/backups?|backups?|srv|data|mnt|exports?|var\/spool)\/[A-Za-z0-9._\/-]*[A-Za-z0-9_-]/)) {
    d = substr(s, RSTART, RLENGTH); b = before(s); head = head substr(s, 1, RSTART - 1); s = substr(s, RSTART + RLENGTH)
    if (b !~ /[A-Za-z0-9._\/*-]/ && d !~ /\.sock(et)?$/ && !is_afar(head, low)) say("data", d)
    head = head d
  }
  if ((index(line, "upload") || index(line, "storage") || index(line, "media") || index(line, "attachments")) && match(line, /\/(var\/www|opt|home)\/[A-Za-z0-9._\/-]*\/(uploads?|storage|media|attachments)/)) say("data", substr(line, RSTART, RLENGTH))
}
function tunnel(low,   part, n) {
  if (low ~ /^[ \t]*(host|match)[ \t=]/) { jump = ""; ahead = "" }
  if (match(low, /^[ \t]*hostname[ \t=]+[a-z0-9][a-z0-9.-]*[ \t]*$/)) {
    n = split(substr(low, RSTART, RLENGTH), part, /[ \t=]+/); jump = part[n] != "" ? part[n] : part[n - 1]
    if (ahead != "") { say("address", jump ahead); ahead = "" }
  }
  if (match(low, /^[ \t]*localforward[ \t=]+([^ \t]*:)?[0-9]+[ \t]+[a-z0-9][a-z0-9.-]*:[0-9]+[ \t]*$/)) {
    sub(/^[ \t]*localforward[ \t=]+/, "", low); split(low, part, /[ \t]+/); sub(/^.*:/, "", part[1]); say("listen", part[1])
    if (part[2] !~ /^(localhost|127\.)/) say("address", part[2])
    else { sub(/^[^:]*/, "", part[2]); if (jump != "") say("address", jump part[2]); else ahead = part[2] }
  }
}
END { look_up() }
BEGIN {
  for (i = 1; i < ARGC; i++) if (ARGV[i] ~ /^\/\//) { wanted[substr(ARGV[i], 2)]; ARGV[i] = ""; waiting = 1 }
  while ((getline line < "/proc/net/unix") > 0) if (line ~ /^[^ ]+ [^ ]+ [^ ]+ 00010000 .* \//) { u = line; sub(/^[^\/]*/, "", u); line = u; sub(/^\/var\/run\//, "/run/", u); socket[u] = line; sockets = 1 }
  settled = "/([.]?(set)?env(vars|rc|ironment)?([-_][A-Za-z0-9_-]+)?|[.](bash_|z)?(profile|login|rc|env)|[.]bashrc|[.]zshrc|Caddyfile|Procfile)$"
  named = "(config|conf|settings|properties|env|environment)([-_]?(file|path|dir|location))?[\"" q "]?[ \t]*[=: ][ \t]*[\"" q "]?(file:)?/"
  starts = "^[ \t\"" q "]*(command|cmd|exec|execstart|daemon|daemon_bin|script|program)[\"" q "]?[ \t]*[=: ]"
  anywhere = "\\(+[\"" q "](0[.]0[.]0[.]0|::|[*]|)[\"" q "][ \t]*,[ \t]*[0-9]+"
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
    that speak of users or passwords yield URLs and host settings only, and the *name* under which a secret stands there. Of a file without an extension, or with a name like `sasl_passwd`, only the names of its secrets are told, because it may be any text; `.env`, `.profile`, a `Procfile` and their like are settings. A file
    without an extension below /etc is read where a file that is read names it and it is no script, and of what looks like accounts with
    passwords in it only the place is told. Lines with control characters are data and say nothing. What is a socket is told
    by the kernel's own list. Of an account's password files and private keys the path alone is told. Comments are skipped. Bounded in depth, size of
    files and length of lines. The awk has no bounded repetition (`{2,5}`), which mawk before 1.3.4-20200717 lacks.
    """

    name = "configuration"
    shell = FILES
    command = f"""
for f in $(chosen k); do echo " kept ${{f%/*}}:1:$f"; done
set -- $(readable s)
[ "$#" -eq 0 ] || for f in $(grep -l -e '-----BEGIN [A-Z ]*PRIVATE KEY-----' "$@" /dev/null); do echo " key ${{f%/*}}:1:$f"; done
set -- $(readable ce)
[ "$#" -eq 0 ] || awk -v q="'" -v resolver="${{GETENT:-}}" {shlex.quote(MENTIONS)} "$@"
"""

    def parse(self, text: str) -> tuple[Mention, ...]:
        """Read the mentions, in the order of file and line. What does not have the form of its kind is dropped."""
        return tuple(_in_place(mention) for mention in mentions_in(text))


def _in_place(mention: Mention) -> Mention:
    """A file that is nothing but a secret is told under its folder: its own name (`.pgpass:1:`) looks like one."""
    whole = mention.kind in {MentionKind.KEY, MentionKind.KEPT} and mention.path.rpartition("/")[0] == mention.file
    return replace(mention, file=mention.path) if whole else mention
