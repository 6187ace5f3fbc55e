"""What generate reads: settings, profiles grouped to services, and the estate. Pure: paths and texts in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass

from migrator.errors import ProfileError, SettingsError
from migrator.gitops import layout
from migrator.model.estate import Estate
from migrator.model.names import is_dns_label
from migrator.model.services import HealthCheck, Listen, Protocol, ServiceKind, ServiceProfile, State, Variable
from migrator.model.settings import Settings
from migrator.records import load_record

__all__ = ["Inputs", "Service", "read_inputs"]


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the estate: the profiles of all its instances, by host."""

    name: str
    profiles: tuple[ServiceProfile, ...]

    @property
    def first(self) -> ServiceProfile:
        """The profile that speaks for all where they do not differ."""
        return self.profiles[0]

    @property
    def is_job(self) -> bool:
        """Whether it runs by a schedule."""
        return self.first.kind is ServiceKind.JOB

    @property
    def ports(self) -> tuple[Listen, ...]:
        """What others can reach: TCP and UDP beyond loopback, by port."""
        found = {
            (listen.port, listen.protocol): listen
            for profile in self.profiles
            for listen in profile.listens
            if listen.port and not listen.loopback and listen.protocol is not Protocol.UNIX
        }
        return tuple(found[key] for key in sorted(found, key=lambda key: (key[0] or 0, key[1])))

    @property
    def is_worker(self) -> bool:
        """Whether it runs all the time and nobody can call it: two copies would do the work twice."""
        return not self.is_job and not any(listen.protocol is not Protocol.UDP for listen in self.ports)

    @property
    def is_http(self) -> bool:
        """Whether everything that it offers over TCP speaks HTTP, so that single requests can be routed."""
        tcp = [listen for listen in self.ports if listen.protocol is not Protocol.UDP]
        return bool(tcp) and all(listen.protocol is Protocol.HTTP for listen in tcp)

    @property
    def state(self) -> tuple[State, ...]:
        """Places with data, over all instances, the largest size of each."""
        found: dict[str, State] = {}
        for state in (state for profile in self.profiles for state in profile.state):
            known = found.get(state.path)
            if known is None or (state.size_mib or 0) > (known.size_mib or 0):
                found[state.path] = state
        return tuple(found[path] for path in sorted(found))

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Names of environment variables, over all instances."""
        found = {variable.name: variable for profile in self.profiles for variable in profile.variables}
        return tuple(found[name] for name in sorted(found))

    @property
    def health(self) -> tuple[HealthCheck, ...]:
        """Checks that somebody makes today."""
        return tuple({(check.port, check.path): check for p in self.profiles for check in p.health}.values())


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that the manifests are made from."""

    settings: Settings
    estate: Estate
    services: tuple[Service, ...]

    def address_of(self, host: str) -> str:
        """IP address or name under which the scan reached a host."""
        return next((report.address for report in self.estate.hosts if report.name == host), host)


def read_inputs(files: Mapping[str, str]) -> Inputs:
    """Read `migrate.yaml` (or its defaults), `estate.yaml` and every profile.

    Raises ProfileError or SettingsError with file:line; also when there is no profile, or one stands in the wrong place.
    """
    text = files.get(layout.SETTINGS)
    settings = load_record(Settings, text, file=layout.SETTINGS, error=SettingsError) if text else Settings()
    if layout.ESTATE not in files:
        raise ProfileError("is missing; `migrate scan` writes it", file=layout.ESTATE)
    estate = load_record(Estate, files[layout.ESTATE], file=layout.ESTATE, error=ProfileError)
    groups: dict[str, list[ServiceProfile]] = {}
    for path in sorted(files):
        if path.startswith("profiles/") and path.endswith(".yaml"):
            profile = _profile(path, files[path])
            groups.setdefault(profile.service, []).append(profile)
    if not groups:
        raise ProfileError("holds no profile; `migrate scan` writes them", file="profiles")
    services = tuple(Service(name, tuple(groups[name])) for name in sorted(groups))
    for service in services:
        _agree(service)
    return Inputs(settings, estate, services)


def _profile(path: str, text: str) -> ServiceProfile:
    profile = load_record(ServiceProfile, text, file=path, error=ProfileError)
    if not is_dns_label(profile.service):
        message = f"`service: {profile.service}` is no RFC 1035 label (small letters, digits, dashes, a letter first)"
        raise ProfileError(message, file=path, line=3)
    return profile


def _agree(service: Service) -> None:
    kinds = {profile.kind for profile in service.profiles}
    if len(kinds) > 1:
        hosts = ", ".join(profile.host for profile in service.profiles)
        raise ProfileError(f"`{service.name}` is a service on one of {hosts} and a job on another", file="profiles")
