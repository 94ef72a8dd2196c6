"""The inside of one unit of a figure: its parts alone, and names for where they come from and go.

Invariant: every edge of the inside keeps its id and its numbers.
"""

from collections.abc import Collection
from dataclasses import replace

from autograd.draw.figure import Box, Edge, Figure, Unit

MANY = 10  # names of what comes in, above which they stand in the box, each beside its use


def inside(figure: Figure, parts: Collection[str], box: Box) -> Figure:
    """The figure of these units alone, in a box of their own."""
    units = {unit.id: unit for unit in figure.nodes}
    within = _boxes(figure, parts)
    inner = {unit: replace(units[unit], box=units[unit].box or None) for unit in parts}
    place = {id: unit.box if unit.box in within else box.id for id, unit in inner.items()}
    nodes = {id: replace(unit, box=place[id]) for id, unit in inner.items()}
    fed = {edge.head for edge in figure.edges if edge.tail in inner}
    many = sum(edge.head in inner and edge.tail not in inner for edge in figure.edges) > MANY
    edges: list[Edge] = []
    leaving: dict[int, list[Edge]] = {}  # by what flows in them
    for edge in figure.edges:
        if edge.head in inner and edge.tail in inner:
            edges.append(replace(edge, box=edge.box if edge.box in within else box.id))
        elif edge.head in inner:
            tail, id = units[edge.tail], f"{edge.id}_from"
            text = tail.label or edge.name or tail.text
            around = place[edge.head] if many and edge.head in fed else None
            nodes[id] = Unit(id, "reference", text, None, (edge.source,), around)
            edges.append(replace(edge, tail=id, box=around, main=False, name=None))
        elif edge.tail in inner:
            leaving.setdefault(edge.source, []).append(edge)
    for source, out in leaving.items():
        first, texts = out[0], dict.fromkeys(units[edge.head].text or "output" for edge in out)
        id = f"{first.tail}_to{source}"
        nodes[id] = Unit(id, "reference", ", ".join(list(texts)[:3]), None, (source,))
        whole = first.gradient if first.total is None else first.total
        end = replace(first, id=f"{id}_edge", head=id, gradient=whole, total=None, partial=None)
        uses = tuple(use for edge in out for use in edge.uses)
        edges.append(replace(end, uses=uses, box=None, main=False))
    boxes = [box, *(replace(b, parent=within[b.id]) for b in figure.boxes if b.id in within)]
    boxes[1:] = [b if b.parent in within else replace(b, parent=box.id) for b in boxes[1:]]
    return replace(figure, nodes=tuple(nodes.values()), edges=tuple(edges), boxes=tuple(boxes))


def _boxes(figure: Figure, parts: Collection[str]) -> dict[str, str | None]:
    """The open composites that have nothing but these units in them, with what is around each."""
    parents = {box.id: box.parent for box in figure.boxes}
    mixed: set[str | None] = {None}
    for unit in figure.nodes:
        around = unit.box
        while around is not None and unit.id not in parts and around not in mixed:
            mixed.add(around)
            around = parents[around]
    return {box: parent for box, parent in parents.items() if box not in mixed}
