"""Which paths a repository takes: the same rules for Git and for the one in memory. Pure."""

from collections.abc import Iterable

from migrator.errors import RepositoryError

__all__ = ["checked", "folders_of", "one_line", "refuse_overlap", "written_as"]


def checked(path: str) -> str:
    """The path itself when it stays inside of the repository, out of its `.git`, and fits on one line.

    Raises RepositoryError otherwise.
    """
    parts = path.split("/")
    if not path.isprintable() or any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts):
        raise RepositoryError(f"{path!a} is no path inside of a repository")
    return path


def folders_of(path: str) -> list[str]:
    """The folders that a path lies in, innermost first, without the repository itself."""
    # Not pathlib: with it this was a third of the time that a large commit takes outside of Git.
    return [path[:at] for at in range(len(path) - 1, 0, -1) if path[at] == "/"]


def refuse_overlap(paths: Iterable[str]) -> None:
    """Raise RepositoryError when one path would have to be a file and a folder at once."""
    files = set(paths)
    for path in sorted(files):
        for folder in folders_of(path):
            if folder in files:
                raise RepositoryError(f"{path}: {folder} is a file, so nothing can be written below it")


def one_line(text: str) -> str:
    """The words of a text from outside on one line, without characters that move a cursor or end a message."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def written_as(path: str, text: str) -> bytes:
    """The bytes of a file. Raises RepositoryError when its text has no UTF-8 form."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise RepositoryError(f"{path!a}: its new text cannot be written as UTF-8") from error
