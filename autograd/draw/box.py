"""The compact style: a box for each number, with name, value and gradient side by side.

Invariant: every number stands in the picture once; lines bear at most a local derivative.
"""

from dataclasses import replace

from autograd.draw.figure import Edge, Figure, Unit
from autograd.draw.item import LEAF, OPERATOR, PALE, Item, Link, Look, Style, Text
from autograd.draw.parts import chain, flowing, number, partial, units
from autograd.draw.text import clean, cut, printed


def arrange(figure: Figure, look: Look) -> tuple[list[Item], list[Link]]:
    """The figure's items and links."""
    items, ports = units(figure, look)
    unit_of = {unit.id: unit for unit in figure.nodes}
    links = []
    numbers: dict[object, str] = {}  # of a recorded node, or several: the item that shows them
    for edge in figure.edges:
        tail, head, source = unit_of[edge.tail], unit_of[edge.head], edge.source
        start = numbers.get((source, edge.others), "")
        if tail.kind == "reference":
            start = tail.id
        elif not start:
            grad = edge.gradient if edge.others else figure.gradients[source]
            items.append(_cells(edge, tail, head, grad, look))
            numbers[source, edge.others] = start = items[-1].id
            if tail.kind != "leaf":
                links.append(Link(f"l{start[1:]}", tail.id, start, None, "", tail.box))
        if head.kind != "output":
            text = next(iter(partial(edge, look, 10.0)), None)
            ends = (edge.id, start, head.id, None, chain(edge), edge.box)
            links.append(Link(*ends, text, ports.get(edge.id)))
    return items, links


def _cells(edge: Edge, tail: Unit, head: Unit, grad: float | None, look: Look) -> Item:
    """A box for one number: name, value | gradient."""
    leaf = tail.kind == "leaf"
    name = (tail.label if leaf else edge.name or head.label) or ""
    cells = [Text(cut(name), "name", 11.0, bold=True)] if name else []
    cells.append(replace(flowing(edge, look.precision), size=11.0))
    if grad is not None:
        cells.append(Text(printed(grad, look.precision), "gradient", 11.0))
    x = left = -0.5 * sum(t.width + 10.0 for t in cells)
    texts, bars = [], []
    for t in cells:
        if t.kind == "gradient":
            bars.append(x)
        wide = t.width + 10.0
        texts.append(Text(t.text, t.kind, t.size, x + 0.5 * wide, bold=t.bold))
        x += wide
    id, kind = (tail.id, "node leaf") if leaf else (number(edge), "node number")
    fill = LEAF if leaf else "white"
    return Item(
        *(id, kind, "value", -2.0 * left, 24.0, tuple(texts), clean(name), tail.box, edge.main),
        *(tuple(bars), fill, PALE),
    )


BOX = Style("box", arrange, PALE, OPERATOR, 22.0, 11.0, 15.0, 0.3, 0.15, 0.5)
