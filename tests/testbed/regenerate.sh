#!/usr/bin/env bash
# Write go/k8s/go.mod and go.sum anew from versions.env. Needed only when a version changes; needs the network.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=versions.env
source "$here/versions.env"
cd "$here/go/k8s"
rm -f go.mod go.sum

# The Kubernetes module names its own staging modules by relative paths; outside its tree each needs the published version.
staging="v0.${KUBERNETES_VERSION#v1.}"
module_dir=$(cd / && go mod download -json "k8s.io/kubernetes@$KUBERNETES_VERSION" | sed -nE 's/^[[:space:]]*"Dir": "(.*)",?$/\1/p')
{
  echo "module migrate.invalid/testbed/k8s"
  echo
  echo "go $GO_LANGUAGE_VERSION"
  echo
  echo "replace ("
  sed -nE 's#^\t(k8s\.io/[a-z0-9-]+) => \./staging/src/.*#\1#p' "$module_dir/go.mod" | sort -u |
    while read -r module; do printf '\t%s => %s %s\n' "$module" "$module" "$staging"; done
  echo ")"
} >go.mod
go get -tool "k8s.io/kubernetes/cmd/kube-apiserver@$KUBERNETES_VERSION"
go get -tool "go.etcd.io/etcd/server/v3@$ETCD_VERSION"
go get -tool "sigs.k8s.io/kustomize/kustomize/v5@$KUSTOMIZE_VERSION"
go mod tidy
