"""Where the test-bed keeps what it has built, and what it runs."""

import hashlib
import os
from pathlib import Path

__all__ = ["cache", "cgroup", "program", "state", "unbuilt"]


def cache() -> Path:
    """Where `make testbed-build` puts programs, CRDs and images; the same rule stands in build.sh."""
    chosen = os.environ.get("MIGRATE_TESTBED")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "migrate-testbed"


def cgroup() -> str:
    """Name of the cgroup, in every hierarchy of the machine, below which the test-bed makes its own.

    Test-beds with different caches know nothing of each other, so they share no name either.
    """
    chosen = os.environ.get("MIGRATE_TESTBED")
    return f"migrate-testbed-{hashlib.sha256(chosen.encode()).hexdigest()[:8]}" if chosen else "migrate-testbed"


def state() -> Path:
    """Where the running test-bed keeps its files; removed when it ends."""
    return cache() / "run"


def program(name: str) -> str:
    """A program that `make testbed-build` has built."""
    return str(cache() / "bin" / name)


def unbuilt(*names: str) -> str:
    """Why these programs cannot be run, with the way to change that; empty when they can."""
    missing = [name for name in names if not os.access(program(name), os.X_OK)]
    return f"{' and '.join(missing)} not built: run `make testbed-build` (needs Go, once)" if missing else ""
