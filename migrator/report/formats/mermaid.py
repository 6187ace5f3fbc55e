"""The graph as a Mermaid flowchart, for a page of Markdown.

No name is ever syntax: nodes are called n1, n2, …, and in a label everything but letters, digits and spaces of ASCII is
an entity code. Source: https://mermaid.js.org/syntax/flowchart.html, "Entity codes to escape characters".
"""

import re
from collections.abc import Iterable, Iterator

from migrator.model.services import ServiceKind
from migrator.report.format import Format
from migrator.report.report import Report
from migrator.report.services import Arrow, Graph, Node, graph_of, services_of

__all__ = ["FORMAT"]

_PLAIN = re.compile(r"[^A-Za-z0-9 ]")
_LONGEST = 80
_MOST_EDGES = 500
"""What Mermaid draws unless the page that shows it raises `maxEdges`."""
_STYLES = {
    "ready": "fill:#e2f2e6,stroke:#2f7d4a,color:#14351f",
    "adapt": "fill:#e1ecf9,stroke:#2f64a8,color:#12294a",
    "rework": "fill:#fbefd5,stroke:#9a6a00,color:#3f2c00",
    "stay": "fill:#ececee,stroke:#6b6b76,color:#26262b",
    "outside": "fill:#ffffff,stroke:#9a9aa5,color:#55555f,stroke-dasharray:4 3",
}


def render(report: Report) -> str:
    """A flowchart, callers to the left, a frame for each wave, coloured by fit."""
    graph = graph_of(report, services_of(report))
    return "\n".join(_lines(report, graph)) + "\n"


def _lines(report: Report, graph: Graph) -> Iterator[str]:
    yield "flowchart LR"
    if len(graph.arrows) > _MOST_EDGES:
        yield f"  %% {len(graph.arrows)} edges: Mermaid draws {_MOST_EDGES} unless the page raises maxEdges"
    for number, wave in enumerate(report.waves, 1):
        inside = [node for node in graph.nodes if node.service and node.service.wave is wave]
        if inside:
            yield f'  subgraph w{number}["{escaped(wave.name)}"]'
            yield from (f"    {_node(node)}" for node in inside)
            yield "  end"
    yield from (f"  {_node(node)}" for node in graph.nodes if not (node.service and node.service.wave))
    yield from dict.fromkeys(f"  {_arrow(arrow)}" for arrow in graph.arrows)
    yield from _classes(graph.nodes)


def _node(node: Node) -> str:
    left, right = _shape(node)
    return f'{node.id}{left}"{escaped(node.name)}"{right}'


def _shape(node: Node) -> tuple[str, str]:
    """A cylinder keeps state, a hexagon is a job, a stadium was not scanned."""
    if node.service is None:
        return "([", "])"
    if node.service.first.kind is ServiceKind.JOB:
        return "{{", "}}"
    return ("[(", ")]") if node.service.stateful else ("[", "]")


def _arrow(arrow: Arrow) -> str:
    port = f" {arrow.edge.port}" if arrow.edge.port is not None else ""
    return f'{arrow.caller} -->|"{escaped(arrow.edge.protocol + port)}"| {arrow.callee}'


def _classes(nodes: Iterable[Node]) -> Iterator[str]:
    members: dict[str, list[str]] = {}
    for node in nodes:
        if node.service is None:
            members.setdefault("outside", []).append(node.id)
        elif node.service.assessment:
            members.setdefault(str(node.service.assessment.fit), []).append(node.id)
    for name, ids in sorted(members.items()):
        yield f"  classDef {name} {_STYLES[name]}"
        yield f"  class {','.join(ids)} {name}"


def escaped(text: str) -> str:
    """Text for a quoted label: one line, not too long, and nothing in it that Mermaid, Markdown or HTML would read."""
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return _PLAIN.sub(lambda match: f"#{ord(match[0])};", short) or " "


FORMAT = Format("text/vnd.mermaid", ".mmd", "the graph, for a page of Markdown", render)
