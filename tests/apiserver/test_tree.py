"""The reader of generated repositories sees what is wrong with one."""

from pathlib import Path

import pytest

from tests.apiserver import tree as reading

DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\n  namespace: legacy\n"
FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: shop
  namespace: flux-system
spec:
  path: ./apps/shop/base
  dependsOn:
    - name: cache
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    base = tmp_path / "apps" / "shop" / "base"
    base.mkdir(parents=True)
    (base / "kustomization.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [deployment.yaml]\n"
        "patches: [{path: patch.yaml}]\n"
    )
    (base / "deployment.yaml").write_text(DEPLOYMENT)
    (base / "patch.yaml").write_text(DEPLOYMENT)
    (tmp_path / "estate.yaml").write_text("apiVersion: migrate.dev/v1alpha1\nkind: Estate\n")
    (tmp_path / ".migrate").mkdir()
    (tmp_path / ".migrate" / "deployment.yaml").write_text(DEPLOYMENT)
    return tmp_path


def test_only_what_a_cluster_is_given_counts(repository: Path) -> None:
    assert [str(one) for one in reading.manifests(repository)] == ["apps/shop/base/deployment.yaml: Deployment shop"]


def test_a_sound_tree_has_no_complaints(repository: Path) -> None:
    assert reading.broken_references(repository) == []


@pytest.mark.parametrize("name", ["deployment.yaml", "patch.yaml"])
def test_a_missing_file_is_named(repository: Path, name: str) -> None:
    (repository / "apps/shop/base" / name).unlink()
    assert reading.broken_references(repository) == [
        f"apps/shop/base/kustomization.yaml names {name}, which does not exist"
    ]


def test_a_manifest_that_nobody_applies_is_named(repository: Path) -> None:
    (repository / "apps/shop/base/service.yaml").write_text(DEPLOYMENT)
    assert reading.broken_references(repository) == ["apps/shop/base/service.yaml is in no kustomization"]


def test_a_path_that_flux_cannot_find_is_named(repository: Path) -> None:
    (repository / "flux.yaml").write_text(FLUX.replace("shop/base", "shop/bass"))
    assert len(reading.broken_references(repository)) == 1


def test_what_waits_for_ever_and_what_has_no_namespace_is_named(repository: Path) -> None:
    (repository / "flux.yaml").write_text(FLUX)
    found = reading.manifests(repository)
    assert len(reading.unknown_dependencies(found)) == 1
    assert len(reading.undeclared_namespaces(found)) == 1


def test_what_the_hosts_zone_is_given_takes_the_form_of_its_crd(tmp_path: Path) -> None:
    (tmp_path / "allow.yaml").write_text("type: MeshTrafficPermission\nname: allow\nmesh: default\nspec: {rules: []}\n")
    (tmp_path / "estate.yaml").write_text("apiVersion: migrate.dev/v1alpha1\nkind: Estate\n")
    assert [one.data for one in reading.universal(tmp_path)] == [
        {
            "apiVersion": "kuma.io/v1alpha1",
            "kind": "MeshTrafficPermission",
            "metadata": {"name": "allow", "namespace": "kuma-system", "labels": {"kuma.io/mesh": "default"}},
            "spec": {"rules": []},
        }
    ]
