"""What `migrate quickstart` prints. Apart from `quickstart.py`, so that `--help` imports nothing heavy."""

from collections import Counter
from pathlib import Path

from migrator.cli.output import emit, say
from migrator.cutover.sources.built_in import BuiltInSource
from migrator.quickstart.walk import Quickstart, quickstart

__all__ = ["walk"]


def walk(folder: Path, *, live: bool) -> None:
    """Take the walk and say where to look."""
    done = quickstart(folder, lambda command: say(f"$ {command}"), live=live)
    say("")
    _hosts(done)
    say("")
    emit(_steps(done), ["commit", "service", "from", "to", "cluster", "gates"], "wide")
    say("")
    say(f"  {BuiltInSource.name}: the metrics that opened these gates. They prove nothing about a real service.")
    _where_to_look(done)


def _hosts(done: Quickstart) -> None:
    recorded = [host.name for host in done.estate.hosts if host.recording]
    live = [f"{host.name} ({host.privilege or 'not reached'})" for host in done.estate.hosts if not host.recording]
    strategies = Counter(str(service.strategy) for wave in done.plan.waves for service in wave.services)
    asked = f"scanned live: {', '.join(live)}; " if live else ""
    say(f"{asked}replayed from recordings: {', '.join(recorded)}")
    say(f"{len(done.estate.services)} services, {len(done.estate.edges)} edges, {len(done.estate.findings)} findings")
    say(f"planned: {', '.join(f'{count} {name}' for name, count in sorted(strategies.items()))}")


def _steps(done: Quickstart) -> list[dict[str, object]]:
    return [
        {
            "commit": (outcome.commit or "none")[:10],
            "service": outcome.service,
            "from": outcome.before or "not-started",
            "to": outcome.after or "not-started",
            "cluster": f"{outcome.weight} %",
            "gates": ", ".join(f"{v.gate} {v.kind}" for v in outcome.verdicts) or "-",
        }
        for outcome in done.outcomes
    ]


def _where_to_look(done: Quickstart) -> None:
    repository, scanned = done.repository, done.scan_folder
    places = (
        (f"git -C {repository} log --stat", "every step is a commit; a traffic phase changes two integers"),
        (f"{scanned / 'estate.yaml'}", "the graph: who calls whom, what saw it, and what is not known"),
        (f"{scanned / 'profiles/app01/orders.yaml'}", "one service on one host, with its evidence"),
        (f"{repository / 'apps' / done.service}", "its manifests, route, Containerfile, and README.md with findings"),
        (f"{repository / 'cutover/plan.yaml'}", "waves, phases, gates, and why"),
    )
    say("Where to look:")
    width = max(len(place) for place, _ in places)
    for place, what in places:
        say(f"  {place:<{width}}  {what}")
    say("The next command to type:")
    say(f"  migrate cutover status -C {repository}")
