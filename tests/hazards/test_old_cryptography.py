"""S-2, S-3: hosts that have only what is broken, and what is said of the connection to each host."""

import asyncio
import threading
from types import SimpleNamespace

import asyncssh
import pytest

from migrator.errors import ConnectError, LegacyCryptoError
from migrator.model.hosts import Connection
from migrator.scan import findings
from tests.hazards.ways import BOTH, asked, ended
from tests.integration.sshd import USER, make_key, own_ssh_config, public, start_sshd

pytestmark = pytest.mark.sshd

HOSTS = {
    "modern": ((), ("ok", "ok"), ("ok", "ok"), ()),
    "ssh-rsa host key": (
        ("HostKey {rsa}", "HostKeyAlgorithms ssh-rsa"),
        ("IncapableError", "LegacyCryptoError"),
        ("IncapableError", "ok"),
        ("ssh-rsa",),
    ),
    "ssh-rsa user key": (
        ("PubkeyAcceptedAlgorithms ssh-rsa",),
        ("AuthError", "AuthError"),
        ("AuthError", "AuthError"),
        (),
    ),
    "group14-sha1": (
        ("KexAlgorithms diffie-hellman-group14-sha1",),
        ("IncapableError", "LegacyCryptoError"),
        ("IncapableError", "ok"),
        ("diffie-hellman-group14-sha1",),
    ),
    "dss": (
        ("HostKey {dss}", "HostKeyAlgorithms ssh-dss"),
        ("IncapableError", "LegacyCryptoError"),
        ("IncapableError", "ok"),
        ("ssh-dss",),
    ),
    "cbc": (
        ("Ciphers aes128-cbc",),
        ("IncapableError", "LegacyCryptoError"),
        ("ok", "ok"),
        ("aes128-cbc",),
    ),
}
"""Configuration of sshd; how it ends by paramiko and by OpenSSH, as it is, and with the flag; what was used then."""
# `ssh-rsa user key`: this sshd also announces rsa-sha2-* and then refuses it, so that no client can know. A server of that
# age announces nothing of it, or ssh-rsa alone: that case is below.


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("old")
    keys = SimpleNamespace(rsa=make_key(folder / "rsa", kind="rsa"), dss=make_key(folder / "dss", kind="dsa"))
    keys.user = make_key(folder / "user", kind="rsa")
    servers = {}
    for number, (name, (options, *_)) in enumerate(HOSTS.items()):
        told = [option.format(rsa=keys.rsa, dss=keys.dss) for option in options]
        servers[name] = start_sshd(folder / str(number), *told, "LogLevel DEBUG1")
        servers[name].authorize(keys.user)
    yield SimpleNamespace(servers=servers, keys=keys)
    for server in servers.values():
        server.stop()


@pytest.fixture
def known(made, tmp_path, monkeypatch):
    """All host keys are on record."""
    config = own_ssh_config(tmp_path, monkeypatch)
    lines = [
        f"{server.name} {key}\n"
        for server in made.servers.values()
        for key in (server.host_key, public(made.keys.rsa), public(made.keys.dss))
    ]
    (tmp_path / "known_hosts").write_text("".join(lines))
    return config


@pytest.mark.parametrize("way", BOTH)
@pytest.mark.parametrize("name", HOSTS)
def test_every_host_ends_as_the_table_says(made, known, name, way):
    _, refused, allowed, used = HOSTS[name]
    server, column = made.servers[name], BOTH.index(way)
    assert ended(server, made.keys.user, way) == refused[column]
    assert ended(server, made.keys.user, way, allow=True) == allowed[column]
    if allowed[column] == "ok":
        login = asked(server, made.keys.user, way, allow=True).login
        assert login.legacy == used
        assert [f.code for f in findings.of_login("box", login) if f.code == "MIG007"] == ["MIG007"] * bool(used)


@pytest.mark.parametrize("name", ["ssh-rsa host key", "group14-sha1", "dss", "cbc"])
def test_the_refusal_names_what_is_broken_and_the_flag(made, known, name):
    with pytest.raises(LegacyCryptoError) as caught:
        asked(made.servers[name], made.keys.user, Connection.SSH)
    said = str(caught.value)
    assert said.startswith("box: legacy crypto: every ")
    assert HOSTS[name][3][0] in said
    assert said.endswith("--allow-legacy-crypto allows them")


@pytest.mark.parametrize("name", ["ssh-rsa host key", "group14-sha1", "dss", "cbc"])
def test_the_inventory_allows_and_forbids_for_one_host(made, known, name):
    server, key = made.servers[name], made.keys.user
    assert asked(server, key, Connection.SSH, allow_legacy_crypto=True).login.legacy == HOSTS[name][3]
    with pytest.raises(LegacyCryptoError):
        asked(server, key, Connection.SSH, allow=True, allow_legacy_crypto=False)


ASKED_FOR = (
    "  HostKeyAlgorithms +ssh-rsa,ssh-dss\n  KexAlgorithms +diffie-hellman-group14-sha1\n  Ciphers +aes128-cbc\n"
)


@pytest.mark.parametrize("name", ["ssh-rsa host key", "group14-sha1", "dss", "cbc"])
def test_settings_of_ssh_alone_downgrade_nothing(made, known, name):
    known.write_text(known.read_text() + ASKED_FOR)
    assert ended(made.servers[name], made.keys.user, Connection.OPENSSH) == "LegacyCryptoError"
    assert ended(made.servers["modern"], made.keys.user, Connection.OPENSSH) == "ok"


def test_a_modern_host_is_not_downgraded_by_the_flag(made, known):
    for way in BOTH:
        assert asked(made.servers["modern"], made.keys.user, way, allow=True).login.legacy == ()


def test_no_algorithm_in_common_that_is_not_broken_either_is_said_so(made, known):
    known.write_text(known.read_text() + "  Ciphers aes256-ctr\n")
    with pytest.raises(LegacyCryptoError):
        asked(made.servers["cbc"], made.keys.user, Connection.OPENSSH)
    known.write_text(known.read_text().replace("Ciphers aes256-ctr", "HostKeyAlgorithms ecdsa-sha2-nistp256"))
    with pytest.raises(ConnectError, match="no host key type in common: it offers only "):
        asked(made.servers["modern"], made.keys.user, Connection.OPENSSH)


class Old:
    """A server that behaves as old ones do where this machine's sshd cannot be made to: by asyncssh, in a thread."""

    def __init__(self, folder, **options):
        self.key, self.port = make_key(folder / "old", kind="rsa"), 0
        self._options, self._authorized = options, folder / "old_authorized"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    @property
    def name(self):
        return f"[127.0.0.1]:{self.port}"

    def start(self, key):
        self._authorized.write_text(f"{public(key)}\n")
        self._server = self._do(self._listen())
        self.port = self._server.get_port()

    async def _listen(self):
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[str(self.key)],
            authorized_client_keys=str(self._authorized),
            process_factory=_answer,
            **self._options,
        )

    def _do(self, task):
        return asyncio.run_coroutine_threadsafe(task, self._loop).result(20)

    def stop(self):
        async def end():
            self._server.close()
            await self._server.wait_closed()

        self._do(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()


async def _answer(process):
    await process.stdin.read()
    process.stdout.write("out\n")
    process.exit(0)


@pytest.fixture
def old(made, tmp_path, monkeypatch):
    servers = []

    def start(**options):
        folder = tmp_path / str(len(servers))
        folder.mkdir()
        server = Old(folder, **options)
        server.start(made.keys.user)
        servers.append(server)
        with (tmp_path / "known_hosts").open("a") as file:
            file.write(f"{server.name} {public(server.key)}\n")
        return server

    own_ssh_config(tmp_path, monkeypatch)
    yield start
    for server in servers:
        server.stop()


def test_a_host_that_takes_user_keys_with_sha_1_only(made, old):
    server = old(signature_algs=["ssh-rsa"])
    assert ended(server, made.keys.user, Connection.PARAMIKO) == "IncapableError"
    with pytest.raises(LegacyCryptoError, match="SHA-1 .*--allow-legacy-crypto"):
        asked(server, made.keys.user, Connection.SSH)
    assert "ssh-rsa" in asked(server, made.keys.user, Connection.SSH, allow=True).login.legacy


@pytest.mark.parametrize("way", BOTH)
def test_strict_key_exchange_is_seen_and_nothing_is_said_of_it(made, known, way):
    login = asked(made.servers["modern"], made.keys.user, way).login
    assert login.strict_key_exchange is True
    assert list(findings.of_login("box", login)) == []


@pytest.mark.parametrize("way", BOTH)
@pytest.mark.parametrize("cipher", ["aes128-ctr", "chacha20-poly1305@openssh.com"])
def test_a_host_without_strict_key_exchange_is_told(made, old, monkeypatch, way, cipher):
    never = property(lambda _self: False, lambda _self, _value: None)
    monkeypatch.setattr(asyncssh.connection.SSHConnection, "_get_extra_kex_algs", lambda _self: [])
    monkeypatch.setattr(asyncssh.connection.SSHConnection, "_strict_kex", never, raising=False)
    server = old(encryption_algs=[cipher])
    if way is Connection.PARAMIKO and cipher.startswith("chacha20"):
        assert ended(server, made.keys.user, way) == "IncapableError", "paramiko has no such cipher"
        return
    login = asked(server, made.keys.user, way).login
    (finding,) = findings.of_login("box", login)
    assert (login.strict_key_exchange, finding.code) == (False, "MIG008")
    assert login.open_to_terrapin is cipher.startswith("chacha20")
    assert (f"{cipher} was exposed" in finding.message) is login.open_to_terrapin


@pytest.mark.parametrize("way", BOTH)
def test_what_a_connection_was_secured_with_is_told(made, known, way):
    login = asked(made.servers["modern"], made.keys.user, way).login
    assert login.client == str(way)
    assert login.cipher
    assert login.host_key.startswith("SHA256:")
    assert (USER in login.host_key) is False
