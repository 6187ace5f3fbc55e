"""Cron entries and timers to profiles of kind `job`. Pure."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
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
from migrator.scan.account_units import AccountUnit
from migrator.scan.artifacts import artifacts_of, told_by
from migrator.scan.calls import configured_calls, merged
from migrator.scan.command_line import Started
from migrator.scan.crontab import said_in_crontab, work_in, work_of
from migrator.scan.facts.changed_files import ChangedFiles, PackagedFiles
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.crontabs import CronEntry, Crontabs
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.os_release import OsRelease
from migrator.scan.facts.timers import Timer, Timers
from migrator.scan.facts.units import Unit, Units
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.job_files import JobFiles, is_console, with_started
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.ownership import (
    FileRoots,
    commands_of,
    file_roots,
    files_of,
    home_named,
    secrets_in,
)
from migrator.scan.platform import platform_reason
from migrator.scan.provided import packages_of_line
from migrator.scan.running import ONCE, calls_of, data_in, lasts, named_in, of_cron, of_unit
from migrator.scan.snapshot import Snapshot
from migrator.scan.state import copied_from, data_paths, is_document, is_program, state_of
from migrator.scan.timer_calendar import cron_time

__all__ = ["Job", "job_profile", "jobs_of"]

_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_OF_PACKAGES = ("/etc/cron.d/", "/etc/incron.d/")
"""A file there is called after what it is for."""
_DEBIAN = frozenset({"debian", "devuan", "kali", "linuxmint", "pop", "raspbian", "ubuntu"})
_RUN_PARTS = re.compile(r"[A-Za-z0-9_-]+")
_VENDOR = ("/lib/systemd/", "/usr/lib/systemd/")


@dataclass(frozen=True, slots=True)
class Job:
    """A job as a crontab or a unit has it."""

    name: str
    schedule: str
    command: str
    user: str
    origin: str
    evidence: Evidence
    work: Started
    """What its command starts."""
    timezone: str = ""
    """The zone that its schedule is meant in, where that is not the host's. cronie heeds `CRON_TZ`, Debian's cron does
    not. Sources: crontab(5) of both."""
    pids: frozenset[int] = frozenset()
    file: str = ""
    line: int = 0
    said: tuple[Mention, ...] = ()
    """What the line of its crontab says, and settings there that it uses."""
    unit: Unit | None = None

    @property
    def roots(self) -> FileRoots:
        """Where its files are."""
        unit = (*self.unit.environment_files, *filter(None, (self.unit.fragment,))) if self.unit else ()
        return file_roots([self.work.text, self.work.program], files=(*unit, *self.work.sourced))


def jobs_of(snapshot: Snapshot) -> Iterator[Job]:
    """Every scheduled job that did not come with a package of the distribution."""
    crontabs: dict[str, list[tuple[CronEntry, Started]]] = {}
    changed = snapshot.value(ChangedFiles, PackagedFiles()).changed
    for entry in snapshot.value(Crontabs, ()):
        if _is_own(entry, changed) and _is_read(entry, snapshot) and entry.schedule != "@reboot":
            crontabs.setdefault(entry.file, []).append((entry, work_of(snapshot, entry)))
    for crontab in crontabs.values():
        for entry, work in crontab:
            yield _cron_job(snapshot, entry, work, crontab)
    for timer, unit in _own_timers(snapshot):
        yield _timer_job(snapshot, timer, unit)


def _is_own(entry: CronEntry, changed: Container[str]) -> bool:
    """Whether somebody here wrote the line: a crontab that a package brought counts where it was changed since.

    Who runs the scripts of `cron.daily` and its like stands in /etc/crontab itself, and is no job of anybody.
    """
    return not entry.packaged or (entry.file in changed and "run-parts" not in entry.command)


def _is_read(entry: CronEntry, snapshot: Snapshot) -> bool:
    """Whether this host's cron reads the file: Debian's passes over a name with a dot, as `.disabled` is meant.

    cronie, of Red Hat and SUSE, reads it. Sources: cron(8) of Debian, run-parts(8).
    """
    folder, _, name = entry.file.rpartition("/")
    ruled = folder.startswith("/etc/cron.") and _is_debian(snapshot)
    return not ruled or _RUN_PARTS.fullmatch(name) is not None


def _is_debian(snapshot: Snapshot) -> bool:
    return snapshot.value(OsRelease, OperatingSystem()).id in _DEBIAN


def _own_timers(snapshot: Snapshot) -> Iterator[tuple[Timer, Unit]]:
    units = {unit.name: unit for unit in snapshot.value(Units, ())}
    for timer in snapshot.value(Timers, ()):
        unit = _of_account(timer.unit, timer.starts) if timer.starts else units.get(timer.unit, Unit(timer.unit))
        stays = lasts(unit) or (timer.starts is not None and unit.type != ONCE)
        known = timer.fragment.startswith(_VENDOR) or platform_reason(timer.stem) or (timer.paths and stays)
        if timer.active and not known:
            yield timer, unit if unit.command else replace(unit, command=commands_of(snapshot, timer.unit))


def _of_account(name: str, starts: AccountUnit) -> Unit:
    return Unit(
        name,
        type=starts.type,
        command=starts.command,
        user=starts.account,
        directory=starts.directory,
        environment_files=starts.environment_files,
        fragment=starts.fragment,
    )


def _cron_job(snapshot: Snapshot, entry: CronEntry, work: Started, crontab: Sequence[tuple[CronEntry, Started]]) -> Job:
    name = PurePosixPath(entry.file).name
    if len(crontab) > 1 or not entry.file.startswith(_OF_PACKAGES):
        name = f"{name}-{PurePosixPath(work.program).stem}"
    return Job(
        name=entry.name or name,
        schedule=entry.schedule if entry.name else _MACROS.get(entry.schedule, entry.schedule),
        command=entry.command,
        user=entry.user,
        origin="incron" if entry.watches else "cron",
        evidence=Evidence(Crontabs.name, f"{entry.schedule} {entry.command}"[:200], f"{entry.file}:{entry.line}"),
        work=work,
        timezone="" if _is_debian(snapshot) else entry.timezone,
        pids=of_cron(snapshot, entry),
        file=entry.file,
        line=entry.line,
        said=tuple(said_in_crontab(snapshot, entry, work, crontab)),
    )


def _timer_job(snapshot: Snapshot, timer: Timer, unit: Unit) -> Job:
    time = cron_time(timer.calendars) if timer.calendars else None
    user = unit.user or "root"
    command = " ".join(unit.command)
    return Job(
        name=timer.stem,
        schedule=time.fields if time else timer.said,
        timezone=time.zone if time else "",
        command=command,
        user=user,
        origin="systemd user" if timer.starts else "systemd",
        evidence=Evidence(Timers.name, f"{timer.name}: {timer.said}", timer.fragment),
        work=work_in(snapshot, command, {"HOME": home_named(snapshot, user)}, unit.directory),
        pids=of_unit(snapshot, unit),
        unit=unit,
    )


def job_profile(
    snapshot: Snapshot,
    job: Job,
    named: Sequence[frozenset[str]] = (),
    *,
    taken: frozenset[str] = frozenset(),
    read: frozenset[str] = frozenset(),
    unsure: frozenset[int] = frozenset(),
) -> ServiceProfile:
    """The profile of a job.

    `taken` are folders of services: a job of theirs reads the files that it names there, and not all; `read` are the
    files that services read. `named` are the files that each service and job names: `/etc/feed/north.env` is of one
    instance, and `south.env` of another. `unsure` are ports that are not supposed where a setting names none: services
    that read the same use them.
    """
    account = snapshot.value(Users, UsersFacts()).named(job.user)
    roots, work = with_started(snapshot, job.roots), job.work
    roots = replace(roots, home=home_named(snapshot, job.user).rstrip("/"))
    found = JobFiles.of(snapshot, roots, work, named, taken=taken, read=read)
    own_roots = replace(roots, folders=tuple(folder for folder in roots.folders if folder not in taken))
    mentions = (*found.mentions, *job.said)
    started_with = named_in(snapshot, job.pids)
    outputs = dict(_documents(snapshot, job, roots, mentions))
    data = [*_data_of_line(job, roots, taken), *outputs.items(), *data_in(started_with)]
    machine = snapshot.value(Machine, MachineFacts(uid=-1))
    own = files_of(snapshot, own_roots, mentions)
    state = state_of(snapshot, None, data, mentions, (*work.files, *outputs))
    said = (*mentions, *started_with)
    told = list(told_by((), [(f"{work.text} {work.program}", job.evidence)]))
    return ServiceProfile(
        service=dns_label(job.name),
        host=snapshot.host,
        runtime=Runtime(work.runtime, "", (job.evidence,)),
        kind=ServiceKind.JOB,
        unit=job.unit.name if job.unit else "",
        origin=job.origin,
        command=_words(job.command),
        executable=work.program,
        schedule=job.schedule,
        timezone=job.timezone or machine.timezone,
        account=Account(job.user, account.uid if account else None, account.gid if account else None),
        os=snapshot.value(OsRelease, OperatingSystem()),
        calls=merged([*calls_of(snapshot, job.pids), *configured_calls(said, unsure), *found.calls]),
        state=state,
        copies_from=copied_from(mentions, data_paths(work.copies, job.command), state),
        state_observed=machine.uid == 0,
        config=tuple(sorted({m.file for m in mentions} | ({job.file} if job.file else set()))),
        changed=own.changed,
        certificates=own.certificates,
        licences=own.licences,
        modified=own.modified,
        artifacts=artifacts_of(snapshot, roots.folders, told, (), [one.path for one in state]),
        packages=packages_of_line(snapshot, work.text, work.program),
        secrets=secrets_in(mentions),
        evidence=(job.evidence,),
    )


def _data_of_line(job: Job, roots: FileRoots, taken: frozenset[str]) -> Iterator[tuple[str, Evidence]]:
    """What its line works on, but for folders of applications in which it only is."""
    places = {*taken, *(roots.folders if is_console(job.work.program) else ())}
    for path in data_paths(job.work.works_on, job.command):
        if path not in places and not is_program(path):
            yield path, job.evidence


def _documents(
    snapshot: Snapshot, job: Job, roots: FileRoots, mentions: Sequence[Mention]
) -> Iterator[tuple[str, Evidence]]:
    """Its output in a form that settings have as well: what its shell writes, and what its program names.

    What stands with the program itself is none, nor is what says something as settings do.
    """
    yield from ((path, job.evidence) for path in job.work.files if is_document(path) and data_paths(path))
    known = {m.file for m in snapshot.value(Configuration, ())} | {*snapshot.denied(Configuration)}
    for one in mentions:
        is_data = one.kind is MentionKind.DATA and one.path not in known
        if is_data and is_document(one.path) and not roots.hold(one.path):
            yield one.path, Evidence(Configuration.name, one.text, f"{one.file}:{one.line}")


def _words(command: str) -> tuple[str, ...]:
    """A crontab line goes through the shell, so that is what its command is."""
    return ("/bin/sh", "-c", command)
