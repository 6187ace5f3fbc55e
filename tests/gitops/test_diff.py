"""The difference that `--dry-run` shows is the one that the commit makes: Git itself can apply it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.gitops.diff import diff_text
from migrator.gitops.git import GitRepository
from migrator.model.changes import ChangeSet
from migrator.testing import MemoryRepository

BEFORE = {"edit": "1\n2\n3\n", "gone": "x\n", "same": "s\n", "noend": "1\n2", "odd": "a\x0cb\u2028c\r\nd\n"}
CHANGES = ChangeSet(
    "Change",
    files={"edit": "1\n9\n3\n", "new/file": "n\n", "same": "s\n", "noend": "1\n2\n", "odd": "a\x0cX\u2028c\r\nd"},
    deletions=frozenset({"gone", "absent"}),
)


def test_git_applies_it(repository: GitRepository, git: Callable[..., str]) -> None:
    repository.commit(ChangeSet("Begin", files=BEFORE))
    git("apply", "--index", "-", text=diff_text(CHANGES, repository.read))
    applied = git("write-tree")
    git("reset", "-q", "--hard")
    repository.commit(CHANGES)
    assert git("rev-parse", "HEAD^{tree}") == applied


def test_it_reads_like_any_other() -> None:
    changes = ChangeSet("Change", files={"a": "1\n2"}, deletions=frozenset({"b"}))
    assert diff_text(changes, {"a": "1\n", "b": "x\n"}.get) == (
        "--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n 1\n+2\n\\ No newline at end of file\n--- a/b\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    )


def test_an_empty_file_is_named() -> None:
    assert diff_text(ChangeSet("Make", files={"empty": ""}), {}.get) == "--- /dev/null\n+++ b/empty\n"


TEXTS = st.text(alphabet="ab\n\r\x0c", max_size=8)
TREES = st.dictionaries(st.sampled_from(["a", "b/c", "b/d"]), TEXTS)


@given(before=TREES, files=TREES, deletions=st.frozensets(st.sampled_from(["a", "b/c", "x"])))
def test_no_difference_is_no_commit(before: dict[str, str], files: dict[str, str], deletions: frozenset[str]) -> None:
    repository = MemoryRepository()
    repository.commit(ChangeSet("Begin", files=before))
    changes = ChangeSet("Change", files=files, deletions=deletions)
    difference = diff_text(changes, repository.read)
    assert bool(difference) == (repository.commit(changes) is not None)


@pytest.mark.parametrize("text", ["", "\n", "a", "a\nb\n"])
def test_a_file_that_stays_has_no_difference(text: str) -> None:
    assert not diff_text(ChangeSet("Same", files={"a": text}), {"a": text}.get)
