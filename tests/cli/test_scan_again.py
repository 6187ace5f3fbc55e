"""A scan that goes on where it was stopped, that looks again, and that leaves the names of those that failed."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrator.cli import migrate, scanning
from migrator.cli import run as cli_run
from migrator.model.estate import Estate
from migrator.records import load_record


def scan(folder, *arguments):
    return CliRunner().invoke(migrate, ["scan", "--out", str(folder / "estate"), *arguments])


def estate(folder):
    return load_record(Estate, (folder / "estate" / "estate.yaml").read_text(), file="estate.yaml")


@pytest.fixture
def inventory(tmp_path):
    file = tmp_path / "hosts.yml"
    file.write_text("hosts:\n  here: {connection: local}\n  gone: {address: 127.0.0.1, port: 1}\n")
    return str(file)


def test_what_has_answered_is_not_asked_again(tmp_path, inventory):
    record = ["--record", str(tmp_path / "answers"), "--resume"]
    first = scan(tmp_path, "-i", inventory, *record)
    assert first.exit_code == 3
    again = scan(tmp_path, "-i", inventory, *record)
    assert re.search(rf"1 of 2 hosts have answered before \(\d+-\S+ \S+ UTC\): {tmp_path / 'answers'}", again.stderr)
    assert again.exit_code == 3
    seen = {report.name: report for report in estate(tmp_path).hosts}
    assert seen["here"].observed
    assert not seen["here"].recording
    assert seen["gone"].error


@pytest.mark.parametrize("resumed", [False, True])
def test_what_was_recorded_is_of_the_day_when_it_was(tmp_path, inventory, resumed):
    answers = tmp_path / "answers"
    scan(tmp_path, "-i", inventory, "--limit", "here", "--record", str(answers))
    file = answers / "here" / "recording.yaml"
    file.write_text(re.sub(r"takenAt: .*", 'takenAt: "2024-02-03T04:05:06+01:00"', file.read_text()))
    again = ["-i", inventory, "--record", str(answers), "--resume", "--limit", "here"]
    done = scan(tmp_path, *(again if resumed else ["--replay", str(answers)]))
    assert estate(tmp_path).scanned_at == "2024-02-03T03:05:06+00:00"
    assert ("1 of 1 hosts have answered before (2024-02-03 03:05 UTC)" in done.stderr) is resumed


def test_an_answer_that_was_torn_is_asked_again(tmp_path, inventory):
    record = ["--record", str(tmp_path / "answers"), "--resume"]
    scan(tmp_path, "-i", inventory, *record)
    (tmp_path / "answers" / "here" / "recording.yaml").unlink()
    assert "have answered before" not in scan(tmp_path, "-i", inventory, *record).stderr


def test_names_of_those_that_failed_can_be_scanned_again(tmp_path, inventory):
    said = scan(tmp_path, "-i", inventory).stderr
    file = tmp_path / "estate" / "scan.retry"
    assert f"names of the 1 whose last try failed: {file}; ask only those again with --limit @{file}" in said
    assert file.read_text() == "gone\n"
    assert scan(tmp_path, "-i", inventory, "--limit", f"@{file}").exit_code == 1
    assert scan(tmp_path, "-i", inventory, "--limit", "here").exit_code == 0
    assert file.read_text() == "gone\n", "it was not asked again, so it is still to be"
    assert scan(tmp_path, "--forget", "gone").exit_code == 0
    assert not file.exists()


def test_a_host_with_a_new_name_is_told_with_the_commands_that_take_one_out(tmp_path):
    recorded = Path(scanning.__file__).parents[1] / "quickstart" / "estate" / "mq01"
    renamed = tmp_path / "now" / "queue"
    shutil.copytree(recorded, renamed)
    text = (renamed / "recording.yaml").read_text()
    (renamed / "recording.yaml").write_text(text.replace("mq01", "queue"))
    shutil.copytree(recorded, tmp_path / "then" / "mq01")
    assert "same machine" not in scan(tmp_path, "--replay", str(tmp_path / "then")).stderr
    done = scan(tmp_path, "--replay", str(tmp_path / "now"))
    assert "warning: queue looks like the same machine as mq01: " in done.stderr
    assert "take the other out: `migrate scan --forget queue`, or `--forget mq01`.\n" in done.stderr
    assert (
        f"a host that is no more is taken out with: migrate scan --out {tmp_path / 'estate'} --forget HOST"
        in done.stderr
    )
    assert "same machine" not in scan(tmp_path, "--forget", "mq01").stderr


def test_a_host_whose_name_is_mistyped_is_told_with_the_way_out(tmp_path, inventory):
    done = scan(tmp_path, "-i", inventory)
    way = f"a host that is no more, or never was, is taken out with: migrate scan --out {tmp_path / 'estate'} --forget HOST"
    assert way in done.stderr


@pytest.fixture
def with_redis_stopped(tmp_path):
    """The recorded estate as it is, and as it is once somebody has stopped a server that others are set up to call."""
    recorded = Path(scanning.__file__).parents[1] / "quickstart" / "estate"
    now = shutil.copytree(recorded, tmp_path / "now")
    for file in now.glob("*/*.out"):
        lines = file.read_text().splitlines()
        gone = (
            r"^ ?28(/| \()| 28/(cwd|exe|ns)|^ 28\x1f|redis-server 0\.0" if file.parent.name == "mq01" else r"^$ never"
        )
        kept = [line for line in lines if not re.search(gone, line) and ":18EB" not in line]
        file.write_text("".join(f"{line}\n" for line in kept))
    units = now / "mq01" / "units.out"
    before, found, after = units.read_text().partition("Id=redis-server.service\n")
    after = after.replace("State=active\nSubState=running", "State=inactive\nSubState=dead", 1)
    units.write_text(f"{before}{found}WantedBy=multi-user.target\n{after}")
    return recorded, now


@pytest.mark.parametrize("edited", [False, True])
def test_what_is_no_longer_seen_is_told_with_what_is_to_run_and_who_calls_it(tmp_path, with_redis_stopped, edited):
    recorded, now = with_redis_stopped
    scan(tmp_path, "--replay", str(recorded))
    profile = "profiles/mq01/redis-server.yaml"
    if edited:
        with (tmp_path / "estate" / profile).open("a") as file:
            file.write("labels: {owner: us}\n")
    said = scan(tmp_path, "--replay", str(now)).stderr
    kept = f"kept your edit, but no longer seen: {tmp_path / 'estate' / profile} (remove it if the service is no more)"
    assert f"warning: {kept if edited else f'not seen any more, profile removed: {profile}'}\n" in said
    assert (tmp_path / "estate" / profile).exists() is edited
    assert (
        "set up to run and stopped, so what it calls and keeps was not seen: mq01: redis-server.service (enabled, dead)"
        in said
    )
    assert "warning: web01/portal is configured to call mq01.corp.example:6379, where" in said
    assert {one.code for one in estate(tmp_path).findings if one.subject == "mq01"} == {"MIG039", "MIG040"}


def test_looking_again(tmp_path, inventory):
    done = scan(tmp_path, "-i", inventory, "--limit", "here", "--watch", "2s", "--every", "1s")
    assert done.exit_code == 0
    assert re.search(r"looked again (1 time|[02] times) at each host\n", done.stderr)


def test_a_host_that_goes_while_it_is_looked_at_is_told_once(tmp_path, inventory, monkeypatch):
    real, times = scanning.scan_hosts, iter(range(99))

    def going(hosts, *arguments, **options):
        for answer in real(hosts, *arguments, **options):
            yield answer if next(times) == 0 else replace(answer, sections={}, error="no route to host")

    monkeypatch.setattr(scanning, "scan_hosts", going)
    done = scan(tmp_path, "-i", inventory, "--limit", "here", "--watch", "3s", "--every", "1s")
    assert done.exit_code == 0, "the first look was whole"
    assert next(times) > 2
    assert done.stderr.count("warning: here: could not be looked at again: no route to host\n") == 1
    assert done.stderr.count("no route to host") == 1


def asked_with(monkeypatch, tmp_path, *arguments):
    """The hosts as they would be asked, by name; and what was said."""
    hosts = {}
    monkeypatch.setattr(
        scanning, "scan_hosts", lambda given, *_, **__: (hosts.update({h.name: h for h in given}), ())[1]
    )
    said = scan(tmp_path, *arguments).stderr
    return hosts, said


def test_sudo_is_a_word_of_the_command_line_where_the_inventory_has_none(tmp_path, monkeypatch):
    file = tmp_path / "hosts.yml"
    file.write_text("hosts:\n  a:\n  b: {become: false}\n  c: {become: true}\n")
    for words, wanted in (
        ((), (None, False, True)),
        (("--become",), (True, False, True)),
        (("-b",), (True, False, True)),
    ):
        hosts, _ = asked_with(monkeypatch, tmp_path, "-i", str(file), *words)
        assert tuple(host.become for host in hosts.values()) == wanted
    assert asked_with(monkeypatch, tmp_path, "-i", "web01,", "-b")[0]["web01"].become


@pytest.mark.parametrize("more", [(), ("--watch", "1s", "--every", "1s")])
def test_an_account_that_the_inventory_overrules_is_told_once(tmp_path, monkeypatch, more):
    file = tmp_path / "hosts.yml"
    file.write_text("hosts:\n  a:\n  b: {user: root}\n  c: {user: me}\n")
    hosts, said = asked_with(monkeypatch, tmp_path, "-i", str(file), "-u", "me", *more)
    assert [host.user for host in hosts.values()] == ["me", "root", "me"]
    assert said.count("warning: --user me: of no effect on hosts whose inventory names another: b\n") == 1


@pytest.mark.parametrize("recorded", [False, True])
def test_an_interrupted_scan_says_how_to_go_on(tmp_path, monkeypatch, capsys, recorded):
    def stopped(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(scanning, "scan_hosts", stopped)
    more = ["--record", str(tmp_path / "answers")] if recorded else []
    assert cli_run(["scan", "-i", "web01,", "--out", str(tmp_path), *more]) == 130
    said = capsys.readouterr().err
    assert (
        f"answers until now are in {tmp_path / 'answers'}: the same command goes on with --resume\n" in said
    ) is recorded
    assert ("with --record DIR from the first run on, --resume goes on" in said) is not recorded


def test_the_script_says_what_it_is():
    shown = CliRunner().invoke(migrate, ["scan", "--show-commands"]).stdout
    assert shown.startswith("# What `migrate scan` runs on a host")
    assert "docs/reference/questions.md" in shown.partition("\nN=")[0]


@pytest.mark.parametrize(
    ("word", "said", "remedy"),
    [
        ("untried", "sudo was not tried: become is not set", "Let the scan use sudo (--become, or `become: true`"),
        ("rule", "sudo does not allow it to this account", "Allow password-less sudo"),
    ],
)
def test_a_sudo_that_was_not_tried_is_no_sudo_that_refused(tmp_path, word, said, remedy):
    recorded = Path(scanning.__file__).parents[1] / "quickstart" / "estate" / "db01"
    shutil.copytree(recorded, tmp_path / "now" / "db01")
    with (tmp_path / "now" / "db01" / "machine.out").open("a") as file:
        file.write(f"sudo {word}\n")
    assert f"not root, {said}: db01\n" in scan(tmp_path, "--replay", str(tmp_path / "now")).stderr
    (finding,) = (one for one in estate(tmp_path).findings if one.code == "MIG002")
    assert finding.message.startswith(f"not fully seen: {said}; ")
    assert finding.remediation.startswith(remedy)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-i", "a,", "--known-hosts", "/nonexistent/known"], "'/nonexistent/known' does not exist"),
        (["-i", "localhost", "--resume"], "--resume needs --record"),
        (["-i", "localhost", "--watch", "soon"], "'soon' is no duration such as 30s, 5m or 1h"),
        (["--replay", "/", "--watch", "1s"], "--watch: of use with live hosts only"),
        (["--replay", "/", "-u", "x", "--record", "y"], "--user, --record: of use with live hosts only"),
        (["--replay", "/", "-i", "localhost"], "not both"),
        (["-i", "localhost", "--every", "10s"], "--every needs --watch"),
        (["--show-sudoers", "Robert'); DROP"], "is no name of an account"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path, arguments, said):
    done = scan(tmp_path, *arguments)
    assert done.exit_code != 0
    assert said in f"{done.stderr}{done.exception}"


@pytest.mark.skipif(not shutil.which("visudo"), reason="not installed: sudo")
def test_the_sudo_rule_is_one(tmp_path):
    file = tmp_path / "rule"
    file.write_text(CliRunner().invoke(migrate, ["scan", "--show-sudoers", "scanner"]).stdout)
    file.chmod(0o440)
    subprocess.run(["visudo", "-cqf", str(file)], check=True)
