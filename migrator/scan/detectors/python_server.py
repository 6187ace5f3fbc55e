"""Servers and workers that are modules of Python, each known by its script, its `-m` or the title that it sets.

Their version is that of the module in the environment that they run from, else of the distribution's package.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from migrator.scan.detector import Detection, application_in, argument_value, names_of, runtime_of, words_of
from migrator.scan.facts.processes import Process
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import version_of
from migrator.scan.workload import Workload

__all__ = ["MODULES", "PythonServer", "detect"]

_SETTINGS = ("--ini", "--yaml", "--xml", "--json")
"""Options of uWSGI whose file is named after the application."""
_FIRST = 4
"""Words in which a server's name may stand: interpreter, an option, `-m`, the name."""


@dataclass(frozen=True, slots=True)
class PythonServer:
    """One server or worker. `module` is what it is called in `site-packages`, before its version."""

    runtime: str
    http: bool = False
    module: str = ""
    package: str = ""
    """Pattern of the names of packages that provide it."""


MODULES: tuple[PythonServer, ...] = (
    PythonServer("gunicorn", http=True, package=r"python3-gunicorn|gunicorn3?"),
    PythonServer("uwsgi", module=r"uwsgi|pyuwsgi", package=r"uwsgi-core|uwsgi"),
    PythonServer("uvicorn", http=True, package=r"python3-uvicorn|uvicorn"),
    PythonServer("hypercorn", http=True, package=r"python3-hypercorn"),
    PythonServer("daphne", http=True, package=r"python3-daphne|daphne"),
    PythonServer("waitress-serve", http=True, module=r"waitress", package=r"python3-waitress"),
    PythonServer("celery", package=r"python3-celery|celery"),
    PythonServer("rq", package=r"python3-rq"),
    PythonServer("dramatiq", package=r"python3-dramatiq"),
    PythonServer("huey_consumer", module=r"huey", package=r"python3-huey"),
    PythonServer("airflow", module=r"apache_airflow"),
    PythonServer("buildbot", package=r"buildbot|python3-buildbot"),
    PythonServer("buildbot-worker", module=r"buildbot[_-]worker", package=r"buildbot-worker|python3-buildbot-worker"),
    PythonServer("twistd3?", module=r"Twisted", package=r"python3-twisted"),
)


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """The first line of the table that a Python process names."""
    main = workload.main
    server = next((one for one in MODULES if _runs(one, main)), None)
    if server is None:
        return None
    name = server.runtime.rstrip("3?")
    version = version_of(main, snapshot, package=server.package, called=server.module or server.runtime)
    file = argument_value(words_of(main), *_SETTINGS)
    http = server.http or any(word.startswith(("--http", "http-socket")) for word in main.arguments)
    return Detection(
        runtime_of(name, main, version),
        name=workload.own_name(PurePosixPath(file).stem) or (application_in(workload, name) if server.http else ""),
        http=http,
        schedules=name == "celery" and "beat" in main.arguments and "worker" not in main.arguments,
        packages=version.package.pins,
    )


def _runs(server: PythonServer, process: Process) -> bool:
    """`gunicorn: master [app]`, `[celeryd: worker@host:MainProcess]`, `python -m uvicorn`, `/opt/v/bin/rq worker`."""
    names = {name.lstrip("[") for name in names_of(process)}
    python = any(name.startswith(("python", "pypy", server.runtime)) for name in names)
    title = re.compile(rf"\[?{server.runtime}(?:d|-core)?:?(?:_python\d*)?")
    words = [word.rsplit("/", 1)[-1] for word in (process.exe, *words_of(process)[:_FIRST])]
    return python and any(title.fullmatch(word) for word in words)
