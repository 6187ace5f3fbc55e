"""Git by its own program, plumbing only. The only module that calls `git`.

A commit is made from a private index and moved into place with a compare-and-swap, so that hooks, half-written trees
and other people's staged work are never involved; then the work tree follows. Source: gitcore-tutorial(7),
git-read-tree(1).
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self

from migrator.errors import DirtyTree, PushRejected, RepositoryError
from migrator.gitops.message import carries, message_of, trailer_key, trailers_of
from migrator.gitops.pack import blob_id, pack_of
from migrator.gitops.paths import checked, folders_of, one_line, refuse_overlap, written_as
from migrator.model.changes import ChangeSet, Commit
from migrator.model.listing import few

__all__ = ["GitRepository", "message_of"]

# Settings of the user that would run programs, invent an author or change the form of what is read here.
_HARDENED = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "i18n.commitEncoding": "UTF-8",
    "i18n.logOutputEncoding": "UTF-8",
    "protocol.ext.allow": "never",
    "trailer.separators": ":",
    "user.useConfigOnly": "true",
}
# What stays of the environment's GIT_*: who, configuration, credentials. Never GIT_DIR and its like.
_KEPT = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_", "GIT_SSH", "GIT_ASKPASS", "GIT_SSL_", "GIT_HTTP_", "GIT_PROXY")
_UNDER_WAY = (
    "MERGE_HEAD",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "sequencer",
    "rebase-merge",
    "rebase-apply",
    "BISECT_LOG",
)
_SECONDS = 600
_FIELDS = ("%H", "%cI", "%an", "%s", "%(trailers:only,unfold)")
_SHOWN = 3
_PACKED = 100
_SHA1 = 40
_EMPTY = "MIGRATE_EMPTY"
"""A variable that is always empty: `--config-env` takes names that `-c` cannot."""


class _Entry(NamedTuple):
    """One line of `git ls-tree`."""

    mode: str
    blob: str

    @property
    def algorithm(self) -> str:
        """Which hash made the id: sha1 has 40 digits."""
        return "sha256" if len(self.blob) > _SHA1 else "sha1"

    @property
    def is_file(self) -> bool:
        """Neither a symbolic link (120000) nor another repository (160000)."""
        return self.mode.startswith("100")


class GitRepository:
    """The checked-out branch of a repository on disk. See `Repository`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path) -> Self:
        """Open the repository at `path`, or make one with branch `main` if there is nothing or an empty folder."""
        try:
            if not path.exists() or (path.is_dir() and not any(path.iterdir())):
                path.mkdir(parents=True, exist_ok=True)
                _git(path, "init", "--quiet", "--initial-branch=main")
        except OSError as error:
            raise RepositoryError(f"{path}: cannot be made: {error.strerror}; choose another folder") from error
        return cls.open(path)

    def withdraw(self, *, folder: bool) -> None:
        """Take back a repository that `create` has just made and that holds nothing, with its folder if that is new."""
        if self.head() is None and [one.name for one in self.path.iterdir()] == [".git"]:
            shutil.rmtree(self.path / ".git")
            if folder:
                self.path.rmdir()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an existing repository. Raises RepositoryError, with nothing touched, when it cannot be committed to."""
        if not path.is_dir():
            what = "is a file" if path.exists() else "does not exist"
            raise RepositoryError(f"{path}: {what}; a Git repository is needed")
        found = _git(path, "rev-parse", "--show-toplevel", check=False)
        if found.returncode:
            raise RepositoryError(f"{path}: {_why_none(path, found)}")
        top = _line(found)
        if Path(top).resolve() != path.resolve():
            raise RepositoryError(f"{path}: is a folder inside of the repository {top}; use that one")
        git_dir = Path(_line(_git(path, "rev-parse", "--absolute-git-dir")))
        busy = next((name for name in _UNDER_WAY if (git_dir / name).exists()), "")
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

    def read(self, path: str, *, at: str | None = None) -> str | None:
        """See `Repository.read`."""
        name, commit = checked(path), self.head() if at is None else self._known(at)
        if commit is None:
            return None
        listed = _git(self.path, "ls-tree", "-z", "--full-tree", commit, "--", name)
        entry = _entries(listed.stdout).get(path)
        if entry is None or entry.mode == "040000":
            return None
        if not entry.is_file:
            raise RepositoryError(f"{self.path / path}: is committed as a link or another repository, not as a file")
        try:
            return _git(self.path, "cat-file", "blob", entry.blob).stdout.decode()
        except UnicodeDecodeError as error:
            raise RepositoryError(f"{self.path / path}: is not UTF-8 text") from error

    def _known(self, commit: str) -> str | None:
        if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
            return None
        found = _git(self.path, "cat-file", "-e", f"{commit}^{{commit}}", check=False)
        return None if found.returncode else commit

    def tree(self, prefix: str = "") -> Mapping[str, str]:
        """See `Repository.tree`."""
        folder = checked(prefix.rstrip("/")) if prefix else ""
        files = {path: entry.blob for path, entry in self._entries(folder).items() if entry.is_file}
        texts = _texts(self.path, dict.fromkeys(files.values()))
        return {path: texts[blob] for path, blob in files.items() if blob in texts and _is_text(path)}

    def commit(self, changes: ChangeSet) -> str | None:
        """See `Repository.commit`."""
        branch, old = self.branch(), self.head()
        entries, message = self._entries(), message_of(changes)
        files = _written(changes, entries)
        gone = {checked(path) for path in changes.deletions} & (entries.keys() - changes.files.keys())
        if not files and not gone:
            return None
        refuse_overlap(entries.keys() - gone | files.keys())
        self._refuse_links({*files, *gone})
        self._refuse_dirt(files.keys() - entries.keys(), {*files, *gone}, entries.keys())
        lines = [f"0 {'0' * len(old or '')}\t{path}" for path in sorted(gone)]
        lines += self._lines(files, entries)
        new = self._commit_tree(self._write_tree(old, lines), old, message)
        self._move(branch, old, new)
        return new

    def _entries(self, folder: str = "") -> dict[str, _Entry]:
        """Every path at HEAD, or those below a folder."""
        if self.head() is None:
            return {}
        below = [folder] if folder else []
        return _entries(_git(self.path, "ls-tree", "-r", "-z", "--full-tree", "HEAD", "--", *below).stdout)

    def _refuse_links(self, paths: Iterable[str]) -> None:
        """A symbolic link in the way would lead a write out of the repository."""
        for name in sorted({part for path in paths for part in (path, *folders_of(path))}):
            if (self.path / name).is_symlink():
                raise RepositoryError(f"{self.path / name}: is a symbolic link; nothing is written through it")

    def _refuse_dirt(self, new: Iterable[str], paths: Iterable[str], tracked: Iterable[str]) -> None:
        """Refuse when one of the paths holds work that is not committed, staged or not, ignored or not."""
        # Untracked files are looked up one by one: Git lists no ignored ones, and would write over them.
        dirty = self._modified() & set(paths) | self._in_the_way(new, set(tracked))
        if dirty:
            shown = few(sorted(dirty), _SHOWN)
            raise DirtyTree(f"{self.path}: uncommitted changes in {shown}; commit, stash or remove them first")

    def uncommitted(self) -> tuple[str, ...]:
        """Tracked files that are not, in the work tree or the index, as they are at HEAD."""
        return tuple(sorted(self._modified()))

    def _modified(self) -> set[str]:
        options = ("--porcelain", "-z", "--untracked-files=no", "--no-renames", "--ignore-submodules=all")
        status = _git(self.path, *_without_filters(self.path), "status", *options)
        return {row[3:] for row in _rows(status.stdout)}

    def _in_the_way(self, new: Iterable[str], tracked: set[str]) -> set[str]:
        """Untracked files at paths that HEAD does not have, or where a folder is to be."""
        found = set()
        for path in new:
            here = self.path / path
            found |= {str(file.relative_to(self.path)) for file in _files_below(here)} - tracked
            found |= {folder for folder in folders_of(path) if (self.path / folder).is_file()} - tracked
        return found

    def _lines(self, files: Mapping[str, str], entries: Mapping[str, _Entry]) -> list[str]:
        """What `update-index` reads. Modes that stand at HEAD are kept; a script that is new is executable."""
        lines = []
        for (path, text), blob in zip(files.items(), _store(self.path, files), strict=True):
            entry = entries.get(path)
            new = "100755" if text.startswith("#!") else "100644"
            lines.append(f"{entry.mode if entry and entry.is_file else new} {blob}\t{path}")
        return lines

    def _write_tree(self, old: str | None, lines: Iterable[str]) -> str:
        stdin = "".join(f"{line}\0" for line in lines).encode()
        with tempfile.TemporaryDirectory(prefix="migrate-index-") as folder:
            git = partial(_git, self.path, env={"GIT_INDEX_FILE": str(Path(folder) / "index")})
            git("read-tree", old or "--empty")
            git("update-index", "-z", "--index-info", stdin=stdin)
            return _line(git("write-tree"))

    def _commit_tree(self, tree: str, parent: str | None, message: str) -> str:
        signs = _git(self.path, "config", "--type=bool", "commit.gpgsign", check=False).stdout.strip() == b"true"
        arguments = ["commit-tree", tree, *(["-p", parent] if parent else []), *(["-S"] if signs else []), "-F", "-"]
        done = _git(self.path, *arguments, check=False, stdin=message.encode())
        if not done.returncode:
            return _line(done)
        said = done.stderr.decode("utf-8", "replace")
        if any(words in said for words in ("tell me who you are", "empty ident", "auto-detect")):
            raise RepositoryError(
                f"{self.path}: Git does not know who you are: git config --global user.name NAME; "
                "git config --global user.email ADDRESS"
            )
        raise RepositoryError(f"{self.path}: the commit could not be made: {_said(done)}")

    def _move(self, branch: str, old: str | None, new: str) -> None:
        """Branch, index and work tree go from the old commit to the new one, or all stay; other changes stay."""
        before = old or _line(_git(self.path, "hash-object", "-t", "tree", "--stdin"))
        follow = partial(_git, self.path, *_without_filters(self.path), "read-tree", "-m", "-u", check=False)
        tried = follow("-n", before, new)
        if tried.returncode:
            raise RepositoryError(f"{self.path}: nothing was changed: the work tree cannot follow: {_said(tried)}")
        none = "0" * len(new)
        if _git(self.path, "update-ref", "-m", "migrate", branch, new, old or none, check=False).returncode:
            raise RepositoryError(f"{self.path}: {branch} moved meanwhile, nothing was changed; run the command again")
        done = follow(before, new)
        if done.returncode:
            _git(self.path, "update-ref", "-m", "migrate: undone", branch, old or none, new)
            raise RepositoryError(f"{self.path}: nothing was committed: the work tree did not follow: {_said(done)}")

    def history(self, trailers: Mapping[str, str], *, limit: int = 1000) -> list[Commit]:
        """See `Repository.history`. An empty value matches any."""
        if self.head() is None:
            return []
        # The search only narrows: what a message says in its text is no trailer, which the fields below tell apart.
        narrowed = [f"--grep=^{trailer_key(key)}:" for key in trailers]
        options = ("--topo-order", "--no-show-signature", "--basic-regexp", "--all-match", *narrowed)
        form = "%x00".join(_FIELDS)
        found = _git(self.path, "log", "-z", *options, f"--format={form}", "HEAD", "--")
        fields = found.stdout.decode("utf-8", "replace").split("\0")[:-1]
        records = (fields[at : at + len(_FIELDS)] for at in range(0, len(fields), len(_FIELDS)))
        matching = (record for record in records if carries(trailers_of(record[-1]), trailers))
        return [_commit(*record) for record, _ in zip(matching, range(limit), strict=False)]

    def push(self, remote: str) -> None:
        """Push the branch, fast-forward only. Raises PushRejected with what the remote says."""
        branch = self.branch()
        done = _git(self.path, "push", "--porcelain", "--no-verify", "--", remote, f"{branch}:{branch}", check=False)
        if done.returncode:
            rows = [row for row in done.stdout.decode("utf-8", "replace").split("\n") if row.startswith("!")]
            said = " ".join(part for part in (one_line(" ".join(rows)), _said(done)) if part)
            raise PushRejected(_without_secrets(f"{self.path}: {one_line(remote)} did not take the push: {said}"))


def _commit(commit: str, when: str, author: str, subject: str, trailers: str) -> Commit:
    try:
        moment = datetime.fromisoformat(when)
    except ValueError as error:
        raise RepositoryError(f"commit {commit}: its time cannot be read") from error
    return Commit(commit, moment, one_line(author), one_line(subject), trailers_of(trailers))


def _why_none(path: Path, found: subprocess.CompletedProcess[bytes]) -> str:
    said = _said(found)
    if "dubious ownership" in said:
        return f"belongs to another user; if you trust it: git config --global --add safe.directory {path.resolve()}"
    if not _git(path, "rev-parse", "--absolute-git-dir", check=False).returncode:
        return "is a bare repository; clone it and use the clone"
    if "not a git repository" in said:
        return "is a folder that is no Git repository; choose another, or run `git init` in it"
    return f"cannot be opened by Git: {said}"


def _written(changes: ChangeSet, entries: Mapping[str, _Entry]) -> dict[str, str]:
    """The files of a change set that HEAD does not hold as they are."""
    return {checked(path): text for path, text in changes.files.items() if not _stands(path, text, entries.get(path))}


def _stands(path: str, text: str, entry: _Entry | None) -> bool:
    return entry is not None and entry.is_file and entry.blob == blob_id(written_as(path, text), entry.algorithm)


def _store(path: Path, files: Mapping[str, str]) -> list[str]:
    """Store the texts of files in one go, and return their ids."""
    algorithm = _line(_git(path, "rev-parse", "--show-object-format"))
    contents = [written_as(file, text) for file, text in files.items()]
    ids = [blob_id(data, algorithm) for data in contents]
    fresh = dict(zip(ids, contents, strict=True))
    # Few become single objects, many stay one pack: what Git does with what it fetches (fetch.unpackLimit).
    keep = ("index-pack", "--stdin") if len(fresh) >= _PACKED else ("unpack-objects", "-q")
    if fresh:
        _git(path, *keep, stdin=pack_of(fresh.values(), algorithm))
    return ids


def _entries(listed: bytes) -> dict[str, _Entry]:
    rows = (row.partition("\t") for row in _rows(listed))
    return {path: _Entry(head.split()[0], head.split()[2]) for head, _, path in rows}


def _rows(listed: bytes) -> list[str]:
    # Names that are not UTF-8 are kept apart from one another, and never match a path that is written here.
    return [row for row in listed.decode("utf-8", "surrogateescape").split("\0") if row]


def _is_text(path: str) -> bool:
    return not any("\udc80" <= character <= "\udcff" for character in path)


def _files_below(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in path.rglob("*") if file.is_symlink() or not file.is_dir())
    elif path.exists():
        yield path


def _texts(path: Path, blobs: Iterable[str]) -> dict[str, str]:
    """Contents of blobs that are UTF-8 text."""
    done = _git(path, "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs).encode())
    return dict(_parsed(path, done.stdout))


def _parsed(path: Path, data: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        blob, _, size = data[at:end].decode().partition(" blob ")
        if not size:
            raise RepositoryError(f"{path}: the repository is damaged ({blob}); run `git fsck` in it")
        at = end + 2 + int(size)
        try:
            yield blob, data[end + 1 : at - 1].decode()
        except UnicodeDecodeError:
            continue


def _without_filters(path: Path) -> list[str]:
    """Options that keep `.gitattributes` from running a program: each filter that is configured is emptied."""
    found = _git(path, "config", "-z", "--name-only", "--get-regexp", r"^filter\.", check=False)
    drivers = sorted({row.rpartition(".")[0] for row in _rows(found.stdout)})
    return [
        f"--config-env={driver}.{key}={_EMPTY}"
        for driver in drivers
        for key in ("clean", "smudge", "process", "required")
    ]


def _line(done: subprocess.CompletedProcess[bytes]) -> str:
    return os.fsdecode(done.stdout).removesuffix("\n")


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    return _without_secrets(one_line(done.stderr.decode("utf-8", "replace")))[:400]


def _without_secrets(text: str) -> str:
    """A text without the user and password of its URLs."""
    return re.sub(r"://[^/\s]*@", "://", text)


def _git(
    path: Path, *arguments: str, check: bool = True, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("git")
    if not program:
        raise RepositoryError("no `git` program here: install git")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key.startswith(_KEPT)}
    clean |= {"GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C.UTF-8", _EMPTY: "", **(env or {})}
    settings = [part for key, value in _HARDENED.items() for part in ("-c", f"{key}={value}")]
    command = [program, *settings, "-C", str(path), *arguments]
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, env=clean, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise RepositoryError(f"{path}: `{_name(arguments)}` did not end within {_SECONDS} s") from error
    if check and done.returncode:
        raise RepositoryError(f"{path}: `{_name(arguments)}` failed: {_said(done)}")
    return done


def _name(arguments: Iterable[str]) -> str:
    return f"git {next(argument for argument in arguments if not argument.startswith('-'))}"
