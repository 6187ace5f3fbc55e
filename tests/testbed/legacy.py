"""The legacy estate in the cell: hosts with systemd and sshd in network namespaces of their own, behind one switch.

Recipe and truth stand in `estate/`: `build.sh` builds the hosts once into the cache, `up.sh` boots them here.
"""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.testbed.folders import cache, cgroup, state
from tests.testbed.shell import run

__all__ = ["RECIPE", "UPLINK", "Host", "hosts", "on", "twins", "up"]

RECIPE = Path(__file__).parent / "estate"
UPLINK = "estate-up"
"""The cell's end of the veth pair that joins it to the estate's switch."""


@dataclass(frozen=True)
class Host:
    """One line of `estate/hosts.tsv`."""

    name: str
    address: str
    suite: str

    @property
    def init(self) -> int:
        """The process id of the host's own first process."""
        nspawn = (state() / "estate" / self.name / "pid").read_text().strip()
        children = Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text().split()
        return int(children[0])


def hosts() -> list[Host]:
    """All of them, in the order of the table."""
    with (RECIPE / "hosts.tsv").open() as file:
        rows = csv.reader((line for line in file if not line.startswith("#")), delimiter="\t")
        return [Host(*row[:3]) for row in rows if row]


def twins(host: Host, count: int) -> list[Host]:
    """So many further hosts that are built like one of the table, at addresses above it. They are no names of the estate."""
    network, _, last = host.address.rpartition(".")
    return [replace(host, name=f"{host.name}-{n}", address=f"{network}.{int(last) + 100 + n}") for n in range(count)]


def up(more: Sequence[Host] = ()) -> None:
    """Boot every host, and the twins in `more`, and wait until its sshd answers."""
    rows = ("\t".join([one.name, one.address, one.suite, one.name.rpartition("-")[0]]) for one in more)
    run("bash", str(RECIPE / "up.sh"), environment={**os.environ, **_places(), "TWINS": "\n".join(rows)})


def _places() -> dict[str, str]:
    return {"RUN": str(state()), "MIGRATE_TESTBED": str(cache()), "CGROUP": cgroup()}


def on(host: str, *command: str) -> list[str]:
    """The command line that runs a command on a host as root, without SSH."""
    found = next((one for one in hosts() if one.name == host), None)
    if found is None:
        raise KeyError(f"no host {host}; there are {', '.join(one.name for one in hosts())}")
    clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=xterm"]
    at_root = ["/bin/sh", "-c", 'cd / && exec "$@"', "sh"]
    namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--root"]
    return ["nsenter", f"--target={found.init}", *namespaces, "--", *clean, *at_root, *(command or ("/bin/sh", "-l"))]
