"""Every mesh that settings may name."""

from collections.abc import Mapping

from migrator.mesh import Mesh
from migrator.meshes.kuma import Kuma
from migrator.meshes.none import NoMesh

__all__ = ["MESHES"]

MESHES: Mapping[str, Mesh] = {"kuma": Kuma(), "none": NoMesh()}
