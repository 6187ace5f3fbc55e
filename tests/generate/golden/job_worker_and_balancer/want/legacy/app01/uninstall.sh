#!/bin/sh
# Takes the mesh proxies of app01 away again and leaves the services alone. Run it as root on the host.
set -eu
systemctl disable --now kuma-dp-mail-worker.service || true
rm -f /etc/systemd/system/kuma-dp-mail-worker.service
rm -f /etc/kuma/mail-worker.yaml /etc/kuma/mail-worker.token
systemctl daemon-reload
