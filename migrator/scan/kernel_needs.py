"""What a service needs of the kernel that a Pod does not have. Pure.

A process of root has every capability, needed or not, so only those of other users say something.
"""

import ipaddress
import re
from collections.abc import Container, Iterable, Iterator

from migrator.model.services import Call, Evidence, KernelNeed, Listen
from migrator.scan.facts.descriptors import Descriptors, DescriptorsFacts
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Sockets, SocketsFacts
from migrator.scan.snapshot import Snapshot

__all__ = ["kernel_needs"]

_CAPABILITIES = re.findall(
    r"\w+",
    "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service "
    "net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin "
    "sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override "
    "mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore",
)
"""By bit, from 0. Source: include/uapi/linux/capability.h."""
_LOW_PORTS_CAPABILITY = "net_bind_service"
_LOW_PORTS = 1024


def kernel_needs(
    snapshot: Snapshot, processes: Iterable[Process], listens: Iterable[Listen], calls: Iterable[Call]
) -> tuple[KernelNeed, ...]:
    """Each need once, with the first place that shows it.

    Distributions let their servers bind low ports by the unit, whatever they are set up to do. That is a need only
    where a low port is listened on, or where not all sockets could be seen.
    """
    own, bound = tuple(processes), tuple(listens)
    ports = [listen.port for listen in bound if listen.port is not None]
    unused = {_LOW_PORTS_CAPABILITY} if _sees_all(snapshot) and ports and min(ports) >= _LOW_PORTS else set()
    found: dict[str, KernelNeed] = {}
    for need in (*_capabilities(own, unused), *_raw(snapshot, own), *_multicast(bound, calls)):
        found.setdefault(need.what, need)
    return tuple(found[what] for what in sorted(found))


def _sees_all(snapshot: Snapshot) -> bool:
    return snapshot.value(Machine, MachineFacts(uid=-1)).uid == 0


def _capabilities(processes: Iterable[Process], unused: Container[str]) -> Iterator[KernelNeed]:
    for process in processes:
        if process.uid != 0:
            for bit, name in enumerate(_CAPABILITIES):
                if process.capabilities >> bit & 1 and name not in unused:
                    said = Evidence(Processes.name, f"CapEff of {process.program} has {name}", f"pid {process.pid}")
                    yield KernelNeed(f"capability {name}", (said,))


def _raw(snapshot: Snapshot, processes: Iterable[Process]) -> Iterator[KernelNeed]:
    owners = snapshot.value(Descriptors, DescriptorsFacts()).owners
    holders = {pid for inode in snapshot.value(Sockets, SocketsFacts()).raw for pid in owners.get(inode, ())}
    for process in processes:
        if process.pid in holders:
            said = Evidence(Sockets.name, f"{process.program} holds a raw socket", f"pid {process.pid}")
            yield KernelNeed("raw socket", (said,))


def _multicast(listens: Iterable[Listen], calls: Iterable[Call]) -> Iterator[KernelNeed]:
    for listen in listens:
        if _is_multicast(listen.address):
            yield KernelNeed(f"multicast {listen.address}", listen.evidence)
    for call in calls:
        if _is_multicast(call.target):
            yield KernelNeed(f"multicast {call.target}", call.evidence)


def _is_multicast(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_multicast
    except ValueError:
        return False
