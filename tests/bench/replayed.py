"""Many hosts without machines: recorded ones, again and again, under other names and addresses.

`python -m tests.bench.replayed COUNT [FAULTY]` scans them as `migrate scan` does, from the script to the files, and
prints one JSON object. Everything but SSH and the hosts' own work is real. A share of FAULTY hosts hangs until its time is over.
"""

import json
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path

import migrator
from migrator.errors import DeadlineError
from migrator.model.hosts import Host
from migrator.scan.estate import assemble
from migrator.scan.reading import looks
from migrator.scan.recording import load_recordings
from migrator.scan.run import Answer, questions, scan_hosts
from migrator.scan.snapshot import Section
from migrator.scan.transport import Budget, Reply
from migrator.scan.write import write_scan

RECORDINGS = Path(migrator.__file__).parent / "quickstart" / "estate"
FORKS = 50
SECONDS = 5.0
"""The wall-clock budget of a host; a faulty one uses it up."""
_NONCE = re.compile(r"^N=([0-9a-f]{32})$", re.MULTILINE)


@cache
def recorded() -> tuple[Answer, ...]:
    """The hosts that the copies are made of."""
    return tuple(load_recordings(RECORDINGS))


@cache
def _pieces(text: str) -> tuple[str, ...]:
    """A recorded text, cut at what is told otherwise: every second piece is a host's name or the network of an address."""
    names = "|".join(answer.host for answer in recorded())
    return tuple(re.split(rf"(\b(?:{names})\b|10\.77\.0\.|(?<=\b[0-9A-F]{{2}})004D0A\b)", text))


def told(text: str, copy: int) -> str:
    """A recorded text as the copy's hosts would say it: other names and another network, so that edges stay inside."""
    high, low = copy >> 8 & 255, copy & 255
    other = {"10.77.0.": f"10.{high}.{low}.", "004D0A": f"{low:02X}{high:02X}0A"}
    pieces = [*_pieces(text)]
    pieces[1::2] = [other.get(piece) or f"{piece}-{copy}" for piece in pieces[1::2]]
    return "".join(pieces)


class Replayed:
    """A transport that answers as a recorded host did."""

    def __init__(self, answer: Answer, copy: int) -> None:
        self._answer, self._copy = answer, copy

    def run(self, script: str, _budget: Budget) -> Reply:
        """See `Transport.run`."""
        found = _NONCE.search(script)
        assert found
        out, err = [], []
        for name, section in self._answer.sections.items():
            said, complained = self._frame(found[1], name, section)
            out.append(said)
            err.append(complained)
        return Reply("".join(out).encode(), "".join(err).encode())

    def _frame(self, nonce: str, name: str, section: Section) -> tuple[str, str]:
        end = f"\n{nonce} lacks {section.lacks}\n" if section.lacks else f"\n{nonce} code {section.code}\n"
        head, tail = f"\n{nonce} begin {name}\n", f"\n{nonce} end {name}\n"
        return f"{head}{told(section.stdout, self._copy)}{end}{tail}", f"{head}{told(section.stderr, self._copy)}{tail}"


class Hanging:
    """A host that says nothing until its time is over."""

    def run(self, _script: str, budget: Budget) -> Reply:
        """See `Transport.run`."""
        time.sleep(budget.seconds)
        return Reply(b"", b"", DeadlineError("hanging", f"did not finish within {budget.seconds:g} s"))


def hosts(count: int) -> Iterator[Host]:
    """`count` hosts, in copies of the whole recorded estate."""
    answers = recorded()
    for number in range(count):
        copy, which = divmod(number, len(answers))
        yield Host(f"{answers[which].host}-{copy}", told(answers[which].address, copy))


def transport(host: Host, faulty: float) -> Replayed | Hanging:
    """How a host is reached; every `1/faulty`-th hangs."""
    name, _, copy = host.name.rpartition("-")
    answer = next(answer for answer in recorded() if answer.host == name)
    number = int(copy) * len(recorded()) + recorded().index(answer)
    is_faulty = faulty and int(number * faulty) != int((number + 1) * faulty)
    return Hanging() if is_faulty else Replayed(answer, int(copy))


def _peak_mib(process: BaseProcess) -> float:
    """A process's own peak: what wait4(2) tells has the peak of its parent in it. Source: proc_pid_status(5), VmHWM."""
    status = Path(f"/proc/{process.pid}/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


def main(count: int, faulty: float) -> dict[str, float]:
    """One scan of `count` hosts into files; what it took."""
    began = time.monotonic()
    facts = questions(deep=True)
    every = list(hosts(count))
    good_at = largest = 0.0

    def answers() -> Iterator[Answer]:
        nonlocal good_at, largest
        found = scan_hosts(
            every, lambda host: transport(host, faulty), facts=facts, budget=Budget(SECONDS), forks=FORKS
        )
        for answer in found:
            largest = max(largest, sum(map(_peak_mib, active_children())))
            if not answer.error:
                good_at = time.monotonic() - began
            yield answer

    scan = assemble(looks(answers(), deep=True), now=datetime.now(UTC))
    understood = time.monotonic() - began
    with tempfile.TemporaryDirectory() as folder:
        write_scan(Path(folder), scan)
        written = time.monotonic() - began
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "hosts": count,
        "failed": sum(bool(host.error) for host in scan.estate.hosts),
        "services": len(scan.estate.services),
        "edges": len(scan.estate.edges),
        "last good host after s": round(good_at, 1),
        "understood after s": round(understood, 1),
        "written after s": round(written, 1),
        "cpu s": round(own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime, 1),
        "of it in other processes": round(others.ru_utime + others.ru_stime, 1),
        "peak MiB": round(own.ru_maxrss / 1024),
        "peak MiB of the other processes": round(largest),
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)))
