"""What each shell of the script costs a host: processor time of its own processes, and of the rest of the host meanwhile."""

import resource
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from migrator.scan.collect import script, together
from migrator.scan.fact import Fact
from migrator.scan.run import questions
from tests.bench.measure import processor
from tests.testbed import legacy

__all__ = ["FactCost", "fact_costs"]

ROUNDS = 5
_NONCE = "0" * 32


@dataclass(frozen=True)
class FactCost:
    """Median of all rounds and hosts, in milliseconds; `rest` is mostly PID 1, which systemctl asks. KiB of answers."""

    facts: str
    own: float
    rest: float
    kib: float


def fact_costs(hosts: Sequence[str]) -> list[FactCost]:
    """The shells in their order, after what a script costs that asks nothing."""
    rows: list[tuple[str, Sequence[Fact[Any]]]] = [("a script that asks nothing", [])]
    rows += [(", ".join(fact.name for fact in asked), asked) for _, asked in together(questions(deep=False))]
    nothing = _cost("", [], hosts)
    found = [_cost(name, asked, hosts) for name, asked in rows]
    return [found[0], *(FactCost(one.facts, one.own - nothing.own, one.rest, one.kib) for one in found[1:])]


def _cost(name: str, asked: Sequence[Fact[Any]], hosts: Sequence[str]) -> FactCost:
    text = script(asked, _NONCE).encode()
    own, rest, size = zip(*(_once(host, text) for host in hosts for _ in range(ROUNDS)), strict=True)
    return FactCost(name, median(own), median(rest), median(size))


def _once(host: str, text: bytes) -> tuple[float, float, float]:
    """nsenter stays in our control group, so the host's own counts what the host does beside it."""
    before, elsewhere = _children(), processor(host)
    done = subprocess.run(legacy.on(host, "/bin/sh", "-s"), input=text, capture_output=True, check=True)
    return (
        (_children() - before) * 1000,
        (processor(host) - elsewhere) * 1000,
        (len(done.stdout) + len(done.stderr)) / 1024,
    )


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
