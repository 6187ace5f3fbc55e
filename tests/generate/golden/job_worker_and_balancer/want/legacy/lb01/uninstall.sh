#!/bin/sh
# Takes the mesh proxies of lb01 away again and leaves the services alone. Run it as root on the host.
set -eu
systemctl disable --now kuma-dp-edge.service || true
rm -f /etc/systemd/system/kuma-dp-edge.service
rm -f /etc/kuma/edge.yaml /etc/kuma/edge.token
systemctl daemon-reload
