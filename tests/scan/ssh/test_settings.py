"""What `ssh -G` says and what the inventory says, and which names get no further."""

from pathlib import Path

import pytest

from migrator.errors import ConnectError
from migrator.model.hosts import Host
from migrator.scan.ssh.settings import jump_host, settings_for, settings_of


def fake_ssh(folder, monkeypatch, text, *, code=0):
    """An `ssh` that prints `text` and writes down its arguments."""
    (folder / "answer").write_text(text)
    stream = ">&2" if code else ""
    (folder / "ssh").write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {folder}/arguments\ncat {folder}/answer {stream}\nexit {code}\n'
    )
    (folder / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return lambda: (folder / "arguments").read_text().split("\n")[:-1]


ANSWER = """user alice
hostname 10.0.0.7
port 2222
identitiesonly yes
identityfile {folder}/one
identityfile {folder}/absent
identityfile {folder}/%r@%h
proxyjump jump@bastion:23,[::1]:22
hostkeyalias Real.Name
userknownhostsfile ~/.ssh/known_hosts {folder}/more
globalknownhostsfile none
"""


def test_the_configuration_fills_what_the_inventory_leaves_open(tmp_path, monkeypatch):
    for name in ("one", "alice@10.0.0.7"):
        (tmp_path / name).touch()
    arguments = fake_ssh(tmp_path, monkeypatch, ANSWER.format(folder=tmp_path))
    found = settings_for(Host("box"), known_hosts=None)
    assert arguments() == ["-G", "-T", "--", "box"]
    assert (found.hostname, found.port, found.user) == ("10.0.0.7", 2222, "alice")
    assert found.keys == (tmp_path / "one", tmp_path / "alice@10.0.0.7")
    assert found.agent is False
    assert found.jump == ("jump@bastion:23", "[::1]:22")
    assert found.known_hosts == (Path.home() / ".ssh/known_hosts", tmp_path / "more")
    assert found.known_as == "real.name", "an alias stands without a port: sshd(8) knows no other form for it"


def test_the_inventory_wins(tmp_path, monkeypatch):
    (tmp_path / "one").touch()
    arguments = fake_ssh(tmp_path, monkeypatch, ANSWER.format(folder=tmp_path))
    host = Host("box", "db.example", port=22, user="bob", key="~/mine", jump=("other",))
    found = settings_for(host, known_hosts=tmp_path / "known")
    assert arguments() == ["-G", "-T", "-l", "bob", "-p", "22", "--", "db.example"]
    assert (found.port, found.user, found.jump) == (22, "bob", ("other",))
    assert found.keys == (Path.home() / "mine",)
    assert found.known_hosts == (tmp_path / "known",)


@pytest.mark.parametrize(
    ("port", "expected"), [("22", "box.example"), ("2222", "[box.example]:2222")], ids=["usual port", "other port"]
)
def test_host_keys_are_looked_up_in_small_letters_and_with_the_port(port, expected):
    found = settings_of({"hostname": ["Box.Example"], "port": [port]}, home=Path("home"), address="box")
    assert found.known_as == expected


def test_without_an_ssh_program_it_says_how_to_get_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConnectError, match=r"no `ssh` program here .* install openssh-client"):
        settings_for(Host("box"), known_hosts=None)


def test_a_broken_configuration_is_told_in_one_line(tmp_path, monkeypatch):
    fake_ssh(tmp_path, monkeypatch, "config: line 3:\nBad configuration option\n", code=255)
    with pytest.raises(ConnectError, match=r"^box: the SSH configuration cannot be read: config: line 3: Bad config"):
        settings_for(Host("box"), known_hosts=None)


def test_an_ssh_that_hangs_is_not_waited_for(tmp_path, monkeypatch):
    (tmp_path / "ssh").write_text("#!/bin/sh\nexec sleep 20\n")
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(ConnectError, match=r"did not answer within 0.2 s"):
        settings_for(Host("box"), known_hosts=None, seconds=0.2)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("proxycommand nc %h %p", ("ProxyCommand",)),
        ("proxycommand none", ()),
        ("certificatefile ~/mine", ("CertificateFile",)),
        ("knownhostscommand /bin/keys", ("KnownHostsCommand",)),
        ("pkcs11provider none", ()),
        ("pkcs11provider /usr/lib/p11.so", ("PKCS11Provider",)),
        ("gssapiauthentication yes", ()),
        ("gssapiauthentication yes\ngssapidelegatecredentials yes", ()),
    ],
)
def test_what_only_the_client_has_is_noted(tmp_path, monkeypatch, said, expected):
    fake_ssh(tmp_path, monkeypatch, f"hostname box\n{said}\n")
    monkeypatch.delenv("KRB5CCNAME", raising=False)
    assert settings_for(Host("box"), known_hosts=None).beyond == expected


def test_a_bastion_of_the_inventory_stands_in_for_a_proxy_command(tmp_path, monkeypatch):
    fake_ssh(tmp_path, monkeypatch, "hostname box\nproxycommand nc %h %p\n")
    found = settings_for(Host("box", jump=("bastion",)), known_hosts=None)
    assert (found.jump, found.beyond, found.proxy_command) == (("bastion",), (), "")


def test_a_host_behind_a_command_of_the_inventory_is_not_asked_past_it(tmp_path, monkeypatch):
    fake_ssh(tmp_path, monkeypatch, "hostname box\n")
    with pytest.raises(
        ConnectError, match=r"^box: its inventory reaches it by a ProxyCommand, .*: put it into your SSH"
    ):
        settings_for(Host("box", proxy_command="nc %h %p"), known_hosts=None)
    fake_ssh(tmp_path, monkeypatch, "hostname box\nproxycommand /bin/ours %h\n")
    found = settings_for(Host("box", proxy_command="nc %h %p"), known_hosts=None)
    assert found.proxy_command == "/bin/ours %h", "the person's own configuration says the way, and alone is heeded"


HOSTILE = [
    "-oProxyCommand=id",
    "a b",
    "a;id",
    "$(id)",
    "`id`",
    "a\n",
    "a|b",
    "a/b",
    "",
    "a" * 300,
    "ü",
    "%h",
    "a'b",
    'a"b',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_names_that_could_be_more_than_names_reach_no_program(tmp_path, monkeypatch, text):
    fake_ssh(tmp_path, monkeypatch, "hostname box\n")
    for host in (Host("box", text), Host(text), Host("box", user=text), Host("box", jump=(text,))):
        if host.address == "":
            continue  # an empty address is none
        with pytest.raises(ConnectError):
            settings_for(host, known_hosts=None)
    assert not (tmp_path / "arguments").exists()


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_ports_that_are_none(port):
    with pytest.raises(ConnectError, match="is not between 1 and 65535"):
        settings_for(Host("box", port=port), known_hosts=None)


def test_a_configuration_cannot_smuggle_a_host_name_either(tmp_path, monkeypatch):
    fake_ssh(tmp_path, monkeypatch, "hostname -oProxyCommand=id\n")
    with pytest.raises(ConnectError, match="its address"):
        settings_for(Host("box"), known_hosts=None)


@pytest.mark.parametrize(
    ("jump", "expected"),
    [
        ("bastion", ("bastion", None, None)),
        ("alice@bastion:2222", ("bastion", 2222, "alice")),
        ("alice@corp.example@bastion", ("bastion", None, "alice@corp.example")),
        ("[fe80::1%eth0]:22", ("fe80::1%eth0", 22, None)),
        ("10.0.0.1:22", ("10.0.0.1", 22, None)),
    ],
)
def test_bastions_are_read_as_ssh_reads_them(jump, expected):
    found = jump_host("box", jump)
    assert (found.address, found.port, found.user) == expected


@pytest.mark.parametrize("jump", ["a:b", "a:1:2", "@a", "a:", "ssh://a", "a b", "[::1"])
def test_bastions_written_otherwise_are_an_error_of_the_host(jump):
    with pytest.raises(ConnectError, match=r"^box: "):
        settings_for(Host("box", jump=(jump,)), known_hosts=None)
