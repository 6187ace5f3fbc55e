# Secrets in XML. Uses the patterns of secrets.awk.

BEGIN {
  told = "(<!\\[cdata\\[)?[^]# \t<>$%@\\/*\"" q "][^ \t<>]*"
  element = "<([a-z0-9_-]+:)?" veiled "([ \t][^<>]*[^<>\\/])?>[ \t]*" told
  attribute = "[ \t](name|key)=[\"" q "]" veiled "[\"" q "]([^<>]*[ \t]value=[\"" q "][^]#$%@\\/*\"" q "][^\"" q "]*|[^<>\\/]*>[ \t]*(<value>[ \t]*)?" told ")"
  paired = "<(arg|string|[a-z-]*(name|key))([ \t][^<>]*)?>[ \t]*" veiled "[ \t]*</[a-z-]+>"
  follows = "^[ \t]*(<(arg|string|[a-z-]*value)([ \t][^<>]*)?>[ \t]*)?" told
}

# The name of a secret that is the text of an element of XML, or an attribute beside its name; `awaits` where its
# value stands on the next line.
function of_element(low,   k, v, name) {
  k = awaits
  awaits = ""
  if (FILENAME ~ /\.(js|cjs|mjs|ts|py|rb|pl|php|sh|html?|f?cgi|psgi|lua)$/ || script) {
    return ""
  }
  if (k != "" && match(low, follows) && is_kept(low)) {
    nothing_else = 1
    return k
  }
  if (match(low, element) && is_kept(low)) {
    v = substr(low, RSTART + 1, RLENGTH)
    sub(/[ \t>].*$/, "", v)
    sub(/^.*:/, "", v)
    return v
  }
  if (match(low, attribute) && is_kept(low)) {
    v = substr(low, RSTART, RLENGTH)
    match(v, veiled "[\"" q "]")
    return substr(v, RSTART, RLENGTH - 1)
  }
  if (index(low, "<credential-reference") && low ~ /[ \t]clear-text="[^"$]/) {
    return "credential-reference"
  }
  if (match(low, paired)) {
    v = substr(low, RSTART, RLENGTH)
    low = substr(low, RSTART + RLENGTH)
    match(v, /passw(or)?d|passphrase|secret|token|credential|[a-z]*[-_.]?key[0-9]*[ \t]*<\/|pass|pwd|pw/)
    name = substr(v, RSTART, RLENGTH)
    sub(/[ \t]*<.*$/, "", name)
    if (match(low, follows) && is_kept(low)) {
      return name
    }
    if (low !~ /[^ \t]/) {
      awaits = name
    }
  } else if (match(low, "(<([a-z0-9_-]+:)?" veiled "([ \t][^<>]*[^<>\\/])?|[ \t](name|key)=[\"" q "]" veiled "[\"" q "][^<>\\/]*)>[ \t]*$")) {
    v = substr(low, RSTART, RLENGTH)
    match(v, veiled)
    awaits = substr(v, RSTART, RLENGTH)
    sub(/^(name|key)=./, "", awaits)
  }
  return ""
}

# Whether what was matched ends in a value that is one: no word for a method, and nothing behind it.
function is_kept(low,   v) {
  if (substr(low, RSTART + RLENGTH) !~ ("^[ \t]*([<>]|$)|^[\"" q "]")) {
    return 0
  }
  v = substr(low, RSTART, RLENGTH)
  sub(/^.*>/, "", v)
  sub("^.*[\"" q "]", "", v)
  sub(/^[ \t]*(<!\[cdata\[)?[ \t]*/, "", v)
  sub(/\]\]$/, "", v)
  return v !~ ("^(" methods ")?$")
}
