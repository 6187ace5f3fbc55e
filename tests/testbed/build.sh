#!/usr/bin/env bash
# Build the real parts of the test-bed from Go modules, and fetch the CRDs that they are given.
#   build.sh [PROGRAM...]     all of them without an argument; names as in the table below
#
# Everything lands outside the repository, in ${XDG_CACHE_HOME:-~/.cache}/migrate-testbed:
#   bin/    the programs         crds/   CustomResourceDefinitions, one folder per module       gitea/  its templates
# A second run finds everything built: a stamp beside each part holds the digest of all that it was made from.
# Needs Go; needs the network (the Go module proxy) the first time only.
# Exit code 69: Go or its modules cannot be had here. Any other but 0: the build is broken.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=versions.env
source "$here/versions.env"
cache="${MIGRATE_TESTBED:-${XDG_CACHE_HOME:-$HOME/.cache}/migrate-testbed}"
bin="$cache/bin"
crds="$cache/crds"
unavailable=69 # sysexits' EX_UNAVAILABLE: nothing is wrong with the code, something cannot be had here

# program                 module          package                                                seconds on two cores
programs="
etcd                      k8s             go.etcd.io/etcd/server/v3                                     40
kustomize                 k8s             sigs.k8s.io/kustomize/kustomize/v5                            15
kube-apiserver            k8s             k8s.io/kubernetes/cmd/kube-apiserver                         300
kube-controller-manager   k8s             k8s.io/kubernetes/cmd/kube-controller-manager                 70
kube-scheduler            k8s             k8s.io/kubernetes/cmd/kube-scheduler                           5
kubelet                   k8s             k8s.io/kubernetes/cmd/kubelet                                 25
kube-proxy                k8s             k8s.io/kubernetes/cmd/kube-proxy                              10
kubectl                   k8s             k8s.io/kubernetes/cmd/kubectl                                 15
containerd                containerd      github.com/containerd/containerd/v2/cmd/containerd            50
containerd-shim-runc-v2   containerd      github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2  2
ctr                       containerd      github.com/containerd/containerd/v2/cmd/ctr                    3
coredns                   coredns         github.com/coredns/coredns                                    90
registry                  registry        github.com/distribution/distribution/v3/cmd/registry          60
source-controller         flux-source     github.com/fluxcd/source-controller                           60
kustomize-controller      flux-kustomize  github.com/fluxcd/kustomize-controller                        60
envoy-gateway             envoy-gateway   github.com/envoyproxy/gateway/cmd/envoy-gateway              215
gitea                     gitea           code.gitea.io/gitea                                          210
"

say() { printf 'testbed: %s\n' "$*"; }

field() { awk -v name="$1" -v number="$2" '$1 == name { print $number }' <<<"$programs"; }

one_at_a_time() { # two builds would only wait for each other's compiler, and could read a half-written program
  command -v flock >/dev/null || return 0
  exec 9>"$cache/lock"
  flock -n 9 || { say "another build is running, waiting for it"; flock 9; }
}

kubernetes_version_flags() {
  local minor=${KUBERNETES_VERSION#v1.} package
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    printf ' -X %s.gitVersion=%s -X %s.gitMajor=1 -X %s.gitMinor=%s' "$package" "$KUBERNETES_VERSION" "$package" "$package" "${minor%%.*}"
    printf ' -X %s.gitTreeState=clean -X %s.gitCommit=module -X %s.buildDate=1970-01-01T00:00:00Z' "$package" "$package" "$package"
  done
}

link_flags() { # link_flags MODULE
  printf -- '-s -w'
  [[ $1 != k8s ]] || kubernetes_version_flags
}

build_options() { # build_options MODULE: how its programs are compiled, besides the flags above
  if [[ $1 == gitea ]]; then
    echo "CGO_ENABLED=1 -tags=sqlite,sqlite_unlock_notify" # its database here is SQLite, which is C
  else
    echo "CGO_ENABLED=0 -tags="
  fi
}

digest() { # digest PROGRAM: all that it is made of: the pinned modules, how they are compiled, and the compiler
  local module
  module=$(field "$1" 2)
  { cat "$here/go/$module/go.mod" "$here/go/$module/go.sum"; field "$1" 3; link_flags "$module"; build_options "$module"; go version; } |
    git hash-object --stdin
}

built() { [[ -x "$bin/$1" && -f "$bin/.$1.key" && $(<"$bin/.$1.key") == "$(digest "$1")" ]]; }

download() { # download MODULE...
  local module started=$SECONDS
  for module in "$@"; do
    say "$module: downloading modules that are not here yet ..."
    if ! (cd "$here/go/$module" && go mod download); then
      say "$module: its modules are not to be had; is there a network, or a GOPROXY that serves them?"
      exit "$unavailable"
    fi
  done
  [[ $# == 0 ]] || say "modules: there after $((SECONDS - started)) s"
}

build() { # build PROGRAM
  local name=$1 module started=$SECONDS cgo tags
  module=$(field "$name" 2)
  read -r cgo tags <<<"$(build_options "$module")"
  say "$name: building (about $(field "$name" 4) s on two cores) ..."
  rm -f "$bin/.$name.key"
  (cd "$here/go/$module" && env "$cgo" GOFLAGS="-buildvcs=false -trimpath -mod=readonly" \
    go build "$tags" -ldflags "$(link_flags "$module")" -o "$bin/$name.new" "$(field "$name" 3)")
  mv "$bin/$name.new" "$bin/$name"
  digest "$name" >"$bin/.$name.key"
  say "$name: built in $((SECONDS - started)) s, $(($(wc -c <"$bin/$name") / 1048576)) MB"
}

module_folder() { # module_folder MODULE@VERSION SUM: asked for outside any module, so none of what it depends on comes along
  local answer
  if ! answer=$(cd / && GOFLAGS= go mod download -json "$1"); then
    say "$1 cannot be downloaded: $(sed -nE 's/^[[:space:]]*"Error": "(.*)",?$/\1/p' <<<"$answer")" >&2
    return "$unavailable"
  fi
  if [[ $answer != *"\"Sum\": \"$2\""* ]]; then
    say "$1: the module's checksum is not the one in versions.env" >&2
    return 1
  fi
  sed -nE 's/^[[:space:]]*"Dir": "(.*)",?$/\1/p' <<<"$answer"
}

fetch_crds() { # fetch_crds NAME MODULE@VERSION SUM FOLDER-IN-MODULE
  local name=$1 stamp="$crds/.$1.key" folder
  [[ ! -d "$crds/$name" || ! -f "$stamp" || $(<"$stamp") != "$2 $3 $4" ]] || return 0
  folder=$(module_folder "$2" "$3") || exit $?
  rm -rf "${crds:?}/$name" "$stamp"
  mkdir "$crds/$name"
  cp "$folder/$4"/*.yaml "$crds/$name/"
  rm -f "$crds/$name/kustomization.yaml"
  chmod -R u+w "$crds/$name"
  printf '%s\n' "$2 $3 $4" >"$stamp"
  say "CRDs of $2: $(find "$crds/$name" -name '*.yaml' | wc -l) files"
}

copy_gitea_templates() { # what Gitea reads at run time
  local stamp="$cache/gitea/.key" folder
  [[ ! -f "$stamp" || $(<"$stamp") != "$GITEA_VERSION" ]] || return 0
  folder=$(cd "$here/go/gitea" && go list -m -f '{{.Dir}}' code.gitea.io/gitea)
  rm -rf "${cache:?}/gitea"
  mkdir "$cache/gitea"
  cp -r "$folder/templates" "$folder/options" "$folder/public" "$cache/gitea/"
  chmod -R u+w "$cache/gitea"
  printf '%s\n' "$GITEA_VERSION" >"$stamp"
}

if ! command -v go >/dev/null; then
  say "Go is not installed, nothing was built. Install Go >= $GO_LANGUAGE_VERSION (https://go.dev/dl, 'brew install go'), then run this again."
  exit "$unavailable"
fi
# shellcheck disable=SC2046 # a word is a program's name
[[ $# -gt 0 ]] || set -- $(awk 'NF { print $1 }' <<<"$programs")
for name in "$@"; do
  [[ -n $(field "$name" 2) ]] || { say "$name: no such program; there are:" $(awk 'NF { print $1 }' <<<"$programs"); exit 2; }
done

mkdir -p "$bin" "$crds"
one_at_a_time
began=$SECONDS
fetch_crds gateway-api "sigs.k8s.io/gateway-api@$GATEWAY_API_VERSION" "$GATEWAY_API_SUM" config/crd/standard
fetch_crds gateway-api-experimental "sigs.k8s.io/gateway-api@$GATEWAY_API_VERSION" "$GATEWAY_API_SUM" config/crd/experimental
fetch_crds flux-source "github.com/fluxcd/source-controller@$FLUX_SOURCE_VERSION" "$FLUX_SOURCE_SUM" config/crd/bases
fetch_crds flux-kustomize "github.com/fluxcd/kustomize-controller@$FLUX_KUSTOMIZE_VERSION" "$FLUX_KUSTOMIZE_SUM" config/crd/bases
declare -a missing=()
for name in "$@"; do
  if built "$name"; then say "$name: found, built before"; else missing+=("$name"); fi
done
# shellcheck disable=SC2046 # a word is a module's name
download $(for name in "${missing[@]}"; do field "$name" 2; done | sort -u)
[[ " $* " != *" envoy-gateway "* ]] || fetch_crds envoy-gateway "github.com/envoyproxy/gateway@$ENVOY_GATEWAY_VERSION" "$ENVOY_GATEWAY_SUM" charts/gateway-helm/charts/crds/crds/generated
[[ " $* " != *" gitea "* ]] || copy_gitea_templates
for name in "${missing[@]}"; do build "$name"; done
say "ready in $((SECONDS - began)) s: $bin"
