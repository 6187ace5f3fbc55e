"""`--limit` with Ansible's words: names, groups, globs, `web:&prod:!db`, `@file`. Source: Ansible, "Patterns"."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from migrator.errors import InventoryError
from migrator.model.hosts import Host

__all__ = ["limited"]


def limited(hosts: Sequence[Host], pattern: str) -> tuple[Host, ...]:
    """The hosts that the pattern means: unions first, then `&` keeps and `!` removes. In the inventory's order."""
    chosen: set[str] = set()
    terms = list(_terms(pattern))
    if all(term[0] in "&!" for term in terms):
        chosen = {host.name for host in hosts}
    for term in terms:
        if term[0] not in "&!":
            chosen |= _matching(hosts, term)
    for term in terms:
        if term[0] == "&":
            chosen &= _matching(hosts, term[1:])
        elif term[0] == "!":
            chosen -= _matching(hosts, term[1:])
    return tuple(host for host in hosts if host.name in chosen)


def _terms(pattern: str) -> Iterator[str]:
    for part in pattern.replace(",", ":").split(":"):
        term = part.strip()
        if term.startswith("@"):
            yield from _from_file(Path(term[1:]).expanduser())
        elif term.strip("&!"):
            yield term


def _from_file(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InventoryError("the file that --limit names cannot be read", file=str(file)) from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _matching(hosts: Sequence[Host], term: str) -> set[str]:
    if term in {"all", "*"}:
        return {host.name for host in hosts}
    return {host.name for host in hosts if any(fnmatchcase(name, term) for name in (host.name, *host.groups))}
