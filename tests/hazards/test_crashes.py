"""K-2: a program that breaks, wherever it breaks, tells nothing of the values that it had at hand, and leaves none behind."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.records import dump_record
from migrator.scan.recording import load_recordings, save_recording
from tests.generate.builders import SHOP, WORKER, scan
from tests.hazards import canaries
from tests.hazards.counts import count

ROOT = Path(__file__).parents[2]
IDENTITY = {f"GIT_{who}_{what}": "t@x.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
ESTATE = ROOT / "migrator" / "quickstart" / "estate"
DRAFT = re.compile(r"\..+\.[0-9a-f]{8}")
"""What a file is called until it is whole."""
SECRET = "Zq60kanari"
"""Stands where no rule would look for it, so that it goes through the program as any value does."""
POINTS = count(2, 30)
VERBS = [
    "-v scan --replay recordings --out scanned",
    "-v explain shop --from estate",
    "-v assess --from estate",
    "-v report --from estate --format html -o page.html",
    "-v generate --from estate --to fleet",
]
BREAK = r"""
# Runs one command line; the call number AT of a function of the program raises instead of being made. Without AT: counts.
import importlib, json, sys, threading
at, verb = int(sys.argv[1]), sys.argv[2].split()
from migrator.cli import COMMANDS, run
importlib.import_module(COMMANDS[verb[1]][0])
calls = 0
def look(frame, event, argument):
    global calls
    if event != "call" or not frame.f_globals.get("__name__", "").startswith("migrator.") or frame.f_code.co_name == "<module>":
        return
    calls += 1
    if calls == at:
        sys.setprofile(None)
        raise RuntimeError("broken on purpose")
threading.setprofile(look)
sys.setprofile(look)
try:
    code = run(verb)
finally:
    sys.setprofile(None)
print(json.dumps({"calls": calls, "code": code}), file=sys.stderr)
"""


def made(folder: Path) -> Path:
    """Files that hold a secret in every place where a text may stand."""
    for name, text in scan(*(_full(one) for one in (SHOP, WORKER))).items():
        (folder / "estate" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "estate" / name).write_text(text)
    answer = next(iter(load_recordings(ESTATE)))
    told = {name: replace(one, stdout=one.stdout.replace("orders", SECRET)) for name, one in answer.sections.items()}
    save_recording(folder / "recordings", replace(answer, sections=told))
    (folder / "temporary").mkdir()
    return folder


def _full(profile):
    assert SECRET not in dump_record(profile)
    command = (*profile.command, SECRET)
    return replace(profile, command=command, directory=f"/srv/{SECRET}", origin=SECRET, labels={"x": SECRET})


def broken(folder: Path, verb: str, at: int) -> tuple[int, str]:
    """How many calls were made, and what the command said."""
    environment = {**os.environ, **IDENTITY, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "temporary")}
    done = subprocess.run(
        [sys.executable, "-c", BREAK, str(at), verb],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    *_, last = done.stderr.strip().splitlines()
    return json.loads(last)["calls"] if last.startswith("{") else 0, done.stderr


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.split()[1])
def test_a_trace_has_lines_of_ours_and_no_values(tmp_path, verb):
    whole, said = broken(made(tmp_path / "first"), verb, 0)
    assert whole > 200, said
    traces = 0
    for number in range(POINTS):
        folder = made(tmp_path / str(number))
        _, said = broken(folder, verb, 1 + number * (whole - 1) // POINTS)
        assert not canaries.found_in(said.encode()), said
        traces += "Traceback (most recent call last)" in said
        assert "broken on purpose" in said or "Traceback" not in said, said
        assert [path for path in folder.rglob("*") if DRAFT.fullmatch(path.name)] == []
        assert list((folder / "temporary").iterdir()) == []
    assert traces, "at none of these points was there a trace"


def test_the_secret_would_be_seen_if_values_were_shown(tmp_path):
    """What the test above looks for is at hand where it breaks."""
    text = (made(tmp_path) / "estate" / "profiles" / "h0" / "p0.yaml").read_text()
    assert canaries.found_in(text.encode())


def test_temporary_files_are_its_owners_alone(tmp_path):
    """A `git` that looks at the folder for temporary files each time it is called, under a umask that forbids nothing."""
    folder, programs = made(tmp_path / "work"), tmp_path / "bin"
    programs.mkdir()
    real = subprocess.run(["sh", "-c", "command -v git"], capture_output=True, text=True, check=True).stdout.strip()
    look = f'find {folder}/temporary -mindepth 1 -printf "%y %m %f\\n" >> {tmp_path}/seen'
    (programs / "git").write_text(f'#!/bin/sh\n{look}\nexec {real} "$@"\n')
    (programs / "git").chmod(0o755)
    (folder / "estate" / "profiles" / "h0" / "p0.yaml").write_text(dump_record(SHOP))
    environment = {**os.environ, **IDENTITY, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "temporary")}
    command = f"umask 0; exec {sys.executable} -m migrator generate --from estate --to fleet"
    environment["PATH"] = f"{programs}:{os.environ['PATH']}"
    subprocess.run(["sh", "-c", command], cwd=folder, env=environment, check=True, capture_output=True)
    seen = {tuple(line.split(" ", 2)) for line in (tmp_path / "seen").read_text().splitlines()}
    folders = {mode for kind, mode, _ in seen if kind == "d"}
    assert folders == {"700"}
    assert list((folder / "temporary").iterdir()) == []


def test_no_copy_of_memory_is_left(tmp_path):
    """A process holds private keys: core dumps are off for it and for all that it starts."""
    (tmp_path / "ssh").write_text("#!/bin/sh\nulimit -c > limit\nexit 255\n")
    (tmp_path / "ssh").chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = f"ulimit -S -c unlimited 2>/dev/null; exec {sys.executable} -m migrator scan -i nowhere.invalid, --out ."
    subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, check=False, capture_output=True)
    assert (tmp_path / "limit").read_text() == "0\n"
