"""The one module of the cutover with effects: read where things stand, ask, decide, commit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from migrator import lever
from migrator.cutover.gate import Answers, Situation
from migrator.cutover.gates import GATES, approval
from migrator.cutover.journal import (
    NOT_STARTED,
    PHASE,
    SERVICE,
    STEP,
    Standing,
    agent_path,
    checked_standing,
    lever_path,
    newest_phases,
    standing,
    step_id,
)
from migrator.cutover.live import ClusterReader, live_state
from migrator.cutover.metrics import MetricSource
from migrator.cutover.plan_file import (
    changed_inputs,
    keep_plan,
    make_plan,
    may_be_of,
    plan_digest,
    read_plan,
    service_of,
)
from migrator.cutover.steps import Step, StepKind, next_step, step_back
from migrator.errors import Held, InputError, MetricError, PlanError, SettingsError
from migrator.gitops import layout
from migrator.gitops.diff import diff_text
from migrator.gitops.git import message_of
from migrator.gitops.repository import Repository
from migrator.meshes import mesh_of
from migrator.model.changes import ChangeSet, Commit
from migrator.model.plans import GateSpec, PhaseSpec, Plan, PlannedService, Strategy, Verdict
from migrator.model.settings import Settings
from migrator.records import load_record

__all__ = ["Cutover", "Outcome", "Status", "blind", "plan"]


_ANY_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did. `commit` is None when nothing was committed."""

    service: str
    before: str
    after: str
    weight: int
    commit: str | None
    verdicts: tuple[Verdict, ...] = ()
    changes: ChangeSet | None = None
    done: bool = False
    """There is no further phase."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where a service stands, and what keeps it there."""

    service: str
    wave: str
    strategy: Strategy
    phase: str
    weight: int
    since: datetime | None = None
    next_phase: str = ""
    why: tuple[str, ...] = field(default=())
    problem: str = ""
    """Why it cannot be told where the service stands: history, lever and plan disagree."""


def plan(
    repository: Repository, *, overwrite: bool = False, keep: bool = False, dry_run: bool = False
) -> tuple[Plan, str | None, str]:
    """Make the plan and commit it; None for the commit when it stands there already.

    Last of the answer: the commit's message and its diff, empty when there is nothing to change.

    With `keep` the plan stays as people have edited it, and is checked against the profiles of today.

    PlanError when a person has edited the plan since we wrote it, unless `overwrite`; Held when a service that is under
    way would lose its phase.
    """
    files = repository.tree()
    text = keep_plan(files) if keep else make_plan(files)
    current = files.get(layout.PLAN)
    written = repository.history({"Migrate-Verb": "plan", "Migrate-Plan": ""}, limit=1)
    ours = {commit.trailers["Migrate-Plan"] for commit in written}
    if current is not None and current != text and plan_digest(current) not in ours and not (overwrite or keep):
        message = "was edited since it was planned; --keep takes it as it is, --overwrite replaces it"
        raise PlanError(message, file=layout.PLAN)
    made = read_plan({**files, layout.PLAN: text})
    _refuse_left_behind(made, newest_phases(repository))
    # A plan that was kept is still a person's: it does not count as ours.
    verb, subject = ("plan-keep", "keep the plan as edited") if keep else ("plan", "plan waves and phases")
    trailers = {"Migrate-Verb": verb, "Migrate-Plan": plan_digest(text)}
    changes = ChangeSet(f"cutover: {subject}", files={layout.PLAN: text}, trailers=trailers)
    difference = _shown(changes, diff_text(changes, repository.read))
    commit = None if dry_run else repository.commit(changes)
    return made, commit, difference


def _shown(changes: ChangeSet, difference: str) -> str:
    return f"{message_of(changes)}\n{difference}" if difference else ""


def _refuse_left_behind(made: Plan, newest: Mapping[str, Commit]) -> None:
    """A service that is under way keeps its phase in the plan, or goes back first."""
    planned = {service.name: service for wave in made.waves for service in wave.services}
    for name, commit in sorted(newest.items()):
        phase, service = commit.trailers[PHASE], planned.get(name)
        if phase == NOT_STARTED or (service and phase in {spec.name for spec in service.phases}):
            continue
        why = "; ".join(service.why) if service else "there is no profile of it any more"
        command = f"migrate cutover rollback {name} --to {NOT_STARTED}"
        raise Held(f"{name}: is in phase `{phase}`, which the new plan does not have ({why}); go back first: {command}")


def blind(repository: Repository, made: Plan) -> dict[str, str]:
    """Services of a plan with gates that can never pass, whatever is measured, and why."""
    settings = _settings(repository.read(layout.SETTINGS))
    found = {one.name: _blind(one, settings) for wave in made.waves for one in wave.services}
    return {name: why for name, why in found.items() if why}


def _settings(text: str | None) -> Settings:
    return load_record(Settings, text, file=layout.SETTINGS, error=SettingsError) if text else Settings()


class Cutover:
    """One look at a repository: its plan, its settings and its history. Take a new one for every command."""

    def __init__(self, repository: Repository, *, dry_run: bool = False) -> None:
        self._repository = repository
        self._dry_run = dry_run
        self._files = repository.tree()
        self._newest = newest_phases(repository)
        self._plans: dict[str, Plan] = {}
        self.settings = _settings(self._files.get(layout.SETTINGS))

    @property
    def plan(self) -> Plan:
        """The plan at HEAD, checked against all profiles. PlanError with file:line."""
        return self._plan()

    def _plan(self, name: str = "") -> Plan:
        """The plan, checked against the profiles of one service or of all; each is read once."""
        if name not in self._plans:
            self._plans[name] = read_plan(self._files, service=name)
        return self._plans[name]

    def _planned(self, name: str) -> PlannedService:
        return service_of(self._plan(name), name)

    def wants_approval(self, name: str, phase: str) -> bool:
        """Whether a person has to open the phase that a service is in."""
        specs = [spec for spec in self._planned(name).phases if spec.name == phase]
        return any(GATES[gate.gate] is approval.GATE for spec in specs for gate in spec.gates)

    def stale(self, name: str = "") -> tuple[str, ...]:
        """Profiles, of one service or of all, that changed since the plan was made."""
        read = next(iter(self._plans.values()), None)
        changed = changed_inputs(read or self.plan, self._files)
        return tuple(path for path in changed if may_be_of(name, path, self._files.get(path, "")))

    def start(self, name: str, *, out_of_order: str = "") -> Outcome:
        """Enter the first phase. Held for a service that is in no wave yet, or whose turn has not come; idempotent."""
        service, out_of_order = self._planned(name), out_of_order.strip()
        self._refuse_later(service)
        now = self._standing(service)
        if now.phase:
            return Outcome(name, now.phase, now.phase, now.weight, None)
        self._refuse_order(name, out_of_order)
        if self.stale(name):
            changed = ", ".join(self.stale(name)[:3])
            raise Held(f"{name}: the plan was made from other profiles ({changed}); run `migrate cutover plan` again")
        self._refuse_unbuilt(name)
        self._refuse_blind(service)
        extra = {"Migrate-Out-Of-Order": out_of_order} if out_of_order else {}
        return self._enter(service, now, Step(StepKind.ENTER, service.phases[0]), extra)

    def advance(
        self, name: str, source: MetricSource, *, now: datetime, approved_by: str = "", on_fail: str = "hold"
    ) -> Outcome:
        """Enter the next phase if every gate of this one passes; else commit nothing, or roll back by `on_fail`."""
        service, approved_by = self._planned(name), approved_by.strip()
        self._refuse_later(service)
        here = self._standing(service)
        if not here.phase:
            raise Held(f"{name}: was not started; start it first, with `migrate cutover start`")
        step = next_step(service, here.phase, self._verdicts(service, here, source, now, approved_by))
        if step.kind is StepKind.ENTER:
            self._refuse_unbuilt(name)
            return self._enter(service, here, step, {"Migrate-Approved-By": approved_by} if approved_by else {})
        if step.failed and on_fail == "rollback":
            return self._enter(service, here, step_back(service, here.phase), {}, step.verdicts)
        done = step.kind is StepKind.DONE
        return Outcome(name, here.phase, here.phase, here.weight, None, step.verdicts, done=done)

    def rollback(self, name: str, *, to: str | None = None) -> Outcome:
        """Enter the phase before, or an earlier one; `not-started` goes all the way. Needs no gate and no metric.

        All the way is two steps: an agent that is suspended in the commit that takes the traffic back would never apply
        it. So while the cluster has a share, the first phase is entered, and `Outcome.after` says so.

        Goes back from wherever the lever is, also when somebody has moved it by hand, and by the plan of the day when
        the plan of today cannot be read.
        """
        service = self._service_on_the_way_back(name)
        here = standing(self._files, self._newest, self.settings, service)
        target = "" if to == NOT_STARTED else to
        _refuse_unknown(service, target)
        _refuse_later_phase(service, here.phase, target)
        step = step_back(service, here.phase, target)
        if step.kind is StepKind.DONE or (step.phase and step.phase.weight == here.weight):
            self._standing(service)
        if step.kind is StepKind.DONE:
            return Outcome(name, here.phase, here.phase, here.weight, None, done=True)
        if step.phase is None and here.weight:
            step = Step(StepKind.ENTER, service.phases[0])
        return self._enter(service, here, step, {})

    def _service_on_the_way_back(self, name: str) -> PlannedService:
        """As planned today; else as planned last by a plan that can be read and has the phase that it is in."""
        commit = self._newest.get(name)
        phase = commit.trailers[PHASE] if commit else NOT_STARTED
        wrong: InputError | None = None
        try:
            service = self._planned(name)
        except InputError as error:
            wrong = error
        else:
            if phase in {NOT_STARTED, *(spec.name for spec in service.phases)}:
                return service
        earlier = next(self._earlier_plans(name, phase), None)
        if earlier is None:
            raise wrong or PlanError(f"`{name}` is in phase `{phase}`, of which no plan is known", file=layout.PLAN)
        return earlier

    def _earlier_plans(self, name: str, phase: str) -> Iterator[PlannedService]:
        """The service in the plans of its own commits, newest first, where they know the phase."""
        for commit in self.history(name):
            text = self._repository.read(layout.PLAN, at=commit.id)
            try:
                service = service_of(load_record(Plan, text or "", file=layout.PLAN, error=PlanError), name)
            except PlanError:
                continue  # that one cannot be read either; an older one may
            if phase in {spec.name for spec in service.phases}:
                yield service

    def status(self) -> list[Status]:
        """Every service of the plan, in the plan's order."""
        return [self._status(service, wave.name) for wave in self.plan.waves for service in wave.services]

    def live(self, reader: ClusterReader, name: str, *, head: str) -> str:
        """Whether the cluster has what Git says of a service; see `live_state`. Empty for what was never started."""
        service = self._planned(name)
        if service.strategy is Strategy.LATER or not standing(self._files, self._newest, self.settings, service).phase:
            return ""
        path = lever_path(self._files, self.settings, name)
        text = self._files[path]
        return live_state(reader, self.settings, name, head=head, lever_text=text, lever_file=path)

    def history(self, name: str = "") -> list[Commit]:
        """Commits of the cutover, newest first."""
        return self._repository.history({SERVICE: name, PHASE: ""})

    def _status(self, service: PlannedService, wave: str) -> Status:
        if service.strategy is Strategy.LATER:
            return Status(service.name, wave, service.strategy, "later", 0, why=service.why)
        try:
            here = self._standing(service)
        except InputError as error:
            return Status(service.name, wave, service.strategy, "unclear", 0, why=service.why, problem=str(error))
        following = next_step(service, here.phase, ())
        return Status(
            service.name,
            wave,
            service.strategy,
            here.phase or NOT_STARTED,
            here.weight,
            here.since.when if here.since else None,
            following.phase.name if following.phase else "",
            service.why,
        )

    def _standing(self, service: PlannedService) -> Standing:
        return checked_standing(self._files, self._newest, self.settings, service)

    def _refuse_later(self, service: PlannedService) -> None:
        if service.strategy is Strategy.LATER:
            raise Held(f"{service.name}: is in no wave yet: {'; '.join(service.why) or 'the plan says so'}")

    def _refuse_unbuilt(self, name: str) -> None:
        """No traffic goes to an image of which the overlay says that nobody has built it."""
        path = f"{layout.app_overlay(name, self.settings.environment)}/kustomization.yaml"
        lines = self._files.get(path, "").split("\n")
        line = next((number for number, line in enumerate(lines, 1) if layout.UNBUILT in line), 0)
        if line:
            mend = f"build {layout.image(name)}/, set newTag to what you pushed, and commit"
            raise Held(f"{path}:{line}: its image is not built yet; {mend}")

    def _refuse_blind(self, service: PlannedService) -> None:
        """No traffic moves to a phase that it could only go back from."""
        why = _blind(service, self.settings)
        if why:
            mend = "set a mesh or a gateway that tells them apart, or take these gates out of the plan, and commit"
            raise Held(f"{service.name}: {why}; {mend}")

    def _refuse_order(self, name: str, reason: str) -> None:
        """Callees first: every moving service of an earlier wave has to be at its last phase."""
        open_services = []
        for wave in self._plan(name).waves:
            names = [service.name for service in wave.services]
            if name in names:
                break
            open_services += [s for s in wave.services if s.strategy is not Strategy.LATER and not self._finished(s)]
        if open_services and not reason:
            shown = ", ".join(service.name for service in open_services[:5])
            raise Held(
                f"{name}: services of earlier waves have not moved yet ({shown}); --out-of-order REASON overrides"
            )

    def _finished(self, service: PlannedService) -> bool:
        commit = self._newest.get(service.name)
        return commit is not None and commit.trailers[PHASE] == service.phases[-1].name

    def _verdicts(
        self, service: PlannedService, here: Standing, source: MetricSource, now: datetime, approved_by: str
    ) -> tuple[Verdict, ...]:
        phase = next(spec for spec in service.phases if spec.name == here.phase)
        if here.since is None:
            return ()
        situation = Situation(
            service.name,
            mesh_of(self.settings).sides(service.name, self.settings),
            here.weight,
            here.since.when,
            now,
            approved_by,
        )
        return tuple(_judged(spec, situation, source) for spec in phase.gates)

    def _enter(
        self,
        service: PlannedService,
        here: Standing,
        step: Step,
        extra: Mapping[str, str],
        verdicts: tuple[Verdict, ...] = (),
    ) -> Outcome:
        target = step.phase
        weight = target.weight if target else 0
        changes = self._changes(service, here, target, extra, step.verdicts or verdicts)
        self._refuse_moved(service.name, here)
        commit = None if self._dry_run else self._repository.commit(changes)
        after = target.name if target else ""
        return Outcome(service.name, here.phase, after, weight, commit, step.verdicts or verdicts, changes)

    def _refuse_moved(self, name: str, here: Standing) -> None:
        """Gates take their time; what they judged has to be what is moved on from."""
        newest = self._repository.history({SERVICE: name, PHASE: ""}, limit=1)
        path = lever_path(self._files, self.settings, name)
        if [commit.id for commit in newest] != [here.newest] * bool(here.newest) or self._repository.read(
            path
        ) != self._files.get(path):
            raise Held(f"{name}: somebody else moved it meanwhile, nothing was committed; look: migrate cutover status")

    def _changes(
        self,
        service: PlannedService,
        here: Standing,
        target: PhaseSpec | None,
        extra: Mapping[str, str],
        verdicts: tuple[Verdict, ...],
    ) -> ChangeSet:
        weight, name = (target.weight, target.name) if target else (0, NOT_STARTED)
        before = here.phase or NOT_STARTED
        files = self._texts(service.name, weight, before=bool(here.phase), after=target is not None)
        return ChangeSet(
            subject=f"cutover: {service.name} {before} -> {name} ({weight} % on the cluster)",
            body="\n".join(f"{v.gate}: {v.kind} ({v.reason})" for v in verdicts),
            files=files,
            trailers={
                SERVICE: service.name,
                PHASE: name,
                STEP: step_id(service, before, name, here.newest),
                "Migrate-Prev-Weights": f"{100 - here.weight}/{here.weight}",
                "Migrate-Plan": plan_digest(self._files.get(layout.PLAN, "")),
                **extra,
            },
        )

    def _texts(self, name: str, weight: int, *, before: bool, after: bool) -> dict[str, str]:
        """The lever at its new position; the agent's switch only where the service starts, or is taken back again."""
        path = lever_path(self._files, self.settings, name)
        texts = {path: lever.with_weight(self._files[path], weight, file=path)}
        if before is not after:
            agent = agent_path(self._files, self.settings, name)
            texts[agent] = lever.with_started(self._files[agent], started=after, file=agent)
        return texts

    def difference(self, outcome: Outcome) -> str:
        """What an outcome changes, or would change, as a diff with its message above."""
        if outcome.changes is None:
            return ""
        return _shown(outcome.changes, diff_text(outcome.changes, self._files.get))


def _blind(service: PlannedService, settings: Settings) -> str:
    """Why gates of a service can never pass; empty where they can."""
    sides = mesh_of(settings).sides(service.name, settings)
    for phase in service.phases if sides.unknown else ():
        here = Situation(service.name, sides, phase.weight, _ANY_TIME, _ANY_TIME)
        asking = [spec.gate for spec in phase.gates if GATES[spec.gate].queries(spec, here)]
        if asking:
            return f"{', '.join(asking)} of phase {phase.name} can never pass: {sides.unknown}"
    return ""


def _judged(spec: GateSpec, situation: Situation, source: MetricSource) -> Verdict:
    gate = GATES[spec.gate]
    answers: dict[str, tuple[float, ...] | str] = {}
    for name, query in gate.queries(spec, situation).items():
        try:
            answers[name] = situation.sides.unknown or source.query(query)
        except MetricError as error:
            answers[name] = str(error)
    known: Answers = answers
    return gate.judge(spec, situation, known)


def _refuse_unknown(service: PlannedService, target: str | None) -> None:
    """PlanError for a phase to go back to that the service does not have."""
    names = [phase.name for phase in service.phases]
    if target and target not in names:
        known = ", ".join([NOT_STARTED, *names])
        raise PlanError(f"`{service.name}` has no phase `{target}`; it has: {known}", file=layout.PLAN)


def _refuse_later_phase(service: PlannedService, current: str, target: str | None) -> None:
    """Held for a phase that does not lie behind: whoever asks for it does not know where the service is."""
    names = ["", *(phase.name for phase in service.phases)]
    if target and names.index(target) > names.index(current):
        where = f"it is in {current}" if current else "it was not started"
        message = f"{service.name}: {target} is a later phase, {where}; nothing was committed"
        raise Held(f"{message}; only `migrate cutover {'advance' if current else 'start'}` goes forward")
