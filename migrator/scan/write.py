"""The result of a scan as files: `profiles/<host>/<service>.yaml` and `estate.yaml`. People's edits are kept."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from migrator.errors import InputError
from migrator.files import remove_below, write_below, write_text
from migrator.model.baseline import ScanIndex, index_of, is_path_of, path_of
from migrator.model.services import ServiceProfile
from migrator.records import dump_jobs, dump_record, load_record
from migrator.scan.estate import Scan
from migrator.scan.memory import HostMemory
from migrator.scan.memory_files import write_memory
from migrator.spread import spread

__all__ = ["Written", "write_scan"]


@dataclass(frozen=True, slots=True)
class Written:
    """Which files changed, went or were left as a person has them. Paths below the folder."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Edited since the last scan, and the scan would say something else now."""
    unseen: tuple[str, ...] = ()
    """Those that were kept although the scan sees their service no more."""


@dataclass(frozen=True, slots=True)
class _OfHost:
    """All that a scan has to say of one host."""

    host: str
    observed: bool
    profiles: tuple[ServiceProfile, ...]
    traits: Mapping[str, Mapping[str, tuple[str, ...]]]
    """By the profile's path."""
    memory: HostMemory | None


def write_scan(folder: Path, scan: Scan, *, overwrite: bool = False) -> Written:
    """Write profiles and the estate below `folder`. A profile that a person has edited stays unless `overwrite`.

    That goes for hosts that were not seen this time, too: what others say may change what is known of them. Profiles
    of services that are gone are removed, unless a person has edited them.
    """
    jobs = (partial(_write_host, folder, one, overwrite=overwrite) for one in _by_host(scan))
    done = list(spread(jobs, waiting=True))  # every file is on the disk before the next
    write_text(folder / "estate.yaml", spread(dump_jobs(scan.estate)))
    return Written(
        tuple(path for one in done for path in one.written),
        tuple(path for one in done for path in one.removed),
        tuple(path for one in done for path in one.kept),
        tuple(path for one in done for path in one.unseen),
    )


def _by_host(scan: Scan) -> Iterator[_OfHost]:
    profiles: dict[str, list[ServiceProfile]] = {}
    for profile in scan.profiles:
        profiles.setdefault(profile.host, []).append(profile)
    memories = {memory.report.name: memory for memory in scan.memories}
    for report in scan.estate.hosts:
        own = tuple(profiles.get(report.name, ()))
        traits = {path: scan.traits[path] for path in map(path_of, own) if path in scan.traits}
        yield _OfHost(report.name, bool(report.observed), own, traits, memories.get(report.name))


def _write_host(folder: Path, one: _OfHost, *, overwrite: bool) -> Written:
    written = _write_profiles(folder, one, overwrite=overwrite) if one.observed else Written()
    if one.memory:
        write_memory(folder, one.memory)
    return written


def _write_profiles(folder: Path, one: _OfHost, *, overwrite: bool) -> Written:
    """The profiles of one host, and what the scan said of it."""
    before = _index(folder, one.host).digests
    texts = {path_of(profile): dump_record(profile) for profile in one.profiles}
    kept = {path for path in before if not overwrite and _is_edited(folder, path, before[path], texts.get(path))}
    written = [path for path, text in texts.items() if path not in kept and _read(folder / path) != text]
    removed = [path for path in before if path not in texts and path not in kept]
    for path in written:
        write_below(folder, path, texts[path])
    for path in removed:
        remove_below(folder, path)
    digests = {path: before[path] for path in kept if path not in texts}
    digests |= {path: _digest(text) for path, text in texts.items()}
    index = ScanIndex(dict(sorted(digests.items())), dict(sorted(one.traits.items())))
    write_below(folder, index_of(one.host), dump_record(index))
    return Written(tuple(written), tuple(removed), tuple(sorted(kept)), tuple(sorted(kept - texts.keys())))


def _index(folder: Path, host: str) -> ScanIndex:
    """What the last scan wrote. It is a file like others: a path in it that no scan writes is nothing to be removed."""
    text, file = _read(folder / index_of(host)), str(folder / index_of(host))
    index = load_record(ScanIndex, text, file=file) if text is not None else ScanIndex()
    for path in index.digests:
        if not is_path_of(host, path):
            raise InputError(f"{path!a} is no profile of {host}; remove this file and scan again", file=file)
    return index


def _is_edited(folder: Path, path: str, digest: str, new: str | None) -> bool:
    text = _read(folder / path)
    return text is not None and _digest(text) != digest and text != new


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
