#!/bin/sh
# Takes the mesh proxies of db01 away again and leaves the services alone. Run it as root on the host.
set -eu
systemctl disable --now kuma-dp-shop-db.service || true
rm -f /etc/systemd/system/kuma-dp-shop-db.service
rm -f /etc/kuma/shop-db.yaml /etc/kuma/shop-db.token
systemctl daemon-reload
