"""Which files are a job's own, of those that it shares with services of its application and with its account. Pure.

A settings file of an application says what all of its parts call. A job is one of them, and what it does of that is
told by its own text alone: by the variables that it reads. Of what a framework's console starts the database is told,
which that opens for nearly every command; the queue, the mail and the partners it may never call.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from migrator.model.services import Call
from migrator.scan.calls import configured_calls
from migrator.scan.command_line import Started
from migrator.scan.default_ports import SCHEMES
from migrator.scan.facts.configuration import Configuration
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.ownership import FileRoots, account_files, foreign_files, mentions_of, named_files, programs_in
from migrator.scan.snapshot import Snapshot

__all__ = ["JobFiles", "is_console", "with_started"]

_CONSOLES = re.compile(
    r"artisan|manage\.py|console|rake|rails|occ|drush|wp|wp-cli(?:\.phar)?|magento|yii|cake|spark|flask|django-admin|(?:wp-)?cron\.php"
)
"""Programs by which frameworks and applications start one of their own commands."""
_DATABASES = frozenset(
    SCHEMES[name] for name in ("postgres", "mysql", "sqlserver", "oracle", "mongodb", "firebirdsql", "db2", "cassandra")
)
_KEEPS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(files), re.compile(programs))
    for files, programs in (
        (r"\.my\.cnf|\.mylogin\.cnf", r"mysql[a-z]*|mariadb[a-z-]*"),
        (r"\.pgpass|\.pg_service\.conf", r"psql|pg_[a-z]+|vacuumdb|reindexdb"),
        (r"\.netrc", r"curl|wget|ftp|lftp|ncftp[a-z]*|git|fetchmail"),
        (r"\.git-credentials", r"git"),
        (r"\.msmtprc", r"msmtp"),
        (r"\.s3cfg", r"s3cmd"),
        (r"\.smbcredentials", r"smbclient"),
        (r"\.ldaprc", r"ldap[a-z]+"),
    )
)
"""What an account keeps right in its home, and the programs that look for it there. Sources: their manual pages."""
_COPIES = re.compile(r"rsync|borg|restic|tar|svnadmin|zip|duplicity|rdiff-backup|cp|rclone")
_WORD = re.compile(r"[\w.+-]+")


@dataclass(frozen=True, slots=True)
class JobFiles:
    """What the files say that a job reads."""

    mentions: tuple[Mention, ...]
    """What its own files say, and of those that it shares what it uses."""
    calls: tuple[Call, ...] = ()
    """What its application calls whatever it is told to do."""

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        roots: FileRoots,
        work: Started,
        named: Sequence[frozenset[str]],
        *,
        taken: frozenset[str],
        read: frozenset[str],
    ) -> "JobFiles":
        """What is a job's of that work, and of `roots` that hold what its script starts.

        `taken` are folders of services, and `read` the files that these read; `named` what each service and job names.
        """
        own, programs = named_files(snapshot, roots), programs_in([work.text, work.program])
        foreign = foreign_files(own, named)
        shared = read - own
        words = set(_WORD.findall(work.text))
        kept = _kept(snapshot, roots.home, words | _uses(snapshot, own | roots.files))
        apart = replace(roots, folders=tuple(f for f in roots.folders if f not in taken), files=roots.files | kept)
        mentions = mentions_of(snapshot, apart, programs, foreign | shared)
        beside = [m for m in mentions_of(snapshot, roots, programs, foreign) if m.file in shared]
        uses = words | _uses(snapshot, own | roots.files | {m.file for m in mentions})
        used = tuple(_used(beside, uses))
        said = (*mentions, *used)
        if _words(uses, _COPIES):
            said = tuple(m for m in said if not (m.kind is MentionKind.DATA and m.file in read))
        databases = tuple(_of_database(beside)) if is_console(work.program) and not used else ()
        return cls(_without_local(said, kept), databases)


def with_started(snapshot: Snapshot, roots: FileRoots) -> FileRoots:
    """With the scripts that a script starts."""
    return replace(roots, files=roots.files | {one for one in _uses(snapshot, roots.files) if one.startswith("/")})


def is_console(program: str) -> bool:
    """Whether a program is that of a framework or an application by which its own commands are started."""
    return _CONSOLES.fullmatch(program.rpartition("/")[2]) is not None


def _uses(snapshot: Snapshot, files: frozenset[str]) -> set[str]:
    """Variables and programs that these files use."""
    return {m.key for m in snapshot.value(Configuration, ()) if m.kind is MentionKind.USES and m.file in files}


def _words(words: Iterable[str], pattern: re.Pattern[str]) -> list[str]:
    return [word for word in words if pattern.fullmatch(word)]


def _kept(snapshot: Snapshot, home: str, programs: Iterable[str]) -> frozenset[str]:
    """What the account keeps for the programs that the job calls."""
    called = set(programs)
    wanted = [files for files, names in _KEEPS if _words(called, names)]
    found = account_files(snapshot, home) if wanted else frozenset()
    return frozenset(file for file in found if any(one.fullmatch(file.rpartition("/")[2]) for one in wanted))


def _without_local(mentions: tuple[Mention, ...], kept: frozenset[str]) -> tuple[Mention, ...]:
    """Without clients that are given no host, where what the account keeps for them says another one."""
    away = any(m.file in kept and m.file.endswith(".my.cnf") and m.host for m in mentions)
    local = (MentionKind.CLIENT, "localhost")
    return tuple(m for m in mentions if not (away and (m.kind, m.host) == local and m.key.startswith(("my", "maria"))))


def _used(mentions: Sequence[Mention], uses: set[str]) -> Iterator[Mention]:
    """What lines say that set a variable which is used."""
    lines = {(m.file, m.line) for m in mentions if m.kind is MentionKind.VARIABLE and m.key in uses}
    return (m for m in mentions if (m.file, m.line) in lines)


def _of_database(mentions: Sequence[Mention]) -> Iterator[Call]:
    for call in configured_calls(mentions):
        if call.port in _DATABASES:
            yield replace(call, evidence=tuple(replace(one, inferred=True) for one in call.evidence))
