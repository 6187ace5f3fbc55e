"""One host's snapshot to the profiles of its services. Pure; names are still those of the host (see `estate`)."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from migrator.model.estate import SetAside
from migrator.model.names import dns_label
from migrator.model.services import (
    Account,
    Artifact,
    Call,
    Evidence,
    Listen,
    OperatingSystem,
    Protocol,
    ServiceProfile,
    State,
    Usage,
    Variable,
)
from migrator.scan.artifacts import artifacts_of, told_by
from migrator.scan.calls import configured_calls, merged, socket_calls
from migrator.scan.claims import Claimant, Claims, claimed
from migrator.scan.detector import Detection, words_of
from migrator.scan.detectors import DETECTORS
from migrator.scan.doors import behind, listeners_of, waiting
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.environment import Environment
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.network import Network, NetworkFacts
from migrator.scan.facts.on_demand import Door
from migrator.scan.facts.os_release import OsRelease
from migrator.scan.facts.processes import Process, Processes
from migrator.scan.facts.sockets import Connection, Listener
from migrator.scan.facts.units import Unit
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.jobs import job_profiles, job_roots
from migrator.scan.kernel_needs import kernel_needs
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.ownership import (
    FileRoots,
    file_roots,
    files_by_name,
    files_of,
    foreign_files,
    home_of,
    mentions_of,
    named_files,
    programs_in,
    refused_files,
    secrets_in,
    section_of,
    with_folders,
)
from migrator.scan.redact import looks_secret
from migrator.scan.running import named_in, timed_units
from migrator.scan.snapshot import Snapshot
from migrator.scan.socket_owners import SocketOwners, socket_owners
from migrator.scan.state import data_paths, is_program, state_of
from migrator.scan.workload import Workload, workloads

__all__ = ["HostView", "host_view"]

_INTERPRETER = re.compile(
    r"(?:php|python|java|jsvc|node|nodejs|ruby|perl|sh|bash|dash|busybox|dotnet|shell|binary)[\d.]*"
)
"""Folders like /etc/php are everybody's who runs PHP."""
_UPLOADS = frozenset({"upload", "uploads", "storage", "media", "attachments"})
"""Folders in a program's own home that hold what its users brought."""
_PAGES = re.compile(r"php-cgi[\d.]*|php-fcgi")
_TLS_PORTS = frozenset({443, 8443})
_INHERITED = frozenset(
    re.findall(
        r"\w+",
        """
    HOME LANG LANGUAGE LC_ALL LOGNAME MAIL OLDPWD PATH PWD SHELL SHLVL TERM USER CACHE_DIRECTORY
    CONFIGURATION_DIRECTORY CREDENTIALS_DIRECTORY FDSTORE INVOCATION_ID JOURNAL_STREAM LISTEN_FDNAMES LISTEN_FDS
    LISTEN_PID LOGS_DIRECTORY MAINPID MANAGERPID MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE NOTIFY_SOCKET
    RUNTIME_DIRECTORY STATE_DIRECTORY SYSTEMD_EXEC_PID WATCHDOG_PID WATCHDOG_USEC CONSOLE
    DBUS_SESSION_BUS_ADDRESS INIT_VERSION LS_COLORS PREVLEVEL RUNLEVEL SSH_CLIENT SSH_CONNECTION SSH_TTY STY
    TERMCAP WINDOW XDG_RUNTIME_DIR XDG_SESSION_ID
    """,
    )
)
"""Variables that come from login, init or terminal and say nothing about the service."""

_ADDED_BY_MANAGER = {
    "pm2": frozenset(
        re.findall(
            r"\w+",
            """
    NODE_APP_INSTANCE NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE PIDFILE PM2_HOME PM2_INTERACTOR_PROCESSING
    PM2_JSON_PROCESSING PM2_PROGRAMMATIC PM2_USAGE automation autorestart autostart axm_actions axm_dynamic axm_monitor
    axm_options created_at cron_restart cwd env error_file exec_interpreter exec_mode exit_code filter_env
    instance_var instances kill_retry_time km_link max_memory_restart merge_logs name namespace node_args
    node_version out_file pm_cwd pm_err_log_path pm_exec_path pm_id pm_out_log_path pm_pid_path pm_uptime pmx
    prev_restart_delay restart_time status treekill unique_id unstable_restarts username vizion vizion_running watch
    windowsHide
    """,
        )
    ),
    "supervisor": frozenset(
        ["SUPERVISOR_ENABLED", "SUPERVISOR_GROUP_NAME", "SUPERVISOR_PROCESS_NAME", "SUPERVISOR_SERVER_URL"]
    ),
}
"""Measured on pm2 5.4.3, whose children get its whole description of them; supervisord's from its manual."""


@dataclass(frozen=True, slots=True)
class HostView:
    """What one host runs, and what its sockets say about others."""

    snapshot: Snapshot
    profiles: tuple[ServiceProfile, ...]
    mentions: tuple[tuple[Mention, ...], ...]
    """What configuration says, for each profile."""
    incoming: tuple[Connection, ...] = ()
    unowned: tuple[Listener, ...] = ()
    unowned_outgoing: tuple[Connection, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    of_now: bool = True
    """False where the host was not seen by this scan, and this is what it said last."""


def host_view(snapshot: Snapshot) -> HostView:
    """Recognise every service and job of one host."""
    sorted_out, timed = workloads(snapshot), timed_units(snapshot)
    lasting = [w for w in sorted_out.found if not (w.unit and w.unit.name in timed)]
    owners = socket_owners(snapshot, lasting)
    doors = [(w, behind(snapshot, w)) for w in lasting] + [(w, (door,)) for w, door in waiting(snapshot, lasting)]
    known = [_Known.of(snapshot, workload) for workload, _ in doors]
    named = [one.named for one in known] + [named_files(snapshot, roots) for roots in job_roots(snapshot)]
    seen = [
        _Draft.of(snapshot, owners, index, one, named).with_doors(doors[index][1]) for index, one in enumerate(known)
    ]
    claims = claimed(
        [draft.claimant() for draft in seen], _left(seen, owners), snapshot.value(Network, NetworkFacts()).names
    )
    services = [draft.with_claims(claims, index) for index, draft in enumerate(seen)]
    folders = frozenset(folder for one in known for folder in one.roots.folders)
    jobs = [(profile, ()) for profile in job_profiles(snapshot, folders)]
    drafts = [(draft.profile(), draft.mentions) for draft in services] + jobs
    profiles = _distinct([profile for profile, _ in drafts])
    return HostView(
        snapshot,
        tuple(profiles),
        tuple(mentions for _, mentions in drafts),
        owners.incoming,
        claims.left.unowned,
        claims.left.unowned_outgoing,
        sorted_out.set_aside,
    )


def _distinct(profiles: Sequence[ServiceProfile]) -> Iterator[ServiceProfile]:
    """Two services of one host need two names: their instance of one unit, the port, else their order."""
    taken: set[str] = set()
    several = Counter(profile.service for profile in profiles if _instance(profile))
    for profile in profiles:
        ports = [listen.port for listen in profile.listens if listen.port]
        instances = [f"{profile.service}-{_instance(profile)}"] if several[profile.service] > 1 else []
        candidates = [*instances, profile.service, *(f"{profile.service}-{port}" for port in ports[:1])]
        candidates += [f"{profile.service}-{number}" for number in range(2, len(profiles) + 2)]
        name = next(dns_label(name) for name in candidates if dns_label(name) not in taken)
        taken.add(name)
        yield replace(profile, service=name)


def _instance(profile: ServiceProfile) -> str:
    """`b` of `a@b.service`, where the unit gives the service its name."""
    stem, at, rest = profile.unit.removesuffix(".service").partition("@")
    return rest if at and dns_label(stem) == profile.service else ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a workload is and which files it names, before it is told apart from its neighbours."""

    workload: Workload
    detection: Detection
    roots: FileRoots
    named: frozenset[str]

    @classmethod
    def of(cls, snapshot: Snapshot, workload: Workload) -> "_Known":
        detection = next(found for detect in DETECTORS if (found := detect(workload, snapshot)))
        roots = _roots(workload, detection)
        relative = files_by_name(snapshot, workload.main.arguments[1:], workload.main.cwd)
        roots = replace(roots, files=roots.files | relative)
        if workload.origin == "systemd user" and workload.unit:
            files = {m.file for m in snapshot.value(Configuration, ())}
            own = {file for file in files if file.endswith(f"/systemd/user/{workload.unit.name}")}
            roots = replace(roots, files=roots.files | own)
        return cls(workload, detection, roots, named_files(snapshot, roots))


@dataclass(frozen=True, slots=True)
class _Draft:
    """Everything about one workload that the parts of its profile are made from."""

    snapshot: Snapshot
    workload: Workload
    detection: Detection
    roots: FileRoots
    mentions: tuple[Mention, ...]
    started_with: tuple[Mention, ...]
    """Endpoints in the command lines and the environment of its processes."""
    listeners: tuple[tuple[Listener, Evidence], ...]
    unix: tuple[tuple[str, Evidence], ...]
    outgoing: tuple[tuple[Connection, Evidence], ...]
    refused: tuple[str, ...] = ()
    """Files of its own that this user may not read."""

    @classmethod
    def of(
        cls, snapshot: Snapshot, owners: SocketOwners, index: int, known: "_Known", named: Sequence[frozenset[str]]
    ) -> "_Draft":
        workload, foreign = known.workload, foreign_files(known.named, named)
        said = mentions_of(snapshot, known.roots, _programs(workload), foreign)
        roots = with_folders(known.roots, said, pages=_executes_pages(workload))
        mentions = said if roots == known.roots else mentions_of(snapshot, roots, _programs(workload), foreign)
        return cls(
            snapshot,
            workload,
            known.detection,
            roots,
            mentions,
            _of_processes(snapshot, workload),
            owners.listeners.get(index, ()),
            owners.unix.get(index, ()),
            owners.outgoing.get(index, ()),
            refused_files(snapshot, roots, mentions),
        )

    def claimant(self) -> Claimant:
        """What speaks for its being at an end of a socket of which no process was visible."""
        return Claimant(
            (*self.mentions, *self.started_with),
            frozenset({_unit_stem(self.workload.unit), self.workload.main.program}),
            self.detection.runtime.name,
            self.detection.ports,
            self.refused,
            _INTERPRETER.fullmatch(self.workload.main.program) is not None,
        )

    def with_claims(self, claims: Claims, index: int) -> "_Draft":
        """With the sockets that are its own after all."""
        return replace(
            self,
            listeners=(*self.listeners, *claims.listeners.get(index, ())),
            unix=(*self.unix, *claims.unix.get(index, ())),
            outgoing=(*self.outgoing, *claims.outgoing.get(index, ())),
        )

    def with_doors(self, doors: Iterable[Door]) -> "_Draft":
        """With the sockets that somebody else opened for it."""
        found = [pair for door in doors for pair in listeners_of(self.snapshot, door)]
        known = {listener for listener, _ in self.listeners}
        return replace(self, listeners=(*self.listeners, *(pair for pair in found if pair[0] not in known)))

    def profile(self) -> ServiceProfile:
        main, unit = self.workload.main, self.workload.unit
        files = files_of(self.snapshot, self.roots, self.mentions, self.workload.lasting)
        listens, calls, state = self._listens(), self._calls(), self._state()
        artifacts = self._artifacts(state)
        return ServiceProfile(
            service=dns_label(self._name(artifacts)),
            host=self.snapshot.host,
            runtime=self.detection.runtime,
            unit=unit.name if unit else "",
            origin=self.workload.origin,
            command=_command(main),
            executable=main.exe,
            directory=main.cwd,
            account=self._account(),
            os=self.snapshot.value(OsRelease, OperatingSystem()),
            listens=listens,
            calls=calls,
            state=state,
            state_observed=self.snapshot.value(Machine, MachineFacts(uid=-1)).uid == 0,
            config=tuple(sorted({m.file for m in self.mentions})),
            changed=files.changed,
            certificates=files.certificates,
            licences=files.licences,
            kernel=kernel_needs(self.snapshot, self.workload.processes, listens, calls),
            artifacts=artifacts,
            packages=self.detection.packages,
            variables=self._variables(),
            secrets=secrets_in(self.mentions),
            usage=self._usage(),
            processes=sum(process.pid > 0 for process in self.workload.processes),
            modified=files.modified,
            evidence=self._evidence(),
        )

    def _name(self, artifacts: Sequence[Artifact]) -> str:
        """What it runs, its unit, the folder that its program stands in, the program, or its account."""
        workload, runtime = self.workload, self.detection.runtime.name
        unit = "" if workload.managed else _unit_stem(workload.unit)
        known = "" if runtime in {"binary", "go"} else runtime
        label = workload.label or (section_of(self.snapshot, _programs(workload)) if workload.managed else "")
        account = "" if workload.unit and not workload.managed else self._own_account()
        telling = [name for name in (known, workload.main.program) if name and not _INTERPRETER.fullmatch(name)]
        best = (
            label,
            self.detection.name,
            unit,
            self._folder(artifacts),
            *telling,
            account,
            known,
            workload.main.program,
        )
        return next(name for name in best if name)

    def _folder(self, artifacts: Sequence[Artifact]) -> str:
        """The name of the folder that was made for its program."""
        everybodys = (*self.detection.homes, *(one for one in self.roots.folders if one.startswith("/var/")))
        own = (one.path for one in artifacts if one.path in self.roots.folders and one.path not in everybodys)
        return next((path.rsplit("/", 1)[-1] for path in own), "")

    def _own_account(self) -> str:
        """The account's name where nothing else on the host runs under it."""
        uid = self.workload.main.uid
        others = {p.uid for p in self.snapshot.value(Processes, ()) if p.pid not in self.workload.pids}
        user = self.snapshot.value(Users, UsersFacts()).by_uid.get(uid)
        return user.name if user and uid and uid not in others else ""

    def _account(self) -> Account:
        """Whom the work runs as: the unit's word counts first, as a master often stays root and its workers do not."""
        users = self.snapshot.value(Users, UsersFacts())
        unit = self.workload.unit
        named = users.named(unit.user) if unit and unit.user else None
        process = _worker(self.workload.processes)
        uid, gid = (named.uid, named.gid) if named else (process.uid, process.gid)
        return Account(users.name(uid), uid, gid)

    def _listens(self) -> tuple[Listen, ...]:
        """One entry for each protocol and port; the widest address wins."""
        found: dict[tuple[str, int], Listen] = {}
        for listener, evidence in sorted(self.listeners, key=lambda pair: (pair[0].loopback, pair[0].address)):
            key = (listener.protocol, listener.port)
            found.setdefault(key, self._listen(listener, evidence))
        unix = [Listen(Protocol.UNIX, path=path, evidence=(evidence,)) for path, evidence in self.unix]
        return (*(found[key] for key in sorted(found)), *sorted(unix, key=lambda listen: listen.path))

    def _listen(self, listener: Listener, evidence: Evidence) -> Listen:
        protocol = Protocol.UDP if listener.protocol == "udp" else Protocol.TCP
        if (
            protocol is Protocol.TCP
            and self.detection.http
            and listener.port not in _TLS_PORTS
            and not listener.loopback
        ):
            protocol = Protocol.HTTP
        return Listen(protocol, listener.address, listener.port, loopback=listener.loopback, evidence=(evidence,))

    def _calls(self) -> tuple[Call, ...]:
        own = {path for path, _ in self.unix} | {listen.path for listen in self._listens()}
        mentions = [m for m in self.mentions if not (self.detection.schedules and _is_work(m))]
        said = [*configured_calls(mentions), *configured_calls(self.started_with)]
        return merged([*socket_calls(self.outgoing), *(c for c in said if c.target not in own)])

    def _state(self) -> tuple[State, ...]:
        evidence = self.detection.runtime.evidence[0]
        named = [(path, evidence) for path in self.detection.data]
        programs = {folder for folder in self.roots.folders if not folder.startswith("/var/lib/")}
        if not self.detection.stateful:
            arguments = data_paths(" ".join(self.workload.main.arguments))
            named += [(path, evidence) for path in arguments if _is_data_argument(path) and path not in programs]
        unit = self.workload.unit
        named += [(path, self._evidence()[0]) for path in (unit.state_folders if unit else ())]
        own = [m for m in self.mentions if not self._is_program(m) and m.path not in programs]
        found = state_of(self.snapshot, self.workload, named, own)
        if found or not self.detection.stateful:
            return found
        home = home_of(self.snapshot, self._account().uid or -1)
        at_home = [(home, replace(evidence, inferred=True))] if home else []
        return state_of(self.snapshot, self.workload, at_home, own)

    def _is_program(self, mention: Mention) -> bool:
        """A data folder that is the program's own home (`/var/lib/tomcat10`) holds the program, not its data."""
        kept = mention.path.rsplit("/", 1)[-1] in _UPLOADS
        data = mention.kind is MentionKind.DATA and not kept
        return data and any(mention.path.startswith(home) for home in self.detection.homes)

    def _artifacts(self, state: Sequence[State]) -> tuple[Artifact, ...]:
        unit = self.workload.unit if not self.workload.managed else None
        lines = [(line, self._evidence()[0]) for line in ((*unit.command, unit.directory) if unit else ()) if line]
        told = list(told_by(self.workload.processes, lines, self.mentions))
        kept = [one.path for one in state]
        return artifacts_of(self.snapshot, self.roots.folders, told, self.detection.homes, kept)

    def _variables(self) -> tuple[Variable, ...]:
        """Names from the processes that last and from configuration, without those that every process inherits."""
        known = self.snapshot.value(Environment, {})
        files = {
            m.key: m.file for m in self.mentions if m.kind is MentionKind.VARIABLE and self._is_environment(m.file)
        }
        running = {name for process in self.workload.lasting for name in known.get(process.pid, ())}
        names = sorted((running | set(files)) - _INHERITED - self._of_manager())
        return tuple(Variable(name, looks_secret(name), files.get(name, "process")) for name in names)

    def _of_manager(self) -> frozenset[str]:
        """What a process manager tells its children about themselves; pm2 also sets the name of the application."""
        added = _ADDED_BY_MANAGER.get(self.workload.origin, frozenset())
        return added | {self.detection.name} if added else added

    def _is_environment(self, file: str) -> bool:
        unit = self.workload.unit
        return bool(unit and file in unit.environment_files) or file.endswith(".env")

    def _usage(self) -> Usage:
        processes = self.workload.processes
        rss = _resident_kib(processes)
        unit = self.workload.unit
        return Usage(
            memory_mib=-(-rss // 1024) if rss else None,
            memory_limit_mib=unit.memory_max_mib if unit else None,
            heap_mib=self.detection.heap_mib,
            cpu_millicores=_millicores(self.snapshot, self.workload),
        )

    def _evidence(self) -> tuple[Evidence, ...]:
        unit = self.workload.unit
        return (Evidence("units", f"{unit.description or unit.name}", unit.fragment or unit.source),) if unit else ()


def _left(drafts: Iterable[_Draft], owners: SocketOwners) -> SocketOwners:
    """What is without an owner still, now that sockets which others opened for a service are known."""
    taken = {listener for draft in drafts for listener, _ in draft.listeners}
    return replace(owners, unowned=tuple(one for one in owners.unowned if one not in taken))


def _executes_pages(workload: Workload) -> bool:
    """Whether a web server runs the pages that it serves: PHP in processes of its own."""
    return any(_PAGES.fullmatch(process.program) for process in workload.processes)


def _is_work(mention: Mention) -> bool:
    """What a program's text calls when it does its work; a scheduler only puts that into a queue."""
    return mention.kind is MentionKind.URL and mention.scheme in {"http", "https"} and mention.file.endswith(".py")


def _programs(workload: Workload) -> frozenset[str]:
    """What its processes execute and what its unit starts."""
    unit = workload.unit.command if workload.unit and not workload.managed else ()
    return programs_in([workload.main.exe, *workload.main.arguments, *unit])


def _of_processes(snapshot: Snapshot, workload: Workload) -> tuple[Mention, ...]:
    return named_in(snapshot, workload.pids)


def _worker(processes: Sequence[Process]) -> Process:
    """The process that does the work: a master that is root only to bind ports hands over to workers that are not."""
    others = [process for process in processes if process.uid != 0]
    return others[0] if processes[0].uid == 0 and others else processes[0]


def _resident_kib(processes: Sequence[Process]) -> int:
    """Memory of a group: what each has of its own, and the largest shared part once. Workers share most of theirs."""
    own = sum(process.rss_kib if process.own_kib is None else process.own_kib for process in processes)
    shared = max(0 if process.own_kib is None else process.rss_kib - process.own_kib for process in processes)
    return own + shared


def _command(process: Process) -> tuple[str, ...]:
    """The command line. An interpreter that shows a title of one word instead has its program in it, see MIG018."""
    words = words_of(process)
    titled = len(process.arguments) == 1 and len(words) > 1 and words[1].startswith("/")
    return words if titled and _INTERPRETER.fullmatch(process.program) else process.arguments


def _is_data_argument(path: str) -> bool:
    return not path.rsplit("/", 1)[-1].count(".") and not path.startswith("/var/lib/") and not is_program(path)


def _unit_stem(unit: Unit | None) -> str:
    return unit.name.removesuffix(".service").split("@")[0] if unit else ""


def _roots(workload: Workload, detection: Detection) -> FileRoots:
    main, unit = workload.main, workload.unit
    programs = [name for name in (main.program, detection.runtime.name) if not _INTERPRETER.fullmatch(name)]
    own = () if workload.managed and not workload.label else (workload.label, detection.name)
    names = [*filter(None, (unit.name if unit and not workload.managed else "", *programs))]
    texts = [" ".join(main.arguments), main.cwd]
    if unit and not workload.managed:
        texts += [" ".join(unit.command), unit.directory]
    files = (*unit.environment_files, unit.fragment, unit.source) if unit else ()
    folders = [*detection.homes, *(f"/etc/{name}" for name in own if name and not _INTERPRETER.fullmatch(name))]
    return file_roots(texts, names=names, folders=folders, files=filter(None, files))


def _millicores(snapshot: Snapshot, workload: Workload) -> int | None:
    """Mean use of processors since the processes started."""
    machine = snapshot.value(Machine, MachineFacts(uid=-1))
    if machine.uptime_s is None or not workload.main.pid:
        return None
    started = min(process.start_ticks for process in workload.processes) / machine.ticks_per_s
    age = machine.uptime_s - started
    ticks = sum(process.cpu_ticks for process in workload.processes)
    return round(1000 * ticks / machine.ticks_per_s / age) if age >= 1 else None
