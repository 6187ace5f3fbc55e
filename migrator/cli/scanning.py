"""What `migrate scan` does once its options are read. Apart from `scan.py`, so that `--help` imports nothing heavy."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from migrator.cli.asking import Access
from migrator.cli.output import emit, say
from migrator.cli.progress import progress
from migrator.errors import ExitCode, InputError, ProfileError
from migrator.files import write_text
from migrator.inventory import load_inventory
from migrator.inventory.limit import limited
from migrator.model.baseline import path_of
from migrator.model.duration import shown
from migrator.model.estate import HostReport, unseen
from migrator.model.hosts import Connection, Host, Inventory
from migrator.model.listing import few
from migrator.model.reviewed import Names
from migrator.model.services import ServiceProfile
from migrator.records import load_record
from migrator.scan.collect import script
from migrator.scan.estate import Scan, assemble
from migrator.scan.fact import Fact
from migrator.scan.look import Look, understood
from migrator.scan.memory_files import MemoryFolder
from migrator.scan.recording import folder_of, load_recording, load_recordings, save_recording
from migrator.scan.run import Answer, questions, read_answer, scan_hosts
from migrator.scan.snapshot import Snapshot
from migrator.scan.ssh.host_key_rules import Checking, HostKeyRules
from migrator.scan.ssh.host_keys import UNKNOWN
from migrator.scan.transport import Budget
from migrator.scan.transports import TransportOptions, Transports
from migrator.scan.watch import WATCHED, Sightings, sighted
from migrator.scan.write import Written, write_scan

__all__ = ["Options", "Target", "Watch", "asked", "commands", "finish", "replayed", "watched"]

_RETRY = "scan.retry"
_SAME_MACHINE, _NOBODY_THERE = "MIG038", "MIG022"
_SHOWN, _CALLS_SHOWN = 10, 5


@dataclass(frozen=True, slots=True)
class Options:
    """How to ask."""

    limit: str | None
    forks: int
    timeout: float
    deep: bool
    access: Access
    record: Path | None
    resume: bool = False
    """Take what `record` holds already, and ask the others."""


@dataclass(frozen=True, slots=True)
class Watch:
    """How long to go on looking, and how often."""

    long: timedelta
    every: timedelta


@dataclass(frozen=True, slots=True)
class Target:
    """Where the result goes."""

    folder: Path
    overwrite: bool
    output: str
    forgotten: tuple[str, ...] = ()
    """Hosts that a person takes out of the estate."""


def commands(*, deep: bool) -> str:
    """The script as a host gets it, with a nonce of noughts, for an auditor to read."""
    return script(questions(deep=deep), "0" * 32)


def replayed(folder: Path, limit: str | None) -> Iterator[Answer]:
    """Answers from recordings. InputError where `limit` leaves none of them."""
    answers = load_recordings(folder)
    return _limited(answers, limit, folder) if limit else answers


def _limited(answers: Iterable[Answer], limit: str, folder: Path) -> Iterator[Answer]:
    none = True
    for answer in answers:
        if limited([Host(answer.host)], limit):
            none = False
            yield answer
    if none:
        message = f"no recording matches --limit {limit}; recordings have the names of hosts, and no groups"
        raise InputError(message, file=str(folder))


def asked(sources: Sequence[str], options: Options) -> Iterator[Answer]:
    """Answers from live hosts, each as it comes."""
    inventory = load_inventory(sources, limit=options.limit)
    _note_inventory(inventory, options.access)
    hosts = [_as_told(host, options.access) for host in inventory.hosts]
    if options.access.host_key_checking == Checking.OFF:
        say("warning: HOST KEYS ARE NOT CHECKED: anybody on the way can answer in a host's place; every host is marked")
    kept = _kept(hosts, options)
    if kept:
        times = sorted(f"{taken_at.astimezone(UTC):%Y-%m-%d %H:%M}" for _, taken_at in kept.values())
        when = " to ".join(dict.fromkeys((times[0], times[-1])))
        say(f"{len(kept)} of {len(hosts)} hosts have answered before ({when} UTC): {options.record}")
    yield from (replace(load_recording(file), recording=False) for file, _ in kept.values())
    left = [host for host in hosts if host.name not in kept]
    yield from _ask(left, options, questions(deep=options.deep), options.record)


def _hosts(sources: Sequence[str], options: Options) -> Sequence[Host]:
    inventory = load_inventory(sources, limit=options.limit)
    return [_as_told(host, options.access) for host in inventory.hosts]


def _note_inventory(inventory: Inventory, access: Access) -> None:
    """What of the inventory, and of the command line beside it, does not count."""
    for warning in inventory.warnings:
        say(f"warning: {warning}")
    _note_overruled("--user", access.user, ((host.name, host.user) for host in inventory.hosts))
    _note_overruled("--private-key", access.private_key, ((host.name, host.key) for host in inventory.hosts))


def _note_overruled(option: str, given: str | None, said: Iterable[tuple[str, str | None]]) -> None:
    """The inventory comes first, which is not what everybody is used to: Ansible's `-e` would win."""
    names = [name for name, own in said if given and own and own != given]
    if names:
        say(f"warning: {option} {given}: of no effect on hosts whose inventory names another: {few(names)}")


def _as_told(host: Host, access: Access) -> Host:
    """The host with what the command line says, where the inventory says nothing."""
    become = access.become if host.become is None else host.become
    return replace(host, user=host.user or access.user, key=host.key or access.private_key, become=become)


def _kept(hosts: Sequence[Host], options: Options) -> dict[str, tuple[Path, datetime]]:
    """Whole answers of an earlier run, by host, and when each was given.

    They came from live hosts, so they are no recording to the reader.
    """
    if not (options.resume and options.record):
        return {}
    files = ((host.name, folder_of(options.record, host.name) / "recording.yaml") for host in hosts)
    found = ((name, file, load_recording(file)) for name, file in files if file.is_file())
    return {name: (file, answer.taken_at) for name, file, answer in found if not answer.error}


def _ask(
    hosts: Sequence[Host], options: Options, facts: Sequence[Fact[Any]], record: Path | None = None
) -> Iterator[Answer]:
    rules = _host_key_rules(options.access)
    with (
        _telling(rules),
        progress(len(hosts)) as report,
        closing(Transports(_transport_options(options.access, rules))) as transports,
        closing(
            scan_hosts(hosts, transports.open, facts=facts, budget=Budget(seconds=options.timeout), forks=options.forks)
        ) as answers,
    ):
        for answer in answers:
            if record and answer.sections:
                save_recording(record, answer)
            # Why a host failed is said once, by whoever asked, and not here as well.
            report({"host": answer.host, "facts": len(answer.sections), "failed": bool(answer.error)})
            yield answer


def _host_key_rules(access: Access) -> HostKeyRules:
    return HostKeyRules(checking=Checking(access.host_key_checking), only=access.known_hosts)


def _transport_options(access: Access, rules: HostKeyRules) -> TransportOptions:
    ssh = Connection.SSH if access.transport == "auto" else Connection(access.transport)
    return TransportOptions(rules, ssh, allow_legacy_crypto=access.allow_legacy_crypto)


@contextmanager
def _telling(rules: HostKeyRules) -> Iterator[None]:
    """In the end, say which host keys were new: somebody has to compare them."""
    try:
        yield
    finally:
        for line in rules.accepted.news:
            say(line)


def watched(sources: Sequence[str], options: Options, answers: Iterable[Answer], watch: Watch) -> Iterator[Look]:
    """One look at each host, and then again and again at those that answered, until time is over or Ctrl-C."""
    facts = questions(deep=options.deep)
    first = [read_answer(answer, facts) for answer in answers]
    later = _looked_again(sources, options, first, watch)
    return (understood(snapshot, later.get(snapshot.host, Sightings())) for snapshot in first)


def _looked_again(
    sources: Sequence[str], options: Options, first: Sequence[Snapshot], watch: Watch
) -> dict[str, Sightings]:
    known = {snapshot.host: snapshot for snapshot in first if snapshot.observations}
    hosts = [host for host in _hosts(sources, options) if host.name in known]
    seen = dict.fromkeys(known, Sightings())
    failed: dict[str, str] = {}
    end = time.monotonic() + watch.long.total_seconds()
    say(f"looking again at {len(hosts)} hosts every {shown(watch.every)} for {shown(watch.long)}; Ctrl-C ends it early")
    try:
        while hosts and (wait := min(watch.every.total_seconds(), end - time.monotonic())) > 0:
            time.sleep(wait)
            before, failed = failed, {}
            for answer in _ask(hosts, options, WATCHED):
                seen[answer.host] = sighted(seen[answer.host], known[answer.host], read_answer(answer, WATCHED))
                failed |= {answer.host: answer.error} if answer.error else {}
            _note_not_looked_at(before, failed)
    except KeyboardInterrupt:
        say("looking was ended early; what was seen until now counts")
    looks = sorted(one.looks for one in seen.values()) or [0]
    times = str(looks[0]) if looks[0] == looks[-1] else f"{looks[0]} to {looks[-1]}"
    say(f"looked again {times} {'time' if times == '1' else 'times'} at each host")
    return seen


def _note_not_looked_at(before: Mapping[str, str], failed: Mapping[str, str]) -> None:
    """What later looks could not see, told when it begins and when the reason changes."""
    for host, error in failed.items():
        if before.get(host) != error:
            say(f"warning: {host}: could not be looked at again: {error}")


def finish(looks: Iterable[Look], target: Target) -> ExitCode:
    """Understand the hosts, write the files, print the result. The exit code says whether all could be read."""
    memories = MemoryFolder(target.folder, target.forgotten)
    scan = assemble(looks, now=datetime.now(UTC), earlier=memories.except_of)
    memories.forget(scan.seen)
    written = write_scan(target.folder, scan, overwrite=target.overwrite)
    failed = [host for host in scan.estate.hosts if host.error and host.name in scan.asked]
    for host in failed:
        say(f"error: {host.name}: {host.error}")
    _note_failed([host.name for host in scan.estate.hosts if host.error], target.folder)
    _note_unknown_keys(sum(UNKNOWN in host.error for host in failed), target.folder)
    emit(_rows(scan, written, target.folder), ["service", "runtime", "kind", "state", "hosts", "calls"], target.output)
    _summary(scan, written, target.folder)
    if failed:
        return ExitCode.PARTIAL if len(failed) < len(scan.asked) else ExitCode.FAILED
    return ExitCode.OK


def _note_failed(names: Sequence[str], folder: Path) -> None:
    """Leave the names for `--limit @FILE`, as Ansible does; no such file when there are none."""
    file = folder / _RETRY
    if not names:
        file.unlink(missing_ok=True)
        return
    write_text(file, "".join(f"{name}\n" for name in names))
    say(f"names of the {len(names)} whose last try failed: {file}; ask only those again with --limit @{file}")


def _note_stopped(scan: Scan) -> None:
    """What was down: of itself the scan knows nothing, but that it is to run, and who is set up to call it."""
    down = [f"{host.name}: {what}" for host in scan.estate.hosts if host.name in scan.seen for what in host.stopped]
    if down:
        say(
            f"warning: set up to run and stopped, so what it calls and keeps was not seen: {few(down, _SHOWN, by='; ')}"
        )
    calls = [f"{one.subject} {one.message}" for one in scan.estate.findings if one.code == _NOBODY_THERE]
    for line in calls[:_CALLS_SHOWN]:
        say(f"warning: {line}")
    if calls[_CALLS_SHOWN:]:
        say(f"warning: and {len(calls) - _CALLS_SHOWN} more such calls ({_NOBODY_THERE} in estate.yaml)")


def _note_secrets(hosts: Sequence[HostReport]) -> None:
    """Where secrets lie about: what nobody reads any more is forgotten first when a host is given up."""
    files = sorted({f"{host.name}:{place.file}" for host in hosts for place in host.secrets})
    if files:
        say(f"secrets in files that nothing was seen to read: {few(files, _SHOWN)}")


def _note_profiles(written: Written, folder: Path) -> None:
    """What became of profiles that stood there before."""
    if written.removed:
        say(f"warning: not seen any more, profile removed: {few(written.removed, _SHOWN)}")
    for path in written.kept:
        if path in written.unseen:
            say(f"warning: kept your edit, but no longer seen: {folder / path} (remove it if the service is no more)")
        else:
            say(f"kept your edit: {folder / path} (--overwrite takes what the scan says now)")


def _note_sudo(hosts: Sequence[HostReport]) -> None:
    for why in dict.fromkeys(host.sudo for host in hosts):
        say(f"not root, {why}: {', '.join(host.name for host in hosts if host.sudo == why)}")


def _note_unknown_keys(count: int, folder: Path) -> None:
    """What to do about all of them at once."""
    if count:
        again = f"--host-key-checking accept-new --limit @{folder / _RETRY}"
        say(
            f"{count} with a host key that nobody knows: compare the fingerprints above with a source you trust, then "
            f"scan with {again}: it says the keys that it takes, which have to be the same"
        )


def _rows(scan: Scan, written: Written, folder: Path) -> list[dict[str, object]]:
    """One row for each service, by the name that people gave it."""
    profiles = {path_of(profile): profile for profile in scan.profiles} | _edited(written, folder)
    estate = Names.of(profiles).estate(scan.estate, profiles.values())
    seen = {profile.service for profile in profiles.values() if profile.state}
    return [
        {
            "name": service.name,
            "service": service.name,
            "runtime": service.runtime,
            "kind": str(service.kind),
            "state": "yes" if service.name in seen else "unknown" if service.stateful else "none seen",
            "hosts": ", ".join(service.hosts),
            "calls": ", ".join(dict.fromkeys(edge.callee for edge in estate.edges if edge.caller == service.name)),
        }
        for service in estate.services
    ]


def _edited(written: Written, folder: Path) -> dict[str, ServiceProfile]:
    texts = {path: (folder / path).read_text(encoding="utf-8") for path in written.kept}
    return {
        path: load_record(ServiceProfile, text, file=str(folder / path), error=ProfileError)
        for path, text in texts.items()
    }


def _summary(scan: Scan, written: Written, folder: Path) -> None:
    estate, scanned = scan.estate, scan.seen
    blind = [host.name for host in estate.hosts if host.name in scanned and (host.refused or host.partial)]
    say(
        f"{len(scanned)} of {len(estate.hosts)} hosts, {len(estate.services)} services, {len(estate.edges)} edges, "
        f"{len(estate.findings)} findings about the estate: {folder / 'estate.yaml'}"
    )
    for line in unseen(estate, told=scan.asked):
        say(f"warning: {line}")
    for double in (one for one in estate.findings if one.code == _SAME_MACHINE):
        say(f"warning: {double.subject} {double.message}. {double.remediation}")
    if any(host.last_seen or not host.observed for host in estate.hosts):
        never = "" if all(host.observed for host in estate.hosts) else ", or never was,"
        say(f"a host that is no more{never} is taken out with: migrate scan --out {folder} --forget HOST")
    if blind:
        say(f"not fully seen (see `partial` and `refused` in estate.yaml): {', '.join(blind)}")
    _note_stopped(scan)
    _note_secrets([host for host in estate.hosts if host.name in scanned])
    _note_sudo([host for host in estate.hosts if host.name in scanned and host.sudo])
    _note_profiles(written, folder)
    if scanned:
        then = f"migrate generate --from {folder} --to REPOSITORY"
        say(f"next: read {folder / 'profiles'}, mend what is wrong, then: {then}")
