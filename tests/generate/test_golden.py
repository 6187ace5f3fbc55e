"""Whole repositories, file by file. `pytest --update-golden` writes what the code makes now; read the difference."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from migrator.generate.run import generate, read_folder
from migrator.generate.templates import Templates
from migrator.shipped import templates
from migrator.testing import MemoryRepository

SCENARIOS = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())


def _made(scenario: Path, folder: Path | None = None) -> Mapping[str, str]:
    repository = MemoryRepository()
    generate(read_folder(scenario / "in"), repository, Templates(folder))
    return repository.tree()


def _write(folder: Path, files: Mapping[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.name)
def test_a_scan_becomes_this_repository(scenario: Path, *, update_golden: bool) -> None:
    made = _made(scenario)
    want = scenario / "want"
    if update_golden:
        _write(want, made)
    files = {path.relative_to(want).as_posix(): path for path in want.rglob("*") if path.is_file()}
    assert sorted(made) == sorted(files)
    for path, text in made.items():
        assert text == files[path].read_text(encoding="utf-8"), path


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.name)
def test_a_copy_of_the_templates_is_as_good_as_they_are(scenario: Path) -> None:
    """It is what somebody begins with who wants templates of their own; all that they make is checked, too."""
    assert _made(scenario, templates()) == _made(scenario)


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) >= 3
