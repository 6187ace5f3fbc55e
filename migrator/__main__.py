"""Lets `python -m migrator` do what the `migrate` command does."""

from migrator.cli import main

if __name__ == "__main__":  # else the processes that take a part of the work would begin it anew
    main()
