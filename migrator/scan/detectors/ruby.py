"""Ruby and its servers: puma, unicorn, sidekiq, passenger. They set their title to `puma 5.6.5 (tcp://…) [app]`."""

import re
from pathlib import PurePosixPath

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, application_in, command_evidence, names_of, runtime_of, script_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import version_of
from migrator.scan.workload import Workload

__all__ = ["detect"]

_SERVER = re.compile(
    r"(puma|unicorn|thin|sidekiq|resque|delayed_job|passenger)(?:[ :_/-]+([\d.]+\d))?\b", re.IGNORECASE
)
_HTTP = frozenset({"puma", "unicorn", "thin", "passenger"})


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process executed by ruby, or one of the servers by its title or script."""
    main = workload.main
    words = [
        main.comm,
        *(word.split(" ")[0].rsplit("/", 1)[-1] for word in main.arguments[:3]),
        *(" ".join(main.arguments).split("(")[:1]),
    ]
    server = max(filter(None, map(_SERVER.match, words)), key=lambda match: len(match[0]), default=None)
    if not server and not any(name.startswith(("ruby", "jruby")) for name in names_of(main)):
        return None
    version = version_of(main, snapshot, package=r"ruby[\d.]*", called=r"ruby")
    if not server:
        name = workload.own_name(PurePosixPath(script_of(main)).stem)
        return Detection(runtime_of("ruby", main, version), name=name, packages=version.package.pins)
    runtime = Runtime(server[1].lower(), server[2] or "", (command_evidence(main),))
    name = application_in(workload, runtime.name)
    return Detection(runtime, name=name, http=runtime.name in _HTTP, packages=version.package.pins)
