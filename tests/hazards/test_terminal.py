"""C-4: whatever a host calls things, a terminal that shows them is moved by nothing but our own few sequences."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyte
import pytest

from migrator.cli.output import safe
from migrator.model.estate import Edge, Estate, HostReport, ServiceEntry
from migrator.model.findings import Finding, Severity
from migrator.model.invisible import INVISIBLE
from migrator.model.names import dns_label
from migrator.records import dump_record
from migrator.scan.recording import load_recordings, save_recording
from migrator.scan.run import Answer
from migrator.scan.snapshot import Section
from tests.generate.builders import DEBIAN
from tests.hazards import hostile
from tests.hazards.counts import FULL, count
from tests.hazards.payloads import ESCAPES
from tests.hazards.typed import COLUMNS, LINES

ROOT = Path(__file__).parents[2]
ESTATE = ROOT / "migrator" / "quickstart" / "estate"
HOSTS = count(6, 32)
ASKED = ("machine", "os_release", "network", "users", "processes", "sockets", "units", "crontabs")
VERBS = [
    "scan --replay recordings --out scanned",
    "scan --replay recordings --out scanned -o wide",
    "explain evil-0 --from estate",
    "explain evil-1 --from estate -o wide",
    "assess --from estate -o yaml",
    "report --from estate --format mermaid -o -",
    "report --from estate --format backstage -o -",
    "generate --from estate --to fleet --dry-run",
    "generate --from estate --to fleet -o wide",
    "cutover plan -C fleet",
    "cutover status -C fleet",
    "drift --replay recordings --from fleet",
]
MORE = [
    "scan --replay recordings --out scanned -o yaml",
    "scan --replay recordings --out scanned -o json",
    "scan --replay recordings --out scanned -o name",
    "explain evil-2 --from estate -o yaml",
    "explain evil-3.calls --from estate",
    "assess --from estate",
    "assess --from estate -o wide",
    *(f"report --from estate --format {form} -o -" for form in ("json", "html", "cyclonedx", "sarif")),
    "cutover start evil-0 -C fleet --dry-run",
    "drift --replay recordings --from fleet -o yaml",
]
if FULL:
    VERBS += MORE
_IDENTITY = {f"GIT_{who}_{what}": "t@x.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[\]PX^_k][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_DRIVING = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f{INVISIBLE}]")
"""All but tab, the end of a line and ESC, which is looked at apart."""


def made(folder: Path, texts: list[str]) -> None:
    """Everything that the verbs read, with a service for each text, and hosts that failed with them."""
    profiles = [
        replace(hostile.everywhere(text), service=f"evil-{number}", host=f"app{number}")
        for number, text in enumerate(texts)
    ]
    reports = [
        HostReport(one.host, text, replace(DEBIAN, name=text), set_aside=(), error=text, missing=(f"units: {text}",))
        for one, text in zip(profiles, texts, strict=True)
    ]
    estate = Estate(
        "2026-01-15T09:30:00+00:00",
        tuple(reports),
        tuple(ServiceEntry(one.service, text, (one.host,)) for one, text in zip(profiles, texts, strict=True)),
        tuple(Edge(one.service, f"external:{text}") for one, text in zip(profiles, texts, strict=True)),
        tuple(Finding("MIG021", Severity.NOTE, text, text, text) for text in texts),
    )
    files = {f"profiles/{one.host}/{one.service}.yaml": dump_record(one) for one in profiles}
    for name, content in (files | {"estate.yaml": dump_record(estate)}).items():
        (folder / "estate" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "estate" / name).write_text(content)
    _record(folder / "recordings", texts)


def _record(folder: Path, texts: list[str]) -> None:
    """Hosts as they were recorded, with the texts in place of names, in answers and in complaints."""
    one, other = list(load_recordings(ESTATE))[:2]
    for number, text in enumerate(texts):
        answer = one if number % 2 else other
        told = {fact: _renamed(answer.sections[fact], text, number) for fact in ASKED if fact in answer.sections}
        save_recording(folder, Answer(f"h{number}", text, datetime(2026, 1, 15, tzinfo=UTC), told, text))


def _renamed(section: Section, text: str, number: int) -> Section:
    name = text.replace("\n", " ").replace("\x1f", " ")
    said = re.sub(r"\b(orders|portal|stock)\b", lambda match: f"{match[0]}{name}{number}", section.stdout)
    return replace(section, stdout=said, stderr=f"{text}: Permission denied")


def together(texts: list[str]) -> list[str]:
    """A few texts of many payloads: what one of them opens, another might close, but none may stand there raw."""
    return ["¦".join(texts[first::HOSTS]) for first in range(HOSTS)]


def shown(folder: Path) -> list[bytes]:
    """What each of VERBS sends to a terminal, its messages too."""
    environment = {**os.environ, **_IDENTITY, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    environment.pop("NO_COLOR", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.hazards.typed"],
        input="\n".join(VERBS),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [(folder / "sent" / str(number)).read_bytes() for number in range(len(VERBS))]


@pytest.fixture(scope="module")
def terminal(tmp_path_factory):
    """Verb -> what it sends for harmless names, and for hostile ones."""
    harmless, evil = tmp_path_factory.mktemp("harmless"), tmp_path_factory.mktemp("evil")
    made(harmless, together([f"harmless{number}" for number in range(len(ESCAPES))]))
    made(evil, together(ESCAPES))
    return dict(zip(VERBS, zip(shown(harmless), shown(evil), strict=True), strict=True))


def test_the_payloads_are_enough():
    assert len(set(ESCAPES)) >= 60
    assert all(dns_label(text) for text in ESCAPES)


@pytest.mark.timeout(300)
def test_no_sequence_comes_from_a_host(terminal):
    for verb, (harmless, evil) in terminal.items():
        ours = set(_SEQUENCE.findall(harmless))
        assert set(_SEQUENCE.findall(evil)) <= ours, verb
        assert evil.count(b"\x1b") == len(_SEQUENCE.findall(evil)), verb
        text = _SEQUENCE.sub(b"", evil).decode().replace("\r\n", "\n")
        assert sorted(set(_DRIVING.findall(text))) == [], verb
        assert text.count("\r") == _SEQUENCE.sub(b"", harmless).decode().replace("\r\n", "\n").count("\r"), verb


@pytest.mark.timeout(300)
def test_what_the_hosts_said_was_shown(terminal):
    """Otherwise the test above would pass over commands that print nothing."""
    for verb in ("assess --from estate -o yaml", "explain evil-0 --from estate"):  # fmt: skip
        assert b"\\x1b" in terminal[verb][1] or b"\\e" in terminal[verb][1], verb
    assert sum(b"\\x1b" in evil or b"\\e" in evil for _, evil in terminal.values()) > len(VERBS) // 2
    explained = "".join(evil.decode() for verb, (_, evil) in terminal.items() if "wide" in verb)
    assert sum(safe(text) in explained for text in ESCAPES) > len(ESCAPES) // 8


@pytest.mark.timeout(300)
def test_the_screen_is_as_with_harmless_names(terminal):
    """A model of a terminal has the same title, modes, character sets and margins in the end, and no more colours."""
    for verb, (harmless, evil) in terminal.items():
        before, after = _screen(harmless), _screen(evil)
        assert (after.title, after.icon_name) == ("", ""), verb
        assert (after.mode, after.margins, after.charset, after.cursor.hidden) == (
            before.mode,
            before.margins,
            before.charset,
            before.cursor.hidden,
        ), verb
        assert _looks(after) <= _looks(before), verb


def _screen(sent: bytes) -> pyte.Screen:
    screen = pyte.Screen(COLUMNS, LINES)
    pyte.ByteStream(screen).feed(sent[-100_000:])
    return screen


def _looks(screen: pyte.Screen) -> set[tuple[object, ...]]:
    return {one[1:] for line in screen.buffer.values() for one in line.values()}


@pytest.mark.parametrize("payload", ESCAPES, ids=ascii)
def test_the_model_is_moved_by_what_it_should_be_moved_by(payload):
    """None of our payloads does anything once it has been made safe."""
    raw, safed = _screen(f"a{payload}b".encode()), _screen(f"a{safe(payload)}b".encode())
    assert safed.display[0].startswith(f"a{safe(payload)}b")
    assert (safed.title, safed.cursor.y) == ("", 0)
    assert "\x1b" not in safe(payload)
    assert raw is not safed
