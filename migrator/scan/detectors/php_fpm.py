"""PHP's process manager. Source: php-fpm sets the title `php-fpm: master process (FILE)`."""

import re

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A php-fpm master. The programs that it runs stand where web servers keep them."""
    if not any(re.fullmatch(r"php-fpm[\d.]*", name) for name in names_of(workload.main)):
        return None
    package = package_of(snapshot, r"php[\d.]*-fpm")
    runtime = Runtime("php-fpm", package.version, (command_evidence(workload.main),))
    return Detection(runtime, name="php-fpm", homes=("/var/www",), packages=package.pins)
