"""How far a host's clock is off is told apart from how long a scan takes."""

from datetime import UTC, datetime, timedelta

import pytest

from migrator.model.findings import Severity
from migrator.model.hosts import Host
from migrator.scan.clock import clock_offset
from migrator.scan.estate import assemble
from migrator.scan.facts import FACTS
from migrator.scan.reading import looked
from migrator.scan.recording import load_recording, save_recording
from migrator.scan.run import Answer, scan_hosts
from migrator.scan.snapshot import Section
from migrator.scan.transport import Budget, Reply
from migrator.testing import FakeHost

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NONCE = "0" * 32
MACHINE = {"machine": Section("uid 0\nhostname box", code=0, finished=True)}


def said(*seconds: float) -> Reply:
    """A host that says its time so many seconds after noon; whole seconds, as date(1) does."""
    marks = (f"\n{NONCE} clock {int(NOON.timestamp() + one)}\n" for one in seconds)
    return Reply(b"Welcome\n" + "\nx\n".join(marks).encode(), b"")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize("off", [0, 3, -3, 3600, -3600, 315_360_000, -315_360_000])
@pytest.mark.parametrize(("login", "script"), [(0.2, 0.4), (0.5, 30), (1, 55), (4, 3)])
def test_it_is_right_to_a_second_however_long_the_script_takes(off, login, script):
    found = clock_offset(said(off + login, off + login + script), NONCE, began=NOON, ended=at(login + script + 0.1))
    assert found is not None
    assert abs(found - off) <= 1


def test_a_slow_login_is_no_slow_clock():
    assert clock_offset(said(20, 21), NONCE, began=NOON, ended=at(21.2)) is None
    found = clock_offset(said(3620, 3621), NONCE, began=NOON, ended=at(21.2))
    assert found is not None
    assert found > 3580


def test_a_script_that_was_cut_leaves_a_clock_that_is_years_off_visible():
    assert clock_offset(said(1), NONCE, began=NOON, ended=at(60)) is None
    assert (clock_offset(said(315_360_001), NONCE, began=NOON, ended=at(60)) or 0) > 315_000_000


@pytest.mark.parametrize("reply", [b"", b"\n%s clock \n", b"\n%s clock now\n", b"\n%s clock 9999999999999999999\n"])
def test_a_host_that_does_not_say_has_no_offset(reply):
    assert clock_offset(Reply(reply.replace(b"%s", NONCE.encode()), b""), NONCE, began=NOON, ended=NOON) is None


def found_at(offset: float | None) -> dict[str, Severity]:
    answer = Answer("box", "box", NOON, MACHINE, clock_offset_s=offset)
    estate = assemble([looked(answer, FACTS[:1])], now=NOON).estate
    assert estate.hosts[0].clock_offset_s == offset
    return {one.code: one.severity for one in estate.findings if "clock" in one.message}


@pytest.mark.parametrize(
    ("offset", "codes"),
    [
        (None, {}),
        (4.9, {}),
        (-5.1, {"MIG003": Severity.WARNING}),
        (59.9, {"MIG003": Severity.WARNING}),
        (-60.0, {"MIG035": Severity.BLOCKER}),
        (315_360_000.0, {"MIG035": Severity.BLOCKER}),
    ],
)
def test_five_seconds_are_told_and_sixty_are_in_the_way(offset, codes):
    assert found_at(offset) == codes


def test_the_offset_survives_a_recording(tmp_path):
    folder = save_recording(tmp_path, Answer("box", "box", NOON, MACHINE, clock_offset_s=-7.5))
    assert load_recording(folder / "recording.yaml").clock_offset_s == -7.5


def test_a_scan_asks_for_the_time():
    """The nonce is the run's own, so the answer is made from the script."""

    def answer(script: str) -> Reply:
        nonce = script.partition("N=")[2][:32]
        now = int(datetime.now(UTC).timestamp()) + 3600
        return Reply(f"\n{nonce} clock {now}\n\n{nonce} clock {now}\n".encode(), b"")

    (found,) = scan_hosts([Host("box")], lambda _: FakeHost(answer), facts=FACTS[:1], budget=Budget(), forks=1)
    assert found.clock_offset_s is not None
    assert abs(found.clock_offset_s - 3600) <= 1
