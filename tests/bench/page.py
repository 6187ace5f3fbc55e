"""docs/benchmarks.md from what was measured. Pure."""

from collections.abc import Mapping, Sequence

from tests.bench.facts import FactCost
from tests.bench.measure import Cost, Figure, figure

__all__ = ["page"]

_HEAD = """\
# Benchmarks

`make bench-scan` measures all of this in one run and writes this page. Figures of two machines are not comparable; ratios of one
run are. Nothing here is asserted by a test.

"""


_AIMS = """\
Aimed at are five times the speed of Ansible, three times that of pyinfra, a fifteenth of Ansible's processor time here, and 0.15 s of
processor time and 256 KiB for each host. The rows with `true` are the floor: key exchange, login and PAM, without any question. What
lies below the floor cannot be reached by anything that uses SSH: where the floor alone takes more than a third of pyinfra's time, three
times its speed is out of reach. Hosts and scanner share these processors, so the hosts' own work is most of the time, and we ask them for far more.
"""


def page(
    machine: str,
    tools: Mapping[str, Sequence[Cost]],
    finds: Mapping[str, str],
    setting: str,
    *,
    names: int,
    facts: Sequence[FactCost],
    replays: Sequence[Mapping[str, float]],
) -> str:
    """The whole text. `tools` are the runs by tool over so many `names`, ours first; `replays` what `tests.bench.replayed` said."""
    parts = [
        _HEAD + machine,
        "",
        _side_by_side(tools, finds, setting),
        _for_a_host(tools, names),
        _facts(facts),
        _replayed(replays),
    ]
    return "\n".join(parts)


def _side_by_side(tools: Mapping[str, Sequence[Cost]], finds: Mapping[str, str], setting: str) -> str:
    rows = [
        f"| {name} | {_of(costs, 'wall')} | {_of(costs, 'cpu_here')} | {_of(costs, 'cpu_hosts')} | "
        f"{_kib(costs, 'received')} | {_kib(costs, 'sent')} | {figure([one.packets for one in costs]).median:.0f} |"
        for name, costs in tools.items()
    ]
    told = [f"- {name} finds out: {what}." for name, what in finds.items()]
    return "\n".join(
        [
            "## Side by side on real hosts",
            "",
            setting,
            "",
            "Median (least-most), for all names together. Processor time here is that of the tool and all that it starts; on the hosts it is",
            "that of their control groups, with sshd's part. Packets are both ways and stand for round trips.",
            "",
            "| tool | seconds | CPU s here | CPU s on the hosts | KiB from the hosts | KiB to the hosts | packets |",
            "|---|--:|--:|--:|--:|--:|--:|",
            *rows,
            "",
            *told,
            "",
        ]
    )


def _for_a_host(tools: Mapping[str, Sequence[Cost]], names: int) -> str:
    """Shares of one name, and what is left of them without the login by paramiko, which is how we log in."""
    floor = tools["paramiko: `true`"]
    ours = next(iter(tools.values()))
    rows = [
        f"| {name} | {_share(costs, 'cpu_here', names)} | {_share(costs, 'cpu_hosts', names)} | "
        f"{max(0, _middle(costs, 'cpu_hosts') - _middle(floor, 'cpu_hosts')) / names * 1000:.0f} | "
        f"{_middle(costs, 'received') / names / 1024:.0f} | {_middle(costs, 'wall') / _middle(ours, 'wall'):.1f} | "
        f"{_middle(costs, 'cpu_here') / _middle(ours, 'cpu_here'):.1f} |"
        for name, costs in tools.items()
    ]
    return "\n".join(
        [
            "### For each host",
            "",
            "Medians. The last two columns are multiples of what `migrate scan` took.",
            "",
            "| tool | CPU ms here | CPU ms on the host | the same without the login | KiB from the host | seconds, multiple | CPU here, multiple |",
            "|---|--:|--:|--:|--:|--:|--:|",
            *rows,
            "",
            _AIMS,
        ]
    )


def _middle(costs: Sequence[Cost], field: str) -> float:
    return _of(costs, field).median


def _share(costs: Sequence[Cost], field: str, names: int) -> str:
    return f"{_middle(costs, field) / names * 1000:.0f}"


def _facts(facts: Sequence[FactCost]) -> str:
    rows = [f"| {one.facts} | {one.own:.1f} | {one.rest:.1f} | {one.kib:.1f} |" for one in facts]
    return "\n".join(
        [
            "### What each question costs a host",
            "",
            "Medians of all eight hosts of the test-bed, without SSH. Questions in one row share a shell. The second column is what the rest of the",
            "host did meanwhile, mostly PID 1. The first row is contained in none of the others.",
            "",
            "| questions | CPU ms of the shell | CPU ms elsewhere | KiB |",
            "|---|--:|--:|--:|",
            *rows,
            "",
        ]
    )


def _of(costs: Sequence[Cost], field: str) -> Figure:
    return figure([getattr(one, field) for one in costs])


def _kib(costs: Sequence[Cost], field: str) -> str:
    return f"{_of(costs, field).median / 1024:.0f}"


def _replayed(replays: Sequence[Mapping[str, float]]) -> str:
    names = list(replays[0])
    rows = ["| " + " | ".join(f"{one[name]:g}" for name in names) + " |" for one in replays]
    return "\n".join(
        [
            "## Replayed hosts",
            "",
            "`python -m tests.bench.replayed COUNT [FAULTY]`: recorded hosts under other names and addresses, from the script to the files on",
            "disk, 50 at a time, 5 seconds for a host. All is real but SSH and the hosts' own work. The last line has the share of hosts that hang",
            "until their time is over: what they do to the good ones is the difference between the first and the last line in `last good host after s`.",
            "Hanging hosts keep a place of the 50 for their 5 seconds; that is all they cost the others.",
            "",
            "| " + " | ".join(names) + " |",
            "|" + "--:|" * len(names),
            *rows,
            "",
        ]
    )
