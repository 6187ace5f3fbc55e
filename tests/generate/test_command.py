"""`migrate generate` as a person calls it, with a real Git repository."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from migrator.cli import run
from migrator.model.findings import Finding, Severity
from tests.generate.builders import SHOP, WORKER, scan


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    folder = tmp_path / "estate"
    _write(folder, scan(SHOP, WORKER))
    return folder


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.com")


def _write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def generate(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(["generate", "--from", str(estate), "--to", str(tmp_path / "fleet"), *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_one_commit_and_then_none(generate, tmp_path: Path) -> None:
    code, out, err = generate("-o", "name")
    assert (code, out.split()) == (0, ["shop", "worker"])
    assert "files written" in err
    assert f"next: migrate cutover plan -C {tmp_path / 'fleet'}" in err
    assert generate()[0] == 0
    log = _git(tmp_path / "fleet", "log", "--format=%s|%(trailers:key=Migrate-Verb,valueonly)").split("\n")
    assert [line for line in log if line] == ["generate: manifests for 2 services|generate"]
    assert _git(tmp_path / "fleet", "status", "--porcelain") == ""


def test_rows_for_programs(generate) -> None:
    _, out, _ = generate("-o", "json")
    shop, worker = json.loads(out)
    assert (shop["service"], worker["service"]) == ("shop", "worker")
    assert shop["files"] > worker["files"] > 0
    assert isinstance(shop["details"], list)


def test_a_dry_run_shows_the_difference_and_makes_nothing(generate, tmp_path: Path) -> None:
    code, out, err = generate("--dry-run")
    assert code == 0
    assert "+++ b/apps/shop/base/deployment.yaml" in out
    assert "would be written" in err
    assert not (tmp_path / "fleet").exists()


def test_an_edit_is_kept_in_git_and_a_conflict_named(generate, estate: Path, tmp_path: Path) -> None:
    generate()
    fleet, size = tmp_path / "fleet", "apps/shop/overlays/production/size.yaml"
    text = (fleet / size).read_text(encoding="utf-8")
    _write(fleet, {size: text.replace("  replicas: 1", "  replicas: 4")})
    _git(fleet, "commit", "-qam", "more")
    _write(estate, scan(replace(SHOP, usage=replace(SHOP.usage, memory_mib=300)), WORKER))
    code, _, err = generate()
    assert code == 0
    assert f"edits kept in {size}" in err
    kept = (fleet / size).read_text(encoding="utf-8")
    assert "replicas: 4" in kept
    assert "384Mi" in kept
    _write(fleet, {size: kept.replace("384Mi", "385Mi")})
    _git(fleet, "commit", "-qam", "more memory")
    _write(estate, scan(SHOP, WORKER))
    head = _git(fleet, "rev-parse", "HEAD")
    code, _, err = generate()
    assert code == 1
    assert err.startswith(f"error: {size}:")
    assert _git(fleet, "rev-parse", "HEAD") == head
    assert _git(fleet, "status", "--porcelain") == ""


def test_a_template_of_ones_own(generate, tmp_path: Path) -> None:
    own = tmp_path / "own"
    text = '{% extends "default:kubernetes/service_account.yaml.j2" %}'
    _write(own, {"kubernetes/service_account.yaml.j2": text, "kubernetes/service.yaml.j2": "kind: {{ nothing }}\n"})
    code, _, err = generate("--templates", str(own))
    assert (code, err) == (1, "error: kubernetes/service.yaml.j2:1: 'nothing' is undefined\n")


def test_a_bad_profile_ends_with_its_line(generate, estate: Path, tmp_path: Path) -> None:
    path = estate / "profiles" / "h0" / "p0.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "colour: red\n", encoding="utf-8")
    code, _, err = generate()
    assert code == 1
    assert err.startswith("error: profiles/h0/p0.yaml:")
    assert "unknown key `colour`" in err
    assert not (tmp_path / "fleet").exists()


def test_what_no_file_tells_is_said(generate, estate: Path, tmp_path: Path) -> None:
    _, _, err = generate()
    assert "MIG101 warning: migrate.yaml: `registry` still is the placeholder" in err
    flux = tmp_path / "fleet" / "clusters/production/apps/shop.yaml"
    flux.write_text(flux.read_text(encoding="utf-8").replace("suspend: true", "suspend: false"), encoding="utf-8")
    _git(tmp_path / "fleet", "commit", "-qam", "start")
    (estate / "profiles" / "h0" / "p0.yaml").unlink()
    _, _, err = generate()
    assert "MIG114 blocker: shop: has no profile any more" in err


def test_an_exit_code_for_changes(generate) -> None:
    assert [generate("--detailed-exitcode")[0] for _ in range(2)] == [2, 0]
    assert generate("--dry-run", "--detailed-exitcode")[0] == 0


def test_the_commit_says_what_it_was_made_from(generate, estate: Path, tmp_path: Path) -> None:
    fleet, form = tmp_path / "fleet", "--format=%(trailers:key=Migrate-Inventory-Digest,valueonly)"
    generate()
    _write(estate, scan(replace(SHOP, usage=replace(SHOP.usage, memory_mib=300)), WORKER))
    generate()
    new, old = _git(fleet, "log", form).split()
    assert old != new
    files = sorted([*fleet.glob("profiles/*/*.yaml"), fleet / "estate.yaml"])
    sums = [f"{sha256(one.read_bytes()).hexdigest()}  {one.relative_to(fleet)}\n" for one in files]
    assert new == f"sha256:{sha256(''.join(sorted(sums, key=lambda row: row[66:])).encode()).hexdigest()}"


def test_a_setting_that_is_not_committed_is_said_not_to_be_read(generate, tmp_path: Path) -> None:
    generate()
    settings = tmp_path / "fleet" / "migrate.yaml"
    settings.write_text(settings.read_text().replace("registry.example.internal", "registry.corp"))
    _, _, err = generate()
    assert f"migrate.yaml has changes that are not committed; only what is committed is read: git -C {tmp_path}" in err
    assert "`registry` still is the placeholder" in err
    _git(tmp_path / "fleet", "commit", "-qam", "Set the registry")
    _, _, err = generate()
    assert ("not committed" in err, "`registry` still" in err) == (False, False)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_commit_that_nobody_can_make_leaves_no_repository_behind(
    generate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")
    fleet = tmp_path / "fleet"
    if is_there:
        fleet.mkdir()
    code, _, err = generate()
    assert (code, "git config --global user.name" in err) == (1, True)
    assert fleet.exists() is is_there
    assert not (fleet / ".git").exists()


def test_services_that_go_away_are_named(generate, estate: Path) -> None:
    assert "removed, because" not in generate()[2]
    (estate / "profiles" / "h1" / "p1.yaml").unlink()
    assert "removed, because no profile of it is left: worker\n" in generate()[2]


def test_a_name_that_the_cluster_cannot_have_is_said_and_keeps_its_findings(generate, estate: Path) -> None:
    found = Finding("MIG017", Severity.UNKNOWN, "app01/Rates_App", "no health check", "Name one.")
    _write(estate, scan(replace(SHOP, service="Rates_App", findings=(found,)), WORKER))
    _, out, err = generate("-o", "json")
    assert "service `Rates_App` is rates-app in the cluster" in err
    assert "`worker`" not in err
    (row,) = [row for row in json.loads(out) if row["service"] == "rates-app"]
    assert "MIG017" in [one["code"] for one in row["details"]]
