"""`python -m tests.bench.login ssh|paramiko TARGETS KEY ACCOUNT`: log in to all at once and run `true`.

No tool that uses SSH can be quicker, or cost a host less, than this. TARGETS is a file with an address a line.
"""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

__all__ = ["main"]


def _by_ssh(address: str, key: str, account: str) -> int:
    options = ["-i", key, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=known_hosts"]
    return subprocess.run(["ssh", *options, f"{account}@{address}", "true"], check=False).returncode


def _by_paramiko(address: str, key: str, account: str) -> int:
    import paramiko  # noqa: PLC0415 - the other way must not pay for it

    transport = paramiko.Transport((address, 22))
    try:
        transport.start_client(timeout=60)
        transport.auth_publickey(account, paramiko.PKey.from_path(key))
        channel = transport.open_session(timeout=60)
        channel.exec_command("true")
        return channel.recv_exit_status()
    finally:
        transport.close()


_WAYS: dict[str, Callable[[str, str, str], int]] = {"ssh": _by_ssh, "paramiko": _by_paramiko}


def main(way: str, targets: str, key: str, account: str) -> int:
    """The number of logins that failed, at most 1."""
    addresses = Path(targets).read_text().split()
    with ThreadPoolExecutor(len(addresses)) as pool:
        codes = list(pool.map(lambda address: _WAYS[way](address, key, account), addresses))
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
