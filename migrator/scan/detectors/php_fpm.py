"""PHP's process manager. Source: php-fpm sets the title `php-fpm: master process (FILE)`."""

import re

from migrator.scan.detector import Detection, names_of, runtime_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import version_of
from migrator.scan.workload import Workload

__all__ = ["detect"]


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A php-fpm master. The programs that it runs stand where web servers keep them."""
    if not any(re.fullmatch(r"php-fpm[\d.]*", name) for name in names_of(workload.main)):
        return None
    version = version_of(workload.main, snapshot, package=r"php[\d.]*(?:-php)?-fpm", called=r"php")
    runtime = runtime_of("php-fpm", workload.main, version)
    return Detection(runtime, name="php-fpm", homes=("/var/www",), pages=True, packages=version.package.pins)
