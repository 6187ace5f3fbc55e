"""What `migrate` says of a folder it cannot commit to, and that it leaves it alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.errors import RepositoryError
from migrator.gitops.git import GitRepository
from migrator.model.changes import ChangeSet

Git = Callable[..., str]
CHANGES = ChangeSet("Write", files={"a": "1\n"})


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(RepositoryError) as caught:
        call()
    text = str(caught.value)
    assert text.isprintable()
    return text


def test_an_absent_folder_is_made(tmp_path: Path, git: Git) -> None:
    made = GitRepository.create(tmp_path / "new" / "repository")
    assert made.branch() == "refs/heads/main"
    assert made.head() is None


def test_an_empty_folder_is_used_and_a_repository_opened_again(tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    first = GitRepository.create(tmp_path / "repository")
    commit = first.commit(CHANGES)
    assert GitRepository.create(tmp_path / "repository").head() == commit


def test_a_folder_with_files_is_not_touched(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "letter").write_text("dear")
    for make in (GitRepository.create, GitRepository.open):
        assert "no Git repository; choose another" in refusal(lambda make=make: make(folder))
    assert list(folder.iterdir()) == [folder / "letter"]
    assert (folder / "letter").read_text() == "dear"


def test_a_file_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for make in (GitRepository.create, GitRepository.open):
        assert "is a file" in refusal(lambda make=make: make(tmp_path / "file"))
    assert "cannot be made" in refusal(lambda: GitRepository.create(tmp_path / "file" / "below"))
    assert "does not exist" in refusal(lambda: GitRepository.open(tmp_path / "absent"))


def test_a_folder_inside_of_a_repository_names_the_top(repository: GitRepository) -> None:
    repository.commit(ChangeSet("Write", files={"apps/a": "1"}))
    said = refusal(lambda: GitRepository.open(repository.path / "apps"))
    assert f"inside of the repository {repository.path}; use that one" in said


def test_a_bare_repository_is_refused(tmp_path: Path, git: Git) -> None:
    git("init", "-q", "--bare", "bare", at=".")
    assert "bare repository; clone it" in refusal(lambda: GitRepository.open(tmp_path / "bare"))


def test_a_detached_head_takes_no_commit(repository: GitRepository, git: Git) -> None:
    commit = repository.commit(CHANGES)
    git("checkout", "-q", "--detach")
    assert repository.read("a") == "1\n"
    said = refusal(lambda: repository.commit(ChangeSet("Write", files={"a": "2\n"})))
    assert "no branch is checked out" in said
    assert repository.head() == commit


@pytest.mark.parametrize("verb", ["merge", "rebase", "cherry-pick", "revert"])
def test_nothing_starts_in_the_middle_of_something(repository: GitRepository, git: Git, verb: str) -> None:
    repository.commit(CHANGES)
    git("branch", "other")
    second = repository.commit(ChangeSet("Write", files={"a": "2\n"}))
    git("checkout", "-q", "other")
    repository.commit(ChangeSet("Write", files={"a": "3\n"}))
    with pytest.raises(AssertionError, match=r"(?i)conflict|could not|^$"):
        git(verb, second if verb == "revert" else "main")
    assert "finish or abort it first" in refusal(lambda: GitRepository.open(repository.path))
    git(verb, "--abort")
    assert GitRepository.open(repository.path).read("a") == "3\n"


def test_no_identity_is_invented(repository: GitRepository, isolated: Path) -> None:
    isolated.write_text("")
    said = refusal(lambda: repository.commit(CHANGES))
    assert "git config --global user.name" in said
    assert "git config --global user.email" in said
    assert repository.head() is None
    assert not (repository.path / "a").exists()


def test_the_commit_is_by_who_git_says(repository: GitRepository, git: Git) -> None:
    repository.commit(CHANGES)
    assert git("log", "--format=%an <%ae> %cn") == "Ada Löw <ada@example.org> Ada Löw"
    assert repository.history({})[0].author == "Ada Löw"


def test_without_git_it_says_so(repository: GitRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(repository.head) == "no `git` program here: install git"


def test_a_repository_of_the_environment_is_not_meant(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = GitRepository.create(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    repository.commit(CHANGES)
    assert (repository.path / "a").read_text() == "1\n"
    assert other.head() is None


def test_signing_is_asked_of_git(repository: GitRepository, git: Git, tmp_path: Path) -> None:
    program = tmp_path / "gpg"
    program.write_text("#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\necho SIGNED\n")
    program.chmod(0o755)
    git("config", "gpg.program", str(program))
    git("config", "commit.gpgsign", "true")
    repository.commit(CHANGES)
    assert "gpgsig SIGNED" in git("cat-file", "commit", "HEAD")
    program.write_text("#!/bin/sh\necho no key >&2\nexit 1\n")
    assert "could not be made" in refusal(lambda: repository.commit(ChangeSet("Write", files={"a": "2"})))
    assert repository.read("a") == "1\n"
