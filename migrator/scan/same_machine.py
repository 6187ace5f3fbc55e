"""Two hosts of the estate that look like one machine, as after a change of its name in the inventory. Pure.

It is a hint and never a decision: machines that were made from one image have a host key, a name and an identity in
common, so all addresses have to be the same as well, and a person takes the old one out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrator.model.findings import Finding
from migrator.scan import findings
from migrator.scan.facts.machine import Machine, MachineFacts
from migrator.scan.facts.network import Network, NetworkFacts
from migrator.scan.look import Look

__all__ = ["hosts_that_look_like_one"]

_NOBODYS = frozenset({"", "(none)", "localhost", "localhost.localdomain"})


@dataclass(frozen=True, slots=True)
class _Marks:
    """What tells machines apart."""

    host: str
    addresses: frozenset[str]
    hostname: str
    key: str

    @classmethod
    def of(cls, look: Look) -> "_Marks":
        snapshot, login = (look.view.snapshot if look.view else None), look.report.login
        hostname = snapshot.value(Machine, MachineFacts(uid=-1)).hostname if snapshot else ""
        return cls(
            look.report.name,
            frozenset(snapshot.value(Network, NetworkFacts()).addresses if snapshot else ()),
            "" if hostname in _NOBODYS else hostname,
            login.host_key if login else "",
        )


_ALIKE: tuple[tuple[str, Callable[[_Marks], str]], ...] = (
    ("SSH host key", lambda marks: marks.key),
    ("host name", lambda marks: marks.hostname),
)
"""What has to be the same beside the addresses, one of these."""


def hosts_that_look_like_one(looks: Iterable[Look]) -> Iterator[Finding]:
    """A finding about each host but the first by name, of all that are alike."""
    known = [marks for marks in map(_Marks.of, looks) if marks.addresses]
    found: dict[str, Finding] = {}
    for what, mark in _ALIKE:
        groups: dict[tuple[str, frozenset[str]], list[_Marks]] = {}
        for one in known:
            groups.setdefault((mark(one), one.addresses), []).append(one)
        for (same, _), group in groups.items():
            if same:
                found = {**_told(group, what), **found}
    yield from found.values()


def _told(group: Sequence[_Marks], what: str) -> dict[str, Finding]:
    """About all but the first by name: who was asked differs from scan to scan, and says nothing of a machine."""
    first, *others = sorted(group, key=lambda one: one.host)
    return {one.host: findings.same_machine(one.host, first.host, what) for one in others}
