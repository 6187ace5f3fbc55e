"""The order of an estate's cutover: callees before callers, circles together. Pure.

A service with state on its host does not move yet and holds nobody up: callers in the cluster go on calling it there.
"""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter

from migrator.cutover.phases import default_phases
from migrator.model.estate import Edge, Estate
from migrator.model.plans import PlannedService, Strategy, Wave
from migrator.model.services import Listen, Protocol, ServiceKind, ServiceProfile

__all__ = ["strategy_of", "waves"]

_Choice = tuple[Strategy, tuple[str, ...]]
"""How a service leaves its hosts, and why that way."""


def waves(estate: Estate, profiles: Iterable[ServiceProfile]) -> tuple[Wave, ...]:
    """Waves in order. Services that cannot move yet stand in one of their own at the end, each with its reason."""
    by_name: dict[str, list[ServiceProfile]] = {}
    for profile in sorted(profiles, key=lambda p: (p.service, p.host)):
        by_name.setdefault(profile.service, []).append(profile)
    choices = {name: strategy_of(group) for name, group in by_name.items()}
    choices |= _bound(estate.edges, choices)
    bound = sorted(name for name, (strategy, _) in choices.items() if strategy is Strategy.LATER)
    moving = sorted(set(choices) - set(bound))
    calls = _calls(estate.edges, moving, moving)
    left = _left(estate, _calls(estate.edges, moving, bound))
    numbered = enumerate(_ordered(moving, calls), start=1)
    made = [_wave(f"wave-{number}", rings, choices, left) for number, rings in numbered]
    if bound:
        made.append(Wave("later", tuple(PlannedService(name, Strategy.LATER, (), choices[name][1]) for name in bound)))
    return tuple(made)


def strategy_of(profiles: Sequence[ServiceProfile]) -> _Choice:
    """How a service leaves its hosts, and why that way."""
    why = _what_binds(profiles)
    if why:
        return Strategy.LATER, (why,)
    if profiles[0].kind is ServiceKind.JOB:
        return Strategy.SWITCH, ("a job: it runs on one side only",)
    reached = [li for p in profiles for li in p.listens if li.port and not li.loopback]
    tcp = [listen for listen in reached if listen.protocol is not Protocol.UDP]
    if not tcp:
        return Strategy.SWITCH, (_without_route(reached),)
    if all(listen.protocol is Protocol.HTTP for listen in tcp):
        return Strategy.WEIGHTED, ("speaks HTTP: requests can be moved one by one",)
    plain = ", ".join(
        str(port) for port in sorted({li.port for li in tcp if li.protocol is not Protocol.HTTP and li.port})
    )
    return Strategy.SWITCH, (
        f"port {plain} is not known to speak HTTP: a weight would count connections, not requests",
    )


def _what_binds(profiles: Sequence[ServiceProfile]) -> str:
    """The state that binds a service to its hosts, seen or not; empty for one that keeps none."""
    where = ", ".join(f"{state.path} on {profile.host}" for profile in profiles for state in profile.state)
    if where:
        return f"keeps state in {where}: a weighted split would make two copies of it"
    unseen = ", ".join(profile.host for profile in profiles if not profile.state_observed)
    if unseen:
        return f"whether it keeps state could not be seen on {unseen}; unknown counts as state"
    keeper = next((profile.runtime.name for profile in profiles if profile.is_keeper), "")
    return f"runs {keeper}, which is there to keep data, wherever that is: the data moves first" if keeper else ""


def _without_route(reached: Sequence[Listen]) -> str:
    ports = ", ".join(str(port) for port in sorted({listen.port for listen in reached if listen.port}))
    if ports:
        return f"answers on UDP {ports} only: no route splits that, so its callers have to be pointed to the cluster"
    return "a worker: nobody calls it over the network, so two copies would do the work twice"


def _bound(edges: Iterable[Edge], choices: Mapping[str, _Choice]) -> dict[str, _Choice]:
    """Services that reach each other through a Unix socket: apart from each other they do not work."""
    found: dict[str, list[str]] = {}
    for caller, callee in sorted({(e.caller, e.callee) for e in edges if e.protocol is Protocol.UNIX}):
        if caller in choices and callee in choices and caller != callee:
            pair = f"`{caller}` reaches `{callee}` through a Unix socket"
            for name in (caller, callee):
                found.setdefault(name, []).append(f"{pair}: let it listen on TCP, or put both into one Pod by hand")
    own = {name: why for name, (strategy, why) in choices.items() if strategy is Strategy.LATER}
    return {name: (Strategy.LATER, (*own.get(name, ()), *reasons)) for name, reasons in found.items()}


def _calls(edges: Iterable[Edge], callers: Iterable[str], callees: Iterable[str]) -> dict[str, set[str]]:
    """For each of the callers those of the callees that it calls, itself left out."""
    calls: dict[str, set[str]] = {name: set() for name in callers}
    known = set(callees)
    for edge in edges:
        if edge.caller in calls and edge.callee in known and edge.caller != edge.callee:
            calls[edge.caller].add(edge.callee)
    return calls


def _ordered(names: Sequence[str], calls: Mapping[str, set[str]]) -> list[list[tuple[str, ...]]]:
    """Generations of rings: each ring is one service, or several that call each other in a circle."""
    ring_of = {name: ring for ring in _rings(names, calls) for name in ring}
    sorter: TopologicalSorter[tuple[str, ...]] = TopologicalSorter()
    for name in names:
        sorter.add(ring_of[name], *sorted({ring_of[callee] for callee in calls[name]} - {ring_of[name]}))
    sorter.prepare()
    generations = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        generations.append(ready)
        sorter.done(*ready)
    return generations


def _rings(names: Sequence[str], calls: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """Strongly connected components by Tarjan's algorithm, without recursion: estates can be deep."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    stacked: set[str] = set()
    found: list[tuple[str, ...]] = []
    for start in names:
        todo = [(start, iter(sorted(calls[start])))] if start not in index else []
        while todo:
            name, callees = todo[-1]
            if name not in index:
                index[name] = low[name] = len(index)
                stack.append(name)
                stacked.add(name)
            following = next((c for c in callees if c not in index or c in stacked), None)
            if following is None:
                todo.pop()
                if todo:
                    low[todo[-1][0]] = min(low[todo[-1][0]], low[name])
                if low[name] == index[name]:
                    ring = _cut(stack, name)
                    stacked.difference_update(ring)
                    found.append(tuple(sorted(ring)))
            elif following in index:
                low[name] = min(low[name], index[following])
            else:
                todo.append((following, iter(sorted(calls[following]))))
    return found


def _cut(stack: list[str], name: str) -> list[str]:
    """Take off the top of the stack, down to `name`."""
    ring = [stack.pop()]
    while ring[-1] != name:
        ring.append(stack.pop())
    return ring


def _wave(
    name: str, rings: Sequence[tuple[str, ...]], choices: Mapping[str, _Choice], left: Mapping[str, tuple[str, ...]]
) -> Wave:
    services = []
    for ring in rings:
        for service in ring:
            strategy, why = choices[service]
            explained = (*why, *_ring_reason(ring), *left[service])
            services.append(PlannedService(service, strategy, default_phases(strategy), explained))
    return Wave(name, tuple(services), tuple(ring for ring in rings if len(ring) > 1))


def _ring_reason(ring: tuple[str, ...]) -> tuple[str, ...]:
    if len(ring) == 1:
        return ()
    return (f"{', '.join(ring)} call each other in a circle, so no order among them is right; they move together",)


def _left(estate: Estate, calls: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    """What is said of callees that do not move: their hosts must be reachable from the cluster."""
    entries = {entry.name: entry for entry in estate.services}

    def shown(name: str) -> str:
        return f"{name} ({', '.join(entries[name].hosts)})" if name in entries else name

    return {
        caller: (f"goes on calling {', '.join(map(shown, sorted(callees)))}, which stays on its host for now",)
        if callees
        else ()
        for caller, callees in calls.items()
    }
