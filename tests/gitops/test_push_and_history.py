"""What goes to a remote, and what comes back from messages that other people wrote."""

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.errors import PushRejected, RepositoryError
from migrator.gitops.git import GitRepository
from migrator.model.changes import ChangeSet

Git = Callable[..., str]


@pytest.fixture
def remote(repository: GitRepository, git: Git, tmp_path: Path) -> str:
    git("init", "-q", "--bare", "-b", "main", "remote", at=".")
    git("remote", "add", "origin", str(tmp_path / "remote"))
    return str(tmp_path / "remote")


def write(repository: GitRepository, text: str) -> str | None:
    return repository.commit(ChangeSet(f"Write {text}", files={"a": text}, trailers={"Phase": text}))


def rejected(repository: GitRepository, remote: str) -> str:
    with pytest.raises(PushRejected) as caught:
        repository.push(remote)
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_a_push_brings_the_branch(repository: GitRepository, remote: str, git: Git) -> None:
    commit = write(repository, "1")
    repository.push("origin")
    repository.push(remote)
    assert git("rev-parse", "main", at="remote") == commit


def test_a_push_never_forces(repository: GitRepository, remote: str, git: Git) -> None:
    write(repository, "1")
    repository.push("origin")
    git("clone", "-q", "remote", "clone", at=".")
    theirs = write(GitRepository.open(Path(remote).parent / "clone"), "2")
    git("push", "-q", at="clone")
    git("config", "remote.origin.push", "+refs/heads/*:refs/heads/*")
    ours = write(repository, "3")
    assert "[rejected] (fetch first)" in rejected(repository, "origin")
    assert git("rev-parse", "main", at="remote") == theirs
    assert repository.head() == ours


def test_what_the_remote_says_is_made_safe(repository: GitRepository, remote: str) -> None:
    hook = Path(remote) / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nprintf 'main is \\033[31mclosed\\033[0m\\r\\ntoday\\n' >&2\nexit 1\n")
    hook.chmod(0o755)
    write(repository, "1")
    said = rejected(repository, "origin")
    assert "pre-receive hook declined" in said
    assert "closed" in said
    assert "today" in said


def test_a_remote_that_is_none(repository: GitRepository, remote: str, tmp_path: Path) -> None:
    assert "did not take the push" in rejected(repository, "origin")  # nothing committed yet
    write(repository, "1")
    assert "--force" in rejected(repository, "--force")
    assert "did not take the push" in rejected(repository, f"ext::sh -c touch% {tmp_path}/ran")
    assert not (tmp_path / "ran").exists()


def test_no_password_is_repeated(repository: GitRepository, git: Git) -> None:
    write(repository, "1")
    url = "http://ada:s3cr3t@127.0.0.1:1/x"
    git("remote", "add", "web", url)
    assert "s3cr3t" not in rejected(repository, url) + rejected(repository, "web")


HOSTILE = [
    "Subject\x1e\x1f\x1b[2J here\n\nPhase: 9\n\x1eno trailer",
    "Phase: 9",
    "Subject\n\nPhase: 9\n\nnot the last paragraph",
    "\n\n\n",
    "x" * 100_000,
    "Subject\r\n\r\nPhase : 9\r\n\r\nend",
    "Write 1\n\n\tPhase: 9\n",
    "Subject\n\nPhase: 9\n---\ndiff --git a/a b/a\n",
]


@pytest.mark.parametrize("message", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_message_is_only_a_message(repository: GitRepository, git: Git, message: str) -> None:
    first = write(repository, "1")
    tree = git("write-tree")
    made = git("commit-tree", tree, "-p", "HEAD", "-F", "-", text=message)
    git("update-ref", "refs/heads/main", made)
    last = write(repository, "2")
    assert [commit.id for commit in repository.history({})] == [last, made, first]
    assert [commit.id for commit in repository.history({"Phase": ""})] == [last, first]
    assert all(c.subject.isprintable() and c.author.isprintable() for c in repository.history({}))


def test_trailers_of_other_people_are_read_as_git_reads_them(repository: GitRepository, git: Git) -> None:
    message = "Subject\n\nPhase: 1\nReason: folded\n  value\nPhase: 2\nSigned-off-by: A <a@b>\n"
    git("commit", "-q", "--allow-empty", "-F", "-", text=message)
    found = repository.history({"Phase": "2"})
    assert found[0].trailers == {"Phase": "2", "Reason": "folded value", "Signed-off-by": "A <a@b>"}
    assert repository.history({"Phase": "1"}) == []


def test_a_hostile_author_and_encoding(repository: GitRepository, git: Git) -> None:
    write(repository, "1")
    head = f"tree {git('write-tree')}\nparent {repository.head()}\n"
    person = "\x1b]0;x\x07Eve\x1f\x1e <e@x> 1700000000 +0130"
    raw = f"{head}author {person}\ncommitter {person}\nencoding nonsense\n\nSubject\n\nPhase: 5\n"
    made = git("hash-object", "-t", "commit", "-w", "--stdin", text=raw)
    git("update-ref", "refs/heads/main", made)
    found = repository.history({"Phase": "5"})
    assert [(commit.id, commit.author) for commit in found] == [(made, "]0;x Eve")]
    assert found[0].when.isoformat() == "2023-11-14T23:43:20+01:30"


def test_a_commit_without_a_time_is_named(repository: GitRepository, git: Git) -> None:
    write(repository, "1")
    raw = f"tree {git('write-tree')}\nparent {repository.head()}\nauthor E <e@x> 1 +0000\ncommitter E <e@x> never\n\nS\n\nPhase: 5\n"
    made = git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", text=raw)
    git("update-ref", "refs/heads/main", made)
    with pytest.raises(RepositoryError, match=f"commit {made}: its time cannot be read"):
        repository.history({"Phase": "5"})
    assert len(repository.history({"Phase": "1"})) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"grep.patternType": "fixed"},
        {"log.showSignature": "true"},
        {"trailer.separators": "="},
        {"i18n.logOutputEncoding": "latin1", "i18n.commitEncoding": "latin1"},
        {"color.ui": "always"},
        {"log.date": "relative", "log.decorate": "full", "log.follow": "true"},
        {"core.quotePath": "true", "status.relativePaths": "true", "status.short": "true", "status.branch": "true"},
        {"core.autocrlf": "input", "core.safecrlf": "true"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_settings_of_the_user_change_nothing(repository: GitRepository, git: Git, settings: dict[str, str]) -> None:
    for key, value in settings.items():
        git("config", key, value)
    changes = ChangeSet("Schön", files={"ä/b": "ü\n"}, trailers={"Phase": "grün"})
    commit = repository.commit(changes)
    assert repository.commit(changes) is None
    assert repository.commit(ChangeSet("Zwei", files={"ä/b": "3\n"}))
    found = repository.history({"Phase": "grün"})
    assert [(c.id, c.subject) for c in found] == [(commit, "Schön")]
    assert repository.tree() == {"ä/b": "3\n"}
