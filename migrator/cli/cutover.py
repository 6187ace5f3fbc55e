"""`migrate cutover`: read options, call the cutover, print what it did."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from migrator.errors import ExitCode

__all__ = ["cutover"]

F = TypeVar("F", bound=Callable[..., Any])


def _repository(command: F) -> F:
    """Options that every command has."""
    for option in (
        click.option(
            "-C",
            "--repo",
            type=click.Path(path_type=Path),
            default=Path(),
            show_default=True,
            help="The Git repository.",
        ),
        click.option(
            "-o",
            "--output",
            type=click.Choice(["table", "wide", "json", "yaml", "name"]),
            default="table",
            show_default=True,
        ),
    ):
        command = option(command)
    return command


def _dry_run(command: F) -> F:
    return click.option("--dry-run", is_flag=True, help="Print the commit that would be made, and make none.")(command)


def _push(command: F) -> F:
    return click.option("--push", is_flag=True, help="Push the branch to `origin` once the commit is made.")(command)


@click.group()
def cutover() -> None:
    """Plan waves and move traffic phase by phase, each phase one commit.

    State is read back from Git alone: the commits' trailers and the weights themselves. Ends with 4 when a gate waits
    or fails or a rule forbids the step, with 5 when a failed gate rolled the service back.
    """


@cutover.command()
@_repository
@_dry_run
@click.option("--overwrite", is_flag=True, help="Replace a plan that a person has edited.")
@click.option("--keep", is_flag=True, help="Keep the plan as it was edited; take the profiles as they are now.")
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 when the plan changed, as terraform does.")
@click.pass_context
def plan(
    ctx: click.Context,
    repo: Path,
    output: str,
    dry_run: bool,
    overwrite: bool,
    keep: bool,
    detailed_exitcode: bool,
) -> None:
    """Order services into waves and give each its phases; commit cutover/plan.yaml."""
    from migrator.cli import cutting_over

    if overwrite and keep:
        raise click.UsageError("--overwrite and --keep exclude each other")
    changed = cutting_over.plan(repo, output, dry_run=dry_run, overwrite=overwrite, keep=keep)
    if detailed_exitcode and changed:
        ctx.exit(2)


@cutover.command()
@click.argument("service")
@_repository
@_dry_run
@_push
@click.option("--out-of-order", metavar="REASON", default="", help="Start before earlier waves are done; is committed.")
def start(service: str, repo: Path, output: str, dry_run: bool, push: bool, out_of_order: str) -> None:
    """Enter the first phase of SERVICE: the agent applies its workload, at weight 0."""
    from migrator.cli import cutting_over

    cutting_over.start(repo, service, cutting_over.Manner(output, dry_run, push), out_of_order=out_of_order)


@cutover.command()
@click.argument("service")
@_repository
@_dry_run
@_push
@click.option("--approve", metavar="NAME", default="", help="Open the approval gate in this name; is committed, too.")
@click.option(
    "--on-fail", type=click.Choice(["hold", "rollback"]), default="hold", show_default=True, help="When a gate fails."
)
@click.option("--metrics", metavar="URL", default=None, help="Prometheus to ask, instead of the one in migrate.yaml.")
@click.pass_context
def advance(
    ctx: click.Context,
    service: str,
    repo: Path,
    output: str,
    dry_run: bool,
    push: bool,
    approve: str,
    on_fail: str,
    metrics: str | None,
) -> None:
    """Enter the next phase of SERVICE, if every gate of this one passes."""
    from migrator.cli import cutting_over

    options = cutting_over.Advance(approve, on_fail, metrics)
    code = cutting_over.advance(repo, service, cutting_over.Manner(output, dry_run, push), options)
    if code is not ExitCode.OK:
        ctx.exit(code)


@cutover.command()
@click.argument("service", required=False, default="")
@_repository
@click.option("--live", is_flag=True, help="Also ask the cluster whether it has what Git says.")
@click.option("--kubeconfig", metavar="FILE", default=None, help="With --live: instead of kubectl's own.")
@click.option("--context", metavar="NAME", default=None, help="With --live: instead of the current context.")
@click.pass_context
def status(
    ctx: click.Context, service: str, repo: Path, output: str, live: bool, kubeconfig: str | None, context: str | None
) -> None:
    """Show where every service stands, or one of them with the reasons.

    Ends with 1 when it cannot be told for one of them, because history, plan and weights disagree.
    """
    from migrator.cli import cutting_over

    code = cutting_over.status(repo, service, output, cutting_over.Live(kubeconfig, context) if live else None)
    if code is not ExitCode.OK:
        ctx.exit(code)


@cutover.command()
@click.argument("service")
@_repository
@_dry_run
@_push
@click.option("--to", metavar="PHASE", default=None, help="An earlier phase, or `not-started`.")
def rollback(service: str, repo: Path, output: str, dry_run: bool, push: bool, to: str | None) -> None:
    """Put SERVICE back into the phase before. Needs no gate, no metrics and, without --push, no network."""
    from migrator.cli import cutting_over

    cutting_over.rollback(repo, service, cutting_over.Manner(output, dry_run, push), to=to)


@cutover.command()
@click.argument("service", required=False, default="")
@_repository
def history(service: str, repo: Path, output: str) -> None:
    """List the commits of the cutover, newest first."""
    from migrator.cli import cutting_over

    cutting_over.history(repo, service, output)
