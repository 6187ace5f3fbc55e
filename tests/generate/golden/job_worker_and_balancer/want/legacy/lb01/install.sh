#!/bin/sh
# Puts the mesh proxies of lb01 in place. Read it, then run it as root on the host, from this folder.
# Needs kuma-dp in /usr/local/bin, the control plane's CA in /etc/kuma/ca.pem and a token for each service (README.md).
set -eu
command -v systemctl >/dev/null || { echo 'this host has no systemd: start kuma-dp with the init system that it has' >&2; exit 1; }
[ -x /usr/local/bin/kuma-dp ] || { echo '/usr/local/bin/kuma-dp is missing' >&2; exit 1; }
[ -s /etc/kuma/ca.pem ] || { echo '/etc/kuma/ca.pem is missing' >&2; exit 1; }
[ -s /etc/kuma/edge.token ] || { echo 'no token for edge' >&2; exit 1; }
id kuma-dp >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin kuma-dp
chgrp kuma-dp /etc/kuma
chmod 0750 /etc/kuma
chown root:kuma-dp /etc/kuma/edge.token
chmod 0640 /etc/kuma/edge.token
install -m 0640 -o root -g kuma-dp edge.dataplane.yaml /etc/kuma/edge.yaml
install -m 0644 kuma-dp-edge.service /etc/systemd/system/
systemctl daemon-reload
systemctl enable --now kuma-dp-edge.service
