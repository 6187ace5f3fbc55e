# All forms of a connection in one line of text.

BEGIN {
  opened = "(addr|address|listen|bind|http|port)[a-z_.-]*[\"" q "]?[ \t]*[=: ][ \t]*[\"" q "]?(0[.]0[.]0[.]0|[*])?:[0-9]+"
  host_variable = "^[ \t]*((export|readonly|local|declare)[ \t]+)?[a-z_][a-z0-9_]*=[\"" q "]?([a-z0-9_.-]+@)?[a-z][a-z0-9.-]*[\"" q "]?[ \t]*$"
  header = "(-h[ \t]*[\"" q "]|header[a-z_]*[\"" q "]?[ \t]*[=:(]?[ \t]*[{([]*[ \t]*[\"" q "]?)host[\"" q "]?[ \t]*(:|=>?)[ \t]*[\"" q "]?[a-z0-9.-]+"
}

# Keep the host that a variable of a script is given, where it is one word: `DEST=backup@vault`.
function keep_host(low,   name, v) {
  name = substr(low, RSTART, RLENGTH)
  v = name
  sub(/=.*$/, "", name)
  sub(/^.*[ \t]/, "", name)
  sub(/^[^=]*=/, "", v)
  gsub("[\"" q " \t]", "", v)
  host_in[name] = v
  named_hosts++
}

# With the hosts for the variables that stand where one is called: `rsync x $DEST:/srv`, `curl http://$HOST:8080/`.
function with_hosts(line,   s, name, b, rest) {
  s = ""
  while (match(line, /[$]([A-Za-z_][A-Za-z0-9_]*|[{][A-Za-z_][A-Za-z0-9_]*[}])/)) {
    name = tolower(substr(line, RSTART + 1, RLENGTH - 1))
    gsub(/[{}]/, "", name)
    b = s substr(line, 1, RSTART - 1)
    rest = substr(line, RSTART + RLENGTH)
    if (name in host_in && (b ~ /(:\/\/|@)$/ || (rest ~ /^:/ && b ~ ("[ \t\"" q "]$")))) {
      s = b host_in[name]
    } else {
      s = b substr(line, RSTART, RLENGTH)
    }
    line = rest
  }
  return s line
}

# All that the line says about what is called. `index` is cheap and a match is not: each form has words without which
# it cannot stand there.
function endpoints(line, low,   a, part) {
  if (index(line, "${")) {
    line = defaults(line)
    low = tolower(line)
  }
  if (named_hosts && index(line, "$")) {
    line = with_hosts(line)
    low = tolower(line)
  }
  if (!brought && (index(line, "://") || index(line, ":oracle:"))) {
    urls(line, low)
  }
  if (index(low, "<") && low ~ /<(connector|socket-binding|http-listener)[ \t]/) {
    gsub(/(address|host)="[^"]*"/, "", low)
  }
  if (index(line, "(") && FILENAME ~ called && ORIGIN == "") {
    calls(low)
  }
  if (index(low, "host") && (index(low, "header") || index(low, "-h"))) {
    gsub(header, "", low)
  }
  if (ORIGIN == "" && (index(low, "sql") || index(low, "postg") || index(low, "maria") || index(low, "oracle"))) {
    drivers(low)
  }
  if (syslog) {
    low = of_syslog(low)
  }
  pair = index(line, "=") || index(line, ":") || index(line, ">") || index(line, ",")
  if (index(low, "host") || index(low, "server") || index(low, "addr") || index(low, "port") || index(low, "broker") || index(low, "seed") || index(low, "peer") || index(low, "node") || index(low, "endpoint") || index(low, "source") || index(low, "connect") || index(low, "points") || index(low, "join")) {
    if (pair && index(low, "sql") + index(low, "dblib") + index(low, "odbc") && match(low, /(mysql|pgsql|sqlsrv|dblib|odbc):(host|server)=/)) {
      low = substr(low, 1, RSTART - 1) dotted(substr(low, RSTART))
    }
    if (pair && index(low, "env")) {
      low = given_else(low)
    }
    if (pair) {
      settings(low, pairs)
    }
    if (index(low, "-")) {
      settings(low, flags)
    }
  }
  if ((index(low, "port") || index(low, "host") || index(low, "address") || index(low, "server")) && match(low, /^[ \t]*[a-z][a-z0-9_.-]*[ \t]+["]?[a-z0-9][a-z0-9.-]*(:[0-9]+)?["]?[ \t]*$/)) {
    two_words(low)
  }
  if (low ~ /^[ \t]*([0-9.]+|[*])[ \t]+[0-9]+(\/tcp)?[ \t]+[a-z0-9][a-z0-9.-]*[ \t]+[0-9]+(\/tcp)?([ \t]|$)/) {
    split(low, part)
    say("listen", part[2] + 0)
    say("address", part[3] ":" (part[4] + 0))
  }
  if (!worker && FILENAME !~ program && ORIGIN == "") {
    if (index(low, ",") && low ~ /[a-z0-9"\047][ \t]*,[ \t]*["\047]?[1-9][0-9]/) {
      neighbours(low)
    }
    if (index(low, "port>")) {
      elements_beside(low)
    }
  }
  if (index(low, "register") && match(low, /^[ \t]*register[ \t]*=>?[ \t]*[^ \t]+@[a-z0-9][a-z0-9.-]*(:[0-9]+)?([\/~?]|[ \t]*$)/)) {
    a = last_at(substr(low, RSTART, RLENGTH))
    sub(/[\/~? \t].*$/, "", a)
    say("address", a (a ~ /:/ ? "" : FILENAME ~ /iax/ ? ":4569" : ":5060"))
  }
  if ((pair || index(line, "#") || index(line, "@")) && line ~ /[:#@][0-9]/) {
    addresses(line, low)
  }
  if (index(line, ":") && match(low, opened)) {
    a = substr(low, RSTART, RLENGTH)
    sub(/^.*:/, "", a)
    say("listen", a)
  }
  if (upstream || ((index(line, " ") || index(line, "(")) && low ~ /psql|pg_|mysql|maria|redis-cli|mongo|mosq|ldap|cqlsh|nc |ncat|telnet|socat|netcat|scp |rsync|ftp[a-z]* |slaveof|replicaof|sentinel|sqlconnect|remote|cache_peer|upstream|vacuumdb|reindexdb|msmtp|swaks|[a-z_][ \t]*\([( \t]*["\047]/)) {
    clients(line, low)
  }
}
