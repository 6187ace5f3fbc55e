"""Lets `python -m migrator` do what the `migrate` command does."""

from migrator.cli import main

main()
