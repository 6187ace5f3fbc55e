"""Many hosts at once: one bad host is a line in the result. Files: edits by people stay."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

import migrator
from migrator import spread
from migrator.errors import ConnectError, DeadlineError, InputError
from migrator.model.estate import Estate
from migrator.model.hosts import Host
from migrator.model.services import ServiceProfile
from migrator.records import dump_jobs, dump_record, load_record
from migrator.scan.estate import assemble
from migrator.scan.facts import FACTS
from migrator.scan.reading import looked, looks
from migrator.scan.recording import load_recordings, save_recording
from migrator.scan.run import Answer, questions, scan_hosts
from migrator.scan.snapshot import Section
from migrator.scan.transport import Budget, Reply
from migrator.scan.transports.local import LocalTransport
from migrator.scan.write import write_scan

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Refusing:
    def run(self, script, budget):
        raise ConnectError("down", "connection refused")


class Breaking:
    def run(self, script, budget):
        raise RuntimeError("a bug")


class Silent:
    def run(self, script, budget):
        return Reply(b"This account is currently not available.\n", b"nologin\n")


class Hanging:
    """Answers the first fact, then nothing until the deadline."""

    def run(self, script, budget):
        nonce = script.split("N=", 1)[1][:32]
        text = f"{nonce} begin machine\nuid 0\n\n{nonce} code 0\n\n{nonce} end machine\n\n{nonce} begin os_release\n"
        return Reply(text.encode(), b"", DeadlineError("slow", "did not finish within 1 s"))


def scan_of(**transports):
    hosts = [Host(name) for name in transports]
    answers = scan_hosts(
        hosts, lambda host: transports[host.name], facts=questions(deep=False), budget=Budget(), forks=4
    )
    return sorted(answers, key=lambda answer: list(transports).index(answer.host))


def test_answers_wait_for_their_reader_and_do_not_pile_up():
    asked = []

    class Counting:
        def run(self, script, budget):
            asked.append(1)
            return Reply(b"", b"")

    answers = scan_hosts(
        [Host(f"h{number}") for number in range(100)], lambda host: Counting(), facts=(), budget=Budget(), forks=3
    )
    next(answers)
    time.sleep(0.2)
    assert len(asked) <= 7
    answers.close()
    assert len(asked) <= 10


def test_bad_hosts_are_lines_in_the_result_and_the_others_are_scanned():
    answers = scan_of(
        down=Refusing(), bug=Breaking(), nologin=Silent(), slow=Hanging(), here=LocalTransport(Host("here"))
    )
    assert [a.host for a in answers] == ["down", "bug", "nologin", "slow", "here"]
    errors = {a.host: a.error for a in answers}
    assert errors["down"] == "connection refused"
    assert errors["bug"] == "internal error: RuntimeError: a bug"
    assert errors["nologin"] == "logged in, but the shell did not answer: nologin"
    assert errors["slow"] == "did not finish within 1 s"
    assert errors["here"] == ""
    scan = assemble([looked(a, questions(deep=False)) for a in answers], now=NOW)
    reports = {r.name: r for r in scan.estate.hosts}
    assert reports["here"].completeness > 0.5
    assert reports["slow"].observed == ("machine",), "what was answered before the end is kept"
    assert {f.subject for f in scan.estate.findings if f.code == "MIG001"} == {"down", "bug", "nologin"}


def test_a_scan_of_this_machine_does_not_find_itself():
    scan = assemble([looked(a, FACTS) for a in scan_of(here=LocalTransport(Host("here")))], now=NOW)
    commands = [" ".join(profile.command) for profile in scan.profiles]
    assert [command for command in commands if "migrate-scan" in command] == []


@pytest.fixture(scope="module")
def estate_folder():
    return Path(migrator.__file__).parent / "quickstart" / "estate"


@pytest.fixture(scope="module")
def scan(estate_folder):
    return assemble([looked(a, questions(deep=True)) for a in load_recordings(estate_folder)], now=NOW)


def test_a_second_write_changes_nothing(tmp_path, scan):
    assert len(write_scan(tmp_path, scan).written) == len(scan.profiles)
    before = _files(tmp_path)
    again = write_scan(tmp_path, scan)
    assert (again.written, again.removed, again.kept) == ((), (), ())
    assert _files(tmp_path) == before


def test_profiles_read_back_as_they_were_written(tmp_path, scan):
    write_scan(tmp_path, scan)
    for profile in scan.profiles:
        file = tmp_path / "profiles" / profile.host / f"{profile.service}.yaml"
        assert load_record(ServiceProfile, file.read_text(), file=str(file)) == profile


def test_what_a_person_has_edited_stays_until_told_otherwise(tmp_path, scan):
    write_scan(tmp_path, scan)
    file = tmp_path / "profiles" / "mq01" / "redis-server.yaml"
    edited = file.read_text().replace("service: redis-server", "service: cache")
    file.write_text(edited)
    assert write_scan(tmp_path, scan).kept == ("profiles/mq01/redis-server.yaml",)
    assert file.read_text() == edited
    assert write_scan(tmp_path, scan).kept == ("profiles/mq01/redis-server.yaml",), "also the third time"
    assert write_scan(tmp_path, scan, overwrite=True).kept == ()
    assert "service: redis-server" in file.read_text()


def test_services_that_are_gone_lose_their_profile_but_hosts_that_are_down_do_not(tmp_path, scan, estate_folder):
    write_scan(tmp_path, scan)
    answers = [a for a in load_recordings(estate_folder) if a.host != "mq01"]
    smaller = assemble([looked(a, questions(deep=True)) for a in answers], now=NOW)
    assert write_scan(tmp_path, smaller).removed == ()
    assert (tmp_path / "profiles" / "mq01" / "redis-server.yaml").exists()


def test_a_recording_replays_to_the_same_profiles(tmp_path, scan, estate_folder):
    for answer in load_recordings(estate_folder):
        save_recording(tmp_path, answer)
    again = assemble([looked(a, questions(deep=True)) for a in load_recordings(tmp_path)], now=NOW)
    assert again == scan


@pytest.mark.parametrize(
    ("line", "want"),
    [
        (" hidden /etc/app/10-secrets.conf:2:url", " hidden /etc/app/10-secrets.conf:2:url"),
        (" hidden /etc/postfix/sasl_passwd:1:passwords", " hidden /etc/postfix/sasl_passwd:1:passwords"),
        (" setting /etc/my-token.conf:3:host = db", " setting /etc/my-token.conf:3:host = db"),
        (
            " /etc/cron.d/secret:3:1 1 * * * root run --password=kanari",
            " /etc/cron.d/secret:3:1 1 * * * root run --password=***",
        ),
        (" x /etc/a:3:password = kanari", " x /etc/a:3:password = ***"),
        (" x /etc/password=kanari:3:y", " x /etc/password=***:3:y"),
        (" x /a:1:-----BEGIN PRIVATE KEY-----\n x /b:2:kanari\n-----END PRIVATE KEY-----", " x /a:1:***"),
    ],
)
def test_a_recording_keeps_the_places_of_secrets_and_no_secret(tmp_path, line, want):
    told = {"configuration": Section(line, "", 0)}
    folder = save_recording(tmp_path, Answer("h", "h", datetime(2026, 1, 2, tzinfo=UTC), told))
    assert (folder / "configuration.out").read_text() == f"{want}\n"


def test_several_processes_read_and_write_what_one_does(tmp_path, scan, estate_folder, monkeypatch):
    monkeypatch.setattr(spread, "FEW", 0)
    monkeypatch.setattr(spread, "_processors", lambda: 2)
    again = assemble(looks(load_recordings(estate_folder), deep=True), now=NOW)
    assert again == scan
    assert len(write_scan(tmp_path / "several", again).written) == len(scan.profiles)
    monkeypatch.setattr(spread, "FEW", 1000)
    write_scan(tmp_path / "one", scan)
    assert _files(tmp_path / "several") == _files(tmp_path / "one")


def _files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_without_recordings_is_said_to_be_one(tmp_path):
    with pytest.raises(InputError, match="holds no recording"):
        load_recordings(tmp_path)


def test_an_estate_in_pieces_is_the_estate_as_a_whole(estate_folder):
    estate = assemble([looked(a, questions(deep=True)) for a in load_recordings(estate_folder)], now=NOW).estate
    assert "".join(job() for job in dump_jobs(estate)) == dump_record(estate)
    empty = Estate("2026-11-23T00:00:00+00:00")
    assert "".join(job() for job in dump_jobs(empty)) == dump_record(empty)
