"""The recorded hosts: their truth, and what the scan makes of the recordings at each level of rights."""

from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from migrator.scan.estate import Scan, assemble
from migrator.scan.reading import looked
from migrator.scan.recording import load_recordings
from migrator.scan.run import questions

__all__ = ["FOLDERS", "scan", "truth"]

_ROOT = Path(str(resources.files("migrator"))) / "quickstart" / "estate"
_PLAIN = Path(__file__).parents[1] / "scan" / "unprivileged"
FOLDERS = {_ROOT: "recorded as root where sudo asks for no password", _PLAIN: "recorded as a plain user, no sudo"}
"""Folder of recordings -> as whom they were made."""


def truth() -> dict[str, Any]:
    """Written from the recipe of the hosts."""
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "recorded.yaml").read_text())
    return found


def scan(folder: Path) -> Scan:
    """All recordings of a folder, as one scan."""
    answers = list(load_recordings(folder))
    return assemble(
        [looked(answer, questions(deep=True)) for answer in answers], now=datetime(2026, 11, 23, tzinfo=UTC)
    )
