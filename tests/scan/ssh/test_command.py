"""The command line of the OpenSSH client: what wins over any file, and what stands where."""

import shlex
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from migrator.model.hosts import Host
from migrator.scan.ssh.command import Leg, client_command
from migrator.scan.ssh.host_key_rules import Checking
from migrator.scan.ssh.settings import SshSettings

SAID = {
    "hostkeyalgorithms": "ssh-ed25519,rsa-sha2-512",
    "ciphers": "aes128-ctr",
    "kexalgorithms": "curve25519-sha256",
    "macs": "hmac-sha1",
}
BROKEN = {
    "HostKeyAlgorithms": ("ssh-rsa", "ssh-ed25519"),
    "Ciphers": ("aes128-cbc", "aes128-ctr"),
    "MACs": ("hmac-md5",),
}


def leg(address="10.0.0.7", folder="/run/0", **fields):
    options = fields.pop("options", SAID)
    settings = SshSettings(address, 22, "alice", options=options)
    return Leg(Host("box", address, user="alice"), settings, Path(folder), **fields)


def options(words):
    return [value for word, value in pairwise(words) if word == "-o"]


@pytest.mark.parametrize(
    "option",
    [
        "BatchMode=yes",
        "ForwardAgent=no",
        "ForwardX11=no",
        "ClearAllForwardings=yes",
        "PermitLocalCommand=no",
        "RemoteCommand=none",
        "ControlMaster=no",
        "PasswordAuthentication=no",
        "UpdateHostKeys=no",
        "StrictHostKeyChecking=yes",
        "NoHostAuthenticationForLocalhost=no",
    ],
)
def test_nothing_asks_forwards_or_stays(option):
    words = client_command("ssh", [leg()], "run")
    assert option in options(words)
    assert words[-3:] == ["--", "10.0.0.7", "run"]
    assert words[:5] == ["ssh", "-T", "-a", "-x", "-E"]


def test_options_that_only_some_clients_have_are_for_those_only():
    words = options(client_command("ssh", [leg()], "run"))
    assert not [word for word in words if word.startswith(("SessionType", "LogVerbose", "GSSAPI"))]
    assert "LogLevel=DEBUG3" in words
    words = options(client_command("ssh", [leg(options={"logverbose": "none", "sessiontype": "default"})], "run"))
    assert {"SessionType=default", "LogLevel=ERROR"} < set(words)


def test_a_bastion_is_a_command_of_its_own_with_the_same_rules():
    bastion = replace(leg("bastion", "/run/1"), host=Host("j@bastion:23", "bastion", 23, "j"))
    words = client_command("ssh", [bastion, leg("fe80::1")], "run")
    (proxy,) = [word.removeprefix("ProxyCommand=") for word in options(words) if word.startswith("ProxyCommand=")]
    inner = shlex.split(proxy.replace("%%", "%"))
    assert inner[-4:] == ["-W", "[fe80::1]:22", "--", "bastion"]
    assert {"BatchMode=yes", "StrictHostKeyChecking=yes", "ForwardAgent=no"} < set(options(inner))
    assert inner[inner.index("-p") + 1] == "23"


def test_paths_keep_their_spaces_and_signs_of_per_cent():
    words = options(client_command("ssh", [leg(files=(Path("/a b/100%"),))], "run"))
    assert 'UserKnownHostsFile="/a b/100%%"' in words
    assert "GlobalKnownHostsFile=none" in words


@pytest.mark.parametrize(
    ("checking", "word", "first"),
    [
        (Checking.STRICT, "yes", ""),
        (Checking.ACCEPT_NEW, "accept-new", '"/run/0/taken" '),
        (Checking.OFF, "no", '"/run/0/taken" '),
    ],
)
def test_new_keys_go_into_a_file_that_is_looked_at_first(checking, word, first):
    words = options(client_command("ssh", [leg(checking=checking, files=(Path("/known"),))], "run"))
    assert f"StrictHostKeyChecking={word}" in words
    assert f'UserKnownHostsFile={first}"/known"' in words


@pytest.mark.parametrize(
    ("said", "legacy", "expected"),
    [
        (SAID, None, []),
        (SAID | {"ciphers": "aes128-ctr,aes128-cbc"}, None, ["Ciphers=aes128-ctr"]),
        (SAID | {"hostkeyalgorithms": "ssh-ed25519,ssh-rsa"}, None, ["HostKeyAlgorithms=+ssh-ed25519"]),
        (SAID, BROKEN, ["HostKeyAlgorithms=+ssh-rsa", "Ciphers=aes128-ctr,aes128-cbc", "MACs=hmac-sha1,hmac-md5"]),
    ],
    ids=["sound", "cipher asked for", "host key asked for", "allowed"],
)
def test_what_is_broken_is_left_out_or_comes_last(said, legacy, expected):
    words = options(client_command("ssh", [leg(options=said, legacy=legacy)], "run"))
    lists = [word for word in words if word.split("=")[0] in {"HostKeyAlgorithms", "Ciphers", "MACs", "KexAlgorithms"}]
    assert lists == expected
