"""The Java virtual machine below a Java program: which package, and which version. Pure."""

import re

from migrator.scan.facts.packages import Packages
from migrator.scan.facts.processes import Process
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import Version, version_of

__all__ = ["jvm_of"]

_PACKAGES = (
    r"openjdk-{0}-jre-headless|java-(?:1\.)?{0}(?:\.0)?-openjdk-headless|temurin-{0}-j[rd][ek]"
    r"|java-{0}-amazon-corretto.*|zulu-?{0}.*"
)
"""What provides Java on Debian, on Red Hat, and from Adoptium, Amazon and Azul."""
_MAJOR = re.compile(r"/(?:java|jdk|jre|openjdk|temurin|zulu)-?(?:1\.)?(\d+)[^/]*/")
_UNPACKED = r"jdk|jre|openjdk|temurin|zulu|java"


def jvm_of(process: Process, snapshot: Snapshot) -> Version:
    """Of several that are installed, the one that the kernel's link names; where that cannot be read, the only one."""
    path = process.exe or next(iter(process.arguments), "")
    major = _MAJOR.search(path)
    if major:
        return version_of(process, snapshot, package=_PACKAGES.format(major[1]), called=_UNPACKED)
    pattern = _PACKAGES.format(r"\d+")
    installed = [name for name in snapshot.value(Packages, {}) if re.fullmatch(pattern, name)]
    return version_of(process, snapshot, package=pattern if len(installed) == 1 else "", called=_UNPACKED)
