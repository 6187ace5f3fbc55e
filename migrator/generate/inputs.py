"""What people reviewed, read into values: profiles, the estate and the settings. Pure: a mapping of path to text in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from migrator import yamlio
from migrator.errors import InputError, ProfileError, SettingsError
from migrator.gitops import layout
from migrator.model import baseline
from migrator.model.estate import Estate
from migrator.model.names import dns_label, is_dns_label
from migrator.model.reviewed import Names
from migrator.model.services import ServiceProfile
from migrator.model.settings import GATEWAYS, Settings
from migrator.records import load_record
from migrator.reviewed import reviewed

__all__ = ["Inputs", "is_input", "read_inputs"]

_PROFILES = "profiles/"
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:%-]{0,254}")
_GROUPS = frozenset(["all", "ungrouped"])
"""What Ansible takes for every host there is."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that decides what is generated, all by the names that people gave.

    `services` maps a service's label to its profiles, sorted by host.
    """

    services: Mapping[str, tuple[ServiceProfile, ...]]
    estate: Estate
    settings: Settings = field(default_factory=Settings)
    files: Mapping[str, str] = field(default_factory=dict)
    """Path -> text of the files that were read; they belong into the repository as they are."""
    by_path: Mapping[str, ServiceProfile] = field(default_factory=dict)
    """Every profile by the path that it was read from."""
    names: Names = field(default_factory=lambda: Names.of({}))
    """What people call the services that the scan named."""


def is_input(path: str) -> bool:
    """Whether `path` (relative, forward slashes) is one of the files that `read_inputs` reads."""
    in_folder = path.startswith((_PROFILES, baseline.FOLDER)) and path.endswith(".yaml")
    return in_folder or path in {layout.SETTINGS, layout.ESTATE}


def read_inputs(files: Mapping[str, str], *, meshes: frozenset[str] = frozenset()) -> Inputs:
    """Read `profiles/**.yaml`, `estate.yaml` and, where there is one, `migrate.yaml`.

    `meshes` are the providers that settings may name. Raises ProfileError or SettingsError with file:line for whatever
    is malformed, missing, or would give two services one name.
    """
    read = {path: files[path] for path in sorted(files) if is_input(path)}
    profiles = dict(_profiles(read))
    if not profiles:
        raise ProfileError(
            "holds no profiles; run `migrate scan` first, or name its folder with --from", file=_PROFILES
        )
    if layout.ESTATE not in read:
        raise ProfileError("is missing; `migrate scan` writes it beside profiles/", file=layout.ESTATE)
    known = reviewed(read[layout.ESTATE], profiles, file=layout.ESTATE)
    settings = _settings(read.get(layout.SETTINGS), meshes)
    return Inputs(_grouped(known.profiles, read), known.estate, settings, read, known.profiles, known.names)


def _profiles(read: Mapping[str, str]) -> Iterator[tuple[str, ServiceProfile]]:
    for path, text in read.items():
        if path.startswith(_PROFILES):
            profile = load_record(ServiceProfile, text, file=path, error=ProfileError)
            for key in ("service", "host"):
                if not getattr(profile, key):
                    raise ProfileError(f"`{key}` is empty", file=path, line=_line(text, path, key))
            if not _HOST.fullmatch(profile.host) or profile.host.lower() in _GROUPS:
                # It ends up in a play, where braces are a program and a comma or `*` are other hosts.
                message = f"`host` is {profile.host!a}, which is no name of one host"
                raise ProfileError(message, file=path, line=_line(text, path, "host"))
            for where, port in profile.wrong_ports():
                raise ProfileError(f"{port} is no port", file=path, line=_line(text, path, *where))
            yield path, profile


def _line(text: str, path: str, *where: str | int) -> int | None:
    return yamlio.load(text, file=path).line(where)


def _grouped(profiles: Mapping[str, ServiceProfile], read: Mapping[str, str]) -> dict[str, tuple[ServiceProfile, ...]]:
    groups: dict[str, dict[str, tuple[str, ServiceProfile]]] = {}
    for path, profile in profiles.items():
        group = groups.setdefault(dns_label(profile.service), {})
        for other_path, other in group.values():
            clash = _clash(profile, other)
            if clash:
                message = f"{clash[1]} in {other_path}"
                raise ProfileError(message, file=path, line=_line(read[path], path, clash[0]))
        group[profile.host] = (path, profile)
    return {name: tuple(one for _, (_, one) in sorted(groups[name].items())) for name in sorted(groups)}


def _clash(one: ServiceProfile, other: ServiceProfile) -> tuple[str, str] | None:
    """The key and the reason why two profiles with one label cannot be replicas of each other."""
    if one.service != other.service:
        return "service", f"service `{one.service}` gets the same Kubernetes name as `{other.service}`"
    if one.host == other.host:
        return "host", f"service `{one.service}` stands twice for host `{one.host}`, also"
    if one.kind != other.kind:
        return "serviceKind", f"service `{one.service}` is a {one.kind} here and a {other.kind}"
    return None


def _settings(text: str | None, meshes: frozenset[str]) -> Settings:
    if text is None:
        return Settings()
    settings = load_record(Settings, text, file=layout.SETTINGS, error=SettingsError)
    names = {
        ("cluster",): settings.cluster,
        ("namespace",): settings.namespace,
        ("environment",): settings.environment,
        ("mesh", "name"): settings.mesh.name,
        ("mesh", "vmZone"): settings.mesh.vm_zone,
        ("mesh", "clusterZone"): settings.mesh.cluster_zone,
        ("flux", "namespace"): settings.flux.namespace,
    }
    for where, name in names.items():
        if not is_dns_label(name):
            raise _wrong(text, where, f"`{'.'.join(where)}` is not a name of lower-case letters, digits and dashes")
    if meshes and settings.mesh.provider not in meshes:
        raise _wrong(text, ("mesh", "provider"), f"`mesh.provider` is none of {', '.join(sorted(meshes))}")
    if settings.gateway.provider not in GATEWAYS:
        raise _wrong(text, ("gateway", "provider"), f"`gateway.provider` is none of {', '.join(sorted(GATEWAYS))}")
    return settings


def _wrong(text: str, where: tuple[str, ...], message: str) -> InputError:
    return SettingsError(message, file=layout.SETTINGS, line=_line(text, layout.SETTINGS, *where))
