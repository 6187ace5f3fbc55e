"""The one loop of the scan with effects: many hosts at a time, none of which can end the run or delay another."""

import secrets
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from migrator.errors import TransportError
from migrator.model.hosts import Host
from migrator.model.login import Login
from migrator.scan.clock import clock_offset
from migrator.scan.collect import script, sections_of, snapshot
from migrator.scan.fact import Fact
from migrator.scan.facts import FACTS
from migrator.scan.snapshot import Section, Snapshot
from migrator.scan.transport import Budget, Transport

__all__ = ["Answer", "questions", "read_answer", "scan_hosts"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The raw answers of one host, before they are read. This is what a recording keeps."""

    host: str
    address: str
    taken_at: datetime
    sections: Mapping[str, Section]
    error: str = ""
    recording: bool = False
    login: Login | None = None
    """How the connection was secured."""
    clock_offset_s: float | None = None
    """Seconds that the host's clock is ahead of ours; None where that is not known."""


def questions(*, deep: bool) -> tuple[Fact[Any], ...]:
    """The facts to ask; `deep` includes those that cost the host much."""
    return tuple(fact for fact in FACTS if deep or not fact.deep)


def scan_hosts(
    hosts: Sequence[Host],
    open_transport: Callable[[Host], Transport],
    *,
    facts: Sequence[Fact[Any]],
    budget: Budget,
    forks: int,
) -> Generator[Answer, None, None]:
    """Ask all hosts, at most `forks` at a time, and yield each answer as it comes.

    A host has nobody to wait for but its reader: no more than twice `forks` answers stand in memory, whatever the
    number of hosts. Whoever stops reading early ends the run.
    """
    todo = iter(hosts)
    pool = ThreadPoolExecutor(max_workers=max(1, min(forks, len(hosts))), thread_name_prefix="scan")
    running = {pool.submit(_ask, host, open_transport, facts, budget) for host in islice(todo, 2 * forks)}
    try:
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            while done:
                answer = done.pop().result()
                running |= {pool.submit(_ask, host, open_transport, facts, budget) for host in islice(todo, 1)}
                yield answer
    except (KeyboardInterrupt, GeneratorExit):
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _ask(host: Host, open_transport: Callable[[Host], Transport], facts: Sequence[Fact[Any]], budget: Budget) -> Answer:
    nonce = secrets.token_hex(16)
    address = host.address or host.name
    began = datetime.now(UTC)
    try:
        reply = open_transport(host).run(script(facts, nonce), budget)
        ended = datetime.now(UTC)
        sections = sections_of(reply, nonce)
        error = reply.error.reason if reply.error else _silence(sections, reply.stderr)
        offset = clock_offset(reply, nonce, began=began, ended=ended)
        return Answer(host.name, address, ended, sections, error, login=reply.login, clock_offset_s=offset)
    except TransportError as error:
        return Answer(host.name, address, datetime.now(UTC), {}, error.reason)
    except Exception as error:  # noqa: BLE001 - one host must never end the run; what happened is in its result
        return Answer(host.name, address, datetime.now(UTC), {}, f"internal error: {type(error).__name__}: {error}")


def _silence(sections: Mapping[str, Section], stderr: bytes) -> str:
    """Why nothing came back although the connection worked: a forced command, a login shell that ends at once."""
    if sections:
        return ""
    said = " ".join(stderr.decode("utf-8", "backslashreplace").split())[:120]
    return f"logged in, but the shell did not answer{f': {said}' if said else ''}"


def read_answer(answer: Answer, facts: Sequence[Fact[Any]]) -> Snapshot:
    """Read one host's answers. An answer that breaks its reader is the host's error, and the run goes on."""
    try:
        return snapshot(
            answer.host,
            answer.address,
            answer.taken_at,
            facts if answer.sections else (),
            answer.sections,
            error=answer.error,
            recording=answer.recording,
            login=answer.login,
            clock_offset_s=answer.clock_offset_s,
        )
    except Exception as error:  # noqa: BLE001 - likewise: what a host prints can be anything
        reason = f"its answers could not be read: {type(error).__name__}: {error}"
        return Snapshot(answer.host, answer.address, answer.taken_at, error=reason)
