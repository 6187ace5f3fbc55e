"""Opening the repository of a command: apart from the commands, so that help stays light."""

import shlex
from pathlib import Path

from migrator.cli.output import say
from migrator.errors import MigrateError
from migrator.gitops import layout
from migrator.gitops.git import GitRepository
from migrator.model.changes import ChangeSet
from migrator.model.listing import few

__all__ = ["committed", "opened"]

_SHOWN = 3


def opened(path: Path) -> GitRepository:
    """The repository of a command. Says what of its files a person has changed and not committed: that is not read."""
    repository = GitRepository.open(path)
    changed = [one for one in repository.uncommitted() if layout.is_read(one)]
    if changed:
        verb = "has" if len(changed) == 1 else "have"
        commit = f"git -C {shlex.quote(str(path))} commit -a"
        named = f"{few(changed, _SHOWN)} {verb} changes that are not committed"
        say(f"warning: {named}; only what is committed is read: {commit}")
    return repository


def committed(path: Path, changes: ChangeSet, *, is_new: bool) -> str | None:
    """Commit to a repository, made where there is none; what was made for a commit that fails is not left behind."""
    was_there = path.exists()
    repository = GitRepository.create(path)
    try:
        return repository.commit(changes)
    except MigrateError:
        if is_new:
            repository.withdraw(folder=not was_there)
        raise
