#!/bin/sh
# Takes the mesh proxies of app02 away again and leaves the services alone. Run it as root on the host.
set -eu
systemctl disable --now kuma-dp-api.service || true
rm -f /etc/systemd/system/kuma-dp-api.service
rm -f /etc/kuma/api.yaml /etc/kuma/api.token
systemctl daemon-reload
