# Keys that speak of hosts and ports, and their values.

BEGIN {
  headed = "(redis|valkey|memcached?|mysql|mariadb|postgres(ql)?|pgsql|rabbitmq|amqp|mongo(db)?|elasticsearch|opensearch|kafka|smtp|mail|imap|ldap|cassandra|zookeeper|nats|mqtt|couchdb|etcd|beanstalkd|gearmand)"
  around = "[\"" q "]?[]>]*[ \t]*(:|=>?)?[ \t]*[[{(]?[ \t]*$"
  keys = "[a-z0-9_.-]*(hosts?|hostnames?|host\\.name|server|servers|servername|addr|addrs|address|addresses|port|relayhost|smarthost|brokers?|seeds|peers|seed_nodes|contact[-_]points|endpoints?|data source|connect|retry[-_]join|nodes)"
  value = "[a-z0-9][a-z0-9._:,-]*"
  pairs = keys "([\"" q "]?[]]?[ \t]*(=>|[=:])[ \t]*[\"" q "[(]*|[\"" q "][ \t]*,[ \t]*[\"" q "]|[\"" q "][ \t]+value[ \t]*=[ \t]*[\"" q "]|>)" value
  flags = "(^|[ \t\"" q "])--?" keys "[ \t]+" value
  driver = "(^|[^a-z0-9])(db_connection|(db|database)?[_.-]?(adapter|driver|engine|dialect|type))[\"" q "]?[]]?[ \t]*(=>|[=:])[ \t]*[:\"" q "]?(pdo_|django[.](contrib[.]gis[.])?db[.]backends[.])?(postgres(ql)?|postgis|pgsql|mysqli?2?|mariadb|sqlserver|sqlsrv|mssql|oracle)([^a-z0-9_.:/-]|$)"
  fetch = "((int|str|integer|number|parseint)\\([ \t]*)?(([a-z_.]*(env|environ)(\\.fetch|\\.get)?|getenv)[ \t]*\\([ \t]*[\"" q "][a-z0-9_.]+[\"" q "][ \t]*,|(env\\[[\"" q "][a-z0-9_]+[\"" q "]\\]|process\\.env\\.[a-z0-9_]+)[ \t]*([|][|]|[?][?])|env\\.fetch[ \t]*\\([ \t]*[\"" q "][a-z0-9_]+[\"" q "][ \t]*\\)[ \t]*[{])[ \t]*[\"" q "]?[a-z0-9][a-z0-9._:-]*[\"" q "]?[ \t]*[)}]?([ \t]*-?%>)?"
  preset = keys "[\"" q "]?[]]?[ \t]*(=>|[=:])[ \t]*[\"" q "]?(<%=[ \t]*)?" fetch
}

# `host: db`, `"server" => "db:5432"`, `--port 80`: keys of `keys` with their value, or with several.
function settings(low, pattern,   s, a, key, list, n, k, part, head) {
  s = low
  head = ""
  a = ""
  while (match(s, pattern)) {
    head = head a substr(s, 1, RSTART - 1)
    a = substr(s, RSTART, RLENGTH)
    s = substr(s, RSTART + RLENGTH)
    if (match(a, /,[a-z0-9_.-]*port:[0-9]+$/) || (s ~ /^[ \t]*=[^>]/ && match(a, /,[a-z0-9_.-]+$/))) {
      s = substr(a, RSTART) s
      a = substr(a, 1, RSTART - 1)
    }
    if (s ~ /^=[^>]/ && match(a, /[=:][ \t]*[a-z]+$/)) {
      match(a, /[a-z]+$/)
      s = substr(a, RSTART) s
      a = substr(a, 1, RSTART - 1)
      continue
    }
    key = a
    if (s ~ /^[ \t]*=[^>=]/ && match(a, "[=:][ \t]*[\"" q "][a-z0-9_.-]+$")) {
      match(a, /[a-z0-9_.-]+$/)
      s = substr(a, RSTART) s
      a = substr(a, 1, RSTART - 1)
      continue
    }
    if (s ~ userinfo || s ~ /^[[($]/ || s ~ /^[ \t]*=[^>]/) {
      continue
    }
    match(a, keys)
    key = substr(a, 1, RSTART + RLENGTH - 1)
    list = substr(a, RSTART + RLENGTH)
    sub("^[^a-z0-9_.-]+", "", key)
    sub(/^-+/, "", key)
    sub("^[\"" q "][ \t]+value[ \t]*=", "", list)
    sub("^[^a-z0-9]+", "", list)
    if (list ~ /,$/) {
      sub(/,$/, "", list)
      s = "," s
    }
    while (key ~ /([^s]s|join|points)$/ && match(s, "^[\"" q "]?[ \t]*,[ \t]*[\"" q "]?[a-z0-9][a-z0-9.:-]*") && !is_key(s)) {
      list = list substr(s, RSTART, RLENGTH)
      s = substr(s, RSTART + RLENGTH)
    }
    if (s ~ /^\/([0-9]|[12][0-9]|3[0-2])([^0-9a-z.]|$)|^\/255[.]/) {
      sub(/[0-9]+[.][0-9.]+$/, "", list)
    }
    if (match(s, /^\]:[0-9]+/)) {
      list = list substr(s, 2, RLENGTH - 1)
    }
    gsub("[ \t\"" q "]", "", list)
    sub(/^tcp:/, "", list)
    if (key ~ /smarthost/) {
      sub(/::/, ":", list)
    }
    n = split(list, part, ",")
    if (n == 2 && part[2] ~ /^[0-9]+$/) {
      part[1] = part[1] ":" part[2]
      n = 1
    }
    if (ORIGIN == "" && depth && key ~ /^(hosts?|hostname|servers?|address|addr|nodes)$/) {
      under(head, a, s)
    }
    for (k = 1; k <= n; k++) {
      if (part[k] ~ /^[a-z0-9][a-z0-9._-]*(:[0-9]+)?$/ && part[k] !~ sixth && part[k] !~ /^((process\.env|os\.environ).*|true|false|yes|no|on|off|none|null|nil|auto)$/) {
        say("setting", key " = " part[k] standing(head, a))
      }
    }
  }
}

# Which server a host is of that says nothing itself, by what opens its block: `redis:` above, `"redis": {` before it.
function under(head, a, rest,   name, place, lead) {
  place = standing(head, a)
  lead = head
  sub("[\"" q "]$", "", lead)
  name = index(place, " in " FNR ".") && gsub(/[{(<[]/, "&", head) == 1 && rest !~ /[{(<[]/ ? heading(lead) : ""
  if (name == "" && place == " in " opened_at[depth] "." depth) {
    name = heading(tolower(opened_by[depth]))
  }
  if (name != "") {
    say("driver", name place)
  }
}

# The kind of server that a line which opens a block is called after: `redis:`, `[cache.redis]`, `"mail": {`; or that a
# library calls which connects: `pymysql.connect(`.
function heading(low) {
  if (index(low, "connect") && match(low, /(psycopg[23]?|asyncpg|pymysql|mysqldb|mysql\.connector|connectionparameters)(\.connect)?\([ \t]*$/)) {
    return substr(low, RSTART) ~ /^connection/ ? "amqp" : substr(low, RSTART) ~ /^(psy|asy)/ ? "postgres" : "mysql"
  }
  if (!match(low, headed around) || before(low) ~ /[a-z0-9_-]/) {
    return ""
  }
  low = substr(low, RSTART)
  match(low, headed)
  return substr(low, 1, RLENGTH)
}

# `adapter: postgresql`, `DB_CONNECTION=mysql`: which server is meant where a host stands without a port.
function drivers(low,   v, head) {
  if (match(low, driver)) {
    head = substr(low, 1, RSTART - 1)
    v = substr(low, RSTART, RLENGTH)
    sub(/^.*(=>|[=:])[ \t]*/, "", v)
    gsub(/^.*(pdo_|[.])|[^a-z0-9]/, "", v)
    say("driver", v standing(head, ""))
  }
}

# Whether what was matched is a key itself, with a colon or an equals sign behind it.
function is_key(s) {
  return substr(s, RSTART + RLENGTH - 1) ~ ("^:|^.[\"" q "][ \t]*[:=]|^.[ \t]*=")
}

# ` in LINE.DEPTH`: the block of the file that the setting stands in; ports and hosts of one block belong together.
function standing(head, a) {
  if (ORIGIN != "" || !depth) {
    return ""
  }
  gsub(/[=-]>/, "", head)
  while (sub(/[{(<[][^][{}()<>]*[])}>]/, "", head)) {
    continue
  }
  if (head ~ /[{(<[][^])}>]*$/ && a !~ ("^[^=:,]*>|^[^=:,]*[\"" q "]([]]|[ \t]*,|[ \t]+value)")) {
    return (" in " FNR "." (depth + 1))
  }
  return (" in " opened_at[depth] "." depth)
}

# `env("DB_HOST", "db")` in the languages that have it: what is used where the variable is not set.
function given_else(low,   from, all, a, v) {
  while (match(low, preset)) {
    from = RSTART
    all = RLENGTH
    v = substr(low, from, all)
    match(v, fetch)
    a = substr(v, 1, RSTART - 1)
    sub(/(<%=[ \t]*|[a-z]+\([ \t]*)$/, "", a)
    sub(/<%=[ \t]*$/, "", a)
    if (substr(v, RSTART) ~ /pass|secret|token|key|pw|user|auth|cred/) {
      v = ""
    }
    sub(/[ \t]*(-?%>)?$/, "", v)
    sub(/[ \t]*[)}]$/, "", v)
    sub(/^.*[,|?{][ \t]*/, "", v)
    gsub("[\"" q "]", "", v)
    low = substr(low, 1, from - 1) a v substr(low, from + all)
  }
  return low
}

# `Server db`: two words alone on a line, where the file is one of settings.
function two_words(low,   part) {
  split(low, part)
  gsub(/"/, "", part[2])
  if (part[1] !~ /^(port|host|address)$/ && (part[1] !~ /..(server|host|port)$/ || part[1] ~ /^(name|time|ntp|web|app|https?|next|x|v|virtual|local)[_.-]?(server|host)$/ || ORIGIN != "" || script || FILENAME !~ /(^|\/)[^.\/]+$|\.(conf|cnf|cfg|cf|config|ini|rc|settings)$/)) {
    return
  }
  if (part[1] ~ /port$/ ? part[2] ~ /[^0-9]|....../ : part[1] ~ /pass|secret|token|key/ || part[2] ~ /^(true|false|yes|no|on|off|none|null|auto)$/) {
    return
  }
  say("setting", part[1] " = " part[2] standing("", ""))
}
