"""The programs of awk that a host is given: each part is used, says what it is for, and is read by every awk that is here."""

import itertools
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from migrator.scan import awk
from migrator.scan.awk import ENDPOINTS, program
from migrator.scan.facts.configuration import MENTIONS
from migrator.scan.facts.process_settings import ProcessSettings
from migrator.scan.shells import FILES

PARTS = sorted(Path(awk.__file__).parent.glob("*.awk"))
AWKS = [
    command
    for command in (["mawk"], ["gawk", "--traditional"], ["busybox", "awk"], ["original-awk"])
    if shutil.which(command[0])
]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.stem)
def test_each_part_is_asked_of_a_host(part):
    asked = MENTIONS + ProcessSettings.command + (FILES.prepare or "")
    assert program(part.stem) in asked


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.stem)
def test_each_function_says_what_it_is_for(part):
    lines = part.read_text().split("\n")
    assert lines[0].startswith("# ")
    silent = [
        line
        for before, line in itertools.pairwise(lines)
        if line.startswith("function ") and not before.startswith("# ")
    ]
    assert silent == []


def test_comments_and_indentation_stay_here():
    assert not re.search(r"(?m)^(#| |\n)", program(*ENDPOINTS))


@pytest.mark.parametrize("command", AWKS, ids=lambda command: command[0])
@pytest.mark.parametrize(
    "text",
    [MENTIONS, program(*ENDPOINTS, "processes"), program("examples", "walk")],
    ids=["files", "processes", "walk"],
)
def test_every_awk_reads_it(command, text, tmp_path):
    (tmp_path / "empty").touch()
    done = subprocess.run(
        [*command, "-v", "q='", text, str(tmp_path / "empty")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
