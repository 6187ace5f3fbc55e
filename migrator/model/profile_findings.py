"""What can be said of a service on one host by its profile alone, with the code of each finding. Pure.

A scan says it, and whoever reads a profile that people have reviewed says it anew: what they wrote into the fields is
the answer to some, and a question to others.
"""

import ipaddress
import re
from dataclasses import replace

from migrator.model.findings import Finding, Severity
from migrator.model.listing import few
from migrator.model.services import ServiceProfile, Source, State

__all__ = ["CODES", "about", "as_reviewed", "of_profile"]

LOW_PORTS = 1024
CODES = frozenset(f"MIG{number:03}" for number in (*range(10, 19), 25, 26, 27, 28, 29, 30, 33, 34, 41))
"""Of what is found here: for these the fields of a profile alone decide."""
_CRON = re.compile(r"@\w+|(?:[\w*,/~-]+ ){4}[\w*,/~-]+")
_MOST_SHOWN = 10
_UTC = frozenset({"", "UTC", "Etc/UTC", "Etc/UCT", "Etc/GMT", "GMT", "Universal", "Zulu"})


def as_reviewed(profile: ServiceProfile) -> ServiceProfile:
    """The profile with what its fields say now; what others had to be looked at for stays as the scan has it."""
    others = (one for one in profile.findings if one.code not in CODES)
    return replace(profile, findings=(*of_profile(profile), *others))


def of_profile(profile: ServiceProfile) -> tuple[Finding, ...]:
    """Everything worth knowing about one service on one host."""
    checks = (
        *(_root, _outside_unit, _state, _copies, _unix, _loopback, _low_port, _health, _title, _schedule),
        *(_affinity, _licences, _kernel, _addresses, _timezone),
    )
    return tuple(finding for check in checks for finding in check(profile))


def about(profile: ServiceProfile, code: str, severity: Severity, message: str, remedy: str) -> Finding:
    """A finding about one service on one host."""
    return Finding(code, severity, f"{profile.host}/{profile.service}", message, remedy)


def _root(profile: ServiceProfile) -> list[Finding]:
    if profile.account.uid != 0:
        return []
    remedy = "Find out what needs root; most programs run as another user once ports and folders allow it."
    return [about(profile, "MIG010", Severity.WARNING, "runs as root", remedy)]


def _outside_unit(profile: ServiceProfile) -> list[Finding]:
    if profile.unit or profile.kind == "job":
        return []
    message = f"is started by {profile.origin or 'something unknown'}, not by a unit; nothing restarts it"
    return [about(profile, "MIG011", Severity.NOTE, message, "Ask its owner whether it is still needed.")]


def _named(state: State) -> str:
    return f"{state.path}, which leads to {state.leads_to}" if state.leads_to else state.path


def _copies(profile: ServiceProfile) -> list[Finding]:
    if not profile.copies_from:
        return []
    remedy = (
        "Leave it on the host as long as the data is there, or move it together with who keeps the data and give both "
        "one volume: in a Pod of its own it would copy an empty folder."
    )
    said = f"copies what is in {few(profile.copies_from, _MOST_SHOWN)}"
    return [about(profile, "MIG041", Severity.BLOCKER, said, remedy)]


def _state(profile: ServiceProfile) -> list[Finding]:
    found = []
    if not profile.state_observed:
        remedy = "Scan with root's rights, or set `stateObserved: true` once its owner says that it keeps none."
        said = "whether it keeps state could not be seen; it counts as stateful"
        found.append(about(profile, "MIG026", Severity.UNKNOWN, said, remedy))
    for state in profile.state:
        remedy = (
            "Move the data before the service, or leave both on the host; traffic is never split between two copies."
        )
        found.append(about(profile, "MIG012", Severity.BLOCKER, f"keeps state in {_named(state)}", remedy))
        if not state.exact:
            bound = f"; all that {state.file_system or 'its file system'} holds is {state.size_mib} MiB"
            said = "unknown" if state.size_mib is None else f"unknown{bound}"
            remedy = "Write the size into the profile."
            if not state.looked_at:
                remedy = "Scan with --deep, or write the size into the profile."
            found.append(about(profile, "MIG013", Severity.UNKNOWN, f"size of {state.path} is {said}", remedy))
    return found


def _unix(profile: ServiceProfile) -> list[Finding]:
    paths = [listen.path for listen in profile.listens if listen.protocol == "unix"]
    if not paths or any(listen.port and not listen.loopback for listen in profile.listens):
        return []
    remedy = "Put it into one Pod with what calls it, or let it listen on a TCP port."
    return [about(profile, "MIG014", Severity.WARNING, f"is reached through {', '.join(paths)} only", remedy)]


def _loopback(profile: ServiceProfile) -> list[Finding]:
    ports = [str(listen.port) for listen in profile.listens if listen.loopback]
    if not ports or any(listen.port and not listen.loopback for listen in profile.listens):
        return []
    remedy = "Find its callers on the same host; in a Pod of its own nobody reaches it."
    return [about(profile, "MIG015", Severity.WARNING, f"listens on loopback only (port {', '.join(ports)})", remedy)]


def _low_port(profile: ServiceProfile) -> list[Finding]:
    ports = [str(listen.port) for listen in profile.listens if listen.port and listen.port < LOW_PORTS]
    if not ports:
        return []
    remedy = "Let it listen above 1024 in the Pod; the Kubernetes Service keeps the port."
    return [about(profile, "MIG016", Severity.NOTE, f"listens on port {', '.join(dict.fromkeys(ports))}", remedy)]


def _health(profile: ServiceProfile) -> list[Finding]:
    if profile.health or not any(listen.port for listen in profile.listens):
        return []
    remedy = "Name a path that tells whether it works; until then no probe is generated."
    return [about(profile, "MIG017", Severity.UNKNOWN, "no health check of it was seen anywhere", remedy)]


def _title(profile: ServiceProfile) -> list[Finding]:
    if profile.origin != "pm2":
        return []
    said = "pm2 shows a title in place of its command line; arguments and options of node may be missing"
    remedy = "Compare `command` with pm2's description of it (`pm2 describe`), and complete it."
    return [about(profile, "MIG018", Severity.NOTE, said, remedy)]


def _schedule(profile: ServiceProfile) -> list[Finding]:
    if profile.kind != "job" or _CRON.fullmatch(profile.schedule):
        return []
    remedy = "Write five cron fields into `schedule`."
    told = f": {profile.schedule}" if profile.schedule else ""
    return [about(profile, "MIG025", Severity.BLOCKER, f"its schedule has no cron expression{told}", remedy)]


def _affinity(profile: ServiceProfile) -> list[Finding]:
    if not profile.affinity:
        return []
    said = f"its clients are pinned to one instance ({profile.affinity[0].excerpt}); it may keep sessions in memory"
    remedy = "Move sessions to a shared store, or expect logouts: weights split requests, not clients."
    return [about(profile, "MIG027", Severity.WARNING, said, remedy)]


def _licences(profile: ServiceProfile) -> list[Finding]:
    if not profile.licences:
        return []
    remedy = "Ask its vendor whether the licence is bound to the host's name, address or disk, and for one that is not."
    return [about(profile, "MIG028", Severity.WARNING, f"has a licence file: {', '.join(profile.licences)}", remedy)]


def _kernel(profile: ServiceProfile) -> list[Finding]:
    groups = [need.what for need in profile.kernel if need.what.startswith("multicast")]
    others = [need.what for need in profile.kernel if not need.what.startswith("multicast")]
    found = []
    if others:
        remedy = (
            "Find out what it needs this for; a Pod has it only if its securityContext asks and the cluster allows."
        )
        said = f"needs of the kernel: {', '.join(others)}"
        found.append(about(profile, "MIG029", Severity.WARNING, said, remedy))
    if groups:
        remedy = "Most Pod networks carry no multicast: let it find its peers another way, as by a headless Service."
        found.append(about(profile, "MIG030", Severity.WARNING, f"uses {', '.join(groups)}", remedy))
    return found


def _addresses(profile: ServiceProfile) -> list[Finding]:
    named = [call for call in profile.calls if Source.CONFIGURATION in call.sources and _is_address(call.target)]
    if not named:
        return []
    shown = ", ".join(f"{call.target}:{call.port}" if call.port else call.target for call in named[:_MOST_SHOWN])
    remedy = "Let its configuration name a Service instead; an address stays right only as long as its host stays."
    return [about(profile, "MIG033", Severity.NOTE, f"its configuration names hosts by address: {shown}", remedy)]


def _is_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or address.is_multicast)


def _timezone(profile: ServiceProfile) -> list[Finding]:
    if profile.timezone in _UTC:
        return []
    remedy = "Keep `timezone` in the profile, which the CronJob is given; clusters run in UTC."
    said = f"its schedule is meant in the time of {profile.timezone}"
    return [about(profile, "MIG034", Severity.NOTE, said, remedy)]
