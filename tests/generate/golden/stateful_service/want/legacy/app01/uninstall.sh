#!/bin/sh
# Takes the mesh proxies of app01 away again and leaves the services alone. Run it as root on the host.
set -eu
systemctl disable --now kuma-dp-report.service || true
rm -f /etc/systemd/system/kuma-dp-report.service
rm -f /etc/kuma/report.yaml /etc/kuma/report.token
systemctl daemon-reload
