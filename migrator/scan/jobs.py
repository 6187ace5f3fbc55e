"""Cron entries and timers to profiles of kind `job`. Pure."""

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from migrator.model.names import dns_label
from migrator.model.services import (
    Account,
    Evidence,
    OperatingSystem,
    Runtime,
    ServiceKind,
    ServiceProfile,
)
from migrator.scan.artifacts import artifacts_of, told_by
from migrator.scan.calls import configured_calls, merged
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.os_release import OsRelease
from migrator.scan.facts.timers import Timer, Timers
from migrator.scan.facts.units import Unit, Units
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.ownership import FileRoots, commands_of, file_roots, files_of, mentions_of, programs_in, secrets_in
from migrator.scan.platform import platform_reason
from migrator.scan.running import calls_of, named_in, of_cron, of_unit
from migrator.scan.snapshot import Snapshot
from migrator.scan.state import data_paths, is_program, state_of

__all__ = ["job_profiles", "job_roots"]

_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_WRAPPERS = frozenset(
    {"sh", "bash", "env", "nice", "ionice", "flock", "timeout", "exec", "cd", "test", "[", "sudo", "time"}
)
_DAILY = re.compile(r"\*-\*-\* (\d{1,2}):(\d{2}):00")
_HOURLY = re.compile(r"\*-\*-\* \*:(\d{2}):00")
_WEEKLY = re.compile(r"(Sun|Mon|Tue|Wed|Thu|Fri|Sat)\w* \*-\*-\* (\d{1,2}):(\d{2}):00")
_VENDOR = ("/lib/systemd/", "/usr/lib/systemd/")


def job_roots(snapshot: Snapshot) -> Iterator[FileRoots]:
    """Where the files of each job are."""
    for entry in _own_entries(snapshot):
        yield file_roots([entry.command])
    for _, unit in _own_timers(snapshot):
        yield _roots(" ".join(unit.command), unit)


def job_profiles(snapshot: Snapshot, taken: frozenset[str] = frozenset()) -> Iterator[ServiceProfile]:
    """Every scheduled job that did not come with a package of the distribution.

    `taken` are folders of services: a job of theirs reads the files that it names there, and not all.
    """
    entries = _own_entries(snapshot)
    per_file = Counter(entry.file for entry in entries)
    for entry in entries:
        yield _cron_profile(snapshot, entry, taken, alone=per_file[entry.file] == 1)
    for timer, unit in _own_timers(snapshot):
        yield _timer_profile(snapshot, timer, unit, taken)


def _own_entries(snapshot: Snapshot) -> list[CronEntry]:
    return [e for e in snapshot.value(Crontabs, ()) if not e.packaged and e.schedule != "@reboot"]


def _own_timers(snapshot: Snapshot) -> Iterator[tuple[Timer, Unit]]:
    units = {unit.name: unit for unit in snapshot.value(Units, ())}
    for timer in snapshot.value(Timers, ()):
        if timer.active and not timer.fragment.startswith(_VENDOR) and not platform_reason(timer.name):
            unit = units.get(timer.unit, Unit(timer.unit))
            yield timer, unit if unit.command else replace(unit, command=commands_of(snapshot, timer.unit))


def _roots(command: str, unit: Unit | None) -> FileRoots:
    files = (*unit.environment_files, *filter(None, (unit.fragment,))) if unit else ()
    return file_roots([command], files=files)


def _cron_profile(snapshot: Snapshot, entry: CronEntry, taken: frozenset[str], *, alone: bool) -> ServiceProfile:
    evidence = Evidence(Crontabs.name, f"{entry.schedule} {entry.command}"[:200], f"{entry.file}:{entry.line}")
    name = PurePosixPath(entry.file).name
    if not alone or not entry.file.startswith("/etc/cron.d/"):
        name = f"{name}-{PurePosixPath(_program(entry.command)).stem}"
    name = entry.name or name
    schedule = entry.schedule if entry.name else _MACROS.get(entry.schedule, entry.schedule)
    return _profile(
        snapshot,
        evidence,
        name=name,
        schedule=schedule,
        command=entry.command,
        user=entry.user,
        origin="cron",
        pids=of_cron(snapshot, entry),
        taken=taken,
        file=entry.file,
        line=entry.line,
    )


def _timer_profile(snapshot: Snapshot, timer: Timer, unit: Unit, taken: frozenset[str]) -> ServiceProfile:
    said = timer.calendar or timer.monotonic
    evidence = Evidence(Timers.name, f"{timer.name}: {said}", timer.fragment)
    return _profile(
        snapshot,
        evidence,
        name=timer.name.removesuffix(".timer"),
        schedule=_cron_fields(timer.calendar),
        command=" ".join(unit.command),
        user=unit.user or "root",
        origin="systemd",
        pids=of_unit(snapshot, unit),
        taken=taken,
        unit=unit,
    )


def _cron_fields(calendar: str) -> str:
    """The usual calendar expressions as cron fields; empty for those that cron cannot say. Source: systemd.time(7)."""
    if match := _DAILY.fullmatch(calendar):
        return f"{int(match[2])} {int(match[1])} * * *"
    if match := _HOURLY.fullmatch(calendar):
        return f"{int(match[1])} * * * *"
    if match := _WEEKLY.fullmatch(calendar):
        return f"{int(match[3])} {int(match[2])} * * {match[1][:3].upper()}"
    return ""


def _profile(
    snapshot: Snapshot,
    evidence: Evidence,
    *,
    name: str,
    schedule: str,
    command: str,
    user: str,
    origin: str,
    pids: frozenset[int],
    taken: frozenset[str],
    file: str = "",
    line: int = 0,
    unit: Unit | None = None,
) -> ServiceProfile:
    account = snapshot.value(Users, UsersFacts()).named(user)
    roots = _roots(command, unit)
    own_roots = replace(roots, folders=tuple(folder for folder in roots.folders if folder not in taken))
    said = (m for m in snapshot.value(Configuration, ()) if (m.file, m.line) == (file, line))
    mentions = (*mentions_of(snapshot, own_roots, programs_in([command])), *said)
    named = [(path, evidence) for path in data_paths(command) if not is_program(path)]
    machine = snapshot.value(Machine, MachineFacts(uid=-1))
    own = files_of(snapshot, own_roots, mentions)
    state = state_of(snapshot, None, named, mentions)
    told = list(told_by((), [(command, evidence)]))
    return ServiceProfile(
        service=dns_label(name),
        host=snapshot.host,
        runtime=Runtime(_runtime(command), "", (evidence,)),
        kind=ServiceKind.JOB,
        unit=unit.name if unit else "",
        origin=origin,
        command=_words(command),
        executable=_program(command),
        schedule=schedule,
        timezone=machine.timezone,
        account=Account(user, account.uid if account else None, account.gid if account else None),
        os=snapshot.value(OsRelease, OperatingSystem()),
        calls=merged(
            [*calls_of(snapshot, pids), *configured_calls(mentions), *configured_calls(named_in(snapshot, pids))]
        ),
        state=state,
        state_observed=machine.uid == 0,
        config=tuple(sorted({m.file for m in mentions} | ({file} if file else set()))),
        changed=own.changed,
        certificates=own.certificates,
        licences=own.licences,
        modified=own.modified,
        artifacts=artifacts_of(snapshot, roots.folders, told, (), [one.path for one in state]),
        secrets=secrets_in(mentions),
        evidence=(evidence,),
    )


def _words(command: str) -> tuple[str, ...]:
    """A crontab line goes through the shell, so that is what its command is."""
    return ("/bin/sh", "-c", command)


def _program(command: str) -> str:
    """The first word that is a program of its own and no wrapper, setting or redirection."""
    try:
        words = shlex.split(command, comments=False)
    except ValueError:
        words = command.split()
    plain = [w for w in words if not w.startswith("-") and "=" not in w and w not in {"&&", "||", ";", "|"}]
    wanted = [w for w in plain if PurePosixPath(w).name not in _WRAPPERS]
    paths = [w for w in wanted[:3] if w.startswith("/") and "." in PurePosixPath(w).name]
    return (wanted[:1] if wanted and not paths else paths or plain or ["job"])[0]


def _runtime(command: str) -> str:
    suffix = PurePosixPath(_program(command)).suffix
    return {".py": "python", ".sh": "shell", ".php": "php", ".rb": "ruby", ".pl": "perl", ".js": "node"}.get(
        suffix, "command"
    )
