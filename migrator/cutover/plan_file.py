"""`cutover/plan.yaml`: written by `plan`, edited by people, and read with distrust. Pure."""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from migrator import yamlio
from migrator.cutover.gates import GATES
from migrator.cutover.journal import NOT_STARTED
from migrator.cutover.waves import strategy_of, waves
from migrator.errors import InputError, PlanError, ProfileError
from migrator.gitops import layout
from migrator.model.duration import duration
from migrator.model.estate import Estate
from migrator.model.names import is_dns_label
from migrator.model.plans import GateSpec, PhaseSpec, Plan, PlannedService, Strategy
from migrator.model.services import ServiceProfile
from migrator.records import dump_record, load_document, load_record
from migrator.reviewed import reviewed

__all__ = [
    "changed_inputs",
    "inputs_of",
    "keep_plan",
    "make_plan",
    "may_be_of",
    "plan_digest",
    "read_plan",
    "service_of",
]

_MOST = 100


def inputs_of(files: Mapping[str, str]) -> tuple[Estate, tuple[ServiceProfile, ...]]:
    """The estate and all profiles of a repository. ProfileError with file:line."""
    if layout.ESTATE not in files:
        raise ProfileError("is missing; `migrate scan` and `migrate generate` bring it", file=layout.ESTATE)
    profiles = _profiles(files, filter(_is_profile, files))
    known = reviewed(files[layout.ESTATE], profiles, file=layout.ESTATE)
    return known.estate, tuple(known.profiles.values())


def _profiles(files: Mapping[str, str], paths: Iterable[str]) -> dict[str, ServiceProfile]:
    return {path: load_record(ServiceProfile, files[path], file=path, error=ProfileError) for path in sorted(paths)}


def _profiles_of(files: Mapping[str, str], service: str) -> dict[str, list[ServiceProfile]]:
    """Profiles by service: of all, or of those only whose text has its name: people rename it in any of them."""
    paths = [path for path in files if _is_profile(path) and may_be_of(service, path, files[path])]
    by_name: dict[str, list[ServiceProfile]] = {}
    for profile in _profiles(files, paths).values():
        by_name.setdefault(profile.service, []).append(profile)
    return by_name


def may_be_of(service: str, path: str, text: str) -> bool:
    """Whether a profile's file may be one of the service: it says so itself, or has its name still."""
    said = re.search(rf"""service["']?\s*:\s*["']?{re.escape(service)}\b""", text)
    return service == "" or path.endswith(f"/{service}.yaml") or said is not None


def _is_profile(path: str) -> bool:
    return path.startswith("profiles/") and path.endswith(".yaml")


def make_plan(files: Mapping[str, str]) -> str:
    """The plan for what stands in a repository, as the text of its file."""
    estate, profiles = inputs_of(files)
    return dump_record(Plan(waves(estate, profiles), _digests(files)))


def _digests(files: Mapping[str, str]) -> dict[str, str]:
    """Digest of every profile, so that a plan over changed input says so."""
    return {path: plan_digest(files[path]) for path in sorted(files) if _is_profile(path)}


def plan_digest(text: str) -> str:
    """SHA-256 of a text in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def changed_inputs(plan: Plan, files: Mapping[str, str]) -> tuple[str, ...]:
    """Profiles that are not what the plan was made from."""
    now = _digests(files)
    return tuple(sorted(path for path in {*now, *plan.digests} if now.get(path) != plan.digests.get(path)))


def keep_plan(files: Mapping[str, str]) -> str:
    """The plan as it stands, edits and comments and all, taken for one that was made from the profiles of today.

    PlanError where it cannot be meant for them: see `read_plan`; and for a profile that is new or gone.
    """
    plan, text = read_plan(files), files[layout.PLAN]
    document = yamlio.load(text, file=layout.PLAN)
    lines, today = text.split("\n"), _digests(files)
    for path in changed_inputs(plan, files):
        line = document.line(("digests", path)) or 0
        if path not in today or path not in plan.digests or plan.digests[path] not in lines[line - 1]:
            message = f"`{path}` is new or gone, so the waves have to be made anew: migrate cutover plan --overwrite"
            raise PlanError(message, file=layout.PLAN, line=line or None)
        lines[line - 1] = lines[line - 1].replace(plan.digests[path], today[path])
    return "\n".join(lines)


def service_of(plan: Plan, name: str) -> PlannedService:
    """One service of the plan. PlanError when it is not in it."""
    for wave in plan.waves:
        for service in wave.services:
            if service.name == name:
                return service
    known = ", ".join(service.name for wave in plan.waves for service in wave.services)
    raise PlanError(f"has no service `{name}`; it has: {known}", file=layout.PLAN)


def read_plan(files: Mapping[str, str], *, service: str = "") -> Plan:
    """Read and check the plan of a repository.

    PlanError with file:line for anything that cannot be meant: unknown services and gates, weights that fall, a service
    with state that would be split between two copies of it. With `service` only that one is held against its profiles:
    a command about one service does not read those of a thousand others, nor fail on what is wrong in them.
    """
    text = files.get(layout.PLAN)
    if text is None:
        raise PlanError("is missing; make it: migrate cutover plan", file=layout.PLAN)
    try:
        document = yamlio.load(text, file=layout.PLAN)
    except InputError as error:
        raise PlanError(str(error).split(": ", 1)[1], file=layout.PLAN, line=error.line) from error
    plan = load_document(Plan, document, error=PlanError)
    _check_waves(document, plan)
    by_name = _profiles_of(files, service)
    for one, _, at in _services(plan):
        if service in {"", one.name} and one.name not in by_name:
            raise _wrong(document, (*at, "name"), f"there is no service `{one.name}`")
        _check(document, at, one, by_name.get(one.name, ()))
    return plan


def _services(plan: Plan) -> Iterator[tuple[PlannedService, str, yamlio.Path]]:
    for number, wave in enumerate(plan.waves):
        for place, service in enumerate(wave.services):
            yield service, wave.name, ("waves", number, "services", place)


def _check_waves(document: yamlio.Document, plan: Plan) -> None:
    names = [wave.name for wave in plan.waves]
    for number, name in enumerate(names):
        if not name.strip() or name in names[:number]:
            raise _wrong(document, ("waves", number, "name"), f"wave `{name}` needs a name of its own")
    seen: dict[str, str] = {}
    for service, wave, at in _services(plan):
        if service.name in seen:
            raise _wrong(document, (*at, "name"), f"`{service.name}` stands in {seen[service.name]} and in {wave}")
        seen[service.name] = wave


def _wrong(document: yamlio.Document, at: yamlio.Path, message: str) -> PlanError:
    return PlanError(message, file=document.file, line=document.line(at))


def _check(
    document: yamlio.Document, at: yamlio.Path, service: PlannedService, profiles: Sequence[ServiceProfile]
) -> None:
    if service.strategy is Strategy.LATER:
        if service.phases:
            raise _wrong(
                document, (*at, "phases"), f"`{service.name}` is in no wave yet (`later`), so it has no phases"
            )
        return
    _check_phases(document, (*at, "phases"), service)
    if profiles:
        _check_strategy(document, (*at, "phases"), service, profiles)
    if service.phases[-1].weight != _MOST:
        message = f"the last phase of `{service.name}` should have weight 100; who wants to stop before it just does"
        raise _wrong(document, (*at, "phases", len(service.phases) - 1, "weight"), message)


def _check_strategy(
    document: yamlio.Document, at: yamlio.Path, service: PlannedService, profiles: Sequence[ServiceProfile]
) -> None:
    """What was seen of a service says which weights it can take, whatever the plan calls its strategy."""
    strategy, why = strategy_of(profiles)
    for number, phase in enumerate(service.phases):
        if strategy is Strategy.LATER and phase.weight:
            message = f"`{service.name}` {why[0]}; remove its phases and leave it for later"
            raise _wrong(document, (*at, number, "weight"), message)
        if strategy is not Strategy.WEIGHTED and 0 < phase.weight < _MOST:
            message = f"`{service.name}` cannot take {phase.weight} % of the work: {why[0]}"
            raise _wrong(document, (*at, number, "weight"), message)


def _check_phases(document: yamlio.Document, at: yamlio.Path, service: PlannedService) -> None:
    if not service.phases:
        raise _wrong(document, at, f"`{service.name}` has no phases")
    if service.phases[0].weight != 0:
        message = f"the first phase of `{service.name}` should have weight 0: first the workload, then the traffic"
        raise _wrong(document, (*at, 0, "weight"), message)
    names = [phase.name for phase in service.phases]
    for number, phase in enumerate(service.phases):
        _check_weight(document, (*at, number, "weight"), service, number)
        if not is_dns_label(phase.name) or phase.name == NOT_STARTED:
            message = f"{phase.name!a} is no name for a phase; use lower-case letters, digits and dashes"
            raise _wrong(document, (*at, number, "name"), message)
        if phase.name in names[:number]:
            raise _wrong(document, (*at, number, "name"), f"phase `{phase.name}` needs a name of its own")
        _check_gates(document, (*at, number, "gates"), phase)


def _check_weight(document: yamlio.Document, at: yamlio.Path, service: PlannedService, number: int) -> None:
    weight, written = service.phases[number].weight, _written(document, at)
    if type(written) is not int:
        raise _wrong(document, at, f"weight {written!r} is not a whole number")
    if not 0 <= weight <= _MOST:
        raise _wrong(document, at, f"weight {weight} is not from 0 to 100")
    before = service.phases[number - 1].weight if number else -1
    if weight < before:
        message = f"weight {weight} is less than the phase before; to go back is `migrate cutover rollback`"
        raise _wrong(document, at, message)
    if weight == before:
        raise _wrong(document, at, f"weight {weight} is the same as before, so there would be nothing to commit")


def _written(document: yamlio.Document, path: yamlio.Path) -> Any:
    """A value as it stands in the file: the record has turned `"25"`, `25.0` and `true` into numbers."""
    found: Any = document.data
    for step in path:
        found = found[step] if isinstance(step, int) else found.get(step)
    return found


def _check_gates(document: yamlio.Document, at: yamlio.Path, phase: PhaseSpec) -> None:
    for number, spec in enumerate(phase.gates):
        written = _written(document, (*at, number)).get("threshold")
        if isinstance(written, bool | str):
            raise _wrong(document, (*at, number, "threshold"), f"threshold {written!r} is not a number")
        problem = _problem(spec)
        if problem:
            raise _wrong(document, (*at, number), f"phase `{phase.name}`: {problem}")


def _problem(spec: GateSpec) -> str:
    """What is wrong with one gate of a plan; empty when it can be meant."""
    gate = GATES.get(spec.gate)
    if gate is None:
        return f"there is no gate `{spec.gate}`; there are: {', '.join(GATES)}"
    threshold = spec.threshold
    checks = (
        (
            bool(spec.window) and duration(spec.window) is None,
            f"window `{spec.window}` is no duration; write 30s, 5m, 1h or 2d",
        ),
        (gate.needs_window and not spec.window, f"gate `{spec.gate}` needs a `window`"),
        (gate.needs_threshold and threshold is None, f"gate `{spec.gate}` needs a `threshold`"),
        (threshold is not None and not 0 <= threshold < math.inf, f"threshold {threshold} makes no sense"),
        (
            spec.gate == "success-rate" and (threshold or 0) > 1,
            f"threshold {threshold} is more than 1; a share is from 0 to 1",
        ),
    )
    return next((message for wrong, message in checks if wrong), "")
