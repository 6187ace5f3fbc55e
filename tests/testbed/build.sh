#!/usr/bin/env bash
# Build the real parts that the tests use (kube-apiserver, etcd, kustomize) and fetch the CRDs they are given.
#
# Everything lands outside the repository, in ${XDG_CACHE_HOME:-~/.cache}/migrate-testbed:
#   bin/    the programs         crds/   CustomResourceDefinitions, one folder per module
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
mkdir -p "$bin" "$crds"

unavailable=69 # sysexits' EX_UNAVAILABLE: nothing is wrong with the code, something cannot be had here

say() { printf 'testbed: %s\n' "$*"; }

if ! command -v go >/dev/null; then
  say "Go is not installed, nothing was built. Install Go >= $GO_LANGUAGE_VERSION (https://go.dev/dl, 'brew install go'), then run this again."
  exit "$unavailable"
fi

# One build at a time: two would only wait for each other's compiler, and could read a half-written program.
if command -v flock >/dev/null; then
  exec 9>"$cache/lock"
  flock -n 9 || { say "another build is running, waiting for it"; flock 9; }
fi

export CGO_ENABLED=0 GOFLAGS="-buildvcs=false -trimpath -mod=readonly"
minor=${KUBERNETES_VERSION#v1.}
minor=${minor%%.*}
ldflags="-s -w"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  ldflags+=" -X $package.gitVersion=$KUBERNETES_VERSION -X $package.gitMajor=1 -X $package.gitMinor=$minor"
  ldflags+=" -X $package.gitTreeState=clean -X $package.gitCommit=module -X $package.buildDate=1970-01-01T00:00:00Z"
done

# All that a program is made of: the pinned modules, how they are compiled, and the compiler.
programs_key=$({ cat "$here/go/k8s/go.mod" "$here/go/k8s/go.sum"; echo "$GOFLAGS $ldflags"; go version; } | git hash-object --stdin)

built() { [[ -x "$bin/$1" && -f "$bin/.$1.key" && $(<"$bin/.$1.key") == "$programs_key" ]]; }

download_modules() {
  built etcd && built kustomize && built kube-apiserver && return
  local started=$SECONDS
  say "modules: downloading what is not here yet ..."
  if ! (cd "$here/go/k8s" && go mod download); then
    say "modules: not to be had; is there a network, or a GOPROXY that serves them?"
    exit "$unavailable"
  fi
  say "modules: there after $((SECONDS - started)) s"
}

build() { # build NAME PACKAGE EXPECTATION
  local name=$1 package=$2 expectation=$3 started=$SECONDS stamp="$bin/.$1.key"
  if built "$name"; then
    say "$name: found, built before"
    return
  fi
  say "$name: building ($expectation on two cores) ..."
  rm -f "$stamp"
  (cd "$here/go/k8s" && go build -ldflags "$ldflags" -o "$bin/$name.new" "$package")
  mv "$bin/$name.new" "$bin/$name"
  printf '%s\n' "$programs_key" >"$stamp"
  say "$name: built in $((SECONDS - started)) s, $(($(wc -c <"$bin/$name") / 1048576)) MB"
}

fetch_crds() { # fetch_crds NAME MODULE@VERSION SUM FOLDER-IN-MODULE
  local name=$1 module=$2 sum=$3 folder=$4 stamp="$crds/.$1.key" answer dir
  if [[ -d "$crds/$name" && -f "$stamp" && $(<"$stamp") == "$module $sum $folder" ]]; then
    say "CRDs of $module: found"
    return
  fi
  # Asked for outside any module: only this module's own files are wanted, none of what it depends on.
  if ! answer=$(cd / && GOFLAGS= go mod download -json "$module"); then
    say "$module cannot be downloaded: $(sed -nE 's/^[[:space:]]*"Error": "(.*)",?$/\1/p' <<<"$answer")"
    exit "$unavailable"
  fi
  if [[ $answer != *"\"Sum\": \"$sum\""* ]]; then
    say "CRDs of $module: the module's checksum is not the one in versions.env"
    exit 1
  fi
  dir=$(sed -nE 's/^[[:space:]]*"Dir": "(.*)",?$/\1/p' <<<"$answer")
  rm -rf "${crds:?}/$name" "$stamp"
  mkdir "$crds/$name"
  cp "$dir/$folder"/*.yaml "$crds/$name/"
  rm -f "$crds/$name/kustomization.yaml"
  chmod -R u+w "$crds/$name"
  printf '%s\n' "$module $sum $folder" >"$stamp"
  say "CRDs of $module: $(find "$crds/$name" -name '*.yaml' | wc -l) files"
}

began=$SECONDS
fetch_crds gateway-api "$GATEWAY_API_MODULE" "$GATEWAY_API_SUM" config/crd/standard
fetch_crds flux-source "$FLUX_SOURCE_MODULE" "$FLUX_SOURCE_SUM" config/crd/bases
fetch_crds flux-kustomize "$FLUX_KUSTOMIZE_MODULE" "$FLUX_KUSTOMIZE_SUM" config/crd/bases
download_modules
build etcd go.etcd.io/etcd/server/v3 "about 1 minute"
build kustomize sigs.k8s.io/kustomize/kustomize/v5 "about 20 seconds"
build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver "about 5 minutes"
say "ready in $((SECONDS - began)) s: $bin"
