"""Services and hosts for a software catalog: a file that Backstage registers as a location.

Services are Components, hosts and what is called outside of the estate are Resources, all of one System. Nobody told
who owns what, so that every owner is `unknown`, a word to search for and replace.
Source: https://backstage.io/docs/features/software-catalog/descriptor-format.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from migrator import yamlio
from migrator.model.estate import HostReport
from migrator.model.names import dns_label
from migrator.report.format import Format
from migrator.report.report import Report
from migrator.report.services import Graph, Service, graph_of, hosts_of, services_of

__all__ = ["FORMAT"]

OWNER = "unknown"
SYSTEM = "legacy-estate"
_LONGEST = 200
_TAG = re.compile(r"[^a-z0-9+#]+")

Entity = dict[str, Any]


def render(report: Report) -> str:
    """One document for each entity: the system, then components, then resources."""
    return yamlio.dump_all(list(_entities(report)))


def _entities(report: Report) -> Iterator[Entity]:
    services = services_of(report)
    graph = graph_of(report, services)
    hosts = hosts_of(report)
    outside = [node.name for node in graph.nodes if node.service is None]
    labels = _labels([*(host.name for host in hosts), *outside])
    about = f"What migrate saw on {len(hosts)} hosts, as of {report.estate.scanned_at}."
    yield _entity("System", SYSTEM, {"title": "Legacy estate", "description": about}, {})
    calls = _calls(graph, labels)
    for service in services:
        yield _component(
            service, [*calls.get(service.label, ()), *(f"resource:default/{labels[one]}" for one in service.hosts)]
        )
    for host in hosts:
        yield _host(host, labels[host.name])
    for name in outside:
        yield _entity(
            "Resource", labels[name], {"title": _short(name), "description": "Not scanned."}, {"type": "external"}
        )


def _component(service: Service, depends_on: Iterable[str]) -> Entity:
    judged = service.assessment
    labels = (
        {"migrate.dev/fit": str(judged.fit), "migrate.dev/effort": str(judged.effort).replace(" ", "-")}
        if judged
        else {}
    )
    more = {
        "title": _short(service.name),
        "labels": labels,
        "annotations": {"migrate.dev/profiles": _short(" ".join(service.profiles))},
        "tags": [tag for tag in [_tag(service.first.runtime.name)] if tag],
    }
    spec = {"type": str(service.first.kind), "lifecycle": "unknown", "dependsOn": sorted(set(depends_on))}
    return _entity("Component", service.label, more, spec)


def _host(host: HostReport, label: str) -> Entity:
    about = host.os.name or ("Not scanned." if host.error else "System unknown.")
    return _entity("Resource", label, {"title": _short(host.name), "description": _short(about)}, {"type": "host"})


def _entity(kind: str, name: str, more: Mapping[str, Any], spec: Mapping[str, Any]) -> Entity:
    of = {} if kind == "System" else {"system": SYSTEM}
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, **{key: value for key, value in more.items() if value}},
        "spec": {key: value for key, value in {**spec, "owner": OWNER, **of}.items() if value},
    }


def _calls(graph: Graph, labels: Mapping[str, str]) -> dict[str, list[str]]:
    """What each service calls, as references; a service that calls itself does not depend on itself."""
    nodes = {node.id: node for node in graph.nodes}
    found: dict[str, list[str]] = {}
    for arrow in graph.arrows:
        caller, callee = nodes[arrow.caller], nodes[arrow.callee]
        if caller.service and caller is not callee:
            to = (
                f"component:default/{callee.service.label}"
                if callee.service
                else f"resource:default/{labels[callee.name]}"
            )
            found.setdefault(caller.service.label, []).append(to)
    return found


def _labels(names: Sequence[str]) -> dict[str, str]:
    """A name for each resource; those that a label makes alike, `a.b` and `a-b`, all get a digest."""
    plain = {name: dns_label(name) for name in names}
    twice = {label for label, count in Counter(plain.values()).items() if count > 1}
    return {name: _marked(name, label) if label in twice else label for name, label in plain.items()}


def _marked(name: str, label: str) -> str:
    return f"{label[:54].rstrip('-')}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _tag(text: str) -> str:
    return _TAG.sub("-", text.lower())[:63].strip("-")


def _short(text: str) -> str:
    """One line of a list; a title that is nothing but space shows as a dash."""
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return short if short.strip() else "-"


FORMAT = Format("application/yaml", ".backstage.yaml", "services and hosts, for a software catalog", render)
