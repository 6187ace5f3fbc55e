"""What every transport does, the fake one too."""

from types import SimpleNamespace

import pytest

from migrator.errors import DeadlineError, FloodError
from migrator.model.hosts import Connection, Host
from migrator.scan.transport import Budget, Reply
from migrator.scan.transports import TransportOptions, Transports
from migrator.testing import FakeHost
from tests.integration.sshd import USER, make_key, own_ssh_config, start_sshd

AMPLE = Budget(seconds=20.0)
LONG_SCRIPT = "# padding\n" * 100_000 + "echo done\n"

SCRIPTS = {
    "echo out; echo err >&2": Reply(b"out\n", b"err\n"),
    "printf 'a\\0\\377'": Reply(b"a\0\xff", b""),
    "exit 3": Reply(b"", b""),
    LONG_SCRIPT: Reply(b"done\n", b""),
}
"""A script, and what a POSIX shell says to it. It is what the fake knows."""

FLOOD = "i=0; while [ $i -lt 2000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done; sleep 20"
HANG = "echo before; exec sleep 20"


@pytest.fixture(scope="module")
def sshd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contract")
    server = start_sshd(folder / "host")
    key = make_key(folder / "key")
    server.authorize(key)
    yield SimpleNamespace(server=server, key=key)
    server.stop()


def fake(request):
    replies = SCRIPTS | {FLOOD: Reply(b"0123456789" * 8000, b""), HANG: Reply(b"before\n", b"")}
    return lambda script: FakeHost(replies.__getitem__, seconds=30.0 if script in {FLOOD, HANG} else 0.0)


def local(request):
    transports = Transports(TransportOptions())
    request.addfinalizer(transports.close)
    return lambda _script: transports.open(Host("here", connection=Connection.LOCAL))


def paramiko(request):
    return by_ssh(request, Connection.PARAMIKO)


def openssh(request):
    return by_ssh(request, Connection.OPENSSH)


def by_ssh(request, way):
    found, folder = request.getfixturevalue("sshd"), request.getfixturevalue("tmp_path")
    own_ssh_config(folder, request.getfixturevalue("monkeypatch"))
    (folder / "known_hosts").write_text(f"{found.server.name} {found.server.host_key}\n")
    transports = Transports(TransportOptions(ssh=way))
    request.addfinalizer(transports.close)
    return lambda _script: transports.open(Host("box", "127.0.0.1", found.server.port, USER, str(found.key)))


@pytest.fixture(params=[fake, local, *(pytest.param(by, marks=pytest.mark.sshd) for by in (paramiko, openssh))])
def opened(request):
    """Opens a transport that is to be given this script."""
    return request.param(request)


@pytest.mark.parametrize("script", SCRIPTS, ids=["streams", "bytes", "failure", "long"])
def test_what_the_script_prints_comes_back_whole_and_apart(opened, script):
    assert opened(script).run(script, AMPLE) == SCRIPTS[script]


def test_a_flood_ends_at_the_limit_with_what_came_before(opened):
    reply = opened(FLOOD).run(FLOOD, Budget(seconds=20.0, bytes=20_000))
    assert isinstance(reply.error, FloodError)
    assert len(reply.stdout) >= 20_000
    assert reply.stdout.startswith(b"0123456789")


def test_the_deadline_ends_the_script_with_what_came_before(opened):
    reply = opened(HANG).run(HANG, Budget(seconds=5.0))
    assert isinstance(reply.error, DeadlineError)
    assert reply.stdout == b"before\n"


def test_one_transport_may_run_again_and_errors_name_the_host(opened):
    transport = opened(FLOOD)
    for _ in range(2):
        error = transport.run(FLOOD, Budget(seconds=20.0, bytes=20_000)).error
        assert str(error) == f"{error.host}: sent more than 20000 bytes"
