# What several of the others need. `q` is a single quote: a shell hands the program over between two.

BEGIN {
  sixth = ":[0-9][0-9][0-9][0-9][0-9][0-9]"
  code = "[.](js|cjs|mjs|ts|py|rb|php|pl|java|json|ya?ml|toml|xml)$"
  called = "[.](conf|cfg|config|groovy|gradle|kts)$"
  userinfo = "^[^ \t\"" q "]*@"
}

# The character before what was matched in s; a blank at the begin.
function before(s) {
  return RSTART > 1 ? substr(s, RSTART - 1, 1) : " "
}

# What stands behind the last @.
function last_at(s) {
  while (i = index(s, "@")) {
    s = substr(s, i + 1)
  }
  return s
}

# `${NAME:default}` and `${NAME:-default}` stand for their default.
function defaults(s,   t) {
  while (match(s, /\$\{[A-Za-z0-9_.]+:-?[A-Za-z0-9._-]+\}/)) {
    t = substr(s, RSTART, RLENGTH - 1)
    sub(/^[^:]*:-?/, "", t)
    s = substr(s, 1, RSTART - 1) t substr(s, RSTART + RLENGTH)
  }
  return s
}

# The first colon as a point: `mysql:host=` becomes the setting `mysql.host=`.
function dotted(s) {
  sub(/:/, ".", s)
  return s
}
