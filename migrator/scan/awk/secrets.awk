# Secrets, of which the name alone is told.

BEGIN {
  methods = "none|basic|digest|pam|true|false|yes|no|on|off|enabled?|disabled?|required|requisite|optional|sufficient|trust|peer|ident|(md5|sha|scram|o?auth|xoauth|cram|krb|kerberos|ldap|saml|oidc|ntlm|x509)[a-z0-9_.-]*|plain|login|container|application|sasl|gssapi|negotiate|bearer|token|session|cookie|default|any|all|user|users|password|api|key|internal|external|local|system|files?|db|database|htpasswd|null|nil|undefined|env|tls|ssl|starttls|cert|anonymous|service|client|server|https?|web|jwt|ask|prompt|encrypted|hashed|redis"
  words = "[a-z0-9_.-]*(passw(or)?d|passphrase|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|" foreign ")"
  words = "(" words "[a-z0-9_.-]*|([a-z0-9_.-]*[_.-])?(pass|pwd|pw|" short "))"
  elsewhere = foreign "|" short "|schluessel"
  opens = "^[ \t\"" q "]*((api|zugangs?|lizenz)[_-]?)?schluessel[\"" q "]?[ \t]*[=: \t][ \t]*[\"" q "]?"
  whose = "([a-z0-9_.-]*[_.-])?(dn|bind|ldap|db|sql|mysql|pg|redis|smtp|imap|mail|sasl|ftp|user|admin|root|login|auth|key|store)$"
  words = words "[\"" q "]?[]}]?[ \t]*(=>|[|][|]=|[?][?]=|[=:])[ \t]*[\"" q "]?[^] \t\"" q ",;()}{~]+"
  aside = "[_.-](encryption|scheme|algorithm|method|type|format|policy|timeout|policies|scopes|roles|column|field|attribute|query|min|max|days|header|prefix|issuer|audience)$|(file|files|filename|path|dir|directory|folder|url|uri|ttl|lifetime|length|expir(y|es|ation)|name|command|cmd|eval|program|process|helper|datei|pfad|ordner|laenge|ablauf|hinweis|regel|verfahren|fichier|longueur|archivo|longitud)$|^(load|import)credential(encrypted)?$"
  veiled = "([a-z0-9_.-]*(passw(or)?d|passphrase|secret|token|(api|access|private|secret|encryption)[-_.]?key|credentials?|" foreign ")|([a-z0-9_.-]*[_.-])?(pass|pwd|pw))[0-9]*"
  login = "://[^ \t/:@\"" q "]*:[^ \t@/\"" q "$*]+@"
}

# The name under which a secret stands on the line, in small letters (`low` is the line in small letters); nothing where there is none. `hot`: it has a word
# without which most forms are not looked for.
function is_secret(line, low,   name, hot, rest, head, end) {
  if (index(low, "redis")) {
    redis = 1
  }
  hot = index(low, "pass") || index(low, "secret") || index(low, "token") || index(low, "key") || index(low, "credential") || index(low, "pw") || index(low, "auth") || index(low, "login=") || index(low, "sqlconnect") || index(low, "ldapbind") || low ~ elsewhere
  if ((awaits != "" || (hot && index(low, "<"))) && (name = of_element(low)) != "") {
    return name
  }
  if (!hot && !index(low, "@") && !index(low, " -") && !index(low, "\" \"") && !index(low, " >") && !index(low, "allow") && !index(low, "hook") && !index(low, "rabbitmqctl ") && !index(low, "derby.user.")) {
    return ""
  }
  if (hot && match(low, words)) {
    head = ""
    rest = low
    do {
      end = RSTART + RLENGTH
      if ((name = of_pair(rest, head)) != "") {
        return name
      }
      head = head substr(rest, 1, end - 1)
      rest = substr(rest, end)
    } while (match(rest, words))
    if (index(low, "key") && (name = of_key(low)) != "") {
      return name
    }
    return low ~ login ? "url" : ""
  }
  if (index(low, "key") && length(low) > 19 && (name = of_key(low)) != "") {
    return name
  }
  if (hot && (name = of_words(low)) != "") {
    return name
  }
  if ((index(low, " -") || index(low, "@") || index(low, "rabbitmqctl ")) && (name = of_program(line)) != "") {
    return name
  }
  if ((name = of_account(low)) != "") {
    return name
  }
  return hot ? by_place(low) : ""
}

# `password = x` and `x["password"] = "y"` in any of their forms, where `words` matched: no value that is a variable, a
# call, a switch or the place of one, and no comparison. `head`: what stands before.
function of_pair(low, head,   k, i, name, after, quoted) {
  k = substr(low, RSTART, RLENGTH)
  head = head substr(low, 1, RSTART - 1)
  if (k ~ /^(pass|pwd|pw)/ && head ~ /[a-z0-9]$/) {
    if (!match(head, whose) || before(head) ~ /[a-z0-9]/) {
      return ""
    }
    k = substr(head, RSTART) k
    head = substr(head, 1, RSTART - 1)
  }
  i = match(k, /[=:]/)
  name = substr(k, 1, i - 1)
  after = substr(k, i + 1)
  if (after ~ /^=/ || (head ~ /[$][{]$/ && after !~ /^-[a-z0-9]/) || (name ~ /}/ && head !~ ("[a-z0-9_>][{][\"" q "]?$"))) {
    return ""
  }
  sub(/^[>= \t]*/, "", after)
  quoted = after ~ ("^[\"" q "]")
  sub("^[\"" q "]", "", after)
  if (!quoted && name ~ ("[\"" q "][]}]")) {
    return ""
  }
  if (FILENAME ~ /\.(js|py|rb|pl|php|f?cgi|psgi)$/ && !quoted && !(name !~ ("[\"" q "][ \t]*$") && head ~ ("[\"" q "]"))) {
    return ""
  }
  if (after ~ /^([$%<\/*\\[]|[.][*+]|[.][.]?\/|[a-z0-9_.+-]+(:[a-z0-9_.+-]+)*:\/|(null|none|nil|undefined|true|false|yes|no|on|off|ja|nein|oui|non|sim|env|environ|getenv)$|(os|env|process|args|self)\.|[a-z_][a-z0-9_]*\[)/) {
    return ""
  }
  gsub("[]}|?\"" q " \t]", "", name)
  sub(/^-+/, "", name)
  return name ~ aside || (name ~ /key$/ && after ~ /[.](pem|key|der|crt|p12|pfx|jks)$/) ? "" : name
}

# `define("DB_PASSWORD", "x")`, `password("x")`, `--password x`.
function of_words(low,   k, name) {
  if (match(low, "(define\\([ \t]*[\"" q "]|header[a-z_]*[ \t]+(set|add)?[ \t]*[\"" q "]?)[a-z0-9_.-]*(passw(or)?d|_pass|secret|token|api[-_]?key|[-_]key|authorization)[a-z0-9_.-]*[\"" q "]?[ \t]*[, \t][ \t]*[\"" q "][^\"" q "$%]+")) {
    k = substr(low, RSTART, RLENGTH)
    match(k, /[a-z0-9_.-]*(passw(or)?d|_pass|secret|token|key|authorization)[a-z0-9_.-]*/)
    name = substr(k, RSTART, RLENGTH)
    return is_harmless(name) || name ~ aside ? "" : name
  }
  if (index(low, "(") && FILENAME ~ called && match(low, "(^|[^a-z0-9_.-])" veiled "\\([ \t]*[\"" q "][^\"" q "$%\\/{][^\"" q "]*[\"" q "][ \t]*\\)")) {
    k = substr(low, RSTART, RLENGTH)
    match(k, veiled "\\(")
    name = substr(k, RSTART, RLENGTH - 1)
    gsub("^[^\"" q "]*[\"" q "]|[\"" q "][^\"" q "]*$", "", k)
    if (k !~ ("^(" methods ")$")) {
      return name
    }
  }
  if (match(low, "(^|[ \t])--?[a-z0-9_-]*(password|passwd|passphrase|pass|secret|token|api-key)[ \t]+[^- \t$\"" q "%<|;&][^ \t]*")) {
    k = substr(low, RSTART, RLENGTH)
    sub(/^[ \t]*-+/, "", k)
    name = k
    sub(/[ \t].*$/, "", name)
    sub(/^[^ \t]*[ \t]+/, "", k)
    return k ~ /^([.]?[.]?\/|~|(file|env|fd|pkcs11):|stdin$|prompt$)/ ? "" : name
  }
  return ""
}

# Programs with a short option for a password, or a place for one: `mysql -px`, `curl -u joe:x`.
function of_program(line,   i, s, name) {
  if (!(index(line, "@") && index(line, "/")) && line !~ /[ \t]-([pPuUawkKAXb]|[a-z]b |-user|-proxy-user|-pass)|rabbitmqctl /) {
    return ""
  }
  for (i = 1; i <= clients_known; i++) {
    if (!index(line, client_word[i])) {
      continue
    }
    s = line
    while (match(s, "(^|[^A-Za-z0-9_.-])(" client[i] ")[ \t]")) {
      name = tolower(substr(s, RSTART, RLENGTH - 1))
      s = substr(s, RSTART + RLENGTH - 1)
      sub(/^[^a-z0-9]/, "", name)
      sub(/[ \t].*$/, "", name)
      if (match(s, "^[^|;&]*")) {
        if (match(substr(s, 1, RLENGTH), client_value[i])) {
          return name
        }
      }
    }
  }
  return ""
}

# An account with its password: `"app" "x"` for pgbouncer, `user app >x` for Redis, `allow app:x` for monit,
# `http://app:x@`, `MONITOR ups@host 1 app x primary` for NUT, `derby.user.app=x`.
function of_account(low) {
  if (low ~ /^"[^"]+"[ \t]+"[^"]+"[ \t]*$/ && FILENAME ~ /userlist/) {
    return "user list"
  }
  if (index(low, " >") && low ~ /^[ \t]*user[ \t]+[^ \t]+[ \t](.*[ \t])?>[^ \t>&\/$]/ && FILENAME ~ /\.(conf|acl)$/) {
    return "user"
  }
  if (FILENAME ~ /monit/ && low ~ /^[ \t]*allow[ \t]+["]?[a-z_][a-z0-9_.@-]*:[^: \t]+/ && low !~ /^[ \t]*allow[ \t]+[0-9a-f]*:/) {
    return "allow"
  }
  if (index(low, "hook") && is_webhook(low)) {
    return "webhook"
  }
  if (low ~ /^[ \t]*derby[.]user[.][^=: \t]+[ \t]*[=:][ \t]*[^ \t$]/) {
    return "derby.user"
  }
  if (!index(low, "@")) {
    return ""
  }
  if (low ~ login) {
    return "url"
  }
  if (low ~ /^[ \t]*monitor[ \t]+[^ \t]+@[^ \t]+[ \t]+[0-9]+[ \t]+[^ \t]+[ \t]+("[^"]+"|[^ \t"]+)[ \t]+(master|slave|primary|secondary)[ \t]*$/) {
    return "monitor"
  }
  return low ~ /^[ \t]*register[ \t]*=>?[ \t]*[^ \t:]+:[^ \t@\/][^ \t@]*@/ ? "register" : ""
}

# Whether the line has the address of a webhook, which is its own password: something random behind `hooks`, or the form
# that Slack has, on any host.
function is_webhook(low,   part, n, k, hook, team) {
  if (!match(low, "://[^ \t\"" q "<>$?#]*hooks?(b2)?[./][^ \t\"" q "<>$?#]*")) {
    return 0
  }
  n = split(substr(low, RSTART, RLENGTH), part, "/")
  hook = part[3] ~ /(^|[.-])(web)?hooks?[.]/
  for (k = 4; k <= n; k++) {
    if (hook && (is_random(part[k]) || (team && length(part[k]) > 7))) {
      return 1
    }
    team = team || (part[k - 1] == "services" && part[k] ~ /^t[a-z0-9]*[0-9]/)
    hook = hook || part[k] ~ /^(web)?hooks?(b2)?$/
  }
  return 0
}

# Whether nobody made a word up that way: 16 letters and digits in one, a UUID, or 40 of anything.
function is_random(word) {
  return word ~ /[0-9]/ && word ~ /[a-z]/ && ((length(word) > 15 && word ~ /^[a-z0-9]+$/) || length(word) > 39 || (length(word) == 36 && word ~ /^[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+$/))
}

# Secrets that are known by the place of the word: `machine m login l password p`, ` secret x`.
function by_place(low,   k, name) {
  if (low ~ /^[ \t]*stats[ \t]+auth[ \t]+[^ \t]+:/) {
    return "stats auth"
  }
  if (low ~ /^[ \t]*basicauth[ \t]+[^ \t]+[ \t]+[^ \t{][^{]*$/) {
    return "basicauth"
  }
  if (match(low, /^[ \t]*(requirepass|masterauth|rootpw|bindpw|password|passwd|secret)[ \t]+[^ \t=:$]/)) {
    split(low, k)
    return k[1]
  }
  if (low ~ /^[ \t]*sentinel[ \t]+auth-pass[ \t]+[^ \t]+[ \t]+[^ \t$]/) {
    return "auth-pass"
  }
  if (low ~ /^[ \t]*sqlconnectinfo[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t$]/) {
    return "sqlconnectinfo"
  }
  if (low ~ /^[ \t]*ldapbinddn[ \t]+"[^"]*"[ \t]+[^ \t$]/) {
    return "ldapbinddn"
  }
  if (low ~ /[ \t]login=[^ \t:*]+:[^ \t$]/) {
    return "login"
  }
  if (FILENAME !~ code && FILENAME !~ /\.sh$/ && !script) {
    if (low ~ /^[ \t]*(enable|(user|username|neighbor)[ \t]+[^ \t]+)[ \t]+(insecure-)?(password|secret)[ \t]+[^ \t$]/) {
      return "password"
    }
    if (low ~ /(^|[ \t])(machine[ \t]+[^ \t]+|default)[ \t].*[ \t]password[ \t]+[^ \t$]/) {
      return "password"
    }
    if (match(low, "^[ \t]*[a-z0-9_.-]*(passw(or)?d|passphrase|secret|auth[_-]pass|file-pass|pwmodpw|" foreign ")[ \t]+[\"" q "]?[^] \t\"" q "=:$%<>{}()*/-][^ \t\"" q "]*[\"" q "]?[ \t]*;?[ \t]*$")) {
      split(low, k)
      if (k[2] !~ ("^(" methods ")[;\"" q "]*$")) {
        return k[1]
      }
    }
  }
  if (index(low, "auth") && (name = of_auth(low)) != "") {
    return name
  }
  if (index(low, "schluessel") && opens_doors(low)) {
    return "schluessel"
  }
  return index(low, "private key") && low ~ /-----begin [a-z ]*private key-----/ ? "private key" : ""
}

# Whether a key in German (`schluessel`, alone: a `primaerschluessel` is none) has a value that somebody made up as one.
function opens_doors(low) {
  if (!match(low, opens)) {
    return 0
  }
  low = substr(low, RSTART + RLENGTH)
  gsub("[\"" q "]?[ \t,;]*$", "", low)
  return length(low) > 11 && low ~ /[0-9]/ && low ~ /[a-z]/ && low ~ /^[^ \t()<>{}$*:\/]+$/ && low !~ ("^(" place ")")
}

# `auth` alone is a secret in few languages, and with redis.
function of_auth(low,   k, name, quoted) {
  if (match(low, "authorization[\"" q "]?[ \t]*[:=,][ \t]*[\"" q "]?(basic|bearer|token|digest|apikey)[ \t]+[a-z0-9._~+/=-]+") && RLENGTH > 27) {
    return "authorization"
  }
  if (match(low, "auth[ \t]*(=[ \t]*)?\\([ \t]*[\"" q "][^\"" q "]*[\"" q "][ \t]*,[ \t]*[\"" q "][^\"" q "$%{\\/]+[\"" q "]")) {
    return "auth"
  }
  if (!redis) {
    return ""
  }
  if (match(low, "(->|[.])auth\\([ \t]*[\"" q "][^\"" q "$%{]+[\"" q "][ \t]*\\)")) {
    k = substr(low, RSTART, RLENGTH - 1)
    sub(/^[^(]*\([ \t]*/, "", k)
    gsub("[\"" q " \t]", "", k)
    return k ~ ("^(" methods ")$") ? "" : "auth"
  }
  if (!match(low, "(^|[^a-z0-9_.-])([a-z0-9.-]*[a-z0-9_.-]*[_.-])?auth[\"" q "]?[ \t]*(=>|[=:])[ \t]*[\"" q "]?[^] \t\"" q ",;(){}$%<>*/[]+")) {
    return ""
  }
  k = substr(low, RSTART, RLENGTH)
  match(k, /=>|[=:]/)
  name = substr(k, 1, RSTART - 1)
  k = substr(k, RSTART + RLENGTH)
  sub(/^[ \t]*/, "", k)
  quoted = k ~ ("^[\"" q "]")
  gsub("[\"" q " \t]", "", k)
  gsub(/[^a-z0-9_.-]/, "", name)
  sub(/^-+/, "", name)
  return length(k) < 4 || k ~ ("^(" methods ")$") || (FILENAME ~ code && FILENAME !~ /\.ya?ml$/ && !quoted) ? "" : name
}

# Accounts with their passwords in a block that is called after them, of which the first is told: `"RegisteredUsers": {
# "joe": "x" }`, and `basic_auth_users:` above `joe: $2y$..`. Source: Orthanc's and Prometheus's settings.
function of_users(low) {
  if (!listed) {
    if (!match(low, /(registered|basic_?auth_?)users"?[ \t]*:/)) {
      return ""
    }
    low = substr(low, RSTART + RLENGTH)
    listed = 1
  }
  if (low ~ /^[ \t{]*$/) {
    return ""
  }
  listed = 0
  return low ~ ("^[ \t{]*[\"" q "]?[^] \t\"" q ":{}[]+[\"" q "]?[ \t]*:[ \t]*[\"" q "]?([$][0-9]|[^] \t\"" q "$%<{}[])") ? "users" : ""
}
