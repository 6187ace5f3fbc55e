"""A host that is down, or not asked, takes part with what it said last: nothing depends on who happened to answer."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import migrator
from migrator.errors import InputError
from migrator.records import dump_json, load_json
from migrator.scan.estate import assemble
from migrator.scan.memory import HostMemory
from migrator.scan.memory_files import MemoryFolder
from migrator.scan.reading import looked
from migrator.scan.recording import load_recordings
from migrator.scan.run import questions
from migrator.scan.write import write_scan

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ESTATE = Path(migrator.__file__).parent / "quickstart" / "estate"
ANSWERS = tuple(load_recordings(ESTATE))
HOSTS = [answer.host for answer in ANSWERS]


def scanned(answers, folder=None):
    looks = [looked(answer, questions(deep=True)) for answer in answers]
    return assemble(looks, now=NOW, **({"earlier": MemoryFolder(folder).except_of} if folder else {}))


@pytest.fixture(scope="module")
def full():
    return scanned(ANSWERS)


@pytest.fixture
def folder(tmp_path, full):
    write_scan(tmp_path, full)
    return tmp_path


def down(host):
    return [replace(one, sections={}, error="connection refused") if one.host == host else one for one in ANSWERS]


def texts(folder):
    return {path.relative_to(folder): path.read_text() for path in (folder / "profiles").rglob("*.yaml")}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("asked", [True, False], ids=["down", "not asked"])
def test_services_edges_and_names_are_those_of_all_hosts(folder, full, host, asked):
    before = texts(folder)
    again = scanned(down(host) if asked else [one for one in ANSWERS if one.host != host], folder)
    assert again.profiles == full.profiles
    assert again.estate.edges == full.estate.edges
    assert again.estate.services == full.estate.services
    write_scan(folder, again)
    assert texts(folder) == before


def test_it_is_said_since_when_and_why(folder, full):
    again = scanned(down("mq01"), folder)
    (report,) = (one for one in again.estate.hosts if one.last_seen)
    (then,) = (one for one in full.estate.hosts if one.name == "mq01")
    taken_at = next(one.taken_at for one in ANSWERS if one.host == "mq01")
    assert report.last_seen == taken_at.astimezone(UTC).isoformat(timespec="seconds")
    assert report == replace(then, last_seen=report.last_seen, error="connection refused")
    (found,) = (one for one in again.estate.findings if one.code == "MIG009")
    assert found.subject == "mq01"
    assert "connection refused" in found.message


def test_the_reason_stays_while_the_host_is_not_asked_and_goes_when_it_answers(folder):
    write_scan(folder, scanned(down("mq01"), folder))
    limited = scanned([one for one in ANSWERS if one.host == "web01"], folder)
    assert {one.name: one.error for one in limited.estate.hosts if one.error} == {"mq01": "connection refused"}
    write_scan(folder, scanned(ANSWERS, folder))
    assert not [one for one in scanned([], folder).estate.hosts if one.error]


def test_a_host_that_was_never_seen_stays_unknown(tmp_path):
    write_scan(tmp_path, scanned(down("mq01")))
    again = scanned([one for one in ANSWERS if one.host == "web01"], tmp_path)
    assert {one.subject for one in again.estate.findings if one.code == "MIG001"} == {"mq01"}


def test_all_hosts_down_change_nothing(folder, full):
    nobody = scanned([replace(one, sections={}, error="no route") for one in ANSWERS], folder)
    assert nobody.estate.edges == full.estate.edges
    assert nobody.profiles == full.profiles
    assert len([one for one in nobody.estate.hosts if one.last_seen]) == len(HOSTS)


def test_a_look_that_was_cut_short_replaces_no_whole_one(folder, full):
    whole = next(one for one in ANSWERS if one.host == "db01")
    sections = {name: whole.sections[name] for name in ("machine", "os_release")}
    cut = replace(whole, sections=sections, error="did not finish within 60 s")
    again = scanned([cut if one.host == "db01" else one for one in ANSWERS], folder)
    assert again.profiles == full.profiles
    assert [one.name for one in again.estate.hosts if one.last_seen] == ["db01"]


def test_an_address_that_has_moved_on_is_that_of_the_host_that_has_it_now(folder):
    """The machine has another name in the inventory by now: what calls it calls the new one."""
    renamed = [replace(one, host="queue") if one.host == "mq01" else one for one in ANSWERS]
    again = scanned(renamed, folder)
    callees = {edge.callee for edge in again.estate.edges if edge.caller == "orders"}
    assert {"rabbitmq-queue", "redis-server-queue"} <= callees


def doubles(scan):
    return {one.subject: one.message for one in scan.estate.findings if one.code == "MIG038"}


def test_a_host_with_a_new_name_is_told_beside_its_old_one_until_that_is_forgotten(folder, full):
    assert doubles(full) == {}
    renamed = [replace(one, host="a-queue") if one.host == "mq01" else one for one in ANSWERS]
    again = scanned(renamed, folder)
    assert list(doubles(again)) == ["mq01"]
    assert doubles(again)["mq01"].startswith("looks like the same machine as a-queue: the same addresses")
    write_scan(folder, again)
    assert doubles(scanned([], folder)) == doubles(again), "whoever is asked, it is told"
    MemoryFolder(folder, ("mq01",)).forget(frozenset())
    assert doubles(scanned(renamed, folder)) == {}


def test_a_machine_that_stands_twice_in_the_inventory_is_told_once(full):
    (queue,) = (one for one in ANSWERS if one.host == "mq01")
    twice = scanned([*ANSWERS, replace(queue, host="zz-queue")])
    assert list(doubles(twice)) == ["zz-queue"]


@pytest.mark.parametrize("asked", [("mq01", "zz-queue"), ("mq01",), ("zz-queue",), ()])
def test_which_of_two_is_told_does_not_turn_on_who_was_asked_last(folder, asked):
    (queue,) = (one for one in ANSWERS if one.host == "mq01")
    both = [queue, replace(queue, host="zz-queue")]
    write_scan(folder, scanned(both, folder))
    assert list(doubles(scanned([one for one in both if one.host in asked], folder))) == ["zz-queue"]


def test_machines_of_one_image_are_not_one_machine(full):
    """The same host name and host key, as clones have them, and an address of its own."""
    (queue,) = (one for one in ANSWERS if one.host == "mq01")
    network = queue.sections["network"]
    moved = replace(network, stdout=network.stdout.replace("10.", "11."))
    assert moved != network
    assert (
        doubles(scanned([*ANSWERS, replace(queue, host="clone", sections={**queue.sections, "network": moved})])) == {}
    )


def test_a_host_that_is_no_more_is_taken_out_with_all_that_is_its(folder):
    (folder / "profiles" / "mq01" / "redis-server.yaml").write_text("edited: true\n")
    memories = MemoryFolder(folder, ["mq01"])
    without = assemble([], now=NOW, earlier=memories.except_of)
    memories.forget(without.seen)
    write_scan(folder, without)
    assert "mq01" not in [one.name for one in without.estate.hosts]
    assert not [path for path in folder.rglob("*") if path.is_file() and "mq01" in str(path.relative_to(folder))]
    assert not [one for one in scanned([], folder).estate.hosts if one.name == "mq01"]


def test_nobody_can_be_forgotten_who_was_not_known(folder):
    with pytest.raises(InputError, match="knows no host `mq02`"):
        MemoryFolder(folder, ["mq02"])


def test_without_its_memory_a_host_that_is_down_stops_the_scan_and_one_that_answers_does_not(folder):
    (folder / ".migrate" / "hosts" / "mq01.json").unlink()
    with pytest.raises(
        InputError, match=r"lacks what mq01 said.*nothing was written.*scanned into before.*--forget mq01"
    ):
        scanned(down("mq01"), folder)
    assert scanned(ANSWERS, folder).estate.hosts


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-9], "is no JSON"),
        (lambda text: text.replace('"address":"', '"address":"\\udcff'), "is no JSON: .*surrogates not allowed"),
        (lambda text: text.replace('"seenAt":"2', '"seenAt":"x'), "is no memory of this host"),
        (lambda text: text.replace('"service":"redis-server"', '"service":"../../x"'), "is no memory of this host"),
        (lambda text: text.replace('"name":"mq01"', '"name":"web01"'), "is no memory of this host"),
        (lambda text: text.replace('"report":', '"rapport":'), "unknown key|is missing"),
    ],
)
def test_a_memory_that_somebody_touched_is_named(folder, change, said):
    file = folder / ".migrate" / "hosts" / "mq01.json"
    assert change(file.read_text()) != file.read_text()
    file.write_text(change(file.read_text()))
    with pytest.raises(InputError, match=f"mq01.json: .*({said})"):
        scanned(down("mq01"), folder)


def test_memories_read_back_as_they_were_written(full):
    for memory in full.memories:
        assert load_json(HostMemory, dump_json(memory), file="x") == memory
