# What each file that `find` printed is for: it prints a path once, and once more for each size that it is below, and five
# times where it is a folder. Prints the letters of `kinds` and the path.

BEGIN {
  split("PG_VERSION ibdata1 WiredTiger __db.001 schema.DAT db.MYI user.MYI", part, " ")
  for (i in part) {
    marks[part[i]]
  }
  while ((getline < "/etc/passwd") > 0) {
    if (/:\/var\/(lib|opt)\/[^:]/) {
      split($0, part, ":")
      sub(/\/+$/, "", part[6])
      if (part[3] > 0) {
        homes[part[6]]
        home = 1
      }
    }
  }
}

$0 == path {
  prints++
  next
}

{
  tell()
  path = $0
  prints = 1
}

/^end / {
  if ($2) {
    left = "! " $2
  }
}

END {
  for (i = 1; i <= n; i++) {
    path = chosen[i]
    if (path in inner && is_below()) {
      sub(/c/, "", kind[i])
    }
    if (kind[i] ~ /c/ && is_made_up()) {
      sub(/c/, "", kind[i])
    }
    if (kind[i] ~ /e/) {
      path = "/" path
    }
    if (kind[i] != "") {
      print kind[i] " " path
    }
  }
  if (left != "") {
    print left
  }
}

# One of `kind`, of which there are `most` at most.
function add(kind, most) {
  if (number[kind]++ < most) {
    found = found kind
  }
}

# An account's own settings.
function is_accounts() {
  return path ~ /\/\.ssh\/config$/ || name ~ /^\.(profile|bash_profile|bash_login|bashrc|zprofile|zshenv|my\.cnf|pg_service\.conf)$/
}

# Names without an extension, where programs and their settings have none.
function is_bare() {
  return name !~ /.\./ && (path ~ /^\/(home\/.*\/.*\/|root\/(.*\/)?[^.\/]|opt\/.*\/|srv\/.*\/|data\/.*\/|app\/|apps\/|usr\/local\/(s?bin|libexec)\/|usr\/lib\/cgi-bin\/|etc\/init\.d\/)/ || path ~ /^(\/etc)?\/service\/.*\/run$|\/sv\/.*\/run$|\/env\/[A-Z]/)
}

# Whether it stands in the folder of a database.
function is_below(   folder) {
  for (folder = path; sub(/\/[^\/]*$/, "", folder) && folder != ""; ) {
    if (folder in data) {
      return 1
    }
  }
}

# Whether it only shows how a file of settings is written. Where that may not be read, the hosts of the one beside it
# are better than none.
function is_made_up(   real, line) {
  if ((real = real_of(path)) == "" || !(is_example(path) || real in told)) {
    return 0
  }
  return !is_example(path) || !(real in told) || (getline line < real) >= 0
}

# Whether it stands in such a home, or up to two folders below it.
function is_home(   folder, i) {
  folder = path
  for (i = 0; i < 3 && sub(/\/[^\/]*$/, "", folder); i++) {
    if (folder in homes) {
      return 1
    }
  }
}

# What systems and languages bring along in these places.
function is_left_out() {
  return path == "/etc/nsswitch.conf" || path ~ /\/(venv|\.venv|\.cache|\.ssh|\.npm)\// || path ~ /^\/usr\/local\/(lib|share)\// || path ~ /^\/etc\/(java|(ssl|alternatives|fonts|ca-certificates|pam\.d|security|X11|apparmor\.d|selinux|ssh|apt|dpkg)\/)/
}

# Whether its text is looked at.
function is_read() {
  if (name == "package-lock.json" || name ~ /\.dpkg-/ || path ~ /\.wants\/|-available\/|^\/etc\/rc[0-9S]\.d\//) {
    return 0
  }
  return source || name ~ /\.(pem|key|cjs|mjs|config|vcl|hcl|inc|lua|service|rc|tac|tcl|exs|groovy|settings|dsn)$|\.conf\.(local|options)$|^\.env\.|^\..*\.env$/ || name ~ /^(Caddyfile|Procfile|userlist\.txt|passwd\.client|sasl_passwd|upsd\.users)$/ || path ~ /^\/etc\/[^\/]+\/(config|conf|configuration|settings)$/ || path ~ /^\/etc\/(inittab$|crontab$|anacrontab$|rc\.local$|cron\.)/ || path ~ /^\/var\/spool\/cron\// || (prints > 3 && is_bare())
}

# What is switched on, and what packages have people set.
function is_set_up() {
  return path ~ /\/sites-enabled\// || (index(path, "enabled/") && path ~ /^\/etc\/.*[-.]enabled\// && name !~ /.\./) || path ~ /^\/etc\/(default|sysconfig|conf\.d)\//
}

# Where people put things.
function is_usual() {
  return path ~ /^\/(etc|opt|srv|usr\/local|usr\/lib\/cgi-bin|home|root|data|app|apps|service)\//
}

# Settings in the home of an account below /var/lib or /var/opt.
function is_worked_in() {
  return is_home() && !is_left_out() && (is_read() || (name !~ /.\./ && path ~ /\/s?bin\/[^\/]*$/)) && (name !~ /\.(json|js)$/ || name ~ /conf|setting|secret|cred|env|prod|default/)
}

# The letters: see `FILES` in shells.py.
function kinds(   usual, mine) {
  found = ""
  source = name ~ /\.(conf(\.ext)?|cnf|cfg|cf|ini|env|properties|yml|yaml|xml|toml|json|php|py|sh|rb|pl|tcl|js|cgi|fcgi|psgi)$/ || is_set_up()
  usual = is_usual()
  if (prints < 5 && (usual || path ~ /^\/var\/(lib|www)\//)) {
    if (name ~ /^\.(pgpass|netrc|git-credentials|mylogin\.cnf|smbcredentials|vault_pass)$|.\.(pgpass|netrc|smbcredentials)$/ || path ~ /^\/etc\/credstore(\.encrypted)?\//) {
      add("k", 300)
    }
    if (prints > 2 && path ~ /\/\.ssh\/[^\/]+$/ && name !~ /\.pub$|^(config|known_hosts|authorized_keys|environment|rc)/) {
      add("s", 300)
    }
    if (mine = (prints > 2 && is_accounts())) {
      add("c", 10000)
    }
  }
  if (prints < 5 && (usual || path ~ /^\/var\/(www|spool\/cron)\/|^\/var\/lib\/(tomcat|jetty|wildfly)|^\/usr\/share\/tomcat/) && !is_left_out()) {
    if (path !~ /^\/usr\/share\// && prints > 1 && !mine) {
      if (is_read()) {
        add("c", 10000)
        if (name !~ /.\./) {
          inner[path]
        }
      } else if (may_be_named()) {
        add("e", 300)
      }
    }
    if ((source || name ~ /\.(jar|war|ear|service|timer)$/ || path ~ /^\/etc\/cron/) && path !~ /^\/usr\/local\/go\//) {
      add("t", 3000)
    }
  } else if (prints == 4 && !mine && home && path ~ /^\/var\/(lib|opt)\// && is_worked_in() && theirs++ < 200) {
    add("c", 10000)
    inner[path]
  }
  if (usual || path ~ /^\/var\/lib\//) {
    if (prints > 2 && prints < 5 && name ~ /\.(pem|crt|cer|cert)$/ && path !~ /\/cacerts\//) {
      add("p", 300)
    }
    if (prints < 5 && (name ~ /\.(lic|LIC|licence|license)$/ || tolower(name) ~ /^licen[cs]e.*\.(dat|key|xml)$/)) {
      add("l", 200)
    }
  }
  if (prints == 5 && name ~ /^(uploads|attachments)$/ && (usual || path ~ /^\/var\/www\//) && path !~ /^\/etc\// && !is_left_out()) {
    add("d", 500)
  }
  if (name ~ /\.[we]ar$/ && path ~ /^\/(var\/lib|opt|srv|usr\/local|usr\/share)\//) {
    add("d", 500)
  }
  return found
}

# What is looked at if a file of settings names it: no extension, or one that tables of accounts have, and nothing that
# each system has.
function may_be_named() {
  return prints > 3 && path ~ /^\/etc\// && (name !~ /.\./ || name ~ /\.(users?|passwd|passwords?|secrets?|auth|credentials?|map|table|relays)$/) && path !~ /-available\/|\.wants\/|^\/etc\/(rc[0-9S]?\.d|init\.d|cron\.[a-z]*|logrotate\.d|profile\.d|sudoers\.d|systemd|update-motd\.d|kernel|network|ppp|dhcp|skel|initramfs-tools|grub\.d|terminfo|perl|python[0-9.]*|vim|console-setup|bash_completion\.d|modprobe\.d|modules-load\.d|udev|dbus-1|iproute2|gss|credstore(\.encrypted)?|ldap\/schema)\// && path !~ /^\/etc\/(passwd|g?shadow|group|sub[ug]id|passwd|g?shadow|group)-?$|^\/etc\/(hosts|hostname|fstab|mtab|services|protocols|networks|rpc|ethers|aliases|shells|profile|environment|sudoers|machine-id|motd|issue|timezone|localtime|[a-z]*-release|debian_version|exports|securetty|papersize|magic|mime\.types|inittab|crontab|anacrontab)$/
}

# The path whose prints have all been counted.
function tell(   k) {
  if (path == "" || path in told) {
    return
  }
  told[path]
  name = path
  sub(/^.*\//, "", name)
  if (name in marks) {
    data[substr(path, 1, length(path) - length(name) - 1)]
  }
  if ((k = kinds()) != "") {
    kind[++n] = k
    chosen[n] = path
  }
}
