"""What `migrate cutover` does once its options are read; apart from `cutover.py`, so that help stays light."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from migrator.cli.output import emit, safe, say
from migrator.cutover import advance as engine
from migrator.cutover.advance import Cutover, Outcome, Status
from migrator.cutover.plan_file import service_of
from migrator.cutover.sources import open_source
from migrator.errors import ExitCode
from migrator.gitops.git import GitRepository
from migrator.model.plans import Plan, Verdict

__all__ = ["Advance", "Live", "advance", "history", "plan", "rollback", "start", "status"]


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


def plan(repo: Path, output: str, *, dry_run: bool, overwrite: bool) -> bool:
    """Plan and print; whether the plan changed."""
    made, commit, difference = engine.plan(GitRepository.open(repo), overwrite=overwrite, dry_run=dry_run)
    if dry_run and difference:
        click.echo(safe(difference), nl=False)
        return True
    emit(_plan_rows(made), ["wave", "service", "strategy", "phases", "why"], output)
    for wave in made.waves:
        for ring in wave.rings:
            say(f"{wave.name}: {', '.join(ring)} call each other in a circle and move together")
    say(f"committed {commit[:10]}: cutover/plan.yaml" if commit else "the plan stands already; nothing was committed")
    first = next((s.name for w in made.waves for s in w.services if s.phases), None)
    if first:
        say(f"next: read and edit cutover/plan.yaml, then: migrate cutover start {first} -C {repo}")
    return bool(difference)


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


def start(repo: Path, service: str, output: str, *, dry_run: bool, out_of_order: str) -> None:
    """Start a service and say what comes next."""
    cutover = Cutover(GitRepository.open(repo), dry_run=dry_run)
    outcome = cutover.start(service, out_of_order=out_of_order)
    _show(cutover, outcome, output, dry_run=dry_run)
    if not outcome.changes:
        say(f"{service} is in phase {outcome.after} already; nothing was committed")
    command = f"migrate cutover advance {service} -C {repo} --approve NAME"
    say(f"next: when the agent has applied it and the workload is Ready: {command}")


def advance(repo: Path, service: str, output: str, options: Advance, *, dry_run: bool) -> ExitCode:
    """Advance a service; the exit code tells held from rolled back."""
    cutover = Cutover(GitRepository.open(repo), dry_run=dry_run)
    address = cutover.settings.metrics.prometheus if options.metrics is None else options.metrics
    source = open_source(address)
    for path in cutover.stale():
        say(f"warning: {path} changed since the plan was made; consider: migrate cutover plan -C {repo}")
    now = datetime.now(UTC)
    outcome = cutover.advance(service, source, now=now, approved_by=options.approved_by, on_fail=options.on_fail)
    _show(cutover, outcome, output, dry_run=dry_run)
    _tell_verdicts(outcome.verdicts, source.name)
    if outcome.done:
        say(f"{service} is in its last phase, {outcome.after}; there is nothing further to do")
        return ExitCode.OK
    if outcome.changes is None:
        command = f"migrate cutover rollback {service} -C {repo}"
        say(f"held in phase {outcome.after}; nothing was committed. To go back: {command}")
        return ExitCode.HELD
    going_back = any(verdict.kind == "fail" for verdict in outcome.verdicts)
    if going_back:
        say(f"rolled back to {outcome.after or 'not-started'} because a gate failed")
        return ExitCode.ROLLED_BACK
    say(f"next: migrate cutover advance {service} -C {repo}")
    return ExitCode.OK


def rollback(repo: Path, service: str, output: str, *, dry_run: bool, to: str | None) -> None:
    """Roll a service back."""
    cutover = Cutover(GitRepository.open(repo), dry_run=dry_run)
    outcome = cutover.rollback(service, to=to)
    _show(cutover, outcome, output, dry_run=dry_run)
    if outcome.done:
        say(f"{service} is in {outcome.after or 'not-started'} already; nothing was committed")


def status(repo: Path, service: str, output: str, live: Live | None) -> None:
    """Print where services stand, with `live` also what the cluster says."""
    repository = GitRepository.open(repo)
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
        "cluster": f"{one.weight} %",
        "since": one.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if one.since else "",
        "next": one.next_phase,
        "why": "; ".join(one.why),
    }


def history(repo: Path, service: str, output: str) -> None:
    """Print the commits of the cutover."""
    commits = Cutover(GitRepository.open(repo)).history(service)
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


def _show(cutover: Cutover, outcome: Outcome, output: str, *, dry_run: bool) -> None:
    if dry_run:
        click.echo(safe(cutover.difference(outcome)), nl=False)
        return
    row = {
        "name": outcome.service,
        "service": outcome.service,
        "from": outcome.before or "not-started",
        "to": outcome.after or "not-started",
        "cluster": f"{outcome.weight} %",
        "commit": (outcome.commit or "none")[:10],
        "gates": [{"gate": v.gate, "verdict": str(v.kind), "reason": v.reason} for v in outcome.verdicts],
    }
    emit([row], ["service", "from", "to", "cluster", "commit"], output)


def _tell_verdicts(verdicts: tuple[Verdict, ...], source: str) -> None:
    for verdict in verdicts:
        say(f"  {verdict.kind:<4} {verdict.gate}: {verdict.reason}")
    if verdicts:
        say(f"  numbers from: {source}")
