"""The estate as the scan wrote it and the profiles as people left them, read into one. Whoever needs both asks here."""

from collections.abc import Mapping
from dataclasses import dataclass

from migrator import yamlio
from migrator.errors import ProfileError
from migrator.model.estate import Estate
from migrator.model.profile_findings import as_reviewed
from migrator.model.reviewed import Names, profile_by_name
from migrator.model.services import ServiceProfile
from migrator.records import load_record

__all__ = ["Reviewed", "reviewed"]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Both, by the names that people gave, with findings by what people wrote. Profiles are by path."""

    estate: Estate
    profiles: Mapping[str, ServiceProfile]
    names: Names


def reviewed(text: str, profiles: Mapping[str, ServiceProfile], *, file: str) -> Reviewed:
    """Read the estate, which stands in `file`. ProfileError where a service calls or is called that no profile has."""
    scanned, names = load_record(Estate, text, file=file, error=ProfileError), Names.of(profiles)
    for name in names.strangers(scanned):
        raise ProfileError(_stranger(name), file=file, line=_line(text, file, scanned, name))
    known = {path: as_reviewed(profile_by_name(path, profile)) for path, profile in profiles.items()}
    return Reviewed(names.estate(scanned, known.values()), known, names)


def _stranger(name: str) -> str:
    return (
        f"`{name}` calls or is called, and no profile has it. A service that gets another name keeps its file, "
        f"profiles/HOST/{name}.yaml: put that back, or take this edge out"
    )


def _line(text: str, file: str, estate: Estate, name: str) -> int | None:
    number = next(n for n, edge in enumerate(estate.edges) if name in {edge.caller, edge.callee})
    end = "caller" if estate.edges[number].caller == name else "callee"
    return yamlio.load(text, file=file).line(("edges", number, end))
