"""The table of transports, and what of paramiko can be said without a host."""

import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from migrator.errors import ConnectError, DeadlineError, HostKeyError
from migrator.model.hosts import Connection, Host
from migrator.scan.deadline import Clock
from migrator.scan.login_shell import shell_command
from migrator.scan.ssh.host_keys import HostKey, KnownKeys
from migrator.scan.transport import Budget
from migrator.scan.transports import TRANSPORTS, TransportOptions, Transports, paramiko_ssh


def loaded_after(code):
    asked = f"import sys\nfrom migrator.model.hosts import Connection, Host\n{code}\nprint('paramiko' in sys.modules)"
    return subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True).stdout.strip()


def test_paramiko_is_loaded_for_the_first_host_that_needs_it():
    opened = "from migrator.scan.transports import *\nt = Transports(TransportOptions())\n"
    assert loaded_after(f"{opened}t.open(Host('here', connection=Connection.LOCAL)); t.close()") == "False"
    assert loaded_after(f"{opened}t.open(Host('box')); t.close()") == "True"


def test_every_connection_of_an_inventory_has_a_transport():
    assert set(TRANSPORTS) == set(Connection)


def test_hosts_that_are_opened_at_once_share_their_bastions():
    transports = Transports(TransportOptions())
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda n: transports.open(Host(f"h{n}")), range(32)))
    assert len({id(transport.first._connections) for transport in opened}) == 1
    assert len({id(transport.second._clients) for transport in opened}) == 1
    transports.close()


@pytest.mark.parametrize("way", [Connection.PARAMIKO, Connection.OPENSSH])
def test_nothing_is_connected_through_a_bastion_once_the_scan_has_ended(tmp_path, monkeypatch, way):
    (tmp_path / "ssh").write_text("#!/bin/sh\necho hostname 127.0.0.1\n")
    (tmp_path / "ssh").chmod(0o755)
    (tmp_path / "ssh-keygen").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "ssh-keygen").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    transports = Transports(TransportOptions())
    transport = transports.open(Host("box", jump=("bastion",), connection=way))
    transports.close()
    with pytest.raises(ConnectError, match=r"^box: the scan has been ended$"):
        transport.run("echo", Budget(seconds=5))


class Gone:
    """Something that can be closed, and says when it was."""

    def __init__(self):
        self.closed = threading.Event()

    def close(self):
        self.closed.set()


def test_time_closes_what_is_watched_and_spares_what_is_shared():
    kept, cut = Gone(), Gone()
    with Clock("box", 0.05) as clock:
        clock.watch(kept)
        clock.watch(cut)
        clock.forget(kept)
        assert cut.closed.wait(10)
        assert not kept.closed.is_set()
        late = Gone()
        clock.watch(late)
        assert late.closed.is_set()
        with pytest.raises(DeadlineError, match=r"box: did not finish within 0.05 s, stopped while "):
            clock.left()


def test_a_channel_is_closed_when_nobody_sends_on_it_any_more():
    done, sending, go = [], threading.Event(), threading.Event()

    class Channel:
        def send(self, data):
            sending.set()
            go.wait(20)
            done.append("sent")
            return len(data)

        def close(self):
            done.append("closed")

    relay = paramiko_ssh._Relay(Channel(), SimpleNamespace(is_active=lambda: True))
    threads = [threading.Thread(target=relay.send, args=(b"x",)), threading.Thread(target=relay.close)]
    threads[0].start()
    assert sending.wait(20)
    threads[1].start()
    go.set()
    for thread in threads:
        thread.join(20)
    assert done == ["sent", "closed"]
    assert relay.lost is False


def test_a_channel_through_a_bastion_that_is_gone_is_closed_without_a_word():
    class Channel:
        def close(self):
            raise EOFError

    relay = paramiko_ssh._Relay(Channel(), SimpleNamespace(is_active=lambda: False))
    relay.close()
    assert relay.lost
    relay.close()


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch):
    release = threading.Event()

    def hang(host, port, **options):
        if options.get("flags"):
            raise paramiko_ssh.socket.gaierror(-2, "not a number")
        release.wait(20)
        return []

    monkeypatch.setattr(paramiko_ssh.socket, "getaddrinfo", hang)
    with Clock("box", 0.2) as clock, pytest.raises(DeadlineError, match="while looking up its name"):
        paramiko_ssh._dial("box.example", 22, clock)
    release.set()


def test_a_name_that_is_none_is_said_in_plain_words(monkeypatch):
    def unknown(*_, **__):
        raise paramiko_ssh.socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(paramiko_ssh.socket, "getaddrinfo", unknown)
    with Clock("box", 5) as clock, pytest.raises(OSError) as caught:
        paramiko_ssh._dial("box.example", 22, clock)
    assert paramiko_ssh._said(caught.value) == "its name cannot be resolved"


def offered(*known):
    options = SimpleNamespace(key_types=("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256"))
    transport = SimpleNamespace(get_security_options=lambda: options)
    paramiko_ssh._prefer_known_types("box", transport, KnownKeys(trusted=tuple(HostKey(k, b"") for k in known)))
    return options.key_types


def test_keys_of_a_type_on_record_are_asked_for_first():
    assert offered("ssh-rsa")[:2] == ["rsa-sha2-512", "rsa-sha2-256"]
    assert offered("ecdsa-sha2-nistp256")[0] == "ecdsa-sha2-nistp256"
    assert offered() == ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256"]


def test_a_type_on_record_that_nobody_here_knows_is_not_called_a_change():
    with pytest.raises(HostKeyError, match="only keys of a type unknown here are on record: ssh-dss"):
        offered("ssh-dss")


def test_what_a_host_says_is_shown_as_plain_text_of_one_line():
    assert paramiko_ssh._plain("a\x1b[31m\r\nb\u202e c" + "x" * 500) == ("a [31m b c" + "x" * 500)[:200]


@pytest.mark.parametrize("become", [False, True])
@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "tcsh", "csh", "fish", "zsh", "ksh"])
def test_the_command_means_the_same_in_any_login_shell(shell, become, tmp_path, monkeypatch):
    program = shutil.which(shell)
    if not program:
        pytest.skip(f"not installed: {shell}")
    (tmp_path / "sudo").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "sudo").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    command = shell_command(become=become, seconds=20)
    done = subprocess.run([program, "-c", command], input=b"echo out; nice", capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"out\n19\n", b"")


def test_sudo_comes_after_nice_so_that_the_rule_of_sudo_is_for_a_shell(tmp_path, monkeypatch):
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "sudo").write_text('#!/bin/sh\n[ "$2" = true ] || echo "sudo $*"; shift; exec "$@"\n')
    for name in ("id", "sudo"):
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    command = shell_command(become=True, seconds=20)
    done = subprocess.run(["sh", "-c", command], input=b"nice", capture_output=True, check=True)
    assert done.stdout == b"sudo -n /bin/sh -s\n19\n"
