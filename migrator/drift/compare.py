"""What changed on the hosts since the scan that the manifests were made from. Pure.

Only what both scans could see is compared. What the later one did not see is unknown, and never the same as before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from migrator.model.estate import Estate, HostReport
from migrator.model.names import dns_label

__all__ = ["Change", "Traits", "Weight", "compared"]

Traits = Mapping[str, tuple[str, ...]]

_SHOWN_BY = {
    "unit": ("units", "processes"),
    "runtime": ("processes",),
    "os": ("os_release",),
    "command": ("processes",),
    "executable": ("processes",),
    "account": ("processes", "users"),
    "schedule": ("crontabs", "timers"),
    "listens": ("sockets", "descriptors"),
    "calls": ("sockets", "descriptors", "configuration"),
    "state": ("descriptors", "configuration", "mounts"),
    "variables": ("environment", "configuration"),
    "secrets": ("configuration",),
    "certificates": ("certificates",),
    "packages": ("packages",),
    "files": ("file_times",),
}
"""Field -> the facts that it comes from. Where one of them was answered in one scan only, the field says nothing."""
_CONNECTED = " (connected)"


class Weight(StrEnum):
    """What a change means for what was generated."""

    CHANGED = "changed"
    """The manifests may no longer be right."""
    NOTE = "note"
    """Worth knowing: an update of a package, a connection that was not there before."""
    UNKNOWN = "unknown"
    """It could not be compared."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one service on one host. `touches` are the services that may notice."""

    weight: Weight
    service: str
    host: str
    field: str
    before: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()


def compared(
    base: Mapping[str, Traits], then: Estate, now: Estate, fresh: Mapping[str, Traits], names: Mapping[str, str]
) -> tuple[Change, ...]:
    """Every change. `base` and `fresh` are both scans' traits by path; `names` is what people call a path's service."""
    before = {report.name: report for report in then.hosts}
    callers = _callers(then)
    found = [change for report in now.hosts for change in _of_host(report, before, base, fresh, names)]
    return tuple(_touching(change, callers) for change in sorted(found, key=_order))


def _order(change: Change) -> tuple[int, str, str, str]:
    return list(Weight).index(change.weight), change.service, change.host, change.field


def _callers(estate: Estate) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for edge in estate.edges:
        found.setdefault(edge.callee, set()).add(edge.caller)
    return {callee: tuple(sorted(callers)) for callee, callers in found.items()}


def _touching(change: Change, callers: Mapping[str, tuple[str, ...]]) -> Change:
    """Who listens elsewhere, or is gone, touches those that call it."""
    others = callers.get(change.service, ()) if change.field in {"listens", "service"} else ()
    return Change(
        change.weight, change.service, change.host, change.field, change.before, change.now, (change.service, *others)
    )


def _of_host(
    report: HostReport,
    before: Mapping[str, HostReport],
    base: Mapping[str, Traits],
    fresh: Mapping[str, Traits],
    names: Mapping[str, str],
) -> Iterator[Change]:
    folder = f"profiles/{dns_label(report.name)}/"
    known = {path: seen for path, seen in base.items() if path.startswith(folder)}
    if not report.observed:
        said = (report.error or "it answered nothing",)
        for path in known:
            yield Change(Weight.UNKNOWN, names.get(path, _stem(path)), report.name, "host", (), said)
        return
    blind = _blind(before.get(report.name), report)
    here = _renamed({path: seen for path, seen in fresh.items() if path.startswith(folder)}, known)
    for path in sorted(known.keys() | here.keys()):
        name = names.get(path, _stem(path))
        if path not in here:
            yield _gone(name, report, blind)
        elif path not in known:
            yield Change(Weight.CHANGED, name, report.name, "service", (), ("is new",))
        else:
            yield from _fields(name, report.name, known[path], here[path], blind)


def _renamed(fresh: Mapping[str, Traits], known: Mapping[str, Traits]) -> dict[str, Traits]:
    """The fresh ones under the paths of before. Replicas that differ by now get other names, and are the same still."""
    gone = [path for path in known if path not in fresh]
    again = {}
    for path, seen in fresh.items():
        own = _identity(seen)
        same = [old for old in gone if path not in known and any(own) and _identity(known[old]) == own]
        again[same[0] if len(same) == 1 else path] = seen
    return again


def _identity(seen: Traits) -> tuple[tuple[str, ...], ...]:
    return tuple(seen.get(field, ()) for field in ("unit", "executable", "schedule"))


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[-1].removesuffix(".yaml")


def _gone(name: str, report: HostReport, blind: frozenset[str]) -> Change:
    if blind & {"processes", "crontabs", "timers", "units"}:
        return Change(Weight.UNKNOWN, name, report.name, "service", (), ("was not seen; nor was all of the host",))
    return Change(Weight.CHANGED, name, report.name, "service", ("was there",), ("is gone",))


def _blind(before: HostReport | None, now: HostReport) -> frozenset[str]:
    """Facts that only one of the two scans answered in full."""
    then = set(before.observed) if before else set(now.observed)
    return frozenset(then ^ set(now.observed))


def _fields(name: str, host: str, before: Traits, now: Traits, blind: frozenset[str]) -> Iterator[Change]:
    for field, facts in _SHOWN_BY.items():
        old, new = before.get(field, ()), now.get(field, ())
        if old == new:
            continue
        if unseen := sorted(blind & set(facts)):
            said = (f"{', '.join(unseen)}: answered in full by one of the two scans only",)
            yield Change(Weight.UNKNOWN, name, host, field, (), said)
            continue
        yield from _difference(name, host, field, old, new)


def _difference(name: str, host: str, field: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    gone, come = [word for word in old if word not in new], [word for word in new if word not in old]
    if field != "calls":
        weight = Weight.NOTE if field == "packages" else Weight.CHANGED
        yield Change(weight, name, host, field, tuple(gone), tuple(come))
        return
    # A connection that is not there at the moment says nothing; one that is there for the first time may only be rare.
    lasting = [[word for word in words if not word.endswith(_CONNECTED)] for words in (gone, come)]
    if any(lasting):
        yield Change(Weight.CHANGED, name, host, field, tuple(lasting[0]), tuple(lasting[1]))
    known = {word.rsplit(" (", 1)[0] for word in old}
    rare = tuple(word for word in come if word.endswith(_CONNECTED) and word.removesuffix(_CONNECTED) not in known)
    if rare:
        yield Change(Weight.NOTE, name, host, field, (), rare)
