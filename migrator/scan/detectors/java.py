"""Plain Java: an executable archive or a main class. Source: java(1)."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from migrator.model.services import Runtime
from migrator.scan.detector import (
    JAVA_PACKAGES,
    Detection,
    argument_value,
    command_evidence,
    heap_mib,
    names_of,
    package_of,
)
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]

_VERSION_IN_NAME = re.compile(r"(.+?)-\d[\w.]*")


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A Java virtual machine that no particular server explains."""
    arguments = workload.main.arguments
    if not names_of(workload.main) & {"java", "jsvc"}:
        return None
    archive = argument_value(arguments, "-jar")
    stem = PurePosixPath(archive).stem if archive else _main_class(arguments)
    match = _VERSION_IN_NAME.fullmatch(stem)
    package = package_of(snapshot, JAVA_PACKAGES)
    return Detection(
        Runtime("java", package.version, (command_evidence(workload.main),)),
        name=match[1] if match else stem,
        heap_mib=heap_mib(arguments),
        packages=package.pins,
    )


def _main_class(arguments: Sequence[str]) -> str:
    """The first argument that is neither an option nor the class path."""
    words = iter(arguments[1:])
    for word in words:
        if word in {"-cp", "-classpath", "--class-path", "-p", "--module-path"}:
            next(words, "")
        elif not word.startswith("-"):
            return word.rsplit(".", 1)[-1].rsplit("/", 1)[-1].lower()
    return ""
