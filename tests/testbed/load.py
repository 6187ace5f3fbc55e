"""A load client with an open loop: requests leave on a fixed schedule, whatever the answers do, so that a stall shows.

Every request is counted by outcome and by who answered it, and its latency counts from the moment at which it was to be
sent: a service that stops for two seconds delays all requests of these two seconds, and not only one.

`python -m tests.testbed.load http|tcp …` prints one JSON object; SIGINT and SIGTERM end it early, with what it has.
"""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

__all__ = ["HttpPlan", "Report", "TcpPlan", "run"]

UNKNOWN = "-"
"""Who answered, when nobody said so."""


@dataclass(frozen=True)
class HttpPlan:
    """`rate` requests a second for so many seconds; `in_flight` is the most that wait for an answer at one time."""

    host: str
    port: int
    path: str = "/"
    rate: float = 100
    seconds: float = 10
    timeout_s: float = 5
    in_flight: int = 1000
    host_header: str = ""
    answered_by: str = "x-served-by"
    """The response header that says who answered."""


@dataclass(frozen=True)
class TcpPlan:
    """Connections that stay open; each sends a line every `interval_s` and expects one back."""

    host: str
    port: int
    connections: int = 20
    interval_s: float = 0.2
    seconds: float = 10
    timeout_s: float = 5


@dataclass
class Report:
    """What happened. Latencies are seconds from the scheduled moment; `late` left more than 100 ms after it."""

    scheduled: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    answered_by: Counter[str] = field(default_factory=Counter)
    by_second: dict[int, Counter[str]] = field(default_factory=dict)
    """For each second since the start, who answered or what went wrong."""
    latencies: list[float] = field(default_factory=list)
    late: int = 0
    reconnects: int = 0

    @property
    def failed(self) -> int:
        """Requests without a good answer."""
        return sum(count for outcome, count in self.outcomes.items() if outcome not in {"2xx", "3xx", "answered"})

    def percentile(self, share: float) -> float:
        """Latency below which this share of the answered requests is, in seconds; NaN for none."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

    def count(self, second: int, outcome: str, who: str = UNKNOWN) -> None:
        self.outcomes[outcome] += 1
        if who != UNKNOWN:
            self.answered_by[who] += 1
        self.by_second.setdefault(second, Counter())[who if who != UNKNOWN else outcome] += 1

    def summary(self) -> dict[str, object]:
        """The whole as plain values, with percentiles in place of every latency."""
        whole = {
            "scheduled": self.scheduled,
            "failed": self.failed,
            "late": self.late,
            "reconnects": self.reconnects,
            "outcomes": dict(self.outcomes),
            "answered_by": dict(self.answered_by),
            "by_second": {second: dict(counts) for second, counts in self.by_second.items()},
        }
        shown = {f"p{share * 100:g}_ms": round(self.percentile(share) * 1000, 2) for share in (0.5, 0.9, 0.99, 1.0)}
        return {**whole, **(shown if self.latencies else {})}


async def run(plan: HttpPlan | TcpPlan, report: Report, stop: asyncio.Event) -> None:
    """Send until the plan is done or `stop` is set; `report` can be read at any time."""
    if isinstance(plan, HttpPlan):
        await _Http(plan, report, stop).run()
    else:
        began = time.monotonic()
        await asyncio.gather(*(_line_after_line(plan, report, stop, began) for _ in range(plan.connections)))


class _Http:
    def __init__(self, plan: HttpPlan, report: Report, stop: asyncio.Event) -> None:
        self._plan, self._report, self._stop = plan, report, stop
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._request = (
            f"GET {plan.path} HTTP/1.1\r\nHost: {plan.host_header or plan.host}\r\nConnection: keep-alive\r\n\r\n"
        ).encode()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        began = time.monotonic()
        for number in range(int(self._plan.rate * self._plan.seconds)):
            due = began + number / self._plan.rate
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), max(due - time.monotonic(), 0.0001))
            if self._stop.is_set():
                break
            self._start(due, began)
        if self._tasks:
            await asyncio.wait(self._tasks)
        for _, writer in self._idle:
            writer.close()

    def _start(self, due: float, began: float) -> None:
        self._report.scheduled += 1
        if len(self._tasks) >= self._plan.in_flight:
            self._report.count(int(due - began), "not sent: too many in flight")
            return
        task = asyncio.create_task(self._one(due, began))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _one(self, due: float, began: float) -> None:
        second = int(due - began)
        if time.monotonic() - due > _LATE_S:
            self._report.late += 1
        try:
            status, who = await asyncio.wait_for(self._exchange(), self._plan.timeout_s)
        except (OSError, TimeoutError, EOFError, ValueError) as error:
            self._report.count(second, _outcome(error))
            return
        self._report.latencies.append(time.monotonic() - due)
        self._report.count(second, f"{status // 100}xx", who)

    async def _exchange(self) -> tuple[int, str]:
        """One request on a connection that is idle, or on a new one. A kept connection that was closed is no failure."""
        while self._idle:
            reader, writer = self._idle.pop()
            if reader.at_eof() or writer.is_closing():
                writer.close()
                continue
            try:
                return await self._on(reader, writer)
            except (ConnectionResetError, BrokenPipeError, asyncio.IncompleteReadError) as error:
                if isinstance(error, asyncio.IncompleteReadError) and error.partial:
                    raise
        reader, writer = await asyncio.open_connection(self._plan.host, self._plan.port)
        return await self._on(reader, writer)

    async def _on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[int, str]:
        try:
            writer.write(self._request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status, headers = _parsed(head)
            if "chunked" in headers.get("transfer-encoding", ""):
                await _read_chunks(reader)
            else:
                await reader.readexactly(int(headers.get("content-length", "0")))
        except BaseException:
            writer.close()
            raise
        if headers.get("connection", "") == "close":
            writer.close()
        else:
            self._idle.append((reader, writer))
        return status, headers.get(self._plan.answered_by, UNKNOWN)


_LATE_S = 0.1


def _parsed(head: str) -> tuple[int, dict[str, str]]:
    first, *lines = head.strip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split()[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _read_chunks(reader: asyncio.StreamReader) -> None:
    while size := int((await reader.readline()).split(b";")[0], 16):
        await reader.readexactly(size + 2)
    await reader.readline()


async def _line_after_line(plan: TcpPlan, report: Report, stop: asyncio.Event, began: float) -> None:
    """One connection, opened again when it breaks."""
    due, first = began, True
    while not stop.is_set() and due - began < plan.seconds:
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_connection(plan.host, plan.port), plan.timeout_s)
        except (OSError, TimeoutError) as error:
            report.scheduled += 1
            report.count(int(due - began), _outcome(error))
            due += plan.interval_s
            await asyncio.sleep(max(due - time.monotonic(), 0))
            continue
        report.reconnects += not first
        first = False
        try:
            while not stop.is_set() and due - began < plan.seconds:
                await asyncio.sleep(max(due - time.monotonic(), 0))
                report.scheduled += 1
                who = await asyncio.wait_for(_asked(reader, writer), plan.timeout_s)
                report.latencies.append(time.monotonic() - due)
                report.count(int(due - began), "answered", who)
                due += plan.interval_s
        except (OSError, TimeoutError, EOFError) as error:
            report.count(int(due - began), _outcome(error))
            due += plan.interval_s
        finally:
            writer.close()


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    writer.write(b"ask\n")
    answer = await reader.readline()
    if not answer:
        raise EOFError
    return answer.decode("latin-1").strip()


def _outcome(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "reset"
    return "closed" if isinstance(error, EOFError) else f"other: {type(error).__name__}"


def main(arguments: Sequence[str]) -> int:
    """Send, and print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.testbed.load")
    parser.add_argument("protocol", choices=["http", "tcp"])
    parser.add_argument("address", help="HOST:PORT")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--path", default="/")
    parser.add_argument("--host-header", default="")
    parser.add_argument("--rate", type=float, default=100, help="requests a second")
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--interval", type=float, default=0.2, help="seconds between the lines of a connection")
    chosen = parser.parse_args(arguments)
    host, _, port = chosen.address.rpartition(":")
    plan: HttpPlan | TcpPlan = HttpPlan(
        host, int(port), chosen.path, chosen.rate, chosen.seconds, host_header=chosen.host_header
    )
    if chosen.protocol == "tcp":
        plan = TcpPlan(host, int(port), chosen.connections, chosen.interval, chosen.seconds)
    report = Report()
    asyncio.run(_until_told(plan, report))
    print(json.dumps(report.summary()))
    return 0


async def _until_told(plan: HttpPlan | TcpPlan, report: Report) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run(plan, report, stop)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
