"""docs/benchmarks.md from what was measured. Pure."""

from collections.abc import Mapping, Sequence

from tests.bench.measure import Cost, Figure, figure

__all__ = ["page"]

_HEAD = """\
# Benchmarks

`make bench-scan` measures all of this in one run and writes this page. Figures of two machines are not comparable; ratios of one
run are. Nothing here is asserted by a test.

"""


_AIMS = (
    "Aimed at are five times the speed of Ansible and three times that of pyinfra with a fifteenth of Ansible's processor time here, and on a host",
    "0.15 s of processor time and 256 KiB. Where hosts and scanner share two processors, the hosts' own work is most of the time, and we ask them for",
    "far more than the others do. A host's share is that of the table divided by the number of names.",
)


def page(
    machine: str,
    tools: Mapping[str, Sequence[Cost]],
    finds: Mapping[str, str],
    setting: str,
    replays: Sequence[Mapping[str, float]],
) -> str:
    """The whole text. `tools` are the runs by tool, `replays` what `tests.bench.replayed` said, the last two without and with faulty hosts."""
    return "\n".join([_HEAD + machine, "", _side_by_side(tools, finds, setting), _replayed(replays)])


def _side_by_side(tools: Mapping[str, Sequence[Cost]], finds: Mapping[str, str], setting: str) -> str:
    rows = [
        f"| {name} | {_of(costs, 'wall')} | {_of(costs, 'cpu_here')} | {_of(costs, 'cpu_hosts')} | "
        f"{_kib(costs, 'received')} | {_kib(costs, 'sent')} | {figure([one.packets for one in costs]).median:.0f} |"
        for name, costs in tools.items()
    ]
    told = [f"- `{name}` finds out: {what}." for name, what in finds.items()]
    ours, *others = (figure([one.wall for one in costs]).median for costs in tools.values())
    ratios = ", ".join(
        f"{other / ours:.1f} times that ({name})" for name, other in zip(list(tools)[1:], others, strict=True)
    )
    cpu, *cpus = (figure([one.cpu_here for one in costs]).median for costs in tools.values())
    loads = ", ".join(
        f"{other / cpu:.1f} times that of {name}" for name, other in zip(list(tools)[1:], cpus, strict=True)
    )
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
            f"`migrate scan` took one part where the others took {ratios}, and one part of processor time here to {loads}.",
            "",
            *_AIMS,
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
