import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from migrator.scan.fact import Fact
from migrator.scan.shells import FILES

__all__ = ["Configuration", "Mention", "MentionKind"]

_LINE = re.compile(r" (\w+) (/[^\n]*?):(\d+):(.*)")
_URL = re.compile(r"([a-z][a-z0-9+.:-]*)://(\[?[A-Za-z0-9][A-Za-z0-9._:-]*?\]?)(?::(\d{1,5}))?")
_ADDRESS = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]*):(\d{2,5})")
_SETTING = re.compile(r"([a-z0-9_.-]+)[\"']?\s*(?:[=:]|\s)\s*[\"'\[]?([a-z0-9][a-z0-9.-]*)")
_SECRET_KEY = re.compile(r"[a-z0-9_. -]{1,100}")
_MENTIONS = r"""
function say(kind, text) { print " " kind " " FILENAME ":" FNR ":" text }
function is_secret(low,   k, name, i, after, head) {
  if ((index(low, "pass") || index(low, "secret") || index(low, "token") || index(low, "key") || index(low, "credential")) && match(low, words)) {
    k = substr(low, RSTART, RLENGTH); head = substr(low, 1, RSTART - 1)
    i = match(k, /[=:]/); name = substr(k, 1, i - 1); after = substr(k, i + 1); sub(/^[>= \t]*/, "", after)
    quoted = after ~ ("^[\"" q "]"); sub("^[\"" q "]", "", after)
    if (FILENAME ~ /\.(js|py|rb|pl|php)$/ && !quoted && !(name !~ ("[\"" q "][ \t]*$") && head ~ ("[\"" q "]"))) return ""
    if (after ~ /^([$%<\/*]|null|none|true|false|yes|no|env)/) return ""
    gsub("[\"" q " \t]", "", name)
    return name
  }
  if (index(low, "@") && low ~ login) return "url"
  if (index(low, "auth") && low ~ /^[ \t]*stats[ \t]+auth[ \t]+[^ \t]+:/) return "stats auth"
  if ((index(low, "pass") || index(low, "auth") || index(low, "secret")) && match(low, /^[ \t]*(requirepass|masterauth|password|passwd|secret)[ \t]+[^ \t=:$]/)) {
    split(low, part); return part[1]
  }
  return index(low, "private key") && low ~ /-----begin [a-z ]*private key-----/ ? "private key" : ""
}
function before(s) { return RSTART > 1 ? substr(s, RSTART - 1, 1) : " " }
BEGIN {
  words = "[a-z0-9_.-]*(passw(or)?d|passphrase|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential)"
  words = words "[a-z0-9_.-]*[\"" q "]?[ \t]*(=>|[=:])[ \t]*[\"" q "]?[^] \t\"" q ",;()}{]+"
  userinfo = "^[^ \t\"" q "]*@"
  login = "://[^ \t/:@\"" q "]*:[^ \t@/\"" q "$*]+@"
  url = "[a-z][a-z0-9+.:-]*://[^] \t\"" q "<>;,)|]+"
  setting = "[a-z0-9_.-]*(host|hostname|server|addr|address|port|relayhost|broker)[\"" q "]?[ \t]*[=:][ \t]*[\"" q "[]?[a-z0-9][a-z0-9.-]*"
}
FNR == 1 { inside = 0; nameless = FILENAME ~ /^\/(home|opt|srv|app|apps|data)\/.*\/[^.\/]+$/ }
{ line = length($0) > 4000 ? substr($0, 1, 4000) : $0 }
inside { if (!(i = index(line, "-->"))) next; inside = 0; line = substr(line, i + 3) }
i = index(line, "<!--") { if (!index(substr(line, i), "-->")) inside = 1; line = substr(line, 1, i - 1) }
line !~ /[^ \t]/ || line ~ /^[ \t]*(#|;|\/\/|\/\*|--[^-]|--$|!)/ || line ~ /^[ \t]+\*/ { next }
{
  if (index(line, "#")) sub(/[ \t]#.*$/, "", line)
  low = tolower(line); slash = index(line, "/"); pair = index(line, "=") || index(line, ":")
  name = is_secret(low); if (name != "") say("secret", name)
  if (nameless) next
  if ((index(line, "end") || index(line, "listen") || index(line, "upstream")) && match(line, /^[ \t]*(frontend|backend|listen|upstream)[ \t]+[A-Za-z0-9_.-]+/)) say("section", substr(line, RSTART, RLENGTH))
  if (index(low, "listen") || index(low, "bind")) {
    if (match(low, /^[ \t]*(listen|bind)[ \t]+([^ \t;]*:)?[0-9]+([ \t;]|$)/)) {
      u = substr(low, RSTART, RLENGTH); sub(/[ \t;]+$/, "", u); sub(/^.*[^0-9]/, "", u); say("listen", u)
    }
    if (slash && match(line, /^[ \t]*listen[ \t]*=?[ \t]*(unix:)?\/[A-Za-z0-9._\/-]+/)) {
      u = substr(line, RSTART, RLENGTH); sub(/^[^\/]*/, "", u); say("listen", u)
    }
  }
  if (pair && match(line, /^[ \t]*(export[ \t]+)?[A-Z_][A-Z0-9_]*=/)) say("variable", substr(line, RSTART, RLENGTH))
  if (slash && (index(line, "chk") || index(line, "check")) && match(line, /(httpchk|http-check send|health_check|check_http)[A-Za-z_= ]*\/[A-Za-z0-9._\/-]*/)) say("check", substr(line, RSTART, RLENGTH))
  if (index(line, "://")) {
    s = low ~ /xmlns|schemalocation|doctype|\.xsd|\.dtd/ ? "" : line
    while (match(s, url)) {
      u = substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH)
      p = index(u, "://"); rest = substr(u, p + 3)
      while (i = index(rest, "@")) rest = substr(rest, i + 1)
      sub(/[\/?#\\].*$/, "", rest)
      if (rest ~ /^[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]+)?$/ && !(s ~ userinfo && s !~ /^[^@]*:\/\//)) say("url", substr(u, 1, p - 1) "://" rest)
    }
  }
  if (index(low, "host") || index(low, "server") || index(low, "addr") || index(low, "port") || index(low, "broker")) {
    s = pair ? low : ""
    while (match(s, setting)) {
      a = substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH)
      if (s !~ userinfo) say("setting", a)
    }
    if (match(low, /^[ \t]*(port|host|address)[ \t]+[a-z0-9][a-z0-9.-]*[ \t]*$/)) say("setting", substr(low, RSTART, RLENGTH))
  }
  if (pair && line ~ /:[0-9][0-9]/) {
    s = low ~ /auth|pass|secret|user|token|cred/ ? "" : line
    while (match(s, /[A-Za-z0-9][A-Za-z0-9.-]*:[0-9][0-9]+/)) {
      a = substr(s, RSTART, RLENGTH); b = before(s); s = substr(s, RSTART + RLENGTH)
      if (b !~ /[:\/@]/ && s !~ /^[A-Za-z0-9:._-]/ && s !~ userinfo && a !~ /^[0-9]+:/) say("address", a)
    }
  }
  if (index(low, "stick") || index(low, "hash") || index(low, "balance") || index(low, "appsession") || index(low, "cookie")) {
    if (match(low, /^[ \t]*(ip_hash|sticky[ \t]|hash[ \t]+\$(binary_)?(remote_addr|cookie)|stick[ \t]+on|balance[ \t]+source|appsession|cookie[ \t].*[ \t](insert|prefix|rewrite|indirect))/) || match(low, /stickysession=/))
      say("affinity", substr(low, RSTART, RLENGTH))
  }
  if (!slash) next
  s = index(line, ".sock") ? line : ""
  while (match(s, /\/[A-Za-z0-9._\/-]+\.sock/)) { say("unix", substr(s, RSTART, RLENGTH)); s = substr(s, RSTART + RLENGTH) }
  s = index(line, ".pem") || index(line, ".crt") || index(line, ".cer") ? line : ""
  while (match(s, /\/[A-Za-z0-9._\/-]+\.(pem|crt|cer|cert)/)) { say("certificate", substr(s, RSTART, RLENGTH)); s = substr(s, RSTART + RLENGTH) }
  s = (index(line, "/var/") || index(line, "/srv/") || index(line, "/data/") || index(line, "/mnt/") || index(line, "/export/")) && low !~ /chroot|documentroot/ ? line : ""
  while (match(s, /\/(var\/lib|srv|data|mnt|export|var\/spool)\/[A-Za-z0-9._\/-]*[A-Za-z0-9_-]/)) {
    d = substr(s, RSTART, RLENGTH); b = before(s); s = substr(s, RSTART + RLENGTH)
    if (b !~ /[A-Za-z0-9._\/*-]/) say("data", d)
  }
}
"""


class MentionKind(StrEnum):
    """What kind of thing a configuration file mentions."""

    URL = "url"
    ADDRESS = "address"
    SETTING = "setting"
    UNIX = "unix"
    DATA = "data"
    CHECK = "check"
    SECTION = "section"
    VARIABLE = "variable"
    LISTEN = "listen"
    CERTIFICATE = "certificate"
    AFFINITY = "affinity"
    SECRET = "secret"  # noqa: S105 - a kind, and none itself


@dataclass(frozen=True, slots=True)
class Mention:
    """One place in a configuration file that names an endpoint, a data folder, a check or a variable, or holds a secret.

    `text` is the whole mention as it left the host; `host`, `port`, `scheme` and `path` are what it says.
    """

    kind: MentionKind
    file: str
    line: int
    text: str
    scheme: str = ""
    host: str = ""
    port: int | None = None
    path: str = ""
    key: str = ""


class Configuration(Fact[tuple[Mention, ...]]):
    """What configuration says about upstreams, data folders, health checks and variables.

    An allow-list works on the host: only URLs without user, path and query, `name:port` pairs, settings whose key ends in
    host, server, address or port, ports and paths that are listened on, socket paths, data folders, checks, paths of certificates, rules that pin a client
    to one server, and *names* of variables ever leave it. Lines
    that speak of users or passwords yield URLs and host settings only, and the *name* under which a secret stands there. Of a file without an extension only the names of its secrets are told, because it may be any text. Comments are skipped. Bounded in depth, size of
    files and length of lines. The awk has no bounded repetition (`{2,5}`), which mawk before 1.3.4-20200717 lacks.
    """

    name = "configuration"
    shell = FILES
    command = f"""
set -- $(readable c)
[ "$#" -eq 0 ] || awk -v q="'" {shlex.quote(_MENTIONS)} "$@"
"""

    def parse(self, text: str) -> tuple[Mention, ...]:
        """Read the mentions, in the order of file and line. What does not have the form of its kind is dropped."""
        found: dict[tuple[MentionKind, str, int, str], Mention] = {}
        for mention in filter(None, map(_mention, text.split("\n"))):
            found.setdefault((mention.kind, mention.file, mention.line, mention.text), mention)
        return tuple(sorted(found.values(), key=lambda m: (m.file, m.line, m.kind, m.text)))


def _mention(line: str) -> Mention | None:
    match = _LINE.fullmatch(line)
    kind = _KINDS.get(match[1]) if match else None
    if not match or not kind:
        return None
    file, number, text = match[2], int(match[3]), match[4].strip()
    fields = _READERS[kind](text)
    return Mention(kind, file, number, text, **fields) if fields is not None else None


def _url(text: str) -> dict[str, Any] | None:
    match = _URL.fullmatch(text)
    if not match:
        return None
    return {"scheme": match[1].rsplit(":", 1)[-1], "host": match[2].strip("[]"), "port": _port(match[3])}


def _address(text: str) -> dict[str, Any] | None:
    match = _ADDRESS.fullmatch(text)
    port = _port(match[2]) if match else None
    return {"host": match[1], "port": port} if match and port else None


def _setting(text: str) -> dict[str, Any] | None:
    match = _SETTING.fullmatch(text)
    if not match:
        return None
    key, value = match[1], match[2]
    if key.lower().endswith("port"):
        port = _port(value)
        return {"key": key, "port": port} if port else None
    return {"key": key, "host": value} if not value.isdecimal() else None


def _unix(text: str) -> dict[str, Any] | None:
    return {"path": text.removeprefix("unix:")}


def _check(text: str) -> dict[str, Any] | None:
    return {"path": text[text.index("/") :]} if "/" in text else None


def _section(text: str) -> dict[str, Any] | None:
    kind, *name = text.split()
    return {"key": kind, "host": name[0]} if name else None


def _variable(text: str) -> dict[str, Any] | None:
    return {"key": text.removeprefix("export").strip().rstrip("=")}


def _listen(text: str) -> dict[str, Any] | None:
    if text.startswith("/"):
        return {"path": text}
    port = _port(text)
    return {"port": port} if port else None


def _secret(text: str) -> dict[str, Any] | None:
    return {"key": text} if _SECRET_KEY.fullmatch(text) else None


def _affinity(text: str) -> dict[str, Any] | None:
    return {"key": " ".join(text.split())}


def _port(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and 0 < int(text) < 65536 else None  # noqa: PLR2004


_KINDS = {kind.value: kind for kind in MentionKind}
_READERS: dict[MentionKind, Callable[[str], dict[str, Any] | None]] = {
    MentionKind.URL: _url,
    MentionKind.ADDRESS: _address,
    MentionKind.SETTING: _setting,
    MentionKind.UNIX: _unix,
    MentionKind.DATA: _unix,
    MentionKind.CHECK: _check,
    MentionKind.SECTION: _section,
    MentionKind.VARIABLE: _variable,
    MentionKind.SECRET: _secret,
    MentionKind.LISTEN: _listen,
    MentionKind.CERTIFICATE: _unix,
    MentionKind.AFFINITY: _affinity,
}
