#!/usr/bin/env bash
# Write go/<module>/go.mod and go.sum anew from versions.env. Needed only when a version changes; needs the network.
#   regenerate.sh [MODULE...]     all of them without an argument
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=versions.env
source "$here/versions.env"

module_folder() { # module_folder MODULE@VERSION: where Go keeps the source
  (cd / && GOFLAGS= go mod download -json "$1") | sed -nE 's/^[[:space:]]*"Dir": "(.*)",?$/\1/p'
}

published_replaces() { # the replace lines of a go.mod that name versions; those that name its own folders mean nothing elsewhere
  (cd / && go mod edit -json "$1/go.mod") |
    python3 -c 'import json, sys
for one in json.load(sys.stdin)["Replace"] or []:
    if one["New"].get("Version"):
        print(one["Old"]["Path"], "=>", one["New"]["Path"], one["New"]["Version"])'
}

staging_replaces() { # Kubernetes names its staging modules by relative paths; outside its tree each needs the published version
  sed -nE 's#^\t(k8s\.io/[a-z0-9-]+) => \./staging/src/.*#\1#p' "$1/go.mod" | sort -u |
    while read -r module; do printf '%s => %s %s\n' "$module" "$module" "v0.${KUBERNETES_VERSION#v1.}"; done
}

start() { # start NAME MODULE@VERSION REPLACES: an own go.mod, with the hashes that the release itself was checked with
  local folder
  folder=$(module_folder "$2")
  mkdir -p "$here/go/$1"
  cd "$here/go/$1"
  rm -f go.mod go.sum
  install -m 644 "$folder/go.sum" go.sum
  {
    printf 'module migrate.invalid/testbed/%s\n\ngo %s\n\nreplace (\n' "$1" "$GO_LANGUAGE_VERSION"
    "$3" "$folder" | sed 's/^/\t/'
    echo ")"
  } >go.mod
}

finish() { # finish PACKAGE@VERSION...
  go get -tool "$@"
  go mod tidy
  go mod verify >/dev/null
}

k8s() {
  local commands=k8s.io/kubernetes/cmd name
  start k8s "k8s.io/kubernetes@$KUBERNETES_VERSION" staging_replaces
  rm -f go.sum
  local -a packages=()
  for name in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do
    packages+=("$commands/$name@$KUBERNETES_VERSION")
  done
  finish "${packages[@]}" "go.etcd.io/etcd/server/v3@$ETCD_VERSION" "sigs.k8s.io/kustomize/kustomize/v5@$KUSTOMIZE_VERSION"
}

containerd() {
  local module=github.com/containerd/containerd/v2
  start containerd "$module@$CONTAINERD_VERSION" published_replaces
  finish "$module/cmd/containerd@$CONTAINERD_VERSION" "$module/cmd/containerd-shim-runc-v2@$CONTAINERD_VERSION" "$module/cmd/ctr@$CONTAINERD_VERSION"
}

one() { # one NAME MODULE VERSION PACKAGE
  start "$1" "$2@$3" published_replaces
  finish "$4@$3"
}

coredns() { one coredns github.com/coredns/coredns "$COREDNS_VERSION" github.com/coredns/coredns; }
registry() { one registry github.com/distribution/distribution/v3 "$REGISTRY_VERSION" github.com/distribution/distribution/v3/cmd/registry; }
gitea() { one gitea code.gitea.io/gitea "$GITEA_VERSION" code.gitea.io/gitea; }
envoy-gateway() { one envoy-gateway github.com/envoyproxy/gateway "$ENVOY_GATEWAY_VERSION" github.com/envoyproxy/gateway/cmd/envoy-gateway; }
flux-source() { one flux-source github.com/fluxcd/source-controller "$FLUX_SOURCE_VERSION" github.com/fluxcd/source-controller; }
flux-kustomize() { one flux-kustomize github.com/fluxcd/kustomize-controller "$FLUX_KUSTOMIZE_VERSION" github.com/fluxcd/kustomize-controller; }

[[ $# -gt 0 ]] || set -- k8s containerd coredns registry gitea envoy-gateway flux-source flux-kustomize
for name in "$@"; do
  echo "$name"
  ("$name")
done
