"""This machine as a host: what was started is ended, with or without sudo."""

import os
import time
from pathlib import Path

import pytest

from migrator.errors import ConnectError, DeadlineError
from migrator.model.hosts import Connection, Host
from migrator.scan.transport import Budget
from migrator.scan.transports import TransportOptions, Transports
from migrator.scan.transports.local import LocalTransport

AMPLE = Budget(seconds=20.0)


def gone(pid):
    """Whether a process has ended; it may need a moment to be buried by init."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rpartition(") ")[2].startswith("Z"):
            return True
        time.sleep(0.02)
    return False


def test_children_that_hold_the_output_open_end_with_the_script():
    reply = LocalTransport(Host("here")).run("sleep 60 & echo $!", Budget(seconds=1.0))
    assert isinstance(reply.error, DeadlineError)
    assert gone(int(reply.stdout))


def test_children_left_in_the_background_end_too():
    reply = LocalTransport(Host("here")).run("sleep 60 >/dev/null 2>&1 & echo $!", AMPLE)
    assert reply.error is None
    assert gone(int(reply.stdout))


def test_no_pipe_is_left_open():
    folder = Path("/proc/self/fd")
    before = len(list(folder.glob("*")))
    LocalTransport(Host("here")).run("exit 0\n" + "#" * 1_000_000, AMPLE)
    assert len(list(folder.glob("*"))) <= before


@pytest.fixture
def unprivileged(tmp_path, monkeypatch):
    """As if this were not root, with a `sudo` of ours: it notes what it is asked for."""
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def sudo(answer):
        (tmp_path / "sudo").write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {tmp_path}/asked\n{answer}\n')
        (tmp_path / "sudo").chmod(0o755)

    def asked():
        file = tmp_path / "asked"
        return file.read_text().split("\n")[:-1] if file.exists() else []

    return sudo, asked


def test_root_is_asked_for_where_sudo_needs_no_password(unprivileged):
    sudo, asked = unprivileged
    sudo('shift; exec "$@"')
    assert LocalTransport(Host("here", become=True)).run("echo out", AMPLE).stdout == b"out\n"
    assert asked() == ["-n true", "-n /bin/sh -s"]


def test_without_sudo_rights_it_goes_on_as_it_is(unprivileged):
    sudo, asked = unprivileged
    sudo("exit 1")
    assert LocalTransport(Host("here", become=True)).run("echo out", AMPLE).stdout == b"out\n"
    assert asked() == ["-n true"]


def test_sudo_is_not_asked_unless_somebody_says_so_and_that_is_told(unprivileged):
    sudo, asked = unprivileged
    sudo("exit 0")
    reply = LocalTransport(Host("here")).run('echo "$MIGRATE_SUDO"', AMPLE)
    assert (reply.stdout, asked()) == (b"untried\n", [])


def test_no_sudo_at_all_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert LocalTransport(Host("here", become=True)).run("echo out", AMPLE).stdout == b"out\n"


def test_a_sudo_that_hangs_costs_half_the_time_and_no_more(unprivileged):
    sudo, _ = unprivileged
    sudo("exec sleep 20")
    reply = LocalTransport(Host("here", become=True)).run('echo "$MIGRATE_SUDO"', Budget(seconds=4.0))
    assert (reply.stdout, reply.error) == (b"late-1\n", None), "the reason goes on with the script"


def test_what_root_started_is_ended_by_sudo(unprivileged, monkeypatch):
    sudo, asked = unprivileged
    sudo('shift; exec "$@"')

    def forbidden(*_):
        raise PermissionError

    monkeypatch.setattr(os, "killpg", forbidden)
    reply = LocalTransport(Host("here", become=True)).run("echo $$; exec sleep 60", Budget(seconds=2.0))
    assert isinstance(reply.error, DeadlineError)
    pid = int(reply.stdout)
    assert asked()[-1] == f"-n kill -KILL -- -{pid}"
    assert gone(pid)


def test_a_machine_that_cannot_start_a_shell_is_a_line_in_the_result(monkeypatch):
    def none_left(*_, **__):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr("migrator.scan.transports.local.subprocess.Popen", none_left)
    with pytest.raises(ConnectError, match=r"^here: cannot start a shell: Cannot allocate memory$"):
        LocalTransport(Host("here")).run("echo", AMPLE)


def test_the_inventory_chooses_this_transport():
    assert isinstance(Transports(TransportOptions()).open(Host("x", connection=Connection.LOCAL)), LocalTransport)
