"""The style of the textbook: operators in circles, and the numbers of the chain rule on the edges.

Invariant: on each edge its value stands above the line and its share of the gradient below; left
and right of it where edges run up or down.
"""

from dataclasses import replace

from autograd.draw.figure import Edge, Figure, Unit
from autograd.draw.item import INK, Item, Link, Look, Style, Text
from autograd.draw.parts import chain, flowing, number, partial, total, units
from autograd.draw.text import clean, cut, printed

LINE = 14.0  # points from one line of an edge's label to the next


def arrange(figure: Figure, look: Look) -> tuple[list[Item], list[Link]]:
    """The figure's items and links."""
    items, ports = units(figure, look, _end)
    bundled = _bundled(figure)
    summed: set[str] = set()
    leaves = {unit.id for unit in figure.nodes if unit.kind == "leaf"}
    stems: dict[str, str] = {}
    links = []
    for edge in figure.edges:
        label: str | None = None
        id = number(edge)
        if id not in bundled:
            first = id not in summed and edge.tail not in leaves
            summed.add(id)
            items.append(_numbers(edge if first else replace(edge, total=None), look))
            label, tail = items[-1].id, edge.tail
        else:
            if id not in stems:
                whole = replace(edge, id=id, gradient=edge.total, total=None, partial=None)
                items.append(_numbers(whole, look))
                stems[id] = items[-1].id
                words = chain(whole)
                links.append(Link(id, edge.tail, None, items[-1].id, words, items[-1].box))
            tail = stems[id]
        ends = (edge.id, tail, edge.head, label, chain(edge), edge.box)
        links.append(Link(*ends, port=ports.get(edge.id)))
    return items, links


def _bundled(figure: Figure) -> set[str]:
    """What has a number that is shown once, for all its uses are in composites of many inputs.

    So it is between the layers of a network, where each of many lines would bear the same number.
    """
    composites = {unit.id for unit in figure.nodes if unit.kind in ("composite", "more")}
    heads: dict[str, list[str]] = {}
    for edge in figure.edges:
        heads.setdefault(number(edge), []).append(edge.head)
    return {x for x, ends in heads.items() if len(ends) > 3 and composites.issuperset(ends)}


def _end(unit: Unit, look: Look, main: bool) -> Item:
    """The name at an end, with the sum of the gradients under it where its uses have shares."""
    texts = [Text(cut(unit.text), "name", 14.0)] if unit.text else []
    height = 20.0
    if unit.total is not None:
        texts.append(Text(total(unit, look.precision), "gradient", 12.0, y=LINE + 1.0))
        height = 2.0 * (LINE + 8.0)  # the name stays in the middle, on its line
    width = max((t.width for t in texts), default=0.0) + 8.0
    if look.upright and len(texts) > 1:
        height = 20.0 + LINE
        texts = [replace(t, y=t.y - 0.5 * LINE) for t in texts]
    elif unit.kind == "leaf" and not look.upright:  # both end where the lines begin
        side, anchor = (0.5, "end") if look.direction == "LR" else (-0.5, "start")
        texts = [replace(t, x=side * (width - 8.0), anchor=anchor) for t in texts]
    kind, title = f"node {unit.kind}", clean(unit.text)
    return Item(unit.id, kind, "plain", width, height, tuple(texts), title, unit.box, main)


def _numbers(edge: Edge, look: Look) -> Item:
    """The label of an edge."""
    above = [flowing(edge, look.precision)]
    if edge.name is not None:
        above.append(Text(cut(edge.name), "name", 12.0))
    below = []
    if edge.gradient is not None:
        below.append(Text(printed(edge.gradient, look.precision), "gradient", 12.0))
    if edge.total is not None:  # at the first of several uses: the sum of their shares
        below.append(Text(f"Σ {printed(edge.total, look.precision)}", "gradient", 12.0))
    below += partial(edge, look, 11.0)
    rows = max(len(above), len(below))
    wide = max(t.width for t in above + below)
    texts = []
    for sign, column in ((-1.0, above), (1.0, below)):
        for row, t in enumerate(column):
            x, y, anchor = 0.0, sign * (LINE * row + 8.5), "middle"
            if look.upright:
                x, anchor = sign * 5.0, "end" if sign < 0.0 else "start"
                y = LINE * (row - 0.5 * (len(column) - 1)) * sign
            texts.append(Text(t.text, t.kind, t.size, x, y, anchor))
    width, height = wide + 10.0, 2.0 * (LINE * rows + 4.0)
    if look.upright:
        width, height = 2.0 * (wide + 8.0), LINE * rows + 8.0
    id = f"{edge.id}_label"
    return Item(id, "edge", "label", width, height, tuple(texts), chain(edge), edge.box, edge.main)


BOOK = Style("book", arrange, INK, "white", 30.0, 13.0, 18.0, 0.25, 0.28, 0.7, ordered=True)
