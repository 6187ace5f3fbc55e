"""`migrate quickstart`: walk a recorded estate through all three verbs."""

from pathlib import Path

import click

__all__ = ["quickstart"]


@click.command()
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), default=Path("migrate-quickstart"), show_default=True,
    help="A new or empty folder for everything that is made.",
)  # fmt: skip
@click.option("--live", is_flag=True, help="Scan this machine, too, with the rights that you have.")
def quickstart(folder: Path, *, live: bool) -> None:
    """Walk a recorded estate through all three verbs, here and now.

    Needs no inventory, no root and no cluster: it replays recordings of eight real hosts, generates a repository,
    plans, and moves one service phase by phase up to 100 % and one phase back. The metrics are a stand-in, always
    healthy, and no image is built.
    """
    from migrator.cli import walking

    walking.walk(folder, live=live)
