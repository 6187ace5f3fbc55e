"""Recordings: the raw answers of a host as a folder, so that a scan can be replayed without the host.

One folder a host: `recording.yaml` and, for each fact, `<fact>.out` with what it printed and `<fact>.err` with its
complaints. Redacted once more on the way out. A bug report in this form is a test case.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from migrator.errors import InputError
from migrator.files import write_below
from migrator.model.login import Login
from migrator.model.names import dns_label
from migrator.model.record import Record
from migrator.records import dump_record, load_record
from migrator.scan.redact import redact
from migrator.scan.run import Answer
from migrator.scan.snapshot import Section

__all__ = ["Recording", "folder_of", "load_recording", "load_recordings", "save_recording"]

_PLACE = re.compile(r"^( (?:\w+ )?/[^:\n]{1,4096})(:\d{1,9}:)", re.MULTILINE)
"""File and line that a finding of the host begins with."""
_BREAK = "\n\0"
"""Keeps a place and what stands behind it apart for the time of hiding."""


@dataclass(frozen=True, slots=True)
class RecordedFact(Record):
    """How one question ended."""

    code: int | None = None
    lacks: str = ""
    finished: bool = True


@dataclass(frozen=True, slots=True)
class Recording(Record):
    """What `recording.yaml` holds. `taken_at` is ISO 8601 with time zone, `clock_offset_s` as in `Answer`."""

    host: str
    address: str
    taken_at: str
    error: str = ""
    login: Login | None = None
    clock_offset_s: float | None = None
    facts: Mapping[str, RecordedFact] = field(default_factory=dict)


def folder_of(folder: Path, host: str) -> Path:
    """Where a host's recording stands."""
    return folder / dns_label(host)


def save_recording(folder: Path, answer: Answer) -> Path:
    """Write one host's answers below `folder` and return its own folder."""
    own = dns_label(answer.host)
    facts = {name: RecordedFact(s.code, s.lacks, s.finished) for name, s in answer.sections.items()}
    for name, section in answer.sections.items():
        for text, ending in ((section.stdout, "out"), (section.stderr, "err")):
            if text:
                write_below(folder, f"{own}/{name}.{ending}", f"{_redacted(text)}\n")
    taken_at, offset = answer.taken_at.isoformat(), answer.clock_offset_s
    recording = Recording(answer.host, answer.address, taken_at, answer.error, answer.login, offset, facts)
    write_below(folder, f"{own}/recording.yaml", dump_record(recording))
    return folder_of(folder, answer.host)


def _redacted(text: str) -> str:
    """The answer without secrets. `secrets.yml:3:` before a line is its place, and no secret with its value."""
    return redact(_PLACE.sub(rf"\1{_BREAK}\2{_BREAK}", text.replace(_BREAK, "\n"))).replace(_BREAK, "")


def load_recordings(folder: Path) -> Iterator[Answer]:
    """Every recording below `folder`, by host. InputError when there is none, or where one is broken."""
    files = sorted(folder.glob("*/recording.yaml"))
    if not files:
        raise InputError("holds no recording; `migrate scan --record DIR` makes them", file=str(folder))
    return (load_recording(file) for file in files)


def load_recording(file: Path) -> Answer:
    """One host's recording, by its `recording.yaml`: that is written last, and where it stands the others are whole."""
    recording = load_record(Recording, file.read_text(encoding="utf-8"), file=str(file))
    try:
        taken_at = datetime.fromisoformat(recording.taken_at)
    except ValueError as error:
        raise InputError(f"`takenAt` is no time: {recording.taken_at!r}", file=str(file)) from error
    sections = {
        name: Section(
            _text(file.parent / f"{name}.out"), _text(file.parent / f"{name}.err"), f.code, f.lacks, f.finished
        )
        for name, f in recording.facts.items()
    }
    return Answer(
        recording.host,
        recording.address,
        taken_at,
        sections,
        recording.error,
        recording=True,
        login=recording.login,
        clock_offset_s=recording.clock_offset_s,
    )


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8").removesuffix("\n") if file.is_file() else ""
