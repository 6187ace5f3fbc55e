"""Durations as people write them: `30s`, `5m`, `1h`, `2d`. Pure."""

import re
from datetime import timedelta

__all__ = ["duration", "shown"]

_FORM = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(text: str) -> timedelta | None:
    """The duration that a text means; None when it means none, and for zero, which nothing can be measured over."""
    match = _FORM.fullmatch(text)
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]]) or None if match else None


def shown(value: timedelta) -> str:
    """A duration for people, in its largest whole unit."""
    seconds = max(0, int(value.total_seconds()))
    for unit in ("d", "h", "m"):
        if seconds >= _SECONDS[unit]:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"
