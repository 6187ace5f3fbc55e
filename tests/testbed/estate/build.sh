#!/usr/bin/env bash
# Build the legacy hosts: one root filesystem for each Debian release, and one layer on top for each host.
#   build.sh [HOST...]      all of hosts.tsv without an argument
#   build.sh --mirror       print the Debian mirror that is used
#
# They land in <cache>/estate/{base,layers,keys}. A host is built again only when its recipe has changed: a stamp beside
# its layer holds the digest of all that it was made from. Needs root, mmdebstrap, systemd-nspawn and a Debian mirror.
# Exit code 69: that cannot be had here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache="${MIGRATE_TESTBED:-${XDG_CACHE_HOME:-$HOME/.cache}/migrate-testbed}/estate"
unavailable=69

say() { printf 'testbed: %s\n' "$*"; }

refuse() {
  say "$*"
  exit "$unavailable"
}

mirror() { # the Debian mirror that this machine's own apt uses
  { cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null || true; } |
    sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb (\[[^]]*\] )?([^ ]+) .*/\2/p' | sed -n 1p
}

if [[ ${1:-} == --mirror ]]; then
  mirror
  exit
fi

# Mounts of a build that is interrupted end with the build: all of it runs in namespaces of its own.
if [[ ${1:-} != --in-namespaces ]]; then
  [[ $(id -u) == 0 ]] || refuse "building the legacy hosts needs root"
  for program in mmdebstrap systemd-nspawn busybox; do
    command -v "$program" >/dev/null || refuse "$program is not installed: run tests/testbed/packages.sh"
  done
  exec unshare --mount --pid --fork --mount-proc --kill-child "$0" --in-namespaces "$@"
fi
shift

digest() { git hash-object --stdin; }

on_base="systemd,systemd-sysv,dbus,openssh-server,iproute2,procps,cron,sudo,ca-certificates,netbase,libfaketime,rsyslog,logrotate"

base_key() { { echo "$1 $on_base"; cat "$here/hosts/every.sh"; } | digest; }

make_base() { # make_base SUITE
  local suite=$1 root="$cache/base/$1" started=$SECONDS
  [[ ! -f "$root.key" || $(<"$root.key") != "$(base_key "$suite")" ]] || return 0
  say "estate: Debian $suite ..."
  rm -rf "$root" "$root.key"
  mmdebstrap --quiet --variant=minbase --aptopt='APT::Install-Recommends "false"' --include="$on_base" \
    "$suite" "$root" "$(mirror)" >"$cache/$suite.log" 2>&1 || refuse "mmdebstrap failed, see $cache/$suite.log"
  base_key "$suite" >"$root.key"
  say "estate: Debian $suite made in $((SECONDS - started)) s"
}

packages_of() { sed -n 's/^# packages: //p' "$here/hosts/$1.sh"; }

recipe_of() { # recipe_of SCRIPT: the script, and all that it takes from /recipe
  local named
  cat "$1"
  { grep -o '/recipe/[A-Za-z0-9_./-]*' "$1" || true; } | sort -u | while read -r named; do
    named="$here/${named#/recipe/}"
    if [[ $named == */hosts/*.sh ]]; then recipe_of "$named"; elif [[ $named != */hosts.tsv ]]; then find "$named" -type f | sort | xargs cat; fi
  done
}

host_key() { # host_key HOST SUITE
  {
    [[ $2 == busybox ]] || cat "$cache/base/$2.key"
    cat "$here/hosts.tsv" "$here/hosts/every.sh" "$cache/keys/scanner.pub" "$cache/keys/auditor.pub"
    recipe_of "$here/hosts/$1.sh"
  } | digest
}

make_layer() { # make_layer HOST SUITE: what differs from the release
  local host=$1 suite=$2 layer="$cache/layers/$1" started=$SECONDS root="/tmp/estate-$1" key
  key=$(host_key "$host" "$suite")
  [[ ! -f "$layer.key" || $(<"$layer.key") != "$key" ]] || return 0
  rm -rf "$layer" "$layer.key" "$cache/work"
  mkdir -p "$layer" "$cache/work" "$root"
  if [[ $suite == busybox ]]; then
    bash "$here/hosts/$host.sh" "$layer" "$here" "$cache/keys" >"$cache/$host.log" 2>&1
  else
    mount -t overlay "$host" -o "lowerdir=$cache/base/$suite,upperdir=$layer,workdir=$cache/work" "$root"
    inside "$host" "$suite" "$root" >"$cache/$host.log" 2>&1 || refuse "$host could not be built, see $cache/$host.log"
    umount "$root"
  fi
  rm -rf "$root" "$cache/work"
  echo "$key" >"$layer.key"
  say "estate: $host built in $((SECONDS - started)) s, $(du -sm "$layer" | cut -f1) MB"
}

inside() { # inside HOST SUITE ROOT: packages, what every host has, the host's own recipe
  local script="set -eu
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
    apt-get -q update
    apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io install $(packages_of "$1")
    rm -rf /var/lib/apt/lists/* /usr/sbin/policy-rc.d
    . /recipe/hosts/every.sh
    . /recipe/hosts/$1.sh"
  mkdir -p "$cache/apt-$2"
  systemd-nspawn --quiet --register=no --keep-unit --pipe --directory="$3" --machine="$1" \
    --bind-ro="$here:/recipe" --bind-ro="$cache/keys:/keys" --bind-ro="$cache/downloads:/downloads" \
    --bind="$cache/apt-$2:/var/cache/apt/archives" --setenv=DEBIAN_FRONTEND=noninteractive --setenv=HOST="$1" \
    /bin/sh -c "$script" </dev/null
}

make_keys() { # the scan's account, and one that may do nothing
  local name
  mkdir -p "$cache/keys"
  for name in scanner auditor; do
    [[ -f "$cache/keys/$name" ]] || ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$cache/keys/$name"
  done
}

download() { # what does not come as a Debian package: a hosted application's own dependencies
  local folder="$cache/downloads"
  [[ ! -f "$folder/.done" ]] || return 0
  say "estate: downloading gunicorn, psycopg2 and pm2 ..."
  mkdir -p "$folder/wheels" "$folder/pm2"
  python3 -m pip --quiet --disable-pip-version-check download --dest "$folder/wheels" --only-binary :all: \
    --python-version 3.11 --implementation cp --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 \
    gunicorn==23.0.0 psycopg2-binary==2.9.10 || refuse "the Python packages of a host cannot be had here"
  (cd "$folder/pm2" && npm install --silent --no-audit --no-fund pm2@5.4.3 >/dev/null) || refuse "pm2 cannot be had here: is npm installed?"
  touch "$folder/.done"
}

wanted() { # wanted HOST [NAME...]: all, when none is named
  local host=$1
  shift
  [[ $# == 0 || " $* " == *" $host "* ]]
}

mkdir -p "$cache/base" "$cache/layers"
began=$SECONDS
make_keys
download
while IFS=$'\t' read -r host _ suite; do
  [[ $host != \#* ]] && wanted "$host" "$@" || continue
  [[ $suite == busybox ]] || make_base "$suite"
  make_layer "$host" "$suite"
done <"$here/hosts.tsv"
say "estate: ready after $((SECONDS - began)) s"
