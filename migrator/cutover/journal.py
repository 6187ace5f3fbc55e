"""Where a service stands, read back from Git alone: the newest commit's trailers, checked against the lever itself."""

import hashlib
from dataclasses import dataclass

from migrator import lever
from migrator.errors import PlanError
from migrator.gitops import layout
from migrator.gitops.repository import Repository
from migrator.model.changes import Commit
from migrator.model.plans import PlannedService
from migrator.model.settings import Settings

__all__ = ["PHASE", "SERVICE", "STEP", "Standing", "lever_path", "standing", "step_id"]

SERVICE = "Migrate-Service"
PHASE = "Migrate-Phase"
STEP = "Migrate-Step-Id"
NOT_STARTED = "not-started"
"""What the trailer says when a roll-back went all the way."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one service is. `phase` is empty before the start."""

    phase: str
    weight: int
    since: Commit | None
    """The commit that entered the phase; None if it was never started."""


def lever_path(repository: Repository, settings: Settings, service: str) -> str:
    """The file that this service's phases change. PlanError when `generate` has not made one."""
    for path in (layout.route(service), layout.switch(service, settings.environment)):
        if repository.read(path) is not None:
            return path
    raise PlanError(
        f"is missing: `{service}` has no route or switch to move; run `migrate generate`", file=layout.route(service)
    )


def standing(repository: Repository, settings: Settings, service: PlannedService) -> Standing:
    """Read where the service stands.

    PlanError, with file:line and how to mend it, when the weights at HEAD are not those of the phase that the history
    names: somebody has moved traffic by hand.
    """
    path = lever_path(repository, settings, service.name)
    weight = lever.weight_of(repository.read(path) or "", file=path)
    found = repository.history({SERVICE: service.name, PHASE: ""}, limit=1)
    said = found[0].trailers[PHASE] if found else NOT_STARTED
    phase = "" if said == NOT_STARTED else said
    wanted = {spec.name: spec.weight for spec in service.phases} | {"": 0}
    if phase not in wanted:
        entered = f"which commit {found[0].id[:10]} entered; put it back into the plan"
        message = f"has no phase `{phase}` for `{service.name}`, {entered}"
        raise PlanError(message, file=layout.PLAN)
    if wanted[phase] != weight:
        where = f"phase `{phase}`" if phase else "a service that was not started"
        message = (
            f"the cluster's share is {weight}, but {where} has {wanted[phase]}: somebody has edited it by hand; "
            f"put {100 - wanted[phase]} and {wanted[phase]} back and commit"
        )
        raise PlanError(message, file=path)
    return Standing(phase, weight, found[0] if found and phase else None)


def step_id(service: str, source: str, target: str, parent: str) -> str:
    """Name of a step that is the same however often it is tried: a hash of what is done and on top of what."""
    return hashlib.sha256(f"{service}\0{source}\0{target}\0{parent}".encode()).hexdigest()[:16]
