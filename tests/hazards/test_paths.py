"""C-6: no name of a service, a host or a file leads out of the folder that was named, and no link in it does."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

import migrator
from migrator.errors import InputError, MigrateError
from migrator.files import remove_below, write_below, write_text
from migrator.generate.run import generate
from migrator.generate.templates import Templates
from migrator.model.baseline import ScanIndex
from migrator.records import dump_record
from migrator.scan.estate import Scan, assemble
from migrator.scan.reading import looked
from migrator.scan.recording import load_recordings, save_recording
from migrator.scan.run import Answer, questions
from migrator.scan.write import write_scan
from migrator.testing import MemoryRepository
from tests.generate.builders import SHOP, scan
from tests.hazards.counts import count
from tests.hazards.payloads import NAMES

NOW = datetime(2026, 11, 23, tzinfo=UTC)
OURS = Templates()
SAFE = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
ON_A_LINE = [name for name in NAMES if not set(name) & set("\n\r\x00\x1f")]


@cache
def recorded() -> Answer:
    answers = load_recordings(Path(migrator.__file__).parent / "quickstart" / "estate")
    return next(answer for answer in answers if answer.host == "app01")


def renamed(name: str) -> Answer:
    """The recorded host, whose units, programs, users and files are called something else."""
    answer = recorded()
    told = {
        fact: replace(section, stdout=section.stdout.replace("orders", name))
        for fact, section in answer.sections.items()
    }
    return replace(answer, host=name, sections=told)


def scanned(answer: Answer) -> Scan:
    return assemble([looked(answer, questions(deep=True))], now=NOW)


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


@pytest.mark.parametrize("name", ON_A_LINE[:: count(9, 1)], ids=ascii)
def test_whatever_a_host_calls_its_services_all_files_are_in_the_folder(tmp_path, name):
    found = scanned(renamed(name))
    assert found.profiles
    write_scan(tmp_path / "in", found)
    save_recording(tmp_path / "in" / "recordings", renamed(name))
    inside = files_below(tmp_path / "in")
    assert {path.parts[0] for path in map(Path, files_below(tmp_path))} == {"in"}
    assert all(SAFE.fullmatch(path) for path in inside), inside
    assert sum(path.startswith("profiles/") for path in inside) == len(found.profiles)


@pytest.mark.parametrize("name", NAMES[:: count(9, 1)], ids=ascii)
def test_a_person_may_write_what_they_like_into_a_profile(name):
    """A name that is none is refused with its place; none becomes a path."""
    repository = MemoryRepository()
    refused = ""
    try:
        generate(scan(replace(SHOP, service=name, host=name)), repository, OURS)
    except MigrateError as error:
        refused = str(error)
    assert not refused or "profiles/h0/p0.yaml" in refused or "estate.yaml" in refused
    assert all(SAFE.fullmatch(path) for path in repository.tree())


@pytest.fixture
def outside(tmp_path):
    """A folder that is nobody's business, and what is in it."""
    folder = tmp_path / "outside"
    (folder / "app01").mkdir(parents=True)
    (folder / "app01" / "kept.yaml").write_text("kept")
    yield folder
    assert files_below(folder) == {"app01/kept.yaml"}
    assert (folder / "app01" / "kept.yaml").read_text() == "kept"


@pytest.mark.parametrize("link", ["profiles", "profiles/app01", ".migrate", ".migrate/scan"])
def test_a_scan_writes_through_no_link(tmp_path, outside, link):
    (tmp_path / "in" / link).parent.mkdir(parents=True)
    (tmp_path / "in" / link).symlink_to(outside)
    with pytest.raises(MigrateError, match=f"/in/{link}: is a symbolic link; nothing is written through it"):
        write_scan(tmp_path / "in", scanned(recorded()))


def test_a_scan_removes_through_no_link(tmp_path, outside):
    """What the last scan wrote has gone since: its file would be removed."""
    write_scan(tmp_path / "in", scanned(recorded()))
    gone = replace(scanned(recorded()), profiles=())
    (tmp_path / "in" / "profiles").rename(tmp_path / "in" / "before")
    (tmp_path / "in" / "profiles").symlink_to(tmp_path / "in" / "before")
    before = files_below(tmp_path / "in" / "before")
    with pytest.raises(MigrateError, match="is a symbolic link"):
        write_scan(tmp_path / "in", gone)
    assert files_below(tmp_path / "in" / "before") == before


@pytest.mark.parametrize("path", ["../outside/app01/kept.yaml", "/etc/hosts", "profiles/app02/x.yaml", "profiles/app01/../../x.yaml", "x"])  # fmt: skip
def test_the_record_of_the_last_scan_names_nothing_that_a_scan_does_not_write(tmp_path, outside, path):
    """It stands in a repository that others write to. What is named there and gone from the host would be removed."""
    index = tmp_path / "in" / ".migrate" / "scan" / "app01.yaml"
    index.parent.mkdir(parents=True)
    digest = "79f076aae10f5b5d8af2a2a4ff0e9c7b0a3a8a1e0a3a2a3b6f6b0c1d2e3f4a5b"
    index.write_text(dump_record(ScanIndex({path: digest})))
    with pytest.raises(InputError, match=r"app01.yaml: .* is no profile of app01; remove this file and scan again"):
        write_scan(tmp_path / "in", scanned(recorded()))


def test_a_recording_writes_through_no_link(tmp_path, outside):
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "app01").symlink_to(outside / "app01")
    with pytest.raises(MigrateError, match="is a symbolic link"):
        save_recording(tmp_path / "recordings", recorded())


@pytest.mark.parametrize("name", ["estate.yaml", "profiles/app01/orders.yaml"])
def test_a_file_that_is_a_link_is_replaced_and_not_written_through(tmp_path, outside, name):
    file = tmp_path / "in" / name
    file.parent.mkdir(parents=True)
    file.symlink_to(outside / "app01" / "kept.yaml")
    write_scan(tmp_path / "in", scanned(recorded()), overwrite=True)
    assert not file.is_symlink()


def test_the_folder_that_a_person_names_may_be_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "named").symlink_to(tmp_path / "real")
    write_below(tmp_path / "named", "a/b", "x")
    write_text(tmp_path / "named" / "c", "x")
    assert files_below(tmp_path / "real") == {"a/b", "c"}
    remove_below(tmp_path / "named", "a/b")
    remove_below(tmp_path / "named", "a/never")
    assert files_below(tmp_path / "real") == {"c"}


def test_a_disk_that_is_full_leaves_the_old_file_and_no_draft(tmp_path):
    write_text(tmp_path / "a", "old")

    def pieces():
        yield "new"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match=f"No space left on device: '{tmp_path}/a'"):
        write_text(tmp_path / "a", pieces())
    assert files_below(tmp_path) == {"a"}
    assert (tmp_path / "a").read_text() == "old"
