"""What text says about connections, data and secrets: the program of awk that finds it on a host, and the reading of it.

Files and the command lines and environments of processes are looked at in the same way. Pure.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any

__all__ = ["FORMS", "Mention", "MentionKind", "mentions_in"]

_LINE = re.compile(r" (\w+) (/[^\n]*?):(\d+):(.*)")
_URL = re.compile(r"([a-z][a-z0-9+.:-]*)://(\[?[A-Za-z0-9][A-Za-z0-9._:-]*?\]?)(?::(\d{1,5}))?")
_AROUND = frozenset({"jdbc", "p6spy", "log4jdbc", "aws-wrapper", "otel", "tc", "proxy"})
_ADDRESS = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]*):(\d{2,5})")
_SETTING = re.compile(r"([a-z0-9_. -]+?)[\"']?\s*(?:[=:]|\s)\s*[\"'\[]?([a-z0-9][a-z0-9._-]*)(?::(\d{1,5}))?")
_BLOCK = re.compile(r"(.*) in (\d+\.\d+)")
_SECRET_KEY = re.compile(r"[a-z0-9_. -]{1,100}")
FORMS = r"""
function say(kind, text) {
  if (ORIGIN == "" && $0 ~ /[\001-\010\016-\032]/) { pages = 1; return }
  print " " kind " " (ORIGIN != "" ? ORIGIN : FILENAME) ":" FNR ":" text
  if (kind == "section") { sub(/^.*[ \t]/, "", text); parts[tolower(text)] }
  if (resolver != "" && asks < 40 && kind ~ /^(url|address|setting|client)$/ && !(kind == "setting" && FILENAME ~ program)) ask_for(kind, tolower(text))
}
function ask_for(kind, name,   key, part) {
  key = name
  if (kind == "url") sub(/^.*:\/\//, "", name)
  else if (kind == "client") { split(name, part); name = part[2] }
  else if (kind == "setting") { sub(/ = .*$/, "", key); sub(/^.* = /, "", name); sub(/ in .*$/, "", name) }
  sub(/:[0-9]+$/, "", name)
  if (kind == "setting" && (key ~ /port$/ || (!index(name, ".") && key !~ /(^|[_.-])(hosts?|hostname|servers?|addr|address|relayhost|smarthost|brokers?)$/) || FILENAME ~ /nsswitch/)) return
  if (name ~ /[a-z]/ && name ~ /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/ && length(name) < 254 && name != "localhost" && !(name in asked)) { asked[name]; asks++ }
}
function look_up(   line, name, list, n, k, part, domain, domains, wild, nobody, command) {
  if (resolver == "" || !asks) return
  while ((getline line < "/etc/hosts") > 0) { sub(/#.*/, "", line); n = split(tolower(line), part); for (k = 2; k <= n; k++) delete asked[part[k]] }
  while ((getline line < "/etc/resolv.conf") > 0) if (line ~ /^(search|domain)[ \t]/) domains = domains " " tolower(line)
  for (name in asked) if (!(name in parts)) list = list " " name
  if (list == "") return
  nobody = "no-host-has-this-name"; command = resolver " " nobody list " 2>/dev/null"; n = split(domains, domain); asked[nobody]
  while ((command | getline line) > 0) {
    split(tolower(line), part)
    for (name in asked) {
      if (index(line " ", " " name " ") || is_below(line, name, domain, n)) { if (name == nobody) wild = part[1]; else if (part[1] != wild) print " name /etc/resolv.conf:1:" name " " part[1] }
    }
  }
}
function is_below(line, name, domain, n,   k) {
  if (!index(name, ".")) for (k = 1; k <= n; k++) if (index(tolower(line) " ", " " name "." domain[k] " ")) return 1
  return 0
}
function is_secret(low,   k, name, i, after, head, hot) {
  if (index(low, "redis")) redis = 1
  hot = index(low, "pass") || index(low, "secret") || index(low, "token") || index(low, "key") || index(low, "credential") || index(low, "pw") || index(low, "auth") || index(low, "login=") || index(low, "sqlconnect") || index(low, "ldapbind")
  if ((awaits != "" || (hot && index(low, "<"))) && (name = of_element(low)) != "") return name
  if (!hot && !index(low, "@") && !index(low, " -") && !index(low, "\" \"") && !index(low, " >") && !index(low, "allow")) return ""
  if (hot && match(low, words)) {
    k = substr(low, RSTART, RLENGTH); head = substr(low, 1, RSTART - 1)
    if (k ~ /^(pass|pwd|pw)/ && head ~ /[a-z0-9]$/) return ""
    i = match(k, /[=:]/); name = substr(k, 1, i - 1); after = substr(k, i + 1); sub(/^[>= \t]*/, "", after)
    quoted = after ~ ("^[\"" q "]"); sub("^[\"" q "]", "", after)
    if (FILENAME ~ /\.(js|py|rb|pl|php|f?cgi|psgi)$/ && !quoted && !(name !~ ("[\"" q "][ \t]*$") && head ~ ("[\"" q "]"))) return ""
    if (after ~ /^([$%<\/*]|null|none|true|false|yes|no|env|os\.|process\.|getenv|args\.|self\.|[a-z_][a-z0-9_]*\[)/) return ""
    gsub("[\"" q " \t]", "", name); sub(/^-+/, "", name)
    return name ~ /[_.-](encryption|scheme|algorithm|method|type|format|policy|timeout|column|field|attribute|query)$/ ? "" : name
  }
  if (hot && match(low, "(define\\([ \t]*[\"" q "]|header[a-z_]*[ \t]+(set|add)?[ \t]*[\"" q "]?)[a-z0-9_.-]*(passw(or)?d|_pass|secret|token|api[-_]?key|[-_]key|authorization)[a-z0-9_.-]*[\"" q "]?[ \t]*[, \t][ \t]*[\"" q "][^\"" q "$%]+")) {
    k = substr(low, RSTART, RLENGTH); match(k, /[a-z0-9_.-]*(passw(or)?d|_pass|secret|token|key|authorization)[a-z0-9_.-]*/); return substr(k, RSTART, RLENGTH)
  }
  if (hot && index(low, "(") && FILENAME ~ called && match(low, "(^|[^a-z0-9_.-])" veiled "\\([ \t]*[\"" q "][^\"" q "$%\\/{][^\"" q "]*[\"" q "][ \t]*\\)")) {
    k = substr(low, RSTART, RLENGTH); match(k, veiled "\\("); name = substr(k, RSTART, RLENGTH - 1); gsub("^[^\"" q "]*[\"" q "]|[\"" q "][^\"" q "]*$", "", k)
    if (k !~ ("^(" methods ")$")) return name
  }
  if (hot && match(low, "(^|[ \t])--?[a-z0-9_-]*(password|passwd|pass|secret|token|api-key)[ \t]+[^- \t$\"" q "%<|;&][^ \t]*")) {
    k = substr(low, RSTART, RLENGTH); sub(/^[ \t]*-+/, "", k); sub(/[ \t].*$/, "", k); return k
  }
  if (index(low, " -") && match(low, /(^|[ \t\/])(ftpput|ftpget|sshpass|lftp|zip|redis-cli|mysql[a-z]*|ldap[a-z]+)[ \t](.*[ \t])?-(p|a|w)[ \t]*[^- \t$"]/) && low !~ /-p[ \t]*[0-9]+[ \t]*$|ssh/) {
    k = substr(low, RSTART, RLENGTH); sub(/^[ \t\/]*/, "", k); sub(/[ \t].*$/, "", k); if (k !~ /^mysql/ || substr(low, RSTART) ~ /[ \t]-p[^ \t-]/) return k
  }
  if (low ~ /^"[^"]+"[ \t]+"[^"]+"[ \t]*$/ && FILENAME ~ /userlist/) return "user list"
  if (index(low, " >") && low ~ /^[ \t]*user[ \t]+[^ \t]+[ \t](.*[ \t])?>[^ \t>&\/$]/ && FILENAME ~ /\.(conf|acl)$/) return "user"
  if (FILENAME ~ /monit/ && low ~ /^[ \t]*allow[ \t]+["]?[a-z_][a-z0-9_.@-]*:[^: \t]+/ && low !~ /^[ \t]*allow[ \t]+[0-9a-f]*:/) return "allow"
  if (index(low, "@") && low ~ login) return "url"
  if (index(low, "@") && low ~ /^[ \t]*register[ \t]*=>?[ \t]*[^ \t:]+:[^ \t@\/][^ \t@]*@/) return "register"
  if (!hot) return ""
  if (low ~ /^[ \t]*stats[ \t]+auth[ \t]+[^ \t]+:/) return "stats auth"
  if (low ~ /^[ \t]*basicauth[ \t]+[^ \t]+[ \t]+[^ \t{][^{]*$/) return "basicauth"
  if (match(low, /^[ \t]*(requirepass|masterauth|rootpw|bindpw|password|passwd|secret)[ \t]+[^ \t=:$]/)) { split(low, part); return part[1] }
  if ((name = by_place(low)) != "") return name
  return index(low, "private key") && low ~ /-----begin [a-z ]*private key-----/ ? "private key" : ""
}
function by_place(low,   k) {
  if (low ~ /^[ \t]*sentinel[ \t]+auth-pass[ \t]+[^ \t]+[ \t]+[^ \t$]/) return "auth-pass"
  if (low ~ /^[ \t]*sqlconnectinfo[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t$]/) return "sqlconnectinfo"
  if (low ~ /^[ \t]*ldapbinddn[ \t]+"[^"]*"[ \t]+[^ \t$]/) return "ldapbinddn"
  if (low ~ /[ \t]login=[^ \t:*]+:[^ \t$]/) return "login"
  if (FILENAME !~ code && FILENAME !~ /\.sh$/ && !script) {
    if (low ~ /^[ \t]*(enable|(user|username|neighbor)[ \t]+[^ \t]+)[ \t]+(insecure-)?(password|secret)[ \t]+[^ \t$]/) return "password"
    if (low ~ /(^|[ \t])(machine[ \t]+[^ \t]+|default)[ \t].*[ \t]password[ \t]+[^ \t$]/) return "password"
    if (match(low, "^[ \t]*[a-z0-9_.-]*(passw(or)?d|passphrase|secret|auth[_-]pass|file-pass|pwmodpw)[ \t]+[\"" q "]?[^] \t\"" q "=:$%<>{}()*/-][^ \t\"" q "]*[\"" q "]?[ \t]*;?[ \t]*$")) {
      split(low, k); if (k[2] !~ ("^(" methods ")[;\"" q "]*$")) return k[1]
    }
  }
  return index(low, "auth") ? of_auth(low) : ""
}
function of_auth(low,   k, name, quoted) {
  if (match(low, "auth[ \t]*(=[ \t]*)?\\([ \t]*[\"" q "][^\"" q "]*[\"" q "][ \t]*,[ \t]*[\"" q "][^\"" q "$%{\\/]+[\"" q "]")) return "auth"
  if (!redis) return ""
  if (match(low, "(->|[.])auth\\([ \t]*[\"" q "][^\"" q "$%{]+[\"" q "][ \t]*\\)")) {
    k = substr(low, RSTART, RLENGTH - 1); sub(/^[^(]*\([ \t]*/, "", k); gsub("[\"" q " \t]", "", k); return k ~ ("^(" methods ")$") ? "" : "auth"
  }
  if (!match(low, "(^|[^a-z0-9_.-])([a-z0-9.-]*[a-z0-9_.-]*[_.-])?auth[\"" q "]?[ \t]*(=>|[=:])[ \t]*[\"" q "]?[^] \t\"" q ",;(){}$%<>*/[]+")) return ""
  k = substr(low, RSTART, RLENGTH); match(k, /=>|[=:]/); name = substr(k, 1, RSTART - 1); k = substr(k, RSTART + RLENGTH)
  sub(/^[ \t]*/, "", k); quoted = k ~ ("^[\"" q "]"); gsub("[\"" q " \t]", "", k); gsub(/[^a-z0-9_.-]/, "", name); sub(/^-+/, "", name)
  return length(k) < 4 || k ~ ("^(" methods ")$") || (FILENAME ~ code && FILENAME !~ /\.ya?ml$/ && !quoted) ? "" : name
}
function of_element(low,   k, v, name) {
  k = awaits; awaits = ""
  if (FILENAME ~ /\.(js|cjs|mjs|ts|py|rb|pl|php|sh|html?|f?cgi|psgi|lua)$/ || script) return ""
  if (k != "" && match(low, follows) && is_kept(low)) { nothing_else = 1; return k }
  if (match(low, element) && is_kept(low)) { v = substr(low, RSTART + 1, RLENGTH); sub(/[ \t>].*$/, "", v); sub(/^.*:/, "", v); return v }
  if (match(low, attribute) && is_kept(low)) { v = substr(low, RSTART, RLENGTH); match(v, veiled "[\"" q "]"); return substr(v, RSTART, RLENGTH - 1) }
  if (index(low, "<credential-reference") && low ~ /[ \t]clear-text="[^"$]/) return "credential-reference"
  if (match(low, paired)) {
    v = substr(low, RSTART, RLENGTH); low = substr(low, RSTART + RLENGTH)
    match(v, /passw(or)?d|passphrase|secret|token|credential|[a-z]*[-_.]?key[0-9]*[ \t]*<\/|pass|pwd|pw/); name = substr(v, RSTART, RLENGTH); sub(/[ \t]*<.*$/, "", name)
    if (match(low, follows) && is_kept(low)) return name
    if (low !~ /[^ \t]/) awaits = name
  } else if (match(low, "(<([a-z0-9_-]+:)?" veiled "([ \t][^<>]*[^<>\\/])?|[ \t](name|key)=[\"" q "]" veiled "[\"" q "][^<>\\/]*)>[ \t]*$")) {
    v = substr(low, RSTART, RLENGTH); match(v, veiled); awaits = substr(v, RSTART, RLENGTH); sub(/^(name|key)=./, "", awaits)
  }
  return ""
}
function is_kept(low,   v) {
  if (substr(low, RSTART + RLENGTH) !~ ("^[ \t]*([<>]|$)|^[\"" q "]")) return 0
  v = substr(low, RSTART, RLENGTH); sub(/^.*>/, "", v); sub("^.*[\"" q "]", "", v); sub(/^[ \t]*(<!\[cdata\[)?[ \t]*/, "", v); sub(/\]\]$/, "", v)
  return v !~ ("^(" methods ")?$")
}
function before(s) { return RSTART > 1 ? substr(s, RSTART - 1, 1) : " " }
function last_at(s) { while (i = index(s, "@")) s = substr(s, i + 1); return s }
function defaults(s,   t) {
  while (match(s, /\$\{[A-Za-z0-9_.]+:-?[A-Za-z0-9._-]+\}/)) {
    t = substr(s, RSTART, RLENGTH - 1); sub(/^[^:]*:-?/, "", t); s = substr(s, 1, RSTART - 1) t substr(s, RSTART + RLENGTH)
  }
  return s
}
function urls(line, low,   s, l, u, p, rest, more, lead, n, k, part) {
  s = low ~ /xmlns|schemalocation|doctype|\.xsd|\.dtd|\$schema|"(homepage|repository|bugs|license|author|funding)"|^[ \t]*documentation=/ ? "" : line; l = ""
  while (match(s, url)) {
    u = substr(s, RSTART, RLENGTH); l = tolower(l substr(s, 1, RSTART - 1)); s = substr(s, RSTART + RLENGTH)
    lead = l ~ led || l ~ /unix:[^ \t]*[|]$/; l = l u
    p = index(u, "://"); rest = substr(u, p + 3)
    if (match(rest, /,[a-z0-9+.:-]*:\/\//) && (rest !~ /@/ || substr(rest, 1, RSTART) ~ /@/)) {
      s = substr(rest, RSTART + 1) s; rest = substr(rest, 1, RSTART - 1)
    }
    rest = last_at(rest); sub(/[\/?#\\].*$/, "", rest)
    if (s ~ userinfo && s !~ /^[^@]*:\/\//) continue
    n = split(rest, part, ",")
    for (k = 1; k <= n && !lead; k++) if (part[k] ~ /^[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]+)?$/) say("url", substr(u, 1, p - 1) "://" part[k])
  }
  if (match(low, "jdbc:oracle:[a-z0-9]+:[^ \t\"" q "<>]+@[^ \t\"" q "<>]+") || match(low, "jdbc:oracle:[a-z0-9]+:@[^ \t\"" q "<>]+")) {
    u = last_at(substr(low, RSTART, RLENGTH)); sub(/^\/\//, "", u)
    if (match(u, /^[a-z0-9][a-z0-9._-]*(:[0-9]+)?/)) say("url", "oracle://" substr(u, 1, RLENGTH))
  }
}
function standing(head, a) {
  if (ORIGIN != "" || !depth) return ""
  gsub(/[=-]>/, "", head)
  while (sub(/[{(<[][^][{}()<>]*[])}>]/, "", head)) continue
  if (head ~ /[{(<[][^])}>]*$/ && a !~ ("^[^=:,]*>|^[^=:,]*[\"" q "]([]]|[ \t]*,|[ \t]+value)")) return " in " FNR "." depth + 1
  return " in " opened_at[depth] "." depth
}
function given_else(low,   from, all, a, v) {
  while (match(low, preset)) {
    from = RSTART; all = RLENGTH; v = substr(low, from, all)
    match(v, fetch); a = substr(v, 1, RSTART - 1); sub(/(<%=[ \t]*|[a-z]+\([ \t]*)$/, "", a); sub(/<%=[ \t]*$/, "", a)
    if (substr(v, RSTART) ~ /pass|secret|token|key|pw|user|auth|cred/) v = ""
    sub(/[ \t]*(-?%>)?$/, "", v); sub(/[ \t]*[)}]$/, "", v); sub(/^.*[,|?{][ \t]*/, "", v); gsub("[\"" q "]", "", v)
    low = substr(low, 1, from - 1) a v substr(low, from + all)
  }
  return low
}
function is_key(s) {
  return substr(s, RSTART + RLENGTH - 1) ~ ("^:|^.[\"" q "][ \t]*[:=]|^.[ \t]*=")
}
function settings(low, pattern,   s, a, key, list, n, k, part, head) {
  s = low; head = ""; a = ""
  while (match(s, pattern)) {
    head = head a substr(s, 1, RSTART - 1)
    a = substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH)
    if (match(a, /,[a-z0-9_.-]*port:[0-9]+$/) || (s ~ /^[ \t]*=[^>]/ && match(a, /,[a-z0-9_.-]+$/))) { s = substr(a, RSTART) s; a = substr(a, 1, RSTART - 1) }
    key = a
    if (s ~ userinfo || s ~ /^[[($]/ || s ~ /^[ \t]*=[^>]/) continue
    match(a, keys); key = substr(a, 1, RSTART + RLENGTH - 1); list = substr(a, RSTART + RLENGTH)
    sub("^[^a-z0-9_.-]+", "", key); sub(/^-+/, "", key); sub("^[\"" q "][ \t]+value[ \t]*=", "", list); sub("^[^a-z0-9]+", "", list)
    if (list ~ /,$/) { sub(/,$/, "", list); s = "," s }
    while (key ~ /([^s]s|join|points)$/ && match(s, "^[\"" q "]?[ \t]*,[ \t]*[\"" q "]?[a-z0-9][a-z0-9.:-]*") && !is_key(s)) {
      list = list substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH)
    }
    if (s ~ /^\/([0-9]|[12][0-9]|3[0-2])([^0-9a-z.]|$)|^\/255[.]/) sub(/[0-9]+[.][0-9.]+$/, "", list)
    if (match(s, /^\]:[0-9]+/)) list = list substr(s, 2, RLENGTH - 1)
    gsub("[ \t\"" q "]", "", list); sub(/^tcp:/, "", list); if (key ~ /smarthost/) sub(/::/, ":", list)
    n = split(list, part, ",")
    if (n == 2 && part[2] ~ /^[0-9]+$/) { part[1] = part[1] ":" part[2]; n = 1 }
    for (k = 1; k <= n; k++) if (part[k] ~ /^[a-z0-9][a-z0-9._-]*(:[0-9]+)?$/ && part[k] !~ sixth && part[k] !~ /^((process\.env|os\.environ).*|true|false|yes|no|on|off|none|null|nil|auto)$/) say("setting", key " = " part[k] standing(head, a))
  }
}
function addresses(line, low,   s, a, b, lead, plain, n, k, part) {
  if (match(line, /(tcp|udp)\([A-Za-z0-9][A-Za-z0-9.-]*:[0-9]+\)/)) say("address", substr(line, RSTART + 4, RLENGTH - 5))
  if (low ~ /^[ \t-]*(server=|forward-addr|stub-addr|forwarders?)/ && match(low, /[a-z0-9][a-z0-9.-]*[#@][0-9]+/)) {
    a = substr(low, RSTART, RLENGTH); sub(/[#@]/, ":", a); say("address", a)
  }
  if (pool && low !~ sixth && match(low, /^[ \t]*-[ \t]+["]?[a-z0-9][a-z0-9.-]*:[0-9]+:[0-9]+([ \t"]|$)/)) {
    a = substr(low, RSTART, RLENGTH); sub(/^[ \t]*-[ \t]+["]?/, "", a); split(a, part, ":"); say("address", part[1] ":" part[2])
  }
  if (index(line, ",") && match(low, optioned)) {
    a = substr(low, RSTART, RLENGTH); sub("^[\"" q "= \t]", "", a); n = split(a, part, ",")
    for (k = 1; k < n; k++) if (part[k] !~ sixth) say("address", part[k])
  }
  plain = low; gsub(/[a-z]_pass[ \t]/, " ", plain)
  s = plain ~ /auth|pass|secret|user|token|cred/ ? "" : line; lead = ""
  while (match(s, /[A-Za-z0-9][A-Za-z0-9.-]*:[0-9][0-9]+/)) {
    a = substr(s, RSTART, RLENGTH); b = before(s); lead = lead tolower(substr(s, 1, RSTART - 1)); s = substr(s, RSTART + RLENGTH)
    if (lead ~ ("((listen|bind|advertis|accept)[a-z0-9_.-]*[\"" q "]?[ \t]*[=: ]?|[ \t]-u|login[ \t]*=)[ \t]*[\"" q "]?$")) { lead = lead a; continue }
    lead = lead a
    if (low ~ /^[ \t]*server\.[0-9]+[ \t]*=/) sub(/^:[0-9]+/, "", s)
    if (b !~ /[:\/@]/ && s !~ /^[A-Za-z0-9:._-]/ && s !~ userinfo && a !~ /^[0-9]+:|^port:|[_.-]port:|(^|[a-z_.-])(Port|PORT):/ && a !~ sixth) say("address", a)
  }
}
function option(s, letters,   v) {
  if (!match(s, "[ \t](" letters ")([ \t]+|=)?[A-Za-z0-9][A-Za-z0-9.-]*")) return ""
  v = substr(s, RSTART, RLENGTH); sub("^[ \t](" letters ")[ \t=]*", "", v); return v
}
function port_of(name, s,   v) {
  v = option(s, name ~ /^(mysql|maria)/ ? "-P|--port" : name ~ /^(mongo|cqlsh)/ ? "--port" : "-p|--port")
  return v ~ /^[0-9]+$/ && length(v) < 6 ? v : ""
}
function clients(line, low,   s, name, a, part, n) {
  if (match(line, "(^|[ \t|;&(`/])(psql|pg_dump(all)?|vacuumdb|reindexdb|pg_basebackup|pg_restore|pg_isready|mysql(dump|admin|import|check)?|mariadb(-dump)?|redis-cli|mongo(sh|dump|export|restore)?|mosquitto_(pub|sub)|ldap(search|modify|add)|cqlsh)[ \t]")) {
    name = substr(line, RSTART, RLENGTH); s = substr(line, RSTART + RLENGTH - 1); gsub(/[^a-z_-]/, "", name)
    a = option(s, "-h|--host|--hostname")
    if (a != "") say("client", name " " a " " port_of(name, s))
    else if (s !~ /:\/\/|-h|host|defaults-(extra-)?file|service=|^[ \t]*([=:,})]|from[ \t])/ && low !~ /pghost|mysql_host/ && (FILENAME !~ code || s ~ /[ \t]-/)) say("client", name " localhost " port_of(name, s))
  }
  if (match(low, "(^|[ \t|;&(`/])(nc|ncat|netcat|telnet|socat)[ \t].*")) {
    s = substr(low, RSTART, RLENGTH); gsub(/[ \t]-[a-z]+[ \t]+[0-9]+/, " ", s)
    if (match(s, /[ \t][a-z0-9][a-z0-9.-]*[ \t]+[0-9]+([ \t|;&<>)]|$)/)) { split(substr(s, RSTART, RLENGTH), part); say("client", "nc " part[1] " " part[2]) }
    else if (match(s, /tcp4?:[a-z0-9][a-z0-9.-]*:[0-9]+/)) { n = split(substr(s, RSTART, RLENGTH), part, ":"); say("client", "nc " part[2] " " part[3]) }
  }
  if (match(low, "(^|[ \t|;&(`/])(scp|rsync|sftp|lftp)[ \t].*") && FILENAME !~ /\.(py|php|js|rb)$/) {
    s = substr(low, RSTART, RLENGTH)
    if (match(s, /[ \t]([a-z0-9_.-]+@)?[a-z0-9][a-z0-9.-]*::?[a-z0-9\/~$."]/)) {
      a = substr(s, RSTART + 1, RLENGTH - 2); name = a ~ /::/ || substr(s, RSTART, RLENGTH) ~ /::/ ? "rsync" : "ssh"; a = last_at(a); sub(/:+$/, "", a)
      if (a !~ /^[a-z]$/) say("client", name " " a " ")
    }
  }
  if (match(low, "(^|[ \t|;&(`/])(ftpput|ftpget|ftp|lftp)[ \t].*") && FILENAME !~ /\.(py|php|js|rb)$/) {
    s = substr(low, RSTART, RLENGTH); gsub("\"[^\"]*\"|" q "[^" q "]*" q, " ", s); gsub(/[ \t]-[a-z]+[ \t]+[^ \t]+/, " ", s)
    if (match(s, /ftp[a-z]*[ \t]+[a-z0-9][a-z0-9.-]*([ \t]|$)/)) { split(substr(s, RSTART, RLENGTH), part); say("client", "ftp " part[2] " ") }
  }
  if (match(low, /^[ \t]*(slaveof|replicaof|remote)[ \t]+[a-z0-9][a-z0-9.-]*[ \t]+[0-9]+/)) { split(substr(low, RSTART, RLENGTH), part); say("client", part[1] " " part[2] " " part[3]) }
  if (match(low, /^[ \t]*sentinel[ \t]+monitor[ \t]+[^ \t]+[ \t]+[a-z0-9][a-z0-9.-]*[ \t]+[0-9]+/)) { split(substr(low, RSTART, RLENGTH), part); say("client", "sentinel " part[4] " " part[5]) }
  if (match(low, /^[ \t]*sqlconnectinfo[ \t]+[^ \t@]+@[a-z0-9][a-z0-9.-]*(:[0-9]+)?([ \t]|$)/)) {
    split(substr(low, RSTART, RLENGTH), part); split(last_at(part[2]), part, ":"); say("client", "sqlconnectinfo " part[1] " " part[2])
  }
  if (match(low, /^[ \t]*cache_peer[ \t]+[a-z0-9][a-z0-9.-]*[ \t]+[a-z]+[ \t]+[0-9]+/)) { split(substr(low, RSTART, RLENGTH), part); say("client", "cache_peer " part[2] " " part[4]) }
  if (match(low, "(connect|server|parameters|socket\\.new|connection|sockopen|open)[a-z_]*[ \t]*\\([( \t]*[\"" q "][a-z0-9][a-z0-9.-]*[\"" q "][ \t]*,[ \t]*[0-9]+")) {
    a = substr(low, RSTART, RLENGTH); sub(/^[^(]*\([( \t]*/, "", a); gsub("[\"" q " \t]", "", a); split(a, part, ","); say("client", "connect " part[1] " " part[2])
  } else if (match(low, "mysqli?(_p?connect)?[ \t]*\\([ \t]*[\"" q "][a-z0-9][a-z0-9.-]*[\"" q "]")) {
    a = substr(low, RSTART, RLENGTH); sub(/^[^(]*\([ \t]*./, "", a); sub(/.$/, "", a); say("client", "mysql " a " ")
  }
  if (match(low, "(https?connection|smtp|smtp_ssl|ftp|ftp_tls|imap4(_ssl)?|telnet|(strict)?redis|mongoclient)[ \t]*\\([ \t]*[\"" q "][a-z0-9][a-z0-9.-]*[\"" q "][ \t]*([,)][ \t]*[a-z\"" q "]|[)]|,?[ \t]*$)")) {
    a = substr(low, RSTART, RLENGTH); name = a; sub(/[ \t]*\(.*$/, "", name); sub(/^[^(]*\([ \t]*./, "", a); sub("[\"" q "].*$", "", a); say("client", name " " a " ")
  }
  s = upstream || low ~ /^[ \t]*upstream[ \t]/ ? low : ""
  while (match(s, /(^|[ \t{;])server[ \t]+[a-z0-9][a-z0-9.-]*[ \t;]/)) {
    a = substr(s, RSTART, RLENGTH - 1); s = substr(s, RSTART + RLENGTH); split(a, part); a = part[2] == "" ? part[1] : part[2]
    sub(/^.*server[ \t]+/, "", a); say("client", "upstream " a " 80")
  }
}
function dotted(s) { sub(/:/, ".", s); return s }
function calls(low,   v) {
  if (match(low, "(^|[^a-z0-9_.-])(remote[_-]?)?(host|hostname|server|address|addr)\\([ \t]*[\"" q "][a-z0-9][a-z0-9.-]*[\"" q "][ \t]*\\)") || (index(low, "port(") && match(low, /(^|[^a-z0-9_.-])(network|tcp|udp|syslog)\([ \t]*["][a-z0-9][a-z0-9.-]*["][ \t]/))) {
    v = substr(low, RSTART, RLENGTH); sub("^[^\"" q "]*.", "", v); sub("[\"" q "].*$", "", v); called_host = v
  }
  if (match(low, "(^|[^a-z0-9_.-])(remote[_-]?)?port\\([ \t]*[\"" q "]?[0-9]+[\"" q "]?[ \t]*\\)")) {
    v = substr(low, RSTART, RLENGTH); gsub(/[^0-9]/, "", v); called_port = v
  }
  if (called_host != "" && called_port != "") { say("address", called_host ":" called_port); called_host = called_port = "" }
  if (low ~ /[;}][ \t]*$/) called_host = called_port = ""
}
function two_words(low,   part) {
  split(low, part); gsub(/"/, "", part[2])
  if (part[1] !~ /^(port|host|address)$/ && (part[1] !~ /..(server|host|port)$/ || part[1] ~ /^(name|time|ntp|web|app|https?|next|x|v|virtual|local)[_.-]?(server|host)$/ || ORIGIN != "" || script || FILENAME !~ /(^|\/)[^.\/]+$|\.(conf|cnf|cfg|cf|config|ini|rc|settings)$/)) return
  if (part[1] ~ /port$/ ? part[2] ~ /[^0-9]|....../ : part[1] ~ /pass|secret|token|key/ || part[2] ~ /^(true|false|yes|no|on|off|none|null|auto)$/) return
  say("setting", part[1] " = " part[2] standing("", ""))
}
function endpoints(line, low,   a, part) {
  if (index(line, "${")) { line = defaults(line); low = tolower(line) }
  if (index(line, "://") || index(line, ":oracle:")) urls(line, low)
  if (index(low, "<") && low ~ /<(connector|socket-binding|http-listener)[ \t]/) gsub(/(address|host)="[^"]*"/, "", low)
  if (index(line, "(") && FILENAME ~ called && ORIGIN == "") calls(low)
  pair = index(line, "=") || index(line, ":") || index(line, ">") || index(line, ",")
  if (index(low, "host") || index(low, "server") || index(low, "addr") || index(low, "port") || index(low, "broker") || index(low, "seed") || index(low, "peer") || index(low, "node") || index(low, "endpoint") || index(low, "source") || index(low, "connect") || index(low, "points") || index(low, "join")) {
    if (pair && index(low, "sql") + index(low, "dblib") + index(low, "odbc") && match(low, /(mysql|pgsql|sqlsrv|dblib|odbc):(host|server)=/)) low = substr(low, 1, RSTART - 1) dotted(substr(low, RSTART))
    if (pair && index(low, "env")) low = given_else(low)
    if (pair) settings(low, pairs)
    if (index(low, "-")) settings(low, flags)
  }
  if ((index(low, "port") || index(low, "host") || index(low, "address") || index(low, "server")) && match(low, /^[ \t]*[a-z][a-z0-9_.-]*[ \t]+["]?[a-z0-9][a-z0-9.-]*(:[0-9]+)?["]?[ \t]*$/)) two_words(low)
  if (low ~ /^[ \t]*([0-9.]+|[*])[ \t]+[0-9]+(\/tcp)?[ \t]+[a-z0-9][a-z0-9.-]*[ \t]+[0-9]+(\/tcp)?([ \t]|$)/) { split(low, part); say("listen", part[2] + 0); say("address", part[3] ":" (part[4] + 0)) }
  if (index(low, "register") && match(low, /^[ \t]*register[ \t]*=>?[ \t]*[^ \t]+@[a-z0-9][a-z0-9.-]*(:[0-9]+)?([\/~?]|[ \t]*$)/)) {
    a = last_at(substr(low, RSTART, RLENGTH)); sub(/[\/~? \t].*$/, "", a); say("address", a (a ~ /:/ ? "" : FILENAME ~ /iax/ ? ":4569" : ":5060"))
  }
  if ((pair || index(line, "#") || index(line, "@")) && line ~ /[:#@][0-9]/) addresses(line, low)
  if (index(line, ":") && match(low, opened)) {
    a = substr(low, RSTART, RLENGTH); sub(/^.*:/, "", a); say("listen", a)
  }
  if (upstream || ((index(line, " ") || index(line, "(")) && low ~ /psql|pg_|mysql|maria|redis-cli|mongo|mosq|ldap|cqlsh|nc |ncat|telnet|socat|netcat|scp |rsync|ftp[a-z]* |slaveof|replicaof|sentinel|sqlconnect|remote|cache_peer|upstream|vacuumdb|reindexdb|[a-z_][ \t]*\([( \t]*["\047]/)) clients(line, low)
}
function paths(kind, s, most,   n, u, b) {
  gsub(/\$(HOME|[{]HOME[}])\//, "~/", s)
  while (n < most && match(s, /\/[A-Za-z0-9._+-][A-Za-z0-9._\/+-]*/)) {
    u = substr(s, RSTART, RLENGTH); b = before(s); s = substr(s, RSTART + RLENGTH)
    if (b !~ /[A-Za-z0-9@\/]/ && s !~ /^[@:]/) { say(kind, u); n++ }
  }
}
BEGIN {
  sixth = ":[0-9][0-9][0-9][0-9][0-9][0-9]"
  program = "[.](js|cjs|mjs|ts|py|rb|php|pl|java|sh)$"
  code = "[.](js|cjs|mjs|ts|py|rb|php|pl|java|json|ya?ml|toml|xml)$"
  methods = "none|basic|digest|pam|true|false|yes|no|on|off|enabled?|disabled?|required|requisite|optional|sufficient|trust|peer|ident|(md5|sha|scram|o?auth|xoauth|cram|krb|kerberos|ldap|saml|oidc|ntlm|x509)[a-z0-9_.-]*|plain|login|container|application|sasl|gssapi|negotiate|bearer|token|session|cookie|default|any|all|user|users|password|api|key|internal|external|local|system|files?|db|database|htpasswd|null|nil|undefined|env|tls|ssl|starttls|cert|anonymous|service|client|server|https?|web|jwt|ask|prompt|encrypted|hashed|redis"
  words = "[a-z0-9_.-]*(passw(or)?d|passphrase|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential)"
  veiled = "([a-z0-9_.-]*(passw(or)?d|passphrase|secret|token|(api|access|private|secret|encryption)[-_.]?key|credentials?)|([a-z0-9_.-]*[_.-])?(pass|pwd|pw))[0-9]*"
  told = "(<!\\[cdata\\[)?[^]# \t<>$%@\\/*\"" q "][^ \t<>]*"
  element = "<([a-z0-9_-]+:)?" veiled "([ \t][^<>]*[^<>\\/])?>[ \t]*" told
  attribute = "[ \t](name|key)=[\"" q "]" veiled "[\"" q "]([^<>]*[ \t]value=[\"" q "][^]#$%@\\/*\"" q "][^\"" q "]*|[^<>\\/]*>[ \t]*(<value>[ \t]*)?" told ")"
  paired = "<(arg|string|[a-z-]*(name|key))([ \t][^<>]*)?>[ \t]*" veiled "[ \t]*</[a-z-]+>"
  follows = "^[ \t]*(<(arg|string|[a-z-]*value)([ \t][^<>]*)?>[ \t]*)?" told
  called = "[.](conf|cfg|config|groovy|gradle|kts)$"
  userinfo = "^[^ \t\"" q "]*@"
  login = "://[^ \t/:@\"" q "]*:[^ \t@/\"" q "$*]+@"
  url = "[a-z][a-z0-9+.:-]*://[^] \t\"" q "<>;)|]+"
  led = "(listen|bind|advertis)[a-z0-9_.-]*[\"" q "]?[ \t]*[=: ]?[ \t]*[\"" q "]?$"
  opened = "(addr|address|listen|bind|http|port)[a-z_.-]*[\"" q "]?[ \t]*[=: ][ \t]*[\"" q "]?(0[.]0[.]0[.]0|[*])?:[0-9]+"
  words = "(" words "[a-z0-9_.-]*|([a-z0-9_.-]*[_.-])?(pass|pwd|pw))"
  words = words "[\"" q "]?[ \t]*(=>|[=:])[ \t]*[\"" q "]?[^] \t\"" q ",;()}{]+"
  keys = "[a-z0-9_.-]*(hosts?|hostnames?|host\\.name|server|servers|servername|addr|addrs|address|addresses|port|relayhost|smarthost|brokers?|seeds|peers|seed_nodes|contact[-_]points|endpoints?|data source|connect|retry[-_]join|nodes)"
  value = "[a-z0-9][a-z0-9._:,-]*"
  fetch = "((int|str|integer|number|parseint)\\([ \t]*)?(([a-z_.]*(env|environ)(\\.fetch|\\.get)?|getenv)[ \t]*\\([ \t]*[\"" q "][a-z0-9_.]+[\"" q "][ \t]*,|(env\\[[\"" q "][a-z0-9_]+[\"" q "]\\]|process\\.env\\.[a-z0-9_]+)[ \t]*([|][|]|[?][?])|env\\.fetch[ \t]*\\([ \t]*[\"" q "][a-z0-9_]+[\"" q "][ \t]*\\)[ \t]*[{])[ \t]*[\"" q "]?[a-z0-9][a-z0-9._:-]*[\"" q "]?[ \t]*[)}]?([ \t]*-?%>)?"
  preset = keys "[\"" q "]?[]]?[ \t]*(=>|[=:])[ \t]*[\"" q "]?(<%=[ \t]*)?" fetch
  optioned = "(^|[\"" q "= \t])[a-z0-9][a-z0-9.-]*:[0-9]+(,[a-z0-9][a-z0-9.-]*:[0-9]+)*,[ \t]*(password|user|ssl|sslhost|sslprotocols|abortconnect|allowadmin|connect(retry|timeout)|synctimeout|asynctimeout|defaultdatabase|name|servicename|resolvedns|keepalive|channelprefix|configchannel|tiebreaker)[ \t]*="
  pairs = keys "([\"" q "]?[]]?[ \t]*(=>|[=:])[ \t]*[\"" q "[(]*|[\"" q "][ \t]*,[ \t]*[\"" q "]|[\"" q "][ \t]+value[ \t]*=[ \t]*[\"" q "]|>)" value
  flags = "(^|[ \t\"" q "])--?" keys "[ \t]+" value
}
"""
"""What a connection looks like in text, as functions of awk. `ORIGIN` is the place to tell where it is not the file.

`look_up` asks `resolver`, a command, for the names that were mentioned and that /etc/hosts does not have. A name that nobody
has is asked for first: where a domain has an answer for every name, that answer says nothing.
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
    CLIENT = "client"
    FILE = "file"
    PROGRAM = "program"
    SECRET = "hidden"  # noqa: S105 - a kind, and none itself
    """A secret, of which the name alone is told. Not called by its name, so that no rule hides the line itself."""
    KEY = "key"
    KEPT = "kept"
    """A file that keeps passwords, and is named for that: `secrets file = /etc/rsyncd.secrets`."""
    FOLDER = "folder"
    """Where a program works, or whose pages it serves."""
    GROUP = "group"
    """The begin of a group of options, each for programs of its own: `[mysqld]`, `[client]`."""
    NAME = "name"
    """What the host's resolver has for a name that is mentioned, and that /etc/hosts has not: `mq 10.0.0.5`."""
    SOURCE = "source"
    """A name for a database that a file of the host explains: a data source of ODBC, a service of PostgreSQL."""


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
    block: str = ""
    """Where a host stands without a port, or a port without a host: the lines around that belong together."""


def mentions_in(text: str) -> tuple[Mention, ...]:
    """What the program `MENTIONS` printed."""
    found: dict[tuple[MentionKind, str, int, str], Mention] = {}
    for mention in filter(None, map(_mention, text.split("\n"))):
        found.setdefault((mention.kind, mention.file, mention.line, mention.text), mention)
    return tuple(sorted(found.values(), key=lambda m: (m.file, m.line, m.kind, m.text)))


def _mention(line: str) -> Mention | None:
    match = _LINE.fullmatch(line)
    kind = _KINDS.get(match[1]) if match else None
    if not match or not kind:
        return None
    file, number = match[2], int(match[3])
    text, block = _with_block(match[4].strip())
    fields = _READERS[kind](text)
    return Mention(kind, file, number, text, **fields, block=block) if fields is not None else None


def _with_block(text: str) -> tuple[str, str]:
    """`port = 25 in 7.2`: the block that line 7 opens, at the second depth."""
    match = _BLOCK.fullmatch(text)
    return (match[1], match[2]) if match else (text, "")


def _url(text: str) -> dict[str, Any] | None:
    match = _URL.fullmatch(text)
    if not match:
        return None
    return {"scheme": _scheme(match[1].split(":")), "host": match[2].strip("[]"), "port": _port(match[3])}


def _scheme(parts: list[str]) -> str:
    """`jdbc:mysql:loadbalance` -> mysql, `jdbc:p6spy:oracle` -> oracle; else the last part."""
    known = [part for part in parts if part not in _AROUND]
    return (known or parts)[0 if parts[0] == "jdbc" else -1]


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
    return {"key": key, "host": value, "port": _port(match[3])} if not value.isdecimal() else None


def _client(text: str) -> dict[str, Any] | None:
    """`psql db1 5432`; the port may be absent."""
    key, host, port, *_ = [*text.split(), "", "", ""]
    return {"key": key, "host": host, "port": _port(port)} if host else None


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


def _folder(text: str) -> dict[str, Any] | None:
    """`chdir /srv/shop`."""
    key, _, path = text.partition(" ")
    return {"key": key, "path": path.rstrip("/")} if path.startswith("/") else None


def _group(text: str) -> dict[str, Any] | None:
    return {"key": text}


def _name(text: str) -> dict[str, Any] | None:
    name, _, address = text.partition(" ")
    try:
        return {"host": name, "path": str(ip_address(address))}
    except ValueError:
        return None


def _affinity(text: str) -> dict[str, Any] | None:
    return {"key": " ".join(text.split())}


def _port(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and 0 < int(text) < 65536 else None  # noqa: PLR2004


_KINDS = {kind.value: kind for kind in MentionKind}
_READERS: dict[MentionKind, Callable[[str], dict[str, Any] | None]] = {
    MentionKind.URL: _url,
    MentionKind.ADDRESS: _address,
    MentionKind.SETTING: _setting,
    MentionKind.CLIENT: _client,
    MentionKind.FILE: _unix,
    MentionKind.PROGRAM: _unix,
    MentionKind.UNIX: _unix,
    MentionKind.DATA: _unix,
    MentionKind.CHECK: _check,
    MentionKind.SECTION: _section,
    MentionKind.VARIABLE: _variable,
    MentionKind.SECRET: _secret,
    MentionKind.LISTEN: _listen,
    MentionKind.CERTIFICATE: _unix,
    MentionKind.KEY: _unix,
    MentionKind.KEPT: _unix,
    MentionKind.FOLDER: _folder,
    MentionKind.GROUP: _group,
    MentionKind.NAME: _name,
    MentionKind.SOURCE: _section,
    MentionKind.AFFINITY: _affinity,
}
