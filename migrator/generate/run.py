"""From a folder with a scan's files to a commit: the effects around `manifests.changes`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from migrator.errors import RepositoryError
from migrator.generate.inputs import is_input, read_inputs
from migrator.generate.manifests import Generated, changes
from migrator.generate.templates import Templates
from migrator.gitops import layout
from migrator.gitops.repository import Repository
from migrator.meshes import MESHES
from migrator.model import baseline

__all__ = ["Outcome", "decide", "generate", "read_folder"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, and the commit that holds it: None when nothing changed or nothing was to be written."""

    generated: Generated
    commit: str | None


def read_folder(folder: Path) -> dict[str, str]:
    """The files of a scan below `folder`: path -> text. Raises RepositoryError where one is not UTF-8 text."""
    folders = [folder / "profiles", folder / baseline.FOLDER]
    paths = [
        folder / layout.SETTINGS,
        folder / layout.ESTATE,
        *(file for one in folders for file in one.rglob("*.yaml")),
    ]
    found = {}
    for path in sorted(paths):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and is_input(name):
            try:
                found[name] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError as problem:
                raise RepositoryError(f"{path}: is not UTF-8 text") from problem
    return found


def generate(
    files: Mapping[str, str], repository: Repository, templates: Templates, *, in_place: bool = False, dry: bool = False
) -> Outcome:
    """Decide and commit, unless `dry`. See `decide`."""
    decided = decide(files, repository, templates, in_place=in_place)
    return Outcome(decided, None if dry else repository.commit(decided.changes))


def decide(
    files: Mapping[str, str], repository: Repository, templates: Templates, *, in_place: bool = False
) -> Generated:
    """Read a scan's `files` and work out what the repository should hold. Writes nothing.

    The repository's own `migrate.yaml` wins over one among `files`. `in_place` says that `files` come from the
    repository's folder: they must then be committed, because only what is committed counts.
    """
    standing = repository.tree()
    if in_place:
        _refuse_uncommitted(files, standing)
    own = {layout.SETTINGS: standing[layout.SETTINGS]} if layout.SETTINGS in standing else {}
    inputs = read_inputs({**files, **own}, meshes=frozenset(MESHES))
    last = cache(lambda: next(iter(repository.history({"Migrate-Verb": "generate"}, limit=1)), None))

    def base(path: str) -> str | None:
        commit = last()
        return repository.read(path, at=commit.id) if commit else None

    return changes(inputs, standing, templates, base=base)


def _refuse_uncommitted(files: Mapping[str, str], standing: Mapping[str, str]) -> None:
    for path, text in files.items():
        if standing.get(path) != text:
            raise RepositoryError(
                f"{path}: is not committed; commit profiles/, .migrate/, estate.yaml and migrate.yaml first"
            )
    gone = next((path for path in standing if is_input(path) and path not in files), None)
    if gone:
        raise RepositoryError(f"{gone}: is in the last commit and not in the folder; commit its removal first")
