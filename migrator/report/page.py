"""What the HTML page is given: plain data with everything worked out that the page only has to show. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from enum import StrEnum
from functools import cache
from typing import Any, cast

from migrator.model.estate import HostReport
from migrator.model.finding_titles import TITLES
from migrator.model.names import dns_label
from migrator.model.record import Record, camel
from migrator.model.services import confidence
from migrator.report.found import Found, findings_of
from migrator.report.report import Report
from migrator.report.services import Graph, Service, graph_of, hosts_of, services_of

__all__ = ["page"]

Data = dict[str, Any]


def page(report: Report) -> Data:
    """Everything, with services, hosts and waves referred to by their place in their list."""
    services = services_of(report)
    graph = graph_of(report, services)
    numbers = {one.label: number for number, one in enumerate(services)}
    here: dict[str, set[int]] = {}
    for profile in report.profiles.values():
        here.setdefault(profile.host, set()).add(numbers[dns_label(profile.service)])
    points = {(one.service, why.finding.code): why.points for one in report.assessments for why in one.because}
    return {
        "migrate": report.migrate,
        "scannedAt": report.estate.scanned_at,
        "services": [_service(one, report) for one in services],
        "others": [node.name for node in graph.nodes if node.service is None],
        "edges": list(_edges(graph)),
        "hosts": [_host(one, sorted(here.get(one.name, ()))) for one in hosts_of(report)],
        "waves": [{"name": wave.name, "rings": [list(ring) for ring in wave.rings]} for wave in report.waves],
        "findings": [
            {
                **_finding(one),
                "service": numbers.get(one.service),
                "points": points.get((one.service, one.finding.code)),
            }
            for one in findings_of(report)
        ],
    }


def _service(service: Service, report: Report) -> Data:
    judged, first = service.assessment, service.first
    return {
        "label": service.label,
        "name": service.name,
        "kind": str(first.kind),
        "runtime": f"{first.runtime.name} {first.runtime.version}".strip(),
        "hosts": list(service.hosts),
        "ports": sorted({one.port for profile in service.profiles.values() for one in profile.listens if one.port}),
        "stateful": service.stateful,
        "wave": report.waves.index(service.wave) if service.wave else None,
        "strategy": str(service.planned.strategy) if service.planned else "",
        "why": list(service.planned.why) if service.planned else [],
        "phases": [f"{one.name} {one.weight} %" for one in service.planned.phases] if service.planned else [],
        "fit": str(judged.fit) if judged else "",
        "effort": str(judged.effort) if judged else "",
        "points": judged.points if judged else None,
        "unknown": judged.unknown if judged else 0,
        "profiles": [{"path": path, "fields": _shown(one)} for path, one in service.profiles.items()],
    }


def _edges(graph: Graph) -> Iterator[Data]:
    places = {node.id: place for place, node in enumerate(graph.nodes)}
    for arrow in graph.arrows:
        yield {**_shown(arrow.edge), "caller": places[arrow.caller], "callee": places[arrow.callee]}


def _host(host: HostReport, services: Sequence[int]) -> Data:
    asked = bool(host.observed or host.absent or host.partial or host.missing or host.refused)
    return {**_shown(host), "completeness": host.completeness if asked else None, "services": services}


def _finding(found: Found) -> Data:
    title = TITLES.get(found.finding.code, "")
    return {**_shown(found.finding), "title": title, "host": found.host, "file": found.file}


def _shown(value: object) -> Any:
    """A record as data that can be read without its type: empty fields are left out, evidence is weighed."""
    if isinstance(value, Record):
        found = {key: _shown(one) for key, one in _filled(value)}
        evidence = getattr(value, "evidence", None)
        return found if evidence is None else {**found, "confidence": str(confidence(evidence))}
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, Mapping):
        return [[key, _shown(one)] for key, one in value.items()]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_shown(one) for one in value]
    return value


def _filled(value: Record) -> Iterator[tuple[str, object]]:
    for name, key, default in _fields(cast("Any", type(value))):
        one = getattr(value, name)
        if one != default:
            yield key, one


@cache
def _fields(kind: Any) -> tuple[tuple[str, str, object], ...]:
    return tuple((field.name, camel(field.name), _default(field)) for field in fields(kind))


def _default(field: "Field[Any]") -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default
