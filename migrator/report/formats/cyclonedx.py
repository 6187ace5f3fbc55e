"""An inventory for tools that know bills of materials: systems with their packages, services with what they depend on.

Only what the profiles carry is in it: packages that services need, not all that a host has. A package has a purl where
the system tells which family it is of. Serial number and time follow from the scan.
Source: https://cyclonedx.org/docs/1.6/json/; https://github.com/package-url/purl-spec.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from migrator.model.estate import HostReport
from migrator.model.services import Listen, OperatingSystem, Protocol, ServiceProfile
from migrator.report.format import Format
from migrator.report.report import Report
from migrator.report.services import Graph, Node, Service, graph_of, hosts_of, services_of

__all__ = ["FORMAT"]

_FAMILIES = {
    "deb": ("debian", "ubuntu", "raspbian", "linuxmint"),
    "rpm": ("almalinux", "amzn", "centos", "fedora", "ol", "opensuse-leap", "oracle", "rhel", "rocky", "sles"),
    "apk": ("alpine",),
}
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._~^-]*")
_LONGEST_VERSION = 1024
"""What the schema allows."""
_FAMILY = {system: family for family, systems in _FAMILIES.items() for system in systems}

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Host:
    """One host's component and the references to what is inside of it."""

    component: Data
    packages: Mapping[str, str]
    """Pin -> reference."""
    runtimes: Mapping[tuple[str, str], str]
    """Name and version -> reference."""

    @property
    def ref(self) -> str:
        """What others call it by."""
        return str(self.component["bom-ref"])


def render(report: Report) -> str:
    """The bill of materials, with references made of numbers and never of names."""
    services = services_of(report)
    graph = graph_of(report, services)
    here = _by_host(report.profiles.values())
    hosts = {one.name: _host(number, one, here.get(one.name, ())) for number, one in enumerate(hosts_of(report), 1)}
    data = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": report.estate.scanned_at,
            "tools": {"components": [{"type": "application", "name": "migrate", "version": report.migrate}]},
        },
        "components": [one.component for one in hosts.values()],
        "services": [_service(node) for node in graph.nodes],
        "dependencies": list(_dependencies(graph, hosts)),
    }
    digest = hashlib.sha256(json.dumps(data).encode()).digest()[:16]
    return json.dumps({**data, "serialNumber": uuid.UUID(bytes=digest, version=4).urn}, indent=2) + "\n"


def _by_host(profiles: Iterable[ServiceProfile]) -> dict[str, list[ServiceProfile]]:
    found: dict[str, list[ServiceProfile]] = {}
    for profile in profiles:
        found.setdefault(profile.host, []).append(profile)
    return found


def _host(number: int, host: HostReport, here: Sequence[ServiceProfile]) -> _Host:
    """A host as the system that it runs; what the system is called is `unknown` where it was not seen."""
    ref = f"host-{number}"
    system = next((one for one in (host.os, *(profile.os for profile in here)) if one.id), host.os)
    pins = {pin: f"{ref}-package-{place}" for place, pin in enumerate(_pins(here), 1)}
    runtimes = {key: f"{ref}-runtime-{place}" for place, key in enumerate(_runtimes(here), 1)}
    component = {
        "type": "operating-system",
        "bom-ref": ref,
        "name": system.id or "unknown",
        "version": system.version[:_LONGEST_VERSION],
        "description": system.name,
        "properties": _properties(host=host.name, address=host.address, seenAs=host.privilege, error=host.error),
        "components": [
            *(_package(pin, pins[pin], system) for pin in pins),
            *(_runtime(key, runtimes[key]) for key in runtimes),
        ],
    }
    return _Host(_filled(component), pins, runtimes)


def _pins(profiles: Iterable[ServiceProfile]) -> Sequence[str]:
    return sorted({pin for profile in profiles for pin in profile.packages if pin.partition("=")[0]})


def _runtimes(profiles: Iterable[ServiceProfile]) -> Sequence[tuple[str, str]]:
    """What executes services; `binary` names no software."""
    found = {(one.runtime.name, one.runtime.version) for one in profiles}
    return sorted(key for key in found if key[0] not in {"", "binary"})


def _package(pin: str, ref: str, system: OperatingSystem) -> Data:
    name, _, version = pin.partition("=")
    version = version[:_LONGEST_VERSION]
    package = {"type": "library", "bom-ref": ref, "name": name, "version": version}
    return _filled({**package, "purl": _purl(name, version, system)})


def _purl(name: str, version: str, system: OperatingSystem) -> str:
    """Empty where the family of the system's packages is not known, or the name is none that a package has."""
    family = _FAMILY.get(system.id)
    if family is None or not _PACKAGE.fullmatch(name):
        return ""
    at = f"@{quote(version, safe=':')}" if version else ""
    distro = f"?distro={quote(f'{system.id}-{system.version}', safe='')}" if system.version else ""
    return f"pkg:{family}/{system.id}/{quote(name)}{at}{distro}"


def _runtime(key: tuple[str, str], ref: str) -> Data:
    return _filled({"type": "application", "bom-ref": ref, "name": key[0], "version": key[1][:_LONGEST_VERSION]})


def _service(node: Node) -> Data:
    ref = f"service-{node.id[1:]}"
    if node.service is None:
        return {"bom-ref": ref, "name": node.name, "properties": _properties(scanned="false")}
    service, judged = node.service, node.service.assessment
    return _filled(
        {
            "bom-ref": ref,
            "name": service.name,
            "endpoints": list(dict.fromkeys(_endpoints(service))),
            "properties": _properties(
                kind=str(service.first.kind),
                runtime=f"{service.first.runtime.name} {service.first.runtime.version}".strip(),
                hosts=", ".join(service.hosts),
                keepsState=_keeps_state(service),
                fit=str(judged.fit) if judged else "",
                effort=str(judged.effort) if judged else "",
            ),
        }
    )


def _keeps_state(service: Service) -> str:
    """Whether state was seen; `unknown` where open files could not be looked at."""
    if any(profile.state for profile in service.profiles.values()):
        return "true"
    return "unknown" if service.stateful else "false"


def _endpoints(service: Service) -> Iterator[str]:
    """Where others reach it; what listens on loopback is reached by nobody else."""
    for profile in service.profiles.values():
        yield from (_endpoint(one, profile.host) for one in profile.listens if not one.loopback)


def _endpoint(listen: Listen, host: str) -> str:
    if listen.protocol is Protocol.UNIX:
        return f"unix:{quote(listen.path)}"
    address = host if listen.address in {"", "*"} else listen.address
    named = f"[{quote(address, safe=':')}]" if ":" in address else quote(address, safe="")
    return f"{listen.protocol}://{named}:{listen.port}" if listen.port is not None else f"{listen.protocol}://{named}"


def _dependencies(graph: Graph, hosts: Mapping[str, _Host]) -> Iterator[Data]:
    """A service needs whom it calls, the systems that it runs on, its packages and its runtime."""
    calls: dict[str, list[str]] = {}
    for arrow in graph.arrows:
        if arrow.caller != arrow.callee:
            calls.setdefault(arrow.caller, []).append(f"service-{arrow.callee[1:]}")
    for node in graph.nodes:
        needs = [*calls.get(node.id, ()), *(_on_hosts(node.service, hosts) if node.service else ())]
        yield {"ref": f"service-{node.id[1:]}", "dependsOn": list(dict.fromkeys(needs))}


def _on_hosts(service: Service, hosts: Mapping[str, _Host]) -> Iterator[str]:
    for profile in service.profiles.values():
        host, runtime = hosts[profile.host], (profile.runtime.name, profile.runtime.version)
        yield host.ref
        yield from (host.packages[pin] for pin in profile.packages if pin in host.packages)
        if runtime in host.runtimes:
            yield host.runtimes[runtime]


def _properties(**values: str) -> list[Data]:
    return [{"name": f"migrate:{key}", "value": value} for key, value in values.items() if value]


def _filled(data: Data) -> Data:
    """Without what is not known; a name has to be there, even if it is empty."""
    return {key: value for key, value in data.items() if key == "name" or value not in ("", [])}


FORMAT = Format(
    "application/vnd.cyclonedx+json", ".cdx.json", "systems, packages and services, for an inventory", render
)
