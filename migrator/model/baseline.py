"""What a scan said, kept apart from what people made of it: so that a later scan can be compared with the first.

Profiles are edited by people; this file is not. It holds, for each profile, the digest of the text that the scan
wrote, and in words what a change of the host would change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from migrator.model.names import dns_label, is_dns_label
from migrator.model.record import Record
from migrator.model.services import Call, Listen, ServiceProfile, Source

__all__ = ["FOLDER", "MEMORIES", "ScanIndex", "index_of", "is_path_of", "memory_of", "path_of", "traits"]

FOLDER = ".migrate/scan/"
"""Where it stands below the folder with profiles/, one file for each host."""
MEMORIES = ".migrate/hosts/"
"""Where a scan keeps what each host said when it was last seen, one file for each: nothing that `generate` reads."""


@dataclass(frozen=True, slots=True)
class ScanIndex(Record):
    """The last scan of one host, by path of the profile."""

    digests: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of the text that the last scan wrote, so that an edit by a person is noticed."""
    traits: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Field -> what was seen; see `traits`."""


def index_of(host: str) -> str:
    """Where a host's index stands below the folder that was scanned into."""
    return f"{FOLDER}{dns_label(host)}.yaml"


def memory_of(host: str) -> str:
    """Where a host's memory stands below the folder that was scanned into."""
    return f"{MEMORIES}{dns_label(host)}.json"


def path_of(profile: ServiceProfile) -> str:
    """Where a profile stands below the folder that was scanned into."""
    return f"profiles/{dns_label(profile.host)}/{profile.service}.yaml"


def is_path_of(host: str, path: str) -> bool:
    """Whether a profile of this host can stand there."""
    name = path.removeprefix(f"profiles/{dns_label(host)}/").removesuffix(".yaml")
    return is_dns_label(name) and path == f"profiles/{dns_label(host)}/{name}.yaml"


def traits(profile: ServiceProfile) -> dict[str, tuple[str, ...]]:
    """What makes a service the one that was scanned: field -> words, sorted. What varies by the minute is left out."""
    found = {name: tuple(sorted(set(words))) for name, words in _words(profile)}
    return {name: words for name, words in found.items() if words}


def _words(profile: ServiceProfile) -> Iterator[tuple[str, list[str]]]:
    account = profile.account
    yield "unit", [profile.unit or profile.origin] if profile.unit or profile.origin else []
    yield "runtime", [f"{profile.runtime.name} {profile.runtime.version}".strip()]
    yield "os", [f"{profile.os.id} {profile.os.version}".strip()] if profile.os.id else []
    yield "command", [" ".join(profile.command)] if profile.command else []
    yield "executable", [profile.executable] if profile.executable else []
    yield "account", [f"{account.user or account.uid}"] if account.user or account.uid is not None else []
    yield "schedule", [profile.schedule] if profile.schedule else []
    yield "listens", [_place(listen) for listen in profile.listens]
    yield "calls", [_target(call) for call in profile.calls]
    yield "state", [state.path for state in profile.state]
    yield "copiesFrom", list(profile.copies_from)
    yield "variables", [variable.name for variable in profile.variables]
    yield "secrets", [f"{secret.name} in {secret.file}" for secret in profile.secrets]
    yield "certificates", [f"{one.path} until {one.expires}" for one in profile.certificates]
    yield "packages", list(profile.packages)
    yield "files", [f"{path} {seen}" for path, seen in profile.modified.items()]


def _place(listen: Listen) -> str:
    return listen.path or f"{listen.protocol} {listen.address}:{listen.port}"


def _target(call: Call) -> str:
    """A connection comes and goes; what configuration says stays."""
    how = "configured" if Source.CONFIGURATION in call.sources else "connected"
    return f"{call.target}:{call.port} ({how})" if call.port else f"{call.target} ({how})"
