"""Where a service stands, read back from Git alone: the newest commit's trailers, checked against the lever itself."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from migrator import lever
from migrator.errors import PlanError
from migrator.gitops import layout
from migrator.gitops.repository import Repository
from migrator.model.changes import Commit
from migrator.model.plans import PlannedService
from migrator.model.settings import Settings
from migrator.records import dump_record

__all__ = [
    "NOT_STARTED",
    "PHASE",
    "SERVICE",
    "STEP",
    "Standing",
    "agent_path",
    "checked_standing",
    "lever_path",
    "newest_phases",
    "standing",
    "step_id",
]

SERVICE = "Migrate-Service"
PHASE = "Migrate-Phase"
STEP = "Migrate-Step-Id"
NOT_STARTED = "not-started"
"""What the trailer says when a roll-back went all the way."""
_EVERY_COMMIT = 10**9


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one service is: what the history says, and where the lever is."""

    phase: str
    """Empty before the start, and when a roll-back went all the way."""
    weight: int
    since: Commit | None
    """The commit that entered the phase; None while there is no phase."""
    newest: str = ""
    """Id of the newest commit that is about the service; empty if there never was one."""


def newest_phases(repository: Repository) -> dict[str, Commit]:
    """For each service that ever was in a phase the commit that came last. One look at the history for all of them."""
    found: dict[str, Commit] = {}
    for commit in repository.history({SERVICE: "", PHASE: ""}, limit=_EVERY_COMMIT):
        found.setdefault(commit.trailers[SERVICE], commit)
    return found


def lever_path(files: Mapping[str, str], settings: Settings, service: str) -> str:
    """The file that this service's phases change. PlanError when `generate` has not made one."""
    for path in (layout.route(service), layout.switch(service, settings.environment)):
        if path in files:
            return path
    message = f"is missing: `{service}` has no route or switch to move; run `migrate generate`"
    raise PlanError(message, file=layout.route(service))


def agent_path(files: Mapping[str, str], settings: Settings, service: str) -> str:
    """The file that tells the agent to apply the service. PlanError when `generate` has not made one."""
    path = layout.flux_app(settings.cluster, service)
    if path not in files:
        raise PlanError(f"is missing: nothing would apply `{service}`; run `migrate generate`", file=path)
    return path


def standing(
    files: Mapping[str, str], newest: Mapping[str, Commit], settings: Settings, service: PlannedService
) -> Standing:
    """What history and lever say, without a look at whether they agree. InputError where the lever is none."""
    path = lever_path(files, settings, service.name)
    weight = lever.weight_of(files[path], file=path)
    commit = newest.get(service.name)
    if commit is None:
        return Standing("", weight, None)
    phase = commit.trailers[PHASE]
    if phase == NOT_STARTED:
        return Standing("", weight, None, commit.id)
    return Standing(phase, weight, commit, commit.id)


def checked_standing(
    files: Mapping[str, str], newest: Mapping[str, Commit], settings: Settings, service: PlannedService
) -> Standing:
    """Where the service stands, when plan, history, lever and agent agree about it.

    PlanError with file:line and how to mend it when they do not: somebody has moved traffic, or edited the plan.
    """
    here = standing(files, newest, settings, service)
    wanted = {spec.name: spec.weight for spec in service.phases} | {"": 0}
    if here.since is not None and here.phase not in wanted:
        entered = f"which commit {here.since.id[:10]} entered; put it back into the plan, or roll the service back"
        raise PlanError(f"has no phase `{here.phase}` for `{service.name}`, {entered}", file=layout.PLAN)
    _check_lever(files, settings, service.name, here, wanted[here.phase])
    _check_agent(files, settings, service.name, here)
    return here


def _check_lever(files: Mapping[str, str], settings: Settings, service: str, here: Standing, wanted: int) -> None:
    if here.weight == wanted:
        return
    path = lever_path(files, settings, service)
    where = f"phase `{here.phase}`" if here.phase else "a service that was not started"
    back = f"{100 - wanted} and {wanted}" if path == layout.route(service) else "the switch"
    mend = f"put {back} back and commit"
    if here.phase:
        mend += f", or go back from here: migrate cutover rollback {service} --to PHASE"
    message = f"the cluster's share is {here.weight}, but {where} has {wanted}: somebody has edited it by hand; {mend}"
    raise PlanError(message, file=path, line=lever.line_of_lever(files[path], file=path))


def _check_agent(files: Mapping[str, str], settings: Settings, service: str, here: Standing) -> None:
    path = agent_path(files, settings, service)
    if lever.is_started(files[path], file=path) is bool(here.phase):
        return
    line = lever.line_of_start(files[path], file=path)
    if here.phase:
        message = f"`suspend` is true, so nothing of phase `{here.phase}` is applied; set it to false and commit"
    else:
        message = f"`suspend` is false, but `{service}` was not started; set it to true and commit, then start it"
    raise PlanError(message, file=path, line=line)


def step_id(service: PlannedService, source: str, target: str, parent: str) -> str:
    """Name of a step that is the same however often it is tried: a hash of what is done and on top of what."""
    words = (dump_record(service), source, target, parent)
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]
