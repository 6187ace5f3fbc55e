"""Writing files so that a crash leaves the old content or the new one, never half of it, and never through a link."""

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from migrator.errors import MigrateError

__all__ = ["remove_below", "write_below", "write_text"]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_ALL_MAY = 0o666
"""What umask(2) then takes away."""


def write_text(path: Path, text: str | Iterable[str]) -> None:
    """Write UTF-8 text, whole or in pieces, in one step; folders are made. Raises OSError as the system says it."""
    write_below(path.parent, path.name, text)


def write_below(folder: Path, name: str, text: str | Iterable[str]) -> None:
    """The same for a path below a folder, of which no part may be a symbolic link: those may lead out of it.

    `folder` itself is what a person has named, and may be one. Raises MigrateError for a link on the way.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _opened(folder, name, make=True) as (here, last):
        draft = f".{last}.{secrets.token_hex(4)}"
        try:
            with os.fdopen(os.open(draft, _NEW, _ALL_MAY, dir_fd=here), "w", encoding="utf-8", newline="") as out:
                out.writelines([text] if isinstance(text, str) else text)
                out.flush()
                os.fsync(out.fileno())
            os.replace(draft, last, src_dir_fd=here, dst_dir_fd=here)
        except BaseException:
            with suppress(OSError):
                os.unlink(draft, dir_fd=here)
            raise


def remove_below(folder: Path, name: str) -> None:
    """Remove a file below a folder, if it is there, by the same rule."""
    with suppress(FileNotFoundError), _opened(folder, name, make=False) as (here, last):
        os.unlink(last, dir_fd=here)


@contextmanager
def _opened(folder: Path, name: str, *, make: bool) -> Iterator[tuple[int, str]]:
    """The folder that a file stands in, as a descriptor, and the file's own name. Source: open(2), O_NOFOLLOW."""
    *between, last = PurePosixPath(name).parts
    here = os.open(folder, _FOLDER)
    try:
        for number, part in enumerate(between, 1):
            inside = _entered(here, part, folder.joinpath(*between[:number]), make=make)
            os.close(here)
            here = inside
        yield here, last
    except OSError as error:
        raise _named(error, folder / name) from error
    finally:
        os.close(here)


def _entered(here: int, part: str, path: Path, *, make: bool) -> int:
    if make:
        with suppress(FileExistsError):
            os.mkdir(part, dir_fd=here)
    try:
        return os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR} and path.is_symlink():
            raise MigrateError(f"{path}: is a symbolic link; nothing is written through it") from error
        raise


def _named(error: OSError, path: Path) -> OSError:
    """The system knows only the last part of the name."""
    return OSError(error.errno, error.strerror, str(path)) if error.errno else error
