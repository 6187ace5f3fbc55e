"""What programs that copy are given to read, and what to write. Pure.

What is copied is the state of whoever writes it, and of a backup nothing but its target. Sources: rsync(1), tar(1),
borg-create(1), restic-backup(1), svnadmin, rclone, zip(1).
"""

import re
from collections.abc import Sequence
from posixpath import basename

__all__ = ["sources_of"]

_LAST_IS_TARGET = frozenset({"rsync", "cp", "scp", "rdiff-backup", "duplicity"})
_VERBS = {
    "rclone": frozenset({"copy", "sync", "move", "copyto", "moveto", "bisync"}),
    "svnadmin": frozenset({"hotcopy"}),
}
"""Programs of which a verb decides; behind it the last word is the target."""
_VALUED = re.compile(
    r"-[eTrpCilPFo]|--(?:rsh|exclude|exclude-from|include|files-from|link-dest|bwlimit|password-file|filter|log-file"
    r"|backup-dir|partial-dir|temp-dir|repo|tag|host|repository-file|cache-dir|compression|config|chunker-params)"
)
"""Options of these that have a word of their own as value, where they have none behind `=`."""
_TAR_MAKES = re.compile(r"-?[A-Za-z]*[cru][A-Za-z]*|--(?:create|append|update)")


def sources_of(words: Sequence[str]) -> frozenset[str]:
    """The words of one program that name what it reads to copy it."""
    name = basename(words[0]) if words else ""
    if name == "tar":
        return _of_tar(words[1:])
    operands = _operands(words[1:])
    if name in _LAST_IS_TARGET:
        return frozenset(operands[:-1])
    if name in _VERBS and operands[:1] and operands[0] in _VERBS[name]:
        return frozenset(operands[1:-1])
    if name in {"borg", "borgmatic", "restic"}:
        return _of_archive(operands)
    return frozenset(operands[1:]) if name == "zip" else frozenset()


def _operands(words: Sequence[str]) -> list[str]:
    found, before = [], ""
    for word in words:
        if not word.startswith("-") and not _VALUED.fullmatch(before):
            found.append(word)
        before = word
    return found


def _of_archive(operands: Sequence[str]) -> frozenset[str]:
    """`borg create REPOSITORY::NAME SOURCE`, `restic backup SOURCE`."""
    if "create" in operands:
        return frozenset(operands[operands.index("create") + 2 :])
    return frozenset(operands[operands.index("backup") + 1 :]) if "backup" in operands else frozenset()


def _of_tar(words: Sequence[str]) -> frozenset[str]:
    """Everything but the archive, where one is made: the word behind `-f`, or behind letters that end with it."""
    if not words or not any(_TAR_MAKES.fullmatch(word) for word in words[:3]):
        return frozenset()
    return frozenset(
        word
        for before, word in zip(("", *words), words, strict=False)
        if not word.startswith("-") and not (re.fullmatch(r"-?[A-Za-z]*f", before) or before == "--file")
    )
