# `~/.ssh/config`.

# A tunnel in the settings of an SSH client: it listens here, and leads to a port of the host, or of one beyond it.
function tunnel(low,   part, n) {
  if (low ~ /^[ \t]*(host|match)[ \t=]/) {
    jump = ""
    ahead = ""
  }
  if (match(low, /^[ \t]*hostname[ \t=]+[a-z0-9][a-z0-9.-]*[ \t]*$/)) {
    n = split(substr(low, RSTART, RLENGTH), part, /[ \t=]+/)
    jump = part[n] != "" ? part[n] : part[n - 1]
    if (ahead != "") {
      say("address", jump ahead)
      ahead = ""
    }
  }
  if (match(low, /^[ \t]*localforward[ \t=]+([^ \t]*:)?[0-9]+[ \t]+[a-z0-9][a-z0-9.-]*:[0-9]+[ \t]*$/)) {
    sub(/^[ \t]*localforward[ \t=]+/, "", low)
    split(low, part, /[ \t]+/)
    sub(/^.*:/, "", part[1])
    say("listen", part[1])
    if (part[2] !~ /^(localhost|127\.)/) {
      say("address", part[2])
    } else {
      sub(/^[^:]*/, "", part[2])
      if (jump != "") {
        say("address", jump part[2])
      } else {
        ahead = part[2]
      }
    }
  }
}
