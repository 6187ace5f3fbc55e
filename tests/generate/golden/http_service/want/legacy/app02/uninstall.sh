#!/bin/sh
# Takes the mesh proxies of app02 away again and leaves the services alone. Run it as root on the host.
set -eu
systemctl disable --now kuma-dp-shop.service || true
rm -f /etc/systemd/system/kuma-dp-shop.service
rm -f /etc/kuma/shop.yaml /etc/kuma/shop.token
systemctl daemon-reload
