"""The memories of hosts below the folder that was scanned into, one file for each host. Read, written and forgotten."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from migrator.errors import InputError
from migrator.files import remove_below, write_below
from migrator.model import baseline
from migrator.model.listing import few
from migrator.model.names import dns_label, is_dns_label
from migrator.records import dump_json, load_json, load_record
from migrator.scan.memory import HostMemory

__all__ = ["MemoryFolder", "write_memory"]


class MemoryFolder:
    """What earlier scans into `folder` left, but for hosts that a person takes out of the estate: `forgotten`."""

    def __init__(self, folder: Path, forgotten: Iterable[str] = ()) -> None:
        """InputError for a forgotten host of which nothing is kept."""
        self._folder, self._forgotten = folder, {dns_label(name): name for name in forgotten}
        known = {*self._labels(baseline.MEMORIES, ".json"), *self._labels(baseline.FOLDER, ".yaml")}
        for label, name in self._forgotten.items():
            if label not in known:
                raise InputError(f"knows no host `{name}` that could be forgotten", file=str(folder))

    def except_of(self, seen: frozenset[str]) -> Iterator[HostMemory]:
        """What is known of all hosts but those that were seen just now.

        InputError where a host was scanned into the folder and its memory is lost: without it, what others are to it
        would go with no word.
        """
        skipped = {dns_label(name) for name in seen} | self._forgotten.keys()
        kept = self._labels(baseline.MEMORIES, ".json") - skipped
        lost = self._labels(baseline.FOLDER, ".yaml") - skipped - kept
        if lost:
            raise InputError(_lost(sorted(lost)), file=str(self._folder / baseline.MEMORIES))
        return (self._read(label) for label in sorted(kept))

    def forget(self, seen: frozenset[str]) -> None:
        """Remove memory and profiles of the hosts to forget, edited or not; one that was just seen is here again."""
        for label in self._forgotten.keys() - {dns_label(name) for name in seen}:
            for path in self._profiles_of(label):
                remove_below(self._folder, path)
            remove_below(self._folder, f"{baseline.FOLDER}{label}.yaml")
            remove_below(self._folder, f"{baseline.MEMORIES}{label}.json")

    def _profiles_of(self, label: str) -> Iterator[str]:
        file = self._folder / f"{baseline.FOLDER}{label}.yaml"
        if file.is_file():
            index = load_record(baseline.ScanIndex, file.read_text(encoding="utf-8"), file=str(file))
            yield from (path for path in index.digests if baseline.is_path_of(label, path))

    def _labels(self, where: str, ending: str) -> set[str]:
        return {file.name.removesuffix(ending) for file in (self._folder / where).glob(f"*{ending}")}

    def _read(self, label: str) -> HostMemory:
        """A file like others: a name in it that no scan writes is nothing to be trusted."""
        file = self._folder / f"{baseline.MEMORIES}{label}.json"
        memory = load_json(HostMemory, file.read_text(encoding="utf-8"), file=str(file))
        named = all(is_dns_label(one.service) and one.host == memory.report.name for one in memory.profiles)
        if not named or dns_label(memory.report.name) != label or not _is_time(memory.seen_at):
            raise InputError(
                f"is no memory of this host; scan it again, or take it out: --forget {label}", file=str(file)
            )
        return memory


def write_memory(folder: Path, memory: HostMemory) -> None:
    """Keep what one host said."""
    write_below(folder, baseline.memory_of(memory.report.name), dump_json(memory))


def _is_time(text: str) -> bool:
    try:
        return not text or datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _lost(labels: list[str]) -> str:
    return (
        f"lacks what {few(labels)} said, and this scan did not see it; nothing was written. Scan it, bring its file "
        "back from the folder that was scanned into before (`generate` brings it into no repository), or take it out "
        f"of the estate: --forget {labels[0]}"
    )
