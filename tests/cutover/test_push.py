"""`--push`: the commit goes to `origin`, or it stays here and that is said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.cutover import advance as engine

ROOT = Path(__file__).parents[2]


def git(path, *arguments):
    return subprocess.run(["git", "-C", path, *arguments], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def clone(checkout, tmp_path):
    """A planned checkout whose `origin` has all of it."""
    engine.plan(checkout)
    git(tmp_path, "init", "-q", "--bare", "origin.git")
    git(checkout.path, "remote", "add", "origin", str(tmp_path / "origin.git"))
    git(checkout.path, "push", "-q", "origin", "HEAD")
    return checkout


def migrate(clone, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "migrator", "cutover", *arguments, "-C", str(clone.path)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def at_origin(clone, tmp_path):
    return git(tmp_path / "origin.git", "rev-parse", clone.branch())


def test_every_step_that_was_committed_is_pushed(clone, tmp_path):
    for command in (("start", "stock"), ("advance", "stock", "--approve", "ann"), ("rollback", "stock")):
        before = clone.head()
        done = migrate(clone, *command, "--push")
        assert done.returncode == 0, done.stderr
        assert "pushed to origin" in done.stderr
        assert before != clone.head() == at_origin(clone, tmp_path)


def test_without_a_commit_there_is_no_push(clone, tmp_path):
    before = at_origin(clone, tmp_path)
    assert migrate(clone, "start", "stock").returncode == 0
    for command in (("start", "stock"), ("advance", "stock"), ("rollback", "stock", "--dry-run")):
        assert "pushed" not in migrate(clone, *command, "--push").stderr
    assert at_origin(clone, tmp_path) == before != clone.head()


def test_a_push_that_is_not_taken_leaves_the_commit_and_says_so(clone, tmp_path):
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", "-b", clone.branch().removeprefix("refs/heads/"), "origin.git", "other")
    git(other, "-c", "user.name=o", "-c", "user.email=o@b.invalid", "commit", "-q", "--allow-empty", "-m", "other")
    git(other, "push", "-q")
    theirs, before = at_origin(clone, tmp_path), clone.head()
    done = migrate(clone, "start", "stock", "--push")
    assert done.returncode == 1
    assert f"committed {clone.head()[:10]}" in done.stderr
    assert "did not take the push" in done.stderr.splitlines()[-1]
    assert clone.head() != before
    assert at_origin(clone, tmp_path) == theirs, "nothing of others is overwritten"


def test_names_alone_are_names_of_services(clone):
    done = migrate(clone, "plan", "-o", "name")
    assert done.stdout.split() == ["report", "stock", "worker", "shop", "db"]
