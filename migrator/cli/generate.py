"""`migrate generate`: read options, call the generator, print what it changed."""

from pathlib import Path

import click

__all__ = ["generate"]


@click.command()
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    show_default=True,
    help="Folder with profiles/ and estate.yaml.",
)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default=True,
    help="Git repository to commit to; made if there is none.",
)
@click.option(
    "--templates",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with templates of your own; they win over the built-in ones of the same name.",
)
@click.option("--dry-run", is_flag=True, help="Print the difference and change nothing.")
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 when something changed, as terraform does.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["table", "wide", "json", "yaml", "name"]),
    default="table",
    show_default=True,
)
@click.pass_context
def generate(
    ctx: click.Context,
    source: Path,
    target: Path,
    folder: Path | None,
    dry_run: bool,
    detailed_exitcode: bool,
    output: str,
) -> None:
    """Turn reviewed profiles into manifests in a Git repository, as one commit.

    Weights, suspended services and edits by people stay as they are in the repository. The same input gives the same
    bytes, and no second commit.

    \b
    migrate generate --from estate --to fleet
    migrate generate --to fleet --dry-run
    """
    from migrator.cli.opening import committed, opened
    from migrator.cli.output import emit, safe, say
    from migrator.generate import run
    from migrator.generate.summary import lines, rows
    from migrator.generate.templates import Templates
    from migrator.gitops.diff import diff_text
    from migrator.testing import MemoryRepository

    files = run.read_folder(source)
    is_new = not target.exists() or not any(target.iterdir())
    repository = MemoryRepository() if is_new else opened(target)
    in_place = source.resolve() == target.resolve()
    made = run.decide(files, repository, Templates(folder), in_place=in_place)
    outcome = run.Outcome(made, None if dry_run else committed(target, made.changes, is_new=is_new))
    if dry_run and output == "table":
        click.echo(safe(diff_text(made.changes, repository.read)), nl=False)
    else:
        emit(rows(made), ["service", "files", "blockers", "findings"], output)
    for line in lines(outcome):
        say(line)
    if not dry_run:
        say(f"next: migrate cutover plan -C {target}")
    if detailed_exitcode and (made.changes.files or made.changes.deletions):
        ctx.exit(2)
