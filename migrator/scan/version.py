"""Which version of a program runs, from what the host shows without starting anything. Pure.

A package tells the version of what came with it, and of nothing else: beside an nginx that somebody built below /opt,
the distribution's package may be installed and not run. There the folder's name, an archive's name or a file that
states the version counts. Where nothing tells it, the version is unknown.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from migrator.model.services import Evidence
from migrator.scan.facts.packages import Packages
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.programs import Programs, ProgramsFacts
from migrator.scan.snapshot import Snapshot

__all__ = ["NOTHING", "Version", "package_of", "version_of"]

_PACKAGED = ("/usr/bin/", "/usr/sbin/", "/usr/lib", "/usr/libexec/", "/usr/share/", "/bin/", "/sbin/", "/lib")
_NUMBER = r"v?(\d+(?:\.\d+)+(?:[.+_-]?(?:[A-Za-z]+\d*|\d+))*)"
_ENDINGS = re.compile(r"(?:[.-](?:jar|war|linux|amd64|x86_64|x64|bin|dist|info|RELEASE|Final|all|arm64|aarch64))+$")


class Package(NamedTuple):
    """An installed package; both empty when there is none."""

    name: str = ""
    version: str = ""

    @property
    def pins(self) -> tuple[str, ...]:
        """`name=version`, as a profile lists it."""
        return (f"{self.name}={self.version}",) if self.name else ()


class Version(NamedTuple):
    """A version with what told it; all empty where nothing did."""

    number: str = ""
    evidence: tuple[Evidence, ...] = ()
    package: Package = Package()


NOTHING = Version()
"""Nothing tells the version."""


def package_of(snapshot: Snapshot, pattern: str) -> Package:
    """The installed package whose whole name matches `pattern`.

    The longest name wins, so that `postgresql-15` is preferred to `postgresql`.
    """
    packages = snapshot.value(Packages, {})
    names = sorted((name for name in packages if re.fullmatch(pattern, name)), key=lambda name: (-len(name), name))
    return Package(names[0], packages[names[0]]) if names else Package()


def version_of(process: Process, snapshot: Snapshot, *, package: str = "", called: str = "") -> Version:
    """The version of what a process runs.

    `package` is a pattern of the names of packages that provide it, `called` one of what its folders and archives are
    called before `-1.2.3`.
    """
    unpacked = _beside(process, snapshot, called) if called else NOTHING
    return unpacked if unpacked.number else _packaged(process, snapshot, package)


def _packaged(process: Process, snapshot: Snapshot, pattern: str) -> Version:
    """From the package of the executed file, else from the package that is known to provide such a program."""
    path = _path(process)
    owner = snapshot.value(Programs, ProgramsFacts()).owners.get(path, "")
    version = snapshot.value(Packages, {}).get(owner, "")
    if owner and version and (not pattern or re.fullmatch(pattern, owner)):
        said = Evidence(Packages.name, f"{owner} {version}", path)
        return Version(version, (said,), Package(owner, version))
    if path.startswith("/") and not path.startswith(_PACKAGED):
        return NOTHING
    found = package_of(snapshot, pattern) if pattern else Package()
    said = Evidence(Packages.name, f"{found.name} {found.version}", inferred=True)
    return Version(found.version, (said,), found) if found.name else NOTHING


def _path(process: Process) -> str:
    """What is executed; where the kernel's link is not readable, the first argument."""
    return process.exe.removesuffix(" (deleted)") or next(iter(process.arguments), "").split(" ")[0]


def _beside(process: Process, snapshot: Snapshot, called: str) -> Version:
    """`/opt/kafka_2.13-3.6.1/`, `gunicorn-20.1.0.dist-info`, or a file in its folder that states the version."""
    wanted = re.compile(rf"(?i)(?:^|[/:=])(?:{called})(?:[-_@]|/(?=v?\d+\.)){_NUMBER}(?=[/:.-]|$)")
    for text, where in _shown(process):
        if match := wanted.search(text):
            return Version(_plain(match[1]), (Evidence(Processes.name, match[0].lstrip("/:="), where),))
    facts = snapshot.value(Programs, ProgramsFacts())
    homes = _homes(process)
    for path in facts.beside:
        match = wanted.search(path)
        if match and any(path.startswith(f"{home}/") for home in homes):
            return Version(_plain(match[1]), (Evidence(Programs.name, path[-160:]),))
    named = re.compile(rf"(?i)(?:{called})")
    for path, number in facts.said.items():
        folder = path.rsplit("/", 1)[0]
        if folder in homes and (named.search(folder) or path.endswith("node_version.h")):
            return Version(number, (Evidence(Programs.name, number, path),))
    return NOTHING


def _shown(process: Process) -> Iterator[tuple[str, str]]:
    """Texts that may name a folder with a version, and where they stand."""
    where = f"pid {process.pid}"
    yield process.exe, where
    yield process.cwd, where
    for word in process.arguments:
        yield word, where


def _homes(process: Process) -> frozenset[str]:
    """Folders in which a program's own files may be: above `bin` and `lib`, and those that its arguments name."""
    paths = re.findall(r"(?:^|[=:\s])(/[^\s:=]+)", "\n".join([process.exe, process.cwd, *process.arguments]))
    cut = {re.split(r"/(?:s?bin|libs?)(?:/|$)", path)[0] for path in paths}
    return frozenset(cut | {path.rsplit("/", 1)[0] for path in paths} | set(paths)) - {"", "/usr", "/usr/local"}


def _plain(number: str) -> str:
    return _ENDINGS.sub("", number)
