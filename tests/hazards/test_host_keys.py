"""S-1: which host keys are believed, by either way of SSH; nothing is sent to a host whose key is not."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from migrator.errors import HostKeyError, IncapableError
from migrator.model.hosts import Connection
from migrator.model.login import HostKeyTrust
from migrator.scan.ssh.host_key_rules import AcceptedKeys, Checking, HostKeyRules, accepted_file
from migrator.scan.ssh.host_keys import key_lines
from migrator.scan.ssh.pace import Dropped
from migrator.scan.transports import paramiko_ssh
from tests.hazards.counts import count
from tests.hazards.ways import BOTH, asked, ended
from tests.integration.sshd import make_key, own_ssh_config, public, start_sshd

pytestmark = pytest.mark.sshd


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A host with two keys, one of them certified, and the authority."""
    folder = tmp_path_factory.mktemp("keys")
    rsa, authority = make_key(folder / "rsa", kind="rsa"), make_key(folder / "authority")
    server = start_sshd(folder / "host", f"HostKey {rsa}", "MaxStartups 100", authority=authority)
    key = make_key(folder / "key")
    server.authorize(key)
    only_ed25519 = start_sshd(folder / "one", "LogLevel VERBOSE")
    only_ed25519.authorize(key)
    yield SimpleNamespace(server=server, one=only_ed25519, key=key, rsa=rsa, authority=authority)
    server.stop()
    only_ed25519.stop()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The user's SSH settings; `known` is their file of host keys."""
    config = own_ssh_config(tmp_path, monkeypatch)
    return SimpleNamespace(config=config, known=tmp_path / "known_hosts", folder=tmp_path)


def accepting():
    return HostKeyRules(checking=Checking.ACCEPT_NEW)


def entries(file):
    return [key for _, key in key_lines(file.read_text(), file)]


def logins(server):
    return (server.folder / "log").read_text().count("Accepted publickey")


def started(server):
    """How many commands it was asked to run."""
    return (server.folder / "log").read_text().count("Starting session: command")


STRICT = {
    "unknown": ("", "HostKeyError", "HostKeyError"),
    "known": ("{name} {host}\n", "ok", "ok"),
    "changed": ("{name} {other}\n", "HostKeyError", "HostKeyError"),
    "of another type": ("{name} {rsa}\n", "ok", "ok"),
    "two keys, one is right": ("{name} {other}\n{name} {host}\n", "ok", "ok"),
    "revoked": ("{name} {host}\n@revoked * {host}\n", "HostKeyError", "HostKeyError"),
    "of a host's authority": ("@cert-authority * {authority}\n", "IncapableError", "ok"),
    "authority of others": ("@cert-authority *.example {authority}\n", "HostKeyError", "HostKeyError"),
    "without its port": ("127.0.0.1 {host}\n", "HostKeyError", "ok"),
    "of another port": ("[127.0.0.1]:1 {host}\n", "HostKeyError", "HostKeyError"),
}
"""What stands in the file, and how it ends by paramiko and by the OpenSSH client."""


@pytest.mark.parametrize("way", BOTH)
@pytest.mark.parametrize("case", STRICT)
def test_strict(made, home, case, way):
    lines, by_paramiko, by_openssh = STRICT[case]
    other = public(make_key(home.folder / "other"))
    facts = {"name": made.server.name, "host": made.server.host_key, "other": other}
    home.known.write_text(lines.format(**facts, rsa=public(made.rsa), authority=public(made.authority)))
    before, written = logins(made.server), home.known.read_text()
    got = ended(made.server, made.key, way)
    assert got == (by_paramiko if way is Connection.PARAMIKO else by_openssh)
    assert logins(made.server) == before + (got == "ok"), "who is not believed is not logged in to"
    assert home.known.read_text() == written, "a scan writes nothing into a file of its user"


def test_either_way_takes_the_certificate(made, home):
    home.known.write_text(f"@cert-authority * {public(made.authority)}\n")
    reply = asked(made.server, made.key, Connection.SSH)
    assert (reply.login.client, reply.login.trust) == ("openssh", HostKeyTrust.CERTIFICATE)


@pytest.mark.parametrize("way", BOTH)
def test_hashed_names_and_aliases(made, home, way):
    home.known.write_text(f"{made.server.name} {made.server.host_key}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(home.known)], check=True, capture_output=True)
    assert ended(made.server, made.key, way) == "ok"
    home.known.write_text(f"thebox {made.server.host_key}\n")
    home.config.write_text(home.config.read_text() + "  HostKeyAlias thebox\n")
    assert ended(made.server, made.key, way) == "ok"


@pytest.mark.parametrize("way", BOTH)
def test_loopback_is_no_exception(made, home, way):
    home.config.write_text(home.config.read_text() + "  NoHostAuthenticationForLocalhost yes\n")
    assert ended(made.server, made.key, way) == "HostKeyError"


@pytest.mark.parametrize("way", BOTH)
def test_a_new_key_is_taken_said_and_on_record_from_then_on(made, home, way):
    rules = accepting()
    reply = asked(made.one, made.key, way, rules=rules)
    assert reply.login.trust is HostKeyTrust.NEW
    assert reply.login.host_key.startswith("SHA256:")
    assert len(rules.accepted.news) == 1
    assert reply.login.host_key.split()[0] in rules.accepted.news[0]
    assert accepted_file().stat().st_mode & 0o077 == 0
    assert not home.known.exists(), "what we take as it comes is not written into the user's file"
    again = asked(made.one, made.key, way)
    assert again.login.trust is HostKeyTrust.ON_RECORD, "a strict scan knows it now"


def test_a_new_key_is_new_also_when_the_other_way_took_it(made, home, monkeypatch):
    """paramiko takes the key, cannot log in, and the OpenSSH client finds it on record."""

    def cannot(host, *_):
        raise IncapableError(host, "takes no keys that paramiko has")

    monkeypatch.setattr(paramiko_ssh, "_authenticate", cannot)
    rules = accepting()
    reply = asked(made.one, made.key, Connection.SSH, rules=rules)
    assert (reply.login.client, reply.login.trust) == ("openssh", HostKeyTrust.NEW)
    assert len(rules.accepted.news) == 1


def test_a_new_key_is_new_also_when_the_first_login_was_dropped(made, home, monkeypatch):
    real, times = paramiko_ssh._authenticate, iter(range(9))

    def dropped(host, *arguments):
        if next(times) == 0:
            raise Dropped(host, "the connection was dropped")
        real(host, *arguments)

    monkeypatch.setattr(paramiko_ssh, "_authenticate", dropped)
    assert asked(made.one, made.key, Connection.PARAMIKO, rules=accepting()).login.trust is HostKeyTrust.NEW


@pytest.mark.parametrize("way", BOTH)
@pytest.mark.parametrize("where", ["user's", "ours"])
def test_a_changed_key_is_fatal_although_new_ones_are_taken(made, home, way, where):
    other = public(make_key(home.folder / "other"))
    file = home.known if where == "user's" else accepted_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{made.one.name} {other}\n")
    before = logins(made.one)
    with pytest.raises(HostKeyError, match="host key CHANGED"):
        asked(made.one, made.key, way, rules=accepting())
    assert logins(made.one) == before


@pytest.mark.parametrize("way", BOTH)
def test_a_revoked_key_is_never_new(made, home, way):
    home.known.write_text(f"@revoked * {made.one.host_key}\n")
    for checking in (Checking.ACCEPT_NEW, Checking.OFF):
        with pytest.raises(HostKeyError, match="is revoked"):
            asked(made.one, made.key, way, rules=HostKeyRules(checking=checking))


@pytest.mark.parametrize("way", BOTH)
def test_a_key_that_cannot_be_put_on_record_is_not_taken(made, home, way):
    accepted_file().parent.parent.mkdir(parents=True)
    accepted_file().parent.write_text("no folder")
    before = started(made.one)
    with pytest.raises(HostKeyError, match="cannot be put on record: .*known_hosts: .*; nothing was sent"):
        asked(made.one, made.key, way, rules=accepting())
    assert started(made.one) == before


@pytest.mark.parametrize("way", BOTH)
def test_many_scans_that_take_the_same_new_key_write_it_once(made, home, way):
    """Each with rules of its own, as several processes have."""
    many = count(6, 20)
    with ThreadPoolExecutor(many) as pool:
        ran = list(pool.map(lambda _: asked(made.server, made.key, way, rules=accepting()), range(many)))
    assert [reply.stdout for reply in ran] == [b"out\n"] * many
    assert sum(reply.login.trust is HostKeyTrust.NEW for reply in ran) == 1
    assert len(entries(accepted_file())) == 1


def test_racing_writers_tear_nothing(home, tmp_path):
    keys = [entry for n in range(4) for entry in _key_of(tmp_path / f"k{n}")]
    names = [f"host{n}" for n in range(count(5, 20))]
    with ThreadPoolExecutor(20) as pool:
        jobs = [
            pool.submit(AcceptedKeys(accepted_file()).add, name, name, keys[number % 4], seconds=30)
            for number, name in enumerate(names)
            for _ in range(4)
        ]
        assert sum(job.result() for job in jobs) == len(names)
    lines = accepted_file().read_text().splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(names)
    assert len(entries(accepted_file())) == len(names)


def _key_of(path):
    make_key(path)
    return [key for _, key in key_lines(f"x {public(path)}\n", path)]


def test_a_last_line_that_was_torn_takes_none_with_it(home, tmp_path):
    (key,) = _key_of(tmp_path / "key")
    accepted_file().parent.mkdir(parents=True)
    accepted_file().write_text("web01 ssh-ed25519 AAAAC3Nza")
    assert AcceptedKeys(accepted_file()).add("web02", "web02", key, seconds=10)
    assert entries(accepted_file())[-1].blob == key.blob


@pytest.mark.parametrize("way", BOTH)
@pytest.mark.parametrize("lines", ["", "{name} {other}\n"], ids=["unknown", "changed"])
def test_with_checking_off_any_key_is_taken_marked_and_not_kept(made, home, way, lines):
    home.known.write_text(lines.format(name=made.one.name, other=public(make_key(home.folder / "other"))))
    written = home.known.read_text()
    reply = asked(made.one, made.key, way, rules=HostKeyRules(checking=Checking.OFF))
    assert (reply.stdout, reply.login.trust) == (b"out\n", HostKeyTrust.UNVERIFIED)
    assert not accepted_file().exists()
    assert home.known.read_text() == written


def test_a_certificate_for_another_host_is_said_to_be(made, home, tmp_path):
    server = start_sshd(tmp_path / "other", authority=made.authority, principals="web01.example")
    home.known.write_text(f"@cert-authority * {public(made.authority)}\n")
    try:
        with pytest.raises(HostKeyError, match="no authority on record has signed .*Certificate invalid: name"):
            asked(server, made.key, Connection.SSH)
    finally:
        server.stop()


def test_what_paramiko_lacks_is_named(made, home):
    home.known.write_text(f"@cert-authority * {public(made.authority)}\n")
    with pytest.raises(
        IncapableError, match="only a certificate authority is on record for it; the OpenSSH client may"
    ):
        asked(made.server, made.key, Connection.PARAMIKO)
