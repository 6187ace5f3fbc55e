"""How hosts are reached, by the words of the command line: against a real sshd, and in what is written."""

from types import SimpleNamespace

import pytest

from migrator import yamlio
from migrator.cli import run, scanning
from migrator.scan.facts import FACTS
from tests.integration.sshd import USER, make_key, own_ssh_config, public, start_sshd

pytestmark = pytest.mark.sshd


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("access")
    rsa = make_key(folder / "rsa", kind="rsa")
    host = start_sshd(folder / "host")
    old = start_sshd(folder / "old", f"HostKey {rsa}", "HostKeyAlgorithms ssh-rsa")
    key = make_key(folder / "key")
    for server in (host, old):
        server.authorize(key)
    yield SimpleNamespace(host=host, old=old, key=key, rsa=rsa)
    host.stop()
    old.stop()


@pytest.fixture
def scanned(made, tmp_path, monkeypatch, capsys):
    """Scans one host and returns the exit code, what was said, and the estate."""
    own_ssh_config(tmp_path, monkeypatch)
    monkeypatch.setattr(scanning, "questions", lambda *, deep: FACTS[:2])  # how, not what
    known = tmp_path / "known_hosts"
    known.write_text(f"{made.host.name} {made.host.host_key}\n{made.old.name} {public(made.rsa)}\n")

    def scan(server, *words, host=""):
        (tmp_path / "hosts.yml").write_text(
            f"defaults: {{port: {server.port}}}\nhosts: {{box: {{address: 127.0.0.1{host}}}}}\n"
        )
        words = ("-u", USER, "--private-key", str(made.key), *words)
        code = run(["scan", "-i", str(tmp_path / "hosts.yml"), "--out", str(tmp_path / "out"), *words])
        estate = yamlio.load((tmp_path / "out" / "estate.yaml").read_text(), file="estate.yaml").data
        return SimpleNamespace(code=code, said=capsys.readouterr().err, estate=estate)

    return SimpleNamespace(scan=scan, known=known)


def codes(estate):
    return {finding["code"] for finding in estate.get("findings", ())} & {"MIG005", "MIG006", "MIG007", "MIG008"}


@pytest.mark.parametrize("client", ["paramiko", "openssh"])
def test_the_command_line_says_how_ssh_is_spoken(made, scanned, client):
    got = scanned.scan(made.host, "--transport", client)
    assert (got.code, codes(got.estate)) == (0, set())
    login = got.estate["hosts"][0]["login"]
    assert (login["client"], login["trust"]) == (client, "on record")
    assert login["hostKey"].startswith("SHA256:")


def test_a_new_key_is_said_and_is_a_finding(made, scanned):
    scanned.known.write_text("")
    assert scanned.scan(made.host).code == 1
    got = scanned.scan(made.host, "--host-key-checking", "accept-new")
    assert (got.code, codes(got.estate)) == (0, {"MIG006"})
    (line,) = [line for line in got.said.splitlines() if "new host key" in line]
    assert got.estate["hosts"][0]["login"]["hostKey"] in line
    assert "new host key" not in scanned.scan(made.host, "--host-key-checking", "accept-new").said


@pytest.mark.parametrize("known", [(), ("--known-hosts", "/dev/null")])
def test_what_is_advised_for_an_unknown_key_works_as_it_is_said(made, scanned, tmp_path, monkeypatch, known):
    scanned.known.write_text("")
    done = scanned.scan(made.host, *known)
    assert done.code == 1
    assert ">>" not in done.said
    _, _, told = done.said.partition("1 with a host key that nobody knows")
    again = told.partition("scan with ")[2].partition(": it says")[0].split()
    done = scanned.scan(made.host, *known, *again)
    assert done.code == 0
    assert "taken as it came" in done.said


def test_checking_that_is_off_is_said_aloud_and_marks_the_host(made, scanned):
    scanned.known.write_text("")
    got = scanned.scan(made.host, "--host-key-checking", "off")
    assert (got.code, codes(got.estate)) == (0, {"MIG005"})
    assert "HOST KEYS ARE NOT CHECKED" in got.said
    assert any("host key unverified" in finding["message"] for finding in got.estate["findings"])


def test_old_cryptography_needs_the_flag_or_the_inventory_and_is_a_finding(made, scanned):
    refused = scanned.scan(made.old)
    assert refused.code == 1
    assert "error: box: legacy crypto: " in refused.said
    assert "--allow-legacy-crypto" in refused.said
    for allowed in (
        scanned.scan(made.old, "--allow-legacy-crypto"),
        scanned.scan(made.old, host=", allowLegacyCrypto: true"),
    ):
        assert (allowed.code, codes(allowed.estate)) == (0, {"MIG007"})
        assert allowed.estate["hosts"][0]["login"]["legacy"] == ["ssh-rsa"]
    assert scanned.scan(made.old, "--allow-legacy-crypto", host=", allowLegacyCrypto: false").code == 1


def test_how_a_host_was_reached_is_kept_with_its_recording(made, scanned, tmp_path):
    scanned.known.write_text("")
    words = ("--record", str(tmp_path / "answers"))
    scanned.scan(made.host, "--host-key-checking", "off", *words)
    again = scanned.scan(made.host, "--resume", *words)
    assert (again.code, codes(again.estate)) == (0, {"MIG005"})
