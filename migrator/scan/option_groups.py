"""What one instance of MySQL or MariaDB reads of the files that it shares with its clients and its siblings. Pure.

Source: "Using Option Files" of both manuals, and mysqld(8) `--defaults-file`, `--defaults-group-suffix`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from migrator.scan.detector import argument_value
from migrator.scan.mentions import Mention, MentionKind

__all__ = ["read_by"]

_SERVER = re.compile(
    r"(?:mysqld|mariadbd?|server|client-server|galera|embedded|mysqld_safe|mariadbd?[-_]safe)(?:-[\d.]+)?"
)
"""Groups that a server reads whatever it is called."""
_ENDING = ".cnf"


def read_by(mentions: Sequence[Mention], command: Sequence[str]) -> tuple[Mention, ...]:
    """Without what stands in groups of others. A folder of its own group counts instead of the general one's."""
    suffix, file = (argument_value(command, f"--defaults-{what}") for what in ("group-suffix", "file"))
    grouped = [pair for pair in _grouped(mentions) if not file or pair[0].file in {file, *_plain(mentions)}]
    own = [one for one, group in grouped if suffix and _is_of(group, suffix)]
    moved = any(one.kind is MentionKind.DATA for one in own)
    general = [one for one, group in grouped if _is_general(group) and not (moved and one.kind is MentionKind.DATA)]
    kept = {id(one) for one in (*own, *general)}
    return tuple(one for one in mentions if id(one) in kept)


def _grouped(mentions: Iterable[Mention]) -> Iterator[tuple[Mention, str]]:
    """Each mention with the group that it stands in; none where a file has no groups."""
    file, group = "", ""
    for one in mentions:
        if one.file != file:
            file, group = one.file, ""
        if one.kind is MentionKind.GROUP:
            group = one.key
        yield one, group


def _plain(mentions: Iterable[Mention]) -> set[str]:
    """Files that are of no such form."""
    return {one.file for one in mentions if not one.file.endswith(_ENDING)}


def _is_of(group: str, suffix: str) -> bool:
    return group.endswith(suffix) and _SERVER.fullmatch(group.removesuffix(suffix)) is not None


def _is_general(group: str) -> bool:
    return not group or _SERVER.fullmatch(group) is not None
