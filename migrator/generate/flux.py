"""What Flux reads: where the repository is, and what to apply in which order. Pure."""

from collections.abc import Iterable
from typing import Any

from migrator.generate.workload import Workload, derived
from migrator.gitops import layout
from migrator.mesh import Page
from migrator.model.settings import Settings

__all__ = ["SOURCE", "app", "infrastructure"]

SOURCE = "fleet"
"""Name of the GitRepository and of the Secret with its credentials."""
NAMESPACES = "namespaces"


def infrastructure(settings: Settings, folders: Iterable[str]) -> tuple[Page, ...]:
    """The source, and what every service needs before it: applied at once. `folders` are those that hold manifests."""
    source = {
        "name": SOURCE,
        "namespace": settings.flux.namespace,
        "url": settings.flux.url,
        "branch": settings.flux.branch,
        "with_secret": settings.flux.url.startswith("ssh://") or "@" in settings.flux.url,
    }
    rows = [
        _kustomization(_shared(name), f"./{name}", suspend=False, after=[] if name == NAMESPACES else [NAMESPACES])
        for name in folders
    ]
    folder = f"clusters/{settings.cluster}"
    return (
        Page(f"{folder}/source.yaml", "flux/git_repository.yaml.j2", source),
        Page(f"{folder}/infrastructure.yaml", "flux/kustomizations.yaml.j2", _view(settings, rows)),
    )


def app(service: Workload, settings: Settings, folders: Iterable[str]) -> Page:
    """One service: its manifests, then its route. Suspended until its cutover begins."""
    path = f"./{layout.app_overlay(service.name, settings.environment)}"
    own = _kustomization(service.name, path, suspend=True, after=list(folders))
    rows = [own]
    if service.routed:
        route = f"./{layout.route(service.name).rpartition('/')[0]}"
        second = _kustomization(derived(service.name, "route"), route, suspend=True, after=[])
        rows.append({**second, "after": [{"name": service.name}]})
    return Page(layout.flux_app(settings.cluster, service.name), "flux/kustomizations.yaml.j2", _view(settings, rows))


def _shared(folder: str) -> str:
    """A service may well be called `gateway`."""
    return f"migrate-{folder}"


def _view(settings: Settings, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "kustomizations": rows,
        "namespace": settings.flux.namespace,
        "interval": settings.flux.interval,
        "source": SOURCE,
    }


def _kustomization(name: str, path: str, *, suspend: bool, after: list[str]) -> dict[str, Any]:
    return {"name": name, "path": path, "suspend": suspend, "after": [{"name": _shared(one)} for one in after]}
