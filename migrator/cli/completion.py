"""`migrate completion`: what a shell needs to complete our commands."""

import click
from click.shell_completion import get_completion_class

__all__ = ["completion"]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of SHELL; put it where your shell looks for such scripts.

    \b
    migrate completion bash > ~/.local/share/bash-completion/completions/migrate
    """
    from migrator.cli import migrate

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"no completion for {shell}.")
    click.echo(made(migrate, {}, "migrate", "_MIGRATE_COMPLETE").source())
