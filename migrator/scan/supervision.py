"""Programs that keep other programs running, and programs that only stand in front of another. Pure.

What such a program runs is the service; the program itself is not. Sources: the manual page of each.
"""

import re

from migrator.scan.facts.processes import Process

__all__ = ["LOGGERS", "MANAGERS", "is_front", "is_helper", "manager_of", "supervised_name"]

MANAGERS: tuple[tuple[str, str], ...] = (
    ("supervisor", r"supervisord"),
    ("circus", r"circusd"),
    ("runit", r"runsvdir"),
    ("daemontools", r"svscan|svscanboot"),
    ("s6", r"s6-svscan"),
    ("god", r"god"),
    ("monit", r"monit"),
    ("bluepill", r"bluepilld?(?::.*)?"),
    ("perp", r"perpd"),
    ("foreman", r"foreman|honcho|overmind|hivemind"),
    ("openrc", r"supervise-daemon"),
)
"""What a manager is called, and the pattern of the whole name of its program or script."""

_FOREVER = re.compile(r".*/forever(?:-monitor)?/bin/\w+")
_SUPERVISORS = frozenset({"runsv", "supervise", "s6-supervise"})
LOGGERS = frozenset({"svlogd", "multilog", "s6-log", "logger", "rotatelogs", "cronolog", "tinylog", "readproctitle"})
"""They write down what a service says, and are none."""
_FRONTS = frozenset(
    [
        "sh",
        "bash",
        "dash",
        "ash",
        "ksh",
        "ksh93",
        "mksh",
        "zsh",
        "sudo",
        "su",
        "runuser",
        "setpriv",
        "flock",
        "timeout",
        "nohup",
        "env",
        "tini",
        "dumb-init",
        "start-stop-daemon",
        "daemon",
        "chronic",
        "nice",
        "ionice",
        "taskset",
        "xvfb-run",
        "screen",
        "tmux",
        "doas",
        "sg",
        "script",
    ]
)
_HELPERS = LOGGERS | frozenset(
    [
        "sleep",
        "cat",
        "tee",
        "tail",
        "grep",
        "awk",
        "gawk",
        "mawk",
        "sed",
        "nc",
        "ncat",
        "netcat",
        "curl",
        "wget",
        "date",
        "inotifywait",
        "ssh",
        "find",
        "rsync",
        "ping",
        "true",
        "head",
        "cut",
        "tr",
        "sort",
        "mkfifo",
        "ts",
    ]
)


def manager_of(process: Process) -> str:
    """The manager that a process is; empty when it is none."""
    title = process.arguments[0] if process.arguments else ""
    if title.startswith("PM2 ") and "God Daemon" in title:
        return "pm2"
    words = {process.program, *(word.rsplit("/", 1)[-1] for word in process.arguments[:2])}
    if process.program.startswith("uwsgi") or "uwsgi" in words:
        return "uwsgi" if any(re.search(r"(?:^|[/-])emperor", word) for word in process.arguments) else ""
    if any(map(_FOREVER.fullmatch, process.arguments[:2])):
        return "forever"
    return next((label for label, pattern in MANAGERS if any(re.fullmatch(pattern, word) for word in words)), "")


def supervised_name(process: Process) -> str:
    """`runsv NAME`, `supervise NAME`: the name of what it keeps running; empty when it is no such program."""
    names = {process.program, process.comm, *(word.rsplit("/", 1)[-1] for word in process.arguments[:1])}
    if not names & _SUPERVISORS or len(process.arguments) < 2:  # noqa: PLR2004
        return ""
    return process.arguments[1].rstrip("/").rsplit("/", 1)[-1]


def is_front(process: Process) -> bool:
    """Whether it may be there only to start another program, and to wait for it."""
    return process.program in _FRONTS or (process.program == "busybox" and process.comm in _FRONTS)


def is_helper(process: Process, front: Process) -> bool:
    """Whether a child of `front` does not do the work: a small tool, or a part of the same script."""
    return process.program in _HELPERS or process.comm in _HELPERS or process.arguments == front.arguments
