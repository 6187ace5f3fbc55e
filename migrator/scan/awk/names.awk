# Names that the host's own resolver is asked for.

BEGIN {
  program = "[.](js|cjs|mjs|ts|py|rb|php|pl|java|sh)$"
}

# Keep the name in a mention for `look_up`: 40 names, of keys that are sure to mean a host.
function ask_for(kind, name,   key, part) {
  key = name
  if (kind == "url") {
    sub(/^.*:\/\//, "", name)
  } else if (kind == "client") {
    split(name, part)
    name = part[2]
  } else if (kind == "setting") {
    sub(/ = .*$/, "", key)
    sub(/^.* = /, "", name)
    sub(/ in .*$/, "", name)
  }
  sub(/:[0-9]+$/, "", name)
  if (kind == "setting" && (key ~ /port$/ || (!index(name, ".") && key !~ /(^|[_.-])(hosts?|hostname|servers?|addr|address|relayhost|smarthost|brokers?)$/))) {
    return
  }
  if (name ~ /[a-z]/ && name ~ /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/ && length(name) < 254 && name != "localhost" && !(name in asked)) {
    asked[name]
    asks++
  }
}

# Ask `resolver`, a command, for the names that were mentioned and that /etc/hosts does not have. A name that nobody
# has is asked for first: where a domain has an answer for every name, that answer says nothing.
function look_up(   line, name, list, n, k, part, domain, domains, wild, nobody, command) {
  if (resolver == "" || !asks) {
    return
  }
  while ((getline line < "/etc/hosts") > 0) {
    sub(/#.*/, "", line)
    n = split(tolower(line), part)
    for (k = 2; k <= n; k++) {
      delete asked[part[k]]
    }
  }
  while ((getline line < "/etc/resolv.conf") > 0) {
    if (line ~ /^(search|domain)[ \t]/) {
      domains = domains " " tolower(line)
    }
  }
  for (name in asked) {
    if (!(name in parts)) {
      list = list " " name
    }
  }
  if (list == "") {
    return
  }
  nobody = "no-host-has-this-name"
  command = resolver " " nobody list " 2>/dev/null"
  n = split(domains, domain)
  asked[nobody]
  while ((command | getline line) > 0) {
    split(tolower(line), part)
    for (name in asked) {
      if (index(line " ", " " name " ") || is_below(line, name, domain, n)) {
        if (name == nobody) {
          wild = part[1]
        } else if (part[1] != wild) {
          print " name /etc/resolv.conf:1:" name " " part[1]
        }
      }
    }
  }
}

# Whether the answer is for the name in one of the host's own domains.
function is_below(line, name, domain, n,   k) {
  if (!index(name, ".")) {
    for (k = 1; k <= n; k++) {
      if (index(tolower(line) " ", " " name "." domain[k] " ")) {
        return 1
      }
    }
  }
  return 0
}
