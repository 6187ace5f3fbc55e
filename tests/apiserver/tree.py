"""Reading of a generated repository the way a cluster's agent would: which manifests there are and what refers to what."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.testbed.control_plane import documents

OURS = "migrate.dev/"
KUSTOMIZE = "kustomize.config.k8s.io/"
GIVEN_NAMESPACES = {"default", "kube-system", "flux-system", "kuma-system", "kong"}
"""Namespaces that the cluster, Flux, Kuma and Kong bring along."""


@dataclass(frozen=True)
class Manifest:
    """One document that a cluster is given."""

    file: str
    text: str
    data: dict[str, Any]

    @property
    def group(self) -> str:
        return str(self.data["apiVersion"]).rpartition("/")[0]

    def __str__(self) -> str:
        name = self.data.get("metadata", {}).get("name", "?")
        return f"{self.file}: {self.data['kind']} {name}"


def manifests(root: Path) -> list[Manifest]:
    """Everything with apiVersion and kind, except our own records, kustomization files, and patches (only half a manifest)."""
    patches = {path.resolve() for folder in kustomizations(root) for path in _patches(folder)}
    found = [
        manifest
        for path in _yaml_files(root)
        if path.resolve() not in patches
        for manifest in _manifests_of(path.read_text(encoding="utf-8"), str(path.relative_to(root)))
    ]
    return [one for one in found if not str(one.data["apiVersion"]).startswith((OURS, KUSTOMIZE))]


def _manifests_of(text: str, file: str) -> Iterator[Manifest]:
    for part in documents(text):
        data = yaml.safe_load(part)
        if isinstance(data, dict) and {"apiVersion", "kind"} <= data.keys():
            yield Manifest(file, part, data)


def built(text: str, folder: str) -> list[Manifest]:
    """The manifests of a built kustomization."""
    return list(_manifests_of(text, f"kustomize build {folder}"))


def universal(root: Path) -> list[Manifest]:
    """What Kuma's zone for hosts is given (`type`, `mesh`, `name`), put into the form that Kuma's CRDs describe."""
    found = []
    for path in _yaml_files(root):
        for part in documents(path.read_text(encoding="utf-8")):
            data = yaml.safe_load(part)
            if isinstance(data, dict) and {"type", "name"} <= data.keys():
                wrapped = _wrapped(data)
                found.append(Manifest(str(path.relative_to(root)), json.dumps(wrapped), wrapped))
    return found


def _wrapped(data: dict[str, Any]) -> dict[str, Any]:
    """Source: Kuma, "Resource" reference: policies have a `spec` in both forms; Mesh and Dataplane are all spec."""
    about = {"type", "name", "mesh", "labels"}
    document: dict[str, Any] = {"apiVersion": "kuma.io/v1alpha1", "kind": data["type"]}
    document["metadata"] = {"name": data["name"], "labels": dict(data.get("labels", {}))}
    document["spec"] = data.get("spec") or {key: value for key, value in data.items() if key not in about}
    if data["type"] == "Mesh":
        return document
    if data["type"] == "Dataplane":
        document["mesh"] = data["mesh"]
    document["metadata"]["namespace"] = "kuma-system"
    document["metadata"]["labels"]["kuma.io/mesh"] = data["mesh"]
    return document


def _yaml_files(root: Path) -> list[Path]:
    files = (path for path in root.rglob("*") if path.suffix in {".yaml", ".yml"} and path.is_file())
    return sorted(path for path in files if not any(part.startswith(".") for part in path.relative_to(root).parts))


def kustomizations(root: Path) -> list[Path]:
    """Folders with a kustomization.yaml."""
    return sorted(path.parent for path in _yaml_files(root) if path.name == "kustomization.yaml")


def _kustomization(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8")))


def _patches(folder: Path) -> list[Path]:
    return [folder / one["path"] for one in _kustomization(folder).get("patches", []) if "path" in one]


def broken_references(root: Path) -> list[str]:
    """What a kustomization or a Flux Kustomization names and what is not there; manifests that no kustomization names."""
    return [*_broken_kustomizations(root), *_broken_flux_paths(root)]


def _broken_kustomizations(root: Path) -> Iterator[str]:
    for folder in kustomizations(root):
        data, where = _kustomization(folder), folder.relative_to(root)
        named = [folder / one for key in ("resources", "components") for one in data.get(key, [])] + _patches(folder)
        for path in named:
            if not path.exists():
                yield f"{where}/kustomization.yaml names {path.name}, which does not exist"
            elif path.is_dir() and not (path / "kustomization.yaml").exists():
                yield f"{where}/kustomization.yaml names the folder {path.name}, which has no kustomization.yaml"
        known = {path.resolve() for path in named} | {folder.resolve() / "kustomization.yaml"}
        for path in folder.glob("*.yaml"):
            if path.resolve() not in known:
                yield f"{where}/{path.name} is in no kustomization"


def _broken_flux_paths(root: Path) -> Iterator[str]:
    for manifest in manifests(root):
        if manifest.group == "kustomize.toolkit.fluxcd.io":
            path = str(manifest.data["spec"]["path"])
            if not (root / path).is_dir():
                yield f"{manifest} applies {path}, which does not exist"
            elif not list((root / path).glob("*.yaml")):
                yield f"{manifest} applies {path}, which holds no manifests"


def undeclared_namespaces(found: list[Manifest]) -> list[str]:
    """Manifests in namespaces that nothing brings."""
    declared = {one.data["metadata"]["name"] for one in found if one.data["kind"] == "Namespace"} | GIVEN_NAMESPACES
    return [
        f"{one} is in namespace {namespace}, which nothing declares"
        for one in found
        if (namespace := one.data.get("metadata", {}).get("namespace", "default")) not in declared
    ]


def unknown_dependencies(found: list[Manifest]) -> list[str]:
    """Flux Kustomizations that wait for one that does not exist: Flux would wait for ever."""
    flux = [one for one in found if one.group == "kustomize.toolkit.fluxcd.io"]
    names = {one.data["metadata"]["name"] for one in flux}
    return [
        f"{one} depends on {other['name']}, which does not exist"
        for one in flux
        for other in one.data["spec"].get("dependsOn", [])
        if other["name"] not in names
    ]
