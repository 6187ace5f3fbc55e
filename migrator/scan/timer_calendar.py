"""Times of systemd's timers as cron fields, as far as cron can say them. Pure. Sources: systemd.time(7), crontab(5)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

__all__ = ["CronTime", "cron_time"]

_SHORT = {
    "minutely": "*-*-* *:*:00",
    "hourly": "*-*-* *:00:00",
    "daily": "*-*-* 00:00:00",
    "weekly": "Mon *-*-* 00:00:00",
    "monthly": "*-*-01 00:00:00",
    "quarterly": "*-01,04,07,10-01 00:00:00",
    "semiannually": "*-01,07-01 00:00:00",
    "yearly": "*-01-01 00:00:00",
    "annually": "*-01-01 00:00:00",
}
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
"""Minute, hour, day, month, day of the week: the order of a crontab."""
_CALENDAR = re.compile(
    r"(?:(?P<week>[A-Za-z][A-Za-z.,-]*)(?:\s+|$))?"
    r"(?:(?P<year>[^-:\s]+)-(?P<month>[^-:\s]+)-(?P<day>[^-:\s]+)(?:\s+|$))?"
    r"(?:(?P<hour>[^-:\s]+):(?P<minute>[^-:\s]+)(?::(?P<second>[^-:\s]+))?(?:\s+|$))?"
    r"(?P<zone>UTC|[A-Z]\w+(?:/[\w+-]+)+)?"
)
_ITEM = re.compile(r"(\d{1,4}|\*)(?:\.\.(\d{1,4}))?(?:/(\d{1,4}))?")
_MOST = 50
"""So many calendars of one timer are more than anybody writes."""
_FEW = 2
"""So many values in a row are shorter as a list than as a range."""


@dataclass(frozen=True, slots=True)
class CronTime:
    """Five cron fields, and the time zone that they are meant in where the timer names one."""

    fields: str
    zone: str = ""


@dataclass(frozen=True, slots=True)
class _Times:
    """Every time that has one value of each part."""

    parts: tuple[frozenset[int], ...]
    zone: str = ""

    def with_others(self, other: "_Times") -> "_Times | None":
        """Both, if that is again every time that has one value of each part."""
        differing = [i for i, (one, two) in enumerate(zip(self.parts, other.parts, strict=True)) if one != two]
        if self.zone != other.zone or len(differing) > 1:
            return None
        return replace(self, parts=tuple(one | two for one, two in zip(self.parts, other.parts, strict=True)))


def cron_time(calendars: Sequence[str]) -> CronTime | None:
    """The minutes in which any of these elapses; None where one crontab line cannot say exactly these."""
    read = [_times(calendar.strip()) for calendar in calendars] if len(calendars) <= _MOST else []
    known = [one for one in read if one]
    merged = _merged(known) if known and len(known) == len(read) else None
    if merged is None:
        return None
    full = [_is_full(values, limits) for values, limits in zip(merged.parts, _LIMITS, strict=True)]
    if not (full[2] or full[4]):
        return None  # cron takes either day where both are given, and systemd those that are both
    fields = (_field(values, limits) for values, limits in zip(merged.parts, _LIMITS, strict=True))
    return CronTime(" ".join(fields), merged.zone)


def _merged(times: Sequence[_Times]) -> _Times | None:
    left, *others = times
    while others:
        found = next(((i, both) for i, one in enumerate(others) if (both := left.with_others(one))), None)
        if found is None:
            return None
        left = found[1]
        del others[found[0]]
    return left


def _times(calendar: str) -> _Times | None:
    match = _CALENDAR.fullmatch(_SHORT.get(calendar.lower(), calendar))
    if not match or not any(match.groups()) or (match["year"] or "*") != "*" or not _once(match["second"] or "00"):
        return None
    texts = (match["minute"] or "00", match["hour"] or "00", match["day"] or "*", match["month"] or "*")
    parts = [_values(text, limits) for text, limits in zip(texts, _LIMITS, strict=False)]
    parts.append(_week(match["week"] or ""))
    return _Times(tuple(parts), match["zone"] or "") if all(parts) else None


def _once(second: str) -> bool:
    """Whether it elapses once in a minute."""
    return re.fullmatch(r"\d{1,2}(?:\.\d+)?", second) is not None


def _values(text: str, limits: tuple[int, int]) -> frozenset[int]:
    """`*`, `1,5`, `1..5`, `1..9/2`, `0/15`; nothing where it is none of these, as with `~1`, a month's last day."""
    low, high = limits
    found: set[int] = set()
    for item in text.split(","):
        match = _ITEM.fullmatch(item)
        if not match:
            return frozenset()
        first = low if match[1] == "*" else int(match[1])
        to_the_end = match[1] == "*" or match[3]
        last = int(match[2]) if match[2] else high if to_the_end else first
        step = int(match[3] or 1)
        if not low <= first <= last <= high or step < 1:
            return frozenset()
        found |= set(range(first, last + 1, step))
    return frozenset(found)


def _week(text: str) -> frozenset[int]:
    """`Mon`, `Mon,Thu`, `Mon..Fri`; old versions say `Mon-Fri`. Every day where nothing is said."""
    if not text:
        return frozenset(range(7))
    found: set[int] = set()
    for item in text.strip(",").split(","):
        first, _, last = item.replace("..", "-").partition("-")
        ends = [_day(first), _day(last or first)]
        if None in ends:
            return frozenset()
        start, end = (day or 0 for day in ends)
        found |= {(start + more) % 7 for more in range((end - start) % 7 + 1)}
    return frozenset(found)


def _day(name: str) -> int | None:
    known = name[:3].lower()
    return _DAYS.index(known) if known in _DAYS else None


def _is_full(values: frozenset[int], limits: tuple[int, int]) -> bool:
    return len(values) == limits[1] - limits[0] + 1


def _field(values: frozenset[int], limits: tuple[int, int]) -> str:
    if _is_full(values, limits):
        return "*"
    ordered = sorted(values)
    step = ordered[1] - ordered[0] if len(ordered) > _FEW else 0
    if step > 1 and ordered == list(range(limits[0], limits[1] + 1, step)):
        return f"*/{step}"
    if step > 1 and all(two - one == step for one, two in pairwise(ordered)):
        return f"{ordered[0]}-{ordered[-1]}/{step}"
    return ",".join(_runs(ordered))


def _runs(ordered: Sequence[int]) -> Iterator[str]:
    """`1-5` for what stands in a row."""
    run: list[int] = []
    for value in [*ordered, -1]:
        if run and value != run[-1] + 1:
            yield from [f"{run[0]}-{run[-1]}"] if len(run) > _FEW else map(str, run)
            run = []
        run.append(value)
