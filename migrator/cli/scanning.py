"""What `migrate scan` does once its options are read. Apart from `scan.py`, so that `--help` imports nothing heavy."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from migrator.cli.output import emit, say
from migrator.cli.progress import Report, progress
from migrator.inventory import load_inventory
from migrator.model.estate import Estate
from migrator.scan.collect import script
from migrator.scan.estate import Scan, assemble
from migrator.scan.recording import load_recordings, save_recording
from migrator.scan.run import Answer, questions, read_answer, scan_hosts
from migrator.scan.transport import Budget
from migrator.scan.transports import TransportOptions, Transports
from migrator.scan.write import Written, write_scan

__all__ = ["Options", "asked", "commands", "finish", "replayed"]


@dataclass(frozen=True, slots=True)
class Options:
    """How to ask."""

    limit: str | None
    forks: int
    timeout: float
    deep: bool
    known_hosts: Path | None
    record: Path | None


def commands(*, deep: bool) -> str:
    """The script as a host gets it, with a nonce of noughts, for an auditor to read."""
    return script(questions(deep=deep), "0" * 32)


def replayed(folder: Path) -> list[Answer]:
    """Answers from recordings."""
    return load_recordings(folder)


def asked(sources: Sequence[str], options: Options) -> list[Answer]:
    """Answers from live hosts."""
    inventory = load_inventory(sources, limit=options.limit)
    for warning in inventory.warnings:
        say(f"warning: {warning}")
    budget = Budget(seconds=options.timeout)
    with (
        progress(len(inventory.hosts)) as report,
        closing(Transports(TransportOptions(known_hosts=options.known_hosts))) as transports,
    ):
        return scan_hosts(
            inventory.hosts,
            transports.open,
            facts=questions(deep=options.deep),
            budget=budget,
            forks=options.forks,
            report=lambda answer: _reported(answer, options.record, report),
        )


def _reported(answer: Answer, record: Path | None, report: Report) -> None:
    if record and answer.sections:
        save_recording(record, answer)
    report({"host": answer.host, "facts": len(answer.sections), "error": answer.error})


def finish(answers: Sequence[Answer], folder: Path, *, deep: bool, overwrite: bool, output: str) -> int:
    """Read the answers, write the files, print the result. Returns how many hosts could not be read."""
    facts = questions(deep=deep)
    scan = assemble([read_answer(answer, facts) for answer in answers], now=datetime.now(UTC))
    written = write_scan(folder, scan, overwrite=overwrite)
    emit(_rows(scan), ["service", "runtime", "kind", "state", "hosts", "calls"], output)
    failed = [host for host in scan.estate.hosts if host.error]
    for host in failed:
        say(f"error: {host.name}: {host.error}")
    _summary(scan.estate, written, folder)
    return len(failed)


def _rows(scan: Scan) -> list[dict[str, object]]:
    estate, seen = scan.estate, {profile.service for profile in scan.profiles if profile.state}
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


def _summary(estate: Estate, written: Written, folder: Path) -> None:
    scanned = [host for host in estate.hosts if host.observed]
    blind = [host.name for host in scanned if host.refused or host.partial]
    say(
        f"{len(scanned)} of {len(estate.hosts)} hosts, {len(estate.services)} services, {len(estate.edges)} edges, "
        f"{len(estate.findings)} findings about the estate: {folder / 'estate.yaml'}"
    )
    if blind:
        say(f"not fully seen (see `partial` and `refused` in estate.yaml): {', '.join(blind)}")
    for path in written.kept:
        say(f"kept your edit: {folder / path} (--overwrite takes what the scan says now)")
    say(f"next: read {folder / 'profiles'}, mend what is wrong, then: migrate generate --from {folder} --to REPOSITORY")
