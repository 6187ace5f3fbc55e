"""The load client against servers on loopback that misbehave. Counts only: how long anything takes is the machine's affair."""

import asyncio
import contextlib

from tests.testbed.load import HttpPlan, Report, TcpPlan, run

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Served-By: one\r\n\r\nok"


def measure(plan, serve, port=None):
    served = set()

    async def serving(reader, writer):
        served.add(asyncio.current_task())
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    async def whole():
        report = Report()
        server = await asyncio.start_server(serving, "127.0.0.1", 0)
        async with server:
            free = server.sockets[0].getsockname()[1]
            await run(plan("127.0.0.1", port or free), report, asyncio.Event())
        for task in served:
            task.cancel()
        await asyncio.gather(*served, return_exceptions=True)
        await asyncio.sleep(0)
        return report

    return asyncio.run(whole())


def http(**changes):
    return lambda host, port: HttpPlan(host, port, **{"rate": 50, "seconds": 1, **changes})


async def answer_all(reader, writer):
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(OK)


def test_every_request_is_counted_with_who_answered():
    report = measure(http(), answer_all)
    assert report.scheduled == 50
    assert report.outcomes == {"2xx": 50}
    assert report.answered_by == {"one": 50}
    assert report.failed == 0
    assert report.summary()["p50_ms"] > 0


def test_a_stall_delays_every_request_of_its_time_and_stops_none():
    """A closed loop would send one request, wait, and see one slow answer."""
    gate = {}

    async def stall(reader, writer):
        gate.setdefault("open", asyncio.get_running_loop().time() + 0.6)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(max(gate["open"] - asyncio.get_running_loop().time(), 0))
                writer.write(OK)

    report = measure(http(), stall)
    assert report.scheduled == 50
    assert report.outcomes == {"2xx": 50}
    assert sum(latency > 0.1 for latency in report.latencies) >= 20


def test_failures_have_names():
    async def reset(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async def error(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    async def silence(reader, writer):
        await reader.read()

    assert set(measure(http(seconds=0.2), reset).outcomes) <= {"closed", "reset"}
    assert measure(http(seconds=0.2), error).outcomes == {"5xx": 10}
    assert measure(http(seconds=0.2, timeout_s=0.3), silence).outcomes == {"timeout": 10}
    assert measure(http(seconds=0.2), silence, port=1).outcomes == {"refused": 10}
    assert measure(http(seconds=0.2, timeout_s=0.3, in_flight=1), silence).failed == 10


def test_a_kept_connection_that_was_closed_meanwhile_is_no_failure():
    async def once(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await writer.drain()
        writer.close()

    assert measure(http(rate=20), once).outcomes == {"2xx": 20}


def test_long_connections_are_counted_with_their_breaks():
    answered = {"lines": 0}

    async def moody(reader, writer):
        with contextlib.suppress(ConnectionError):
            while await reader.readline():
                answered["lines"] += 1
                if answered["lines"] == 5:
                    break
                writer.write(b"two\n")
        writer.close()

    report = measure(lambda host, port: TcpPlan(host, port, 2, 0.05, 0.5), moody)
    assert report.reconnects == 1
    assert report.failed == 1
    assert report.answered_by["two"] == report.outcomes["answered"] == report.scheduled - 1
