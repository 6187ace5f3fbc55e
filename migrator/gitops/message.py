"""The message of a commit: what is said in it, and the trailers that are read back from it. Pure."""

import re
from collections.abc import Mapping
from textwrap import indent

from migrator.errors import RepositoryError
from migrator.gitops.paths import one_line
from migrator.model.changes import ChangeSet

__all__ = ["carries", "message_of", "trailer_key", "trailers_of"]


def message_of(changes: ChangeSet) -> str:
    """Subject, body and trailers as git-interpret-trailers(1) reads them; every trailer is one line.

    Raises RepositoryError when the name of a trailer is none.
    """
    trailers = "\n".join(f"{trailer_key(key)}: {one_line(value)}" for key, value in changes.trailers.items())
    body = "\n".join("".join(c for c in line if c.isprintable() or c == "\t") for line in changes.body.splitlines())
    body = body.strip()
    if not trailers and ":" in body:
        # Git would take the last paragraph for trailers; an indented one it does not.
        body = indent(body, "    ")
    return "\n\n".join(part for part in (one_line(changes.subject), body, trailers) if part) + "\n"


def trailer_key(key: str) -> str:
    """The name of a trailer, when it is one. Raises RepositoryError otherwise."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", key):
        raise RepositoryError(f"{key!a} is no name of a trailer")
    return key


def trailers_of(text: str) -> dict[str, str]:
    """Trailers as `git log` prints them with `%(trailers:only,unfold)`; of two with one name the last counts."""
    rows = (line.partition(":") for line in text.split("\n"))
    return {key: value.strip() for key, colon, value in rows if colon}


def carries(found: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether all the wanted trailers are among those found; an empty value matches any."""
    return all(key in found and value in {"", found[key]} for key, value in wanted.items())
