"""One host's snapshot to the profiles of its services. Pure; names are still those of the host (see `estate`)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from migrator.model.estate import SetAside
from migrator.model.names import dns_label
from migrator.model.services import (
    Account,
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
from migrator.scan.calls import configured_calls, merged, socket_calls
from migrator.scan.detector import Detection, words_of
from migrator.scan.detectors import DETECTORS
from migrator.scan.facts.configuration import Configuration, Mention, MentionKind
from migrator.scan.facts.environment import Environment
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.os_release import OsRelease
from migrator.scan.facts.processes import Process
from migrator.scan.facts.sockets import Connection, Listener
from migrator.scan.facts.units import Unit
from migrator.scan.facts.users import Users, UsersFacts
from migrator.scan.jobs import job_profiles
from migrator.scan.kernel_needs import kernel_needs
from migrator.scan.ownership import (
    FileRoots,
    SocketOwners,
    file_roots,
    files_of,
    home_of,
    mentions_of,
    secrets_in,
    socket_owners,
)
from migrator.scan.redact import looks_secret
from migrator.scan.running import timed_units
from migrator.scan.snapshot import Snapshot
from migrator.scan.state import data_paths, state_of
from migrator.scan.workload import Workload, workloads

__all__ = ["HostView", "host_view"]

_INTERPRETER = re.compile(
    r"(?:php|python|java|jsvc|node|nodejs|ruby|perl|sh|bash|dash|busybox|dotnet|shell|binary)[\d.]*"
)
"""Folders like /etc/php are everybody's who runs PHP."""
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


def host_view(snapshot: Snapshot) -> HostView:
    """Recognise every service and job of one host."""
    sorted_out, timed = workloads(snapshot), timed_units(snapshot)
    lasting = [w for w in sorted_out.found if not (w.unit and w.unit.name in timed)]
    owners = socket_owners(snapshot, lasting)
    seen = [_Draft.of(snapshot, owners, index, w) for index, w in enumerate(lasting)]
    services, unowned = _claimed(seen, owners)
    jobs = [(profile, ()) for profile in job_profiles(snapshot)]
    drafts = [(draft.profile(), draft.mentions) for draft in services] + jobs
    named = _distinct([profile for profile, _ in drafts])
    return HostView(
        snapshot,
        tuple(named),
        tuple(mentions for _, mentions in drafts),
        owners.incoming,
        unowned,
        owners.unowned_outgoing,
        sorted_out.set_aside,
    )


def _distinct(profiles: Sequence[ServiceProfile]) -> Iterator[ServiceProfile]:
    """Two services of one host need two names: the port tells them apart, else their order."""
    taken: set[str] = set()
    for profile in profiles:
        ports = [listen.port for listen in profile.listens if listen.port]
        candidates = [profile.service, *(f"{profile.service}-{port}" for port in ports[:1])]
        candidates += [f"{profile.service}-{number}" for number in range(2, len(profiles) + 2)]
        name = next(dns_label(name) for name in candidates if dns_label(name) not in taken)
        taken.add(name)
        yield replace(profile, service=name)


@dataclass(frozen=True, slots=True)
class _Draft:
    """Everything about one workload that the parts of its profile are made from."""

    snapshot: Snapshot
    workload: Workload
    detection: Detection
    roots: FileRoots
    mentions: tuple[Mention, ...]
    listeners: tuple[tuple[Listener, Evidence], ...]
    unix: tuple[tuple[str, Evidence], ...]
    outgoing: tuple[tuple[Connection, Evidence], ...]

    @classmethod
    def of(cls, snapshot: Snapshot, owners: SocketOwners, index: int, workload: Workload) -> "_Draft":
        detection = next(found for detect in DETECTORS if (found := detect(workload, snapshot)))
        roots = _roots(workload, detection)
        return cls(
            snapshot,
            workload,
            detection,
            roots,
            mentions_of(snapshot, roots),
            owners.listeners.get(index, ()),
            owners.unix.get(index, ()),
            owners.outgoing.get(index, ()),
        )

    def profile(self) -> ServiceProfile:
        main, unit = self.workload.main, self.workload.unit
        files = files_of(self.snapshot, self.roots, self.mentions, self.workload.processes)
        listens, calls = self._listens(), self._calls()
        return ServiceProfile(
            service=dns_label(self.detection.name or _unit_stem(unit) or main.program),
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
            state=self._state(),
            state_observed=self.snapshot.value(Machine, MachineFacts(uid=-1)).uid == 0,
            config=tuple(sorted({m.file for m in self.mentions})),
            changed=files.changed,
            certificates=files.certificates,
            licences=files.licences,
            kernel=kernel_needs(self.snapshot, self.workload.processes, listens, calls),
            artifacts=self._artifacts(),
            packages=self.detection.packages,
            variables=self._variables(),
            secrets=secrets_in(self.mentions),
            usage=self._usage(),
            processes=len(self.workload.processes),
            modified=files.modified,
            evidence=self._evidence(),
        )

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
        configured = (c for c in configured_calls(self.mentions) if c.target not in own)
        return merged([*socket_calls(self.outgoing), *configured])

    def _state(self) -> tuple[State, ...]:
        evidence = self.detection.runtime.evidence[0]
        named = [(path, evidence) for path in self.detection.data]
        if self.detection.stateful and not named:
            home = home_of(self.snapshot, self._account().uid or -1)
            named = [(home, replace(evidence, inferred=True))] if home else []
        if not self.detection.stateful:
            named += [
                (path, evidence)
                for path in data_paths(" ".join(self.workload.main.arguments))
                if _is_data_argument(path)
            ]
        own = [m for m in self.mentions if not self._is_program(m)]
        return state_of(self.snapshot, self.workload, named, own)

    def _is_program(self, mention: Mention) -> bool:
        """A data folder that is the program's own home (`/var/lib/tomcat10`) holds the program, not its data."""
        return mention.kind is MentionKind.DATA and any(mention.path.startswith(home) for home in self.detection.homes)

    def _artifacts(self) -> tuple[str, ...]:
        return tuple(root for root in self.roots.folders if not root.startswith("/etc"))

    def _variables(self) -> tuple[Variable, ...]:
        """Names from the running processes and from configuration, without those that every process inherits."""
        known = self.snapshot.value(Environment, {})
        files = {
            m.key: m.file for m in self.mentions if m.kind is MentionKind.VARIABLE and self._is_environment(m.file)
        }
        running = {name for process in self.workload.processes for name in known.get(process.pid, ())}
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


def _claimed(drafts: Sequence[_Draft], owners: SocketOwners) -> tuple[list[_Draft], tuple[Listener, ...]]:
    """Give sockets whose process was not visible to the only one configured to listen there; and what is left."""
    done, left = list(drafts), []
    for listener in owners.unowned:
        claims = _claims(done, listener.port)
        if len(claims) != 1:
            left.append(listener)
            continue
        index, evidence = claims[0]
        done[index] = replace(done[index], listeners=(*done[index].listeners, (listener, evidence)))
    for path in owners.unowned_unix:
        claims = _claims(done, path)
        if len(claims) == 1:
            index, evidence = claims[0]
            done[index] = replace(done[index], unix=(*done[index].unix, (path, evidence)))
    return done, tuple(left)


def _claims(drafts: Sequence[_Draft], place: int | str) -> list[tuple[int, Evidence]]:
    """Workloads whose configuration listens there, each with the first place that says so."""
    found = []
    for index, draft in enumerate(drafts):
        mention = next((m for m in draft.mentions if _says_where_to_listen(m) and place in {m.port, m.path}), None)
        if mention:
            said = f"listens on {mention.path or mention.port} (the process was not visible)"
            where = f"{mention.file}:{mention.line}"
            found.append((index, Evidence(Configuration.name, said, where, inferred=True)))
    return found


def _says_where_to_listen(mention: Mention) -> bool:
    """`listen 8000;`, `bind *:443`, `port 6379`. A port with a longer name may be somebody else's (`db.port`)."""
    return mention.kind is MentionKind.LISTEN or (mention.kind is MentionKind.SETTING and mention.key == "port")


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
    return not path.rsplit("/", 1)[-1].count(".") and not path.startswith("/var/lib/")


def _unit_stem(unit: Unit | None) -> str:
    return unit.name.removesuffix(".service").split("@")[0] if unit else ""


def _roots(workload: Workload, detection: Detection) -> FileRoots:
    main, unit = workload.main, workload.unit
    programs = [name for name in (main.program, detection.runtime.name) if not _INTERPRETER.fullmatch(name)]
    names = [*filter(None, (unit.name if unit else "", *programs))]
    texts = [" ".join(main.arguments), main.cwd]
    if unit and not workload.managed:
        texts += [" ".join(unit.command), unit.directory]
    return file_roots(texts, names=names, folders=detection.homes, files=unit.environment_files if unit else ())


def _millicores(snapshot: Snapshot, workload: Workload) -> int | None:
    """Mean use of processors since the processes started."""
    machine = snapshot.value(Machine, MachineFacts(uid=-1))
    if machine.uptime_s is None:
        return None
    started = min(process.start_ticks for process in workload.processes) / machine.ticks_per_s
    age = machine.uptime_s - started
    ticks = sum(process.cpu_ticks for process in workload.processes)
    return round(1000 * ticks / machine.ticks_per_s / age) if age >= 1 else None
