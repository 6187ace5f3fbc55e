"""Small web servers that are known by their name: busybox httpd, lighttpd, caddy, varnish, traefik."""

from migrator.model.services import Runtime
from migrator.scan.detector import Detection, command_evidence, names_of, package_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["detect"]

_SERVERS = ("lighttpd", "caddy", "varnishd", "traefik", "thttpd", "httpd", "squid")


def detect(workload: Workload, snapshot: Snapshot) -> Detection | None:
    """A process with the name of a web server."""
    names = names_of(workload.main)
    server = next((server for server in _SERVERS if server in names), "")
    if not server:
        return None
    package = package_of(snapshot, server)
    runtime = Runtime("busybox" if "busybox" in names else server, package.version, (command_evidence(workload.main),))
    return Detection(runtime, name=server, http=True, packages=package.pins)
