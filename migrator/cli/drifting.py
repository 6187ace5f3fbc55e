"""What `migrate drift` does once its options are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from migrator.drift.compare import Change, Weight, compared
from migrator.errors import ExitCode, ProfileError
from migrator.generate.inputs import Inputs, read_inputs
from migrator.generate.run import read_folder
from migrator.model.baseline import PATH, ScanIndex
from migrator.records import load_record
from migrator.scan.estate import assemble
from migrator.scan.run import Answer, questions, read_answer

__all__ = ["Origin", "exit_code", "found", "read_base", "summary", "told"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What the manifests were made from."""

    index: ScanIndex
    inputs: Inputs


def read_base(folder: Path) -> Origin:
    """Read a folder that was scanned into, or a repository that was generated from it. Raises ProfileError."""
    files = read_folder(folder)
    inputs = read_inputs(files)
    if PATH not in files:
        raise ProfileError("is missing; `migrate scan` writes it, and what it said cannot be known without", file=PATH)
    index = load_record(ScanIndex, files[PATH], file=PATH, error=ProfileError)
    if not index.traits:
        raise ProfileError("was written by an older version; scan once more, review, and generate", file=PATH)
    return Origin(index, inputs)


def found(base: Origin, answers: Sequence[Answer], *, everything: bool) -> tuple[Change, ...]:
    """Every change. With `everything`, hosts that are no longer asked are unknown too."""
    facts = questions(deep=False)
    now = assemble([read_answer(answer, facts) for answer in answers], now=datetime.now(UTC))
    names = _reviewed_names(base.inputs)
    changes = compared(base.index, base.inputs.estate, now.estate, now.traits, names)
    asked = {report.name for report in now.estate.hosts}
    left = [report.name for report in base.inputs.estate.hosts if report.name not in asked and report.observed]
    missing = [Change(Weight.UNKNOWN, "", host, "host", (), ("is not in the inventory any more",)) for host in left]
    return (*changes, *(missing if everything else ()))


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
