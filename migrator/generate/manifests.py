"""The one decision of `generate`: what the repository should hold, given what it holds now. Pure.

A second run over the same input changes nothing. What a person or a cutover has changed is kept: the position of every
lever, and edits of generated files.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from migrator import lever, yamlio
from migrator.errors import InputError, MigrateError
from migrator.generate import findings as found
from migrator.generate import gateways, images, secrets_gate
from migrator.generate.inputs import Inputs
from migrator.generate.merge import Conflict, merged
from migrator.generate.pages import edges_by_service, meshed, pages_of_estate, pages_of_service, workloads
from migrator.generate.templates import Templates
from migrator.generate.workload import Workload, derived
from migrator.gitops import layout
from migrator.mesh import Page
from migrator.meshes import mesh_of
from migrator.model.changes import ChangeSet
from migrator.model.estate import unseen
from migrator.model.findings import Finding
from migrator.model.listing import few
from migrator.model.record import Record
from migrator.records import dump_record, load_record

__all__ = ["BASE", "INDEX", "Generated", "changes"]

INDEX = ".migrate/generated.yaml"
BASE = ".migrate/base/"
"""Below it the text that was generated, for each file that stands differently in the repository."""

Base = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class GeneratedIndex(Record):
    """What the last run generated: path -> SHA-256, so that an edit by a person is noticed."""

    digests: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    """The same for the profiles and the estate that were brought along."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What to commit, what a person should know, and which services it is about."""

    changes: ChangeSet
    findings: tuple[Finding, ...]
    services: tuple[str, ...]
    merged: tuple[str, ...] = ()
    """Files in which a person's edits were kept."""
    unseen: tuple[str, ...] = ()
    """Which hosts the last scan did not see, in words."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """What people call a service -> its name in the cluster, where that is another."""


def changes(inputs: Inputs, standing: Mapping[str, str], templates: Templates, *, base: Base) -> Generated:
    """Work out the commit. `standing` is every file of the repository; only what differs from it is in the result.

    `base` gives the text of a file as the last run left it, None where there was none. Raises TemplateError, InputError
    (a secret; a file that is not what it was), or MigrateError naming each file where an edit and the new text collide.
    """
    services = workloads(inputs)
    pages, findings = _pages(services, inputs)
    fresh = {page.path: templates.render(page.template, page.view) for page in pages}
    index = _index(standing)
    last = index.digests
    _refuse_edited_inputs(inputs.files, standing, index.inputs)
    wanted, edited = _settled(fresh, standing, last, base)
    kept, gone_findings = _gone(fresh, standing, last)
    files = {**inputs.files, **wanted}
    if layout.SETTINGS not in standing and layout.SETTINGS not in inputs.files:
        files[layout.SETTINGS] = templates.render("migrate.yaml.j2", {})
    digests = {path: _digest(text) for path, text in fresh.items()}
    bases = {f"{BASE}{path}": fresh[path] for path in wanted if _is_edited(path, wanted[path], fresh[path])}
    files |= bases
    brought = {path: _digest(text) for path, text in inputs.files.items() if path != layout.SETTINGS}
    files[INDEX] = dump_record(GeneratedIndex(_sorted({**{p: last[p] for p in kept}, **digests}), _sorted(brought)))
    secrets_gate.check({path: text for path, text in files.items() if standing.get(path) != text})
    deletions = {path for path in last if path not in fresh and path not in kept and path in standing}
    deletions |= {path for path in index.inputs if path not in brought and path in standing}
    deletions |= {path for path in standing if path.startswith(BASE) and path not in bases}
    return Generated(
        changes=_change_set(files, frozenset(deletions), standing, services=len(services), inputs=brought),
        findings=(*inputs.estate.findings, *_of_profiles(services), *findings, *gone_findings),
        services=tuple(one.name for one in services),
        merged=tuple(edited),
        unseen=tuple(unseen(inputs.estate)),
        renamed={p.service: one.name for one in services for p in one.profiles if p.service != one.name},
    )


def _change_set(
    files: Mapping[str, str],
    deletions: frozenset[str],
    standing: Mapping[str, str],
    *,
    services: int,
    inputs: Mapping[str, str],
) -> ChangeSet:
    """`inputs` are digests of the profiles and the estate; one digest of them all goes into the commit."""
    different = {path: text for path, text in sorted(files.items()) if standing.get(path) != text}
    noun = "service" if services == 1 else "services"
    told = "".join(f"{digest}  {path}\n" for path, digest in sorted(inputs.items()))
    return ChangeSet(
        subject=f"generate: manifests for {services} {noun}",
        files=different,
        deletions=deletions,
        trailers={"Migrate-Verb": "generate", "Migrate-Inventory-Digest": f"sha256:{_digest(told)}"},
    )


def _pages(services: tuple[Workload, ...], inputs: Inputs) -> tuple[list[Page], list[Finding]]:
    mesh = mesh_of(inputs.settings)
    balancers = gateways.balancers(services, inputs.estate.edges)
    members = meshed(services, inputs, balancers)
    sharing, edges = _sharing(services), edges_by_service(inputs)
    findings = list(found.of_settings(inputs.settings))
    blind = mesh.sides(services[0].name, inputs.settings).unknown
    findings += [found.sides_unknown(blind)] * bool(blind)
    pages = list(pages_of_estate(members, mesh, inputs, balancers))
    for service, member in zip(services, members, strict=True):
        own = list(found.of_service(service, sharing.get(service.name, ())))
        if images.base_image(service) is None:
            own.append(found.base_image_unknown(service.name, service.first.os.name))
        own += [
            found.gateway_without_rules(one.service.name, one.callees)
            for one in balancers
            if one.service is service and len(one.callees) > 1
        ]
        findings += own
        calls = edges.get(service.name, ())
        pages += pages_of_service(service, member, mesh, inputs, edges=calls, findings=own)
    _refuse_doubles(pages, services)
    return pages, findings


def _refuse_doubles(pages: Iterable[Page], services: Iterable[Workload]) -> None:
    """Two things with one name: files, and what is named after a service beside the service of that very name."""
    names = [one.name for one in services]
    names += [derived(one.name, suffix) for one in services if one.routed for suffix in ("route", "vm")]
    names += [page.path for page in pages]
    doubles = [name for name, count in Counter(names).items() if count > 1]
    if doubles:
        raise MigrateError(f"{doubles[0]}: two things of the estate get this name; rename one `service` in its profile")


def _sharing(services: Iterable[Workload]) -> dict[str, list[tuple[str, str]]]:
    """Service -> the places where it keeps data on the same host as another service, and which one."""
    users: dict[tuple[str, str], list[str]] = {}
    for service in services:
        for profile in service.profiles:
            for state in profile.state:
                users.setdefault((profile.host, state.path), []).append(service.name)
    shared: dict[str, set[tuple[str, str]]] = {}
    for (_, path), names in users.items():
        for name in names:
            shared.setdefault(name, set()).update((path, other) for other in names if other != name)
    return {name: sorted(pairs) for name, pairs in shared.items()}


def _of_profiles(services: Iterable[Workload]) -> list[Finding]:
    return [finding for service in services for profile in service.profiles for finding in profile.findings]


def _index(standing: Mapping[str, str]) -> GeneratedIndex:
    return load_record(GeneratedIndex, standing[INDEX], file=INDEX) if INDEX in standing else GeneratedIndex()


def _sorted(digests: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(digests.items()))


def _refuse_edited_inputs(files: Mapping[str, str], standing: Mapping[str, str], last: Mapping[str, str]) -> None:
    """Profiles are edited in one place: a scan's folder does not overwrite what was reviewed in the repository."""
    for path, text in files.items():
        now = standing.get(path, text)
        if now != text and _digest(now) != last.get(path):
            message = "was edited in the repository and is different in the folder of --from; nothing was written. "
            raise InputError(message + "Copy the edit there, or generate from the repository itself", file=path)


def _settled(
    fresh: Mapping[str, str], standing: Mapping[str, str], last: Mapping[str, str], base: Base
) -> tuple[dict[str, str], list[str]]:
    """Path -> text that is to stand there, and which of them hold edits; a file that a person removed stays away.

    Raises MigrateError for all conflicts at once.
    """
    wanted, edited, conflicts = {}, [], []
    for path, new in fresh.items():
        if path in last and path not in standing:
            edited.append(path)
            continue
        outcome = _outcome(path, new, standing, last, base)
        if isinstance(outcome, Conflict):
            conflicts.append(f"{path}:{outcome.line}")
            continue
        wanted[path] = outcome
        if _is_edited(path, outcome, new):
            edited.append(path)
    if conflicts:
        message = (
            f"{few(conflicts)}: edited in the repository where the generated text changes, too; nothing was written. "
        )
        raise MigrateError(message + "Take your lines back or change the profile so that both agree")
    return wanted, edited


def _outcome(path: str, new: str, standing: Mapping[str, str], last: Mapping[str, str], base: Base) -> str | Conflict:
    now = standing.get(path, new)
    if now == new:
        return new
    resting = _at_rest(path, now)
    if resting == new or _digest(resting) == last.get(path):
        return _as_it_stands(path, new, now)
    before = standing.get(f"{BASE}{path}") or base(path)
    if before is None:
        return Conflict(1)
    joined = _readable(path, merged(_at_rest(path, before), resting, new))
    return joined if isinstance(joined, Conflict) else _as_it_stands(path, joined, now)


def _readable(path: str, joined: str | Conflict) -> str | Conflict:
    """What is joined line by line may have a key twice: then both sides meant the same place after all."""
    if isinstance(joined, str) and path.endswith(".yaml"):
        try:
            yamlio.load_all(joined, file=path)
        except InputError as problem:
            return Conflict(problem.line or 1)
    return joined


def _gone(
    fresh: Mapping[str, str], standing: Mapping[str, str], last: Mapping[str, str]
) -> tuple[set[str], list[Finding]]:
    """Files of services that have no profile any more but are applied in the cluster: removing them would delete it."""
    started = {
        path.rsplit("/", 1)[1].removesuffix(".yaml")
        for path in last
        if path not in fresh and _is_app(path) and path in standing and lever.is_started(standing[path], file=path)
    }
    prefixes = tuple(f"apps/{name}/" for name in started)
    kept = {path for path in last if path not in fresh and (path.startswith(prefixes) or _app_name(path) in started)}
    for path in last:
        if _is_lever(path) and path in standing and path not in fresh and path not in kept:
            _refuse_thrown(path, standing[path])
    return kept, [found.profile_gone(name) for name in sorted(started)]


def _refuse_thrown(path: str, text: str) -> None:
    """A lever that goes away while the cluster does the work would take the work away from both sides."""
    weight = lever.weight_of(text, file=path)
    if weight:
        message = f"stands at {weight} % in the cluster and would be removed; roll the service back first"
        raise InputError(message, file=path)


def _is_app(path: str) -> bool:
    return path.startswith("clusters/") and "/apps/" in path


def _app_name(path: str) -> str:
    return path.rsplit("/", 1)[1].removesuffix(".yaml") if _is_app(path) else ""


def _is_lever(path: str) -> bool:
    return path.startswith("apps/") and path.endswith(("/route/route.yaml", "/switch.yaml"))


def _is_edited(path: str, text: str, generated: str) -> bool:
    """Whether more than a lever is different. What was just generated is at rest."""
    return text != generated and _at_rest(path, text) != generated


def _at_rest(path: str, text: str) -> str:
    """The text with its lever where generating puts it; what is no lever any more is left as it is."""
    try:
        if _is_lever(path):
            return lever.with_weight(text, 0, file=path)
        return lever.with_started(text, started=False, file=path) if _is_app(path) else text
    except InputError:
        return text


def _as_it_stands(path: str, text: str, now: str) -> str:
    """`text` with the lever where it stands in `now`. Raises InputError where `now` is no lever."""
    if _is_lever(path):
        weight = lever.weight_of(now, file=path)
        if weight and _object(text, path) != _object(now, path):
            message = f"stands at {weight} % in the cluster and would become another object, while Pods do the work; "
            raise InputError(message + "roll the service back first", file=path)
        return lever.with_weight(text, weight, file=path)
    return lever.with_started(text, started=lever.is_started(now, file=path), file=path) if _is_app(path) else text


def _object(text: str, path: str) -> tuple[object, ...]:
    """What tells one object from another; `text` is a lever, but people may have edited it."""
    data = yamlio.load(text, file=path).data
    named = data.get("metadata")
    where = (named.get("namespace"), named.get("name")) if isinstance(named, Mapping) else ()
    return data["kind"], *where


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
