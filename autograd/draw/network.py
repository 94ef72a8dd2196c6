"""The style of networks: neurons in columns, weights as the colour and the width of lines.

Invariant: the numbers are those of the graph: in each circle its activation, and below that its
gradient; on each line the weight that its composite holds, blue where it is positive, ochre where
it is negative, the wider the larger, in words in its tooltip.
"""

from dataclasses import replace

from autograd.core.value import Value
from autograd.draw.figure import Edge, Figure, Unit
from autograd.draw.item import INK, LEAF, NEGATIVE, PALE, POSITIVE, Item, Link, Look, Style, Text
from autograd.draw.parts import chain
from autograd.draw.references import columns
from autograd.draw.text import clean, cut, printed

LINE = 14.0  # points from one line of text to the next


def arrange(figure: Figure, look: Look) -> tuple[list[Item], list[Link]]:
    """The figure's items and links."""
    results: dict[str, dict[int, None]] = {unit.id: {} for unit in figure.nodes}
    for edge in figure.edges:
        results[edge.tail].setdefault(edge.source)
    items: list[Item] = []
    for unit in figure.nodes:
        if unit.kind != "output":
            shown = [figure.recorded[i] for i in results[unit.id]]
            items.append(_circle(unit, shown[0] if len(shown) == 1 else None, look))
    size = max((item.width for item in items), default=0.0)
    column = columns(figure)
    items = [replace(i, width=size, height=size, column=column[i.id]) for i in items]
    weights = {edge.id: _weight(figure, edge) for edge in figure.edges}
    largest = max((abs(w.data) for w in weights.values() if w is not None), default=0.0) or 1.0
    links = []
    ends = {unit.id for unit in figure.nodes if unit.kind == "output"}
    for edge in figure.edges:
        w = weights[edge.id]
        words = chain(edge)
        stroke, width = PALE, 1.0
        if w is not None:
            words = f"weight {w.label or ''} {printed(w.data, 12)}".replace("  ", " ")
            if w.grad is not None:
                words += f", its gradient {printed(w.grad, 12)}"
            stroke = POSITIVE if w.data >= 0.0 else NEGATIVE
            width = 0.4 + 3.6 * abs(w.data) / largest
        if edge.head not in ends:
            start = (edge.id, edge.tail, edge.head, None, clean(words), edge.box)
            links.append(Link(*start, stroke=stroke, width=width))
    return items, links


def _circle(unit: Unit, value: Value | None, look: Look) -> Item:
    """A name, where there is one to be told, a number and its gradient, one below the other."""
    style = look.style
    if unit.kind == "more":
        return _more(unit, style)
    named = unit.kind in ("leaf", "operator", "reference") or not unit.notes
    texts = [Text(cut(unit.text), "name", style.letters)] if named else []
    if value is not None and unit.text != printed(value.data, look.precision):
        texts.append(Text(printed(value.data, look.precision), "value", style.letters))
    if value is not None and value.grad is not None:
        texts.append(Text(printed(value.grad, look.precision), "gradient", style.letters))
    top = -0.5 * LINE * (len(texts) - 1)
    placed = [
        Text(t.text, t.kind, t.size, y=top + LINE * i + (0.0 if t.kind == "name" else 1.0))
        for i, t in enumerate(texts)
    ]
    size = max(style.height, *(t.width + 12.0 for t in texts), LINE * len(texts) + 18.0)
    fill = LEAF if unit.kind == "leaf" else style.fill
    title = ": ".join(map(clean, (unit.text, *unit.notes)))
    kind, words = f"node {unit.kind}", tuple(placed)
    return Item(unit.id, kind, "circle", size, size, words, title, unit.box, fill=fill)


def _more(unit: Unit, style: Style) -> Item:
    """All but a few neurons of a layer."""
    count = Text(unit.text.removeprefix("… "), "derivative", 11.0, y=12.0)
    size = count.width + 12.0
    texts = (Text("⋮", "symbol", style.sign, y=-7.0), count)
    title = f"{clean(unit.text)} (fold=False draws all)"
    end = (unit.id, "node more", "circle", size, size, texts, title, unit.box)
    return Item(*end, stroke=PALE, dashed=True)


def _weight(figure: Figure, edge: Edge) -> Value | None:
    """The leaf that the composite at the end of an edge multiplies its number by, if it is one."""
    if len(edge.uses) != 1:
        return None
    ((i, slot),) = edge.uses
    consumer = figure.recorded[i]
    if consumer.op != "mul" or consumer.scope is None:
        return None
    other: Value = consumer.inputs[1 - slot]
    return other if other.primitive is None and not other.is_literal else None


NETWORK = Style("network", arrange, INK, "white", 44.0, 12.0, 20.0, 1.3, 0.2, 0.0, True, folds=True)
