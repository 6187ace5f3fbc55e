"""A real OpenSSH server on loopback, without root: its own host key, port and authorized keys."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
NEEDED = [SSHD, shutil.which("ssh") or "ssh", shutil.which("ssh-keygen") or "ssh-keygen"]
USER = getpass.getuser()


def skip_without_sshd():
    missing = [Path(program).name for program in NEEDED if not Path(program).is_file()]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (apt-get install openssh-server openssh-client)")


def make_key(path, *, kind="ed25519", passphrase=""):
    size = ["-b", "2048"] if kind == "rsa" else []
    command = ["ssh-keygen", "-q", "-t", kind, *size, "-N", passphrase, "-C", "test", "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return path


def public(path):
    """Type and key, without the comment."""
    return " ".join(Path(f"{path}.pub").read_text().split()[:2])


@dataclass
class Server:
    """A running sshd. `authorize` lets a key in, if wished with a command that it is forced to run."""

    folder: Path
    port: int
    process: subprocess.Popen

    @property
    def name(self):
        return f"[127.0.0.1]:{self.port}"

    @property
    def host_key(self):
        return public(self.folder / "host_key")

    def authorize(self, key, command=""):
        option = "command=" + '"' + command.replace('"', '\\"') + '" ' if command else ""
        with (self.folder / "authorized").open("a") as file:
            file.write(f"{option}{public(key)}\n")

    def stop(self):
        self.process.terminate()
        self.process.wait(5)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def sign_host_key(authority, key, principals):
    """Make a certificate of a host key beside it."""
    command = ["ssh-keygen", "-q", "-s", str(authority), "-I", "test", "-h", "-n", principals, f"{key}.pub"]
    subprocess.run(command, check=True, capture_output=True)


def start_sshd(folder, *options, authority=None, principals="127.0.0.1"):
    """With `authority`, its host key is certified for `principals`."""
    skip_without_sshd()
    folder.mkdir()
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd of root does not start without it
    make_key(folder / "host_key")
    if authority:
        sign_host_key(authority, folder / "host_key", principals)
        options = (*options, f"HostCertificate {folder}/host_key-cert.pub")
    (folder / "authorized").touch()
    port = free_port()
    lines = [
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {folder}/host_key",
        f"AuthorizedKeysFile {folder}/authorized",
        "PidFile none",
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin yes",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        *options,
    ]
    (folder / "config").write_text("\n".join(lines) + "\n")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "config")], stdout=log, stderr=log)
    server = Server(folder, port, process)
    if not _answers(server):
        server.stop()
        pytest.skip(f"sshd does not start here: {(folder / 'log').read_text()[-300:]}")
    return server


def _answers(server):
    for _ in range(100):
        if server.process.poll() is not None:
            return False
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


def own_ssh_config(folder, monkeypatch):
    """An `ssh` that reads a configuration of ours, not the one of whoever runs the tests. Returns its path."""
    config = folder / "ssh_config"
    config.write_text(f"Host *\n  UserKnownHostsFile {folder}/known_hosts\n  GlobalKnownHostsFile none\n")
    programs = folder / "bin"
    programs.mkdir()
    (programs / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {config} "$@"\n')
    (programs / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.delenv("KRB5CCNAME", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    return config
