"""The tools that are compared, and how each is told to look at the same hosts in the same way."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.folders import cache

__all__ = ["PINS", "TOOLS", "Target", "Tool", "install"]

PINS = {"ansible": "ansible-core==2.19.14", "pyinfra": "pyinfra==3.10.0"}
PYINFRA_FACTS = (
    "server.Users",
    "server.Mounts",
    "server.LinuxDistribution",
    "deb.DebPackages",
    "systemd.SystemdStatus",
)
ROOT = Path(__file__).parents[2]
_VENV = "bench-tools"


@dataclass(frozen=True)
class Target:
    """One name in the inventories. Several names may be one machine."""

    name: str
    address: str


@dataclass(frozen=True)
class Tool:
    """What is run, and what it is told to find out."""

    name: str
    finds: str
    command: Sequence[str]
    environment: dict[str, str]


def install() -> None:
    """The others, in an environment of their own below the cache; needs the Python package index once."""
    venv = cache() / _VENV
    wanted = "\n".join(PINS.values())
    mark = venv / "pins"
    if mark.is_file() and mark.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
    subprocess.run([str(venv / "bin" / "pip"), "install", "--quiet", *PINS.values()], check=True)
    mark.write_text(wanted)


def TOOLS(folder: Path, targets: Sequence[Target], key: Path, account: str) -> list[Tool]:  # noqa: N802
    """All of them, set up below `folder`: one key, one account that may become root, known host keys, all hosts at once."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "addresses").write_text("".join(f"{one.address}\n" for one in targets))
    return [
        _migrate(folder, targets, key, account),
        _ansible(folder, targets, key, account),
        _pyinfra(folder, targets, key, account),
        _login("ssh", key, account),
        _login("paramiko", key, account),
    ]


def _login(way: str, key: Path, account: str) -> Tool:
    command = [sys.executable, "-m", "tests.bench.login", way, "addresses", str(key), account]
    return Tool(
        f"{way}: `true`", "nothing; no tool can do with less than this login", command, {"PYTHONPATH": str(ROOT)}
    )


def _migrate(folder: Path, targets: Sequence[Target], key: Path, account: str) -> Tool:
    lines = [f"  {one.name}: {{address: {one.address}}}" for one in targets]
    head = f"defaults: {{user: {account}, become: true, key: {key}}}"
    (folder / "migrate.yml").write_text("\n".join([head, "hosts:", *lines, ""]))
    command = [sys.executable, "-m", "migrator", "scan", "-i", "migrate.yml", "--known-hosts", "known_hosts"]
    command += ["--forks", str(len(targets)), "--out", "estate", "--overwrite"]
    return Tool("migrate scan", "all that docs/reference/questions.md lists", command, {"PYTHONPATH": str(ROOT)})


def _ansible(folder: Path, targets: Sequence[Target], key: Path, account: str) -> Tool:
    # Names that are one machine must not share a connection, which Ansible keeps by address.
    lines = [f"{one.name} ansible_host={one.address} ansible_control_path={folder}/c-{one.name}" for one in targets]
    variables = f"ansible_user={account} ansible_ssh_private_key_file={key} ansible_become=true"
    (folder / "ansible.ini").write_text("\n".join(["[all]", *lines, "[all:vars]", *variables.split(), ""]))
    ssh = f"-o ControlMaster=auto -o ControlPersist=2s -o UserKnownHostsFile={folder}/known_hosts"
    command = [
        str(cache() / _VENV / "bin" / "ansible"),
        "all",
        "-i",
        "ansible.ini",
        "-m",
        "setup",
        "-f",
        str(len(targets)),
    ]
    return Tool(
        "ansible -m setup", "its facts", command, {"ANSIBLE_SSH_ARGS": ssh, "ANSIBLE_HOME": str(folder / "ansible")}
    )


def _pyinfra(folder: Path, targets: Sequence[Target], key: Path, account: str) -> Tool:
    data = {
        "ssh_user": account,
        "ssh_key": str(key),
        "ssh_known_hosts_file": str(folder / "known_hosts"),
        "_sudo": True,
    }
    hosts = [(one.name, {"ssh_hostname": one.address, **data}) for one in targets]
    (folder / "inventory.py").write_text(f"hosts = {hosts!r}\n")
    command = [str(cache() / _VENV / "bin" / "pyinfra"), "--parallel", str(len(targets)), "-y", "inventory.py"]
    return Tool(
        "pyinfra fact", ", ".join(PYINFRA_FACTS), [*command, "fact", *PYINFRA_FACTS], {"HOME": os.environ["HOME"]}
    )
