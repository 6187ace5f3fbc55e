"""One look at one host: what it says of itself, before other hosts are compared with it. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC

from migrator.model.estate import HostReport
from migrator.model.observations import Missing, Observation, Observed, Refused
from migrator.model.services import OperatingSystem
from migrator.scan.facts.changed_files import ChangedFiles, PackagedFiles
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.kernel import Kernel, KernelFacts
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.mounts import Mounts
from migrator.scan.facts.network import Network, NetworkFacts
from migrator.scan.facts.os_release import OsRelease
from migrator.scan.facts.process_settings import ProcessSettings
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.profile import HostView, host_view
from migrator.scan.snapshot import Snapshot
from migrator.scan.watch import Sightings, with_sightings

__all__ = ["Look", "understood"]

_CALLS = frozenset({MentionKind.URL, MentionKind.ADDRESS, MentionKind.SETTING, MentionKind.CLIENT})
_LASTING = (Machine.name, Network.name, Mounts.name)
_NOTHING = Sightings()


@dataclass(frozen=True, slots=True)
class Look:
    """What came of one look at a host; no view where it answered nothing that makes sense."""

    report: HostReport
    view: HostView | None
    taken_at: str = ""
    """ISO 8601, UTC."""

    @property
    def is_whole(self) -> bool:
        """Whether the host was asked to the end."""
        return self.view is not None and not self.report.error


def understood(snapshot: Snapshot, later: Sightings = _NOTHING) -> Look:
    """The host's view of itself, with what `later` looks saw.

    Answers that contradict each other beyond what we foresaw cost that host only.
    """
    if not snapshot.observations:
        return Look(_report(snapshot, None), None)
    try:
        snapshot = _without_samples(_with_looked_up_names(snapshot))
        view = with_sightings(host_view(snapshot), later)
        taken_at = snapshot.taken_at.astimezone(UTC).isoformat(timespec="seconds")
        return Look(_report(snapshot, view), replace(view, snapshot=_lasting(snapshot)), taken_at)
    except Exception as error:  # noqa: BLE001 - one host must never end the run; what happened is in its result
        reason = f"its answers could not be made sense of: {type(error).__name__}: {error}"
        return Look(_report(replace(snapshot, error=reason, observations={}), None), None)


def _with_looked_up_names(snapshot: Snapshot) -> Snapshot:
    """The host's network with the names that its resolver knew; /etc/hosts comes first, as for its own programs."""
    network = snapshot.value(Network, NetworkFacts())
    mentions = (*snapshot.value(Configuration, ()), *snapshot.value(ProcessSettings, ()))
    found = {m.host: m.path for m in mentions if m.kind is MentionKind.NAME}
    return snapshot.with_value(Network, replace(network, names={**found, **network.names})) if found else snapshot


def _without_samples(snapshot: Snapshot) -> Snapshot:
    """Without what files that are as their package brought them say of other machines and of secrets.

    Nobody here has written it: it is an example, or the same everywhere. Folders, ports and this host itself stay.
    """
    untouched = snapshot.value(ChangedFiles, PackagedFiles()).untouched
    said = snapshot.value(Configuration, ())
    own = (m for m in said if _packaged(m.file) not in untouched or not _is_sample(m))
    return snapshot.with_value(Configuration, tuple(own)) if untouched else snapshot


def _packaged(file: str) -> str:
    """What is switched on is a link to what came with the package: `mods-enabled/sql`."""
    return re.sub(r"([-.])enabled/", r"\1available/", file)


def _is_sample(mention: Mention) -> bool:
    elsewhere = mention.host and not mention.host.startswith(("localhost", "127."))
    return mention.kind is MentionKind.SECRET or (mention.kind in _CALLS and bool(elsewhere))


def _lasting(snapshot: Snapshot) -> Snapshot:
    """What other hosts' services are compared with; all else is in the profiles by now."""
    kept = {name: snapshot.observations[name] for name in _LASTING if name in snapshot.observations}
    return replace(snapshot, observations=kept)


def _report(snapshot: Snapshot, view: HostView | None) -> HostReport:
    machine = snapshot.value(Machine, MachineFacts(uid=-1))
    answered = snapshot.observations.items()
    kernel = snapshot.value(Kernel, KernelFacts())
    return HostReport(
        name=snapshot.host,
        address=snapshot.address,
        os=snapshot.value(OsRelease, OperatingSystem()),
        privilege={0: "root", -1: ""}.get(machine.uid, "user"),
        sudo=machine.sudo,
        memory_mib=machine.memory_mib,
        cpus=machine.cpus,
        clock_offset_s=snapshot.clock_offset_s,
        timezone=machine.timezone,
        kernel_modules=kernel.modules,
        kernel_settings=tuple(f"{name}={value}" for name, value in kernel.settings),
        observed=tuple(sorted(name for name, o in answered if isinstance(o, Observed) and not o.gaps)),
        partial=tuple(_lines(answered, Observed)),
        missing=tuple(_lines((pair for pair in answered if not _is_absent(pair[1])), Missing)),
        absent=tuple(_lines((pair for pair in answered if _is_absent(pair[1])), Missing)),
        refused=tuple(_lines(answered, Refused)),
        set_aside=view.set_aside if view else (),
        stopped=view.stopped if view else (),
        secrets=view.secrets if view else (),
        login=snapshot.login,
        error=snapshot.error,
        recording=snapshot.recording,
    )


def _is_absent(outcome: Observation[object]) -> bool:
    return isinstance(outcome, Missing) and outcome.is_absent


def _lines(answered: Iterable[tuple[str, Observation[object]]], kind: type) -> Iterator[str]:
    """`fact: why` for each outcome of a kind; an answer in full has nothing to say."""
    for name, outcome in sorted(answered, key=lambda pair: pair[0]):
        if isinstance(outcome, kind):
            why = "; ".join(outcome.gaps) if isinstance(outcome, Observed) else outcome.reason
            if why:
                yield f"{name}: {why}"
