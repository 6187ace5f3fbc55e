"""S-14: hosts whose clock is an hour or ten years off answer like all others, and how far it is off is right to a second."""

import shutil

import pytest

from migrator.model.hosts import Host
from migrator.scan.estate import assemble
from migrator.scan.reading import looked
from migrator.scan.run import questions, scan_hosts
from migrator.scan.transport import Budget
from migrator.scan.transports import TransportOptions, Transports
from tests.hazards.counts import count
from tests.hazards.made_host import MadeHost
from tests.integration.sshd import USER, make_key, own_ssh_config, start_sshd

pytestmark = [pytest.mark.sshd, pytest.mark.timeout(600)]
HOUR, YEARS = 3600, 315_360_000
OFF = [0, 7, -7, HOUR, -HOUR, YEARS, -YEARS]
CODES = {0: set(), 7: {"MIG003"}, -7: {"MIG003"}}
PROGRAM = '#!/bin/sh\nshift=$(( $(/bin/date +%s) + {0} ))\nexec /bin/date -d @$shift "$@"\n'
"""A `date` of the host's own: it is what a scan asks, and needs no clock to be set."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = start_sshd(tmp_path_factory.mktemp("clock") / "sshd")
    yield running
    running.stop()


def scanned(server, folder, monkeypatch, command):
    """One scan, with every question, of a host whose login is this command."""
    own_ssh_config(folder, monkeypatch)
    (folder / "known_hosts").write_text(f"{server.name} {server.host_key}\n")
    key = make_key(folder / "key")
    server.authorize(key, command)
    facts = questions(deep=False)
    transports = Transports(TransportOptions())
    host = Host("box", "127.0.0.1", port=server.port, user=USER, key=str(key))
    answers = list(scan_hosts([host], transports.open, facts=facts, budget=Budget(110), forks=1))
    transports.close()
    return assemble([looked(one, facts) for one in answers], now=answers[0].taken_at).estate


@pytest.mark.parametrize("off", OFF[:: count(2, 1)])
def test_how_far_a_clock_is_off(server, tmp_path, monkeypatch, off):
    host = MadeHost(tmp_path / "host")
    host.program("date", PROGRAM.format(off))
    estate = scanned(server, tmp_path, monkeypatch, host.as_login())
    (report,) = estate.hosts
    assert (report.error, report.refused, report.missing) == ("", (), report.missing)
    assert report.clock_offset_s is not None
    assert abs(report.clock_offset_s - off) <= 1
    assert {one.code for one in estate.findings} & {"MIG003", "MIG035"} == CODES.get(off, {"MIG035"})


@pytest.mark.parametrize("off", [HOUR, -HOUR, YEARS, -YEARS][:: count(2, 1)])
def test_every_program_of_the_host_has_the_wrong_time(server, tmp_path, monkeypatch, off):
    """With libfaketime, which lies to all of them, files and processes seem to be of the future or long past."""
    faketime = shutil.which("faketime")
    if not faketime:
        pytest.skip("not installed: faketime (apt-get install faketime)")
    login = f'{faketime} -f "{off:+d}s" /bin/sh -c "$SSH_ORIGINAL_COMMAND"'
    (report,) = scanned(server, tmp_path, monkeypatch, login).hosts
    assert report.error == ""
    assert report.clock_offset_s is not None
    assert abs(report.clock_offset_s - off) <= 1
