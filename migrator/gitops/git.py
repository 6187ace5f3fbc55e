"""Git by its own program, plumbing only. The only module that calls `git`.

A commit is made from a private index and moved into place with a compare-and-swap, so that hooks, half-written trees
and other people's staged work are never involved; then the work tree follows. Source: gitcore-tutorial(7),
git-read-tree(1).
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Self

from migrator.errors import DirtyTree, PushRejected, RepositoryError
from migrator.model.changes import ChangeSet, Commit

__all__ = ["GitRepository", "message_of"]

_HARDENED = ("-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", "-c", "core.quotePath=false")
_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "BISECT_LOG")
_SECONDS = 600
_FIELD, _RECORD = "\x1f", "\x1e"
_LOG = f"{_RECORD}%H{_FIELD}%cI{_FIELD}%an{_FIELD}%s{_FIELD}%(trailers:only,unfold)"


class GitRepository:
    """The checked-out branch of a repository on disk. See `Repository`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path) -> Self:
        """Open the repository at `path`, or make one with branch `main` if there is nothing or an empty folder."""
        if not path.exists() or (path.is_dir() and not any(path.iterdir())):
            path.mkdir(parents=True, exist_ok=True)
            _git(path, "init", "--quiet", "--initial-branch=main")
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an existing repository. Raises RepositoryError, with nothing touched, when it cannot be committed to."""
        if not path.is_dir():
            what = "is a file" if path.exists() else "does not exist"
            raise RepositoryError(f"{path}: {what}; a Git repository is needed")
        found = _git(path, "rev-parse", "--show-toplevel", "--absolute-git-dir", check=False)
        if found.returncode:
            bare = not _git(path, "rev-parse", "--absolute-git-dir", check=False).returncode
            what = (
                "is a bare repository; clone it and use the clone"
                if bare
                else "is a folder with files, and no Git repository; choose another, or run `git init` in it"
            )
            raise RepositoryError(f"{path}: {what}")
        top, git_dir = found.stdout.decode().split("\n")[:2]
        if Path(top).resolve() != path.resolve():
            raise RepositoryError(f"{path}: is a folder inside of the repository {top}; use that one")
        busy = next((name for name in _UNDER_WAY if (Path(git_dir) / name).exists()), "")
        if busy:
            raise RepositoryError(
                f"{path}: a merge, rebase or the like is under way ({busy}); finish or abort it first"
            )
        return cls(path)

    def head(self) -> str | None:
        """Id of the newest commit; None before the first one."""
        found = _git(self.path, "rev-parse", "--verify", "--quiet", "HEAD^{commit}", check=False)
        return found.stdout.decode().strip() or None

    def branch(self) -> str:
        """Full name of the checked-out branch. RepositoryError when HEAD is detached."""
        found = _git(self.path, "symbolic-ref", "--quiet", "HEAD", check=False)
        if found.returncode:
            raise RepositoryError(f"{self.path}: no branch is checked out (HEAD is detached); check one out first")
        return found.stdout.decode().strip()

    def read(self, path: str) -> str | None:
        """See `Repository.read`."""
        if self.head() is None:
            return None
        found = _git(self.path, "cat-file", "blob", f"HEAD:{_checked(path)}", check=False)
        if found.returncode:
            return None
        try:
            return found.stdout.decode()
        except UnicodeDecodeError as error:
            raise RepositoryError(f"{self.path / path}: is not UTF-8 text") from error

    def tree(self, prefix: str = "") -> Mapping[str, str]:
        """See `Repository.tree`."""
        if self.head() is None:
            return {}
        listed = _git(self.path, "ls-tree", "-r", "-z", "--full-tree", "HEAD", "--", *([prefix] if prefix else []))
        blobs: dict[str, str] = {}
        for line in listed.stdout.decode("utf-8", "replace").split("\0"):
            head, tab, path = line.partition("\t")
            if tab and head.startswith("100"):
                blobs[path] = head.split()[2]
        texts = _texts(self.path, dict.fromkeys(blobs.values()))
        return {path: texts[blob] for path, blob in blobs.items() if blob in texts}

    def commit(self, changes: ChangeSet) -> str | None:
        """See `Repository.commit`."""
        branch, old = self.branch(), self.head()
        files = {_checked(path): text for path, text in changes.files.items()}
        gone = {_checked(path) for path in changes.deletions}
        changed = self._changed(files, gone)
        if not changed:
            return None
        self._refuse_links(changed)
        self._refuse_dirt(changed)
        with tempfile.TemporaryDirectory(prefix="migrate-index-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            tree = self._write_tree(index, old, {p: files[p] for p in changed if p in files}, gone & set(changed))
        new = self._commit_tree(tree, old, message_of(changes))
        self._move(branch, old, new)
        self._follow(old, new)
        return new

    def _changed(self, files: Mapping[str, str], gone: Iterable[str]) -> list[str]:
        blobs = self._blobs()
        ids = _ids(self.path, files)
        written = [path for path in files if blobs.get(path) != ids[path]]
        return sorted([*written, *(path for path in gone if path in blobs)])

    def _blobs(self) -> dict[str, str]:
        """Every file at HEAD: path -> blob id."""
        if self.head() is None:
            return {}
        listed = _git(self.path, "ls-tree", "-r", "-z", "--full-tree", "HEAD").stdout.decode("utf-8", "surrogateescape")
        rows = (line.partition("\t") for line in listed.split("\0") if line)
        return {path: head.split()[2] for head, _, path in rows}

    def _refuse_links(self, paths: Iterable[str]) -> None:
        """A symbolic link in the way would lead a write out of the repository."""
        for path in paths:
            for folder in [PurePosixPath(path), *PurePosixPath(path).parents][:-1]:
                if (self.path / folder).is_symlink():
                    raise RepositoryError(f"{self.path / folder}: is a symbolic link; nothing is written through it")

    def _refuse_dirt(self, paths: Sequence[str]) -> None:
        status = _git(self.path, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames")
        wanted = set(paths)
        rows = [row for row in status.stdout.decode("utf-8", "surrogateescape").split("\0") if row]
        dirty = sorted(row[3:] for row in rows if row[3:] in wanted)
        if dirty:
            more = f" and {len(dirty) - 3} more" if len(dirty) > 3 else ""  # noqa: PLR2004
            shown = ", ".join(dirty[:3])
            raise DirtyTree(f"{self.path}: uncommitted changes in {shown}{more}; commit, stash or remove them first")

    def _write_tree(
        self, index: Mapping[str, str], old: str | None, files: Mapping[str, str], gone: Iterable[str]
    ) -> str:
        _git(self.path, "read-tree", old or "--empty", env=index)
        modes = self._modes(files)
        ids = _ids(self.path, files, write=True)
        lines = [f"{modes.get(path, '100644')} {ids[path]}\t{path}" for path in files]
        lines += [f"0 {'0' * 40}\t{path}" for path in gone]
        _git(
            self.path,
            "update-index",
            "-z",
            "--index-info",
            env=index,
            stdin="".join(f"{line}\0" for line in lines).encode(),
        )
        return _git(self.path, "write-tree", env=index).stdout.decode().strip()

    def _modes(self, files: Mapping[str, str]) -> dict[str, str]:
        """Modes that stand at HEAD are kept; a script that is new is executable."""
        new = {path: "100755" for path, text in files.items() if text.startswith("#!")}
        if self.head() is None:
            return new
        listed = _git(self.path, "ls-tree", "-r", "-z", "--full-tree", "HEAD").stdout.decode("utf-8", "surrogateescape")
        rows = (line.partition("\t") for line in listed.split("\0") if line)
        return new | {path: head.split()[0] for head, _, path in rows if path in files and head.startswith("100")}

    def _commit_tree(self, tree: str, parent: str | None, message: str) -> str:
        signs = _git(self.path, "config", "--type=bool", "commit.gpgsign", check=False).stdout.strip() == b"true"
        arguments = ["commit-tree", tree, *(["-p", parent] if parent else []), *(["-S"] if signs else []), "-F", "-"]
        done = _git(self.path, *arguments, check=False, stdin=message.encode())
        if not done.returncode:
            return done.stdout.decode().strip()
        said = _said(done)
        if "tell me who you are" in said or "empty ident" in said or "auto-detect" in said:
            raise RepositoryError(
                f"{self.path}: Git does not know who you are: git config --global user.name NAME; "
                "git config --global user.email ADDRESS"
            )
        raise RepositoryError(f"{self.path}: the commit could not be made: {said}")

    def _move(self, branch: str, old: str | None, new: str) -> None:
        done = _git(self.path, "update-ref", "-m", "migrate", branch, new, old or "0" * 40, check=False)
        if done.returncode:
            raise RepositoryError(f"{self.path}: {branch} moved meanwhile, nothing was changed; run the command again")

    def _follow(self, old: str | None, new: str) -> None:
        """Bring index and work tree from the old commit to the new one; other changes in them stay."""
        trees = [old, new] if old else [new]
        done = _git(self.path, "read-tree", "-m", "-u", *trees, check=False)
        if done.returncode:
            raise RepositoryError(
                f"{self.path}: committed {new[:10]}, but the work tree could not follow: {_said(done)}"
            )

    def history(self, trailers: Mapping[str, str], *, limit: int = 1000) -> list[Commit]:
        """See `Repository.history`. An empty value matches any."""
        if self.head() is None:
            return []
        wanted = [f"--grep=^{key}:" for key in trailers]
        found = _git(self.path, "log", "--all-match", *wanted, f"--format={_LOG}", "HEAD", "--")
        commits = (_commit(record) for record in found.stdout.decode("utf-8", "replace").split(_RECORD)[1:])
        matching = (
            c
            for c in commits
            if all(c.trailers.get(k) is not None and v in {"", c.trailers[k]} for k, v in trailers.items())
        )
        return [commit for commit, _ in zip(matching, range(limit), strict=False)]

    def push(self, remote: str) -> None:
        """Push the branch, fast-forward only. Raises PushRejected with what the remote says."""
        branch = self.branch()
        done = _git(self.path, "push", "--porcelain", "--", remote, f"{branch}:{branch}", check=False)
        if done.returncode:
            lines = [line for line in done.stdout.decode("utf-8", "replace").split("\n") if line.startswith("!")]
            raise PushRejected(f"{self.path}: {remote} did not take the push: {' '.join(lines) or _said(done)}")


def message_of(changes: ChangeSet) -> str:
    """Subject, body and trailers as git-interpret-trailers(1) reads them; every trailer is one line."""
    parts = [_one_line(changes.subject), changes.body.strip()]
    parts.append("\n".join(f"{key}: {_one_line(value)}" for key, value in changes.trailers.items()))
    return "\n\n".join(part for part in parts if part) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _commit(record: str) -> Commit:
    commit, when, author, subject, rest = record.split(_FIELD, 4)
    trailers = dict(line.split(": ", 1) for line in rest.split("\n") if ": " in line)
    return Commit(commit, datetime.fromisoformat(when), author, subject, trailers)


def _checked(path: str) -> str:
    """A path that stays inside of the repository and out of its .git."""
    parts = path.split("/")
    if (
        not path
        or path.startswith("/")
        or "\0" in path
        or any(p in {"", ".", ".."} or p.lower() == ".git" for p in parts)
    ):
        raise RepositoryError(f"{path!r} is no path inside of a repository")
    return path


def _ids(path: Path, files: Mapping[str, str], *, write: bool = False) -> dict[str, str]:
    """Blob ids of texts; `write` stores them. Through files, because git takes many only that way."""
    if not files:
        return {}
    with tempfile.TemporaryDirectory(prefix="migrate-blobs-") as folder:
        names = []
        for number, text in enumerate(files.values()):
            name = Path(folder) / str(number)
            name.write_bytes(text.encode())
            names.append(str(name))
        arguments = ["hash-object", "--no-filters", *(["-w"] if write else []), "--stdin-paths"]
        found = _git(path, *arguments, stdin="\n".join(names).encode()).stdout.decode().split()
    return dict(zip(files, found, strict=True))


def _texts(path: Path, blobs: Iterable[str]) -> dict[str, str]:
    """Contents of blobs that are UTF-8 text."""
    wanted = list(blobs)
    done = _git(path, "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in wanted).encode())
    return dict(_parsed(done.stdout))


def _parsed(data: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        blob, _, size = data[at:end].decode().partition(" blob ")
        body = data[end + 1 : end + 1 + int(size)]
        at = end + 2 + int(size)
        try:
            yield blob, body.decode()
        except UnicodeDecodeError:
            continue


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    return _one_line(done.stderr.decode("utf-8", "replace"))[-300:]


def _git(
    path: Path, *arguments: str, check: bool = True, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("git")
    if not program:
        raise RepositoryError("no `git` program here: install git")
    clean = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("GIT_") or key.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG", "GIT_SSH"))
    }
    clean |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8", **(env or {})}
    command = [program, *_HARDENED, "-C", str(path), *arguments]
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, env=clean, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise RepositoryError(f"{path}: `git {arguments[0]}` did not end within {_SECONDS} s") from error
    if check and done.returncode:
        raise RepositoryError(f"{path}: `git {arguments[0]}` failed: {_said(done)}")
    return done
