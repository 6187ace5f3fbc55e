"""Plain Java: an executable archive or a main class. Source: java(1)."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from migrator.scan.detector import Detection, argument_value, heap_mib, names_of, runtime_of
from migrator.scan.jvm import jvm_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]

_VERSION_IN_NAME = re.compile(r"(.+?)-v?\d[\w.-]*")
_GENERIC = frozenset({"main", "app", "application", "server", "service", "launcher", "start", "starter", "startup"})
_GENERIC |= {"bootstrap", "boot", "run", "runner", "daemon", "core"}
"""Names of classes and packages that say nothing of whose they are."""
_SUFFIXES = re.compile(r"(?:-(?:all|fat|uber|exec|boot|SNAPSHOT|jar-with-dependencies))+$")


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A Java virtual machine that no particular server explains."""
    arguments = workload.main.arguments
    if not names_of(workload.main) & {"java", "jsvc"}:
        return None
    archive = argument_value(arguments, "-jar")
    stem = _SUFFIXES.sub("", PurePosixPath(archive).stem) if archive else _main_class(arguments)
    match = _VERSION_IN_NAME.fullmatch(stem)
    java = jvm_of(workload.main, snapshot)
    return Detection(
        runtime_of("java", workload.main, java),
        name=workload.own_name(match[1] if match else stem),
        http=bool(argument_value(arguments, "--server.port", "-Dserver.port")),
        heap_mib=heap_mib(arguments),
        packages=java.package.pins,
    )


def _main_class(arguments: Sequence[str]) -> str:
    """The first argument that is neither an option nor the class path: a class, or its package where all call it so."""
    words = iter(arguments[1:])
    for word in words:
        if word in {"-cp", "-classpath", "--class-path", "-p", "--module-path"}:
            next(words, "")
        elif not word.startswith("-"):
            parts = word.rsplit("/", 1)[-1].lower().split(".")
            return next((part for part in reversed(parts[1:]) if part not in _GENERIC), "" if parts[1:] else parts[0])
    return ""
