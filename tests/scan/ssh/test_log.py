"""What the OpenSSH client says, in the words of 9.2p1, and what is made of it."""

import pytest

from migrator.errors import AuthError, ConnectError, LegacyCryptoError
from migrator.model.login import HostKeyTrust
from migrator.scan.ssh.legacy_crypto import is_legacy, legacy_only, without_legacy
from migrator.scan.ssh.log import LOG_BYTES, ClientLog, Phase, reason_of
from migrator.scan.ssh.pace import Dropped

IN = """debug1: kex.c:kex_exchange_identification():1456 (pid=1): Remote protocol version 2.0, remote software version x
debug2: kex.c:kex_buf2prop():443 (pid=1): KEX algorithms: curve25519-sha256,kex-strict-c-v00@openssh.com
debug2: kex.c:kex_buf2prop():443 (pid=1): KEX algorithms: curve25519-sha256{strict}
debug1: kex.c:choose_kex():929 (pid=1): kex: algorithm: {kex}
debug1: kex.c:choose_hostkeyalg():948 (pid=1): kex: host key algorithm: {key}
debug1: kex.c:kex_choose_conf():1091 (pid=1): kex: server->client cipher: {cipher} MAC: {mac} compression: none
debug1: sshconnect.c:verify_host_key():1477 (pid=1): Server host key: ssh-ed25519 SHA256:abc
debug1: kex.c:kex_input_newkeys():612 (pid=1): SSH2_MSG_NEWKEYS received
debug3: sshconnect2.c:sign_and_send_pubkey():1581 (pid=1): signing using {mine} SHA256:def
sshconnect2.c:ssh_userauth2():580 (pid=1): Authenticated to 127.0.0.1 ([127.0.0.1]:22) using "publickey".
debug1: clientloop.c:client_session2_setup():2642 (pid=1): Sending command: exec /bin/sh -s
"""
SOUND = {
    "kex": "curve25519-sha256",
    "key": "ssh-ed25519",
    "cipher": "aes128-ctr",
    "mac": "hmac-sha1",
    "mine": "ssh-ed25519",
}
STRICT = ",kex-strict-s-v00@openssh.com"


def log_of(text):
    log = ClientLog()
    for start in range(0, len(text), 7):  # a line may be cut anywhere
        log.add(text[start : start + 7].encode())
    return log


def login(trust=HostKeyTrust.ON_RECORD, **facts):
    return log_of(IN.format(**SOUND | {"strict": STRICT} | facts)).login(trust)


def test_phases_follow_each_other():
    text, seen = IN.format(**SOUND, strict=STRICT), []
    log = ClientLog()
    for line in text.splitlines(keepends=True):
        log.add(line.encode())
        if log.phase not in seen:
            seen.append(log.phase)
    assert seen == [Phase.EXCHANGING, Phase.LOGGING_IN, Phase.STARTING, Phase.RUNNING]
    assert Phase.LOGGING_IN.doing == "logging in"


def test_a_sound_login_has_nothing_to_tell():
    found = login()
    assert (found.client, found.host_key, found.trust) == (
        "openssh",
        "SHA256:abc (ssh-ed25519)",
        HostKeyTrust.ON_RECORD,
    )
    assert (found.strict_key_exchange, found.legacy, found.open_to_terrapin) == (True, (), False)


def test_every_broken_algorithm_is_told_once():
    found = login(kex="diffie-hellman-group1-sha1", key="ssh-rsa", cipher="aes128-cbc", mac="hmac-md5", mine="ssh-rsa")
    assert found.legacy == ("diffie-hellman-group1-sha1", "ssh-rsa", "aes128-cbc", "hmac-md5")


@pytest.mark.parametrize(
    ("cipher", "mac", "exposed"),
    [
        ("chacha20-poly1305@openssh.com", "<implicit>", True),
        ("aes128-cbc", "hmac-sha2-256-etm@openssh.com", True),
        ("aes128-cbc", "hmac-sha2-256", False),
        ("aes128-gcm@openssh.com", "<implicit>", False),
        ("aes128-ctr", "hmac-sha2-256-etm@openssh.com", False),
    ],
)
def test_terrapin_needs_a_cipher_that_lets_it_in(cipher, mac, exposed):
    assert login(strict="", cipher=cipher, mac=mac).open_to_terrapin is exposed
    assert login(cipher=cipher, mac=mac).open_to_terrapin is False


def test_without_the_offers_nothing_is_known_of_strict_key_exchange():
    assert log_of("Authenticated to x\n").login(HostKeyTrust.ON_RECORD).strict_key_exchange is None


FAILED = {
    "debug1: channel 0\nssh: connect to host h port 22: Connection refused": (ConnectError, "connection refused"),
    "ssh.c:resolve_host():275 (pid=1): ssh: Could not resolve hostname h: Name or service not known": (
        ConnectError,
        "its name cannot be resolved",
    ),
    "kex_exchange_identification: read: Connection reset by peer": (
        Dropped,
        "the connection was closed during the handshake",
    ),
    "Connection closed by 10.0.0.1 port 22": (Dropped, "the connection was closed during the handshake"),
    "debug1: kex_exchange_identification: banner line 0: HTTP/1.0 400\x1b[31m\nConnection closed by x port 1": (
        Dropped,
        "no SSH banner came, but: HTTP/1.0 400 [31m",
    ),
    "Unable to negotiate with h port 22: no matching cipher found. Their offer: aes128-cbc,3des-cbc": (
        LegacyCryptoError,
        "legacy crypto: every cipher it offers is broken: aes128-cbc, 3des-cbc; --allow-legacy-crypto allows them",
    ),
    "Unable to negotiate with h port 22: no matching key exchange method found. Their offer: x25519,kex-strict-s-v00@openssh.com": (
        ConnectError,
        "no key exchange method in common: it offers only x25519",
    ),
    "debug1: Offering public key: /k RSA SHA256:x explicit\nme@h: Permission denied (publickey,password).": (
        AuthError,
        "me@h refused the login (/k)",
    ),
    "debug1: Offering public key: /k RSA SHA256:x\ndebug1: Server accepts key: /k RSA SHA256:x\nme@h: Permission denied (publickey).": (
        AuthError,
        "me@h refused the login (/k is encrypted: load it into an agent with ssh-add)",
    ),
    "me@h: Permission denied (password,keyboard-interactive).": (
        AuthError,
        "me@h takes no keys, only: password,keyboard-interactive",
    ),
    "debug1: send_pubkey_test: no mutual signature algorithm\nme@h: Permission denied (publickey).": (
        LegacyCryptoError,
        "legacy crypto: me@h takes RSA keys with SHA-1 signatures only, which are broken; --allow-legacy-crypto allows them",
    ),
    "Received disconnect from h port 22:2: Too many authentication failures": (
        AuthError,
        "me@h refused the login (no key was found: none in the inventory, the SSH configuration or the agent)",
    ),
}


@pytest.mark.parametrize("text", FAILED)
def test_why_it_ended(text):
    error = reason_of("box", log_of(f"{text}\r\n"), who="me@h")
    assert (type(error), error.reason) == FAILED[text]


def test_what_nobody_knows_is_left_to_be_shown_as_it_is():
    log = log_of("debug1: something\nssh: a new message\x07\n")
    assert reason_of("box", log, who="me@h") is None
    assert log.last() == "ssh: a new message"


def test_a_client_that_is_made_to_talk_is_cut():
    log = ClientLog()
    log.add(b"x" * (LOG_BYTES + 1))
    assert log.too_long
    assert log.lines == []


def test_what_is_broken():
    broken = [
        "ssh-rsa",
        "ssh-dss",
        "ssh-rsa-cert-v01@openssh.com",
        "diffie-hellman-group14-sha1",
        "3des-cbc",
        "hmac-md5-96",
    ]
    sound = ["rsa-sha2-512", "diffie-hellman-group14-sha256", "aes128-ctr", "hmac-sha1", "umac-64@openssh.com"]
    assert all(map(is_legacy, broken))
    assert without_legacy([*broken, *sound]) == tuple(sound)
    assert not legacy_only(["kex-strict-s-v00@openssh.com", "curve25519-sha256"])
    assert legacy_only(["curve448", "diffie-hellman-group1-sha1"])
