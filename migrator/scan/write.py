"""The result of a scan as files: `profiles/<host>/<service>.yaml` and `estate.yaml`. People's edits are kept."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from migrator.files import write_text
from migrator.model.baseline import PATH, ScanIndex, path_of
from migrator.model.estate import Estate
from migrator.model.names import dns_label
from migrator.model.services import ServiceProfile
from migrator.records import dump_record, load_record
from migrator.scan.estate import Scan

__all__ = ["Written", "write_scan"]


@dataclass(frozen=True, slots=True)
class Written:
    """Which files changed, went or were left as a person has them. Paths below the folder."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]
    """Edited since the last scan, and the scan would say something else now."""


def write_scan(folder: Path, scan: Scan, *, overwrite: bool = False) -> Written:
    """Write profiles and the estate below `folder`. A profile that a person has edited stays unless `overwrite`.

    Profiles of hosts that could not be reached this time stay as they are. Profiles of services that are gone are
    removed, unless a person has edited them.
    """
    texts = dict(_texts(scan.profiles))
    index = _index(folder)
    before = index.digests
    edited = (
        set() if overwrite else {path for path in before if _is_edited(folder, path, before[path], texts.get(path))}
    )
    stale = _stale(before, texts, scan.estate)
    written = [path for path, text in texts.items() if path not in edited and _read(folder / path) != text]
    for path in written:
        write_text(folder / path, texts[path])
    removed = [path for path in stale if path not in edited]
    for path in removed:
        (folder / path).unlink(missing_ok=True)
    write_text(folder / "estate.yaml", dump_record(scan.estate))
    kept_digests = {path: digest for path, digest in before.items() if path not in texts and path not in removed}
    digests = {**kept_digests, **{path: _digest(text) for path, text in texts.items()}}
    seen = {path: index.traits[path] for path in kept_digests if path in index.traits} | dict(scan.traits)
    write_text(folder / PATH, dump_record(ScanIndex(dict(sorted(digests.items())), dict(sorted(seen.items())))))
    return Written(tuple(written), tuple(removed), tuple(sorted(edited)))


def _texts(profiles: Iterable[ServiceProfile]) -> Iterator[tuple[str, str]]:
    for profile in profiles:
        yield path_of(profile), dump_record(profile)


def _index(folder: Path) -> ScanIndex:
    text = _read(folder / PATH)
    return load_record(ScanIndex, text, file=str(folder / PATH)) if text is not None else ScanIndex()


def _stale(before: Mapping[str, str], texts: Mapping[str, str], estate: Estate) -> list[str]:
    reached = {f"profiles/{dns_label(report.name)}/" for report in estate.hosts if report.observed}
    return [path for path in before if path not in texts and path.startswith(tuple(reached))]


def _is_edited(folder: Path, path: str, digest: str, new: str | None) -> bool:
    text = _read(folder / path)
    return text is not None and _digest(text) != digest and text != new


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
