"""Which installed packages bring what a command starts: the program, and the interpreter that it is written for. Pure.

A package that is named after a part of an interpreter (`python3.11-minimal`, `perl-base`) lacks most of its library;
where the whole of it is installed beside it, the program may use all of that. `python3` of Debian is a link that comes
with a package of its own; a virtual environment links to it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import basename

from migrator.scan.detector import words_of
from migrator.scan.facts.packages import Packages
from migrator.scan.facts.processes import Process
from migrator.scan.facts.programs import Programs, ProgramsFacts
from migrator.scan.snapshot import Snapshot

__all__ = ["packages_of_line", "packages_of_process"]

_INTERPRETER = re.compile(r"(?:python|pypy|perl|ruby|php|node)[\d.]*|nodejs")
_PART = re.compile(r"(?P<whole>(?:python|ruby|perl)[\d.]*)-(?:minimal|base|libs|interpreter)")
_NUMBERED = re.compile(r"(?P<major>python\d|ruby|php)[\d.]*\d")
_ESSENTIAL = frozenset({"bash", "busybox", "coreutils", "dash", "util-linux"})
"""Packages that an image of the system has by itself."""


def packages_of_process(snapshot: Snapshot, process: Process, known: Iterable[str]) -> tuple[str, ...]:
    """`name=version` of what a process needs, beginning with what its detector knows."""
    owners = snapshot.value(Programs, ProgramsFacts()).owners
    started = next(iter(words_of(process)), "")
    owned = [owners[path] for path in (process.exe.removesuffix(" (deleted)"), started) if path in owners]
    return _pins(snapshot, [*(pin.partition("=")[0] for pin in known), *owned], [started], known)


def packages_of_line(snapshot: Snapshot, line: str, program: str) -> tuple[str, ...]:
    """The same for a line that the shell is given, and the program that does its work."""
    owners = snapshot.value(Programs, ProgramsFacts()).owners
    return _pins(snapshot, [owners[program]] if program in owners else [], line.split(), ())


def _pins(snapshot: Snapshot, owners: Iterable[str], words: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    installed: Mapping[str, str] = snapshot.value(Packages, {})
    pins = {pin.partition("=")[0]: pin for pin in known}
    names = [whole for name in owners for whole in _whole(name, installed)]
    names += [name for word in words if _INTERPRETER.fullmatch(name := basename(word)) and name in installed]
    wanted = dict.fromkeys(name for name in names if name not in _ESSENTIAL)
    return tuple(pins.get(name, f"{name}={installed[name]}") for name in wanted if name in pins or name in installed)


def _whole(name: str, installed: Mapping[str, str]) -> Iterator[str]:
    """The package that a part belongs to, and the one that makes this release of an interpreter the system's own."""
    part = _PART.fullmatch(name)
    whole = part["whole"] if part and part["whole"] in installed else name
    yield whole
    numbered = _NUMBERED.fullmatch(whole)
    if numbered and numbered["major"] in installed and numbered["major"] != whole:
        yield numbered["major"]
