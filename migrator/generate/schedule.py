"""Schedules as crond reads them, in the words that Kubernetes takes. Pure."""

import re

__all__ = ["NEVER", "in_kubernetes"]

NEVER = "0 0 31 2 *"
"""The 31st of February."""
_FIELDS = 5
_ITEM = re.compile(r"(\*|[0-9]{1,2}(-[0-9]{1,2})?|[A-Za-z]{3}(-[A-Za-z]{3})?)(/[0-9]{1,2})?")
_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def in_kubernetes(schedule: str) -> str | None:
    """Five fields that a CronJob accepts, or None. crond's second Sunday, 7, becomes 0. Source: crontab(5)."""
    fields = schedule.split()
    if len(fields) != _FIELDS or not all(map(_is_valid, fields, _LIMITS)):
        return None
    return " ".join([*fields[:4], ",".join(_day(item) for item in fields[4].split(","))])


def _is_valid(field: str, limits: tuple[int, int]) -> bool:
    low, high = limits
    items = field.split(",")
    return all(
        _ITEM.fullmatch(item) and all(low <= int(number) <= high for number in re.findall(r"\d+", item.split("/")[0]))
        for item in items
    )


def _day(item: str) -> str:
    span, slash, step = item.partition("/")
    first, dash, last = span.partition("-")
    if last != "7" or slash:
        return f"0{dash}{last}{slash}{step}" if first == "7" else item
    return "0" if first == "7" else f"{first}-6,0"
