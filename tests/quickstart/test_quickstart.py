"""The quickstart from the outside: one command, a repository with its story, and a way to go on."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command, cwd):
    env = {**os.environ, "PYTHONPATH": str(ROOT), "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@x.invalid",
           "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@x.invalid"}  # fmt: skip
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=env)


def migrate(*arguments, cwd):
    return run(sys.executable, "-m", "migrator", *arguments, cwd=cwd)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quickstart")
    done = migrate("quickstart", "--dir", "demo", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, done


def test_it_says_what_it_does_and_where_to_look(demo):
    _, done = demo
    for command in ("migrate scan", "migrate generate", "migrate cutover plan", "migrate cutover rollback orders"):
        assert f"$ {command}" in done.stderr
    assert "replayed from recordings: app01, app02, batch01" in done.stderr
    assert "stand-in" in done.stderr
    assert done.stderr.rstrip().endswith("migrate cutover status -C demo/fleet")


def test_every_place_that_it_names_exists(demo):
    folder, done = demo
    places = [line.split()[0] for line in done.stderr.splitlines() if line.startswith("  demo/")]
    assert len(places) >= 4
    assert all((folder / place).exists() for place in places)


def test_each_phase_is_one_commit_and_the_next_command_works(demo):
    folder, _ = demo
    log = run("git", "-C", "demo/fleet", "log", "--format=%s", cwd=folder).stdout.splitlines()
    weights = [int(match[1]) for line in reversed(log) if (match := re.search(r"\((\d+) % on the cluster\)", line))]
    assert weights == [0, 1, 5, 25, 50, 100, 50]
    status = migrate("cutover", "status", "-C", "demo/fleet", cwd=folder)
    assert status.returncode == 0
    assert re.search(r"orders\s+wave-\d\s+weighted\s+shift-50\s+50 %", status.stdout)
    assert run("git", "-C", "demo/fleet", "status", "--porcelain", cwd=folder).stdout == ""


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("x")
    done = migrate("quickstart", "--dir", "mine", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "error: mine: is not empty; choose another with --dir, or remove it\n"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["file"]
