# Keys that are secrets: by what their value looks like, since most keys are none. `harmless` are names of such as are not.

BEGIN {
  strong = "(app|application|encrypt|encryption|encrypted|crypt|crypto|cipher|des|aes|hmac|master|signing|sign|license|licence|stripe|account|storage|shared|subscription|instrumentation|webhook|auth|session|jwt|secure|deploy|ingest|integration|security)"
  keyed = "([a-z0-9_.-]*[_.-]|" strong ")key[\"" q "]?[]}]?[ \t]*(=>|[|][|]=|[=:])[ \t]*[\"" q "]?[^] \t\"" q ",;(){}~=][^ \t\"" q ",;(){}]*"
}

# The name of a key with a value of 16 characters or more that is made up: `APP_KEY=base64:..`, `des_key`, `masterKey: ..`.
function of_key(low,   k, i, name, value, head, quoted) {
  head = ""
  while (match(low, keyed)) {
    k = substr(low, RSTART, RLENGTH)
    head = head substr(low, 1, RSTART - 1)
    low = substr(low, RSTART + RLENGTH)
    i = match(k, /[|=:]/)
    name = substr(k, 1, i - 1)
    value = substr(k, i + 1)
    sub(/^[>=| \t]*/, "", value)
    quoted = value ~ ("^[\"" q "]")
    sub("^[\"" q "]", "", value)
    gsub("[]}\"" q " \t]", "", name)
    sub(/^-+/, "", name)
    if ((quoted || FILENAME !~ /\.(js|py|rb|pl|php|lua|f?cgi|psgi)$/ || head ~ ("[\"" q "]")) && low !~ /^\(/ && !is_harmless(name) && is_value_of_key(value, name)) {
      return name
    }
    head = head k
  }
  return ""
}

# Whether keys of that name are no secrets: `primary_key`, `public_key`.
function is_harmless(name) {
  return name ~ ("(^|[_.-])(" harmless "|authorized|trusted|ssh|site|publishable|registry|search)[_.-]?keys?$")
}

# Whether a value is that of a key: no place, no variable and no words; a long run of letters and digits, base64, or
# anything of that length where the name leaves no doubt.
function is_value_of_key(value, name,   part, n, i) {
  if (length(value) < 16 || value !~ /[0-9]/ || value !~ /[a-z]/ || value ~ ("^(" place ")") || value ~ /^([~%<{&*@]|pk_|ssh-|(https?|urn|arn):|-----)|[.](pem|key|crt|cer|jks|p12|pfx|der|pub|gpg|asc|json|ya?ml|conf|txt)$/) {
    return 0
  }
  if ((name ~ ("(^|[_.-])" strong "[_.-]?key$") && value !~ /^[a-z]+([_.-][a-z0-9]+)+$/) || value ~ /^base64:|^(sk|rk|whsec|sg)[_.-]|^[a-z0-9+\/]+=+$/) {
    return 1
  }
  n = split(value, part, /[^a-z0-9+]/)
  for (i = 1; i <= n; i++) {
    if (length(part[i]) > 15 && part[i] ~ /[0-9]/ && part[i] ~ /[a-z]/) {
      return 1
    }
  }
  return is_random(value)
}
