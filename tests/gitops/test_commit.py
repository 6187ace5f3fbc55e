"""A commit beside other people's work: what is theirs stays, and nothing of theirs runs."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.errors import DirtyTree, RepositoryError
from migrator.gitops import git as gitmodule
from migrator.gitops.git import GitRepository
from migrator.model.changes import ChangeSet

Git = Callable[..., str]


@pytest.fixture
def two(repository: GitRepository) -> GitRepository:
    """With two committed files."""
    repository.commit(ChangeSet("Begin", files={"ours": "1\n", "theirs": "1\n"}))
    return repository


def write(repository: GitRepository, path: str = "ours", text: str = "2\n") -> str | None:
    return repository.commit(ChangeSet("Write", files={path: text}))


def refused(repository: GitRepository, changes: ChangeSet, kind: type[RepositoryError] = RepositoryError) -> str:
    """What is said, after a look at whether anything moved."""
    before = repository.head(), snapshot(repository)
    with pytest.raises(kind) as caught:
        repository.commit(changes)
    assert (repository.head(), snapshot(repository)) == before
    assert str(caught.value).isprintable()
    return str(caught.value)


def snapshot(repository: GitRepository) -> dict[str, object]:
    files = (f for f in repository.path.rglob("*") if ".git" not in f.relative_to(repository.path).parts)
    return {str(f): f.readlink() if f.is_symlink() else f.read_bytes() if f.is_file() else None for f in files}


def test_the_work_tree_follows(two: GitRepository, git: Git) -> None:
    two.commit(ChangeSet("Write", files={"ours": "2\n", "new/ä b": "x"}, deletions=frozenset({"theirs"})))
    assert (two.path / "ours").read_text() == "2\n"
    assert (two.path / "new" / "ä b").read_text() == "x"
    assert not (two.path / "theirs").exists()
    assert git("status", "--porcelain") == ""
    assert git("fsck", "--strict") == ""


def test_an_edited_file_is_not_written_over(two: GitRepository) -> None:
    (two.path / "ours").write_text("mine\n")
    assert "uncommitted changes in ours; commit" in refused(two, ChangeSet("Write", files={"ours": "2\n"}), DirtyTree)
    refused(two, ChangeSet("Remove", deletions=frozenset({"ours"})), DirtyTree)


def test_a_staged_file_is_not_written_over(two: GitRepository, git: Git) -> None:
    (two.path / "ours").write_text("mine\n")
    git("add", "ours")
    (two.path / "ours").write_text("1\n")
    refused(two, ChangeSet("Write", files={"ours": "2\n"}), DirtyTree)
    assert git("show", ":ours") == "mine"


@pytest.mark.parametrize("how", [("rm", "-q", "--", "ours"), ("rm", "-q", "--cached", "ours")])
def test_a_file_that_someone_removes_is_not_brought_back(two: GitRepository, git: Git, how: tuple[str, ...]) -> None:
    git(*how)
    refused(two, ChangeSet("Write", files={"ours": "2\n"}), DirtyTree)


@pytest.mark.parametrize("ignored", ["", "*.log\n", "new/\n"])
@pytest.mark.parametrize("there", ["new/a.log", "new", "new/a.log/deep"])
def test_an_untracked_file_in_the_way_is_not_written_over(two: GitRepository, there: str, ignored: str) -> None:
    (two.path / ".git" / "info" / "exclude").write_text(ignored)
    (two.path / there).parent.mkdir(parents=True, exist_ok=True)
    (two.path / there).write_text("mine\n")
    said = refused(two, ChangeSet("Write", files={"new/a.log": "2\n", "ours": "2\n"}), DirtyTree)
    assert f"uncommitted changes in {there};" in said


def test_before_the_first_commit_too(repository: GitRepository, git: Git) -> None:
    for name in ("loose", "staged"):
        (repository.path / name).write_text("mine\n")
    git("add", "staged")
    refused(repository, ChangeSet("Write", files={"loose": "2\n"}), DirtyTree)
    refused(repository, ChangeSet("Write", files={"staged": "2\n"}), DirtyTree)
    assert write(repository)
    assert git("status", "--porcelain") == "A  staged\n?? loose"
    assert (repository.path / "staged").read_text() == "mine\n"


def test_many_dirty_files_are_counted(repository: GitRepository) -> None:
    files = {f"f{number}": "1" for number in range(5)}
    repository.commit(ChangeSet("Begin", files=files))
    for name in files:
        (repository.path / name).write_text("mine")
    said = refused(repository, ChangeSet("Write", files=dict.fromkeys(files, "2")), DirtyTree)
    assert "f0, f1, f2 and 2 more; commit" in said


def test_other_work_stays_as_it_is(two: GitRepository, git: Git) -> None:
    two.commit(ChangeSet("More", files={"gone": "1\n", "half": "1\n"}))
    (two.path / "theirs").write_bytes(b"mine\r\n\xff")
    (two.path / "half").write_text("2\n")
    (two.path / "added").write_text("mine\n")
    git("add", "half", "added")
    (two.path / "half").write_text("3\n")
    git("rm", "-q", "gone")
    (two.path / "loose").write_text("mine\n")
    before, listed = git("status", "--porcelain"), git("diff", "--cached")
    assert write(two)
    assert git("status", "--porcelain") == before
    assert git("diff", "--cached") == listed
    assert (two.path / "theirs").read_bytes() == b"mine\r\n\xff"
    assert (two.path / "half").read_text() == "3\n"
    assert git("show", "--format=", "--name-only") == "ours"


def test_a_file_whose_time_changed_is_not_dirty(two: GitRepository) -> None:
    os.utime(two.path / "ours", (1, 1))
    assert write(two)
    assert (two.path / "ours").read_text() == "2\n"


@pytest.mark.parametrize("link", ["apps", "apps/shop", "apps/shop/a"])
def test_nothing_is_written_through_a_link(two: GitRepository, tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (two.path / link).parent.mkdir(parents=True, exist_ok=True)
    (two.path / link).symlink_to(outside)
    assert "is a symbolic link" in refused(two, ChangeSet("Write", files={"apps/shop/a": "2\n"}))
    assert not any(outside.iterdir())


def test_a_committed_link_is_no_file(two: GitRepository, git: Git) -> None:
    (two.path / "link").symlink_to("/etc/passwd")
    git("add", "link")
    git("commit", "-qm", "Link")
    assert "link" not in two.tree()
    with pytest.raises(RepositoryError, match="as a link"):
        two.read("link")
    assert "is a symbolic link" in refused(two, ChangeSet("Write", files={"link": "/etc/passwd"}))
    (two.path / "link").unlink()
    refused(two, ChangeSet("Write", files={"link/below": "2\n"}))


def canary(path: Path, mark: Path) -> str:
    path.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    path.chmod(0o755)
    return str(path)


HOOKS = (
    "pre-commit",
    "commit-msg",
    "post-commit",
    "reference-transaction",
    "post-index-change",
    "post-checkout",
    "pre-push",
)


@pytest.mark.parametrize("where", ["hooks", "elsewhere"])
def test_no_hook_runs(two: GitRepository, git: Git, tmp_path: Path, where: str) -> None:
    hooks, mark = two.path / ".git" / where, tmp_path / "ran"
    hooks.mkdir(exist_ok=True)
    for name in HOOKS:
        canary(hooks / name, mark)
    git("config", "core.hooksPath", str(hooks))
    git("init", "-q", "--bare", "remote", at=".")
    assert write(two)
    two.push(str(tmp_path / "remote"))
    assert not mark.exists()
    git("commit", "-q", "--allow-empty", "-m", "The canary can sing")
    assert mark.exists()


@pytest.mark.parametrize("driver", ["f", "odd=name.x"])
def test_no_filter_runs(two: GitRepository, git: Git, tmp_path: Path, driver: str) -> None:
    mark = tmp_path / "ran"
    (two.path / ".git" / "info" / "attributes").write_text(f"* filter={driver}\n")
    for key in ("clean", "smudge", "process"):
        git("config", f"filter.{driver}.{key}", canary(tmp_path / key, mark))
    git("config", f"filter.{driver}.required", "true")
    os.utime(two.path / "ours", (1, 1))
    assert two.commit(ChangeSet("Write", files={"ours": "2\n", "new": "3\n"}))
    assert (two.path / "new").read_text() == "3\n"
    assert two.read("ours") == "2\n"
    assert not mark.exists()
    git("config", "--unset", f"filter.{driver}.process")
    git("hash-object", "--path=new", "new")
    assert mark.exists()


def test_no_watcher_runs(two: GitRepository, git: Git, tmp_path: Path) -> None:
    git("config", "core.fsmonitor", canary(tmp_path / "watch", tmp_path / "ran"))
    assert write(two)
    assert not (tmp_path / "ran").exists()


class Interrupted(GitRepository):
    """Someone else acts between the new commit and the moment it is put into place."""

    meanwhile: Callable[[], object]

    def _commit_tree(self, tree: str, parent: str | None, message: str) -> str:
        made = super()._commit_tree(tree, parent, message)
        self.meanwhile()
        return made


def interrupted(repository: GitRepository, meanwhile: Callable[[], object]) -> str:
    other = Interrupted.open(repository.path)
    other.meanwhile = meanwhile
    with pytest.raises(RepositoryError) as caught:
        other.commit(ChangeSet("Write", files={"ours": "2\n"}))
    return str(caught.value)


def test_a_commit_meanwhile_is_not_lost(two: GitRepository, git: Git) -> None:
    said = interrupted(two, lambda: git("commit", "-q", "--allow-empty", "-m", "Meanwhile"))
    assert "moved meanwhile, nothing was changed; run the command again" in said
    assert [commit.subject for commit in two.history({})] == ["Meanwhile", "Begin"]
    assert git("status", "--porcelain") == ""
    assert write(two)


def test_a_first_commit_meanwhile_is_not_lost(repository: GitRepository, git: Git) -> None:
    said = interrupted(repository, lambda: git("commit", "-q", "--allow-empty", "-m", "Meanwhile"))
    assert "moved meanwhile" in said
    assert [commit.subject for commit in repository.history({})] == ["Meanwhile"]


def test_an_edit_meanwhile_is_not_lost(two: GitRepository) -> None:
    before = two.head()
    said = interrupted(two, lambda: (two.path / "ours").write_text("mine\n"))
    assert "nothing was changed: the work tree cannot follow" in said
    assert two.head() == before
    assert (two.path / "ours").read_text() == "mine\n"


def test_another_git_at_work_is_not_run_over(two: GitRepository) -> None:
    lock = two.path / ".git" / "index.lock"
    lock.touch()
    assert "index.lock" in refused(two, ChangeSet("Write", files={"ours": "2\n"}))
    lock.unlink()
    assert write(two)


def test_modes_are_kept_and_scripts_can_run(two: GitRepository, git: Git) -> None:
    (two.path / "ours").chmod(0o755)
    git("commit", "-qam", "Mode")
    two.commit(ChangeSet("Write", files={"ours": "2\n", "run.sh": "#!/bin/sh\n", "theirs": "#!/bin/sh\n"}))
    modes = {row.split("\t")[1]: row.split()[0] for row in git("ls-tree", "HEAD").split("\n")}
    assert modes == {"ours": "100755", "run.sh": "100755", "theirs": "100644"}
    assert os.access(two.path / "ours", os.X_OK)
    assert git("status", "--porcelain") == ""


def test_what_is_no_text_is_left_out(two: GitRepository, git: Git) -> None:
    (two.path / "picture").write_bytes(b"\x89PNG\xff")
    (two.path / os.fsdecode(b"name-\xff")).write_text("x")
    git("add", "-A")
    git("commit", "-qm", "Bytes")
    assert list(two.tree()) == ["ours", "theirs"]
    with pytest.raises(RepositoryError, match="picture: is not UTF-8 text"):
        two.read("picture")
    assert write(two, "picture", "text\n")


def test_repositories_with_long_ids(tmp_path: Path, git: Git) -> None:
    git("init", "-q", "--object-format=sha256", "-b", "main", "long", at=".")
    repository = GitRepository.open(tmp_path / "long")
    repository.commit(ChangeSet("Write", files={"a": "1", "b": "2"}))
    repository.commit(ChangeSet("Write", files={"a": "1"}, deletions=frozenset({"b"})))
    assert repository.tree() == {"a": "1"}
    assert repository.commit(ChangeSet("Write", files={"a": "1"})) is None


def test_the_branch_that_is_checked_out_is_written(two: GitRepository, git: Git) -> None:
    git("checkout", "-qb", "topic/ä")
    commit = write(two)
    assert two.branch() == "refs/heads/topic/ä"
    assert git("rev-parse", "topic/ä") == commit != git("rev-parse", "main")


def test_a_work_tree_of_its_own_is_used(two: GitRepository, git: Git, tmp_path: Path) -> None:
    git("worktree", "add", "-q", "../second", "-b", "second")
    second = GitRepository.open(tmp_path / "second")
    assert write(second)
    assert (tmp_path / "second" / "ours").read_text() == "2\n"
    assert two.read("ours") == (two.path / "ours").read_text() == "1\n"


def test_a_commit_whose_files_cannot_be_written_is_undone(two: GitRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    before = two.head()
    real = gitmodule._git

    def full_disk(path: Path, *arguments: str, **options: object) -> object:
        done = real(path, *arguments, **options)
        writes = "read-tree" in arguments and "-u" in arguments and "-n" not in arguments
        return subprocess.CompletedProcess(done.args, 128, b"", b"fatal: no space left") if writes else done

    monkeypatch.setattr(gitmodule, "_git", full_disk)
    with pytest.raises(RepositoryError, match=r"nothing was committed.*no space left"):
        write(two)
    assert two.head() == before


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_was_told_to_overlook_is_not_lost(two: GitRepository, git: Git, flag: str) -> None:
    git("update-index", flag, "ours")
    (two.path / "ours").write_text("mine\n")
    refused(two, ChangeSet("Write", files={"ours": "2\n"}))
    assert write(two, "theirs")


def test_an_empty_folder_is_in_nobodys_way(two: GitRepository) -> None:
    (two.path / "new").mkdir()
    assert write(two, "new")
    assert (two.path / "new").read_text() == "2\n"


def test_another_repository_inside_is_left_alone(two: GitRepository, git: Git) -> None:
    git("init", "-q", "repository/inner", at=".")
    assert "inner/.git/" in refused(two, ChangeSet("Write", files={"inner": "2\n"}), DirtyTree)
    assert write(two)
