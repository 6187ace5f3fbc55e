"""Programs of the interpreters that need no more than their row in the table: Lua, Tcl, Mono, Erlang, R, Guile."""

from pathlib import PurePosixPath

from migrator.scan.detector import Detection, argument_value, runtime_of, script_of, words_of
from migrator.scan.facts.processes import Process
from migrator.scan.interpreters import interpreter_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import version_of
from migrator.scan.workload import Workload

__all__ = ["detect"]

_GENERIC = frozenset({"main", "app", "run", "server", "start", "init", "boot", "index", "bin", "src", "lib"})
_OF_ERLANG = frozenset({"", "nonode", "start_sasl", "sasl", "elixir", "iex", "application", "heart", *_GENERIC})


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process executed by one of them, named after its script, or the folder of a `main.lua`."""
    main = workload.main
    known = interpreter_of(main.program)
    if known is None or not known.package:
        return None
    name = _of_erlang(main) if known.runtime == "erlang" else _of_script(main)
    version = version_of(main, snapshot, package=known.package, called=known.runtime)
    return Detection(
        runtime_of(known.runtime, main, version), name=workload.own_name(name), packages=version.package.pins
    )


def _of_script(process: Process) -> str:
    script = PurePosixPath(process.cwd, script_of(process))
    return next((name for name in (script.stem, *(one.name for one in script.parents)) if name not in _GENERIC), "")


def _of_erlang(process: Process) -> str:
    """Its node, else the module that is run. Sources: erl(1), init(3erl)."""
    words = words_of(process)
    found = (argument_value(words, option) for option in ("-sname", "-name", "-run", "-s"))
    return next((name for value in found if (name := value.partition("@")[0]) not in _OF_ERLANG), "")
