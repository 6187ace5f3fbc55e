"""The build context of a service's image: what was observed, and what to copy from which host. No secret files."""

import re
from collections.abc import Mapping
from typing import Any

from migrator.generate.programs import Unprovided, is_in, unprovided
from migrator.generate.workload import Workload
from migrator.model.services import Confidence, confidence

__all__ = ["base_image", "not_provided", "view"]

_BASES = {
    "debian": "docker.io/library/debian:{0}",
    "ubuntu": "docker.io/library/ubuntu:{0}",
    "alpine": "docker.io/library/alpine:{0}",
    "rocky": "docker.io/library/rockylinux:{0}",
    "almalinux": "docker.io/library/almalinux:{0}",
    "fedora": "docker.io/library/fedora:{0}",
    "amzn": "docker.io/library/amazonlinux:{0}",
}
_INSTALL = {
    "debian": ("apt-get update && apt-get install --yes --no-install-recommends", "&& rm -rf /var/lib/apt/lists/*"),
    "ubuntu": ("apt-get update && apt-get install --yes --no-install-recommends", "&& rm -rf /var/lib/apt/lists/*"),
    "alpine": ("apk add --no-cache", ""),
}
_OTHER = ("dnf install --assumeyes", "&& dnf clean all")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")
_EXPANDED = {"$", "\\", "*", "?", "["}
"""A Containerfile gives these a meaning, even in a quoted path."""
_PLAIN = re.compile(r"(/[A-Za-z0-9_.@+-]+)+")
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]*")
_SYSTEM = re.compile(
    r"/(etc|usr|bin|sbin|lib|lib64|proc|sys|dev|run|boot|tmp|root)?/*|/(var|var/lib|usr/local|home|srv|opt)/*"
)
_SECRET = re.compile(
    r"\.(env|key|pem|p12|pfx|jks|keystore|token)$|/\.(ssh|aws|kube|gnupg|netrc|pgpass)|passw|secret|credential",
    re.IGNORECASE,
)


def base_image(service: Workload) -> str | None:
    """The public image of the system that the service runs on; None where there is none."""
    system = service.first.os
    if system.id not in _BASES or not _VERSION.fullmatch(system.version):
        return None
    return _BASES[system.id].format(system.version)


def not_provided(service: Workload) -> Unprovided:
    """What the image needs to start its command, and nothing that was observed brings."""
    return unprovided(service, _copies(service))


def _copies(service: Workload) -> list[str]:
    return [path for path in _paths(service) if not _SECRET.search(path)]


def view(service: Workload) -> Mapping[str, Any]:
    """What `image/Containerfile.j2` and `image/dockerignore.j2` show."""
    first = service.first
    install, cleanup = _INSTALL.get(first.os.id, _OTHER)
    copies = _copies(service)
    packages = sorted({one.partition("=")[0] for profile in service.profiles for one in profile.packages})
    return {
        "service": service.name,
        "host": first.host,
        "hosts": service.hosts,
        "system": first.os.name or first.os.id or "not observed",
        "runtime": f"{first.runtime.name} {first.runtime.version}".strip(),
        "image": base_image(service),
        "observed": first.packages,
        "packages": [name for name in packages if _PACKAGE.fullmatch(name)],
        "install": install,
        "cleanup": cleanup,
        "copies": copies,
        "named": _only_named(service),
        "configuration": [
            path for path in first.config if path not in _secret_files(service) and not is_in(path, copies)
        ],
        "data": [state.path for state in service.state if is_in(state.path, copies)],
        "secret_files": _secret_files(service),
        "user": f"{service.uid}:{service.gid}" if service.uid and service.gid else str(service.uid or ""),
        "directory": first.directory if _PLAIN.fullmatch(first.directory) else "",
        "ports": sorted({(one.inside, one.transport.lower()) for one in service.ports}),
        "command": list(service.command),
        "title": service.title,
        "missing": not_provided(service),
    }


def _only_named(service: Workload) -> Mapping[str, str]:
    """Of what is copied, that which something on the host names, and nobody has seen -> what names it."""
    unseen = (one for one in service.first.artifacts if confidence(one.evidence) is not Confidence.OBSERVED)
    return {one.path: one.evidence[0].excerpt if one.evidence else "a person wrote it" for one in unseen}


def _secret_files(service: Workload) -> list[str]:
    """What must not get into an image: files with a secret in them, and those whose names say that they are one."""
    named = {path for path in (*_paths(service), *service.first.config) if _SECRET.search(path)}
    return sorted(named | {place.file for profile in service.profiles for place in profile.secrets})


def _paths(service: Workload) -> list[str]:
    """Files and folders of the program itself; whole parts of the system are no such thing, and state is data."""
    data = tuple(state.path.rstrip("/") for state in service.state)
    return [
        path
        for path in (one.path for one in service.first.artifacts)
        if path.startswith("/")
        and not _EXPANDED & {*path}
        and ".." not in path
        and not _SYSTEM.fullmatch(path)
        and path.rstrip("/") not in data
    ]
