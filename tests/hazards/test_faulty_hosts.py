"""S-6, S-7, S-8, S-12: faulty hosts among good ones, behind the real transport; nobody else pays for them."""

import contextlib
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from migrator.model.hosts import Connection, Host
from migrator.scan.run import questions, scan_hosts
from migrator.scan.transport import Budget
from migrator.scan.transports import TransportOptions, Transports
from tests.hazards.counts import count
from tests.integration.sshd import USER, make_key, own_ssh_config, start_sshd

pytestmark = pytest.mark.sshd
ROOT = Path(__file__).parents[2]


def silent(client):
    _until_closed(client)


def dripping(client):
    for byte in b"SSH-2.0-" + b"x" * 10_000:
        client.sendall(bytes([byte]))
        time.sleep(0.2)


def babbling(client):
    while True:
        client.sendall(b"hello\r\n" * 1000)


def silent_after_the_banner(client):
    client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    _until_closed(client)


def gone(client):
    client.close()


def reset(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    client.close()


def web(client):
    client.recv(100)
    client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    _until_closed(client)


def junk(client):
    client.sendall(b"SSH-2.0-x\r\n" + random.Random(1).randbytes(100_000))
    _until_closed(client)


FAULTS = [silent, dripping, babbling, silent_after_the_banner, gone, reset, web, junk]


def _until_closed(client):
    client.settimeout(60)
    while client.recv(65536):
        pass


class Faulty:
    """A server on loopback that treats every client in one bad way."""

    def __init__(self, fault):
        self._fault = fault
        self._server = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._server.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                thread = threading.Thread(target=self._treat, args=[client])
                thread.start()
                self._threads.append(thread)

    def _treat(self, client):
        with client, contextlib.suppress(OSError):
            self._fault(client)

    def stop(self):
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(70)


@pytest.fixture(scope="module")
def faulty():
    servers = {fault.__name__: Faulty(fault) for fault in FAULTS}
    yield {name: server.port for name, server in servers.items()}
    for server in servers.values():
        server.stop()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    server = start_sshd(folder / "sshd", "MaxStartups 500:30:1000")
    yield server, folder
    server.stop()


@pytest.fixture
def trusted(good, tmp_path, monkeypatch):
    own_ssh_config(tmp_path, monkeypatch)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    (tmp_path / "known_hosts").write_text(f"{good[0].name} {good[0].host_key}\n")
    return tmp_path


def _scan(hosts, *, seconds, forks, way=Connection.SSH, patient=lambda _: False):
    return _answers(hosts, questions(deep=False)[:2], Budget(seconds), forks, way=way, patient=patient)


def _answers(hosts, facts, budget, forks, *, way=Connection.SSH, patient=lambda _: False):
    with contextlib.closing(Transports(TransportOptions(ssh=way))) as transports:

        def open_transport(host):
            return Patient(transports.open(host)) if patient(host) else transports.open(host)

        return list(scan_hosts(hosts, open_transport, facts=facts, budget=budget, forks=forks))


class Patient:
    """A transport with more time than the others, so that how busy this machine is decides nothing."""

    def __init__(self, transport):
        self._transport = transport

    def run(self, script, _):
        return self._transport.run(script, Budget(600))


def test_bad_hosts_cost_the_good_ones_nothing_and_leave_nothing_behind(good, trusted, faulty):
    server, _ = good
    key = make_key(trusted / "key")
    server.authorize(key)
    each, well = count(2, 25), count(16, 800)
    fine = [Host(f"good-{n}", "127.0.0.1", port=server.port, user=USER, key=str(key)) for n in range(well)]
    bad = [
        Host(f"{name}-{n}", "127.0.0.1", port=port, user=USER, key=str(key))
        for n in range(each)
        for name, port in faulty.items()
    ]
    hosts = fine + bad
    random.Random(1).shuffle(hosts)
    before, descriptors = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    answers = {answer.host: answer for answer in _scan(hosts, seconds=5, forks=50, patient=fine.__contains__)}
    assert len(answers) == len(hosts)
    assert {host.name: said for host in fine if (said := answers[host.name].error)} == {}
    for host in bad:
        assert answers[host.name].error, host.name
        assert "\n" not in answers[host.name].error
    _settles(lambda: len(list(Path("/proc/self/fd").iterdir())), descriptors + 2 * len(bad))
    _settles(threading.active_count, before + len(bad))


def _settles(figure, most):
    """Servers of the test close their ends a little later."""
    for _ in range(100):
        if figure() <= most:
            return
        time.sleep(0.1)
    assert figure() <= most


def test_bad_hosts_cost_the_openssh_client_their_time_and_leave_nothing_behind(trusted, faulty, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(trusted / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (trusted / "tmp").mkdir()
    bad = [
        Host(f"{name}-{n}", "127.0.0.1", port=port, user=USER)
        for n in range(count(1, 25))
        for name, port in faulty.items()
    ]
    answers = _scan(bad, seconds=5, forks=8, way=Connection.OPENSSH)
    assert len(answers) == len(bad)
    for answer in answers:
        assert answer.error, answer.host
        assert "\n" not in answer.error
    assert list((trusted / "tmp").iterdir()) == []
    assert [one for one in Path("/proc").glob("[0-9]*/cmdline") if str(trusted).encode() in _read(one)] == []


def _read(file):
    with contextlib.suppress(OSError):
        return file.read_bytes()
    return b""


NOISE = {
    "echo": "echo welcome to the machine",
    "bell": r"printf '\a\a'",
    "title of a terminal": r"printf '\033]0;x\007\033[2J'",
    "carriage returns": r"printf 'a\rb\r\n'",
    "nulls": r"printf '\000\000'",
    "no newline": "printf prompt%",
    "complaints": "echo 'stty: standard input: Inappropriate ioctl' >&2",
    "both": "echo a; echo b >&2",
    "words like ours": "echo '00000000000000000000000000000000 begin machine'; echo '#end'",
    "many lines": "yes noise | head -n 20000",
    "another folder": "cd /tmp; echo moved",
    "set -x": "set -x",
    "German": "export LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 LANGUAGE=de",
    "not UTF-8": r"printf '\377\376\200'",
    "masks": "umask 0777",
    "odd variables": "export IFS=x PS4=boo POSIXLY_CORRECT=1 GREP_OPTIONS=-v CDPATH=/etc TERM=dumb COLUMNS=3",
    "functions": "ls() { echo no; }; cat() { echo no; }; export -f ls cat 2>/dev/null",
    "limits": "ulimit -c 0; ulimit -n 64",
    "a job": "sleep 1 & :",
    "end of file": "exec 3</dev/null",
    "another shell": 'command -v bash >/dev/null && exec bash -c "$SSH_ORIGINAL_COMMAND"',
    "a C shell": 'command -v tcsh >/dev/null && exec tcsh -c "$SSH_ORIGINAL_COMMAND"',
    "busybox": 'command -v busybox >/dev/null && exec busybox sh -c "$SSH_ORIGINAL_COMMAND"',
    "aliases": "alias ls='ls --color=always' cat='cat -A' grep='grep --color=always'",
    "a prompt": "PS1='host# '; export PS1; printf 'host# '",
    "a clipboard": r"printf '\033]52;c;ZXZpbA==\007'",
    "a link": r"printf '\033]8;;http://x\007x\033]8;;\007'",
    "marks of another run": "printf '\\n%s begin users\\nevil:x:0:0::/:/bin/sh\\n\\n%s end users\\n' deadbeefdeadbeefdeadbeefdeadbeef deadbeefdeadbeefdeadbeefdeadbeef",
    "history": "set -o history 2>/dev/null; HISTFILE=/dev/null; export HISTFILE",
    "a trap": "trap 'echo bye; echo bye >&2' 0",
}


COMPARED = {"os_release", "users", "packages", "licences", "crontabs"}
"""Facts whose answer is the same a moment later."""


@pytest.mark.parametrize("noise", list(NOISE)[:: count(3, 1)])
def test_noise_around_a_login_changes_no_answer(good, trusted, noise):
    server, _ = good
    hosts = []
    for name, first in (("quiet", ":"), ("noisy", NOISE[noise])):
        key = make_key(trusted / name)
        server.authorize(key, f'{first}; eval "$SSH_ORIGINAL_COMMAND"')
        hosts.append(Host(name, "127.0.0.1", port=server.port, user=USER, key=str(key)))
    facts = [fact for fact in questions(deep=False) if fact.name in COMPARED]
    said = {answer.host: answer for answer in _answers(hosts, facts, Budget(30), 1)}
    assert not said["noisy"].error
    assert len(facts) == len(COMPARED)
    for fact in facts:
        assert said["noisy"].sections[fact.name] == said["quiet"].sections[fact.name], fact.name


def test_a_scan_that_is_killed_goes_on_where_it_was(good, trusted):
    """S-12: kill -9 at random points; every host once, no half file."""
    server, _ = good
    key = make_key(trusted / "killed")
    server.authorize(key)
    hosts = [f"h{number:03}" for number in range(count(6, 500))]
    inventory = trusted / "hosts.yml"
    inventory.write_text(
        f"defaults: {{user: {USER}, key: {key}, port: {server.port}}}\nhosts:\n"
        + "".join(f"  {name}: {{address: 127.0.0.1}}\n" for name in hosts)
    )
    command = [
        sys.executable,
        "-m",
        "migrator",
        "scan",
        "-i",
        str(inventory),
        "--known-hosts",
        str(trusted / "known_hosts"),
    ]
    command += ["--record", str(trusted / "rec"), "--resume", "--out", str(trusted / "estate"), "-f", "4"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    chance = random.Random(12)
    for _ in range(count(1, 50)):
        run = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(chance.uniform(0.5, 3))
        run.send_signal(signal.SIGKILL)
        run.wait()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    recorded = sorted(file.parent.name for file in (trusted / "rec").glob("*/recording.yaml"))
    assert recorded == hosts
    estate = (trusted / "estate" / "estate.yaml").read_text()
    assert all(estate.count(f"- name: {name}\n") == 1 for name in hosts)
    assert not [file for file in trusted.rglob("*") if file.name.endswith((".tmp", ".new", "~"))]


FLOODS = ["exec yes", "exec yes >&2", "yes >&2 & exec yes", "head -c 5000000 /dev/zero >&2; exec cat /dev/zero"]
"""What a login prints without an end: on either stream, and on both at once."""
KEPT = 1024 * 1024


def test_floods_are_cut_and_cost_no_more_than_what_is_kept(good, trusted):
    """S-7: memory is bounded by what a budget lets each host send, however much it does."""
    server, _ = good
    hosts = []
    for number in range(count(4, 48)):
        key = make_key(trusted / f"flood{number}")
        server.authorize(key, FLOODS[number % len(FLOODS)])
        hosts.append(Host(f"flood-{number}", "127.0.0.1", port=server.port, user=USER, key=str(key)))
    before = _peak_mib()
    answers = _answers(hosts, questions(deep=False)[:1], Budget(60, bytes=KEPT), 50)
    assert {answer.error for answer in answers} == {f"sent more than {KEPT} bytes"}
    # What came is kept twice for a moment (as bytes and as text), and paramiko has up to 2 MiB under way for each.
    assert _peak_mib() - before < 64 + len(hosts) * (2 * KEPT / 1024**2 + 4)


def _peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
