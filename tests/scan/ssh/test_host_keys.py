"""Host keys: which are on record, and what is said about each one that is not."""

import base64
import shutil
import subprocess

import pytest

from migrator.errors import ConnectError, HostKeyError
from migrator.scan.ssh.host_keys import HostKey, KnownKeys, fingerprint, known_keys, verify

BLOB, OTHER = b"\0\0\0\x0bssh-ed25519" + b"1" * 36, b"\0\0\0\x0bssh-ed25519" + b"2" * 36
OFFERED = HostKey("ssh-ed25519", BLOB)
ANOTHER = HostKey("ssh-ed25519", OTHER, "known_hosts")

needs_keygen = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="not installed: ssh-keygen (openssh-client)")


def line(names, blob, marker=""):
    return f"{marker}{names} ssh-ed25519 {base64.b64encode(blob).decode()} a comment\n"


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Two keys that ssh-keygen takes for keys."""
    folder = tmp_path_factory.mktemp("keys")
    blobs = []
    for name in ("one", "two"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True, capture_output=True
        )
        blobs.append(base64.b64decode((folder / f"{name}.pub").read_text().split()[1]))
    return blobs


def verdict(known):
    with pytest.raises(HostKeyError) as caught:
        verify("box", OFFERED, known)
    return caught.value.reason


def test_a_key_on_record_passes():
    verify("box", OFFERED, KnownKeys(trusted=(ANOTHER, OFFERED)))


def test_an_unknown_key_comes_with_its_fingerprint_and_the_remedy():
    said = verdict(KnownKeys())
    assert said.startswith(f"host key unknown: it shows {fingerprint(BLOB)} (ssh-ed25519); once compared with ")
    assert "--host-key-checking accept-new" in said
    assert ">>" not in said, "whatever answers later would be put on record, into a folder that may not be there"


def test_a_changed_key_comes_with_both_fingerprints_and_no_remedy_to_copy():
    said = verdict(KnownKeys(trusted=(HostKey("ssh-rsa", b"of another type"), ANOTHER)))
    assert said == (
        f"host key CHANGED: it shows {fingerprint(BLOB)} (ssh-ed25519), "
        f"on record is {fingerprint(OTHER)} (ssh-ed25519, known_hosts); nothing was sent"
    )


def test_a_changed_key_comes_with_what_to_do_once_it_was_compared():
    said = verdict(KnownKeys(trusted=(ANOTHER,), name="[192.0.2.1]:2222"))
    assert said.endswith(
        "; only if somebody set it up anew, and has compared the key with its console, take the old one off "
        "the record: ssh-keygen -R '[192.0.2.1]:2222' -f known_hosts"
    )


def test_revoked_outweighs_trusted():
    assert "is revoked" in verdict(KnownKeys(trusted=(OFFERED,), revoked=(OFFERED,)))


def test_another_revoked_key_does_not_matter():
    verify("box", OFFERED, KnownKeys(trusted=(OFFERED,), revoked=(ANOTHER,)))


def test_an_authority_alone_does_not_vouch_for_a_plain_key():
    assert "no authority on record has signed its host key" in verdict(KnownKeys(authorities=(ANOTHER,)))
    verify("box", OFFERED, KnownKeys(trusted=(OFFERED,), authorities=(ANOTHER,)))


@needs_keygen
def test_fingerprints_are_those_of_ssh_keygen(tmp_path, real):
    (tmp_path / "key.pub").write_text(line("", real[0]).strip())
    shown = subprocess.run(["ssh-keygen", "-lf", str(tmp_path / "key.pub")], check=True, capture_output=True, text=True)
    assert fingerprint(real[0]) in shown.stdout.split()


@needs_keygen
def test_every_file_is_searched_and_every_kind_of_line_is_told_apart(tmp_path, real):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text(line("box,10.0.0.1", real[0]) + line("*.example", real[1], "@cert-authority ") + "\n# a comment\n")
    two.write_text(line("*", real[1], "@revoked ") + line("[box]:2222", real[1]) + "nonsense\n")
    found = known_keys("box", "box", [one, tmp_path / "absent", two])
    assert [key.blob for key in found.trusted] == [real[0]]
    assert [key.blob for key in found.revoked] == [real[1]]
    assert found.authorities == ()
    assert [key.file for key in found.trusted] == [str(one)]
    assert [key.blob for key in known_keys("box", "[box]:2222", [one, two]).trusted] == [real[1]]
    assert [key.blob for key in known_keys("box", "a.example", [one, two]).authorities] == [real[1]]


@needs_keygen
def test_hashed_names_are_found(tmp_path, real):
    file = tmp_path / "known_hosts"
    file.write_text(line("box", real[0]) + line("[box]:2222", real[1]))
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(file)], check=True, capture_output=True)
    assert "box" not in file.read_text().replace("a comment", "")
    assert [key.blob for key in known_keys("box", "box", [file]).trusted] == [real[0]]
    assert [key.blob for key in known_keys("box", "[box]:2222", [file]).trusted] == [real[1]]


def fake_keygen(folder, monkeypatch, script):
    (folder / "ssh-keygen").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "ssh-keygen").chmod(0o755)
    (folder / "known_hosts").touch()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return [folder / "known_hosts"]


def test_a_file_that_cannot_be_read_is_not_taken_for_an_empty_one(tmp_path, monkeypatch):
    files = fake_keygen(tmp_path, monkeypatch, "echo Permission denied >&2; exit 255")
    with pytest.raises(ConnectError, match=r"^box: the host keys in .*known_hosts cannot be read: Permission denied$"):
        known_keys("box", "box", files)


def test_a_search_that_hangs_is_not_waited_for(tmp_path, monkeypatch):
    files = fake_keygen(tmp_path, monkeypatch, "exec sleep 20")
    with pytest.raises(ConnectError, match="did not answer"):
        known_keys("box", "box", files, seconds=0.2)


def test_without_ssh_keygen_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConnectError, match="install openssh-client"):
        known_keys("box", "box", [])
