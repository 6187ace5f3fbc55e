#!/usr/bin/env bash
# Install the Debian packages that the test-bed needs, and unpack Prometheus into the cache. Does nothing when all are there.
# Exit code 69: they cannot be had here; one line says what is missing.
set -euo pipefail

cache="${MIGRATE_TESTBED:-${XDG_CACHE_HOME:-$HOME/.cache}/migrate-testbed}"
unavailable=69

# program (or file) and the package that brings it
needed="
/usr/sbin/runc                     runc
/usr/lib/cni/bridge                containernetworking-plugins
/usr/bin/buildah                   buildah
/usr/bin/mmdebstrap                mmdebstrap
/usr/bin/systemd-nspawn            systemd-container
/usr/sbin/nft                      nftables
/bin/busybox                       busybox-static
/usr/sbin/ip                       iproute2
/usr/bin/ssh                       openssh-client
/usr/sbin/mkfs.ext4                e2fsprogs
/usr/share/keyrings/debian-archive-keyring.gpg  debian-archive-keyring
"

say() { printf 'testbed: %s\n' "$*"; }

missing() {
  local file package
  while read -r file package; do
    [[ -z $file || -e $file ]] || printf '%s ' "$package"
  done <<<"$needed"
}

refuse() {
  say "$*"
  exit "$unavailable"
}

install_missing() {
  local -a packages
  read -ra packages <<<"$(missing)"
  ((${#packages[@]})) || return 0
  [[ $(id -u) == 0 ]] || refuse "missing: ${packages[*]}. As root: apt-get install ${packages[*]}"
  command -v apt-get >/dev/null || refuse "missing: ${packages[*]} (names on Debian 12), and there is no apt-get here to install them with"
  say "installing ${packages[*]} ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null || refuse "apt-get update failed: is there a Debian mirror?"
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null || refuse "apt-get could not install ${packages[*]}"
}

# Installing the package would start a server on this machine; only its program is wanted.
unpack_prometheus() {
  local folder
  [[ ! -x "$cache/debian/usr/bin/prometheus" ]] || return 0
  folder=$(mktemp -d)
  chmod 755 "$folder"
  (cd "$folder" && apt-get download -qq prometheus >/dev/null 2>&1) || refuse "apt-get could not download prometheus"
  mkdir -p "$cache/debian"
  dpkg-deb --fsys-tarfile "$folder"/prometheus_*.deb | tar -x -C "$cache/debian" ./usr/bin/prometheus
  rm -rf "$folder"
  say "prometheus: unpacked"
}

install_missing
unpack_prometheus
