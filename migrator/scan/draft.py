"""Everything about one workload, from which its profile is made. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from migrator.model.names import dns_label
from migrator.model.services import (
    Artifact,
    Call,
    Evidence,
    Listen,
    OperatingSystem,
    Protocol,
    ServiceProfile,
    State,
)
from migrator.scan.artifacts import artifacts_of, told_by
from migrator.scan.calls import configured_calls, merged, socket_calls
from migrator.scan.claims import Claimant, Claims
from migrator.scan.detector import Detection, script_path, words_of
from migrator.scan.doors import listeners_of, paths_of
from migrator.scan.facts.deployments import Deployments
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.on_demand import Door
from migrator.scan.facts.os_release import OsRelease
from migrator.scan.facts.processes import Process
from migrator.scan.facts.sockets import Connection, Listener
from migrator.scan.facts.units import Unit
from migrator.scan.identity import Identity
from migrator.scan.interpreters import is_interpreter
from migrator.scan.kernel_needs import kernel_needs
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.naming import name_of
from migrator.scan.option_groups import read_by
from migrator.scan.ownership import (
    FileRoots,
    files_of,
    foreign_files,
    home_of,
    is_of_system,
    is_served,
    mentions_of,
    programs_beside,
    refused_files,
    replaced_files,
    secrets_in,
    with_folders,
    work_root,
)
from migrator.scan.pages import (
    WEB_ROOT,
    executes_pages,
    hands_on,
    homes_with_pages,
    is_page,
    pages_in_process,
    pages_of_others,
    pages_sent_to,
    settings_of,
)
from migrator.scan.provided import packages_of_process
from migrator.scan.running import data_in, named_in
from migrator.scan.snapshot import Snapshot
from migrator.scan.socket_owners import SocketOwners
from migrator.scan.state import BROUGHT, copied_from, data_paths, is_program, is_stored_to, state_of
from migrator.scan.usage import usage_of
from migrator.scan.variables import variables_of
from migrator.scan.workload import Workload

__all__ = ["Draft"]

_FOREGROUND = frozenset({"simple", "exec", "notify", "notify-reload"})
"""Types of units whose process stays what systemd has started."""
_PLAIN_WORD = re.compile(r"[A-Za-z0-9@%_+=:,./-]+")
"""A word that needs no quotes, and holds nothing that systemd replaces."""
_OF_CLIENTS = ("/debian.cnf", "/.my.cnf")
"""Files beside a database's settings that only its clients read."""
_FOR_DATA = re.compile(
    r"(?<!\S)--?(?:[a-z]+-)?(?:user|data|state|storage|store|db|spool|library)[-_.]?"
    r"(?:dir|directory|path|folder|home|root)[= ](/\S+)",
    re.IGNORECASE,
)
"""Options that say where a program keeps what is not its own: `--userDir /data/flows`."""
_TLS_PORTS = frozenset({443, 8443})


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything about one workload that the parts of its profile are made from."""

    snapshot: Snapshot
    identity: Identity
    mentions: tuple[Mention, ...]
    started_with: tuple[Mention, ...]
    """What the command lines and the environment of its processes name."""
    listeners: tuple[tuple[Listener, Evidence], ...]
    unix: tuple[tuple[str, Evidence], ...]
    outgoing: tuple[tuple[Connection, Evidence], ...]
    refused: tuple[str, ...] = ()
    """Files of its own that this user may not read."""
    unsure: frozenset[int] = frozenset()
    """Ports that are not supposed for what its settings name without one: others read the same, and use them."""

    @classmethod
    def of(
        cls, snapshot: Snapshot, owners: SocketOwners, index: int, known: Identity, named: Sequence[frozenset[str]]
    ) -> "Draft":
        """What `index`, its place among the host's workloads, and the files that all of them name leave to this one."""
        others, programs = foreign_files(known.named, named) | replaced_files(snapshot), known.programs
        if known.detection.stateful:
            others |= programs_beside(snapshot, known.roots) - known.named - programs
        foreign = others
        said = mentions_of(snapshot, known.roots, programs, foreign)
        roots = with_folders(known.roots, said, pages=executes_pages(known.workload.processes))
        if known.detection.pages:
            served = pages_sent_to(snapshot, owners.listeners.get(index, ()), owners.unix.get(index, ()))
            roots = _with_pages(snapshot, roots, [*served, *homes_with_pages(snapshot, known.workload.processes)])
        elif WEB_ROOT in known.detection.homes and hands_on(snapshot, said):
            foreign |= pages_of_others(snapshot)
        else:
            executed = pages_in_process(snapshot, known.detection.runtime.name, said)
            roots = _with_pages(snapshot, roots, executed)
        same = roots == known.roots and foreign == others
        mentions = said if same else mentions_of(snapshot, roots, programs, foreign)
        return cls(
            snapshot,
            replace(known, roots=roots),
            mentions,
            named_in(snapshot, known.workload.pids),
            owners.listeners.get(index, ()),
            owners.unix.get(index, ()),
            owners.outgoing.get(index, ()),
            refused_files(snapshot, roots, mentions),
        )

    @property
    def workload(self) -> Workload:
        """The processes and the unit that it is about."""
        return self.identity.workload

    @property
    def detection(self) -> Detection:
        """What they are."""
        return self.identity.detection

    @property
    def read(self) -> tuple[Mention, ...]:
        """What of its files it reads itself, where it shares them with its clients and with other instances."""
        shares = self.detection.runtime.name in {"mysql", "mariadb"}
        return read_by(self.mentions, words_of(self.workload.main)) if shares else self.mentions

    @property
    def peer_ports(self) -> frozenset[int]:
        """Ports at the other end of its own connections."""
        return frozenset(connection.peer_port for connection, _ in self.outgoing)

    def claimant(self) -> Claimant:
        """What speaks for its being at an end of a socket of which no process was visible."""
        return Claimant(
            (*self.read, *self.started_with),
            frozenset({self.workload.unit_stem, self.workload.main.program}),
            self.detection.runtime.name,
            self.detection.ports,
            self.refused,
            is_interpreter(self.workload.main.program),
        )

    def with_claims(self, claims: Claims, index: int) -> "Draft":
        """With the sockets that are its own after all."""
        return replace(
            self,
            listeners=(*self.listeners, *claims.listeners.get(index, ())),
            unix=(*self.unix, *claims.unix.get(index, ())),
            outgoing=(*self.outgoing, *claims.outgoing.get(index, ())),
        )

    def with_doors(self, doors: Iterable[Door]) -> "Draft":
        """With the sockets that somebody else opened for it."""
        behind = tuple(doors)
        ports = dict(pair for door in behind for pair in listeners_of(self.snapshot, door))
        paths = dict(pair for door in behind for pair in paths_of(self.snapshot, door))
        listeners, unix = {**ports, **dict(self.listeners)}, {**paths, **dict(self.unix)}
        return replace(self, listeners=tuple(listeners.items()), unix=tuple(unix.items()))

    def profile(self) -> ServiceProfile:
        """The profile, as far as the host alone can tell."""
        main, unit = self.workload.main, self.workload.unit
        files = files_of(self.snapshot, self.identity.roots, self.mentions, self.workload.lasting)
        listens, calls, state = self._listens(), self._calls(), self._state()
        artifacts = self._artifacts(state)
        return ServiceProfile(
            service=dns_label(name_of(self.snapshot, self.identity, artifacts)),
            host=self.snapshot.host,
            runtime=self.detection.runtime,
            unit=unit.name if unit else "",
            origin=self.workload.origin,
            command=_command(main, unit if not self.workload.managed else None),
            executable=main.exe,
            directory=main.cwd,
            account=self.identity.account,
            os=self.snapshot.value(OsRelease, OperatingSystem()),
            listens=listens,
            calls=calls,
            state=state,
            copies_from=copied_from(self.read, (), state),
            state_observed=self._sees_files,
            config=tuple(sorted({m.file for m in self.mentions})),
            changed=files.changed,
            certificates=files.certificates,
            licences=files.licences,
            kernel=kernel_needs(self.snapshot, self.workload.processes, listens, calls),
            artifacts=artifacts,
            packages=packages_of_process(self.snapshot, main, self.detection.packages),
            variables=variables_of(self.snapshot, self.workload, self.detection, self.mentions),
            secrets=secrets_in(self.mentions),
            usage=usage_of(self.snapshot, self.workload, self.detection),
            processes=sum(process.pid > 0 for process in self.workload.processes),
            modified=files.modified,
            evidence=self._evidence(),
        )

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
        mentions = [m for m in self.read if not (self.detection.schedules and _is_work(m)) and not self._is_own(m)]
        said = [*configured_calls(mentions, self.unsure), *configured_calls(self.started_with, self.unsure)]
        return merged([*socket_calls(self.outgoing), *(c for c in said if c.target not in own)])

    def _is_own(self, mention: Mention) -> bool:
        """Whether a server that keeps data names itself: its socket, and how its start script asks whether it lives."""
        shares = mention.kind is MentionKind.UNIX and mention.file.endswith(".cnf")
        asks = mention.kind is MentionKind.CLIENT and mention.file.startswith(("/etc/init.d/", "/etc/rc.d/"))
        return self.detection.stateful and (shares or asks)

    def _state(self) -> tuple[State, ...]:
        evidence = self.detection.runtime.evidence[0]
        named = [(path, evidence) for path in self.detection.data]
        programs = self._programs()
        if not self.detection.stateful:
            arguments = data_paths(" ".join(self.workload.main.arguments))
            named += [(path, evidence) for path in arguments if _is_data_argument(path) and path not in programs]
        named += [(path, said) for path, said in data_in(self.started_with) if path not in programs]
        unit = self.workload.unit
        named += [(path, self._evidence()[0]) for path in (unit.state_folders if unit else ())]
        named += [(path, Evidence(Deployments.name, f"is there: {path}")) for path in self._uploads()]
        stored = {m.path for m in self.read if is_stored_to(m)}
        own = [m for m in self.read if m.path in stored or not (self._is_program(m) or m.path in programs)]
        found = state_of(self.snapshot, self.workload, named, own)
        if found or not self.detection.stateful:
            return found
        home = home_of(self.snapshot, self.identity.account.uid or -1)
        # Where open files are not visible, what it keeps is said to be unknown; the home may hold the program alone.
        told = home and (self._sees_files or home not in programs)
        closed = any(not file.endswith(_OF_CLIENTS) for file in self.refused)
        kept = home if told else "" if home or closed else self.detection.keeps
        at_home = [(kept, replace(evidence, inferred=True))] if kept else []
        return state_of(self.snapshot, self.workload, at_home, own)

    @property
    def _sees_files(self) -> bool:
        """Whether the host showed which files its processes have open."""
        return self.snapshot.value(Machine, MachineFacts(uid=-1)).uid == 0

    def _uploads(self) -> list[str]:
        """Folders below its own for what users bring; below everybody's pages, those beside pages that it runs."""
        there = (path for path in self.snapshot.value(Deployments, ()) if path.rsplit("/", 1)[-1] in BROUGHT)
        own = [path for path in there if self.identity.roots.hold(path)]
        if WEB_ROOT not in self.detection.homes:
            return own
        applications = {work_root(m.file) for m in self.mentions if is_page(m.file)}
        return [path for path in own if work_root(path) in applications]

    def _programs(self) -> frozenset[str]:
        """Paths that are the program itself: its file, the folder it was put to, works in, or serves pages from.

        What exists to keep data works in the folder of its data. Whatever is seen to be written is data anywhere.
        """
        folders = (folder for folder in self.identity.roots.folders if not folder.startswith("/var/lib/"))
        unit = self.workload.unit if not self.workload.managed else None
        started = unit.command[:1] if unit else ()
        works = () if self.detection.stateful else (self.workload.main.cwd, unit.directory if unit else "")
        processes = self.workload.lasting
        scripts = (script_path(process) for process in processes if is_interpreter(process.program))
        executed = (process.exe for process in processes)
        found = {*folders, *started, *works, *scripts, *executed, *self._read_alone()} - {""}
        return frozenset(path for path in found if not self._is_told_for_data(path, found))

    def _is_told_for_data(self, path: str, programs: Iterable[str]) -> bool:
        """Whether an option says that data are there, though it works there, and its program stands elsewhere."""
        named = {match[1].rstrip("/") for match in _FOR_DATA.finditer(" ".join(self.workload.main.arguments))}
        return path in named and not any(one.startswith(f"{path}/") for one in programs)

    def _read_alone(self) -> Iterator[str]:
        """Folders that a web server serves and hands on from: what is in them is of who writes it."""
        named = self.detection.runtime.name
        executes = self.detection.pages or executes_pages(self.workload.processes) or _runs(self.mentions)
        executes = executes or bool(pages_in_process(self.snapshot, named, self.mentions))
        if self.detection.http and not executes and any(True for _ in configured_calls(self.mentions)):
            yield from (one.path for one in self.mentions if is_served(one))

    def _is_program(self, mention: Mention) -> bool:
        """A data folder that is the program's own home (`/var/lib/tomcat10`) holds the program, not its data."""
        kept = mention.path.rsplit("/", 1)[-1] in BROUGHT
        data = mention.kind is MentionKind.DATA and not kept
        return data and any(mention.path.startswith(home) for home in self.detection.homes)

    def _artifacts(self, state: Sequence[State]) -> tuple[Artifact, ...]:
        unit = self.workload.unit if not self.workload.managed else None
        lines = [(line, self._evidence()[0]) for line in ((*unit.command, unit.directory) if unit else ()) if line]
        told = list(told_by(self.workload.processes, lines, self.mentions))
        kept = [one.path for one in state]
        return artifacts_of(self.snapshot, self.identity.roots.folders, told, self.detection.homes, kept)

    def _evidence(self) -> tuple[Evidence, ...]:
        unit = self.workload.unit
        return (Evidence("units", f"{unit.description or unit.name}", unit.fragment or unit.source),) if unit else ()


def _runs(mentions: Iterable[Mention]) -> bool:
    """Whether a web server runs an application itself, that may write where the server serves from."""
    return any(m.kind is MentionKind.FOLDER and m.key == "runs" and not is_of_system(m.path) for m in mentions)


def _with_pages(snapshot: Snapshot, roots: FileRoots, served: Iterable[str]) -> FileRoots:
    """With the applications whose pages it executes: their folders, or what a package has for them below /etc."""
    paths = list(served)
    folders = filter(None, map(work_root, paths))
    return replace(
        roots,
        folders=tuple(sorted({*roots.folders, *folders})),
        files=roots.files | settings_of(snapshot, paths),
    )


def _is_work(mention: Mention) -> bool:
    """What a program's text calls when it does its work; a scheduler only puts that into a queue."""
    return mention.kind is MentionKind.URL and mention.scheme in {"http", "https"} and mention.file.endswith(".py")


def _command(process: Process, unit: Unit | None) -> tuple[str, ...]:
    """The command line. An interpreter that shows a title of one word instead has its program in it, see MIG018.

    What put a title in the place of its command line was started by what its unit says.
    """
    words = words_of(process)
    titled = len(process.arguments) == 1 and len(words) > 1 and words[1].startswith("/")
    if titled and is_interpreter(process.program):
        return words
    return _started_by(unit, process) or process.arguments


def _started_by(unit: Unit | None, process: Process) -> tuple[str, ...]:
    """What a unit starts in the foreground, where its words are told apart for sure: systemd shows them unquoted."""
    title = next(iter(process.arguments), "")
    if unit is None or unit.type not in _FOREGROUND or not (" " in title or title.endswith(":")):
        return ()
    own = unit.command[:1] in {(process.exe,), (title.split(" ")[0],)} and unit.main_pid == process.pid
    return unit.command if own and all(_PLAIN_WORD.fullmatch(word) for word in unit.command) else ()


def _is_data_argument(path: str) -> bool:
    return (
        not path.rsplit("/", 1)[-1].count(".")
        and not path.startswith(("/var/lib/", "/var/opt/"))
        and not is_program(path)
    )
