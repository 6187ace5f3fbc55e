"""S-5, C-8: what an inventory says is a name or is refused; none of it is ever run, here or on a host."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.cli import run
from migrator.errors import ConnectError, InventoryError
from migrator.inventory import load_inventory
from migrator.inventory.names import checked
from migrator.model.hosts import Host
from migrator.scan.collect import script
from migrator.scan.facts import FACTS
from migrator.scan.ssh.settings import settings_for
from migrator.yamlio import dump
from tests.hazards.counts import count
from tests.hazards.payloads import SHELL
from tests.integration.sshd import own_ssh_config

ROOT = Path(__file__).parents[2]
FIELDS = {
    "name": Host,
    "address": lambda text: Host("box", text),
    "user": lambda text: Host("box", user=text),
    "jump": lambda text: Host("box", jump=(text,)),
    "user of a bastion": lambda text: Host("box", jump=(f"{text}@bastion",)),
    "key": lambda text: Host("box", key=text),
}
VARIABLES = (
    *("ansible_host", "ansible_user", "ansible_port", "ansible_ssh_private_key_file", "ansible_ssh_common_args"),
    *("ansible_ssh_extra_args", "ansible_ssh_executable", "ansible_ssh_pipelining", "ansible_shell_executable"),
    *("ansible_become", "ansible_become_method", "ansible_become_user", "ansible_become_exe", "ansible_become_flags"),
    *("ansible_become_password", "ansible_connection", "ansible_python_interpreter", "anything_else"),
)  # fmt: skip


@pytest.fixture(scope="module")
def canary(tmp_path_factory):
    """A file that none of the payloads may make, with a name that passes for a host's. Yields the command that makes it."""
    folder = tmp_path_factory.mktemp("canary")
    yield f"touch {folder}/made"
    assert list(folder.iterdir()) == []


@pytest.fixture
def real_ssh(tmp_path, monkeypatch):
    if not shutil.which("ssh"):
        pytest.skip("not installed: ssh (apt-get install openssh-client)")
    own_ssh_config(tmp_path, monkeypatch)


def test_the_payloads_are_enough_and_do_what_they_should(tmp_path):
    """Some of them make the file as soon as a shell reads them."""
    assert len(set(SHELL)) >= 40
    made = 0
    for number, text in enumerate(text for text in SHELL if "\x00" not in text):
        line = text.replace("{0}", f"touch {tmp_path}/{number}").replace("{{", "{").replace("}}", "}")
        subprocess.run(["/bin/sh", "-c", f"echo {line}"], capture_output=True, check=False, cwd=tmp_path)
        made += (tmp_path / str(number)).exists()
    assert made > 15


@pytest.mark.parametrize("field", FIELDS)
def test_a_payload_is_no_name(real_ssh, canary, field):
    """Each one is refused by the inventory, and once more before an ssh is asked about it; paths are only ever paths."""
    for text in (payload.format(canary) for payload in SHELL):
        host = FIELDS[field](text)
        if field != "key":
            with pytest.raises(InventoryError):
                checked(host)
            with pytest.raises(ConnectError):
                settings_for(host, known_hosts=None)
        elif "\x00" in text:
            with pytest.raises(ConnectError, match="is no path"):
                settings_for(host, known_hosts=None)
        elif text.startswith("~"):
            with pytest.raises(ConnectError, match="is in the home of a user that this machine has not"):
                settings_for(host, known_hosts=None)
        else:
            assert settings_for(host, known_hosts=None).keys == (Path(text).expanduser(),)


@settings(max_examples=count(40, 500), deadline=None)
@given(st.text(max_size=60), st.sampled_from(sorted(set(FIELDS) - {"key"})))
def test_any_text_is_a_name_or_refused_by_both(text, field):
    """What the inventory lets through is no option, no second word, no pattern and no piece of shell."""
    host = FIELDS[field](text)
    with contextlib.suppress(InventoryError):
        checked(host)
        assert text
        assert not text.startswith("-")
        assert not set(text) & set(" \t\n\r\x00'\"`\\;|&<>()!*?~#={}^,/")
        assert "$(" not in text


@pytest.mark.parametrize("form", ["own", "ansible"])
def test_variables_of_an_inventory_are_not_run(tmp_path, monkeypatch, real_ssh, canary, form):
    """C-8: each payload in every variable that a host can have. It is refused, or it is nothing to us."""
    monkeypatch.chdir(tmp_path)
    names = VARIABLES if form == "ansible" else ("address", "user", "port", "key", "jump", "become", "groups", "connection")  # fmt: skip
    for payload in SHELL[:: count(6, 1)]:
        for name in names:
            fields = {"box": {name: payload.format(canary)}}
            tree = {"all": {"hosts": fields}} if form == "ansible" else {"hosts": fields}
            (tmp_path / "hosts.yml").write_text(dump(tree))
            with contextlib.suppress(InventoryError):
                for host in load_inventory(["hosts.yml"]).hosts:
                    with contextlib.suppress(ConnectError):
                        settings_for(host, known_hosts=None)


def test_a_scan_of_such_an_inventory_runs_none_of_it(tmp_path, canary):
    """The command itself, with every payload as the key of a host that is nowhere."""
    hosts = {
        f"h{number}": {"address": "127.0.0.1", "port": 1, "key": payload.format(canary)}
        for number, payload in enumerate(SHELL)
    }
    (tmp_path / "hosts.yml").write_text(dump({"hosts": hosts}))
    done = subprocess.run(
        [sys.executable, "-m", "migrator", "scan", "-i", "hosts.yml", "--known-hosts", os.devnull],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\nerror: h") + done.stderr.startswith("error: h") == len(SHELL)


def test_nothing_of_an_inventory_is_in_the_script(capsys):
    """It is made of the facts' own text: the same for every host, and what `--show-commands` prints."""
    assert run(["scan", "--show-commands"]) == 0
    asked = [fact for fact in FACTS if not fact.deep]
    comment, _, shown = capsys.readouterr().out.partition("N=0")
    assert f"N=0{shown}".rstrip("\n") == script(asked, "0" * 32).rstrip("\n")
    assert all(line.startswith("# ") for line in comment.splitlines())
