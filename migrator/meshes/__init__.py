"""Every mesh that settings may name."""

from collections.abc import Mapping

from migrator.errors import SettingsError
from migrator.gitops import layout
from migrator.mesh import Mesh
from migrator.meshes.kuma import Kuma
from migrator.meshes.none import NoMesh
from migrator.model.settings import Settings

__all__ = ["MESHES", "mesh_of"]

MESHES: Mapping[str, Mesh] = {"kuma": Kuma(), "none": NoMesh()}


def mesh_of(settings: Settings) -> Mesh:
    """The mesh that the settings name. Raises SettingsError for one that there is not."""
    try:
        return MESHES[settings.mesh.provider]
    except KeyError:
        raise SettingsError(f"`mesh.provider` is none of {', '.join(sorted(MESHES))}", file=layout.SETTINGS) from None
