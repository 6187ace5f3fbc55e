# Settings that are written in a language, as `key = value`.

# `{host, "db"}` of Erlang as `host = "db"`.
function tuples(s,   t, k) {
  if (s ~ /^[ \t]*%/) {
    return ""
  }
  while (match(s, /\{[ \t]*[a-z][a-z0-9_]*[ \t]*,[ \t]*(<<[ \t]*)?("[^"]*"|[0-9]+)([ \t]*>>)?[ \t]*\}/)) {
    t = k = substr(s, RSTART + 1, RLENGTH - 2)
    sub(/[ \t]*,.*$/, "", k)
    sub(/^[^,]*,[ \t]*(<<)?[ \t]*/, "", t)
    sub(/[ \t]*(>>)?[ \t]*$/, "", t)
    s = substr(s, 1, RSTART - 1) " " k " = " t " " substr(s, RSTART + RLENGTH)
  }
  return s
}

# `set db(host) "db"` of Tcl as `host = "db"`.
function assigned(s,   k) {
  if (s !~ /^[ \t]*set[ \t]+[A-Za-z0-9_:]+(\([A-Za-z0-9_,.-]+\))?[ \t]+("[^"$]*"|\{[^{}]*\}|[^]$"{}[ \t]+)[ \t;]*$/) {
    return s
  }
  sub(/^[ \t]*set[ \t]+/, "", s)
  k = s
  sub(/[ \t].*$/, "", k)
  sub(/^[^ \t]+[ \t]+/, "", s)
  sub(/[ \t;]*$/, "", s)
  gsub(/^["{]|["}]$/, "", s)
  sub(/^[^(]*\(/, "", k)
  sub(/\)$/, "", k)
  gsub(/[,:]+/, ".", k)
  return k " = \"" s "\""
}
