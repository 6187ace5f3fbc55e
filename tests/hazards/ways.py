"""What the tests about SSH share: one host of a real sshd, asked by a transport that is named, as a scan asks it."""

from migrator.errors import TransportError
from migrator.model.hosts import Connection, Host
from migrator.scan.ssh.host_key_rules import HostKeyRules
from migrator.scan.transport import Budget
from migrator.scan.transports import TransportOptions, Transports
from tests.integration.sshd import USER

__all__ = ["BOTH", "asked", "ended"]

BOTH = (Connection.PARAMIKO, Connection.OPENSSH)
AMPLE = Budget(seconds=30.0)


def asked(server, key, way, *, rules=None, allow=False, **fields):
    """The reply of one host. Raises TransportError as a transport does."""
    given = {"address": "127.0.0.1", "port": server.port, "user": USER, "key": str(key)} | fields
    transports = Transports(TransportOptions(rules or HostKeyRules(), way, allow_legacy_crypto=allow))
    try:
        return transports.open(Host("box", **given)).run("echo out", AMPLE)
    finally:
        transports.close()


def ended(server, key, way, **options):
    """`ok`, or the name of the class of the error."""
    try:
        reply = asked(server, key, way, **options)
    except TransportError as error:
        return type(error).__name__
    assert (reply.stdout, reply.error) == (b"out\n", None)
    return "ok"
