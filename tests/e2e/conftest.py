"""The way of the user through a running test-bed: scan, generate, cut over. Each step is made once, and then looked at."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from migrator.model.estate import Estate
from migrator.records import load_record
from tests.testbed import bed, cell, cluster, flux, forge, images, legacy, metrics, registry
from tests.testbed.folders import cache
from tests.testbed.parts import wait
from tests.testbed.shell import run

MEASURED: list[str] = []
"""Lines about what was measured, for the end of the run."""
MOVED = "price"
"""The service that moves: HTTP, stateless, with a password, in front of a cache that stays."""
IMAGE = f"{registry.ADDRESS}/legacy/{MOVED}"
PERSON = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "ann"), ("EMAIL", "ann@corp.test"))}  # fmt: skip

SETTINGS = f"""\
apiVersion: migrate.dev/v1alpha1
kind: Settings
cluster: testbed
namespace: legacy
registry: {registry.ADDRESS}/legacy
environment: production
mesh:
  provider: none
gateway:
  provider: envoy
  className: envoy
  hostname: shop.corp.test
flux:
  url: http://127.0.0.1:3000/platform/fleet.git
  branch: main
  namespace: flux-system
  interval: 10s
metrics:
  prometheus: {metrics.URL}
"""


def pytest_terminal_summary(terminalreporter) -> None:
    """What the run was made of: a reader has to know which results a real part stands behind."""
    if not cell.inside():
        return
    terminalreporter.section("what was real, and what was a stand-in")
    for part, what in bed.PARTS:
        terminalreporter.write_line(f"{part:22} {what}")
    for line in MEASURED:
        terminalreporter.write_line(line)


@dataclass(frozen=True)
class Walk:
    """A folder in which somebody works with migrate."""

    folder: Path

    @property
    def fleet(self) -> Path:
        return self.folder / "fleet"

    def migrate(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        """One command, as it would be typed; what it printed is kept for the search for secrets."""
        done = subprocess.run(
            [sys.executable, "-m", "migrator", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **PERSON, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        with (self.folder / "log").open("a") as log:
            log.write(f"$ migrate {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        assert done.returncode in codes, f"migrate {' '.join(arguments)}: {done.returncode}: {done.stdout}{done.stderr}"
        return done

    def git(self, *arguments: str) -> str:
        return run("git", "-C", str(self.fleet), *arguments, environment={**os.environ, **PERSON})

    def edit(self, file: str, pattern: str, replacement: str, why: str) -> None:
        """What a person does: change a file, commit it, push it."""
        path = self.fleet / file
        text, count = re.subn(pattern, replacement, path.read_text(), flags=re.MULTILINE)
        assert count, f"{pattern} is not in {file}"
        path.write_text(text)
        self.git("commit", "--quiet", "--all", f"--message={why}")
        self.git("push", "--quiet")


@pytest.fixture(scope="session")
def truth() -> dict:
    return yaml.safe_load((legacy.RECIPE / "truth.yaml").read_text())


@pytest.fixture(scope="session")
def walk(tmp_path_factory) -> Walk:
    if not cell.inside():
        pytest.skip("the test-bed is not up around this process: make e2e")
    return Walk(tmp_path_factory.mktemp("walk"))


@pytest.fixture(scope="session")
def scanned(walk) -> Estate:
    """Every host, scanned over SSH with the account that the estate has for it."""
    addresses = [host.address for host in legacy.hosts()]
    keys = run("ssh-keyscan", "-T", "10", *addresses)
    (walk.folder / "known_hosts").write_text(keys)
    key = cache() / "estate" / "keys" / "scanner"
    lines = [f"  {host.name}: {{address: {host.address}}}" for host in legacy.hosts()]
    inventory = [f"defaults: {{user: scanner, become: true, key: {key}}}", "hosts:", *lines, ""]
    (walk.folder / "inventory.yml").write_text("\n".join(inventory))
    walk.migrate("scan", "-i", "inventory.yml", "--known-hosts", "known_hosts", "--deep", "--out", "estate")
    return load_record(Estate, (walk.folder / "estate" / "estate.yaml").read_text(), file="estate.yaml")


@pytest.fixture(scope="session")
def generated(walk, scanned) -> Path:
    """The repository, made by migrate around the settings of a person, on the forge."""
    hosted = forge.current()
    hosted.make_repository("fleet")
    run("git", "clone", "--quiet", hosted.url("fleet", with_token=True), str(walk.fleet))
    (walk.fleet / "migrate.yaml").write_text(SETTINGS)
    walk.git("checkout", "--quiet", "-B", "main")
    walk.git("add", "--all")
    walk.git("commit", "--quiet", "--message=Say where the cluster is")
    walk.migrate("generate", "--from", "estate", "--to", "fleet")
    walk.git("push", "--quiet", "--set-upstream", "origin", "main")
    return walk.fleet


@pytest.fixture(scope="session")
def prepared(walk, generated) -> None:
    """What migrate leaves to a person: image, settings, secrets, and how long to soak."""
    context = generated / "apps" / MOVED / "image"
    _copy_program(context)
    images.debian("12", run("bash", str(legacy.RECIPE / "build.sh"), "--mirror").strip())
    images.build(context, f"{IMAGE}:1")
    images.push(f"{IMAGE}:1")
    shutil.rmtree(context / "rootfs")
    app = f"apps/{MOVED}"
    walk.edit(f"{app}/overlays/production/kustomization.yaml", "not-built-yet", '"1"', "Take the image that was built")
    values = "data:\n  CACHE: 10.78.0.40:6379\n  PORT: '3000'"
    walk.edit(f"{app}/base/config-map.yaml", r"^data: \{\}", values, "Say where the cache is")
    walk.migrate("cutover", "plan", "-C", "fleet")
    _shorten(walk)
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "legacy"}})
    _make_secrets()


def _shorten(walk: Walk) -> None:
    """Fewer phases, and seconds in place of minutes: nobody's sleep depends on this service."""
    path = walk.fleet / "cutover" / "plan.yaml"
    plan = yaml.safe_load(path.read_text())
    for service in (one for wave in plan["waves"] for one in wave["services"] if one["name"] == MOVED):
        service["phases"] = [one for one in service["phases"] if one["name"] not in {"shift-1", "shift-25"}]
        for gate in (gate for phase in service["phases"] for gate in phase.get("gates", []) if "window" in gate):
            gate["window"] = "20s"
    path.write_text(yaml.safe_dump(plan, sort_keys=False))
    walk.git("commit", "--quiet", "--all", "--message=Go in three steps, with seconds to soak")
    walk.git("push", "--quiet")


def _copy_program(context: Path) -> None:
    """What the Containerfile asks for: the whole folder, and so also the file that has the password in it."""
    (context / "rootfs" / "opt").mkdir(parents=True)
    host = next(one for one in legacy.hosts() if one.name == "web1")
    copy = f"nsenter --target={host.init} --mount --root -- tar -C /opt -c price"
    run("sh", "-c", f"{copy} | tar -x -C {context / 'rootfs' / 'opt'}")


def _make_secrets() -> None:
    """The password that the service has on its host; a certificate for the gateway's TLS listener."""
    settings = legacy.RECIPE / "hosts" / "web1.sh"
    password = re.search(r"CACHE_PASSWORD: '([^']+)'", settings.read_text())
    assert password
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"{MOVED}-env", "namespace": "legacy"}}
    cluster.apply({**secret, "stringData": {"CACHE_PASSWORD": password[1]}})
    pki = cache() / "run" / "pki"
    pair = [f"--cert={pki / 'apiserver.crt'}", f"--key={pki / 'apiserver.key'}"]
    cluster.kubectl("create", "secret", "tls", "haproxy-tls", "--namespace=legacy", *pair)


@pytest.fixture(scope="session")
def followed(prepared) -> None:
    """Flux follows the repository from now on: `flux bootstrap` would write these two objects."""
    root = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": "fleet", "namespace": flux.NAMESPACE},
        "spec": {
            "interval": "10s",
            "path": "./clusters/testbed",
            "prune": True,
            "sourceRef": {"kind": "GitRepository", "name": "fleet"},
        },
    }
    source = {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {"name": "fleet", "namespace": flux.NAMESPACE},
        "spec": {"interval": "10s", "url": forge.current().url("fleet"), "ref": {"branch": "main"}},
    }
    cluster.apply(source, root)
    wait("Flux has applied the gateway", lambda: is_ready("kustomization", "migrate-gateway"), seconds=120)


def is_ready(kind: str, name: str, revision: str = "") -> bool:
    """Whether Flux says that an object is Ready, and at this commit."""
    found = cluster.get(kind, name, flux.NAMESPACE).get("status", {})
    ready = any(one["type"] == "Ready" and one["status"] == "True" for one in found.get("conditions", []))
    return ready and revision in str(found.get("lastAppliedRevision", ""))


def cloned(name: str, folder: Path) -> list[str]:
    """A new repository of the forge, cloned, with one commit in it; how to call git there."""
    hosted = forge.current()
    hosted.make_repository(name)
    run("git", "clone", "--quiet", hosted.url(name, with_token=True), str(folder))
    git = ["git", "-C", str(folder), "-c", "user.name=ann", "-c", "user.email=ann@corp.test"]
    run(*git, "commit", "--quiet", "--allow-empty", "--message=first")
    return git


@contextlib.contextmanager
def load(*arguments: str, report: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The load client in the background; it is told to stop in the end, and leaves its report."""
    with report.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.testbed.load", *arguments], stdout=output, stdin=subprocess.DEVNULL
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)
