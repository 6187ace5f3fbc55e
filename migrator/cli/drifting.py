"""What `migrate drift` does once its options are read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from migrator.drift.compare import Change, Traits, Weight, compared
from migrator.errors import ExitCode, ProfileError
from migrator.generate.inputs import Inputs, read_inputs
from migrator.generate.run import read_folder
from migrator.model.baseline import FOLDER, ScanIndex
from migrator.records import load_record
from migrator.scan.estate import assemble
from migrator.scan.look import Look

__all__ = ["Origin", "exit_code", "found", "read_base", "summary", "told"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What the manifests were made from."""

    traits: Mapping[str, Traits]
    """What the scan said, by path of the profile."""
    inputs: Inputs


def read_base(folder: Path) -> Origin:
    """Read a folder that was scanned into, or a repository that was generated from it. Raises ProfileError."""
    files = read_folder(folder)
    inputs = read_inputs(files)
    indexes = [
        load_record(ScanIndex, text, file=path, error=ProfileError)
        for path, text in files.items()
        if path.startswith(FOLDER)
    ]
    if not indexes:
        raise ProfileError("is empty; `migrate scan` writes there what it said, which is to be compared", file=FOLDER)
    return Origin({path: seen for index in indexes for path, seen in index.traits.items()}, inputs)


def found(base: Origin, looks: Iterable[Look], *, everything: bool) -> tuple[int, tuple[Change, ...]]:
    """How many hosts were asked, and every change. With `everything`, hosts that are no longer asked are unknown."""
    now = assemble(looks, now=datetime.now(UTC))
    names = _reviewed_names(base.inputs)
    changes = compared(base.traits, base.inputs.estate, now.estate, now.traits, names)
    asked = {report.name for report in now.estate.hosts}
    left = [report.name for report in base.inputs.estate.hosts if report.name not in asked and report.observed]
    missing = [Change(Weight.UNKNOWN, "", host, "host", (), ("is not in the inventory any more",)) for host in left]
    return len(asked), (*changes, *(missing if everything else ()))


def _reviewed_names(inputs: Inputs) -> dict[str, str]:
    """Path of each profile -> what people call the service in it."""
    return {path: profile.service for path, profile in inputs.by_path.items()}


def told(change: Change) -> str:
    """One line: `- gone, + new`."""
    return ", ".join([*(f"- {word}" for word in change.before), *(f"+ {word}" for word in change.now)])


def summary(changes: Sequence[Change], hosts: int) -> str:
    """One line for a person."""
    changed = [change for change in changes if change.weight is Weight.CHANGED]
    unknown = sum(change.weight is Weight.UNKNOWN for change in changes)
    touched = sorted({name for change in changed for name in change.touches})
    said = f"{len(changed)} changes on {hosts} hosts" + (f", touching {', '.join(touched)}" if touched else "")
    return said + (f"; {unknown} things could not be compared" if unknown else "")


def exit_code(changes: Sequence[Change]) -> ExitCode:
    """A change counts more than what is unknown; a note is neither."""
    weights = {change.weight for change in changes}
    if Weight.CHANGED in weights:
        return ExitCode.DRIFT
    return ExitCode.PARTIAL if Weight.UNKNOWN in weights else ExitCode.OK
