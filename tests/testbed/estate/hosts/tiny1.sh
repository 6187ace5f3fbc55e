# A host without systemd, bash, ss or a package database: busybox and dropbear. Called with ROOT RECIPE KEYS.
set -eu
root=$1 recipe=$2 keys=$3
for folder in bin sbin etc/init.d etc/dropbear proc sys dev tmp run root home usr/bin usr/sbin var/log var/www var/spool/cron/crontabs lib lib64; do
  mkdir -p "$root/$folder"
done
cp "$(command -v busybox)" "$root/bin/busybox"
"$root/bin/busybox" --list-full | while read -r applet; do
  mkdir -p "$root/$(dirname "$applet")"
  [ -e "$root/$applet" ] || ln -s /bin/busybox "$root/$applet"
done
packages=$(mktemp -d)
chmod 755 "$packages"
(cd "$packages" && apt-get download -qq dropbear-bin libtomcrypt1 libtommath1 libcrypt1 libc6 zlib1g libgmp10)
for package in "$packages"/*.deb; do dpkg-deb -x "$package" "$packages/all"; done
cp "$packages/all/usr/sbin/dropbear" "$root/usr/sbin/"
cp "$packages/all/usr/bin/dropbearkey" "$root/usr/bin/"
libraries=$(cd "$packages/all" && find . -path '*-linux-gnu*' -name '*.so*' | sed 's|^\./usr/lib/|./lib/|' | sed -n 's|^\./lib/\([^/]*\)/.*|\1|p' | head -n 1)
mkdir -p "$root/lib/$libraries"
find "$packages/all" -path '*-linux-gnu*' \( -name 'libtomcrypt*' -o -name 'libtommath*' -o -name 'libcrypt*' -o -name 'libc.so*' -o -name 'libz*' -o -name 'libgmp*' -o -name 'ld-linux*' \) \
  -exec cp -P {} "$root/lib/$libraries/" \;
for loader in "$root/lib/$libraries"/ld-linux*; do ln -sf "/lib/$libraries/$(basename "$loader")" "$root/lib64/$(basename "$loader")"; done
rm -rf "$packages"

printf 'root:x:0:0:root:/root:/bin/sh\nscanner:x:1000:1000::/home/scanner:/bin/sh\nauditor:x:1001:1001::/home/auditor:/bin/sh\nwww:x:33:33::/var/www:/bin/false\n' >"$root/etc/passwd"
printf 'root:x:0:\nscanner:x:1000:\nauditor:x:1001:\nwww:x:33:\n' >"$root/etc/group"
printf 'root:*:::::::\nscanner:*:::::::\nauditor:*:::::::\n' >"$root/etc/shadow"
number=1000
for user in scanner auditor; do
  mkdir -p "$root/home/$user/.ssh"
  cp "$keys/$user.pub" "$root/home/$user/.ssh/authorized_keys"
  chmod 700 "$root/home/$user" "$root/home/$user/.ssh"
  chmod 600 "$root/home/$user/.ssh/authorized_keys"
  chown -R "$number:$number" "$root/home/$user"
  number=$((number + 1))
done
echo /bin/sh >"$root/etc/shells"
echo tiny1 >"$root/etc/hostname"
printf 'NAME="Tiny Linux"\nID=tiny\nVERSION_ID=3\n' >"$root/etc/os-release"
{
  printf '127.0.0.1\tlocalhost\n'
  grep -v '^#' "$recipe/hosts.tsv" | while read -r name address _; do printf '%s\t%s.corp.test %s\n' "$address" "$name" "$name"; done
} >"$root/etc/hosts"
echo 'the canteen menu' >"$root/var/www/index.html"
cat >"$root/etc/inittab" <<'INITTAB'
::sysinit:/etc/init.d/rcS
::respawn:/usr/sbin/dropbear -F -E -R -p 22
::respawn:/usr/sbin/httpd -f -p 8088 -h /var/www
::respawn:/usr/sbin/crond -f -L /var/log/cron
::respawn:/usr/local/bin/pulse.sh
INITTAB
printf '#!/bin/sh\n/bin/hostname tiny1\n' >"$root/etc/init.d/rcS"
mkdir -p "$root/usr/local/bin"
cat >"$root/usr/local/bin/pulse.sh" <<'PULSE'
#!/bin/sh
# One line every few seconds to the meter, over a connection that stays open.
while :; do
  (while :; do echo beat; sleep 5; done) | nc batch1 2100 >/dev/null
  sleep 5
done
PULSE
chmod 755 "$root/etc/init.d/rcS" "$root/usr/local/bin/pulse.sh"
echo '*/10 * * * * /bin/date >>/var/log/alive' >"$root/var/spool/cron/crontabs/root"
