"""The shells on a host that answer several questions each, and what these questions look up once for all of them."""

from migrator.scan.fact import Shell

__all__ = ["FILES", "MANAGER", "PACKAGES", "PROCESSES", "SMALL"]

SMALL = Shell()
"""Small files and single numbers: no answer takes long, and none can hang."""

PROCESSES = Shell(
    prepare=r"""
q=q; ls -dq / >/dev/null 2>&1 || q=
zeros=; grep -aq 'not in a name of grep' /proc/self/cmdline && zeros=1
""",
    seconds=40,
)
"""The tables of the kernel. `$q` lets `ls` keep a name with a line break on one line; busybox does so anyway. `$zeros` is
set where `grep` reads on beyond a byte of zero: busybox does not, and one process after the other must be read there."""

MANAGER = Shell(
    prepare=r"""
said=
show() {
  systemctl show --no-pager -p Id,Names,Description,LoadState,ActiveState,SubState,Type,MainPID,ExecStart \
    -p User,Group,WorkingDirectory,EnvironmentFiles,EnvironmentFile,FragmentPath,SourcePath,UnitFileState,ControlGroup \
    -p MemoryMax,MemoryLimit,StateDirectory,Unit,TimersCalendar,TimersMonotonic,Paths,Listen,Triggers \
    -p WantedBy,RequiredBy,TriggeredBy,ConditionResult,ConditionTimestampMonotonic "$@"
}
of() { printf '%s\n' "$said" | REDACT=$REDACT awk -v RS= -v ORS='\n\n' -v suspect="${SUSPECT:?}" -v kind="$1" '$0 !~ "(^|\n)Id=[^\n]*[.]" kind "(\n|$)" { next } '"$HIDE"; }
if command -v systemctl >/dev/null 2>&1; then
own=$(
  for f in /etc/systemd/system/*.service /run/systemd/*/*.service /usr/local/lib/systemd/system/*.service; do
    [ -e "$f" ] && printf '%s\n' "${f##*/}"
  done
  for f in /etc/systemd/system/*.wants/*.service /etc/systemd/system/*.requires/*.service /run/systemd/generator*/*.wants/*.service; do
    case ${f##*/} in systemd-*) ;; *) [ -e "$f" ] && printf '%s\n' "${f##*/}" ;; esac
  done
  set --
  for f in /etc/systemd/system/*.timer /run/systemd/*/*.timer /usr/local/lib/systemd/system/*.timer \
    /etc/systemd/system/*.path /run/systemd/*/*.path /usr/local/lib/systemd/system/*.path; do [ -r "$f" ] && set -- "$@" "$f"; done
  [ "$#" -eq 0 ] || sed -n 's/^Unit=//p' "$@"
)
set --
for kind in timer path socket service; do
  for start in '[!s]' 's[!y]' 'sy[!s]' 'sys[!t]' 'syst[!e]' 'syste[!m]' 'system[!d]' 'systemd[!-]'; do set -- "$@" "$start*.$kind"; done
done
said=$(show --state=active,reloading,activating,deactivating,failed "$@")
rest=$(printf '%s\n' "$own" = "$said" "" | awk '
  $0 == "=" { told = 1; next }
  !told { if (/[^@][.]service$/ && !/^dbus-org[.]/) own[$0]; next }
  /^Names=/ { sub(/^Names=/, ""); for (i = 1; i <= NF; i++) known[$i] }
  /^Triggers=/ { starts = substr($0, 10) }
  /^FragmentPath=/ { file = substr($0, 14) }
  /^$/ {
    n = file ~ /^(\/usr)?\/lib\/systemd\// ? 0 : split(starts, part, " ")
    for (i = 1; i <= n; i++) if (part[i] ~ /[^@][.]service$/) own[part[i]]
    starts = file = ""
  }
  END { for (name in own) if (!(name in known)) { gsub(/[^A-Za-z0-9:_.@-]/, "?", name); sub(/e$/, "[e]", name); print name } }')
[ -z "$rest" ] || said="$said

$(set -f; show --all $rest)"
fi
"""
)
"""What systemd says of its units. PID 1 and systemctl work for half a millisecond on each, so none of systemd's own is asked
for, and services at rest only where somebody other than a package put their file, where a timer, path or socket of such a file
starts them, as instances of a template are, or where they are switched on: then a folder `….wants` has a link to them, and they
are to run and do not.

A pattern means units that are loaded, where a plain name would have its unit loaded. `of KIND` prints the units of a kind
without their secrets. Source: systemctl(1), "Parameter Syntax"; read on 247 and 252.
"""

PACKAGES = Shell(prepare="dpkg=/var/lib/dpkg/status; [ -r $dpkg ] || dpkg=", seconds=40)
"""`$dpkg` is the file in which dpkg(1) keeps what it knows: reading it takes a third of the time that asking dpkg-query does."""

FILES = Shell(
    prepare=r"""
roots=
for d in /etc /opt /srv /usr/local /var/www /var/lib /var/opt /home /data /app /apps /service /var/spool/cron \
  /var/lib/tomcat* /var/lib/jetty* /var/lib/wildfly /usr/share/tomcat* /opt/*/webapps /srv/*/webapps /usr/local/*/webapps /usr/lib/cgi-bin; do
  [ -d "$d" ] && roots="$roots $d"
done
[ -r /root ] && [ -x /root ] && roots="$roots /root"
old=; n=0
for d in /etc/*/*-enabled/* /srv/*/current /srv/*/*/current /var/www/*/current /var/www/*/*/current /opt/*/current /opt/*/*/current \
  /data/*/current /data/*/*/current /app/*/current /apps/*/current /home/*/*/current /home/*/*/*/current; do
  [ -h "$d" ] && [ "$n" -lt 200 ] && [ -d "$d" ] || continue
  case $d in *[!A-Za-z0-9/._+@-]*) continue ;; */current) old="$old -o -path ${d%current}releases" ;; esac
  roots="$roots $d"; n=$((n + 1))
done
files=$({ {
  find -H $roots -xdev -maxdepth 5 \( -name .git -o -name node_modules -o -name site-packages -o -name dist-packages -o -name '*
*' -o -path '/etc/ssl/certs/*' -type l -o -path '/etc/pki/tls/certs/*' -type l -o -path /etc/ca-certificates -o -path /etc/pki/ca-trust \
  -o -path /usr/local/share/ca-certificates -o -path /var/lib/ca-certificates -o -path /var/lib/dpkg \
  -o -path /usr/local/go -o -path /var/lib/docker -o -path /var/lib/containerd -o -path /var/lib/containers \
  -o -path '*/current/*/*/*/*' -o -path '*/current/vendor' -o -path '/root/*/*/*' -o -path '/var/opt/*/*/*/*' $old \) -prune -o \
  \( -type f -o -type l \) -print -size -256k -print -size -64k -print -size -16k -print -o \
  -type d \( -name '*.war' -o -name '*.ear' -o -name uploads -o -name attachments \) -print -print -print -print -print
  echo "end $?"; } 2>&1 >&3 | sed '/\/var\/lib/d; /\/var\/opt/d' >&2; } 3>&1 | awk '
    function is_usual() { return path ~ /^\/(etc|opt|srv|usr\/local|usr\/lib\/cgi-bin|home|root|data|app|apps|service)\// }
    function is_left_out() {
      return path ~ /\/(venv|\.venv|\.cache|\.ssh|\.npm)\// || path ~ /^\/usr\/local\/(lib|share)\// ||
        path ~ /^\/etc\/(java|(ssl|alternatives|fonts|ca-certificates|pam\.d|security|X11|apparmor\.d|selinux|ssh|apt|dpkg)\/)/
    }
    function is_set_up() { return path ~ /\/sites-enabled\// || (index(path, "enabled/") && path ~ /^\/etc\/.*[-.]enabled\// && name !~ /.\./) || path ~ /^\/etc\/(default|sysconfig|conf\.d)\// }
    function is_bare() {
      return name !~ /.\./ && (path ~ /^\/(home\/.*\/.*\/|root\/(.*\/)?[^.\/]|opt\/.*\/|srv\/.*\/|data\/.*\/|app\/|apps\/|usr\/local\/(s?bin|libexec)\/|usr\/lib\/cgi-bin\/|etc\/init\.d\/)/ ||
        path ~ /^(\/etc)?\/service\/.*\/run$|\/sv\/.*\/run$|\/env\/[A-Z]/)
    }
    function is_read() {
      if (name == "package-lock.json" || name ~ /\.dpkg-/ || path ~ /\.wants\/|-available\/|^\/etc\/rc[0-9S]\.d\//) return 0
      return source || name ~ /\.(pem|key|cjs|mjs|config|vcl|hcl|inc|lua|service|rc|tac|tcl|exs|groovy|settings|dsn)$|\.conf\.(local|options)$|^\.env\.|^\..*\.env$/ ||
        name ~ /^(Caddyfile|Procfile|userlist\.txt|passwd\.client|sasl_passwd)$/ || path ~ /^\/etc\/[^\/]+\/(config|conf|configuration|settings)$/ || path ~ /^\/etc\/(inittab$|crontab$|anacrontab$|rc\.local$|cron\.)/ ||
        path ~ /^\/var\/spool\/cron\// || (prints > 3 && is_bare())
    }
    function is_worked_in() {
      return is_home() && !is_left_out() && (is_read() || (name !~ /.\./ && path ~ /\/s?bin\/[^\/]*$/)) && (name !~ /\.(json|js)$/ || name ~ /conf|setting|secret|cred|env|prod|default/)
    }
    function may_be_named() {
      return prints > 3 && path ~ /^\/etc\// && (name !~ /.\./ || name ~ /\.(users?|passwd|passwords?|secrets?|auth|credentials?|map|table|relays)$/) &&
        path !~ /-available\/|\.wants\/|^\/etc\/(rc[0-9S]?\.d|init\.d|cron\.[a-z]*|logrotate\.d|profile\.d|sudoers\.d|systemd|update-motd\.d|kernel|network|ppp|dhcp|skel|initramfs-tools|grub\.d|terminfo|perl|python[0-9.]*|vim|console-setup|bash_completion\.d|modprobe\.d|modules-load\.d|udev|dbus-1|iproute2|gss|ldap\/schema)\// &&
        path !~ /^\/etc\/(passwd|g?shadow|group|sub[ug]id|passwd|g?shadow|group)-?$|^\/etc\/(hosts|hostname|fstab|mtab|services|protocols|networks|rpc|ethers|aliases|shells|profile|environment|sudoers|machine-id|motd|issue|timezone|localtime|[a-z]*-release|debian_version|exports|securetty|papersize|magic|mime\.types|inittab|crontab|anacrontab)$/
    }
    function is_below(   folder) {
      for (folder = path; sub(/\/[^\/]*$/, "", folder) && folder != "";) if (folder in data) return 1
    }
    function is_home(   folder, i) {
      folder = path
      for (i = 0; i < 3 && sub(/\/[^\/]*$/, "", folder); i++) if (folder in homes) return 1
    }
    function is_accounts() { return path ~ /\/\.ssh\/config$/ || name ~ /^\.(profile|bash_profile|bash_login|bashrc|zprofile|zshenv|my\.cnf|pg_service\.conf)$/ }
    function add(kind, most) { if (number[kind]++ < most) found = found kind }
    function kinds(   usual, mine) {
      found = ""
      source = name ~ /\.(conf|cnf|cfg|cf|ini|env|properties|yml|yaml|xml|toml|json|php|py|sh|rb|pl|tcl|js|cgi|fcgi|psgi)$/ || is_set_up()
      usual = is_usual()
      if (prints < 5 && (usual || path ~ /^\/var\/(lib|www)\//)) {
        if (name ~ /^\.(pgpass|netrc|git-credentials|mylogin\.cnf|smbcredentials|vault_pass)$/) add("k", 300)
        if (prints > 2 && path ~ /\/\.ssh\/[^\/]+$/ && name !~ /\.pub$|^(config|known_hosts|authorized_keys|environment|rc)/) add("s", 300)
        if (mine = (prints > 2 && is_accounts())) add("c", 10000)
      }
      if (prints < 5 && (usual || path ~ /^\/var\/(www|spool\/cron)\/|^\/var\/lib\/(tomcat|jetty|wildfly)|^\/usr\/share\/tomcat/) && !is_left_out()) {
        if (path !~ /^\/usr\/share\// && prints > 1 && !mine) {
          if (is_read()) { add("c", 10000); if (name !~ /.\./) inner[path] }
          else if (may_be_named()) add("e", 300)
        }
        if ((source || name ~ /\.(jar|war|ear|service|timer)$/ || path ~ /^\/etc\/cron/) && path !~ /^\/usr\/local\/go\//) add("t", 3000)
      }
      else if (prints == 4 && !mine && home && path ~ /^\/var\/(lib|opt)\// && is_worked_in() && theirs++ < 200) { add("c", 10000); inner[path] }
      if (usual || path ~ /^\/var\/lib\//) {
        if (prints > 2 && prints < 5 && name ~ /\.(pem|crt|cer|cert)$/ && path !~ /\/cacerts\//) add("p", 300)
        if (prints < 5 && (name ~ /\.(lic|LIC|licence|license)$/ || tolower(name) ~ /^licen[cs]e.*\.(dat|key|xml)$/)) add("l", 200)
      }
      if (prints == 5 && name ~ /^(uploads|attachments)$/ && (usual || path ~ /^\/var\/www\//) && path !~ /^\/etc\// && !is_left_out()) add("d", 500)
      if (name ~ /\.[we]ar$/ && path ~ /^\/(var\/lib|opt|srv|usr\/local|usr\/share)\//) add("d", 500)
      return found
    }
    function tell(   k) {
      if (path == "" || path in told) return
      told[path]; name = path; sub(/^.*\//, "", name)
      if (name in marks) data[substr(path, 1, length(path) - length(name) - 1)]
      if ((k = kinds()) != "") { kind[++n] = k; chosen[n] = path }
    }
    BEGIN {
      split("PG_VERSION ibdata1 WiredTiger __db.001 schema.DAT db.MYI user.MYI", part, " "); for (i in part) marks[part[i]]
      while ((getline < "/etc/passwd") > 0) if (/:\/var\/(lib|opt)\/[^:]/) { split($0, part, ":"); sub(/\/+$/, "", part[6]); if (part[3] > 0) { homes[part[6]]; home = 1 } }
    }
    $0 == path { prints++; next }
    { tell(); path = $0; prints = 1 }
    /^end / { if ($2) left = "! " $2 }
    END {
      for (i = 1; i <= n; i++) {
        path = chosen[i]
        if (path in inner && is_below()) sub(/c/, "", kind[i])
        if (kind[i] ~ /e/) path = "/" path
        if (kind[i] != "") print kind[i] " " path
      }
      if (left != "") print left
    }')
chosen() { for f in $files; do case ${f%% *} in *"$1"*) printf '%s\n' "${f#* }" ;; esac; done; }
readable() {
  for f in $files; do
    case ${f%% *} in *[$1]*) ;; *) continue ;; esac
    f=${f#* }
    case $f in /usr/local/*bin/*.*) ;; /usr/local/*bin/*) [ -h "$f" ] && continue ;; esac
    if [ -f "$f" ] && [ -r "$f" ]; then printf '%s\n' "$f"; elif [ -f "$f" ] && [ "${f#//}" = "$f" ]; then echo "$f: Permission denied" >&2; fi
  done
}
set -f; IFS='
'
""",
    seconds=60,
)
"""One walk over the folders where people put things; a host has many more files than are looked at.

`find` prints a path once, and once more for each size that it is below, and five times where it is a folder; awk counts, and
tells in `$files` what each is for: `c` configuration, `t` times, `p` certificates, `l` licences, `d` what is deployed
and the folders for what users bring to it, `k` what keeps passwords, `s` what may be a private key of SSH, and `e` what
is read if settings name it (its path begins with two slashes). Links are followed where they lead to what is switched
on (`sites-enabled/shop`, a release that is `current`), there to three levels; the other releases are not entered.
Accounts that live below /var/lib and /var/opt keep settings there as well: small files, three levels deep, 200 at most.
What stands without an extension in the folder of a database is a page of it.
Where systems keep the certificates of authorities, each is a link, and what is none was put there by somebody.
`chosen LETTER` prints the paths; `readable LETTER` those that may be read, and complains of the others. `$files` has a
line `! 1` where `find` could not enter a folder. A line break alone ends a word there, and no word is a pattern.
"""
