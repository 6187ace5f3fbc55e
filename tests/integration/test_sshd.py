"""SSH against real sshd on loopback: what is let through, what is refused, and that nothing outlives its time."""

import base64
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from migrator.errors import AuthError, ConnectError, DeadlineError, FloodError, HostKeyError, IncapableError
from migrator.model.hosts import Connection, Host
from migrator.scan.ssh import pace
from migrator.scan.ssh.host_key_rules import HostKeyRules
from migrator.scan.ssh.host_keys import fingerprint
from migrator.scan.transport import Budget
from migrator.scan.transports import TransportOptions, Transports
from tests.integration.sshd import USER, free_port, make_key, own_ssh_config, public, start_sshd

pytestmark = pytest.mark.sshd

SHORT = Budget(seconds=1.0)
LONG = Budget(seconds=20.0)


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """A host and a bastion, and a key for each thing that a host may do to us."""
    folder = tmp_path_factory.mktemp("sshd")
    host = start_sshd(folder / "host", f"Banner {folder}/issue")
    bastion = start_sshd(folder / "bastion")
    (folder / "issue").write_text("**** \x1b[31mAuthorised users only ****\n" * 3)
    keys = SimpleNamespace(
        plain=make_key(folder / "plain"),
        rsa=make_key(folder / "rsa", kind="rsa"),
        stranger=make_key(folder / "stranger"),
        locked=make_key(folder / "locked", passphrase="correct horse"),
        drip=make_key(folder / "drip"),
        flood=make_key(folder / "flood"),
        noisy=make_key(folder / "noisy"),
        early=make_key(folder / "early"),
        stopped=make_key(folder / "stopped"),
        killed=make_key(folder / "killed"),
    )
    host.authorize(keys.plain)
    host.authorize(keys.rsa)
    host.authorize(keys.locked)
    host.authorize(keys.drip, "while :; do printf x; sleep 0.2; done")
    host.authorize(keys.flood, "exec yes")
    host.authorize(keys.noisy, 'echo Welcome; echo careful >&2; eval "$SSH_ORIGINAL_COMMAND"')
    host.authorize(keys.early, "echo This account is not available.; exit 1")
    host.authorize(keys.stopped, f"printf begun; echo $PPID > {folder}/stopped.pid; kill -STOP $PPID; sleep 30")
    host.authorize(keys.killed, "printf begun; sleep 0.3; kill -KILL $PPID")
    bastion.authorize(keys.plain)
    yield SimpleNamespace(host=host, bastion=bastion, keys=keys, folder=folder)
    with suppress(OSError, ValueError):
        os.kill(int((folder / "stopped.pid").read_text()), signal.SIGKILL)
    host.stop()
    bastion.stop()


def descriptors():
    """How many files and sockets this process has open; 0 where the system does not say."""
    return len(list(Path("/proc/self/fd").glob("*")))


@pytest.fixture(params=[Connection.PARAMIKO, Connection.OPENSSH])
def ssh(servers, tmp_path, monkeypatch, request):
    """Opens transports with our SSH configuration; afterwards no thread and no descriptor is left."""
    config = own_ssh_config(tmp_path, monkeypatch)
    known = tmp_path / "known_hosts"
    known.write_text(
        f"{servers.host.name} {servers.host.host_key}\n{servers.bastion.name} {servers.bastion.host_key}\n"
    )
    transports = Transports(TransportOptions(ssh=request.param))
    threads, files = threading.active_count(), descriptors()

    def run(script="echo out; echo err >&2", *, budget=LONG, key=servers.keys.plain, **fields):
        given = {"address": "127.0.0.1", "port": servers.host.port, "user": USER, "key": str(key) if key else None}
        return transports.open(Host("box", **given | fields)).run(script, budget)

    yield SimpleNamespace(run=run, known=known, config=config, transports=transports, way=request.param)
    transports.close()
    for _ in range(60):  # a thread that ends needs a moment to be gone
        if threading.active_count() <= threads:
            break
        time.sleep(0.05)
    assert [t.name for t in threading.enumerate()][threads:] == []
    assert descriptors() <= files


by_paramiko = pytest.mark.parametrize("ssh", [Connection.PARAMIKO], indirect=True)


def connections(ssh):
    return ssh.transports._shared["migrator.scan.transports.paramiko_ssh"]


@contextmanager
def listening(behave):
    """A port where something other than sshd answers."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)

        def serve():
            links = []
            while not stop.is_set():
                with suppress(TimeoutError):
                    links.append(server.accept()[0])
                for link in links:
                    with suppress(OSError):
                        behave(link)
            for link in links:
                link.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            stop.set()
            thread.join()


def test_both_streams_come_back_and_the_script_may_be_long(ssh):
    padding = "# " + "x" * 78 + "\n"
    reply = ssh.run(padding * 20_000 + "echo out; echo err >&2; head -c 300000 /dev/zero | tr '\\0' e >&2\n")
    assert (reply.stdout, reply.error) == (b"out\n", None)
    assert reply.stderr.startswith(b"err\n")
    assert len(reply.stderr) == 300_004


def test_it_runs_as_lowest_priority_without_a_terminal_and_without_an_agent(ssh):
    reply = ssh.run('nice; tty; echo "agent=$SSH_AUTH_SOCK"', become=True)
    assert reply.stdout.decode().split("\n")[:3] == ["19", "not a tty", "agent="]


def test_rsa_keys_still_work(ssh, servers):
    assert ssh.run(key=servers.keys.rsa).stdout == b"out\n"


def test_noise_around_the_login_changes_nothing(ssh, servers):
    reply = ssh.run(key=servers.keys.noisy)
    assert reply.stdout == b"Welcome\nout\n"
    assert reply.stderr == b"careful\nerr\n"
    assert reply.error is None


def test_a_shell_that_ends_at_once_is_no_broken_connection(ssh, servers):
    reply = ssh.run("#" * 4_000_000, key=servers.keys.early)
    assert reply.stdout == b"This account is not available.\n"
    assert reply.error is None


def test_a_wrong_key_is_refused_by_name_and_with_what_was_tried(ssh, servers):
    with pytest.raises(AuthError) as caught:
        ssh.run(key=servers.keys.stranger)
    assert str(caught.value) == f"box: {USER}@127.0.0.1 refused the login ({servers.keys.stranger})"


def test_a_key_that_is_absent_or_no_key_is_said_to_be(ssh, servers, tmp_path):
    with pytest.raises(AuthError, match="nowhere does not exist"):
        ssh.run(key=tmp_path / "nowhere")
    (tmp_path / "broken").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n")
    with pytest.raises(AuthError, match=r"broken cannot be read: \w") as caught:
        ssh.run(key=tmp_path / "broken")
    assert "c2VjcmV0" not in str(caught.value)


def test_no_key_at_all_is_said(ssh):
    ssh.config.write_text(ssh.config.read_text() + "  IdentityFile none\n")
    with pytest.raises(AuthError, match="no key was found: none in the inventory, the SSH configuration or the agent"):
        ssh.run(key=None)


def test_an_encrypted_key_needs_an_agent(ssh, servers):
    with pytest.raises(AuthError, match="locked is encrypted: load it into an agent with ssh-add"):
        ssh.run(key=servers.keys.locked)


@pytest.fixture
def agent(servers, tmp_path, monkeypatch):
    """An ssh-agent that holds a stranger's key and the encrypted one."""
    folder = tempfile.TemporaryDirectory()  # a socket must have a short name, shorter than those of pytest
    path = f"{folder.name}/agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL)
    for _ in range(100):
        if Path(path).exists():
            break
        time.sleep(0.02)
    ask = tmp_path / "ask"
    ask.write_text("#!/bin/sh\necho correct horse\n")
    ask.chmod(0o755)
    extra = {"SSH_AUTH_SOCK": path, "SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}
    keys = [str(servers.keys.stranger), str(servers.keys.locked)]
    subprocess.run(["ssh-add", "-q", *keys], env=os.environ | extra, check=True, stdin=subprocess.DEVNULL)
    yield path
    process.terminate()
    process.wait(5)
    folder.cleanup()


@pytest.mark.parametrize("only", ["no", "yes"])
def test_the_agent_helps_with_an_encrypted_key(ssh, servers, agent, monkeypatch, only):
    monkeypatch.setenv("SSH_AUTH_SOCK", agent)
    ssh.config.write_text(ssh.config.read_text() + f"  IdentitiesOnly {only}\n")
    assert ssh.run(key=servers.keys.locked).stdout == b"out\n"


def test_other_keys_of_the_agent_are_left_alone_with_identities_only(ssh, servers, agent, monkeypatch):
    monkeypatch.setenv("SSH_AUTH_SOCK", agent)
    ssh.config.write_text(ssh.config.read_text() + "  IdentitiesOnly yes\n")
    with pytest.raises(AuthError) as caught:
        ssh.run(key=servers.keys.stranger)
    assert "agent key" not in str(caught.value)


def test_an_unknown_host_key_is_refused_with_what_to_do(ssh, servers):
    ssh.known.write_text("")
    with pytest.raises(HostKeyError) as caught:
        ssh.run()
    shown = fingerprint_of(servers.host.host_key)
    assert str(caught.value).startswith(f"box: host key unknown: it shows {shown} (ssh-ed25519); once compared with ")


def fingerprint_of(key):
    return fingerprint(base64.b64decode(key.split()[1]))


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_changed_host_key_is_refused_with_both_fingerprints_before_any_login(ssh, servers, tmp_path, kind):
    other = public(make_key(tmp_path / "other", kind=kind))
    ssh.known.write_text(f"{servers.host.name} {other}\n")
    logins = (servers.host.folder / "log").read_text().count("Accepted")
    with pytest.raises(HostKeyError, match="CHANGED") as caught:
        ssh.run()
    assert fingerprint_of(other) in str(caught.value)
    assert fingerprint_of(servers.host.host_key) in str(caught.value)
    assert (servers.host.folder / "log").read_text().count("Accepted") == logins


def test_a_revoked_host_key_is_refused_although_it_is_also_known(ssh, servers):
    ssh.known.write_text(ssh.known.read_text() + f"@revoked * {servers.host.host_key}\n")
    with pytest.raises(HostKeyError, match="is revoked"):
        ssh.run()


def test_an_authority_that_has_not_signed_the_key_is_not_enough(ssh, servers):
    ssh.known.write_text(f"@cert-authority * {public(servers.keys.plain)}\n")
    if ssh.way is Connection.PARAMIKO:
        with pytest.raises(IncapableError, match="only a certificate authority is on record .* --transport auto"):
            ssh.run()
    else:
        with pytest.raises(HostKeyError, match="no authority on record has signed its host key SHA256:"):
            ssh.run()


def test_hashed_names_and_aliases_are_found(ssh, servers):
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(ssh.known)], check=True, capture_output=True)
    assert "127.0.0.1" not in ssh.known.read_text()
    assert ssh.run().stdout == b"out\n"
    ssh.known.write_text(f"thebox {servers.host.host_key}\n")
    ssh.config.write_text(ssh.config.read_text() + "  HostKeyAlias TheBox\n")
    assert ssh.run().stdout == b"out\n"


def test_a_file_of_host_keys_given_for_the_scan_is_the_only_one(ssh, servers, tmp_path):
    (tmp_path / "mine").write_text("")
    transports = Transports(TransportOptions(HostKeyRules(only=tmp_path / "mine"), ssh.way))
    host = Host("box", "127.0.0.1", servers.host.port, USER, str(servers.keys.plain))
    with pytest.raises(HostKeyError, match="^box: host key unknown"):
        transports.open(host).run("echo", LONG)


def test_a_port_where_nobody_listens_is_a_connect_error(ssh):
    with pytest.raises(ConnectError, match=r"^box: connection refused$"):
        ssh.run(port=free_port())


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(lambda link: None, id="accepts and says nothing"),
        pytest.param(lambda link: link.send(b"x"), id="drips a banner"),
        pytest.param(lambda link: link.send(b"Welcome!\r\n"), id="never ends its welcome"),
    ],
)
def test_a_host_that_hangs_before_the_login_costs_its_budget_and_no_more(ssh, behave):
    with listening(behave) as port, pytest.raises(DeadlineError, match="did not finish within 1 s"):
        ssh.run(port=port, budget=SHORT)


def test_silence_after_the_banner_costs_the_budget_and_no_more(ssh):
    greeted = set()

    def once(link):
        if link not in greeted:
            greeted.add(link)
            link.send(b"SSH-2.0-OpenSSH_9.2\r\n")

    with listening(once) as port, pytest.raises(DeadlineError, match="stopped while exchanging keys"):
        ssh.run(port=port, budget=SHORT)


def test_something_else_than_ssh_is_a_connect_error_after_a_few_tries(ssh, monkeypatch):
    monkeypatch.setattr(pace, "_PAUSES", (0.01, 0.01, None))
    came = []

    def rude(link):
        if link.fileno() != -1:
            came.append(link)
        link.send(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        link.close()

    with listening(rude) as port, pytest.raises(ConnectError, match="banner"):
        ssh.run(port=port)
    assert len(came) == 3


def test_a_drip_ends_at_the_deadline_and_what_came_is_kept(ssh, servers):
    reply = ssh.run(key=servers.keys.drip, budget=Budget(seconds=5))
    assert isinstance(reply.error, DeadlineError)
    assert set(reply.stdout) == {ord("x")}


def test_an_sshd_that_stops_ends_at_the_deadline(ssh, servers):
    reply = ssh.run("#" * 8_000_000, key=servers.keys.stopped, budget=Budget(seconds=5))
    assert isinstance(reply.error, DeadlineError)
    assert reply.stdout in {b"", b"begun"}


def test_an_sshd_that_dies_is_no_end(ssh, servers):
    reply = ssh.run("sleep 30", key=servers.keys.killed)
    assert isinstance(reply.error, ConnectError)
    assert reply.stdout == b"begun"


def test_a_flood_ends_at_the_limit_and_what_came_before_is_kept(ssh, servers):
    reply = ssh.run(key=servers.keys.flood, budget=Budget(seconds=20, bytes=1_000_000))
    assert isinstance(reply.error, FloodError)
    assert reply.stdout.startswith(b"y\ny\n")
    assert 1_000_000 < len(reply.stdout) < 2_000_000


@pytest.fixture
def jump(ssh, servers):
    """The bastion as an inventory names it. Its key comes from the SSH configuration: the host's is not shown to it."""
    name = f"{USER}@localhost:{servers.bastion.port}"
    mine = f"Host localhost\n  HostName 127.0.0.1\n  IdentityFile {servers.keys.plain}\n"
    ssh.config.write_text(mine + ssh.config.read_text())
    return name


def logins(server):
    return (server.folder / "log").read_text().count("Accepted publickey")


def through(ssh, hosts):
    """How often a bastion is logged in to: paramiko shares one connection, each OpenSSH client has its own."""
    return 1 if ssh.way is Connection.PARAMIKO else hosts


def test_many_hosts_go_through_their_bastion_at_once(ssh, servers, jump):
    before = logins(servers.bastion)
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda number: ssh.run(f"echo {number}", jump=(jump,)), range(12)))
    assert [reply.stdout for reply in replies] == [f"{number}\n".encode() for number in range(12)]
    assert logins(servers.bastion) == before + through(ssh, 12)


def test_a_host_that_runs_out_of_time_leaves_the_bastion_to_the_others(ssh, servers, jump):
    before = logins(servers.bastion)
    late = ssh.run("sleep 30", jump=(jump,), budget=Budget(seconds=5))
    assert isinstance(late.error, DeadlineError)
    assert ssh.run(jump=(jump,)).stdout == b"out\n"
    assert logins(servers.bastion) == before + through(ssh, 2)


def test_bastions_in_a_row_and_from_the_ssh_configuration(ssh, servers, jump):
    again = f"{USER}@127.0.0.1:{servers.host.port}"
    ssh.config.write_text(f"Host 127.0.0.1\n  IdentityFile {servers.keys.plain}\n" + ssh.config.read_text())
    assert ssh.run(jump=(again, jump)).stdout == b"out\n"
    before = logins(servers.bastion)
    ssh.config.write_text(f"Host behind\n  HostName 127.0.0.1\n  ProxyJump {again},{jump}\n" + ssh.config.read_text())
    assert ssh.run(address="behind").stdout == b"out\n"
    assert logins(servers.bastion) == before + through(ssh, 1) - (ssh.way is Connection.PARAMIKO), (
        "the same bastions are shared"
    )


@by_paramiko
def test_a_bastion_that_dies_is_connected_again(ssh, servers, jump):
    assert ssh.run(jump=(jump,)).stdout == b"out\n"
    next(iter(connections(ssh)._bastions.values())).transport.close()
    assert ssh.run(jump=(jump,)).stdout == b"out\n"


@by_paramiko
def test_hosts_whose_bastion_is_lost_while_they_answer_are_asked_again(ssh, servers, jump, tmp_path):
    script = f"echo begun >> {tmp_path}/begun; if [ $(wc -l < {tmp_path}/begun) = 1 ]; then sleep 30; fi; echo out"
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(ssh.run, script, jump=(jump,))
        for _ in range(400):
            if (tmp_path / "begun").exists():
                break
            time.sleep(0.05)
        next(iter(connections(ssh)._bastions.values())).transport.close()
        reply = job.result()
    assert (reply.stdout, reply.error) == (b"out\n", None)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("{host} {host_key}\n", "host key unknown"),
        ("{host} {host_key}\n{bastion} {host_key}\n", "host key CHANGED"),
    ],
)
def test_the_key_of_the_bastion_is_checked_too_and_named(ssh, servers, jump, known, expected):
    facts = {"host": servers.host.name, "host_key": servers.host.host_key, "bastion": servers.bastion.name}
    ssh.known.write_text(known.format(**facts))
    for _ in range(2):
        with pytest.raises(HostKeyError) as caught:
            ssh.run(jump=(jump,))
        assert str(caught.value).startswith(f"box: bastion {jump}: {expected}")


def test_the_key_of_a_host_behind_a_bastion_is_checked(ssh, servers, jump):
    ssh.known.write_text(f"{servers.bastion.name} {servers.bastion.host_key}\n")
    with pytest.raises(HostKeyError, match="^box: host key unknown: it shows SHA256:"):
        ssh.run(jump=(jump,))


def test_a_bastion_that_lets_nobody_in_is_named(ssh, servers, jump):
    ssh.config.write_text(ssh.config.read_text().replace(str(servers.keys.plain), str(servers.keys.stranger)))
    for _ in range(2):
        with pytest.raises(AuthError) as caught:
            ssh.run(jump=(jump,))
        assert str(caught.value).startswith(f"box: bastion {jump}: {USER}@127.0.0.1 refused the login")
    if ssh.way is Connection.PARAMIKO:
        assert next(iter(connections(ssh)._bastions.values())).refusal is not None


def test_a_bastion_for_which_there_is_no_key_says_where_none_was_looked_for(ssh, servers, jump):
    """The inventory has a key, which is the host's."""
    ssh.config.write_text(ssh.config.read_text().replace(str(servers.keys.plain), str(servers.keys.plain) + ".none"))
    with pytest.raises(AuthError) as caught:
        ssh.run(jump=(jump,), key=str(servers.keys.plain))
    assert "`key` and --private-key are for hosts, and shown to no bastion" in str(caught.value)
    assert "none in the inventory" not in str(caught.value)


def test_what_cannot_be_reached_is_named(ssh, servers, jump):
    with pytest.raises(ConnectError, match=r"^box: Connect failed|^box: .*[Cc]onnect") as caught:
        ssh.run(jump=(jump,), port=free_port())
    assert "bastion" not in str(caught.value), "the bastion itself was there"
    nobody = f"127.0.0.1:{free_port()}"
    with pytest.raises(ConnectError, match=f"^box: bastion {nobody}: connection refused$"):
        ssh.run(jump=(nobody,))


def test_a_bastion_that_hangs_is_named(ssh):
    with (
        listening(lambda link: None) as port,
        pytest.raises(DeadlineError, match=f"^box: bastion 127.0.0.1:{port}: did not finish within 1 s"),
    ):
        ssh.run(jump=(f"127.0.0.1:{port}",), budget=SHORT)


def test_bastions_that_lead_to_each_other_are_an_error(ssh):
    ssh.config.write_text("Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n" + ssh.config.read_text())
    with pytest.raises(ConnectError, match="a loop of them"):
        ssh.run(address="a")
