"""The walk: scan, generate, plan, and one service through its phases, up to 100 % and one step back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

from migrator.cutover import advance as engine
from migrator.cutover.advance import Cutover, Outcome
from migrator.cutover.sources.built_in import BuiltInSource
from migrator.errors import MigrateError
from migrator.generate import run as generating
from migrator.generate.templates import Templates
from migrator.gitops import layout
from migrator.gitops.git import GitRepository
from migrator.model.changes import ChangeSet
from migrator.model.estate import Estate
from migrator.model.hosts import Connection, Host
from migrator.model.plans import Plan, Strategy
from migrator.model.settings import Settings
from migrator.scan.estate import assemble
from migrator.scan.reading import looks
from migrator.scan.recording import load_recordings
from migrator.scan.run import questions, scan_hosts
from migrator.scan.transport import Budget
from migrator.scan.transports.local import LocalTransport
from migrator.scan.write import write_scan

__all__ = ["RECORDINGS", "Quickstart", "quickstart"]

RECORDINGS = Path(__file__).parent / "estate"
APPROVER = "quickstart"
_PATIENCE = timedelta(days=1)
"""Soak times are waited out in no time: gates are told that it is a day later."""


@dataclass(frozen=True, slots=True)
class Quickstart:
    """What came of it, for the caller to show."""

    estate: Estate
    scan_folder: Path
    repository: Path
    service: str
    plan: Plan
    outcomes: tuple[Outcome, ...]


def quickstart(folder: Path, tell: Callable[[str], None], *, live: bool = False) -> Quickstart:
    """Do all of it below `folder`, which has to be new or empty. `tell` hears of every step before it is taken.

    With `live` this machine is asked, too.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise MigrateError(f"{folder}: is not empty; choose another with --dir, or remove it")
    scan_folder, repository_folder = folder / "estate", folder / "fleet"
    tell(f"migrate scan --replay {RECORDINGS} --out {scan_folder}{'     (and this machine)' if live else ''}")
    estate = _scan(scan_folder, live=live)
    tell(f"migrate generate --from {scan_folder} --to {repository_folder}")
    repository = GitRepository.create(repository_folder)
    generating.generate(generating.read_folder(scan_folder), repository, Templates())
    tell(f"migrate cutover plan -C {repository_folder}")
    plan, *_ = engine.plan(repository)
    service = _example(plan)
    _take_image(repository, service, tell)
    outcomes = tuple(_phases(repository, service, repository_folder, tell))
    return Quickstart(estate, scan_folder, repository_folder, service, plan, outcomes)


def _scan(folder: Path, *, live: bool) -> Estate:
    """The recorded hosts, and this machine as it is where that is wanted."""
    here = [Host("localhost", connection=Connection.LOCAL)] if live else []
    facts = questions(deep=False)
    asked = scan_hosts(here, LocalTransport, facts=facts, budget=Budget(), forks=1)
    recorded = load_recordings(RECORDINGS)
    found = chain(looks(asked, deep=False), looks(recorded, deep=True))
    scan = assemble(found, now=datetime.now(UTC))
    write_scan(folder, scan)
    return scan.estate


def _example(plan: Plan) -> str:
    """The service to walk: it moves request by request, and calls the most others. MigrateError when none does."""
    weighted = [s for wave in plan.waves for s in wave.services if s.strategy is Strategy.WEIGHTED]
    if not weighted:
        raise MigrateError("the estate has no service that moves request by request; nothing to walk")
    return max(weighted, key=lambda service: (len(" ".join(service.why)), service.name)).name


def _take_image(repository: GitRepository, service: str, tell: Callable[[str], None]) -> None:
    """Name an image, as a pipeline does that has built one: none is built here."""
    path = f"{layout.app_overlay(service, Settings().environment)}/kustomization.yaml"
    text = repository.read(path) or ""
    tell(f"$EDITOR {path}     (newTag: an image is named, as if a pipeline had built it)")
    named = text.replace(layout.UNBUILT, '"0.1.0"')
    repository.commit(ChangeSet(f"{service}: take the image that was built", files={path: named}))


def _phases(repository: GitRepository, service: str, folder: Path, tell: Callable[[str], None]) -> Iterator[Outcome]:
    """Every phase up to the last, and one step back."""
    tell(f"migrate cutover start {service} -C {folder} --out-of-order 'to see how it goes'")
    yield Cutover(repository).start(service, out_of_order="to see how it goes")
    source, done = BuiltInSource(), False
    while not done:
        tell(f"migrate cutover advance {service} -C {folder} --metrics built-in --approve {APPROVER}")
        later = datetime.now(UTC) + _PATIENCE
        outcome = Cutover(repository).advance(service, source, now=later, approved_by=APPROVER)
        if outcome.changes is None and not outcome.done:
            reasons = "; ".join(f"{v.gate}: {v.reason}" for v in outcome.verdicts)
            raise MigrateError(f"{service}: held in phase {outcome.after}: {reasons}")
        done = outcome.done
        if not done:
            yield outcome
    tell(f"migrate cutover rollback {service} -C {folder}")
    yield Cutover(repository).rollback(service)
