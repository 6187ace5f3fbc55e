#!/usr/bin/env bash
# Boot the legacy hosts. Runs in the cell: namespaces, mounts and processes that it makes end with the cell.
# RUN names the folder of the running test-bed, CGROUP its cgroup. Every boot starts from what was built: what a host writes is thrown away.
# TWINS has lines of `name address suite like`, separated by tabs: further hosts, each built like one of the table.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache="${MIGRATE_TESTBED:-${XDG_CACHE_HOME:-$HOME/.cache}/migrate-testbed}/estate"
run="${RUN:?the folder of the running test-bed}/estate"
: "${CGROUP:?the cgroup of the test-bed}"
cell_address=10.78.0.1
boot_seconds=60

hosts() {
  grep -v '^#' "$here/hosts.tsv"
  [[ -z ${TWINS:-} ]] || printf '%s\n' "$TWINS"
}

make_switch() { # a bridge in a namespace of its own, joined to the cell by one cable
  ip netns add estate
  ip -n estate link set lo up
  ip -n estate link add br0 type bridge
  ip -n estate link set br0 up
  ip link add estate-up type veth peer name uplink netns estate
  ip -n estate link set uplink master br0 up
  ip addr add "$cell_address/24" dev estate-up
  ip link set estate-up up
}

make_cable() { # make_cable HOST ADDRESS
  ip netns add "$1"
  ip link add eth0 netns "$1" type veth peer name "v-$1" netns estate
  ip -n estate link set "v-$1" master br0 up
  ip -n "$1" link set lo up
  ip -n "$1" addr add "$2/24" dev eth0
  ip -n "$1" link set eth0 up
  ip -n "$1" route add default via "$cell_address" # Pods are answered; the cell itself has no way out
}

make_root() { # make_root HOST SUITE LIKE
  local layers="$cache/layers/$3"
  [[ $2 == busybox ]] || layers+=":$cache/base/$2"
  mkdir -p "$run/$1"/{changes,work,root}
  mount -t overlay "$1" -o "lowerdir=$layers,upperdir=$run/$1/changes,workdir=$run/$1/work" "$run/$1/root"
}

# systemd-nspawn would ask the machine's systemd for a cgroup; there may be none. Version 2 has one hierarchy (not tried).
cgroups() { # cgroups HOST: one folder in each hierarchy that a host's systemd needs
  local top
  if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
    echo "/sys/fs/cgroup/$CGROUP/$1"
    return
  fi
  for top in systemd unified memory cpu cpuacct pids; do
    [[ ! -d /sys/fs/cgroup/$top ]] || echo "/sys/fs/cgroup/$top/$CGROUP/$1"
  done
}

boot() { # boot HOST
  local folder
  for folder in $(cgroups "$1"); do mkdir -p "$folder"; done
  (
    for folder in $(cgroups "$1"); do echo "$BASHPID" >"$folder/cgroup.procs"; done
    echo "$BASHPID" >"$run/$1/pid"
    exec setsid systemd-nspawn --quiet --directory="$run/$1/root" --machine="$1" --boot --register=no --keep-unit \
      --console=passive --hostname="$1" --network-namespace-path="/run/netns/$1" --resolv-conf=off --timezone=off \
      </dev/null >"$run/$1/console.log" 2>&1
  ) &
}

wait_for_sshd() { # wait_for_sshd HOST ADDRESS
  local deadline=$((SECONDS + boot_seconds))
  until (exec 3<>"/dev/tcp/$2/22") 2>/dev/null; do
    if ((SECONDS > deadline)); then
      echo "$1: no sshd at $2 after $boot_seconds s; see $run/$1/console.log" >&2
      return 1
    fi
    sleep 0.1
  done
}

make_switch
while IFS=$'\t' read -r host address suite like; do
  make_cable "$host" "$address"
  make_root "$host" "$suite" "${like:-$host}"
  boot "$host"
done < <(hosts)
while IFS=$'\t' read -r host address _; do wait_for_sshd "$host" "$address"; done < <(hosts)
