"""What `migrate cutover` does once its options are read; apart from `cutover.py`, so that help stays light."""

import re
import shlex
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import click

from migrator.cli.opening import opened
from migrator.cli.output import emit, safe, say
from migrator.cutover import advance as engine
from migrator.cutover.advance import Cutover, Outcome, Status
from migrator.cutover.journal import NOT_STARTED
from migrator.cutover.plan_file import service_of
from migrator.cutover.sources import open_source
from migrator.errors import ExitCode, MigrateError, ProfileError
from migrator.gitops import layout
from migrator.gitops.git import GitRepository
from migrator.model.estate import Estate, unseen
from migrator.model.plans import Plan, Verdict
from migrator.records import load_record

__all__ = ["Advance", "Live", "Manner", "advance", "history", "plan", "rollback", "start", "status"]


_REMOTE = "origin"
P = ParamSpec("P")
T = TypeVar("T")


_ADVICE = re.compile(r"migrate cutover (?:plan|start|advance|rollback|status|history)\b(?! -C)")


def _for(repo: Path, said: str) -> str:
    """The commands that a message advises, for the repository that this one was given."""
    return _ADVICE.sub(lambda match: f"{match[0]} -C {shlex.quote(str(repo))}", said) if repo != Path() else said


def _advising(call: Callable[Concatenate[Path, P], T]) -> Callable[Concatenate[Path, P], T]:
    """The same for an error that ends a command."""

    @wraps(call)
    def advising(repo: Path, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(repo, *args, **kwargs)
        except MigrateError as error:
            error.args = (_for(repo, str(error)),)
            raise

    return advising


@dataclass(frozen=True, slots=True)
class Manner:
    """How a step is printed, and whether it is made and pushed."""

    output: str
    dry_run: bool
    push: bool


@dataclass(frozen=True, slots=True)
class Live:
    """Which cluster to ask; None: as kubectl would."""

    kubeconfig: str | None
    context: str | None


@dataclass(frozen=True, slots=True)
class Advance:
    """How to advance."""

    approved_by: str
    on_fail: str
    metrics: str | None


@_advising
def plan(repo: Path, output: str, *, dry_run: bool, overwrite: bool, keep: bool) -> bool:
    """Plan and print; whether the plan changed."""
    repository = opened(repo)
    made, commit, difference = engine.plan(repository, overwrite=overwrite, keep=keep, dry_run=dry_run)
    if dry_run and difference:
        click.echo(safe(difference), nl=False)
        say("a dry run: nothing was committed")
        return True
    columns = ["wave", "service", "strategy", "phases", "why"]
    emit(_plan_rows(made), ["service"] if output == "name" else columns, output)
    for wave in made.waves:
        for ring in wave.rings:
            say(f"{wave.name}: {', '.join(ring)} call each other in a circle and move together")
    estate = load_record(Estate, repository.read(layout.ESTATE) or "", file=layout.ESTATE, error=ProfileError)
    for line in unseen(estate):
        say(f"warning: {line}")
    _tell_blind(engine.blind(repository, made))
    say(f"committed {commit[:10]}: cutover/plan.yaml" if commit else "the plan stands already; nothing was committed")
    first = next((s.name for w in made.waves for s in w.services if s.phases), None)
    if first:
        say(f"next: read and edit cutover/plan.yaml, then: {_command('start', first, repo)}")
    return bool(difference)


def _tell_blind(found: Mapping[str, str]) -> None:
    """Said when it is planned: nobody should learn it from the first phase that cannot be left."""
    for name, why in found.items():
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        say(f"warning: {name}{more}: {why}; see `mesh` and `gateway` in migrate.yaml")
        return


def _plan_rows(made: Plan) -> list[dict[str, object]]:
    return [
        {
            "name": service.name,
            "wave": wave.name,
            "service": service.name,
            "strategy": str(service.strategy),
            "phases": " ".join(phase.name for phase in service.phases) or "-",
            "why": "; ".join(service.why),
        }
        for wave in made.waves
        for service in wave.services
    ]


@_advising
def start(repo: Path, service: str, manner: Manner, *, out_of_order: str) -> None:
    """Start a service and say what comes next."""
    cutover = Cutover(opened(repo), dry_run=manner.dry_run)
    outcome = cutover.start(service, out_of_order=out_of_order)
    _show(cutover, outcome, manner, repo)
    if not outcome.changes:
        say(f"{service} is in phase {outcome.after} already; nothing was committed")
    say(f"next: when the agent has applied it and the workload is Ready: {_forward(cutover, outcome, repo)}")


@_advising
def advance(repo: Path, service: str, manner: Manner, options: Advance) -> ExitCode:
    """Advance a service; the exit code tells held from rolled back."""
    cutover = Cutover(opened(repo), dry_run=manner.dry_run)
    address = cutover.settings.metrics.prometheus if options.metrics is None else options.metrics
    source = open_source(address)
    now = datetime.now(UTC)
    outcome = cutover.advance(service, source, now=now, approved_by=options.approved_by, on_fail=options.on_fail)
    for path in cutover.stale(service):
        say(f"warning: {path} changed since the plan was made; consider: migrate cutover plan -C {repo}")
    _tell_verdicts(outcome.verdicts, source.name)
    _show(cutover, outcome, manner, repo)
    return _tell_advance(cutover, outcome, repo)


def _tell_advance(cutover: Cutover, outcome: Outcome, repo: Path) -> ExitCode:
    """What came of it and which command comes next, for the person; the exit code for the script."""
    service, phase = outcome.service, outcome.after or "not-started"
    back = f"to go back: {_command('rollback', service, repo)}"
    if outcome.done:
        say(f"{service} is in its last phase, {phase}; there is nothing further to do; {back}")
        return ExitCode.OK
    if outcome.changes is None:
        say(f"held in phase {phase}; nothing was committed; {back}")
        return ExitCode.HELD
    if any(verdict.kind == "fail" for verdict in outcome.verdicts):
        command = _command("advance", service, repo)
        say(f"rolled back to {phase} because a gate failed; next: find out why, then: {command}")
        return ExitCode.ROLLED_BACK
    say(f"next: {_forward(cutover, outcome, repo)}; {back}")
    return ExitCode.OK


def _forward(cutover: Cutover, outcome: Outcome, repo: Path) -> str:
    """The command that leaves the phase which was entered, with what its gates want of a person."""
    wanted = " --approve NAME" if cutover.wants_approval(outcome.service, outcome.after) else ""
    return f"{_command('advance', outcome.service, repo)}{wanted}"


@_advising
def rollback(repo: Path, service: str, manner: Manner, *, to: str | None) -> None:
    """Roll a service back."""
    cutover = Cutover(opened(repo), dry_run=manner.dry_run)
    outcome = cutover.rollback(service, to=to)
    _show(cutover, outcome, manner, repo)
    if outcome.done:
        say(f"{service} is in {outcome.after or 'not-started'} already; nothing was committed")
    if to == NOT_STARTED and outcome.after:
        again = f"{_command('rollback', service, repo)} --to {NOT_STARTED}"
        say(f"next: when the agent has applied that (a suspended one never would), switch it off: {again}")
        return
    verb = "advance" if outcome.after else "start"
    say(f"next: when the reason is gone: {_command(verb, service, repo)}")


def _command(verb: str, service: str, repo: Path) -> str:
    return f"migrate cutover {verb} {service} -C {shlex.quote(str(repo))}"


@_advising
def status(repo: Path, service: str, output: str, live: Live | None) -> ExitCode:
    """Print where services stand, with `live` also what the cluster says; FAILED when that is unclear for one."""
    repository = opened(repo)
    cutover = Cutover(repository)
    if service:
        service_of(cutover.plan, service)
    chosen = [one for one in cutover.status() if service in {"", one.service}]
    said = _live(cutover, repository.head() or "", live, [one.service for one in chosen]) if live else {}
    rows = [{**_status_row(one), **({"live": said.get(one.service, "")} if live else {})} for one in chosen]
    columns = ["service", "wave", "strategy", "phase", "cluster", "since", "next", *(["live"] if live else [])]
    emit(rows, [*columns, "why"] if service or output == "wide" else columns, output)
    for path in cutover.stale():
        say(f"warning: {path} changed since the plan was made")
    problems = [one.problem for one in chosen if one.problem]
    for problem in problems:
        say(f"error: {_for(repo, problem)}")
    return ExitCode.FAILED if problems else ExitCode.OK


def _live(cutover: Cutover, head: str, live: Live, services: list[str]) -> dict[str, str]:
    from migrator.cutover.cluster import KubernetesReader

    with closing(KubernetesReader(kubeconfig=live.kubeconfig, context=live.context)) as reader:
        return {service: cutover.live(reader, service, head=head) for service in services}


def _status_row(one: Status) -> dict[str, object]:
    return {
        "name": one.service,
        "service": one.service,
        "wave": one.wave,
        "strategy": str(one.strategy),
        "phase": one.phase,
        "cluster": "?" if one.problem else f"{one.weight} %",
        "weight": None if one.problem else one.weight,
        "problem": one.problem,
        "since": one.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if one.since else "",
        "next": one.next_phase,
        "why": "; ".join(one.why),
    }


@_advising
def history(repo: Path, service: str, output: str) -> None:
    """Print the commits of the cutover."""
    cutover = Cutover(opened(repo))
    commits = cutover.history(service)
    if service and not commits:
        service_of(cutover.plan, service)
    if not commits:
        say(f"no phase was entered yet; next: migrate cutover start SERVICE -C {shlex.quote(str(repo))}")
    rows = [
        {
            "name": commit.id,
            "commit": commit.id[:10],
            "when": commit.when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
            "author": commit.author,
            "subject": commit.subject,
            **{key: value for key, value in commit.trailers.items() if key.startswith("Migrate-")},
        }
        for commit in commits
    ]
    emit(rows, ["commit", "when", "author", "subject"], output)


def _show(cutover: Cutover, outcome: Outcome, manner: Manner, repo: Path) -> None:
    if manner.dry_run:
        click.echo(safe(cutover.difference(outcome)), nl=False)
        say("a dry run: nothing was committed")
        return
    _tell_commit(outcome, manner, repo)
    row = {
        "name": outcome.service,
        "service": outcome.service,
        "from": outcome.before or "not-started",
        "to": outcome.after or "not-started",
        "cluster": f"{outcome.weight} %",
        "weight": outcome.weight,
        "commit": (outcome.commit or "none")[:10],
        "gates": [{"gate": v.gate, "verdict": str(v.kind), "reason": v.reason} for v in outcome.verdicts],
    }
    emit([row], ["service", "from", "to", "cluster", "commit"], manner.output)
    if manner.push and outcome.commit:
        GitRepository.open(repo).push(_REMOTE)
        say(f"pushed to {_REMOTE}")


def _tell_commit(outcome: Outcome, manner: Manner, repo: Path) -> None:
    """Said before a push is tried: where the remote does not take it, the commit stands here all the same."""
    if not outcome.commit:
        return
    command = f"git -C {shlex.quote(str(repo))} push"
    pushed = "" if manner.push else f"; the agent sees it once it is pushed: {command}"
    say(f"committed {outcome.commit[:10]}{pushed}")


def _tell_verdicts(verdicts: tuple[Verdict, ...], source: str) -> None:
    for verdict in verdicts:
        say(f"  {verdict.kind:<4} {verdict.gate}: {verdict.reason}")
    if verdicts:
        say(f"  numbers from: {source}")
