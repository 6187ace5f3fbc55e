"""What every Repository keeps, the one in memory like the one on disk."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from migrator.errors import RepositoryError
from migrator.gitops.git import GitRepository
from migrator.gitops.repository import Repository
from migrator.model.changes import ChangeSet
from migrator.testing import MemoryRepository


@pytest.fixture(params=["memory", "git"])
def repository(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    if request.param == "memory":
        return MemoryRepository()
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return GitRepository.create(tmp_path / "repository")


def write(repository: Repository, subject: str = "Write", **trailers: str) -> str | None:
    return repository.commit(ChangeSet(subject, files={"log": f"{subject}\n"}, trailers=trailers))


def test_a_new_repository_holds_nothing(repository: Repository) -> None:
    assert repository.read("a") is None
    assert repository.tree() == {}
    assert repository.tree("apps") == {}
    assert repository.history({}) == []


@pytest.mark.parametrize("text", ["", "no end", "a: ü\r\nb: \x0c\x00\u2028\n\n", "#!/bin/sh\n"])
def test_text_comes_back_byte_for_byte(repository: Repository, text: str) -> None:
    assert repository.commit(ChangeSet("Write", files={"a/b": text}))
    assert repository.read("a/b") == text
    assert repository.tree() == {"a/b": text}


@pytest.mark.parametrize("path", ["with space/ä b.yaml", "-rf", "*", ":(top)x", "日本/語", "quo'te\"d", "a\\b", "HEAD"])
def test_any_name_is_only_a_name(repository: Repository, path: str) -> None:
    repository.commit(ChangeSet("Write", files={path: "1", "other": "2"}))
    assert repository.read(path) == "1"
    assert repository.tree(path) == {path: "1"}
    repository.commit(ChangeSet("Remove", deletions=frozenset({path})))
    assert repository.tree() == {"other": "2"}


BAD = [
    "",
    "/etc/passwd",
    "../x",
    "a/../../x",
    "a//b",
    "a/",
    "./a",
    ".git/config",
    "a/.GIT/config",
    "a\0b",
    "a\nb",
    "\udc80",
]


@pytest.mark.parametrize("path", BAD)
def test_a_path_that_leads_out_is_refused(repository: Repository, path: str) -> None:
    write(repository)
    for changes in (ChangeSet("Write", files={"fine": "", path: ""}), ChangeSet("Remove", deletions=frozenset({path}))):
        with pytest.raises(RepositoryError, match="no path inside") as caught:
            repository.commit(changes)
        assert str(caught.value).isprintable()
    with pytest.raises(RepositoryError, match="no path inside"):
        repository.read(path)
    assert list(repository.tree()) == ["log"]


def test_the_same_again_is_no_commit(repository: Repository) -> None:
    changes = ChangeSet("Write", files={"a": "1"}, deletions=frozenset({"absent"}))
    first = repository.commit(changes)
    assert first
    assert repository.commit(changes) is None
    assert [commit.id for commit in repository.history({})] == [first]
    assert repository.commit(ChangeSet("Nothing")) is None


def test_a_commit_writes_and_removes_at_once(repository: Repository) -> None:
    repository.commit(ChangeSet("Write", files={"a": "1", "b/c": "2", "d": "3"}))
    repository.commit(ChangeSet("Change", files={"a": "9", "e": "5"}, deletions=frozenset({"b/c"})))
    assert repository.tree() == {"a": "9", "d": "3", "e": "5"}
    assert repository.read("b/c") is None


def test_a_path_to_write_and_to_remove_is_written(repository: Repository) -> None:
    repository.commit(ChangeSet("Write", files={"a": "1"}))
    repository.commit(ChangeSet("Both", files={"a": "2"}, deletions=frozenset({"a"})))
    assert repository.read("a") == "2"


@pytest.mark.parametrize(("first", "second"), [("a", "a/b"), ("a/b", "a")])
def test_a_file_becomes_a_folder_only_when_it_goes(repository: Repository, first: str, second: str) -> None:
    repository.commit(ChangeSet("Write", files={first: "1"}))
    with pytest.raises(RepositoryError, match="a is a file"):
        repository.commit(ChangeSet("Write", files={second: "2"}))
    assert repository.tree() == {first: "1"}
    repository.commit(ChangeSet("Change", files={second: "2"}, deletions=frozenset({first})))
    assert repository.tree() == {second: "2"}


def test_a_tree_is_cut_at_folders(repository: Repository) -> None:
    repository.commit(ChangeSet("Write", files={"apps/a": "1", "apps2/a": "2", "app": "3"}))
    assert repository.tree("apps") == repository.tree("apps/") == {"apps/a": "1"}
    assert repository.tree("app") == {"app": "3"}
    assert repository.tree("absent") == {}
    assert repository.read("apps") is None
    assert list(repository.tree()) == ["app", "apps/a", "apps2/a"]


def test_text_that_is_no_unicode_is_refused(repository: Repository) -> None:
    with pytest.raises(RepositoryError, match="cannot be written as UTF-8"):
        repository.commit(ChangeSet("Write", files={"a": "\udcff"}))
    assert repository.tree() == {}


def test_history_is_newest_first_and_has_what_was_said(repository: Repository) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    first, second = write(repository, "One"), write(repository, "Two\nlines \x1b[31m", Phase="1")
    found = repository.history({})
    assert [commit.id for commit in found] == [second, first]
    assert [commit.subject for commit in found] == ["Two lines [31m", "One"]
    assert [dict(commit.trailers) for commit in found] == [{"Phase": "1"}, {}]
    assert all(before <= commit.when <= datetime.now(UTC) for commit in found)


def test_history_asks_for_all_trailers(repository: Repository) -> None:
    shop1 = write(repository, "1", Service="shop", Phase="1")
    shop2 = write(repository, "2", Service="shop", Phase="2")
    other = write(repository, "3", Service="shop-db", Phase="1")
    assert [c.id for c in repository.history({"Service": "shop"})] == [shop2, shop1]
    assert [c.id for c in repository.history({"Service": "shop", "Phase": "1"})] == [shop1]
    assert [c.id for c in repository.history({"Service": ""})] == [other, shop2, shop1]
    assert [c.id for c in repository.history({"Service": ""}, limit=2)] == [other, shop2]
    assert repository.history({"Absent": ""}) == []


def test_trailers_are_one_line_each(repository: Repository) -> None:
    write(repository, Reason="two\n\nPhase: 9\x1f\x00 lines", Phase="1", Empty="")
    assert repository.history({})[0].trailers == {"Reason": "two Phase: 9 lines", "Phase": "1", "Empty": ""}


@pytest.mark.parametrize("key", ["", "a b", "a:b", "a\nb", "^.*"])
def test_a_trailer_needs_a_name(repository: Repository, key: str) -> None:
    with pytest.raises(RepositoryError, match="no name of a trailer"):
        repository.commit(ChangeSet("Write", files={"a": "1"}, trailers={key: "1"}))
    assert repository.history({}) == []


def test_a_body_makes_no_trailers(repository: Repository) -> None:
    body = "Because.\n\nPhase: 7\n---\n# no comment\n\nPhase: 8"
    repository.commit(ChangeSet("Write", body, files={"a": "1"}, trailers={"Service": "shop"}))
    repository.commit(ChangeSet("Write", body, files={"a": "2"}))
    assert [dict(commit.trailers) for commit in repository.history({})] == [{}, {"Service": "shop"}]
    assert repository.history({"Phase": ""}) == []


@pytest.mark.parametrize("body", ["Phase: 8", "a\n \nPhase: 8", "x\nSigned-off-by: a\nPhase: 8"])
def test_a_body_alone_makes_no_trailers_either(repository: Repository, body: str) -> None:
    repository.commit(ChangeSet("Write", body, files={"a": "1"}))
    assert [dict(commit.trailers) for commit in repository.history({})] == [{}]


def test_a_file_is_read_as_it_was_at_a_commit(repository: Repository) -> None:
    first = repository.commit(ChangeSet("One", files={"a": "1"}))
    second = repository.commit(ChangeSet("Two", files={"a": "2", "b": "3"}))
    assert [repository.read("a", at=commit) for commit in (first, second)] == ["1", "2"]
    assert [repository.read("b", at=commit) for commit in (first, second)] == [None, "3"]
    for unknown in ("0" * 40, "HEAD", "--help", ""):
        assert repository.read("a", at=unknown) is None


def test_the_clock_of_memory_is_given() -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    repository = MemoryRepository(now=lambda: moment)
    write(repository)
    assert repository.history({})[0].when == moment


@pytest.mark.parametrize("prefix", ["..", "/", "apps/../..", "a\nb"])
def test_a_prefix_that_leads_out_is_refused(repository: Repository, prefix: str) -> None:
    write(repository)
    with pytest.raises(RepositoryError, match="no path inside"):
        repository.tree(prefix)
