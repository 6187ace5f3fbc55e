"""Packs that are made here are packs to Git."""

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.gitops.git import GitRepository
from migrator.gitops.pack import blob_id
from migrator.model.changes import ChangeSet

Git = Callable[..., str]

SIZES = (0, 1, 15, 16, 17, 2047, 2048, 2049, 300_000)


@pytest.mark.parametrize("form", ["sha1", "sha256"])
@pytest.mark.parametrize("more", [0, 120], ids=["few", "many"])
def test_files_of_all_sizes_arrive(tmp_path: Path, git: Git, form: str, more: int) -> None:
    git("init", "-q", f"--object-format={form}", "-b", "main", "sized", at=".")
    repository = GitRepository.open(tmp_path / "sized")
    files = {f"f{size}": "x" * size for size in SIZES} | {f"m{n}": f"{n}" for n in range(more)} | {"twin": "x"}
    assert repository.commit(ChangeSet("Write", files=files))
    assert repository.tree() == files
    assert git("fsck", "--full", "--strict", at="sized") == ""
    assert git("status", "--porcelain", at="sized") == ""


@pytest.mark.parametrize("text", ["", "x", "ü\r\n"])
def test_the_id_is_the_one_git_gives(repository: GitRepository, git: Git, text: str) -> None:
    assert blob_id(text.encode(), "sha1") == git("hash-object", "--stdin", text=text)
