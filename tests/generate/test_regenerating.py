"""A second run: nothing new for the same input, and nothing lost of what people and cutovers did in between."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from migrator import lever
from migrator.errors import InputError, MigrateError, RepositoryError
from migrator.generate.manifests import BASE, INDEX
from migrator.generate.run import Outcome, generate
from migrator.generate.templates import Templates
from migrator.model.changes import ChangeSet
from migrator.model.services import HealthCheck, Listen, Protocol, ServiceKind, Usage
from migrator.model.settings import MeshSettings, Settings
from migrator.testing import MemoryRepository
from tests.generate.builders import JOB, SHOP, WORKER, scan

ROUTE = "apps/shop/route/route.yaml"
SIZE = "apps/shop/overlays/production/size.yaml"
FLUX = "clusters/production/apps/shop.yaml"
SWITCHES = ["apps/worker/overlays/production/switch.yaml", "apps/nightly/overlays/production/switch.yaml"]
TEMPLATES = Templates()
BUSIER = replace(SHOP, usage=Usage(memory_mib=300))


@pytest.fixture
def repository() -> MemoryRepository:
    made = MemoryRepository()
    _run(made, scan(SHOP, WORKER, JOB))
    return made


def _run(repository: MemoryRepository, files: Mapping[str, str], **options: bool) -> Outcome:
    return generate(files, repository, TEMPLATES, **options)


def _edit(repository: MemoryRepository, path: str, old: str, new: str) -> None:
    text = repository.read(path)
    assert text is not None
    assert old in text
    repository.commit(ChangeSet("edit", files={path: text.replace(old, new, 1)}))


def _put(repository: MemoryRepository, path: str, text: str) -> None:
    repository.commit(ChangeSet("put", files={path: text}))


def _text(repository: MemoryRepository, path: str) -> str:
    text = repository.read(path)
    assert text is not None
    return text


def test_the_first_commit_says_what_it_is(repository: MemoryRepository) -> None:
    (commit,) = repository.history({"Migrate-Verb": "generate"})
    assert commit.subject == "generate: manifests for 3 services"


def test_a_second_run_changes_nothing(repository: MemoryRepository) -> None:
    assert _run(repository, scan(SHOP, WORKER, JOB)).commit is None


def test_a_change_of_one_service_touches_that_service_only(repository: MemoryRepository) -> None:
    changed = _run(repository, scan(BUSIER, WORKER, JOB)).generated.changes.files
    assert sorted(changed) == [INDEX, SIZE, "profiles/h0/p0.yaml"]


def test_levers_start_with_everything_on_the_hosts(repository: MemoryRepository) -> None:
    assert [lever.weight_of(_text(repository, path), file=path) for path in [ROUTE, *SWITCHES]] == [0, 0, 0]
    assert not lever.is_started(_text(repository, FLUX), file=FLUX)


@pytest.mark.parametrize("weight", [1, 50, 100])
def test_weights_stay_where_a_cutover_has_put_them(repository: MemoryRepository, weight: int) -> None:
    _put(repository, ROUTE, lever.with_weight(_text(repository, ROUTE), weight, file=ROUTE))
    for path in SWITCHES:
        _put(repository, path, lever.with_weight(_text(repository, path), 100, file=path))
    _put(repository, FLUX, lever.with_started(_text(repository, FLUX), started=True, file=FLUX))
    before = dict(repository.tree())
    assert _run(repository, scan(SHOP, WORKER, JOB)).commit is None
    other = replace(SHOP, listens=(Listen(Protocol.HTTP, "*", 8001),))
    _run(repository, scan(other, WORKER, JOB))
    assert lever.weight_of(_text(repository, ROUTE), file=ROUTE) == weight
    assert lever.is_started(_text(repository, FLUX), file=FLUX)
    assert all(_text(repository, path) == before[path] for path in SWITCHES)


def test_an_edit_survives_a_change_elsewhere_in_the_file(repository: MemoryRepository) -> None:
    _edit(repository, SIZE, "  replicas: 1", "  replicas: 4")
    done = _run(repository, scan(BUSIER, WORKER, JOB))
    assert "replicas: 4" in _text(repository, SIZE)
    assert "384Mi" in _text(repository, SIZE)
    assert done.generated.merged == (SIZE,)
    assert _run(repository, scan(BUSIER, WORKER, JOB)).commit is None


def test_an_edit_survives_more_than_one_run(repository: MemoryRepository) -> None:
    _edit(repository, SIZE, "  replicas: 1", "  replicas: 4")
    _run(repository, scan(BUSIER, WORKER, JOB))
    _run(repository, scan(SHOP, WORKER, JOB))
    assert "replicas: 4" in _text(repository, SIZE)
    assert "128Mi" in _text(repository, SIZE)


def test_an_edit_that_is_taken_back_leaves_nothing_behind(repository: MemoryRepository) -> None:
    _edit(repository, SIZE, "  replicas: 1", "  replicas: 4")
    _run(repository, scan(BUSIER, WORKER, JOB))
    assert repository.read(BASE + SIZE)
    _edit(repository, SIZE, "  replicas: 4", "  replicas: 1")
    _run(repository, scan(BUSIER, WORKER, JOB))
    assert not repository.tree(BASE)


def test_an_edit_in_the_same_place_is_named_and_nothing_is_written(repository: MemoryRepository) -> None:
    _edit(repository, SIZE, "128Mi", "200Mi")
    before = dict(repository.tree())
    with pytest.raises(MigrateError, match=rf"^{SIZE}:\d+: edited in the repository"):
        _run(repository, scan(BUSIER, WORKER, JOB))
    assert repository.tree() == before


def test_an_edit_that_adds_what_is_generated_elsewhere_is_named(repository: MemoryRepository) -> None:
    path, place = "apps/shop/base/deployment.yaml", "          securityContext:\n            allow"
    _edit(repository, path, place, "          readinessProbe: {tcpSocket: {port: http}}\n" + place)
    before = dict(repository.tree())
    with pytest.raises(MigrateError, match=rf"^{path}:\d+: edited in the repository"):
        _run(repository, scan(replace(SHOP, health=(HealthCheck(8000, "/health"),)), WORKER, JOB))
    assert repository.tree() == before


def test_a_file_that_was_there_before_is_not_overwritten() -> None:
    repository = MemoryRepository()
    _put(repository, SIZE, "mine\n")
    with pytest.raises(MigrateError, match="edited in the repository"):
        _run(repository, scan(SHOP))


def test_a_file_that_was_removed_stays_away(repository: MemoryRepository) -> None:
    path = "apps/shop/image/.dockerignore"
    repository.commit(ChangeSet("remove", deletions=frozenset([path])))
    _run(repository, scan(BUSIER, WORKER, JOB))
    assert repository.read(path) is None


def test_settings_are_written_once_and_never_again(repository: MemoryRepository) -> None:
    _edit(repository, "migrate.yaml", "namespace: legacy ", "namespace: shop ")
    own = _text(repository, "migrate.yaml")
    _run(repository, scan(SHOP, WORKER, JOB, settings=Settings(namespace="elsewhere")))
    assert _text(repository, "migrate.yaml") == own
    assert "namespace: shop" in _text(repository, "apps/shop/base/deployment.yaml")


def test_a_service_without_a_profile_goes(repository: MemoryRepository) -> None:
    _run(repository, scan(WORKER, JOB))
    assert not [path for path in repository.tree() if "shop" in path]


def test_a_service_that_runs_in_the_cluster_does_not_go(repository: MemoryRepository) -> None:
    _put(repository, FLUX, lever.with_started(_text(repository, FLUX), started=True, file=FLUX))
    before = repository.tree("apps/shop")
    done = _run(repository, scan(WORKER, JOB))
    assert [one.subject for one in done.generated.findings if one.code == "MIG114"] == ["shop"]
    assert repository.tree("apps/shop") == before
    assert _run(repository, scan(WORKER, JOB)).commit is None


def test_a_lever_in_use_is_not_removed(repository: MemoryRepository) -> None:
    _put(repository, ROUTE, lever.with_weight(_text(repository, ROUTE), 25, file=ROUTE))
    with pytest.raises(InputError, match=rf"^{ROUTE}: stands at 25 %"):
        _run(repository, scan(replace(SHOP, listens=()), WORKER, JOB))


def test_a_broken_lever_is_named(repository: MemoryRepository) -> None:
    _edit(repository, ROUTE, "weight: 100", "weight: 60")
    with pytest.raises(MigrateError, match=ROUTE):
        _run(repository, scan(SHOP, WORKER, JOB))


def test_reviewed_profiles_are_not_overwritten_by_a_scan(repository: MemoryRepository) -> None:
    _edit(repository, "profiles/h0/p0.yaml", "memoryMib: 100", "memoryMib: 150")
    with pytest.raises(InputError, match=r"^profiles/h0/p0.yaml: was edited in the repository"):
        _run(repository, scan(BUSIER, WORKER, JOB))


def test_in_place_only_what_is_committed_counts(repository: MemoryRepository) -> None:
    files = {path: text for path, text in repository.tree().items() if path.startswith(("profiles", "estate"))}
    with pytest.raises(RepositoryError, match="commit its removal first"):
        _run(repository, files, in_place=True)
    files["migrate.yaml"] = _text(repository, "migrate.yaml")
    assert _run(repository, files, in_place=True).commit is None
    with pytest.raises(RepositoryError, match="is not committed"):
        _run(repository, {**files, "estate.yaml": "x"}, in_place=True)


def test_a_dry_run_decides_and_writes_nothing() -> None:
    repository = MemoryRepository()
    done = _run(repository, scan(SHOP), dry=True)
    assert done.generated.changes.files
    assert not repository.tree()


def test_two_services_cannot_get_one_name() -> None:
    with pytest.raises(MigrateError, match="^shop-route: two things"):
        _run(MemoryRepository(), scan(SHOP, replace(SHOP, service="shop-route")))


def test_the_mesh_can_be_changed_before_a_cutover(repository: MemoryRepository) -> None:
    other = Settings(mesh=MeshSettings(provider="none"))
    fresh = MemoryRepository()
    _run(fresh, scan(SHOP, WORKER, JOB, settings=other))
    _put(repository, "migrate.yaml", _text(fresh, "migrate.yaml"))
    _run(repository, scan(SHOP, WORKER, JOB))
    assert {p: t for p, t in repository.tree().items() if p != "migrate.yaml"} == {
        p: t for p, t in fresh.tree().items() if p != "migrate.yaml"
    }


TCP = replace(SHOP, listens=(Listen(Protocol.TCP, "*", 8000),))
SERVICE = replace(JOB, kind=ServiceKind.SERVICE, schedule="")


@pytest.mark.parametrize(
    ("path", "files"),
    [
        (ROUTE, scan(SHOP, WORKER, JOB, settings=Settings(mesh=MeshSettings(provider="none")))),
        (ROUTE, scan(SHOP, WORKER, JOB, settings=Settings(namespace="elsewhere"))),
        (ROUTE, scan(TCP, WORKER, JOB)),
        (SWITCHES[1], scan(SHOP, WORKER, SERVICE)),
    ],
)
def test_a_lever_in_use_does_not_become_another_object(
    repository: MemoryRepository, path: str, files: dict[str, str]
) -> None:
    _put(repository, path, lever.with_weight(_text(repository, path), 100, file=path))
    _put(repository, "migrate.yaml", files.get("migrate.yaml", _text(repository, "migrate.yaml")))
    before = dict(repository.tree())
    with pytest.raises(InputError, match=rf"^{path}: stands at 100 % .* another object"):
        _run(repository, files)
    assert repository.tree() == before
    _put(repository, path, lever.with_weight(_text(repository, path), 0, file=path))
    assert _run(repository, files).commit
