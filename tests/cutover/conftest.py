"""A small estate in a repository: an HTTP service, a TCP service, a worker, a job and a database."""

import subprocess
from datetime import UTC, datetime

import pytest

from migrator.gitops.git import GitRepository
from migrator.model.changes import ChangeSet
from migrator.model.estate import Edge, Estate, ServiceEntry
from migrator.model.services import Listen, Protocol, Runtime, ServiceKind, ServiceProfile, State
from migrator.records import dump_record
from migrator.testing import MemoryRepository

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROUTE = """# weights below: host first, cluster second
apiVersion: kuma.io/v1alpha1
kind: {kind}
metadata:
  name: {name}
spec:
  to:
  - targetRef: {{kind: MeshService, name: {name}}}
    rules:
    - default:
        backendRefs:
        - {{kind: MeshService, labels: {{kuma.io/zone: vm}}, weight: 100}}   # a person's comment
        - kind: MeshService
          weight: 0
"""
SWITCH = {
    "worker": 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: worker\n  annotations:\n    migrate.dev/replicas-on-cluster: "2"\nspec:\n  replicas: 0\n',
    "report": "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: report\nspec:\n  suspend: true\n",
}
FLUX = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {name}\nspec:\n  suspend: true\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {name}-route\nspec:\n  suspend: true\n"


def profile(name, *, port=None, http=False, state=(), kind=ServiceKind.SERVICE, observed=True):
    listens = (Listen(Protocol.HTTP if http else Protocol.TCP, "*", port),) if port else ()
    states = tuple(State(path) for path in state)
    schedule = "0 1 * * *" if kind is ServiceKind.JOB else ""
    return ServiceProfile(
        name, "h1", Runtime("binary"), kind, listens=listens, state=states, state_observed=observed, schedule=schedule
    )


PROFILES = [
    profile("shop", port=8080, http=True),
    profile("stock", port=2000),
    profile("worker"),
    profile("report", kind=ServiceKind.JOB),
    profile("db", port=5432, state=["/var/lib/db"]),
]
EDGES = (Edge("shop", "stock", port=2000), Edge("shop", "db", port=5432), Edge("stock", "db", port=5432))


def files(profiles=PROFILES, edges=EDGES):
    entries = tuple(ServiceEntry(p.service, "binary", ("h1",), p.kind, p.stateful) for p in profiles)
    found = {"estate.yaml": dump_record(Estate("2026-11-23T12:00:00+00:00", services=entries, edges=edges))}
    for one in profiles:
        found[f"profiles/h1/{one.service}.yaml"] = dump_record(one)
        found[f"clusters/production/apps/{one.service}.yaml"] = FLUX.format(name=one.service)
        if one.service in SWITCH:
            found[f"apps/{one.service}/overlays/production/switch.yaml"] = SWITCH[one.service]
        elif one.listens:
            kind = "MeshHTTPRoute" if one.listens[0].protocol is Protocol.HTTP else "MeshTCPRoute"
            found[f"apps/{one.service}/route/route.yaml"] = ROUTE.format(kind=kind, name=one.service)
    return found


def in_git(path):
    made = GitRepository.create(path)
    for key, value in (("user.name", "Test"), ("user.email", "test@example.invalid"), ("commit.gpgsign", "false")):
        subprocess.run(["git", "-C", made.path, "config", key, value], check=True)
    return made


@pytest.fixture(params=["memory", "git"])
def repository(request, tmp_path):
    """The same estate in both kinds of repository."""
    made = MemoryRepository(now=lambda: NOON) if request.param == "memory" else in_git(tmp_path / "fleet")
    made.commit(ChangeSet("start", files=files()))
    return made


@pytest.fixture
def checkout(tmp_path):
    """The estate in Git, for the command line."""
    made = in_git(tmp_path / "fleet")
    made.commit(ChangeSet("start", files=files()))
    return made
