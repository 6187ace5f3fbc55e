"""Every finding that generating can make, with its code. The texts stand here so that codes stay stable.

MIG101 setting is a placeholder     MIG106 UDP is not moved             MIG111 data shared by services
MIG102 size of a volume uncertain   MIG107 one port of several          MIG112 gateway without rules
MIG103 place cannot be mounted      MIG108 schedule not understood      MIG113 one copy of the data
MIG104 command line not usable      MIG109 name no variable can have    MIG114 profile is gone
MIG105 no user to run as            MIG110 base image unknown           MIG115 use of memory unknown
MIG116 heap without an end          MIG117 variable of a start script   MIG118 program that nothing brings
MIG119 libraries not observed       MIG120 gates that cannot pass
"""

from collections.abc import Iterable, Iterator

from migrator.generate.images import not_provided
from migrator.generate.resources import resources
from migrator.generate.schedule import in_kubernetes
from migrator.generate.volumes import skipped, volumes
from migrator.generate.workload import Workload, is_variable
from migrator.model.findings import Finding, Severity
from migrator.model.services import Protocol
from migrator.model.settings import FluxSettings, MeshSettings, Settings

__all__ = ["base_image_unknown", "gateway_without_rules", "of_service", "of_settings", "profile_gone", "sides_unknown"]


def of_settings(settings: Settings) -> Iterator[Finding]:
    """Each setting that nobody has set, where the default cannot be right anywhere."""
    defaults = {
        "registry": (settings.registry, Settings().registry),
        "flux.url": (settings.flux.url, FluxSettings().url),
        "mesh.controlPlane": (settings.mesh.control_plane, MeshSettings().control_plane),
    }
    for name, (value, default) in defaults.items():
        if value == default and (settings.mesh.provider != "none" or not name.startswith("mesh.")):
            message = f"`{name}` still is the placeholder {default}"
            yield Finding(
                "MIG101", Severity.WARNING, "migrate.yaml", message, "Set it and run `migrate generate` again."
            )


def of_service(service: Workload, shared: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """What of a service could not be generated as it was seen. `shared` is (path, other service)."""
    yield from _of_volumes(service)
    yield from _of_process(service)
    yield from _of_image(service)
    yield from _of_options(service)
    yield from _of_memory(service)
    yield from _of_ports(service)
    for path, other in shared:
        remedy = "Give both one volume that several Pods can mount, or move them together."
        yield Finding("MIG111", Severity.WARNING, service.name, f"keeps data in {path}, as {other} does", remedy)


def _of_volumes(service: Workload) -> Iterator[Finding]:
    for volume in volumes(service):
        if not volume.measured:
            message = f"the size of {volume.path} is uncertain: {volume.why}"
            remedy = "Set `sizeMib` and `exact` in the profile before its volume is there."
            if volume.can_measure:
                remedy = "Scan with --deep, or set `sizeMib` and `exact` in the profile, before its volume is there."
            yield Finding("MIG102", Severity.UNKNOWN, service.name, message, remedy)
    for path, reason in skipped(service):
        remedy = "Let the service keep it elsewhere, and name that place in the profile."
        yield Finding("MIG103", Severity.WARNING, service.name, f"{path} cannot be mounted: {reason}", remedy)
    if service.first_stateful and len(service.profiles) > 1:
        message = f"runs on {len(service.profiles)} hosts and may keep data on each; one Pod is generated"
        remedy = "Find out whether the copies differ before it moves."
        yield Finding("MIG113", Severity.BLOCKER, service.name, message, remedy)


def _of_process(service: Workload) -> Iterator[Finding]:
    if service.title:
        remedy = "Write into `command` of the profile what starts it, so that it stays in the foreground."
        message = f"its process shows the title `{service.title}` for its command line, so the image starts nothing"
        yield Finding("MIG104", Severity.WARNING, service.name, message, remedy)
    elif not service.command:
        remedy = "Write its command into `command` of the profile, with secrets taken from variables."
        message = "its command line was not seen whole, so the image starts nothing by itself"
        yield Finding("MIG104", Severity.WARNING, service.name, message, remedy)
    if not service.uid:
        remedy = "Give the image a USER that is not root."
        message = "runs as root, or as a user that was not seen; the cluster takes neither"
        yield Finding("MIG105", Severity.WARNING, service.name, message, remedy)
    if service.is_job and in_kubernetes(service.first.schedule) is None:
        message = f"its schedule {service.first.schedule!r} is none that Kubernetes reads; the CronJob never runs"
        remedy = "Write five fields into `schedule` of the profile."
        yield Finding("MIG108", Severity.WARNING, service.name, message, remedy)
    names = {one.name for profile in service.profiles for one in profile.variables}
    for name in sorted(name for name in names if not is_variable(name)):
        remedy = "Set it in a wrapper inside of the image."
        yield Finding("MIG109", Severity.WARNING, service.name, f"no Pod can have a variable {name!r}", remedy)


def _of_image(service: Workload) -> Iterator[Finding]:
    missing = not_provided(service)
    if missing.program:
        message = f"nothing that was observed brings {missing.program} into the image, so it may not start"
        remedy = "Add the package that brings it to `packages` of the profile, or its folder to `artifacts`."
        yield Finding("MIG118", Severity.WARNING, service.name, message, remedy)
    if missing.language:
        message = (
            f"which {missing.language} libraries of the host it loads was not observed; the image has none of them"
        )
        remedy = "Add the packages of what it imports to `packages` of the profile."
        yield Finding("MIG119", Severity.UNKNOWN, service.name, message, remedy)


def _of_options(service: Workload) -> Iterator[Finding]:
    for name in service.options.left_out:
        message = (
            f"variable {name} is left out: start scripts read it, and the image starts the command line of the process,"
            " with what its script had made of it"
        )
        remedy = "Change such options in `command` of the profile, or give Java more in JAVA_TOOL_OPTIONS."
        yield Finding("MIG117", Severity.NOTE, service.name, message, remedy)
    for name in service.options.renamed:
        message = (
            f"variable {name} is JAVA_TOOL_OPTIONS in the Pod: the image starts Java without the script that read it"
        )
        remedy = "Give it the options of the virtual machine there; what the program reads belongs into `command`."
        yield Finding("MIG117", Severity.NOTE, service.name, message, remedy)


def _of_memory(service: Workload) -> Iterator[Finding]:
    usage, asked = service.usage, resources(service)
    if not (asked.memory or asked.memory_limit):
        message = "what memory it uses was not seen, so nothing is asked for it, and its node may have none left"
        remedy = "Set `usage.memoryMib` in the profile to the most that it uses, or scan while it runs."
        yield Finding("MIG115", Severity.UNKNOWN, service.name, message, remedy)
    if service.is_java and service.command and not (usage.heap_mib or usage.memory_limit_mib):
        message = (
            "no largest heap stands on its command line: Java takes a quarter of the memory it finds, on a node too"
        )
        remedy = "Add -Xmx to `command` of the profile, with what it may take on its host today."
        yield Finding("MIG116", Severity.WARNING, service.name, message, remedy)


def _of_ports(service: Workload) -> Iterator[Finding]:
    if any(one.protocol is Protocol.UDP for one in service.ports):
        message = "answers UDP, which no route moves"
        remedy = "Move its clients by changing their configuration or DNS."
        yield Finding("MIG106", Severity.WARNING, service.name, message, remedy)
    others = [one for one in service.ports[1:] if one.protocol is not Protocol.UDP]
    if service.routed and others:
        ports = ", ".join(str(one.port) for one in others)
        message = f"the route moves port {service.routed.port} only, not {ports}"
        remedy = "Add a route for each other port that clients use."
        yield Finding("MIG107", Severity.WARNING, service.name, message, remedy)


def base_image_unknown(service: str, system: str) -> Finding:
    """There is no image that is the host's system."""
    remedy = "Choose an image and test the service on it; the rest of the Containerfile stays."
    return Finding("MIG110", Severity.WARNING, service, f"no image stands for {system or 'the unknown system'}", remedy)


def sides_unknown(reason: str) -> Finding:
    """No gate of a cutover that asks for numbers can ever pass."""
    message = f"no phase of a cutover can be judged by numbers, so its gates never pass: {reason}"
    remedy = "Set `gateway.provider: envoy`, or a mesh, before the first service starts."
    return Finding("MIG120", Severity.WARNING, "migrate.yaml", message, remedy)


def gateway_without_rules(service: str, callees: Iterable[str]) -> Finding:
    """A load balancer sends to several services, and which request goes where was not observed."""
    message = f"sends to {', '.join(callees)}; by which rules was not observed"
    remedy = "Take the rules from its configuration into gateway/ before clients use the gateway."
    return Finding("MIG112", Severity.WARNING, service, message, remedy)


def profile_gone(service: str) -> Finding:
    """A service that is applied in the cluster has no profile any more."""
    remedy = "Roll it back and suspend it first, or bring its profile back."
    return Finding("MIG114", Severity.BLOCKER, service, "has no profile any more but runs in the cluster; kept", remedy)
