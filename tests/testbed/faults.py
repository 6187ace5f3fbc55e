"""Break the test-bed on purpose, and mend it again. Each fault is one function and one line of the table at the end."""

import os
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.testbed import cell, cluster, forge, legacy
from tests.testbed.folders import cgroup
from tests.testbed.parts import Part, known, start, wait
from tests.testbed.shell import run as run_command

__all__ = ["FAULTS", "listed", "run"]

_SWITCH = "estate"
_DELAYER = Path(__file__).with_name("delay_frames.py")


def stop(part: str) -> None:
    """End a part, as its supervisor would."""
    known(part).stop()


def kill(part: str) -> None:
    """Kill a part, as a crash would."""
    known(part).kill()


def freeze(part: str) -> None:
    """Let a part hang: connections to it stay open, and nothing answers."""
    known(part).freeze()


def thaw(part: str) -> None:
    """Let a frozen part go on."""
    known(part).thaw()


def restart(part: str) -> None:
    """Start a part that was stopped or killed, as it was started first."""
    known(part).restart()


def cut(link: str) -> None:
    """Pull the cable of a host, or of the whole `estate` (the cluster then cannot reach any host)."""
    _set_link(link, "down")


def mend(link: str) -> None:
    """Plug the cable in again."""
    _set_link(link, "up")


def delay(link: str, milliseconds: str) -> None:
    """Hold every frame to and from a host back for so long, each way. 0 takes the delay away."""
    device, part = _device(link), f"delay-{link}"
    Part(part).stop()
    run_command(*_IN_SWITCH, "ip", "link", "set", device, "nomaster")
    run_command(*_IN_SWITCH, "sh", "-c", f"ip link del {device}-b 2>/dev/null || true")
    if int(milliseconds) == 0:
        run_command(*_IN_SWITCH, "ip", "link", "set", device, "master", "br0")
        return
    ends = (f"{device}-a", f"{device}-b")
    run_command(*_IN_SWITCH, "ip", "link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
    run_command(*_IN_SWITCH, "ip", "link", "set", ends[1], "master", "br0")
    for end in ends:
        run_command(*_IN_SWITCH, "ip", "link", "set", end, "up")
    start(part, sys.executable, str(_DELAYER), device, ends[0], milliseconds, namespace=_SWITCH)


def refuse_pushes(repository: str, message: str = "the forge is in maintenance") -> None:
    """Let a hook of the forge fail every push."""
    forge.current().refuse_pushes(repository, message)


def accept_pushes(repository: str) -> None:
    """Take pushes again."""
    forge.current().accept_pushes(repository)


def break_sshd(host: str) -> None:
    """Let a host's sshd take connections and say nothing: its processes are frozen."""
    _signal_sshd(host, signal.SIGSTOP)


def mend_sshd(host: str) -> None:
    """Let it go on."""
    _signal_sshd(host, signal.SIGCONT)


def skew(host: str, seconds: str) -> None:
    """Let `date` on a host be so many seconds off. 0 mends it. Other programs see the time as it is.

    The clock itself belongs to the whole machine. libfaketime for all programs would kill sshd, whose sandbox it leaves.
    """
    real = "/usr/bin/date.real"
    script = f"test ! -e {real} || mv {real} /usr/bin/date"
    if int(seconds):
        library = "$(find /usr/lib -name libfaketime.so.1 | head -n 1)"
        wrapper = f'#!/bin/sh\nLD_PRELOAD={library} FAKETIME={int(seconds):+d}s exec {real} "\\$@"\n'
        script += f'; mv /usr/bin/date {real} && printf "{wrapper}" >/usr/bin/date && chmod 755 /usr/bin/date'
    run_command(*legacy.on(host, "sh", "-c", script))


def kill_pod(namespace: str, name: str) -> None:
    """Kill the processes of a Pod without asking Kubernetes, as the kernel does when memory is short."""
    uid = str(cluster.get("pod", name, namespace)["metadata"]["uid"])
    _kill_all(_pod_processes(uid))


def kill_node() -> None:
    """Take the only node away: its kubelet stops, and every process of every Pod dies."""
    for part in ("kubelet", "containerd"):
        Part(part).kill()
    _kill_all(_pod_processes(""))


def _kill_all(pids: Iterable[int]) -> None:
    """The first of a Pod takes the others with it, before their turn comes."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def mend_node() -> None:
    """Start the node again; the kubelet brings its Pods back."""
    Part("containerd").restart()
    wait("containerd answers", cluster.container_runtime_answers, Part("containerd"))
    wait("the kubelet answers", _kubelet_runs)


def _kubelet_runs() -> bool:
    """A kubelet that ends is started again, as systemd does it on a node: seen once in ten right after containerd's start."""
    if Part("kubelet").pid is None:
        Part("kubelet").restart()
    return cluster.kubelet_answers()


_IN_SWITCH = ("nsenter", f"--net=/run/netns/{_SWITCH}", "--")


def _device(link: str) -> str:
    """The switch's end of a host's cable."""
    if link not in [host.name for host in legacy.hosts()]:
        raise KeyError(f"no host {link}")
    return f"v-{link}"


def _set_link(link: str, to: str) -> None:
    if link == _SWITCH:
        run_command("ip", "link", "set", legacy.UPLINK, to)
    else:
        run_command(*_IN_SWITCH, "ip", "link", "set", _device(link), to)


def _signal_sshd(host: str, what: signal.Signals) -> None:
    """To the listening sshd, not to the sessions that it has started."""
    run_command(*legacy.on(host, "sh", "-c", f"kill -{what.name[3:]} $(cat /run/sshd.pid)"))


def _pod_processes(uid: str) -> list[int]:
    """All processes in the cgroup of one Pod, or of every Pod."""
    pids: set[int] = set()
    for hierarchy in cell.hierarchies():
        for folder in (hierarchy / cgroup() / "pods").rglob(f"pod{uid}*"):
            for file in [folder / "cgroup.procs", *folder.rglob("cgroup.procs")]:
                with suppress(FileNotFoundError):
                    pids.update(map(int, file.read_text().split()))
    return sorted(pids)


FAULTS: Mapping[str, Callable[..., None]] = {
    "stop": stop,
    "kill": kill,
    "freeze": freeze,
    "thaw": thaw,
    "restart": restart,
    "cut": cut,
    "mend": mend,
    "delay": delay,
    "refuse-pushes": refuse_pushes,
    "accept-pushes": accept_pushes,
    "break-sshd": break_sshd,
    "mend-sshd": mend_sshd,
    "skew": skew,
    "kill-pod": kill_pod,
    "kill-node": kill_node,
    "mend-node": mend_node,
}


def listed() -> str:
    """The faults, with their arguments and what they do."""
    lines = []
    for name, fault in FAULTS.items():
        names = fault.__code__.co_varnames[: fault.__code__.co_argcount]
        summary = (fault.__doc__ or "").splitlines()[0]
        lines.append(f"{' '.join([name, *(one.upper() for one in names)]):32} {summary}")
    return "\n".join(lines)


def run(words: Sequence[str]) -> int:
    """Do one fault by name; its exit code."""
    name, *arguments = words
    if name not in FAULTS:
        print(f"no fault {name}; there are:\n{listed()}", file=sys.stderr)
        return 2
    try:
        FAULTS[name](*arguments)
    except (KeyError, TypeError, ValueError, RuntimeError, FileNotFoundError) as error:
        print(f"{name}: {error.args[0]}", file=sys.stderr)
        return 1
    return 0
