"""The shells on a host that answer several questions each, and what these questions look up once for all of them."""

import shlex

from migrator.scan.awk import program
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
  /var/lib/tomcat* /var/lib/jetty* /var/lib/wildfly /usr/share/tomcat* /opt/*/webapps /srv/*/webapps /usr/local/*/webapps /usr/lib/cgi-bin \
  /opt/*/*/conf/Catalina /opt/*/*/*/conf/Catalina /srv/*/*/conf/Catalina /srv/*/*/*/conf/Catalina; do
  [ -d "$d" ] || continue
  case $d in *[!A-Za-z0-9/._+@-]*) ;; *) roots="$roots $d" ;; esac
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
  echo "end $?"; } 2>&1 >&3 | sed '/\/var\/lib/d; /\/var\/opt/d' >&2; } 3>&1 | awk """
    + shlex.quote(program("examples", "walk"))
    + r""")
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
What stands without an extension in the folder of a database is a page of it. Of examples (`.env.example`) those alone are
read whose file of settings is there and refused.
Where systems keep the certificates of authorities, each is a link, and what is none was put there by somebody.
`chosen LETTER` prints the paths; `readable LETTER` those that may be read, and complains of the others. `$files` has a
line `! 1` where `find` could not enter a folder. A line break alone ends a word there, and no word is a pattern.
"""
