"""What can only be said of a service with today's date or with a rule at hand: end of life, expiry, size, blind spots.

MIG201 system past its end of life    MIG203 certificate expires    MIG205 host not fully seen
MIG202 runtime past its end of life   MIG204 much data              MIG206 there to keep data
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from migrator.assess.rules import AssessmentRules, Lifetime
from migrator.model.estate import HostReport
from migrator.model.findings import Finding, Severity
from migrator.model.services import ServiceProfile

__all__ = ["checked"]

_MIB = 1024


def checked(
    profiles: Sequence[ServiceProfile], hosts: Mapping[str, HostReport], rules: AssessmentRules, today: dt.date
) -> Iterator[Finding]:
    """Every such finding about one service. `profiles` are its instances."""
    for profile in profiles:
        yield from _system(profile, rules.lifetimes, today)
        yield from _runtime(profile, rules.lifetimes, today)
        yield from _certificates(profile, rules.thresholds.certificate_days, today)
        yield from _data(profile, rules.thresholds.data_gib)
        yield from _keeper(profile)
        yield from _blind(profile, hosts.get(profile.host))


def _finding(profile: ServiceProfile, code: str, severity: Severity, message: str, remedy: str) -> Finding:
    return Finding(code, severity, f"{profile.host}/{profile.service}", message, remedy)


def _system(profile: ServiceProfile, lifetimes: Iterable[Lifetime], today: dt.date) -> Iterator[Finding]:
    until = _until(profile.os.id, profile.os.version, lifetimes)
    if until and until < today:
        said = f"{profile.os.name or profile.os.id} has had no security updates since {until}"
        remedy = "Build its image on a release that is looked after, and test the service on it."
        yield _finding(profile, "MIG201", Severity.WARNING, said, remedy)


def _runtime(profile: ServiceProfile, lifetimes: Iterable[Lifetime], today: dt.date) -> Iterator[Finding]:
    until = _until(profile.runtime.name, profile.runtime.version, lifetimes)
    if until and until < today:
        said = f"{profile.runtime.name} {profile.runtime.version} is not mended by its makers since {until}"
        remedy = "Its distribution may still mend it; otherwise move it to a newer version before or with the move."
        yield _finding(profile, "MIG202", Severity.WARNING, said, remedy)


def _until(product: str, version: str, lifetimes: Iterable[Lifetime]) -> dt.date | None:
    """The entry with the most numbers wins: `3.6` before `3`. A package's epoch (`2:`) is no version."""
    plain = re.sub(r"^\d+:", "", version)
    fitting = [
        one
        for one in lifetimes
        if product.startswith(one.product)
        and product.removeprefix(one.product) in {"", "-fpm"}
        and re.match(rf"{re.escape(one.version)}(?!\d)", plain)
    ]
    return max(fitting, key=lambda one: len(one.version)).until if fitting else None


def _certificates(profile: ServiceProfile, days: int, today: dt.date) -> Iterator[Finding]:
    for certificate in profile.certificates:
        ends = _date(certificate.expires)
        if ends is None or ends - today > dt.timedelta(days=days):
            continue
        is_over = ends < today
        said = f"its certificate {certificate.path} {'expired' if is_over else 'expires'} on {ends}"
        remedy = "Renew it, or let the cluster issue one; do not carry it over."
        yield _finding(profile, "MIG203", Severity.WARNING, said, remedy)


def _date(text: str) -> dt.date | None:
    try:
        return dt.datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _data(profile: ServiceProfile, most_gib: int) -> Iterator[Finding]:
    for state in profile.state:
        if state.exact and state.size_mib is not None and state.size_mib > most_gib * _MIB:
            said = f"keeps {state.size_mib // _MIB} GiB in {state.path}"
            remedy = "Plan how the data gets there while it changes: replication, or copies ahead of a short stop."
            yield _finding(profile, "MIG204", Severity.WARNING, said, remedy)


def _keeper(profile: ServiceProfile) -> Iterator[Finding]:
    """A database of which no data was seen has it all the same."""
    if profile.is_keeper and profile.state_observed and not profile.state:
        said = f"runs {profile.runtime.name}, which is there to keep data; in which folder was not seen"
        remedy = "Find out where it keeps its data, and write that into `state` of the profile."
        yield _finding(profile, "MIG206", Severity.UNKNOWN, said, remedy)


def _blind(profile: ServiceProfile, host: HostReport | None) -> Iterator[Finding]:
    if host is None or not (host.refused or host.partial):
        return
    facts = ", ".join(sorted({line.split(":")[0] for line in (*host.refused, *host.partial)}))
    said = f"its host was not fully seen ({facts}): more may be in the way"
    remedy = "Scan it with the rights that docs/reference/questions.md lists, or ask who looks after it."
    yield _finding(profile, "MIG205", Severity.UNKNOWN, said, remedy)
