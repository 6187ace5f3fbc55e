# Names with a port, without a scheme.

BEGIN {
  site = "([a-z][a-z0-9-]*([.][a-z0-9-]+[.][a-z0-9.-]*[a-z]+)?|[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+)"
  beside = "([1-9][0-9][0-9]+|2[1235]|53|80)"
  enlisted = "[[(,][ \t]*[\"" q "]?" site "[\"" q "]?[ \t]*,[ \t]*[\"" q "]?" beside "[\"" q "]?[ \t]*[]),]"
  alone = "^[ \t]*[a-z][a-z0-9_.-]*[ \t]*[=:][ \t]*[\"" q "]?" site "[ \t]*,[ \t]*" beside "[\"" q "]?[ \t]*$"
  followed = ">[ \t]*" site "[ \t]*</[a-z0-9_.:-]+>[ \t]*<([a-z0-9_-]+:)?[a-z_.-]*port>[ \t]*[1-9][0-9]+[ \t]*<"
  optioned = "(^|[\"" q "= \t])[a-z0-9][a-z0-9.-]*:[0-9]+(,[a-z0-9][a-z0-9.-]*:[0-9]+)*,[ \t]*(password|user|ssl|sslhost|sslprotocols|abortconnect|allowadmin|connect(retry|timeout)|synctimeout|asynctimeout|defaultdatabase|name|servicename|resolvedns|keepalive|channelprefix|configchannel|tiebreaker)[ \t]*="
}

# `name:port` wherever it stands, and the forms of it with another sign between.
function addresses(line, low) {
  otherwise(line, low)
  if (!guarded) {
    plainly(line, low)
  }
}

# `tcp(db:3306)` of Go, `db#53` of dnsmasq, a server with its weight of twemproxy, `db:6379,password=x` of .NET.
function otherwise(line, low,   a, n, k, part) {
  if (match(line, /(tcp|udp)\([A-Za-z0-9][A-Za-z0-9.-]*:[0-9]+\)/)) {
    say("address", substr(line, RSTART + 4, RLENGTH - 5))
  }
  if (low ~ /^[ \t-]*(server=|forward-addr|stub-addr|forwarders?)/ && match(low, /[a-z0-9][a-z0-9.-]*[#@][0-9]+/)) {
    a = substr(low, RSTART, RLENGTH)
    sub(/[#@]/, ":", a)
    say("address", a)
  }
  if (pool && low !~ sixth && match(low, /^[ \t]*-[ \t]+["]?[a-z0-9][a-z0-9.-]*:[0-9]+:[0-9]+([ \t"]|$)/)) {
    a = substr(low, RSTART, RLENGTH)
    sub(/^[ \t]*-[ \t]+["]?/, "", a)
    split(a, part, ":")
    say("address", part[1] ":" part[2])
  }
  if (index(line, ",") && match(low, optioned)) {
    a = substr(low, RSTART, RLENGTH)
    sub("^[\"" q "= \t]", "", a)
    n = split(a, part, ",")
    for (k = 1; k < n; k++) {
      if (part[k] !~ sixth) {
        say("address", part[k])
      }
    }
  }
}

# Host and port as neighbours, whatever the setting is called: `[ "STORE", "db1", 11112 ]`, `(STORE, db1, 11112)`,
# `Target = db1, 2575`. A word that is no host is none to anybody.
function neighbours(low,   s, a, part) {
  s = low
  while (match(s, enlisted)) {
    a = substr(s, RSTART + 1, RLENGTH - 1)
    s = substr(s, RSTART + RLENGTH - 1)
    gsub("[])\"" q " \t]", "", a)
    split(a, part, ",")
    by_both(part[1], part[2])
  }
  if (match(low, alone)) {
    a = substr(low, RSTART, RLENGTH)
    sub(/^[^=:]*[=:]/, "", a)
    gsub("[\"" q " \t]", "", a)
    split(a, part, ",")
    by_both(part[1], part[2])
  }
}

# Host and port as the text of two elements of XML, one after the other: `<target>db1</target> <port>2590</port>`.
function elements_beside(low,   a, part) {
  if (low ~ /^[ \t]*<([a-z0-9_-]+:)?[a-z_.-]*port>/) {
    low = tolower(above) low
  }
  while (match(low, followed)) {
    a = substr(low, RSTART + 1, RLENGTH - 2)
    low = substr(low, RSTART + RLENGTH - 1)
    if (a !~ /(name|id|user|type|protocol|scheme)>/) {
      gsub(/<\/?[^<>]*>/, " ", a)
      split(a, part)
      by_both(part[1], part[2])
    }
  }
}

# Tell a host and its port: no class of a program and no number that is too large for one.
function by_both(host, port) {
  if (port + 0 < 65536 && host !~ /^(com|org|net|java|javax|io|de|ch)[.]|^(localhost|tcp|udp|http|https|true|false|none|null|auto)$/) {
    say("address", host ":" port)
  }
}

# Where rsyslog sends what it reads by TCP: `*.* @@logs:514`, `:ommysql:db,…`; its `target` is a server.
function of_syslog(low,   a) {
  if (match(low, /^[^#"]*[ \t]@@(\([a-z0-9,]+\))?[[]?[a-z0-9][a-z0-9.-]*[]]?(:[0-9]+)?[ \t]*(;[^ \t]*)?[ \t]*$/)) {
    a = last_at(substr(low, RSTART, RLENGTH))
    sub(/^\([^)]*\)/, "", a)
    sub(/[ \t;].*$/, "", a)
    gsub(/[][]/, "", a)
    say("address", a (a ~ /:/ ? "" : ":514"))
  }
  if (match(low, /:ommysql:[a-z0-9][a-z0-9.-]*,/)) {
    say("client", "mysql " substr(low, RSTART + 9, RLENGTH - 10) " ")
  }
  if (low ~ /protocol="tcp|omrelp/) {
    sub(/(^|[ \t(])target[ \t]*=/, " server=", low)
  }
  return low
}

# `db:5432`, but on no line that speaks of accounts, and nothing that is listened on.
function plainly(line, low,   s, a, b, lead, plain) {
  plain = low
  gsub(/[a-z]_pass[ \t]/, " ", plain)
  s = plain ~ /auth|pass|secret|user|token|cred/ ? "" : line
  lead = ""
  if (index(s, "]:") && FILENAME !~ code && low !~ /relayhost|smarthost/) {
    s = unbracketed(s)
  }
  while (match(s, /[A-Za-z0-9][A-Za-z0-9.-]*:[0-9]+/)) {
    a = substr(s, RSTART, RLENGTH)
    b = before(s)
    lead = lead tolower(substr(s, 1, RSTART - 1))
    s = substr(s, RSTART + RLENGTH)
    if (a ~ /^[A-Za-z][A-Za-z0-9-]*:/ && s ~ /^\.[0-9]+\.[0-9]+\.[0-9]+:[0-9]/) {
      s = substr(a, index(a, ":") + 1) s
      a = tolower(substr(a, 1, index(a, ":")))
      lead = a ~ led ? lead a : lead
      s = " " s
      continue
    }
    if (b == ":" && sub(/(^|[^a-z0-9_.-])(inet|tcp|udp)[46]?:$/, " ", lead)) {
      b = " "
    }
    if (a !~ /:[0-9][0-9]/) {
      lead = lead a
      continue
    }
    if (lead ~ ("((listen|bind|advertis|accept)[a-z0-9_.-]*[\"" q "]?[ \t]*[=: ]?|[ \t]-u|login[ \t]*=)[ \t]*[\"" q "]?$")) {
      lead = lead a
      continue
    }
    lead = lead a
    if (low ~ /^[ \t]*server\.[0-9]+[ \t]*=/) {
      sub(/^:[0-9]+/, "", s)
    }
    if (b !~ /[:\/@.$]/ && s !~ /^[A-Za-z0-9:._-]/ && s !~ userinfo && a !~ /^[0-9]+:|^port:|[_.-]port:|(^|[a-z_.-])(Port|PORT):/ && a !~ sixth) {
      say("address", a)
    }
  }
}

# `lmtp:[mail]:24` as ` mail:24`.
function unbracketed(s,   a) {
  while (match(s, "(^|[ \t=,\"" q "]|[a-z]:)\\[[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z.][A-Za-z0-9.-]*\\]:[0-9]+")) {
    a = substr(s, RSTART, RLENGTH)
    sub(/^.*\[/, " ", a)
    sub(/\]/, "", a)
    s = substr(s, 1, RSTART - 1) a substr(s, RSTART + RLENGTH)
  }
  return s
}

# `network("db" port(514))`: host and port as arguments of words, on one line or on several.
function calls(low,   v) {
  if (match(low, "(^|[^a-z0-9_.-])(remote[_-]?)?(host|hostname|server|address|addr)\\([ \t]*[\"" q "][a-z0-9][a-z0-9.-]*[\"" q "][ \t]*\\)") || (index(low, "port(") && match(low, /(^|[^a-z0-9_.-])(network|tcp|udp|syslog)\([ \t]*["][a-z0-9][a-z0-9.-]*["][ \t]/))) {
    v = substr(low, RSTART, RLENGTH)
    sub("^[^\"" q "]*.", "", v)
    sub("[\"" q "].*$", "", v)
    called_host = v
  }
  if (match(low, "(^|[^a-z0-9_.-])(remote[_-]?)?port\\([ \t]*[\"" q "]?[0-9]+[\"" q "]?[ \t]*\\)")) {
    v = substr(low, RSTART, RLENGTH)
    gsub(/[^0-9]/, "", v)
    called_port = v
  }
  if (called_host != "" && called_port != "") {
    say("address", called_host ":" called_port)
    called_host = called_port = ""
  }
  if (low ~ /[;}][ \t]*$/) {
    called_host = called_port = ""
  }
}
