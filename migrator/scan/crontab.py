"""What a line of a crontab means on its host: which program it starts, which settings of the crontab it uses. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.scan.command_line import Started, started, to_shell
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.crontabs import CronEntry
from migrator.scan.facts.file_times import FileTimes
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.ownership import home_named, programs_in
from migrator.scan.snapshot import Snapshot

__all__ = ["said_in_crontab", "work_in", "work_of"]

_OF_CRON = re.compile(
    r"SHELL|PATH|MAILTO|MAILFROM|HOME|LOGNAME|USER|TZ|CRON_TZ|CONTENT_\w+|LANG|LC_\w+|BASH_ENV|RANDOM_DELAY"
)
"""Settings that crond and every shell know."""
_OF_PROGRAMS = re.compile(r".*(?:PATH|LIB|LIBS|BIN|HOME|ROOT|PREFIX)")
"""Settings that say where programs are."""
_FOLDERS = ("/usr/local/sbin", "/usr/local/bin")


def work_of(snapshot: Snapshot, entry: CronEntry) -> Started:
    """What a line of a crontab starts. cron begins in the account's home; incron runs its command without a shell."""
    variables = {"HOME": home_named(snapshot, entry.user), **dict(entry.settings)}
    command = entry.command if entry.watches else to_shell(entry.command)
    return work_in(snapshot, command, variables, variables["HOME"])


def work_in(snapshot: Snapshot, command: str, variables: Mapping[str, str], folder: str) -> Started:
    """What a command starts; a bare name is that of a program in /usr/local where the host has one."""
    known = {name: value for name, value in variables.items() if value}
    found = started(command, variables=known, folder=folder if folder.startswith("/") else "")
    path = _local(snapshot, found.program) if "/" not in found.program else ""
    return replace(found, program=path) if path else found


def _local(snapshot: Snapshot, name: str) -> str:
    files = {m.file for m in snapshot.value(Configuration, ())} | {*snapshot.value(FileTimes, {})}
    return next((path for folder in _FOLDERS if (path := f"{folder}/{name}") in files), "")


def said_in_crontab(
    snapshot: Snapshot, entry: CronEntry, work: Started, crontab: Sequence[tuple[CronEntry, Started]]
) -> Iterator[Mention]:
    """What its own line says, and what settings before it say that it uses."""
    said = [m for m in snapshot.value(Configuration, ()) if m.file == entry.file and m.line <= entry.line]
    names = {m.line: m.key for m in said if m.kind is MentionKind.VARIABLE and m.line < entry.line}
    used = {line: name for line, name in names.items() if _uses(entry, work, line, name, crontab)}
    for mention in said:
        is_data = mention.kind is MentionKind.DATA
        if mention.line == entry.line:
            yield from () if is_data and mention.path not in work.works_on else (mention,)
        elif mention.line in used:
            yield from () if is_data and _holds_program(mention.path, used[mention.line], work) else (mention,)


def _uses(entry: CronEntry, work: Started, line: int, name: str, crontab: Sequence[tuple[CronEntry, Started]]) -> bool:
    """Whether the command names a setting, or starts the only program of somebody's own to which it is handed on."""
    if _OF_CRON.fullmatch(name):
        return False
    if re.search(rf"\$\{{?{re.escape(name)}\b", entry.command):
        return True
    others = [each for one, each in crontab if one.line > line and one.line != entry.line]
    return _is_own(work) and not any(map(_is_own, others))


def _is_own(work: Started) -> bool:
    return bool(programs_in([work.program]))


def _holds_program(path: str, name: str, work: Started) -> bool:
    return _OF_PROGRAMS.fullmatch(name) is not None or work.program.startswith(f"{path.rstrip('/')}/")
