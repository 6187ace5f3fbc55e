"""`migrate.yaml`: the few things about the target that no scan can know."""

from dataclasses import dataclass, field

from migrator.model.record import Record

__all__ = ["GATEWAYS", "FluxSettings", "GatewaySettings", "MeshSettings", "MetricsSettings", "Settings"]

GATEWAYS = frozenset({"envoy", "kong"})


@dataclass(frozen=True, slots=True)
class MeshSettings(Record):
    """The mesh that spans hosts and pods."""

    provider: str = "kuma"
    """An entry of the mesh table: `kuma` or `none`."""
    name: str = "default"
    vm_zone: str = "vm"
    cluster_zone: str = "cluster"
    control_plane: str = "kuma-cp.example.internal:5678"
    """Where kuma-dp on a host finds its zone control plane, `host:port`."""


@dataclass(frozen=True, slots=True)
class GatewaySettings(Record):
    """The gateway that takes traffic from outside."""

    provider: str = "kong"
    """`kong`, or `envoy`: Envoy Gateway 1.9 with `mergeBackends`. Without a mesh, only that counts both sides apart."""
    class_name: str = "kong"
    hostname: str = ""


@dataclass(frozen=True, slots=True)
class FluxSettings(Record):
    """The agent that applies what is in Git."""

    url: str = "ssh://git@git.example.internal/platform/fleet.git"
    branch: str = "main"
    namespace: str = "flux-system"
    interval: str = "10m"


@dataclass(frozen=True, slots=True)
class MetricsSettings(Record):
    """Where gates get their numbers. `prometheus` is a base URL; empty means that there is none."""

    prometheus: str = ""


@dataclass(frozen=True, slots=True)
class Settings(Record):
    """Defaults are placeholders that a person replaces; `generate` reports each one that still stands."""

    cluster: str = "production"
    namespace: str = "legacy"
    registry: str = "registry.example.internal/legacy"
    environment: str = "production"
    """Name of the Kustomize overlay."""
    mesh: MeshSettings = field(default_factory=MeshSettings)
    gateway: GatewaySettings = field(default_factory=GatewaySettings)
    flux: FluxSettings = field(default_factory=FluxSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
