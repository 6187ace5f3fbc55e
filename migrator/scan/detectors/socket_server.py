"""Programs that listen and start another one for each client (tcpsvd, `nc -e`, socat). That one is the service.

Sources: busybox(1), tcpserver(1); the program stands behind the address and the port.
"""

import re
from pathlib import PurePosixPath

from migrator.scan.detector import Detection, names_of, runtime_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]

_SERVERS = frozenset({"tcpsvd", "udpsvd", "tcpserver", "nc", "ncat", "socat"})
_TOLD = re.compile(r"^(?:exec|system):", re.IGNORECASE)
_BY_ENDING = {".sh": "shell", ".py": "python", ".pl": "perl", ".rb": "ruby", ".php": "php"}


def detect(workload: Workload, _snapshot: Snapshot) -> Detection | None:
    """One of the servers that is told a program; named after that."""
    main = workload.main
    if not names_of(main) & _SERVERS:
        return None
    words = (_TOLD.sub("", word) for word in main.arguments[1:])
    program = next((PurePosixPath(word) for word in words if word.startswith("/")), None)
    if program is None:
        return None
    runtime = runtime_of(_BY_ENDING.get(program.suffix, "binary"), main)
    return Detection(runtime, name=workload.own_name(program.stem))
