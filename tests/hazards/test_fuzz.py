"""S-9: real answers, torn, doubled, mixed and filled with junk, never end a scan; they are values or gaps."""

import contextlib
import importlib.util
import os
import random
import re
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import migrator
from migrator.errors import FactError
from migrator.records import dump_record
from migrator.scan.collect import observe, sections_of
from migrator.scan.estate import assemble
from migrator.scan.facts import FACTS
from migrator.scan.reading import looked
from migrator.scan.recording import load_recordings
from migrator.scan.run import Answer, questions
from migrator.scan.snapshot import Section
from migrator.scan.transport import Reply
from migrator.scan.write import write_scan
from tests.hazards.counts import FULL, count

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, tzinfo=UTC)
JUNK = [
    "", "\x00", "\x1f" * 40, "\x1b]0;x\x07", "-1", "9" * 400, "0x", "é\udcff", "\u202e", "%s%n", "{{7*7}}", "../../../etc/passwd", "=",
    "#", "#end", " ", "\t\t\t", "\r", "[::]:99999", "0.0.0.0:*", "a" * 100_000, "1 2 3 4 5 6 7 8 9 10", "<!DOCTYPE x>", "*", "NaN", "1e309",
]  # fmt: skip


@cache
def recorded() -> tuple[Answer, ...]:
    return tuple(load_recordings(Path(migrator.__file__).parent / "quickstart" / "estate"))


def torn(text: str, chance: random.Random) -> str:
    """One to four changes that networks, old programs and liars make; bytes that are no text are read as a scan does."""
    lines = text.split("\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        line = lines[at]
        cut = chance.randint(0, len(line))
        lines[at : at + 1] = chance.choice(
            [
                [],
                [line, line],
                [line[:cut]],
                [line[cut:]],
                [line[:cut] + chance.choice(JUNK) + line[cut:]],
                [chance.choice(JUNK), line],
                [line.replace(*chance.choice([("\x1f", " "), (" ", "\x1f"), (":", "::"), ("=", ""), ("0", "-9")]))],
                [line, *chance.choices(lines, k=3)],
            ]
        ) or [""]
    return "\n".join(lines).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_no_fact_breaks_on_a_torn_answer(fact):
    chance = random.Random(fact.name)
    texts = [answer.sections[fact.name].stdout for answer in recorded() if fact.name in answer.sections] or [""]
    for _ in range(count(60, 10_000)):
        text = torn(chance.choice(texts), chance)
        with contextlib.suppress(FactError):
            fact.parse(text)


NONCE = "0" * 32


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
@settings(max_examples=count(20, 10_000), deadline=None, database=None)
@given(st.binary(max_size=2000), st.binary(max_size=300), st.randoms(use_true_random=False))
def test_no_fact_breaks_on_any_bytes(fact, noise, stderr, chance):
    """Bytes that are no UTF-8, noughts, very long lines: by themselves, and in the middle of a real answer."""
    real = [answer.sections[fact.name].stdout for answer in recorded() if fact.name in answer.sections] or [""]
    told = chance.choice(real).encode()[:20_000]
    cut = chance.randint(0, len(told))
    for data in (noise, told[:cut] + noise + told[cut:], noise * chance.choice([1, 1, 1, 500])):
        begin, end = (
            f"\n{NONCE} begin {fact.name}\n".encode(),
            f"\n{NONCE} code 0\n\n{NONCE} end {fact.name}\n".encode(),
        )
        section = sections_of(Reply(begin + data + end, stderr), NONCE).get(fact.name)
        assert observe(fact, section) is not None


@pytest.mark.timeout(900)
@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_no_fact_breaks_under_a_guided_fuzzer(fact):
    """A minute for each reader: MIGRATE_FUZZ_SECONDS=600 gives it ten."""
    if not FULL:
        pytest.skip("takes a minute for each fact: make hazards")
    if not importlib.util.find_spec("atheris"):
        pytest.skip("not installed: atheris (pip install --group fuzz)")
    seconds = os.environ.get("MIGRATE_FUZZ_SECONDS", "60")
    command = [sys.executable, "-m", "tests.hazards.fuzzed", fact.name, seconds]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    (tried,) = re.findall(r"number_of_executed_units: (\d+)", done.stderr)
    assert int(tried) > 100


@pytest.mark.parametrize("seed", range(count(6, 400)))
def test_no_estate_of_liars_ends_a_scan(seed, tmp_path):
    """Each answer of each host is torn; whatever is made of it can be written and read as values."""
    chance = random.Random(seed)
    facts = questions(deep=True)

    def lie(answer: Answer) -> Answer:
        told = {name: _torn_section(section, chance) for name, section in answer.sections.items()}
        return Answer(answer.host, answer.address, answer.taken_at, told, answer.error, answer.recording)

    scan = assemble([looked(lie(answer), facts) for answer in recorded()], now=NOW)
    assert len(scan.estate.hosts) == len(recorded())
    assert dump_record(scan.estate)
    write_scan(tmp_path, scan)
    inside = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()}
    assert inside <= {"profiles", "estate.yaml", ".migrate"}


def _torn_section(section: Section, chance: random.Random) -> Section:
    if chance.random() < 0.5:
        return section
    code = chance.choice([section.code, 0, 1, 124, None])
    return Section(torn(section.stdout, chance), section.stderr, code, finished=chance.random() < 0.9)
