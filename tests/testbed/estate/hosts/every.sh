# What every Debian host of the estate has: names of the others, the scan's accounts, a company's habits.
echo "$HOST" >/etc/hostname
{
  printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s.corp.test %s\n' "$HOST" "$HOST"
  grep -v '^#' /recipe/hosts.tsv | while read -r name address _; do printf '%s\t%s.corp.test %s\n' "$address" "$name" "$name"; done
  printf '10.78.0.10\tshop.corp.test\n10.78.0.30\tdb.corp.test\n10.78.0.40\tcache.corp.test mq.corp.test\n10.78.0.99\tnas.corp.test\n'
} >/etc/hosts
for user in scanner auditor; do
  useradd --create-home --shell /bin/sh "$user"
  install -d -m 700 -o "$user" -g "$user" "/home/$user/.ssh"
  install -m 600 -o "$user" -g "$user" "/keys/$user.pub" "/home/$user/.ssh/authorized_keys"
done
echo 'scanner ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/scanner
chmod 440 /etc/sudoers.d/scanner
printf 'PasswordAuthentication no\nUseDNS no\nMaxStartups 100\n' >/etc/ssh/sshd_config.d/company.conf
cat >/etc/motd <<'MOTD'
*** Property of Corp Test. All activity is logged. ***
MOTD
systemctl disable -q apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer 2>/dev/null || true
