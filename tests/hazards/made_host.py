"""A host that a test makes: its own /etc, /opt, /srv, /home, crontabs, programs and processes, and the rest of this machine.

Everything runs in namespaces of its own (mounts, processes, network), so a real shell answers the real script and
sees only what the test put there. Needs no root where the kernel gives users their own namespaces.
"""

import functools
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

REPLACED = ("/etc", "/opt", "/srv", "/home", "/root", "/usr/local", "/var/lib", "/var/opt", "/var/spool")
"""Folders of which the host sees its own and not this machine's. What of /etc programs need is copied."""

_INSIDE = """#!/bin/sh
# Argument 1: folder of the made host; the others: what to run in it.
mount --bind "$1" /mnt || exit 70
shift
PYTHON -I /mnt/become.py </dev/null || exit 70
PATH=/mnt/bin:/usr/bin:/bin:/usr/sbin:/sbin
export PATH
"$@"
"""

_BECOME = r'''
"""Put the host's folders over this machine's, then start its processes, each with a listening socket of its own."""
import json, os, shutil, socket, subprocess
made = json.load(open("/mnt/made.json"))
for folder in made["folders"]:
    subprocess.run(["mount", "--bind", f"/mnt{folder}", folder], check=True)
for number, (argv, environment) in enumerate(made["processes"]):
    # A shell that waits for its standard input stands in for any program: only its command line is looked at.
    program = argv[0] if argv[0].startswith("/opt/") else f"/mnt/bin/{os.path.basename(argv[0])}"
    os.makedirs(os.path.dirname(program), exist_ok=True)
    if not os.path.exists(program):
        shutil.copy("/bin/sh", program)
    server = socket.create_server(("0.0.0.0", 18000 + number))
    server.set_inheritable(True)
    if os.fork():
        os.wait()
        continue
    if os.fork():
        os._exit(0)  # so that the host's first process is the parent, as with every service
    os.setsid()
    wait, keep = os.pipe()
    os.dup2(wait, 0)
    os.set_inheritable(keep, True)
    for stream in (1, 2):
        os.dup2(os.open("/dev/null", os.O_WRONLY), stream)
    os.execve(program, [argv[0], "-s", "--", *argv[1:]], environment)
'''


@functools.cache
def namespaces() -> tuple[str, ...]:
    """The command that enters namespaces of its own here; empty where that is not allowed."""
    base = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--net")
    for more in ((), ("--map-root-user",)):
        try:
            done = subprocess.run(
                [*base, *more, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
            )
        except FileNotFoundError:
            return ()
        if done.returncode == 0:
            return (*base, *more)
    return ()


def skip_without_namespaces() -> None:
    if not namespaces():
        pytest.skip("no mount namespace can be made here: run as root, or allow unprivileged user namespaces")


@dataclass
class MadeHost:
    """A folder that becomes a host. `write` files into it, name its `processes`, then `enter`."""

    folder: Path
    processes: list[tuple[Sequence[str], Mapping[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        skip_without_namespaces()
        for replaced in REPLACED:
            (self.folder / replaced.lstrip("/")).mkdir(parents=True)
        (self.folder / "bin").mkdir()
        self.write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nshop:x:998:998::/srv/shop:/bin/sh\n")
        self.write("/etc/group", "root:x:0:\nshop:x:998:\n")
        self.write("/etc/hosts", "127.0.0.1 localhost\n")
        self.write("/etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
        for needed in ("ld.so.cache", "ld.so.conf", "alternatives"):
            source = Path("/etc") / needed
            if source.exists():
                subprocess.run(["cp", "-a", str(source), str(self.folder / "etc")], check=True)

    def write(self, path: str, content: str | bytes, *, mode: int = 0o644) -> None:
        """Put a file on the host. Below /mnt/bin are programs that come before all others."""
        file = self.folder / path.removeprefix("/mnt").lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        file.chmod(mode)

    def program(self, name: str, script: str) -> None:
        """A program of the host's own, found before this machine's."""
        self.write(f"/mnt/bin/{name}", script, mode=0o755)

    def enter(self) -> list[str]:
        """The command that runs what follows on the host."""
        inside = self.folder / "inside"
        inside.write_text(_INSIDE.replace("PYTHON", shlex.quote(sys.executable)))
        inside.chmod(0o755)
        processes = [(list(argv), dict(environment)) for argv, environment in self.processes]
        self.folder.joinpath("become.py").write_text(_BECOME)
        self.folder.joinpath("made.json").write_text(json.dumps({"folders": REPLACED, "processes": processes}))
        return [*namespaces(), str(inside), str(self.folder)]

    def run(self, script: str, *, shell: Sequence[str] = ("/bin/sh", "-s")) -> subprocess.CompletedProcess[bytes]:
        """Feed a script to a shell on the host, with the environment of nobody."""
        environment = {"PATH": os.environ["PATH"], "HOME": "/root"}
        return subprocess.run(
            [*self.enter(), *shell], input=script.encode(), capture_output=True, check=False, env=environment
        )

    def as_login(self) -> str:
        """A forced command for sshd: what a client asks to run, runs on this host."""
        return f'{shlex.join(self.enter())} /bin/sh -c "$SSH_ORIGINAL_COMMAND"'
