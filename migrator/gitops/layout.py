"""Which path each thing gets in the repository that `generate` writes. Pure."""

__all__ = [
    "ESTATE",
    "PLAN",
    "SETTINGS",
    "UNBUILT",
    "app_base",
    "app_overlay",
    "flux_app",
    "image",
    "is_read",
    "legacy",
    "profile",
    "route",
    "switch",
]

SETTINGS = "migrate.yaml"
ESTATE = "estate.yaml"
PLAN = "cutover/plan.yaml"

UNBUILT = "not-built-yet"
"""The tag of an image in an overlay until a pipeline or a person sets a real one."""


_FOLDERS = ("apps/", "clusters/", "cutover/", "gateway/", "legacy/", "mesh/", "namespaces/", "profiles/", ".migrate/")


def is_read(path: str) -> bool:
    """Whether a file says something to a command, and is not just kept beside such files."""
    return path in {SETTINGS, ESTATE} or path.startswith(_FOLDERS)


def profile(host: str, service: str) -> str:
    """The reviewed profile of one service on one host. Both names are RFC 1035 labels."""
    return f"profiles/{host}/{service}.yaml"


def app_base(service: str) -> str:
    """Folder of the manifests that are the same in every environment."""
    return f"apps/{service}/base"


def app_overlay(service: str, environment: str) -> str:
    """Folder of what differs per environment."""
    return f"apps/{service}/overlays/{environment}"


def route(service: str) -> str:
    """The file of an HTTP or TCP service that a traffic phase changes: two integers in it."""
    return f"apps/{service}/route/route.yaml"


def switch(service: str, environment: str) -> str:
    """The file of a job or worker that a switch changes: one value in it."""
    return f"{app_overlay(service, environment)}/switch.yaml"


def image(service: str) -> str:
    """Folder of the image build context."""
    return f"apps/{service}/image"


def legacy(host: str) -> str:
    """Folder of the host's side of the mesh."""
    return f"legacy/{host}"


def flux_app(cluster: str, service: str) -> str:
    """The Flux Kustomizations of one service."""
    return f"clusters/{cluster}/apps/{service}.yaml"
