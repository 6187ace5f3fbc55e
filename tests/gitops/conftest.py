"""Git of these tests: its own configuration, nothing of the machine's."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.gitops.git import GitRepository

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the user's own settings."""
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\n\tname = Ada Löw\n\temail = ada@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    return settings


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository.create(tmp_path / "repository")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Plain Git in the repository, as people use it."""

    def run(*arguments: str, at: str = "repository", text: str = "") -> str:
        command = ["git", "-C", str(tmp_path / at), *arguments]
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
        assert not done.returncode, done.stderr.decode()
        return done.stdout.decode().rstrip("\n")

    return run
