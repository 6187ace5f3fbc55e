# What a script uses that stands elsewhere: variables by their names, programs that look for passwords in the home of the
# account or that copy, and scripts that somebody put there. A name leaves the host only if a file of settings gives it a value: any text may look like one.

# What the line uses, each once a file and 40 of them at most.
function uses(line, low) {
  if (index(line, "$") || index(line, "[") || index(line, "(") || index(line, ".env.")) {
    named_variables(line)
  }
  if (low ~ /sql|maria|pg_|curl|wget|ftp|msmtp|s3|aws|mongo|smb|rclone|git|fetch|ldap|rsync|borg|restic|tar|svnadmin|zip|duplicity|-backup|cp/) {
    programs_of(low)
  }
  if (slash && match(line, /(^|[;&|(`]|then|do|exec|nice)[ \t]*\/(opt|srv|usr\/local|home|data|app)\/[A-Za-z0-9._\/-]+/)) {
    line = substr(line, RSTART, RLENGTH)
    sub(/^[^\/]*/, "", line)
    if (is_new(line)) {
      say("uses", line)
    }
  }
}

# `$DB_HOST`, `${DB_HOST}`, `$env['DB_HOST']`, `os.environ["DB_HOST"]`, `ENV.fetch('DB_HOST')`, `process.env.DB_HOST`.
function named_variables(s,   u) {
  while (match(s, "[$][{]?[A-Z][A-Z0-9_]+|[[(][ \t]*[\"" q "][A-Z][A-Z0-9_]+[\"" q "]|[.]env[.][A-Z][A-Z0-9_]+")) {
    u = substr(s, RSTART, RLENGTH)
    s = substr(s, RSTART + RLENGTH)
    gsub(/[^A-Z0-9_]/, "", u)
    if (is_new(u)) {
      asked_for[++asks_for] = u
      asked_in[asks_for] = FILENAME ":" FNR
    }
  }
}

# Programs where commands stand: at the begin of a line, or behind what begins one.
function programs_of(s,   u) {
  while (match(s, /(^|[;&|(`]|then|do|exec|nice|[=:])[ \t]*(\/usr(\/local)?\/bin\/)?(mysql[a-z]*|mariadb[a-z-]*|psql|pg_[a-z]+|vacuumdb|reindexdb|curl|wget|ftp|lftp|ncftp[a-z]*|msmtp|s3cmd|aws|mongo[a-z]*|smbclient|rclone|git|fetchmail|ldap[a-z]+|rsync|borg|restic|tar|svnadmin|zip|duplicity|rdiff-backup|cp)([ \t;|&)]|$)/)) {
    u = substr(s, RSTART, RLENGTH)
    s = (u ~ /[;|&)]$/ ? ";" : "x") substr(s, RSTART + RLENGTH)
    sub(/[ \t;|&)]$/, "", u)
    sub(/^.*[^a-z0-9_-]/, "", u)
    if (is_new(u)) {
      say("uses", u)
    }
  }
}

# Whether this file was not seen to use it yet.
function is_new(name) {
  if (name in used || in_use > 39) {
    return 0
  }
  used[name]
  in_use++
  return 1
}

# Tell the variables that have a value in a file of settings.
function tell_uses(   i) {
  for (i = 1; i <= asks_for; i++) {
    if (asked_for[i] in valued) {
      print " uses " asked_in[i] ":" asked_for[i]
    }
  }
}
