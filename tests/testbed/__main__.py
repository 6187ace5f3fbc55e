"""`python -m tests.testbed`: bring the test-bed up and down, look at it, go inside, break things."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec

from tests.testbed import bed, cell, faults, legacy
from tests.testbed.folders import state, unbuilt
from tests.testbed.parts import running

_INSIDE = (sys.executable, "-m", "tests.testbed")
_PACKAGES = ("envoy",)
"""Python packages of the group `testbed` that parts are made from."""
_CANNOT = 69
"""sysexits' EX_UNAVAILABLE: something cannot be had here."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.testbed", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start all parts, or say what is missing")
    commands.add_parser("check", help="say what is missing; exit code 69 when this machine cannot run it at all")
    commands.add_parser("down", help="stop and remove everything, whatever state it is in")
    commands.add_parser("status", help="list the parts and the hosts that run")
    shell = commands.add_parser("shell", help="a shell in the cluster's network, or on a legacy host")
    shell.add_argument("host", nargs="?", default="")
    within = commands.add_parser("run", help="run a command in the cell: run kubectl get pods -A")
    within.add_argument("words", nargs=argparse.REMAINDER)
    fault = commands.add_parser("fault", help="break something: fault NAME ARGUMENTS; without a name, list them")
    fault.add_argument("words", nargs="*")
    chosen = parser.parse_args(arguments)
    return _COMMANDS[chosen.command](chosen)


def _check(_: argparse.Namespace) -> int:
    reason = cell.absent()
    for one in filter(None, [reason] if reason else _not_made()):
        _say(one)
    return _CANNOT if reason else 0


def _not_made() -> tuple[str, str]:
    """What `up` needs that can be made on this machine and is not there yet, each with the way to it; empty: nothing."""
    lacking = [name for name in _PACKAGES if find_spec(name) is None]
    said = f"{' and '.join(lacking)} not installed in {sys.prefix}: run `.ci/venv testbed`" if lacking else ""
    return unbuilt(*bed.PROGRAMS), said


def _up(_: argparse.Namespace) -> int:
    if cell.inside():
        bed.up(_say)
        return 0
    reason = cell.absent() or next(filter(None, _not_made()), "")
    if reason:
        _say(reason)
        return _CANNOT
    if cell.find():
        _say("it is up already; `make testbed-down` ends it")
        return 1
    cell.end()
    code = cell.enter([*_INSIDE, "up"], cell.make())
    if code:
        _say(f"it did not come up; the logs are in {state() / 'log'}, `make testbed-down` removes it")
    return code


def _down(_: argparse.Namespace) -> int:
    cell.end()
    _say("nothing of it is left")
    return 0


def _status(chosen: argparse.Namespace) -> int:
    def show() -> int:
        for part in running():
            print(f"{part.name:24} process {part.pid}")
        for host in legacy.hosts():
            print(f"{host.name:24} {host.address}")
        return 0

    return _within(show, "status")


def _shell(chosen: argparse.Namespace) -> int:
    def show() -> int:
        return subprocess.run(legacy.on(chosen.host) if chosen.host else ["bash"], check=False).returncode

    return _within(show, "shell", chosen.host)


def _run(chosen: argparse.Namespace) -> int:
    def show() -> int:
        try:
            return subprocess.run(chosen.words, check=False, env={**os.environ, **bed.environment()}).returncode
        except FileNotFoundError:
            _say(f"{chosen.words[0]}: no such program")
            return 127

    return _within(show, "run", *chosen.words)


def _fault(chosen: argparse.Namespace) -> int:
    if not chosen.words:
        print(faults.listed())
        return 0
    return _within(lambda: faults.run(chosen.words), "fault", *chosen.words)


def _within(do: Callable[[], int], *words: str) -> int:
    """Do it, when this process is in the cell; start the same command there, when it is not."""
    if cell.inside():
        return do()
    pid = cell.find()
    if pid is None:
        _say("it is not up: make testbed-up")
        return 1
    return cell.enter([*_INSIDE, *filter(None, words)], pid)


def _say(text: str) -> None:
    print(f"testbed: {text}", flush=True)


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "check": _check,
    "up": _up,
    "down": _down,
    "status": _status,
    "shell": _shell,
    "run": _run,
    "fault": _fault,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
