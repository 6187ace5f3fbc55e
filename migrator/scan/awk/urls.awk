# Addresses with a scheme.

BEGIN {
  url = "[a-z][a-z0-9+.:-]*://[^] \t\"" q "<>;)|]+"
  led = "(listen|bind|advertis)[a-z0-9_.-]*[\"" q "]?[ \t]*[=: ]?[ \t]*[\"" q "]?$"
  sent = "^[ \t]*(add_header|more_set_headers|proxy_redirect|proxy_cookie_[a-z]+|return[ \t]+30[12378]|rewrite[ \t]+[^ \t]+[ \t]+https?:|header[ \t]+(always[ \t]+|onsuccess[ \t]+)?(set|add|append|merge|edit)|redirect(match|permanent|temp)?[ \t]|errordocument|http-(response|request[ \t]+redirect)|rewriterule.*[[,]r(=[0-9]+)?[],])"
  own = "((^|[^a-z0-9_.-])(app_?url|site_?url|public_?url|external_?url|root_?url|canonical_?url|wp_home|wp_siteurl)|(callback|redirect|return|logout)_?(url|uri)s?|origins?|cors[a-z0-9_.-]*|trusted_?(hosts|proxies|domains))[\"" q "]?[]]?[ \t]*(=>|[=:,])[ \t]*[[(\"" q "]*$"
}

# Schemes and hosts of addresses, several after one scheme too, without account, path and query. An address that is
# listened on, that an XML name space has, to which clients are sent, or that a setting says to be one's own, is none.
function urls(line, low,   s, l, u, p, rest, more, lead, mine, n, k, part) {
  s = low ~ /xmlns|schemalocation|doctype|\.xsd|\.dtd|\$schema|"(homepage|repository|bugs|license|author|funding)"|^[ \t]*documentation=/ || low ~ sent ? "" : line
  l = ""
  while (match(s, url)) {
    u = substr(s, RSTART, RLENGTH)
    mine = mine && substr(s, 1, RSTART - 1) ~ ("^[] \t,(\"" q "[]*$")
    l = tolower(l substr(s, 1, RSTART - 1))
    s = substr(s, RSTART + RLENGTH)
    mine = mine || l ~ own
    lead = l ~ led || l ~ /unix:[^ \t]*[|]$/ || mine
    l = l u
    p = index(u, "://")
    rest = substr(u, p + 3)
    if (match(rest, /,[a-z0-9+.:-]*:\/\//) && (rest !~ /@/ || substr(rest, 1, RSTART) ~ /@/)) {
      s = substr(rest, RSTART + 1) s
      rest = substr(rest, 1, RSTART - 1)
    }
    rest = last_at(rest)
    sub(/[\/?#\\].*$/, "", rest)
    if (s ~ userinfo && s !~ /^[^@]*:\/\//) {
      continue
    }
    n = split(rest, part, ",")
    for (k = 1; k <= n && !lead; k++) {
      if (part[k] ~ /^[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]+)?$/) {
        say("url", substr(u, 1, p - 1) "://" part[k])
      }
    }
  }
  if (match(low, "jdbc:oracle:[a-z0-9]+:[^ \t\"" q "<>]+@[^ \t\"" q "<>]+") || match(low, "jdbc:oracle:[a-z0-9]+:@[^ \t\"" q "<>]+")) {
    u = last_at(substr(low, RSTART, RLENGTH))
    sub(/^\/\//, "", u)
    if (match(u, /^[a-z0-9][a-z0-9._-]*(:[0-9]+)?/)) {
      say("url", "oracle://" substr(u, 1, RLENGTH))
    }
  }
}
