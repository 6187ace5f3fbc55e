"""What every mesh has to do, and what is special to each."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from migrator import lever
from migrator.generate.run import generate
from migrator.generate.templates import Templates
from migrator.gitops import layout
from migrator.meshes import MESHES
from migrator.model.estate import Edge
from migrator.model.services import Account, Artifact, Listen, Protocol, Runtime, ServiceProfile, State, Variable
from migrator.model.settings import GatewaySettings, MeshSettings, Settings
from migrator.testing import MemoryRepository
from tests.generate.builders import JOB, SHOP, WORKER, scan
from tests.generate.test_templates import NASTY

TEMPLATES = Templates()
DB = replace(SHOP, service="db", host="db01", listens=(Listen(Protocol.TCP, "*", 5432),), state=(State("/data", 5),))
EDGE = replace(SHOP, service="edge", host="lb01", runtime=Runtime("nginx"), listens=(Listen(Protocol.HTTP, "*", 80),))
API = replace(SHOP, service="api")
EDGES = (
    Edge("shop", "db", Protocol.TCP, 5432),
    Edge("edge", "shop", Protocol.HTTP, 8000),
    Edge("edge", "api", Protocol.HTTP, 8000),
    Edge("worker", "shop", Protocol.HTTP, 8000),
    Edge("shop", "external:mail", Protocol.TCP, 25),
)


def _made(
    provider: str, *profiles: ServiceProfile, edges: tuple[Edge, ...] = EDGES, domain: str = ""
) -> Mapping[str, str]:
    repository = MemoryRepository()
    settings = Settings(mesh=MeshSettings(provider=provider), gateway=GatewaySettings(hostname=domain))
    known = {one.service for one in profiles}
    edges = tuple(one for one in edges if {one.caller, one.callee} <= {*known, "external:mail"})
    generate(scan(*profiles, edges=edges, settings=settings), repository, TEMPLATES)
    return repository.tree()


@pytest.fixture(scope="module", params=MESHES)
def tree(request: pytest.FixtureRequest) -> Mapping[str, str]:
    return _made(request.param, SHOP, API, DB, EDGE, WORKER, JOB)


@pytest.mark.parametrize("service", ["shop", "api", "db", "edge"])
@pytest.mark.parametrize("weight", [0, 1, 100])
def test_the_lever_of_every_route_can_be_moved(tree: Mapping[str, str], service: str, weight: int) -> None:
    path = layout.route(service)
    assert lever.weight_of(tree[path], file=path) == 0
    moved = lever.with_weight(tree[path], weight, file=path)
    assert lever.weight_of(moved, file=path) == weight
    different = [a for a, b in zip(tree[path].split("\n"), moved.split("\n"), strict=True) if a != b]
    assert len(different) == (2 if weight else 0)


@pytest.mark.parametrize("service", ["worker", "nightly"])
def test_jobs_and_workers_have_a_switch_and_nothing_else(tree: Mapping[str, str], service: str) -> None:
    path = layout.switch(service, "production")
    assert lever.weight_of(tree[path], file=path) == 0
    assert lever.weight_of(lever.with_weight(tree[path], 100, file=path), file=path) == 100
    assert layout.route(service) not in tree
    assert f"apps/{service}/base/service.yaml" not in tree


def test_every_agent_entry_is_suspended(tree: Mapping[str, str]) -> None:
    for service in ("shop", "worker"):
        path = layout.flux_app("production", service)
        assert tree[path].count("\n  suspend: true\n") == (2 if service == "shop" else 1)


def test_kuma_lets_in_who_was_seen_on_either_side() -> None:
    tree = _made("kuma", SHOP, API, DB, EDGE, WORKER)
    rule = yaml.safe_load(tree["mesh/allow-shop.yaml"])["spec"]["rules"][0]
    assert [one["spiffeID"]["value"] for one in rule["default"]["allow"]] == [
        "spiffe://default.vm.mesh.local/workload/edge",
        "spiffe://default.cluster.mesh.local/ns/legacy/sa/edge",
        "spiffe://default.vm.mesh.local/workload/worker",
        "spiffe://default.cluster.mesh.local/ns/legacy/sa/worker",
    ]
    assert "mesh/allow-worker.yaml" not in tree


def test_kuma_keeps_both_backends_of_http_alive() -> None:
    tree = _made("kuma", SHOP, DB)
    first, last = yaml.safe_load(tree[layout.route("shop")])["spec"]["to"][0]["rules"]
    assert [one["weight"] for one in first["default"]["backendRefs"]] == [1, 1]
    assert first["matches"][0]["headers"]
    assert [one["labels"]["kuma.io/zone"] for one in last["default"]["backendRefs"]] == ["vm", "cluster"]
    (only,) = yaml.safe_load(tree[layout.route("db")])["spec"]["to"][0]["rules"]
    assert [one["weight"] for one in only["default"]["backendRefs"]] == [100, 0]


def test_ports_on_a_host_do_not_meet_and_stay() -> None:
    many = [replace(SHOP, service=f"s{n}", listens=(Listen(Protocol.TCP, "*", 10000 + n),)) for n in range(40)]
    edges = tuple(Edge("s0", f"s{n}", Protocol.TCP, 10000 + n) for n in range(1, 40))
    tree = _made("kuma", *many, edges=edges)
    proxies = [yaml.safe_load(text)["networking"] for path, text in tree.items() if path.endswith(".dataplane.yaml")]
    admins = [one["admin"]["port"] for one in proxies]
    outbounds = [out["port"] for one in proxies for out in one.get("outbound", [])]
    assert len({*admins, *outbounds}) == 40 + 39
    fewer = _made("kuma", *many[:39], edges=edges[:38])
    kept = yaml.safe_load(fewer["legacy/app01/s0.dataplane.yaml"])["networking"]["outbound"]
    assert [one for one in kept if one["port"] in outbounds] == kept


def test_without_a_mesh_the_gateway_has_no_way_around_the_lever() -> None:
    tree = _made("none", SHOP, API, EDGE, domain="example.com")
    assert "HTTPRoute" not in tree["gateway/edge.yaml"]
    route = yaml.safe_load(tree[layout.route("shop")])["spec"]
    assert route["parentRefs"] == [{"name": "edge-gateway"}]
    assert route["hostnames"] == ["shop.example.com"]
    assert not [path for path in tree if path.startswith(("mesh/", "legacy/"))]


def test_hosts_get_no_token_and_their_scripts_are_shell(tmp_path: Path) -> None:
    tree = _made("kuma", SHOP, DB)
    for name in ("install.sh", "uninstall.sh"):
        script = tmp_path / name
        script.write_text(tree[f"legacy/app01/{name}"], encoding="utf-8")
        assert subprocess.run(["sh", "-n", str(script)], capture_output=True, check=False).returncode == 0
    assert not [text for path, text in tree.items() if path.startswith("legacy/") and "eyJ" in text]


@pytest.mark.parametrize("provider", MESHES)
@pytest.mark.parametrize("text", [one for one in NASTY if one.strip()], ids=ascii)
def test_hostile_text_is_only_ever_a_value(provider: str, text: str, tmp_path: Path) -> None:
    hostile = replace(
        SHOP,
        service=text,
        runtime=Runtime(text, text),
        command=(text, text),
        directory=text,
        account=Account(text, 998, 998),
        config=(f"/etc/{text}",),
        artifacts=(Artifact(f"/opt/{text}"),),
        packages=(f"{text}=1",),
        state=(State(f"/srv/{text}"),),
        variables=(Variable(text, secret=True, source=text), Variable("OK", source=text)),
    )
    tree = _made(
        provider, hostile, DB, edges=(Edge(text, "db", Protocol.TCP, 5432), Edge("db", text, Protocol.HTTP, 8000))
    )
    for path, made in tree.items():
        assert re.fullmatch(r"[A-Za-z0-9_./-]+", path)
        assert ".." not in path.split("/")
        if path.endswith((".yaml", ".yml")):
            assert all(isinstance(one, dict | list) for one in yaml.safe_load_all(made))
        if path.endswith("Containerfile"):
            words = {line.split(" ")[0] for line in made.splitlines() if not line.startswith("#")}
            assert words <= {"FROM", "RUN", "COPY", "WORKDIR", "USER", "EXPOSE", "ENTRYPOINT", ""}
        if path.endswith(".sh"):
            script = tmp_path / "x.sh"
            script.write_text(made, encoding="utf-8")
            assert subprocess.run(["sh", "-n", str(script)], capture_output=True, check=False).returncode == 0


def test_envoy_gateway_counts_each_side_and_the_lever_still_moves() -> None:
    settings = Settings(mesh=MeshSettings(provider="none"), gateway=GatewaySettings(provider="envoy"))
    repository = MemoryRepository()
    generate(scan(SHOP, settings=settings), repository, TEMPLATES)
    path = layout.route("shop")
    moved = lever.with_weight(repository.tree()[path], 25, file=path)
    keep, rule = yaml.safe_load(moved)["spec"]["rules"]
    assert [one["weight"] for one in keep["backendRefs"]] == [1, 1]
    assert [one["weight"] for one in rule["backendRefs"]] == [75, 25]
    assert [one["name"] for one in keep["backendRefs"]] == [one["name"] for one in rule["backendRefs"]]
    sides = MESHES["none"].sides("shop", settings)
    assert sides.hosts == 'envoy_cluster_name=~"service/legacy/shop-vm/.+"'
    assert sides.cluster == 'envoy_cluster_name=~"service/legacy/shop/.+"'


def test_a_gateway_that_does_not_count_by_backend_says_so() -> None:
    settings = Settings(mesh=MeshSettings(provider="none"))
    assert "kong" in MESHES["none"].sides("shop", settings).unknown
    made = generate(scan(SHOP, settings=settings), MemoryRepository(), TEMPLATES).generated
    (found,) = [one for one in made.findings if one.code == "MIG120"]
    assert (found.subject, "gateway.provider 'kong'" in found.message) == ("migrate.yaml", True)


@pytest.mark.parametrize("settings", [Settings(), Settings(mesh=MeshSettings(provider="none"), gateway=GatewaySettings(provider="envoy"))])  # fmt: skip
def test_what_can_be_judged_by_numbers_gets_no_word_about_it(settings: Settings) -> None:
    made = generate(scan(SHOP, settings=settings), MemoryRepository(), TEMPLATES).generated
    assert "MIG120" not in {one.code for one in made.findings}
