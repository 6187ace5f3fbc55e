"""S-4, S-5, S-11, and what paramiko cannot do: both ways of SSH against real servers, with a hostile or busy world around them."""

import subprocess
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.errors import IncapableError, TransportError
from migrator.model.hosts import Connection, Host
from migrator.scan.run import questions, scan_hosts
from migrator.scan.transport import Budget
from migrator.scan.transports import TransportOptions, Transports
from tests.hazards.counts import count
from tests.hazards.ways import BOTH, asked, ended
from tests.integration.sshd import USER, make_key, own_ssh_config, start_sshd

pytestmark = pytest.mark.sshd


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ways")
    authority = make_key(folder / "authority")
    host = start_sshd(
        folder / "host", "MaxStartups 500:30:1000", "LogLevel DEBUG1", f"TrustedUserCAKeys {authority}.pub"
    )
    bastion = start_sshd(folder / "bastion")
    busy = start_sshd(folder / "busy", "MaxStartups 2:50:6", "LogLevel VERBOSE")
    key = make_key(folder / "key")
    for server in (host, bastion, busy):
        server.authorize(key)
    yield SimpleNamespace(host=host, bastion=bastion, busy=busy, key=key, authority=authority, folder=folder)
    for server in (host, bastion, busy):
        server.stop()


@pytest.fixture
def known(made, tmp_path, monkeypatch):
    """All host keys are on record; returns the SSH configuration."""
    config = own_ssh_config(tmp_path, monkeypatch)
    servers = (made.host, made.bastion, made.busy)
    (tmp_path / "known_hosts").write_text("".join(f"{one.name} {one.host_key}\n" for one in servers))
    config.write_text(config.read_text() + f"  IdentityFile {made.key}\n")
    return config


@pytest.fixture
def agent(made, monkeypatch):
    with tempfile.TemporaryDirectory() as folder:  # a socket must have a short name
        path = f"{folder}/agent"
        process = subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.PIPE)
        process.stdout.readline()
        monkeypatch.setenv("SSH_AUTH_SOCK", path)
        yield path
        process.terminate()
        process.communicate(timeout=5)


def requests(server):
    return (server.folder / "log").read_text().count("auth-agent-req")


@pytest.mark.parametrize("way", BOTH)
def test_the_agent_is_never_forwarded_whatever_the_settings_say(made, known, agent, way):
    known.write_text(known.read_text() + "  ForwardAgent yes\n  ForwardX11 yes\n  RequestTTY force\n")
    before = requests(made.host)
    for _ in range(count(2, 50)):
        transports = Transports(TransportOptions(ssh=way))
        host = Host("box", "127.0.0.1", made.host.port, USER, str(made.key))
        reply = transports.open(host).run('echo "agent=$SSH_AUTH_SOCK display=$DISPLAY"; tty', Budget(30.0))
        assert reply.stdout == b"agent= display=\nnot a tty\n"
        transports.close()
    assert requests(made.host) == before


def test_the_log_would_show_an_agent_that_is_forwarded(made, known, agent):
    before = requests(made.host)
    command = ["ssh", "-A", "-o", "BatchMode=yes", "-p", str(made.host.port), "-l", USER, "127.0.0.1", "true"]
    subprocess.run(command, check=True, capture_output=True)
    assert requests(made.host) > before


LEFT_TO_ASK = """  ControlMaster auto
  ControlPath {folder}/master-%C
  ControlPersist 60
  PermitLocalCommand yes
  LocalCommand touch {folder}/local
  RemoteCommand touch {folder}/remote
  LocalForward {folder}/forwarded 127.0.0.1:1
  StdinNull yes
  ForkAfterAuthentication yes
  SessionType none
  UpdateHostKeys yes
  StrictHostKeyChecking no
"""


def test_settings_that_would_leave_something_behind_do_not(made, known, tmp_path):
    known.write_text(known.read_text() + LEFT_TO_ASK.format(folder=tmp_path))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert ended(made.host, made.key, Connection.OPENSSH) == "ok"
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    (tmp_path / "known_hosts").write_text("")
    assert ended(made.host, made.key, Connection.OPENSSH) == "HostKeyError", "the command line decides about host keys"


PAYLOADS = (
    *("`touch CANARY`", "$(touch CANARY)", ";touch CANARY;", "|touch CANARY", "&touch CANARY&", "a\ntouch CANARY"),
    *("-oProxyCommand=touch CANARY", "-oLocalCommand=touch CANARY", "-E CANARY", "-ECANARY", "-FCANARY", "--"),
    *("'; touch CANARY; '", '"; touch CANARY; "', "%h`touch CANARY`", "${IFS}touch${IFS}CANARY", "$HOME", "~root"),
    *("a'b", 'a"b', "a\\b", "a b", "a\tb", "a\0b", "a%b", "%%", "%C", "\\`touch CANARY\\`", "a>CANARY", "a<CANARY"),
    *("[::1]`touch CANARY`", "ssh://-oProxyCommand=x", "user@-oProxyCommand=x", "@", "@@", "a@b@-oX", "..", "../x"),
    *("\u202e", "ü", "a" * 300, "-", "-v", "-G", "-J`touch CANARY`", "{touch,CANARY}", "!touch", "#touch"),
)


@pytest.mark.parametrize("way", BOTH)
def test_no_name_runs_anything(made, known, tmp_path, way):
    """With the settings that made CVE-2023-51385 possible: names of ours in a command line."""
    known.write_text(f"Host *\n  ProxyCommand sh -c 'true %h %r %n'\n  {known.read_text()}")
    canary = tmp_path / "canary"
    for text in PAYLOADS:
        name = text.replace("CANARY", str(canary))
        for fields in ({"address": name}, {"user": name}, {"jump": (name,)}):
            assert ended(made.host, made.key, way, **fields) != "ok"
            assert not canary.exists(), (fields, "ran")


@settings(max_examples=count(8, 500))
@given(text=st.text(min_size=1, max_size=40))
@pytest.mark.parametrize("field", ["address", "user", "jump"])
def test_odd_names_end_as_one_line_each(field, text):
    host = Host("box", **({field: (text,)} if field == "jump" else {"address": "127.0.0.1", field: text}), port=1)
    transports = Transports(TransportOptions(ssh=Connection.OPENSSH))
    with pytest.raises(TransportError) as caught:
        transports.open(host).run("echo", Budget(5.0))
    assert "\n" not in str(caught.value)
    transports.close()


def _scanned(hosts, way, *, forks):
    transports = Transports(TransportOptions(ssh=way))
    try:
        return list(
            scan_hosts(hosts, transports.open, facts=questions(deep=False)[:1], budget=Budget(90.0), forks=forks)
        )
    finally:
        transports.close()


@pytest.mark.parametrize("way", BOTH)
def test_all_hosts_behind_a_bastion_with_the_defaults_of_sshd_are_reached(made, known, way):
    jump = (f"{USER}@127.0.0.1:{made.bastion.port}",)
    many = count(16, 200)
    hosts = [Host(f"h{n}", "127.0.0.1", made.host.port, USER, str(made.key), jump=jump) for n in range(many)]
    answers = _scanned(hosts, way, forks=count(12, 50))
    assert [answer.error for answer in answers if answer.error] == []
    assert len(answers) == many


@pytest.mark.parametrize("way", BOTH)
def test_a_server_that_drops_logins_at_random_is_tried_again(made, known, way):
    hosts = [Host(f"h{n}", "127.0.0.1", made.busy.port, USER, str(made.key)) for n in range(8)]
    answers = _scanned(hosts, way, forks=4)
    assert [answer.error for answer in answers if answer.error] == []


def test_a_proxy_command_of_the_settings_is_what_the_client_is_for(made, known):
    port, folder = made.host.port, known.parent
    (folder / "known_hosts").write_text(f"web01 {made.host.host_key}\n[web01]:22 {made.host.host_key}\n")
    relay = f"{known.parent}/bin/ssh -o HostKeyAlias=web01 -W 127.0.0.1:{port} -p {port} {USER}@127.0.0.1"
    known.write_text(f"Host web01\n  ProxyCommand {relay}\n{known.read_text()}")
    host = {"address": "web01", "port": 22}
    assert asked(made.host, made.key, Connection.SSH, **host).login.client == "openssh"
    with pytest.raises(IncapableError, match="asks for ProxyCommand; the OpenSSH client may"):
        asked(made.host, made.key, Connection.PARAMIKO, **host)


def test_a_certificate_of_the_user_is_what_the_client_is_for(made, known, tmp_path):
    mine = make_key(tmp_path / "mine")
    sign = ["ssh-keygen", "-q", "-s", str(made.authority), "-I", "me", "-n", USER, f"{mine}.pub"]
    subprocess.run(sign, check=True, capture_output=True)
    elsewhere = Path(f"{mine}-cert.pub").rename(tmp_path / "certificate.pub")
    known.write_text(known.read_text() + f"  CertificateFile {elsewhere}\n")
    assert asked(made.host, mine, Connection.SSH).login.client == "openssh"
    assert ended(made.host, mine, Connection.PARAMIKO) == "IncapableError"


def test_a_key_on_a_device_and_a_ticket_are_seen(made, known, tmp_path, monkeypatch):
    (tmp_path / "sk").write_text("private")
    (tmp_path / "sk.pub").write_text("sk-ssh-ed25519@openssh.com AAAA\n")
    with pytest.raises(IncapableError, match="a key on a FIDO device"):
        asked(made.host, tmp_path / "sk", Connection.PARAMIKO)
    known.write_text(known.read_text() + "  GSSAPIAuthentication yes\n")
    assert ended(made.host, made.key, Connection.PARAMIKO) == "ok", "distributions say so for everybody"
    monkeypatch.setenv("KRB5CCNAME", str(tmp_path / "ticket"))
    with pytest.raises(IncapableError, match="GSSAPIAuthentication"):
        asked(made.host, made.key, Connection.PARAMIKO)
    assert asked(made.host, made.key, Connection.SSH).login.client == "openssh"
