"""An OCI registry in the cell, on loopback, without TLS or accounts."""

import httpx

from tests.testbed.folders import program, state
from tests.testbed.parts import start, wait

__all__ = ["ADDRESS", "up"]

ADDRESS = "127.0.0.1:5000"

_CONFIGURATION = """\
version: 0.1
log: {{level: warn}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: {address}}}
"""


def up() -> None:
    """Start it, empty."""
    configuration = state() / "registry.yaml"
    configuration.write_text(_CONFIGURATION.format(folder=state() / "registry", address=ADDRESS))
    part = start("registry", program("registry"), "serve", str(configuration))
    wait("the registry answers", _answers, part)


def _answers() -> bool:
    try:
        return httpx.get(f"http://{ADDRESS}/v2/", trust_env=False).is_success
    except httpx.TransportError:
        return False
