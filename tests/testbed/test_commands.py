"""The test-bed's commands say what is missing instead of falling over it."""

import pytest

from tests.testbed import __main__ as commands
from tests.testbed import cell
from tests.testbed.folders import state
from tests.testbed.parts import running


def test_parts_of_a_test_bed_that_did_not_come_up_are_none(tmp_path, monkeypatch):
    monkeypatch.setenv("MIGRATE_TESTBED", str(tmp_path))
    assert not state().exists()
    assert running() == []


@pytest.mark.parametrize("there", [True, False])
def test_packages_that_are_not_installed_are_said_with_the_way_to_them(monkeypatch, capsys, *, there):
    monkeypatch.setattr(cell, "absent", lambda: "")
    monkeypatch.setattr(cell, "inside", lambda: False)
    monkeypatch.setattr(cell, "find", lambda: 1)
    monkeypatch.setattr(commands, "unbuilt", lambda *_names: "")
    monkeypatch.setattr(commands, "find_spec", lambda _name: object() if there else None)
    said = "testbed: envoy not installed in "
    assert commands.main(["check"]) == 0, "it can be made here"
    assert (said in capsys.readouterr().out) is not there
    assert commands.main(["up"]) == (1 if there else 69)
    assert (said in capsys.readouterr().out) is not there


def test_a_machine_that_cannot_is_told_by_the_exit_code(monkeypatch, capsys):
    monkeypatch.setattr(cell, "absent", lambda: "the test-bed needs Linux")
    assert commands.main(["check"]) == 69
    assert capsys.readouterr().out == "testbed: the test-bed needs Linux\n"
