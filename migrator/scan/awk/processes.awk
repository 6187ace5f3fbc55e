# What command lines and environments of processes name as endpoints and data: a line is `PID/cmdline:WORD` or
# `PID/environ:NAME=VALUE`, and the words of a command line follow each other. Of the scan's own processes nothing is told.

BEGIN {
  of_itself = "^(HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVER_NAME|PORT|REMOTEHOST|SSH_[A-Z]+|DBUS_[A-Z_]+|LISTEN_[A-Z]+)="
  of_data = "(^|_|PG|DB|MY)(DATA|STATE|STORE|STORAGE|SPOOL|UPLOADS?|MEDIA|FILES|ARCHIVES?|BACKUPS?|DUMPS?|REPOS?|REPOSITORY|DB|DATABASE|QUEUE|JOURNAL|EXPORTS?|IMPORTS?|INBOX|OUTBOX|OUTPUT|REPORTS?|DOCUMENTS?|ATTACHMENTS?|VOLUME)_?(DIR|PATH|FOLDER|ROOT|HOME|LOCATION|DIRECTORY)?$"
  of_program = "(CONF|CONFIG|CONFIGURATION|ETC|LOGS?|RUN|RUNTIME|PID|SOCKET|LOCK|TMP|TEMP|CACHE|S?BIN|LIB|APPS?|WORK|WORKING|PLUGINS?|MODULES?|EXTENSIONS?|HOME|BASE|INSTALL|SRC|SOURCE|PROGRAM|SERVER|STATIC|TEMPLATES?|WEB|WWW|PUBLIC|DEPLOY|RELEASE|ENV|VENV|GEM|BUNDLE|OLD|CURRENT)_?(DIR|FOLDER|DIRECTORY)$"
}

/^[0-9]+\/environ:MIGRATE_PID=/ {
  split($0, part, "/")
  of_scan[part[1]]
}

/^[0-9]+\/environ:REDACT(_ARGUMENTS)?=/ {
  next
}

/^[0-9]+\/cmdline:/ {
  split($0, part, "/")
  if (part[1] in of_scan) {
    next
  }
}

{
  i = index($0, ":")
  place = "/proc/" substr($0, 1, i - 1)
  word = substr($0, i + 1)
  if (place != ORIGIN || place ~ /environ$/) {
    look()
  }
  ORIGIN = place
  gsub(/\037/, " ", word)
  said = said == "" ? word : said " " word
}

END {
  look()
  look_up()
}

# The folder that a variable holds, where its name says that data is kept there.
function kept(   name, path) {
  if (said !~ /^[A-Z][A-Z0-9_]*=\/(var\/lib|var\/backups?|backups?|srv|data|mnt|exports?|var\/spool)\/[A-Za-z0-9._\/-]*[A-Za-z0-9_-]\/?$/) {
    return
  }
  name = path = said
  sub(/=.*$/, "", name)
  sub(/^[^=]*=/, "", path)
  sub(/\/$/, "", path)
  if (name ~ of_data || (name ~ /(DIR|FOLDER|DIRECTORY)$/ && name !~ of_program)) {
    say("data", path)
  }
}

# Look at one variable, or at one command line.
function look() {
  if (ORIGIN ~ /environ$/) {
    if (said ~ of_itself) {
      said = ""
    }
    kept()
  }
  if (said ~ /:\/\/|:[0-9]|[Hh][Oo][Ss][Tt]|HOST|-h[ =]|[Ss]erver|SERVER|[Aa]ddr|ADDR|[Pp]ort|PORT|[Bb]roker|BROKER|[Nn]ode|NODE|[Pp]eer|[Ss]eed|^[^ ]*(nc|telnet|ncat) /) {
    said = substr(said, 1, 4000)
    endpoints(said, tolower(said))
  }
  said = ""
}
