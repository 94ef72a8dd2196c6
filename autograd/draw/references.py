"""References: in a large picture the name of a node stands where a long line from it would end.

Invariant: every edge keeps its id and its numbers; only where its line begins is another place.
"""

from dataclasses import replace
from itertools import count

from autograd.draw.figure import Figure, Unit

REACH = 1500  # the sum of the edges' lengths, in ranks, above which long ones are cut
FAR = 4  # ranks: what is longer is cut


def with_references(figure: Figure) -> Figure:
    """The figure with its long edges cut, where together they are too long to follow.

    A node without a name gets one, t1, t2, ..., on its other edges, or on one that ends in the air.
    """
    ranks = columns(figure)
    length = {edge.id: abs(ranks[edge.head] - ranks[edge.tail]) for edge in figure.edges}
    if sum(length.values()) <= REACH:
        return figure
    far = {edge.id for edge in figure.edges if length[edge.id] > FAR}
    units = {unit.id: unit for unit in figure.nodes}
    near = {edge.source for edge in figure.edges if edge.id not in far}
    tags = _tags(figure, far, units)
    added: list[Unit] = []
    edges = []
    for edge in figure.edges:
        tag = tags.get(edge.source)
        if edge.id in far and tag is not None:
            id = f"{edge.id}_from"
            added.append(Unit(id, "reference", tag, None, (edge.source,), units[edge.head].box))
            if edge.source not in near:
                near.add(edge.source)
                id_end, box = f"{edge.tail}_to{edge.source}", units[edge.tail].box
                added.append(Unit(id_end, "reference", tag, None, (edge.source,), box))
                end = replace(edge, id=id_end + "_edge", head=id_end, gradient=edge.total)
                edges.append(replace(end, partial=None, box=box, name=None))
            edge = replace(edge, tail=id, box=units[edge.head].box, main=False, name=None)
        elif tag is not None and edge.name is None and units[edge.tail].kind != "leaf":
            edge = replace(edge, name=tag)
        edges.append(edge)
    return replace(figure, nodes=(*figure.nodes, *added), edges=tuple(edges))


def _tags(figure: Figure, far: set[str], units: dict[str, Unit]) -> dict[int, str]:
    """What the sources of long edges are called."""
    counted = (f"t{i}" for i in count(1))
    tags: dict[int, str] = {}
    for edge in figure.edges:
        if edge.id in far and edge.source not in tags:
            tail = units[edge.tail]
            tags[edge.source] = tail.text if tail.kind == "leaf" else edge.name or next(counted)
    return tags


def columns(figure: Figure) -> dict[str, int]:
    """The column of each unit: after those before it, a leaf next to its first use."""
    ranks: dict[str, int] = {}
    heads: dict[str, list[str]] = {unit.id: [] for unit in figure.nodes}
    tails: dict[str, list[str]] = {unit.id: [] for unit in figure.nodes}
    for edge in figure.edges:
        heads[edge.tail].append(edge.head)
        tails[edge.head].append(edge.tail)
    for unit in figure.nodes:
        ranks[unit.id] = 1 + max((ranks.get(id, 0) for id in tails[unit.id]), default=0)
    for unit in figure.nodes:
        if unit.kind == "leaf":
            ranks[unit.id] = min(ranks[id] for id in heads[unit.id]) - 1
    return ranks
