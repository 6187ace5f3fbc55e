"""How right a scan is: what it said against what is so. Pure; who scans, and where the truth comes from, is elsewhere."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrator.model.estate import Estate
from migrator.model.services import ServiceProfile, Source

__all__ = ["Score", "leaks", "scores"]

_SOCKETS = frozenset({Source.CLIENT_SOCKET, Source.SERVER_SOCKET})


@dataclass(frozen=True)
class Score:
    """One thing that a scan says many times: how often it was right, made something up, or missed something."""

    what: str
    right: int
    wrong: tuple[str, ...]
    """Said, and not so."""
    missed: tuple[str, ...]
    """So, and not said."""

    @property
    def precision(self) -> float | None:
        """Share of what was said that is so; None when nothing was said."""
        said = self.right + len(self.wrong)
        return self.right / said if said else None

    @property
    def recall(self) -> float | None:
        """Share of what is so that was said; None when there is nothing."""
        so = self.right + len(self.missed)
        return self.right / so if so else None


def scores(
    estate: Estate, profiles: Sequence[ServiceProfile], truth: Mapping[str, Any], watched: Estate | None = None
) -> tuple[Score, ...]:
    """Every score of one scan. `truth` has the form of `tests/testbed/estate/truth.yaml`.

    `watched` is the same estate after a minute of `--watch`, where somebody watched it.
    """
    services = {**truth["services"], **truth["jobs"]}
    return (
        _score(
            "services and jobs, by name and hosts", _names(estate), {(n, *one["hosts"]) for n, one in services.items()}
        ),
        _score(
            "runtime of a service",
            _runtimes(estate, truth),
            {(n, one["runtime"]) for n, one in truth["services"].items()},
        ),
        _score("version of a runtime", _versions(profiles, truth), set(_true_versions(truth))),
        _score("owner of a port", _ports(profiles), set(_true_ports(truth))),
        *_edges(estate, truth, watched),
        _score("schedule of a job", _schedules(profiles), {(n, one["schedule"]) for n, one in truth["jobs"].items()}),
        _score("state of a service or job", _states(profiles, services), set(_true_states(services))),
        _score("program outside of packages", _programs(profiles, services), set(_true_programs(services))),
        _score(
            "files with a secret in them", _places(profiles), {(host, file) for host, file in truth["secret_files"]}
        ),
    )


def _edges(estate: Estate, truth: Mapping[str, Any], watched: Estate | None) -> Iterator[Score]:
    """By what saw them. Sockets are asked for the edges that stand; others that they show by luck are right, too."""
    so = {(caller, callee, port) for caller, callee, port, _ in truth["edges"]}
    standing = {(caller, callee, port) for caller, callee, port, how in truth["edges"] if how == "connected"}
    yield _score("edges, all sources", _said(watched or estate), so)
    at_once = _said(estate, _SOCKETS)
    yield _score("edges that stand, by sockets at once", at_once, standing | (at_once & so))
    if watched:
        later = _said(watched, _SOCKETS)
        yield _score("edges that stand, by sockets after a minute of `--watch`", later, standing | (later & so))
    yield _score("edges, by configuration alone", _said(estate, frozenset({Source.CONFIGURATION})), so)


def _said(estate: Estate, sources: frozenset[Source] = frozenset(Source)) -> set[Any]:
    return {(edge.caller, edge.callee, edge.port or 0) for edge in estate.edges if sources & set(edge.sources)}


def leaks(outputs: Iterable[bytes], truth: Mapping[str, Any]) -> list[str]:
    """Secret values that stand in any output."""
    whole = b"\n".join(outputs)
    return [secret for secret in truth["secrets"] if secret.encode() in whole]


def _score(what: str, said: set[Any], so: set[Any]) -> Score:
    def shown(left: set[Any]) -> tuple[str, ...]:
        return tuple(sorted(" ".join(map(str, one)) for one in left))

    return Score(what, len(said & so), shown(said - so), shown(so - said))


def _names(estate: Estate) -> set[Any]:
    return {(entry.name, *entry.hosts) for entry in estate.services}


def _runtimes(estate: Estate, truth: Mapping[str, Any]) -> set[Any]:
    return {(entry.name, entry.runtime) for entry in estate.services if entry.name in truth["services"]}


def _versions(profiles: Sequence[ServiceProfile], truth: Mapping[str, Any]) -> set[Any]:
    """As much of a version as the truth states: a package's version has its revision, too."""
    wanted = {name: one.get("version", "") for name, one in truth["services"].items()}
    said = ((one.service, re.sub(r"^\d+:", "", one.runtime.version)) for one in profiles)
    return {(name, _cut(version, wanted[name])) for name, version in said if version and wanted.get(name)}


def _cut(version: str, wanted: str) -> str:
    return wanted if re.match(rf"{re.escape(wanted)}(?![0-9])", version) else version


def _true_versions(truth: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    return ((name, one["version"]) for name, one in truth["services"].items() if "version" in one)


def _ports(profiles: Sequence[ServiceProfile]) -> set[Any]:
    """A port on loopback is nobody's business but the service's own."""
    listens = ((one, listen) for one in profiles for listen in one.listens if listen.port and not listen.loopback)
    return {(one.host, listen.port, one.service) for one, listen in listens}


def _true_ports(truth: Mapping[str, Any]) -> Iterable[tuple[str, int, str]]:
    for name, one in truth["services"].items():
        for host in one["hosts"]:
            yield from ((host, port, name) for port in [*one["ports"], *one.get("other_ports", [])])


def _schedules(profiles: Sequence[ServiceProfile]) -> set[Any]:
    return {(one.service, one.schedule) for one in profiles if one.schedule}


def _states(profiles: Sequence[ServiceProfile], services: Mapping[str, Any]) -> set[Any]:
    """What the truth calls by its folder is found when that folder, or something in it, is named."""
    said = {(one.service, state.path) for one in profiles for state in one.state}
    return {(name, _named(path, services.get(name, {}).get("state", []))) for name, path in said}


def _named(path: str, folders: Sequence[str]) -> str:
    return next((folder for folder in folders if path == folder or path.startswith(f"{folder}/")), path)


def _true_states(services: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return ((name, path) for name, one in services.items() for path in one.get("state", []))


def _programs(profiles: Sequence[ServiceProfile], services: Mapping[str, Any]) -> set[Any]:
    """A folder above the one that the truth names holds more than the program, and counts as found."""
    said = {(one.service, artifact.path) for one in profiles for artifact in one.artifacts}
    return {(name, _above(path, services.get(name, {}).get("program", []))) for name, path in said}


def _above(path: str, programs: Sequence[str]) -> str:
    return next((one for one in programs if one == path or one.startswith(f"{path}/")), path)


def _true_programs(services: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return ((name, path) for name, one in services.items() for path in one.get("program", []))


def _places(profiles: Sequence[ServiceProfile]) -> set[Any]:
    return {(one.host, place.file) for one in profiles for place in one.secrets}
