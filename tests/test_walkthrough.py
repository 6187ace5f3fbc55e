"""Every command of docs/walkthrough.md is run, in its order, and prints what stands there. `make golden` writes it anew."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "walkthrough.md"
BLOCK = re.compile(r"^```\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)^```$", re.MULTILINE | re.DOTALL)
WIDTH = 150
VARIES = [
    (re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{10,64}\b"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC"), "TIME"),
    (re.compile(r"(soak: (?:pass \()?)\d+s"), r"\1SECONDS"),
]
"""What is another one in every run."""
IDENTITY = {"GIT_AUTHOR_NAME": "Ann Operator", "GIT_AUTHOR_EMAIL": "ann@corp.example"}
IDENTITY |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in IDENTITY.items()}


def printed(command: str, folder: Path) -> str:
    """What a person sees who types the command, cut at the width of a page."""
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        **os.environ,
        **IDENTITY,
        "PATH": tools,
        "HOME": str(folder),
        "COLUMNS": str(WIDTH),
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    lines = [line.rstrip() if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in done.stdout.splitlines()]
    return "".join(f"{line}\n" for line in [*lines, *([f"(exit code {done.returncode})"] if done.returncode else [])])


def settled(text: str) -> str:
    """The same for two runs that did the same. Columns are as wide as their widest word, so blanks count as one."""
    for pattern, word in VARIES:
        text = pattern.sub(word, text)
    return re.sub(" +", " ", text)


@pytest.mark.timeout(300)
def test_the_walk_through_is_what_one_sees(tmp_path, update_golden):
    (tmp_path / "migrator").symlink_to(ROOT / "migrator")
    page = PAGE.read_text()
    seen = BLOCK.sub(lambda block: f"```\n$ {block['command']}\n{printed(block['command'], tmp_path)}```", page)
    if update_golden:
        PAGE.write_text(seen)
    assert settled(PAGE.read_text()) == settled(seen), "read what changed, then: make golden"
