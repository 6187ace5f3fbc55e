# What files of settings say about connections, data, secrets and other files. A name of a file that begins with two slashes
# is read only if one of the others names it.

BEGIN {
  for (i = 1; i < ARGC; i++) {
    if (ARGV[i] ~ /^\/\//) {
      wanted[substr(ARGV[i], 2)]
      ARGV[i] = ""
      waiting = 1
    }
  }
  settled = "/([.]?(set)?env(vars|rc|ironment)?([-_][A-Za-z0-9_-]+)?|[.](bash_|z)?(profile|login|rc|env)|[.]bashrc|[.]zshrc|Caddyfile|Procfile)$"
  shelved = "/(conf|config|configs|settings|[a-z-]+[.]d|etc/[^/]+)/([^/]+/)*(old|alt|bak|disabled|unused|inactive|obsolete|deprecated|retired|attic|inaktiv|ancien|vecchio|viejo|antiguo|oud|gammal)([-_.][a-z0-9-]+)?/"
  anywhere = "\\(+[\"" q "](0[.]0[.]0[.]0|::|[*]|)[\"" q "][ \t]*,[ \t]*[0-9]+"
}

FNR == 1 {
  what_file_it_is()
  forget()
  pages = $0 ~ /[\001-\010\016-\032]/ || (script && FILENAME in named_too)
}

pages {
  next
}

{
  line = variable (length($0) > 4000 ? substr($0, 1, 4000) : $0)
}

inside {
  if (!(i = index(line, "-->"))) {
    next
  }
  inside = 0
  line = substr(line, i + 3)
}

i = index(line, "<!--") {
  if (!index(substr(line, i), "-->")) {
    inside = 1
  }
  line = substr(line, 1, i - 1)
}

index(line, "socket -server ") {
  next
}

line !~ /[^ \t]/ || line ~ /^[ \t]*(#|;|\/\/|\/\*|--[^-]|--$|!)/ || line ~ /^[ \t]+\*/ {
  if (line !~ /^[ \t]*--[a-z]/ || !(yaml || goes_on)) {
    goes_on = 0
    next
  }
}

{
  goes_on = line ~ /\\$/
}

{
  if (index(line, "#")) {
    sub(/[ \t]#.*$/, "", line)
  }
  if (written) {
    line = written == 1 ? tuples(line) : assigned(line)
  }
  if ((index(line, "etEnv") || index(line, "_param") || index(line, "_env_var")) && match(line, /^[ \t]*([Ss]etEnv|(fastcgi|uwsgi|scgi)_param|passenger_env_var)[ \t]+[A-Za-z_][A-Za-z0-9_]*[ \t]+/)) {
    line = set_as_variable(line)
  }
  low = tolower(line)
  slash = index(line, "/")
  if ((name = of_line(line, low)) != "") {
    say("hidden", name)
  }
}

nothing_else {
  nothing_else = 0
  next
}

waiting && slash && index(line, "/etc/") {
  named_in(line, !script && !afar && FILENAME !~ code && FILENAME !~ /\.sh$|cron/ && low !~ /^[ \t]*check[ \t]/)
}

FILENAME in named_too && low ~ /^[^ \t:=]+([ \t]+[^ \t:=]+)?:[^ \t:=]*[ \t]*$/ {
  next
}

nameless {
  next
}

tunnels {
  tunnel(low)
  next
}

{
  block(line)
  sections(line, low)
  if (slash || index(low, "loadcredential")) {
    files(line, low)
  }
  if (web && (slash || index(low, "dav"))) {
    stores(line, low)
  }
  if (index(low, "passenger")) {
    passengers(low)
  }
  sources(line, low)
}

script && index(line, "=") && match(low, host_variable) {
  keep_host(low)
}

uwsgi && of_uwsgi(line, low) {
  next
}

{
  listens(line, low)
  if (index(line, "=") && match(line, /^[ \t]*(export[ \t]+)?[A-Z_][A-Z0-9_]*=/)) {
    assigns(substr(line, RSTART, RLENGTH))
  }
  if (worker) {
    uses(line, low)
  }
  if (slash && (index(line, "chk") || index(line, "check")) && match(line, /(httpchk|http-check send|health_check|check_http)[A-Za-z_= ]*\/[A-Za-z0-9._\/-]*/)) {
    say("check", substr(line, RSTART, RLENGTH))
  }
  if (script || FILENAME ~ program || !is_off(low)) {
    endpoints(line, low)
  }
  if (upstream && index(line, "}")) {
    upstream = 0
  }
  affinity(low)
}

END {
  look_up()
  tell_uses()
  look_at_places()
}

# What the name of a file says about how it is read. `nameless`: any text, of which secrets alone are told; `example`: what
# stands in it is made up, and hosts alone are told; `guarded`: settings that are called after secrets, where `joe:4711` is
# no host; `keeps`: each line is an account with its password, and `tabled`: with an equals sign or a colon between them
# (`joe = x` of a broker, `joe: x,role` of Jetty); `script`: it is a program; `worker`: one that does something of its own;
# `written`: in which language; `brought`: its addresses say where a program came from; `web`: a web server has it;
# `afar`: its paths may be those of another host.
function what_file_it_is() {
  script = /^#!/
  worker = script && FILENAME !~ /^\/etc\/(init|rc[0-9S]*)\.d\//
  variable = ""
  if (FILENAME ~ /\/env\/[A-Z][A-Z0-9_]*$/) {
    variable = FILENAME
    sub(/^.*\//, "", variable)
    variable = variable "="
  }
  nameless = !script && variable == "" && FILENAME ~ /^\/((home|opt|srv|app|apps|data|var\/(lib|opt))\/.*|root)\/[.]?[^.\/]+$/ && FILENAME !~ settled && FILENAME !~ /\/\.ssh\/config$/
  example = is_example(FILENAME)
  guarded = 0
  if (tolower(FILENAME) ~ /\/[^\/]*(passw|pgpass|netrc|sasl|secret|credential|htdigest)[^\/]*$/ && FILENAME !~ /\.(py|sh|js|rb|pl|php)$/) {
    guarded = FILENAME ~ /\.(conf|cnf|cfg|cf|ini|env|properties|ya?ml|json|toml|xml|service|config)$|\/\.env\.[^\/]*$/
    nameless = !guarded
  }
  keeps = nameless && tolower(FILENAME) ~ /\/[^\/]*(pgpass|netrc|passwd|passwords?|secrets|htdigest)([.]client)?$/
  tabled = FILENAME ~ /[\/._-](users|realm|passwords)\.properties$/ && FILENAME !~ /\/(classes|i18n|lang|locales?|messages|resources)\//
  if (tabled) {
    nameless = 1
    keeps = 1
  }
  if (FILENAME ~ /\/\.env[._-]([^\/]*[._-])?(bak|backup|old|save)[0-9]*$/ || tolower(FILENAME) ~ shelved) {
    nameless = 1
  }
  postfix = FILENAME ~ /\/(main|master)\.cf$/
  queue = "/var/spool/postfix"
  tunnels = FILENAME ~ /\/\.ssh\/config$/
  options = FILENAME ~ /\.cnf$|odbc\.ini$|pg_service\.conf$/
  table = FILENAME ~ /\/inittab$/
  uwsgi = FILENAME ~ /uwsgi/
  brought = FILENAME ~ /\/(package|composer|bower|lerna)\.json$|\/(pom\.xml|pyproject\.toml|setup\.cfg|Cargo\.toml|mkdocs\.yml)$/
  web = FILENAME ~ /\/(apache2?|httpd2?|nginx|sites-[a-z]+)\//
  syslog = FILENAME ~ /\/rsyslog(\.d\/|\.conf$)/
  json = FILENAME ~ /\.json$/
  yaml = FILENAME ~ /\.ya?ml$/
  written = FILENAME ~ /\.(config|erl|hrl|terms|escript)$/ ? 1 : FILENAME ~ /\.(tcl|exp|rc)$/ ? 2 : 0
  afar = FILENAME ~ /(lsyncd|rsync|unison|rclone|borg|restic)[^\/]*$/
}

# A variable that gets its value here.
function assigns(name) {
  say("variable", name)
  if (!script) {
    sub(/^[ \t]*(export[ \t]+)?/, "", name)
    valued[substr(name, 1, length(name) - 1)]
  }
}

# What the lines of the file before have left.
function forget() {
  inside = 0
  goes_on = 0
  upstream = 0
  depth = 0
  last = 0
  title = ""
  off = 0
  own_id = ""
  redis = 0
  pool = 0
  awaits = ""
  called_host = ""
  called_port = ""
  jump = ""
  ahead = ""
  served = ""
  stored = ""
  split("", unused_id)
  if (named_hosts) {
    split("", host_in)
    named_hosts = 0
  }
  if (in_use) {
    split("", used)
    in_use = 0
  }
  awaited = 0
  listed = 0
}

# `SetEnv DB_HOST db1` as `DB_HOST=db1`; matched before.
function set_as_variable(line,   name, v) {
  name = substr(line, RSTART, RLENGTH)
  v = substr(line, RSTART + RLENGTH)
  sub(/^[ \t]*[^ \t]+[ \t]+/, "", name)
  sub(/[ \t]+$/, "", name)
  sub(/;[ \t]*$/, "", v)
  return name "=" v
}

# The name of the line's secret. Of a file that keeps passwords the first line says that it does, and a file that another
# one names may hold accounts with theirs.
function of_line(line, low,   name) {
  name = is_secret(line, low)
  if (name == "" && (listed || index(low, "users"))) {
    name = of_users(low)
  }
  if (name == "" && keeps && (tabled ? line ~ /^[ \t]*[A-Za-z0-9_@-]+[ \t]*[=:][ \t]*[^ \t,]+[ \t]*(,.*)?$/ : line ~ /^[ \t]*[^ \t:]+[ \t:]+[^ \t]/)) {
    name = "passwords"
    keeps = 0
  }
  if (name == "" && FILENAME in named_too && low ~ /^[a-z0-9_.-]+[ \t]+[^] \t:\/=,;[<>(){}]+:[^] \t:\/=,;[<>(){}]*[^]0-9 \t:\/=,;[<>(){}][^] \t:\/=,;[<>(){}]*[ \t]*$/) {
    name = "login"
  }
  return name
}

# Files below /etc that the line names, of those that may be read if something names them: they are read after the others.
function named_in(s, own,   u) {
  while (match(s, /\/etc\/[A-Za-z0-9_.+@\/-]*[A-Za-z0-9]/)) {
    u = substr(s, RSTART, RLENGTH)
    s = substr(s, RSTART + RLENGTH)
    if (!(u in wanted)) {
      continue
    }
    if (own) {
      say("file", u)
    }
    if (!(u in named_too)) {
      named_too[u]
      ARGV[ARGC++] = u
    }
  }
}

# Parts of a file that are for a program, a group of servers or a group of options each.
function sections(line, low,   s) {
  if (yaml && index(line, ":")) {
    pool = low ~ /^[ \t]*servers:[ \t]*$/ || (pool && low !~ /^[ \t]*[a-z_-]+:/)
  }
  if (index(line, "end") || index(line, "listen") || index(line, "upstream")) {
    if (match(line, /^[ \t]*(frontend|backend|listen|upstream)[ \t]+[A-Za-z0-9_.-]+/)) {
      say("section", substr(line, RSTART, RLENGTH))
    }
    if (low ~ /^[ \t]*upstream[ \t]/) {
      upstream = 1
    }
  }
  if (index(line, "[") && match(line, /^[ \t]*\[(program|watcher|fcgi-program|eventlistener):[A-Za-z0-9_.-]+\]/)) {
    s = substr(line, RSTART, RLENGTH - 1)
    sub(/^[ \t]*\[/, "", s)
    sub(/:/, " ", s)
    say("section", s)
  }
  if (options && match(line, /^[ \t]*\[[A-Za-z0-9_.-]+\]/)) {
    s = substr(line, RSTART, RLENGTH - 1)
    sub(/^[ \t]*\[/, "", s)
    say("group", s)
  }
}

# A data source of ODBC, a service of PostgreSQL.
function sources(line, low,   u) {
  if ((index(low, "odbc:") || index(low, "dsn")) && match(low, /odbc:(dsn=)?[a-z][a-z0-9_-]*|(^|[^a-z0-9])(odbc_?)?dsn["]?[ \t]*[=:][ \t]*["]?[a-z][a-z0-9_-]*/) && substr(line, RSTART + RLENGTH, 1) !~ /[=:\/.]/) {
    u = substr(line, RSTART, RLENGTH)
    sub(/^.*[=: \t"]/, "", u)
    say("source", "odbc " u)
  }
  if (index(low, "service") && match(low, /(^|[^a-z0-9])(pg)?service["]?[ \t]*=[ \t]*["]?[a-z][a-z0-9_-]*/)) {
    u = substr(line, RSTART, RLENGTH)
    sub(/^.*[= \t"]/, "", u)
    say("source", "pg " u)
  }
}

# Whether the line says what a server of uWSGI listens on, and then nothing else: its `socket = db:3031` is no call.
function of_uwsgi(line, low,   u) {
  if (!match(low, /^[ \t]*((uwsgi|https?|fastcgi|scgi)-)?(socket|https?)[ \t]*[=:][ \t]*[^ \t,]+/)) {
    return 0
  }
  u = substr(line, RSTART, RLENGTH)
  sub(/^[^=:]*[=:][ \t]*/, "", u)
  sub(u ~ /\// ? "^[^/]*" : "^.*:", "", u)
  if (u !~ /^([0-9]+|\/[A-Za-z0-9._][A-Za-z0-9._\/-]*)$/) {
    return 0
  }
  say("listen", u)
  return 1
}

# Ports and sockets that are listened on.
function listens(line, low,   u) {
  if (index(low, "listen") || index(low, "bind") || index(low, "accept")) {
    if (match(low, /(^|[{;])[ \t]*(listen|bind|accept|listeners)[ \t]*[= \t][ \t]*([^ \t;]*:)?[0-9]+([ \t;,]|$)/)) {
      u = substr(low, RSTART, RLENGTH)
      sub(/[ \t;,]+$/, "", u)
      sub(/^.*[^0-9]/, "", u)
      say("listen", u)
    }
    if (slash && match(line, /^[ \t]*listen[ \t]*=?[ \t]*(unix:)?\/[A-Za-z0-9._\/-]+/)) {
      u = substr(line, RSTART, RLENGTH)
      sub(/^[^\/]*/, "", u)
      say("listen", u)
    }
  }
  if (index(line, "(") && index(line, ",") && match(low, anywhere)) {
    u = substr(low, RSTART, RLENGTH)
    sub(/^.*[^0-9]/, "", u)
    say("listen", u)
  }
}

# Rules that pin a client to one server.
function affinity(low) {
  if (!(index(low, "stick") || index(low, "hash") || index(low, "balance") || index(low, "appsession") || index(low, "cookie"))) {
    return
  }
  if (match(low, /^[ \t]*(ip_hash|sticky[ \t]|hash[ \t]+\$(binary_)?(remote_addr|cookie)|stick[ \t]+on|balance[ \t]+source|appsession|cookie[ \t].*[ \t](insert|prefix|rewrite|indirect))/) || match(low, /stickysession=/)) {
    say("affinity", substr(low, RSTART, RLENGTH))
  }
}
