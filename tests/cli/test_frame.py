"""The frame of the command line: exit codes, one-line errors, safe output, and `migrate scan` from end to end."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.cli.output import emit, safe

ROOT = Path(__file__).parents[2]
ESTATE = ROOT / "migrator" / "quickstart" / "estate"


def migrate(*arguments, cwd=None, **env):
    return subprocess.run(
        [sys.executable, "-m", "migrator", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT), **env},
    )  # fmt: skip


def test_help_lists_the_verbs():
    done = migrate("--help")
    assert done.returncode == 0
    assert all(verb in done.stdout for verb in ("scan", "generate", "cutover", "quickstart"))


@pytest.mark.parametrize("command", ["scan", "explain", "assess", "report", "generate", "drift", "completion"])
def test_examples_in_a_help_stand_on_lines_of_their_own(command):
    said = migrate(command, "--help").stdout
    assert "\\b" not in said
    assert "\b" not in said
    assert f"\n  migrate {command} " in said


def test_wrong_usage_is_two():
    assert migrate("scna").returncode == 2
    assert migrate("scan").returncode == 2
    assert migrate("scan", "-i", "x", "--nope").returncode == 2


def test_replay_writes_profiles_and_says_what_comes_next(tmp_path):
    done = migrate("scan", "--replay", ESTATE, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "profiles" / "app01" / "orders.yaml").is_file()
    assert (tmp_path / "estate.yaml").is_file()
    assert "orders" in done.stdout
    assert "8 of 8 hosts, 21 services, 23 edges" in done.stderr
    assert "migrate generate" in done.stderr


def test_limit_counts_for_recordings_too(tmp_path):
    done = migrate("scan", "--replay", ESTATE, "--out", tmp_path, "--limit", "app*:!app02")
    assert done.returncode == 0, done.stderr
    assert "1 of 1 hosts" in done.stderr
    assert [folder.name for folder in (tmp_path / "profiles").iterdir()] == ["app01"]
    done = migrate("scan", "--replay", ESTATE, "--out", tmp_path / "none", "--limit", "production")
    assert done.returncode == 1
    assert "no recording matches --limit production" in done.stderr
    assert not (tmp_path / "none").exists()


def test_why_sudo_was_of_no_use_is_said_for_all_hosts_and_in_the_estate(tmp_path):
    shutil.copytree(ESTATE, tmp_path / "recorded")
    for host in ("db01", "old01"):
        with (tmp_path / "recorded" / host / "machine.out").open("a") as file:
            file.write("\nsudo password\n")
    done = migrate("scan", "--replay", tmp_path / "recorded", "--out", tmp_path)
    assert "not root, sudo asks for a password: no rule with NOPASSWD counts" in done.stderr
    assert "takes it away: db01, old01\n" in done.stderr
    assert "not fully seen: sudo asks for a password" in (tmp_path / "estate.yaml").read_text().replace("\n", " ")


def test_a_scan_that_nobody_answered_has_no_next_step(tmp_path):
    done = migrate("scan", "-i", "nobody.invalid,", "--out", tmp_path)
    assert "0 of 1 hosts" in done.stderr
    assert done.returncode != 0
    assert "next:" not in done.stderr


@pytest.mark.parametrize("form", ["json", "yaml", "name", "wide"])
def test_output_forms(tmp_path, form):
    done = migrate("scan", "--replay", ESTATE, "--out", tmp_path, "-o", form)
    assert done.returncode == 0
    assert "orders" in done.stdout
    if form == "json":
        assert {row["service"] for row in json.loads(done.stdout)} >= {"orders", "portal"}
    if form == "name":
        assert "orders\n" in done.stdout


def test_a_bad_host_among_good_ones_is_a_line_and_exit_three(tmp_path):
    inventory = tmp_path / "hosts.yml"
    inventory.write_text("hosts:\n  here: {connection: local}\n  gone: {address: 127.0.0.1, port: 1}\n")
    done = migrate("scan", "-i", inventory, "--out", tmp_path / "out", "--known-hosts", os.devnull)
    assert done.returncode == 3, done.stderr
    assert "error: gone: connection refused" in done.stderr
    assert done.stderr.count("connection refused") == 1, "once, with or without a terminal"
    assert "Traceback" not in done.stderr
    events = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert {event["host"]: event["failed"] for event in events} == {"here": False, "gone": True}


def test_only_bad_hosts_is_exit_one(tmp_path):
    done = migrate("scan", "-i", "127.0.0.1:x,", "--out", tmp_path)
    assert done.returncode == 1
    done = migrate("scan", "-i", tmp_path / "nowhere.yml", "--out", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {tmp_path / 'nowhere.yml'}: no such file")
    assert done.stderr.count("\n") == 1


def test_the_script_can_be_read_before_the_first_run():
    done = migrate("scan", "--show-commands")
    assert done.returncode == 0
    assert "ask machine" in done.stdout
    assert subprocess.run(["/bin/sh", "-n"], input=done.stdout, text=True, check=False).returncode == 0


def test_completion_of_three_shells():
    for shell in ("bash", "zsh", "fish"):
        assert "_MIGRATE_COMPLETE" in migrate("completion", shell).stdout


@given(st.text(max_size=50))
def test_no_text_can_drive_a_terminal(text):
    shown = safe(text)
    assert not any((ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160 for char in shown)
    assert not set(shown) & set("\u202e\u200b\u2066\ufeff\u2028")
    shown.encode()


def test_tables_show_hostile_names_as_they_are(capsys):
    emit([{"name": "[bold]x[/nope]\x1b[31m", "why": "a\nb"}], ["name", "why"], "table")
    out = capsys.readouterr().out
    assert "[bold]x[/nope]\\x1b[31m" in out
    assert "a b" in out
