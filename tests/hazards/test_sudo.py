"""S-10: whatever a host's sudo says, nobody is asked for a password, and the scan knows exactly what it could not see."""

import os
import shutil
import time
from pathlib import Path

import pytest

from migrator.model.hosts import Host
from migrator.scan.estate import assemble
from migrator.scan.reading import looked
from migrator.scan.run import questions, scan_hosts
from migrator.scan.sudoers import sudo_rule
from migrator.scan.transport import Budget
from migrator.scan.transports import TransportOptions, Transports
from tests.hazards.counts import count
from tests.hazards.made_host import MadeHost, namespaces
from tests.integration.sshd import USER, make_key, own_ssh_config, start_sshd

pytestmark = [pytest.mark.sshd, pytest.mark.timeout(300)]
LOG = 'Defaults logfile="/var/lib/sudo.log"\n'
SET_UPS = {
    "our rule": (sudo_rule("shop"), "root"),
    "all without a password": ("shop ALL=(ALL:ALL) NOPASSWD: ALL\n", "root"),
    "asks for a password": ("shop ALL=(ALL:ALL) ALL\n", "user"),
    "asks, and lectures": ("Defaults lecture=always\nDefaults insults\nshop ALL=(ALL:ALL) ALL\n", "user"),
    "wants a terminal": ("Defaults requiretty\nshop ALL=(ALL:ALL) NOPASSWD: ALL\n", "user"),
    "not in the file": ("root ALL=(ALL:ALL) ALL\n", "user"),
    "our rule, and one that comes later": (f"{sudo_rule('shop')}shop ALL=(root) ALL\n", "user"),
    "another command only": ("shop ALL=(root) NOPASSWD: /usr/bin/systemctl restart shop\n", "user"),
    "a file that is broken": ("shop ALL=(ALL:ALL NOPASSWD ALL\n", "user"),
}
"""What stands in /etc/sudoers, and as whom the scan then runs."""

WHY = {
    "absent": "the host has no sudo",
    "asks on both streams": "sudo asks for a password",
    "lectures": "sudo does not work for this account",
    "insults": "sudo asks for a password",
}
"""What the scan says of some of them."""

FAKES = {
    "absent": (None, "user"),
    "asks on a terminal": ("printf '[sudo] password for shop: ' >/dev/tty 2>/dev/null; read -r secret; exit 1", "user"),
    "asks on both streams": ("echo 'Password:'; echo 'Password:' >&2; read -r secret; exit 1", "user"),
    "lectures": ("echo 'We trust you have received the usual lecture' >&2; exit 1", "user"),
    "insults": ("echo 'sudo: a password is required' >&2; exit 1", "user"),
    "takes no -n": ("case $1 in -n) echo 'usage: sudo -h' >&2; exit 1 ;; esac; exec \"$@\"", "user"),
    "allows to look only": ("case $* in '-n true') exit 0 ;; esac; exit 1", ""),
    "is a doas": ('shift; exec "$@"', "user"),
}
"""A `sudo` of the host's own, for machines that have none; none of them makes anybody root."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = start_sshd(tmp_path_factory.mktemp("sudo") / "sshd")
    yield running
    running.stop()


def a_user_logs_in(host: MadeHost) -> str:
    """The forced command that makes whoever logs in an ordinary user of the host."""
    if os.geteuid() != 0 or "--map-root-user" in namespaces() or not shutil.which("setpriv"):
        pytest.skip("needs root and setpriv (util-linux), to log in as an ordinary user of a made host")
    become = "exec setpriv --reuid=998 --regid=998 --clear-groups env HOME=/srv/shop USER=shop LOGNAME=shop"
    host.program("login", f'#!/bin/sh\n{become} /bin/sh -c "$SSH_ORIGINAL_COMMAND"\n')
    return " ".join([*host.enter(), "/mnt/bin/login"])


def scanned(server, folder, monkeypatch, command):
    own_ssh_config(folder, monkeypatch)
    (folder / "known_hosts").write_text(f"{server.name} {server.host_key}\n")
    key = make_key(folder / "key")
    server.authorize(key, command)
    facts = questions(deep=False)
    transports = Transports(TransportOptions())
    host = Host("box", "127.0.0.1", port=server.port, user=USER, key=str(key), become=True)
    (answer,) = scan_hosts([host], transports.open, facts=facts, budget=Budget(110), forks=1)
    transports.close()
    return answer, assemble([looked(answer, facts)], now=answer.taken_at).estate


def _facts(lines):
    return {line.partition(":")[0] for line in lines}


@pytest.mark.parametrize("name", list(SET_UPS)[:: count(2, 1)])
def test_a_real_sudo(server, tmp_path, monkeypatch, name):
    if not shutil.which("sudo"):
        pytest.skip("not installed: sudo (apt-get install sudo)")
    rules, privilege = SET_UPS[name]
    host = with_sudo(MadeHost(tmp_path / "host"), f"{LOG}{rules}")
    answer, estate = scanned(server, tmp_path, monkeypatch, a_user_logs_in(host))
    (report,) = estate.hosts
    assert (report.error, report.privilege) == ("", privilege)
    _is_exact(report)
    assert "MIG002" in {one.code for one in estate.findings} or privilege == "root"
    said = "".join(section.stdout + section.stderr for section in answer.sections.values())
    assert "assword for" not in said
    log = tmp_path / "host" / "var" / "lib" / "sudo.log"
    assert "password attempt" not in (log.read_text() if log.exists() else "")


def test_a_real_sudo_that_hangs_costs_seconds_and_not_the_host(server, tmp_path, monkeypatch):
    if not shutil.which("sudo"):
        pytest.skip("not installed: sudo (apt-get install sudo)")
    host = with_sudo(MadeHost(tmp_path / "host"), f"{LOG}{sudo_rule('shop')}")
    host.write("/etc/pam.d/sudo", "account required pam_exec.so quiet /bin/sleep 300\nsession required pam_permit.so\n")
    begun = time.monotonic()
    _, estate = scanned(server, tmp_path, monkeypatch, a_user_logs_in(host))
    (report,) = estate.hosts
    assert (report.error, report.privilege) == ("", "user")
    assert report.sudo.startswith("sudo did not answer within 10 s")
    assert time.monotonic() - begun < 60
    assert not [one for one in estate.services if "sudo" in one.name], "what it left behind is no service"
    _is_exact(report)


def with_sudo(host: MadeHost, rules: str) -> MadeHost:
    """What sudo reads on the host, and a file that root alone may read."""
    host.write("/etc/sudoers", rules, mode=0o440)
    host.write(
        "/etc/pam.d/sudo", "auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n"
    )
    host.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\n")
    host.write("/etc/shadow", "root:*:19000:0:99999:7:::\nshop:*:19000:0:99999:7:::\n", mode=0o600)
    host.write("/etc/hosts", f"127.0.0.1 localhost {Path('/proc/sys/kernel/hostname').read_text().strip()}\n")
    return host


@pytest.mark.parametrize("name", list(FAKES)[:: count(2, 1)])
def test_a_sudo_that_is_none(server, tmp_path, monkeypatch, name):
    program, privilege = FAKES[name]
    if program is None and shutil.which("sudo"):
        pytest.skip("sudo is installed here: no host can be made without it")
    host = MadeHost(tmp_path / "host")
    if program:
        host.program("sudo", f"#!/bin/sh\n{program}\n")
    _, estate = scanned(server, tmp_path, monkeypatch, a_user_logs_in(host))
    (report,) = estate.hosts
    assert report.privilege == privilege
    assert report.sudo.startswith(WHY.get(name, ""))
    if privilege:
        assert report.error == ""
        assert report.sudo, "a scan that could not become root says why, or that it does not know"
        _is_exact(report)
    else:
        assert report.error, "a sudo that takes the question back is told as the host's error"


def _is_exact(report):
    """Every question has one outcome; root is denied nothing, and a user is not said to have seen what root sees."""
    asked = {fact.name for fact in questions(deep=False)}
    kinds = (report.partial, report.missing, report.absent, report.refused)
    outcomes = [set(report.observed), *map(_facts, kinds)]
    assert sorted(name for one in outcomes for name in one) == sorted(asked)
    denied = {line.partition(":")[0] for line in (*report.partial, *report.refused) if "enied" in line}
    assert not denied if report.privilege == "root" else {"descriptors", "environment"} <= denied
