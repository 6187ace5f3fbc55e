# Paths that a line of settings names.

BEGIN {
  of_code = "(^|[^a-z]|-d)((python|wsgipython|class|perl|gem|node|ruby|ld_library|java[.]library|lib|load|include|module|plugins?|go|bundle)[._-]?path|pp|perl5?lib|rubylib|gem_home|goroot|java_home|virtual_?env|venv|python[._-]home|bundle_gemfile)[\"" q "]?[]]?[ \t]*(=>|[=:]|[ \t])[ \t]*[\"" q "]?([^ \t\"" q ",=]*[:;])?$|[ \t]--?(cp|class-?path)[ \t=]*([^ \t]*:)?$|[.]path[.](insert|append)\\([^)]*$|(^|[ \t])use[ \t]+lib[ \t(q]*[\"" q "]?$"
  named = "(config|conf|settings|properties|env|environment)([-_]?(file|path|dir|location))?[\"" q "]?[ \t]*[=: ][ \t]*[\"" q "]?(file:)?/"
  starts = "^[ \t\"" q "]*(command|cmd|exec|execstart|daemon|daemon_bin|script|program)[\"" q "]?[ \t]*[=: ]"
  while ((getline line < "/proc/net/unix") > 0) {
    if (line ~ /^[^ ]+ [^ ]+ [^ ]+ 00010000 .* \//) {
      u = line
      sub(/^[^\/]*/, "", u)
      line = u
      socket[run(u)] = line
      sockets = 1
    }
  }
}

# All paths that the line names.
function files(line, low) {
  kept_secrets(line, low)
  folders(line, low)
  if (low ~ /(^|[;&{(])[ \t]*(\.|source)[ \t]+["$~\/.]/ || ((index(low, "file") || index(low, "config") || index(low, "include")) && (low ~ /--(defaults-(extra-)?file|config|env-file|netrc-file)[= ]|identity_?file/ || low ~ /^[ \t]*(environmentfile|include[a-z_-]*)[ \t=:"]+-?(%h)?\// || low ~ /file["]?[ \t=:]+["]?\/[^ \t"$]*\.(properties|conf|cnf|cfg|ini)["]?[ \t;]*$/)) || low ~ named || (index(line, " -i") && low ~ /(^|[^a-z])(ssh|scp|sftp|autossh|rsync)[ \t].*[ \t]-i[ \t]*["~$\/]/)) {
    paths("file", line, 3)
  }
  if (index(line, "@") && match(line, /^[ \t]*@["]?\//)) {
    paths("file", substr(line, RSTART + RLENGTH - 1), 1)
  }
  if (table || low ~ starts) {
    paths("program", line, 6)
  }
  sockets_of(line, low)
  certificates(line)
  data_of(line, low)
}

# Private keys, and what keeps passwords.
function kept_secrets(line, low,   u) {
  if (index(low, "key") && match(low, /(ssl_?certificate_?key(_?file)?|key_?file|tls_?key|ssl[-_]key|private_?key(_?file)?)["]?[ \t=:]+["]?\/[a-z0-9._\/-]+/) && low !~ /snakeoil/) {
    u = substr(line, RSTART, RLENGTH)
    sub(/^[^\/]*/, "", u)
    say("key", u)
  }
  if (!(index(low, "pass") || index(low, "pw") || index(low, "kennwort") || index(low, "secret") || index(low, "credential") || index(low, "token"))) {
    return
  }
  if (match(low, "(pwd?[-_.]?file[\"]?[ \t=:]+[\"]?|(pass|passwo?r?[dt]|kennwort|secrets?|credentials?|token)[-_. ]?((file(name)?|datei|db|database|path)[\"]?[ \t=:]+[\"]?|maps[ \t]*=[ \t]*(hash|texthash|lmdb|btree|dbm|cdb):|(command|cmd|eval)[\"]?[ \t=:]+[\"" q "]?cat[ \t]+))/[a-z0-9._/-]+") || match(low, /^[ \t]*loadcredential(encrypted)?=[a-z0-9_.-]+:\/[a-z0-9._\/-]+/)) {
    u = substr(line, RSTART, RLENGTH)
    sub(/^[^\/]*/, "", u)
    say("kept", u)
  } else if (match(low, /^[ \t]*loadcredential(encrypted)?=[a-z0-9_.-]+[ \t]*$/)) {
    u = line
    sub(/^[^=]*=/, "", u)
    sub(/[ \t]*$/, "", u)
    in_store("/etc/credstore" (low ~ /encrypted=/ ? ".encrypted/" : "/") u)
  }
}

# A secret that systemd looks for by its name, if it is there. Source: systemd.exec(5), LoadCredential.
function in_store(path,   u) {
  if ((getline u < path) >= 0) {
    say("kept", path)
    close(path)
  }
}

# Where a program works, whose pages it serves, and what a web server runs itself.
function folders(line, low,   u, d) {
  if ((index(low, "dir") || index(low, "root") || index(low, "base=")) && (match(low, /^[ \t]*(chdir|directory|working_?directory|(server\.)?doc(ument)?[-_]?root)[ \t]*[= \t][ \t]*["]?\/[a-z0-9._\/-]+/) || match(low, /<directory[ \t]+["]?\/[a-z0-9._\/-]+/) || match(low, /(doc|app)base="\/[a-z0-9._\/-]+/))) {
    u = substr(line, RSTART, RLENGTH)
    d = tolower(u)
    if (d ~ /^</) {
      d = "documentroot"
    }
    sub(/^[ \t]+/, "", d)
    sub(/[ \t=].*$/, "", d)
    folder(d, u)
  }
  if (index(line, ";") && index(low, "root") + index(low, "alias")) {
    pages_of(line, low)
  }
  if (index(low, "alias") || index(low, "wsgi") || index(low, "approot") || index(low, "app_root") || index(low, "perl") || index(low, "fcgi") || index(low, "fastcgi") || (uwsgi && index(line, "="))) {
    run_here(line, low)
  }
}

# Where clients may write: `DAV On` of Apache in what it says of a folder, or of a place that is an alias for one;
# `dav_methods PUT` of nginx.
function stores(line, low,   part) {
  if (stored != "" && index(low, "dav") && low ~ /^[ \t]*(dav[ \t]+["]?(on|filesystem)|dav_methods[ \t]+(.*[ \t])?put)([" \t;]|$)/) {
    say("data", stored " of dav")
  } else if (index(low, "<directory") || index(low, "<location")) {
    split(line, part)
    gsub(/["<>]|\/+>?$/, "", part[2])
    stored = low ~ /<directory[ \t]/ ? part[2] : part[2] in stored_at ? stored_at[part[2]] : ""
  } else if (index(low, "alias") || index(low, "root")) {
    split(line, part)
    gsub(/[";]|\/[";]*$/, "", part[3])
    gsub(/[";]|\/[";]*$/, "", part[2])
    if (low ~ /^[ \t]*alias[ \t]+[^ \t]+[ \t]+["]?\//) {
      stored_at[part[2]] = part[3]
    } else if (low ~ /^[ \t]*(alias|root)[ \t]+["]?\//) {
      stored = part[2]
    }
  }
}

# Pages of nginx: `root /srv/shop/public;`, `location /blog/ { alias /srv/blog/; }`.
function pages_of(line, low,   d) {
  while (match(low, /(^|[{;])[ \t]*(root|alias)[ \t]+["]?\/[a-z0-9._\/-]+["]?[ \t]*;/)) {
    d = substr(low, RSTART, RLENGTH) ~ /^[^\/]*alias/ ? "alias" : "root"
    folder(d, substr(line, RSTART, RLENGTH - 1))
    low = substr(low, RSTART + RLENGTH - 1)
    line = substr(line, RSTART + RLENGTH - 1)
  }
}

# Programs that a web server or a server of applications runs itself, by the word that names them, and folders that a web
# server serves besides: `WSGIScriptAlias / /srv/shop/wsgi.py`, `Alias /media /srv/shop/media`.
function run_here(line, low,   d) {
  if (match(low, /^[ \t]*((wsgi)?script)?alias(match)?[ \t]+["]?[^ \t=]+[ \t]+["]?\/[a-z0-9._\/-]+/)) {
    d = substr(low, RSTART, RLENGTH) ~ /^[ \t]*alias/ ? "alias" : "runs"
    line = substr(line, RSTART, RLENGTH)
    sub(/^[ \t]*[^ \t]+[ \t]+[^ \t]+/, "", line)
    folder(d, line)
  } else if (match(low, /^[ \t]*(wsgipython(path|home)|passenger_?app_?root|perl((post)?config)?require|perlswitches[ \t]+-i|fcgid?wrapper|fastcgiserver)[ \t]*["]?\/[a-z0-9._\/-]+/) || (uwsgi && match(low, /^[ \t]*(wsgi-file|psgi|rack|php-docroot|python-?path|pp)[ \t]*=[ \t]*\/[a-z0-9._\/-]+/))) {
    folder("runs", substr(line, RSTART, RLENGTH))
  } else if (low ~ /^[ \t]*wsgidaemonprocess[ \t]/ && match(low, /[ \t](home|python-path)=["]?\/[a-z0-9._\/-]+/)) {
    folder("runs", substr(line, RSTART, RLENGTH))
  }
}

# `passenger_enabled on;`: the pages before it or behind it are those of a program that the web server runs.
function passengers(low) {
  if (low ~ /^[ \t]*passenger_?enabled[ \t]+on/) {
    if (served != "") {
      say("folder", "runs " served)
    } else {
      awaited = 1
    }
  }
}

# Tell the path in u as a folder of what the word d says.
function folder(d, u) {
  sub(/^[^\/]*/, "", u)
  sub(/["]?[ \t]*$/, "", u)
  say("folder", d " " u)
  if (d ~ /root$/) {
    served = u
    if (awaited) {
      awaited = 0
      say("folder", "runs " u)
    }
  }
}

# Sockets of Unix: by their name, and by the kernel's own list where they are called otherwise. A folder with one socket of
# PostgreSQL in it means that.
function sockets_of(line, low,   s, u, d, b) {
  s = index(line, ".sock") ? line : ""
  while (match(s, /\/[A-Za-z0-9._\/-]+\.sock(et)?/)) {
    u = substr(s, RSTART, RLENGTH)
    b = before(s)
    s = substr(s, RSTART + RLENGTH)
    sub(/^\/+/, "/", u)
    if (b !~ /[A-Za-z0-9._-]/ && u !~ /\/systemd\//) {
      say("unix", u)
    }
  }
  if (index(low, "_listener") || index(line, "unix:") || index(line, "local:") || index(line, "sasl_path") || index(line, "_socket") || index(line, "queue_directory")) {
    of_mail(line, low)
  }
  if (sockets && index(low, "host") && match(line, "(host|HOST)[ \t]*[=:][ \t]*[\"" q "]?/[A-Za-z0-9._/-]+")) {
    d = substr(line, RSTART, RLENGTH)
    sub(/^[^\/]*/, "", d)
    sub(/\/$/, "", d)
    d = run(d)
    b = ""
    for (u in socket) {
      if (index(u, d "/.s.PGSQL.") == 1) {
        b = b == "" ? u : "several"
      }
    }
    if (b ~ /^\//) {
      say("unix", socket[b])
    }
  }
  s = sockets && index(line, "/run/") + index(line, "/var/") + index(line, "/tmp/") ? line : ""
  while (match(s, "[\"" q "](unix:)?\\/[A-Za-z0-9._\\/@-]+[\"" q "]")) {
    u = substr(s, RSTART + 1, RLENGTH - 2)
    s = substr(s, RSTART + RLENGTH)
    sub(/^unix:/, "", u)
    u = run(u)
    if (u in socket && u !~ /\.sock(et)?$/) {
      say("unix", socket[u])
    }
  }
}

# Sockets that mail servers name: `lmtp:unix:private/dovecot-lmtp` and `smtpd_sasl_path = private/auth` of Postfix stand
# below its queue, `unix_listener` is one that Dovecot listens on. Source: postconf(5), doveconf(1).
function of_mail(line, low,   u) {
  if (low ~ /^[ \t]*(unix|fifo)_listener[ \t]+\//) {
    u = line
    sub(/^[^\/]*/, "", u)
    sub(/[ \t{].*$/, "", u)
    say("listen", u)
    return
  }
  if (postfix && match(low, /^[ \t]*queue_directory[ \t]*=[ \t]*\/[a-z0-9._\/-]+/)) {
    queue = substr(line, RSTART, RLENGTH)
    sub(/^[^\/]*/, "", queue)
  }
  while (match(line, /(unix:|local:|sasl_path[ \t]*=[ \t]*|_socket[ \t]*=[ \t]*)[A-Za-z0-9._\/-]+/)) {
    u = substr(line, RSTART, RLENGTH)
    line = substr(line, RSTART + RLENGTH)
    sub(/^(unix:|local:|[^=]*=[ \t]*)/, "", u)
    if (u !~ /^\//) {
      if (!postfix || u !~ /\//) {
        continue
      }
      u = queue "/" u
    } else if (!(run(u) in socket)) {
      continue
    }
    if (postfix || u !~ /\.sock(et)?$/) {
      say("unix", u)
    }
  }
}

# Where a socket stands as the kernel has it.
function run(path) {
  sub(/^\/var\/run\//, "/run/", path)
  return path
}

# Certificates, by their extension.
function certificates(line,   s) {
  s = index(line, ".pem") || index(line, ".crt") || index(line, ".cer") ? line : ""
  while (match(s, /\/[A-Za-z0-9._\/-]+\.(pem|crt|cer|cert)/)) {
    say("certificate", substr(s, RSTART, RLENGTH))
    s = substr(s, RSTART + RLENGTH)
  }
}

# What may be data, by where it stands, and what is copied from there.
function data_of(line, low,   s, d, b, head, copies) {
  s = !index(low, "_listener") && (index(line, "/var/") || index(line, "/srv/") || index(line, "/data/") || index(line, "/mnt/") || index(line, "/export") || index(line, "/backup")) && low !~ ("chroot|doc(ument)?root|targetdir|^[ \t\"" q "]*((access|error)[_-])?log[_-]?(dir|directory|path|folder)[\"" q "]?[ \t]*[=: ]|^[ \t]*backend[_-]|host[\"" q "]?[ \t]*[=:][ \t]*[\"" q "]?/|^[ \t]*[a-z_.-]*socket[a-z_.-]*[\"" q "]?[ \t]*[=:]") ? line : ""
  head = ""
  copies = s != "" && (index(low, "rsync") || index(low, "cp ") || index(low, "tar ") || index(low, "borg") || index(low, "restic") || index(low, "clone") || index(low, "duplicity") || index(low, "-backup") || index(low, "svnadmin") || index(low, "zip "))
  while (match(s, /\/(var\/(lib|opt)|var\/backups?|backups?|srv|data|mnt|exports?|var\/spool)\/[A-Za-z0-9._\/-]*[A-Za-z0-9_-]/)) {
    d = substr(s, RSTART, RLENGTH)
    b = before(s)
    if (b == "-" && substr(s, RSTART - 2, 1) == ":") {
      b = ":"
    }
    head = head substr(s, 1, RSTART - 1)
    s = substr(s, RSTART + RLENGTH)
    if (b !~ /[A-Za-z0-9._\/*-]/ && d !~ /\.sock(et)?$/ && !is_afar(head, low) && !is_of_code(substr(head, length(head) > 200 ? length(head) - 199 : 1))) {
      if (copies && is_source(head, s)) {
        say("copied", d)
        head = head d
        continue
      }
      say("data", d (s ~ /^\/?[$*%{]/ ? "" : set_by(head)))
      if (look && looked < 400 && !(d in places)) {
        places[d]
        looked++
      }
    }
    head = head d
  }
  if ((index(line, "upload") || index(line, "storage") || index(line, "media") || index(line, "attachments")) && match(line, /\/(var\/www|opt|home)\/[A-Za-z0-9._\/-]*\/(uploads?|storage|media|attachments)/)) {
    say("data", substr(line, RSTART, RLENGTH))
  }
}

# Whether what stands before a path says that programs and their modules are looked for there: `PYTHONPATH=/srv/shop/src`.
function is_of_code(head,   low) {
  low = tolower(head)
  if (index(low, "path") || index(low, "lib") || index(low, "home") || index(low, "root") || index(low, "venv") || index(low, "virtual") || index(low, " -cp") || index(low, "class") || index(low, "pp") || index(low, "gemfile")) {
    return low ~ of_code || head ~ ("(^|[^A-Za-z0-9_])PATH=[\"" q "]?([^ \t\"" q "=]*:)?$")
  }
  return 0
}

# Whether a path is what a program copies from, by the words before it and behind it: the state of somebody else.
function is_source(head, rest,   t) {
  sub(/^.*([;|]|&&)/, "", head)
  gsub(/[$][(][^()]*[)]/, "$", rest)
  sub(/([;|<>]|&&).*$/, "", rest)
  sub(/[ \t][0-9]$/, "", rest)
  if (!match(head, /(^|[ \t\/=(`"])(rsync|scp|cp|rdiff-backup|duplicity|rclone|svnadmin|borg|restic|tar|zip)[ \t]/)) {
    return 0
  }
  t = substr(head, RSTART, RLENGTH)
  gsub(/[^a-z-]/, "", t)
  head = substr(head, RSTART + RLENGTH - 1)
  if (t == "tar") {
    return (head "/" rest) ~ /^[ \t]+(-?[a-zA-Z]*[cru]|.*[ \t](-[a-zA-Z]*[cru][a-zA-Z]*|--create)[ \t])/ && head !~ /([a-zA-Z-]f|--file[= ])[ \t="]*$/
  }
  if (t == "borg") {
    return head ~ /[ \t]create[ \t].*::[^ \t]*[ \t]/
  }
  if (t == "restic") {
    return head ~ /[ \t]backup[ \t]/ && head !~ /(-r|--repo)[= \t"]*$/
  }
  if (t == "zip") {
    return head ~ /[ \t][^ \t-][^ \t]*[ \t]+["]?$/
  }
  if ((t == "rclone" && head !~ /[ \t](copy|sync|move)/) || (t == "svnadmin" && head !~ /[ \t]hotcopy/)) {
    return 0
  }
  return head !~ /--[a-z-]+=["]?$|--(exclude|include|link-dest|backup-dir|files-from|exclude-from|log-file|temp-dir)[ \t]+["]?$/ && rest ~ /^[^ \t]*[ \t]+(-[^ \t]*[ \t]+)*["]?[^ \t-][^ \t]*[\/:$]/
}

# ` of KEY`: the setting, option or variable that the path is the value of, by what stands before it.
function set_by(head) {
  if (!match(head, "[A-Za-z_][A-Za-z0-9_.-]*[\"" q "]?[ \t]*[=:][ \t]*[\"" q "]?$") && (script || !match(head, "^[ \t]*[A-Za-z_][A-Za-z0-9_.-]*[ \t]+[\"" q "]?$"))) {
    return ""
  }
  head = tolower(substr(head, RSTART, RLENGTH))
  gsub("[^a-z0-9_.-]", "", head)
  return " of " head
}

# Which of the named places are not there, and which are links, or below one, and where these lead; and links where
# services keep their data.
function look_at_places(   place, command) {
  if (!look) {
    return
  }
  command = "leads() { t=$(readlink -f \"$1\" 2>/dev/null) && echo \" link /:1:$1 $t\"; }; for p in /var/lib/* /srv/* /data/*; do [ -h \"$p\" ] && leads \"$p\"; done; while read -r p; do q=$p; while [ \"$q\" ] && [ ! -e \"$q\" ] && [ ! -h \"$q\" ]; do q=${q%/*}; done; if [ \"$q\" != \"$p\" ]; then [ -x \"${q:-/}\" ] && echo \" absent /:1:$p\"; continue; fi; while [ \"$q\" ] && [ ! -h \"$q\" ]; do q=${q%/*}; done; [ \"$q\" ] && leads \"$p\"; done"
  fflush()
  printf "" | command
  for (place in places) {
    print place | command
  }
  close(command)
}

# Whether a path is on another host: `backup@vault:/srv/dumps`, `remote_dir = /srv/in`.
function is_afar(head, low,   w) {
  if (low ~ /^[ \t]*(export[ \t]+)?[a-z0-9_.-]*remote[_-]?(dir|path|folder|root|base)["]?[ \t]*[=:]/ || (afar && low ~ /^[ \t]*targetdir[ \t]*=/)) {
    return 1
  }
  if (head !~ /:$/) {
    return 0
  }
  w = head
  sub(/:+$/, "", w)
  sub("^.*[ \t\"" q "=,(]", "", w)
  return w ~ /@|^\$|\}$|^[0-9.]+$/ || (w ~ /^[A-Za-z0-9][A-Za-z0-9.-]*$/ && (afar || low ~ /(^|[^a-z])(rsync|scp|sftp|rclone|borg|restic|duplicity|unison|sshfs|nfs|mount)([^a-z]|$)|^[ \t]*target[ \t]*=/) && tolower(w) !~ /^(file|dir|path|local|sqlite[0-9]*|hash|unix)$/)
}

# The first paths of a line, `most` of them, told as `kind`.
function paths(kind, s, most,   n, u, b) {
  gsub(/(\$(HOME|[{]HOME[}])|%h)\//, "~/", s)
  while (n < most && match(s, /\/[A-Za-z0-9._+-][A-Za-z0-9._\/+-]*/)) {
    u = substr(s, RSTART, RLENGTH)
    b = before(s)
    s = substr(s, RSTART + RLENGTH)
    if (b !~ /[A-Za-z0-9@\/]/ && s !~ /^[@:]/) {
      say(kind, u)
      n++
    }
  }
}
