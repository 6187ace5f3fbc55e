"""What a service is called on its host. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from migrator.model.names import dns_label
from migrator.model.services import Artifact, ServiceKind, ServiceProfile
from migrator.scan.facts.processes import Processes
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.identity import Identity
from migrator.scan.interpreters import is_interpreter
from migrator.scan.ownership import section_of
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["distinct", "name_of"]


def name_of(snapshot: Snapshot, identity: Identity, artifacts: Sequence[Artifact]) -> str:
    """What it runs, its unit, the folder that its program stands in, the program, or its account."""
    workload, runtime = identity.workload, identity.detection.runtime.name
    known = "" if runtime in {"binary", "go"} else runtime
    telling = [name for name in (known, workload.main.program) if name and not is_interpreter(name)]
    best = (
        workload.label or (section_of(snapshot, identity.programs) if workload.managed else ""),
        identity.detection.name,
        "" if workload.managed else workload.unit_stem,
        _folder(identity, artifacts),
        *telling,
        "" if workload.unit and not workload.managed else _own_account(snapshot, workload),
        known,
        workload.main.program,
    )
    return next(name for name in best if name)


def _folder(identity: Identity, artifacts: Sequence[Artifact]) -> str:
    """The name of the folder that was made for its program."""
    folders = identity.roots.folders
    everybodys = (*identity.detection.homes, *(one for one in folders if one.startswith("/var/")))
    own = (one.path for one in artifacts if one.path in folders and one.path not in everybodys)
    return next((path.rsplit("/", 1)[-1] for path in own), "")


def _own_account(snapshot: Snapshot, workload: Workload) -> str:
    """The account's name where nothing else on the host runs under it."""
    uid = workload.main.uid
    others = {p.uid for p in snapshot.value(Processes, ()) if p.pid not in workload.pids}
    user = snapshot.value(Users, UsersFacts()).by_uid.get(uid)
    return user.name if user and uid and uid not in others else ""


def distinct(profiles: Sequence[ServiceProfile]) -> Iterator[ServiceProfile]:
    """Two services of one host need two names: instance of one unit, port, a job's program, else their order."""
    taken: set[str] = set()
    several = Counter(profile.service for profile in profiles)
    for profile in profiles:
        ports = [listen.port for listen in profile.listens if listen.port]
        shared = several[profile.service] > 1 and _instance(profile)
        instances = [f"{profile.service}-{_instance(profile)}"] if shared else []
        candidates = [*instances, profile.service, *(f"{profile.service}-{port}" for port in ports[:1])]
        started = PurePosixPath(profile.executable).stem if profile.kind is ServiceKind.JOB else ""
        candidates += [f"{profile.service}-{started}"] if not profile.service.endswith(started) else []
        candidates += [f"{profile.service}-{number}" for number in range(2, len(profiles) + 2)]
        name = next(dns_label(name) for name in candidates if dns_label(name) not in taken)
        taken.add(name)
        yield replace(profile, service=name)


def _instance(profile: ServiceProfile) -> str:
    """`b` of `a@b.service`, where the unit gives the service its name."""
    stem, at, rest = profile.unit.removesuffix(".service").partition("@")
    return rest if at and dns_label(stem) == profile.service else ""
