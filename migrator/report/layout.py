"""Where the nodes of a drawing stand: callers to the left of what they call, few crossings, no overlap. Pure.

The layered method of Sugiyama, Tagawa and Toda (1981) without bends: break circles, give each node a layer, order the
layers by the mean place of their neighbours. A layer that is much taller than the drawing is wide gets several columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

__all__ = ["COLUMN", "ROW", "Drawing", "drawing"]

COLUMN, ROW = 250, 54
"""Distance between columns and between rows, in pixels."""
_SWEEPS = 6
_INNER = 196
"""Distance between the columns of one layer, which no edge joins."""
_LEAST_ROWS = 14


@dataclass(frozen=True, slots=True)
class Drawing:
    """Left upper corner of every node, in pixels from the drawing's own, and its size without the last nodes' own."""

    places: tuple[tuple[int, int], ...]
    width: int
    height: int
    alone_from: int | None
    """Where the nodes without edges begin, in pixels from the top; None where all have one."""


def drawing(count: int, pairs: Iterable[tuple[int, int]]) -> Drawing:
    """Place nodes 0 to `count` - 1; each of `pairs` is a caller and a callee."""
    edges = sorted({pair for pair in pairs if pair[0] != pair[1]})
    joined = sorted({end for edge in edges for end in edge})
    layers = _ordered(_layers(joined, _without_circles(joined, edges)), edges)
    places = _spread(layers, len(joined))
    height = max((y for _, y in places.values()), default=-ROW) + ROW
    width = max((x for x, _ in places.values()), default=0)
    alone = [node for node in range(count) if node not in places]
    below = height + ROW if places and alone else height
    columns = max(1, width // _INNER + 1) if places else max(1, ceil(sqrt(len(alone))))
    for place, node in enumerate(alone):
        places[node] = (place % columns * _INNER, below + place // columns * ROW)
    return Drawing(
        tuple(places[node] for node in range(count)),
        max((x for x, _ in places.values()), default=0),
        max((y for _, y in places.values()), default=0),
        below if alone else None,
    )


def _neighbours(edges: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for one, other in edges:
        found.setdefault(one, []).append(other)
    return found


def _without_circles(nodes: Iterable[int], edges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The edges with those turned round that close a circle on the way from the first node on."""
    callees = _neighbours(edges)
    done: set[int] = set()
    on_way: set[int] = set()
    turned: set[tuple[int, int]] = set()
    called = {callee for _, callee in edges}
    for start in sorted(nodes, key=lambda node: (node in called, node)):
        way = [(start, iter(callees.get(start, ())))] if start not in done else []
        on_way.update(node for node, _ in way)
        while way:
            node, rest = way[-1]
            callee = next(rest, None)
            if callee is None:
                way.pop()
                on_way.discard(node)
                done.add(node)
            elif callee in on_way:
                turned.add((node, callee))
            elif callee not in done:
                way.append((callee, iter(callees.get(callee, ()))))
                on_way.add(callee)
    return [(edge[1], edge[0]) if edge in turned else edge for edge in edges]


def _layers(nodes: Sequence[int], edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Each node one layer behind the last of its callers; who is called by nobody stands just before whom it calls."""
    callees, callers = _neighbours(edges), _neighbours((callee, caller) for caller, callee in edges)
    layer: dict[int, int] = {}
    for node in _callers_first(nodes, callees, callers):
        layer[node] = max((layer[caller] + 1 for caller in callers.get(node, ())), default=0)
    for node in nodes:
        if node not in callers:
            layer[node] = min(layer[callee] for callee in callees[node]) - 1
    found: list[list[int]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for node in nodes:
        found[layer[node]].append(node)
    return found


def _callers_first(
    nodes: Iterable[int], callees: Mapping[int, Sequence[int]], callers: Mapping[int, Sequence[int]]
) -> Iterable[int]:
    waiting = {node: len(callers.get(node, ())) for node in nodes}
    ready = [node for node in nodes if not waiting[node]]
    for node in ready:
        for callee in callees.get(node, ()):
            waiting[callee] -= 1
            if not waiting[callee]:
                ready.append(callee)
    return ready


def _ordered(layers: list[list[int]], edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Layers whose nodes stand near the mean place of their neighbours, from the left and back again, some times."""
    around = _neighbours([*edges, *((other, one) for one, other in edges)])
    place = {node: spot for layer in layers for node, spot in _spots(layer).items()}
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            means = {node: sum(place[one] for one in around[node]) / len(around[node]) for node in layer}
            layer.sort(key=lambda node: (means[node], node))
            place |= _spots(layer)
    return layers


def _spots(layer: Sequence[int]) -> dict[int, float]:
    """Places from 0 to 1, so that layers of different size can be compared."""
    return {node: (spot + 0.5) / len(layer) for spot, node in enumerate(layer)}


def _spread(layers: Sequence[Sequence[int]], count: int) -> dict[int, tuple[int, int]]:
    """Pixels: a layer becomes as many columns as keep the drawing about as wide as it is high."""
    most = max(_LEAST_ROWS, ceil(sqrt(count) * 1.3))
    rows = [ceil(len(layer) / ceil(len(layer) / most)) if layer else 0 for layer in layers]
    tallest = max(rows, default=0)
    places: dict[int, tuple[int, int]] = {}
    left = 0
    for layer, high in zip(layers, rows, strict=True):
        columns = ceil(len(layer) / high) if high else 0
        top = (tallest - high) * ROW // 2
        for spot, node in enumerate(layer):
            places[node] = (left + spot % columns * _INNER, top + spot // columns * ROW)
        left += max(0, columns - 1) * _INNER + COLUMN
    return places
