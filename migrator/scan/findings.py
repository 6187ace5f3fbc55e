"""Every finding that a scan can make, with its code. The texts stand here so that codes stay stable and are documented.

MIG001 host not scanned          MIG012 keeps local state        MIG020 connection without a known owner
MIG002 facts missing             MIG013 size of state unknown    MIG021 endpoint outside the estate
MIG003 clock is off              MIG014 Unix socket              MIG022 no scanned service answers there
MIG004 listener without owner    MIG015 loopback only            MIG023 instances differ
MIG005 host key unverified       MIG006 host key taken as it came
MIG007 broken cryptography       MIG008 no strict key exchange  MIG009 host not seen again
MIG010 runs as root              MIG016 low port                 MIG024 network file system
MIG011 started outside a unit    MIG017 no health check seen     MIG025 schedule is not a cron expression
MIG018 command line is a title   MIG026 state could not be seen   MIG027 clients are pinned
MIG028 licence file              MIG029 need of the kernel        MIG030 multicast
MIG031 module in the kernel      MIG032 kernel settings           MIG033 endpoint by address
MIG034 schedule in local time    MIG035 clock too far off for a mesh
MIG036 tied by a Unix socket      MIG037 uses a network file system
MIG038 two hosts look like one machine   MIG039 set up to run, and stopped
MIG040 secrets of nobody         MIG041 copies data of its host
"""

from collections.abc import Iterable, Iterator, Sequence

from migrator.model.estate import Edge, HostReport
from migrator.model.findings import Finding, Severity
from migrator.model.listing import few
from migrator.model.login import HostKeyTrust, Login
from migrator.model.profile_findings import about
from migrator.model.services import Protocol, ServiceProfile
from migrator.scan.facts.machine import SUDO_UNTRIED

__all__ = [
    "clock_is_off",
    "clock_is_refused",
    "connection_without_owner",
    "endpoint_outside",
    "facts_missing",
    "host_not_scanned",
    "host_not_seen_again",
    "instances_differ",
    "kernel_modules",
    "kernel_settings",
    "listener_without_owner",
    "network_file_system",
    "no_service_there",
    "of_login",
    "on_network_file_system",
    "same_machine",
    "secrets_of_nobody",
    "stopped",
    "tied_by_unix_sockets",
]

_MOST_SHOWN = 10


def host_not_scanned(host: str, reason: str) -> Finding:
    """The host answered nothing."""
    return Finding("MIG001", Severity.UNKNOWN, host, f"was not scanned: {reason}", "Mend the access and scan it again.")


def host_not_seen_again(host: str, last_seen: str, reason: str) -> Finding:
    """The host was seen by an earlier scan, and the last try failed."""
    message = f"was last seen at {last_seen}, and all that is said of it is as of then: {reason}"
    remedy = "Mend the access and scan it again; take a host that is no more out with `migrate scan --forget HOST`."
    return Finding("MIG009", Severity.UNKNOWN, host, message, remedy)


def same_machine(host: str, other: str, alike: str) -> Finding:
    """Two hosts have all addresses in common, and more."""
    said = f"looks like the same machine as {other}: the same addresses and the same {alike}"
    remedy = (
        "If it is one, keep one name in the inventory and take the other out: "
        f"`migrate scan --forget {host}`, or `--forget {other}`."
    )
    return Finding("MIG038", Severity.UNKNOWN, host, said, remedy)


def stopped(host: str, what: str) -> Finding:
    """Something is to run, by the host's own settings, and was not there to be looked at."""
    said = f"is set up to run {what}, which did not run"
    remedy = (
        "Ask its owner. If it is needed, start it and scan again: where it listens, what it calls and keeps is on no "
        "record until then. If it is not, switch it off. What `@reboot` starts may have ended as it should."
    )
    return Finding("MIG039", Severity.UNKNOWN, host, said, remedy)


def secrets_of_nobody(host: str, files: Sequence[str]) -> Finding:
    """Secrets stand in files that no service and no job was seen to read."""
    said = f"has secrets in files that nothing was seen to read: {few(files, _MOST_SHOWN)}"
    remedy = (
        "Find out who reads each: a service needs it in the cluster too, so put it into `secrets` of its profile. What "
        "nobody reads any more is a secret that lies about: delete it."
    )
    return Finding("MIG040", Severity.UNKNOWN, host, said, remedy)


def facts_missing(report: HostReport) -> Finding:
    """Some questions were refused or not answered."""
    lines = (*([report.sudo] if report.sudo else []), *report.refused, *report.partial)
    said = f"not fully seen: {'; '.join(lines)}"
    if report.privilege == "root":
        return Finding("MIG002", Severity.UNKNOWN, report.name, said, "Confirm by hand what these facts would show.")
    if report.sudo == SUDO_UNTRIED:
        remedy = (
            "Let the scan use sudo (--become, or `become: true` in the inventory), or confirm by hand what these facts "
            "would show."
        )
        return Finding("MIG002", Severity.UNKNOWN, report.name, said, remedy)
    remedy = "Allow password-less sudo for the scan's account, or confirm by hand what these facts would show."
    return Finding("MIG002", Severity.UNKNOWN, report.name, said, remedy)


def clock_is_off(host: str, seconds: float) -> Finding:
    """The host's clock differs from the scanner's."""
    message = f"clock is {seconds:+.0f} s off; certificates of the mesh are valid for hours only"
    remedy = "Let chrony or ntpd correct it before the host joins the mesh."
    return Finding("MIG003", Severity.WARNING, host, message, remedy)


def clock_is_refused(host: str, seconds: float) -> Finding:
    """The host's clock differs so much that it cannot join a mesh."""
    message = f"clock is {seconds:+.0f} s off; a mesh would refuse this host: certificates are not valid at that time"
    remedy = "Let chrony or ntpd correct it, and scan again, before the host joins the mesh."
    return Finding("MIG035", Severity.BLOCKER, host, message, remedy)


def of_login(host: str, login: Login) -> Iterator[Finding]:
    """What an auditor should know of the scan's own connection to the host."""
    if login.trust is HostKeyTrust.UNVERIFIED:
        remedy = "Put its host key on record once somebody has compared it, and scan again with checking on."
        said = f"host key unverified: {login.host_key} was compared with nothing; somebody else may have answered"
        yield Finding("MIG005", Severity.WARNING, host, said, remedy)
    if login.trust is HostKeyTrust.NEW:
        remedy = "Compare the fingerprint with a source that you trust, as the host's console."
        yield Finding("MIG006", Severity.NOTE, host, f"host key {login.host_key} was taken as it came", remedy)
    if login.legacy:
        remedy = "Update its OpenSSH, or see that its network is one that nobody else can reach."
        said = f"the scan's connection used broken cryptography, as was allowed: {', '.join(login.legacy)}"
        yield Finding("MIG007", Severity.WARNING, host, said, remedy)
    if login.strict_key_exchange is False:
        yield _terrapin(host, login)


def _terrapin(host: str, login: Login) -> Finding:
    """No strict key exchange; it matters to some ciphers only."""
    remedy = "Update its OpenSSH to 9.6, or to a package of its system that has the mending."
    if login.open_to_terrapin:
        said = f"has no strict key exchange (Terrapin, CVE-2023-48795); {login.cipher} was exposed to an attack"
        return Finding("MIG008", Severity.WARNING, host, said, remedy)
    said = f"has no strict key exchange (Terrapin, CVE-2023-48795); {login.cipher} was not exposed to an attack"
    return Finding("MIG008", Severity.NOTE, host, said, remedy)


def listener_without_owner(host: str, ports: tuple[str, ...]) -> Finding:
    """Sockets listen whose process is not known."""
    remedy = "Scan with root's rights, or name the owner in the profile."
    return Finding("MIG004", Severity.UNKNOWN, host, f"owner unknown of {', '.join(ports)}", remedy)


def connection_without_owner(host: str, peers: tuple[str, ...]) -> Finding:
    """The host is connected to other hosts by processes that are not known."""
    remedy = "Scan with root's rights, or add the call to the profile of the service that makes it."
    return Finding("MIG020", Severity.UNKNOWN, host, f"caller unknown of connections to {', '.join(peers)}", remedy)


def endpoint_outside(service: str, endpoint: str) -> Finding:
    """A service calls something that was not scanned."""
    remedy = "Make sure that the cluster may reach it, or add its host to the inventory."
    return Finding(
        "MIG021", Severity.NOTE, service, f"calls {endpoint}, which is outside of the scanned estate", remedy
    )


def no_service_there(service: str, endpoint: str) -> Finding:
    """Configuration names a scanned host, and nothing listens there."""
    remedy = "Check whether the configuration is stale or the service was down during the scan."
    return Finding(
        "MIG022",
        Severity.WARNING,
        service,
        f"is configured to call {endpoint}, where nothing was seen to listen",
        remedy,
    )


def instances_differ(name: str, hosts: tuple[str, ...]) -> Finding:
    """Things of the same name on several hosts are not replicas."""
    remedy = "If they are the same service, give their profiles the same `service`."
    return Finding(
        "MIG023", Severity.NOTE, name, f"differs between {', '.join(hosts)}; taken as separate services", remedy
    )


def network_file_system(host: str, source: str, path: str) -> Finding:
    """The host mounts, or may mount, a file system of another machine, and no service was seen to use it."""
    remedy = "Find out which of its services needs it, and put that into its profile; it may be none."
    said = f"fstab mounts {source} on {path}; no service was seen to use it"
    return Finding("MIG024", Severity.UNKNOWN, host, said, remedy)


def on_network_file_system(profile: ServiceProfile, source: str, path: str) -> Finding:
    """The service works with files that are on another machine."""
    remedy = "Decide how it gets them in the cluster: a PersistentVolume for the same export, or another way."
    return about(profile, "MIG037", Severity.WARNING, f"uses {path}, which fstab mounts from {source}", remedy)


def kernel_modules(host: str, names: tuple[str, ...]) -> Finding:
    """The host's kernel has modules from elsewhere."""
    remedy = "Find out which service needs them; a node of the cluster has none, unless its image brings them."
    return Finding("MIG031", Severity.WARNING, host, f"has kernel modules from elsewhere: {', '.join(names)}", remedy)


def kernel_settings(host: str, settings: tuple[str, ...]) -> Finding:
    """Somebody set the kernel up."""
    remedy = "Give what a service needs to its Pod (`securityContext.sysctls`) or to the nodes; leave the rest."
    return Finding("MIG032", Severity.NOTE, host, f"sets its kernel up: {few(settings, _MOST_SHOWN)}", remedy)


def tied_by_unix_sockets(profile: ServiceProfile, edges: Iterable[Edge]) -> Iterator[Finding]:
    """Who reaches whom through a Unix socket: apart from each other neither works, so it ties the caller, too."""
    pairs = sorted(
        {
            (edge.caller, edge.callee)
            for edge in edges
            if edge.protocol is Protocol.UNIX and not edge.callee.startswith("external:")
        }
    )
    others = [callee for caller, callee in pairs if caller == profile.service != callee]
    callers = [caller for caller, callee in pairs if callee == profile.service != caller]
    remedy = (
        "Put both into one Pod, or let the one that is called listen on a TCP port; until then neither moves alone."
    )
    if others:
        said = f"reaches {', '.join(others)} through a Unix socket"
        yield about(profile, "MIG036", Severity.WARNING, said, remedy)
    if callers:
        said = f"is reached by {', '.join(callers)} through a Unix socket"
        yield about(profile, "MIG036", Severity.WARNING, said, remedy)
