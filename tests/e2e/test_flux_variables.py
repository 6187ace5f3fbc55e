"""C-3: with variables of its own to fill in, the real Flux fills in nothing that came from a host."""

import json
from dataclasses import replace

import pytest

from migrator.generate.run import generate
from migrator.generate.templates import Templates
from migrator.model.services import Variable
from migrator.testing import MemoryRepository
from tests.e2e.conftest import cloned, is_ready
from tests.generate.builders import SHOP, scan
from tests.testbed import cluster, flux, forge
from tests.testbed.parts import wait
from tests.testbed.shell import run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
LINES = {
    "nginx.conf": "proxy_set_header Host ${host}; proxy_pass http://${x}:$port$request_uri; # $${x}\n",
    "start.sh": 'exec "${JAVA:-java}" -Dhome=${HOME} ${x:=y} ${x:1:2} ${x//a/b} "$@" $x a${x}b\n',
    "application.properties": "spring.datasource.url=jdbc:postgresql://${DB_HOST:db01}/${DB:shop}?user=#{x}\n",
}
FILES = {name: line * 40 for name, line in LINES.items()}
"""Configuration as it stands on hosts, with some four hundred variables that are no business of Flux."""


def settings() -> str:
    """The ConfigMap that is generated for a service, with what a person puts into it."""
    made = MemoryRepository()
    generate(scan(replace(SHOP, variables=(Variable("SHOP_PORT"),))), made, Templates())
    text = made.read("apps/shop/base/config-map.yaml")
    assert text
    assert "\ndata: {}\n" in text
    return text.replace("\ndata: {}\n", f"\ndata: {json.dumps(FILES)}\n").replace(
        "namespace: legacy", "namespace: default"
    )


def test_hundreds_of_variables_of_a_host_are_as_they_were(walk, tmp_path):
    git = cloned("variables", tmp_path / "r")
    folder = tmp_path / "r" / "app"
    folder.mkdir()
    (folder / "config-map.yaml").write_text(settings())
    (folder / "kustomization.yaml").write_text("resources: [config-map.yaml]\n")
    run(*git, "add", "--all")
    run(*git, "commit", "--quiet", "--message=What was generated, and filled in")
    run(*git, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    named = {"name": "variables", "namespace": flux.NAMESPACE}
    source = {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": named,
        "spec": {"interval": "10s", "url": forge.current().url("variables"), "ref": {"branch": "main"}},
    }
    applied = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": named,
        "spec": {
            "interval": "10s",
            "path": "./app",
            "prune": True,
            "sourceRef": {"kind": "GitRepository", "name": "variables"},
            "postBuild": {"substitute": {"x": "EATEN", "HOME": "EATEN"}},
        },
    }
    cluster.apply(source, applied)
    try:
        wait("Flux has applied it", lambda: is_ready("kustomization", "variables"), seconds=120)
        assert cluster.get("configmap", "shop-settings")["data"] == FILES
    finally:
        for kind in ("kustomization", "gitrepository"):
            cluster.kubectl("delete", kind, "variables", f"--namespace={flux.NAMESPACE}", "--wait=false")
