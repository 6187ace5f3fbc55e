# Programs and functions that call somebody, with the host that they are called with.

BEGIN {
  databases = "(^|[ \t|;&(`/\"" q "])(psql|pg_dump(all)?|vacuumdb|reindexdb|pg_basebackup|pg_restore|pg_isready|mysql(dump|admin|import|check|show|slap|pump)?|mariadb(-(dump|admin|import|check|show|slap))?|redis-cli|mongo(sh|dump|export|restore)?|mosquitto_(pub|sub)|ldap(search|modify|add)|cqlsh)[ \t]"
}

# Hosts that client programs and functions are called with, and places of settings whose word says what is called.
function clients(line, low) {
  of_databases(line, low)
  to_relays(low)
  of_netcat(low)
  if (FILENAME !~ /\.(py|php|js|rb)$/) {
    of_copies(low)
    of_ftp(low)
  }
  by_word(low)
  of_functions(low)
  of_upstream(low)
}

# `psql -h db -p 5433`; without a host it is this one.
function of_databases(line, low,   s, name, a, quoted) {
  if (!match(line, databases)) {
    return
  }
  name = substr(line, RSTART, RLENGTH)
  s = substr(line, RSTART + RLENGTH - 1)
  quoted = name ~ ("^[\"" q "]")
  if (quoted && substr(line, 1, RSTART - 1) ~ /[ \t]-[a-z]*c[ \t]*$/) {
    sub(substr(name, 1, 1) ".*", "", s)
    quoted = 0
  }
  gsub(/[^a-z_-]/, "", name)
  if (name ~ /^(psql|pg_)/ && match(s, "[ \t\"" q "]host=[A-Za-z0-9][A-Za-z0-9.-]*")) {
    a = substr(s, RSTART + 6, RLENGTH - 6)
    say("client", name " " a " " (match(s, /[ \t]port=[0-9]+/) ? substr(s, RSTART + 6, RLENGTH - 6) : ""))
    return
  }
  s = own_words(s)
  a = option(s, "-[ABENWXbnqrstvwx]*h|--host|--hostname")
  if (a != "") {
    say("client", name " " a " " port_of(name, s))
  } else if (!quoted && !is_told(name, s) && low !~ /pghost|mysql_host/ && (FILENAME !~ code || s ~ /[ \t]-/)) {
    say("client", name " localhost " port_of(name, s))
  }
}

# The words of a command up to the next one of its line, without what stands in quotes with blanks.
function own_words(s) {
  gsub("\"[^\"]*[ \t][^\"]*\"|" q "[^" q "]*[ \t][^" q "]*" q, " ", s)
  sub(/[|;&].*$/, " ", s)
  return s
}

# Whether what follows a client's name tells it a host, a socket or a file in which one may be, or is no call of it.
function is_told(name, s) {
  if (s ~ /:\/\/|[ \t"(]-[ABENWXbnqrstvwx]*h|--host|host=|[$][{]?[a-z_]*host([^n]|$)|defaults-(extra-)?file|service=|^[ \t]*([=:,})]|from[ \t])/) {
    return 1
  }
  if (name ~ /^(mysql|maria)/) {
    return s ~ /[ \t](-S|--socket)/
  }
  if (name ~ /^redis/) {
    return s ~ /[ \t]-[su]/
  }
  return name ~ /^(ldap|cqlsh)/ || (name ~ /^mongo/ && s ~ /^[ \t]+[A-Za-z0-9.-]+\/|--uri|--config/)
}

# `msmtp --host=post`, `swaks --server post:587`.
function to_relays(low,   s, name, a) {
  if ((index(low, "msmtp") || index(low, "swaks")) && match(low, "(^|[ \t|;&(`/])(msmtp|swaks)[ \t]")) {
    name = substr(low, RSTART, RLENGTH)
    s = substr(low, RSTART + RLENGTH - 1)
    gsub(/[^a-z]/, "", name)
    a = option(s, name == "swaks" ? "-s|--server" : "--host")
    if (a != "") {
      say("client", name " " a " " option(s, "-p|--port"))
    }
  }
}

# `nc db 5432`, `socat - tcp:db:5432`.
function of_netcat(low,   s, part, n) {
  if (match(low, "(^|[ \t|;&(`/])(nc|ncat|netcat|telnet|socat)[ \t].*")) {
    s = substr(low, RSTART, RLENGTH)
    gsub(/[ \t]-[a-z]+[ \t]+[0-9]+/, " ", s)
    if (match(s, /[ \t][a-z0-9][a-z0-9.-]*[ \t]+[0-9]+([ \t|;&<>)]|$)/)) {
      split(substr(s, RSTART, RLENGTH), part)
      say("client", "nc " part[1] " " (part[2] + 0))
    } else if (match(s, /tcp4?:[a-z0-9][a-z0-9.-]*:[0-9]+/)) {
      n = split(substr(s, RSTART, RLENGTH), part, ":")
      say("client", "nc " part[2] " " part[3])
    }
  }
}

# `rsync -a /srv backup@vault:/srv`, `scp`, `sftp`, `lftp`.
function of_copies(low,   s, a, name) {
  if (match(low, "(^|[ \t|;&(`/\"" q "])(scp|rsync|sftp|lftp)[ \t].*")) {
    s = substr(low, RSTART, RLENGTH)
    sub(/[&|;{(][ \t]*(logger|echo|printf|mail|die|log|exit)[ \t].*$/, "", s)
    if (match(s, "[ \t][\"" q "]?([a-z0-9_.-]+@)?[a-z0-9][a-z0-9.-]*::?[a-z0-9/~$.\"]")) {
      a = substr(s, RSTART + 1, RLENGTH - 2)
      sub("^[\"" q "]", "", a)
      name = a ~ /::/ || substr(s, RSTART, RLENGTH) ~ /::/ ? "rsync" : "ssh"
      a = last_at(a)
      sub(/:+$/, "", a)
      if (a !~ /^[a-z]$/) {
        say("client", name " " a " " (name == "ssh" ? told_port(s) : ""))
      }
    } else if (match(s, /^.?sftp[ \t]/)) {
      of_sftp(substr(s, RSTART + RLENGTH - 1))
    }
  }
}

# `sftp -P 2222 -b - joe@far <<E`: a host without a path.
function of_sftp(s,   port) {
  port = told_port(s)
  sub(/[ \t]*([0-9]?[<>|;&)`].*)?$/, "", s)
  if (match(s, /[ \t]([a-z0-9_.-]+@[a-z0-9][a-z0-9.-]*|[a-z0-9-]+([.][a-z0-9-]+)+)["]?$/)) {
    s = substr(s, RSTART + 1, RLENGTH - 1)
    gsub(/^.*@|"/, "", s)
    say("client", "ssh " s " " port)
  }
}

# The port that the like of scp is told: `-P 2222`, `-e "ssh -p 2222"`, `-o Port=2222`.
function told_port(s) {
  if (!match(s, "[ \t\"" q "]-(p[ \t]*|o[ \t]*port=)[0-9]+[ \t\"" q "]")) {
    return ""
  }
  s = substr(s, RSTART, RLENGTH)
  gsub(/[^0-9]/, "", s)
  return s
}

# `ftpput -u in ftp.example`.
function of_ftp(low,   s, part) {
  if (match(low, "(^|[ \t|;&(`/])(ftpput|ftpget|ftp|lftp)[ \t].*")) {
    s = substr(low, RSTART, RLENGTH)
    gsub("\"[^\"]*\"|" q "[^" q "]*" q, " ", s)
    gsub(/[ \t]-[a-z]+[ \t]+[^ \t]+/, " ", s)
    if (match(s, /ftp[a-z]*[ \t]+[a-z0-9][a-z0-9.-]*([ \t]|$)/)) {
      split(substr(s, RSTART, RLENGTH), part)
      say("client", "ftp " part[2] " ")
    }
  }
}

# Places after a word: `replicaof db 6379`, `cache_peer up parent 3128`.
function by_word(low,   part) {
  if (match(low, /^[ \t]*(slaveof|replicaof|remote)[ \t]+[a-z0-9][a-z0-9.-]*[ \t]+[0-9]+/)) {
    split(substr(low, RSTART, RLENGTH), part)
    say("client", part[1] " " part[2] " " part[3])
  }
  if (match(low, /^[ \t]*sentinel[ \t]+monitor[ \t]+[^ \t]+[ \t]+[a-z0-9][a-z0-9.-]*[ \t]+[0-9]+/)) {
    split(substr(low, RSTART, RLENGTH), part)
    say("client", "sentinel " part[4] " " part[5])
  }
  if (match(low, /^[ \t]*sqlconnectinfo[ \t]+[^ \t@]+@[a-z0-9][a-z0-9.-]*(:[0-9]+)?([ \t]|$)/)) {
    split(substr(low, RSTART, RLENGTH), part)
    split(last_at(part[2]), part, ":")
    say("client", "sqlconnectinfo " part[1] " " part[2])
  }
  if (match(low, /^[ \t]*cache_peer[ \t]+[a-z0-9][a-z0-9.-]*[ \t]+[a-z]+[ \t]+[0-9]+/)) {
    split(substr(low, RSTART, RLENGTH), part)
    say("client", "cache_peer " part[2] " " part[4])
  }
}

# `connect("db", 5432)`, `mysqli("db")`, `SMTP("post")`.
function of_functions(low,   a, name, part) {
  if (match(low, "(connect|server|parameters|socket\\.new|connection|sockopen|open)[a-z_]*[ \t]*\\([( \t]*[\"" q "][a-z0-9][a-z0-9.-]*[\"" q "][ \t]*,[ \t]*[0-9]+")) {
    a = substr(low, RSTART, RLENGTH)
    sub(/^[^(]*\([( \t]*/, "", a)
    gsub("[\"" q " \t]", "", a)
    split(a, part, ",")
    say("client", "connect " part[1] " " part[2])
  } else if (match(low, "mysqli?(_p?connect)?[ \t]*\\([ \t]*[\"" q "][a-z0-9][a-z0-9.-]*[\"" q "]")) {
    a = substr(low, RSTART, RLENGTH)
    sub(/^[^(]*\([ \t]*./, "", a)
    sub(/.$/, "", a)
    say("client", "mysql " a " ")
  }
  if (match(low, "(https?connection|smtp|smtp_ssl|ftp|ftp_tls|imap4(_ssl)?|telnet|(strict)?redis|mongoclient)[ \t]*\\([ \t]*[\"" q "][a-z0-9][a-z0-9.-]*[\"" q "][ \t]*([,)][ \t]*[a-z\"" q "]|[)]|,?[ \t]*$)")) {
    a = substr(low, RSTART, RLENGTH)
    name = a
    sub(/[ \t]*\(.*$/, "", name)
    sub(/^[^(]*\([ \t]*./, "", a)
    sub("[\"" q "].*$", "", a)
    say("client", name " " a " ")
  }
}

# `server db;` in an upstream of nginx, where no port means 80.
function of_upstream(low,   s, a, part) {
  s = upstream || low ~ /^[ \t]*upstream[ \t]/ ? low : ""
  while (match(s, /(^|[ \t{;])server[ \t]+[a-z0-9][a-z0-9.-]*[ \t;]/)) {
    a = substr(s, RSTART, RLENGTH - 1)
    s = substr(s, RSTART + RLENGTH)
    split(a, part)
    a = part[2] == "" ? part[1] : part[2]
    sub(/^.*server[ \t]+/, "", a)
    say("client", "upstream " a " 80")
  }
}

# The value of one of the options `letters`, as `-h db`, `-hdb`, `--host=db`.
function option(s, letters,   v) {
  if (!match(s, "[ \t](" letters ")([ \t]+|=)?[\"" q "]?[A-Za-z0-9][A-Za-z0-9.-]*")) {
    return ""
  }
  v = substr(s, RSTART, RLENGTH)
  sub("^[ \t](" letters ")[ \t=\"" q "]*", "", v)
  return v
}

# The port that a client program is told, by the option that it has for that.
function port_of(name, s,   v) {
  v = option(s, name ~ /^(mysql|maria)/ ? "-P|--port" : name ~ /^(mongo|cqlsh)/ ? "--port" : "-p|--port")
  return v ~ /^[0-9]+$/ && length(v) < 6 ? v : ""
}
