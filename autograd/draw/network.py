"""The style of networks: neurons in columns, weights as the colour and the width of lines.

Invariant: the numbers are those of the graph: in each circle its activation, and below that its
gradient, above both the user's name for it and what it does, but for neurons, which all do the
same; on each line the weight that its composite holds, blue where it is positive, ochre where
it is negative, the wider the larger, in words in its tooltip.
"""

import re
from dataclasses import replace

from autograd.core.value import Value
from autograd.draw.figure import Edge, Figure, Unit
from autograd.draw.item import INK, LEAF, NEGATIVE, PALE, POSITIVE, Item, Link, Look, Style, Text
from autograd.draw.parts import chain
from autograd.draw.references import columns
from autograd.draw.text import clean, cut, printed

LINE = 14.0  # points from one line of text to the next
LONG = 10  # letters of an operation's name that are one line
LARGE = 80.0  # a circle larger than that makes not all as large


def arrange(figure: Figure, look: Look) -> tuple[list[Item], list[Link]]:
    """The figure's items and links."""
    results: dict[str, dict[int, None]] = {unit.id: {} for unit in figure.nodes}
    names: dict[int, str] = {}
    outputs = {unit.id: unit.text for unit in figure.nodes if unit.kind == "output"}
    for edge in figure.edges:
        results[edge.tail].setdefault(edge.source)
        names[edge.source] = edge.name or outputs.get(edge.head) or names.get(edge.source, "")
    weights = {edge.id: _weight(figure, edge) for edge in figure.edges}
    neurons = {edge.head for edge in figure.edges if weights[edge.id] is not None}
    items: list[Item] = []
    for unit in figure.nodes:
        if unit.kind != "output":
            shown = list(results[unit.id])
            i = shown[0] if len(shown) == 1 else None
            name = "" if i is None else names[i]
            items.append(_circle(figure, unit, i, name, unit.id in neurons, look))
    size = max((item.width for item in items if item.width <= LARGE), default=0.0)
    sizes = {item.id: max(item.width, size) for item in items}
    column = columns(figure)
    items = [
        replace(item, width=sizes[item.id], height=sizes[item.id], column=column[item.id])
        for item in items
    ]
    largest = max((abs(w.data) for w in weights.values() if w is not None), default=0.0) or 1.0
    links = []
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
        if edge.head not in outputs:
            start = (edge.id, edge.tail, edge.head, None, clean(words), edge.box)
            links.append(Link(*start, stroke=stroke, width=width))
    return items, links


def _circle(figure: Figure, unit: Unit, i: int | None, name: str, neuron: bool, look: Look) -> Item:
    """Names, where there are any to be told, a number and its gradient, one below the other."""
    style = look.style
    if unit.kind == "more":
        return _more(unit, style)
    texts = [Text(cut(name), "name", style.letters)] if name else []
    if not neuron and unit.text != name:
        small = "derivative" if name else "name"
        texts += [Text(line, small, style.letters) for line in _lines(cut(unit.text))]
    if i is not None and unit.text != printed(figure.recorded[i].data, look.precision):
        shown = printed(figure.recorded[i].data, look.precision)
        texts.append(Text(shown, "value", style.letters))
    grad = None if i is None else figure.gradients[i]
    if grad is not None:
        texts.append(Text(printed(grad, look.precision), "gradient", style.letters))
    top = -0.5 * LINE * (len(texts) - 1)
    placed = [
        replace(t, y=top + LINE * k + (1.0 if t.kind in ("value", "gradient") else 0.0))
        for k, t in enumerate(texts)
    ]
    size = max(style.height, *(t.width + 12.0 for t in texts), LINE * len(texts) + 18.0)
    if len(texts) > 3:  # an outer line is short of room at its corners
        size = max(size, *(2.0 * abs(complex(0.5 * t.width, abs(t.y) + 4.0)) + 6.0 for t in placed))
    fill = LEAF if unit.kind == "leaf" else style.fill
    title = ": ".join(map(clean, filter(None, (name, unit.text, *unit.notes))))
    kind, words = f"node {unit.kind}", tuple(placed)
    return Item(unit.id, kind, "circle", size, size, words, title, unit.box, fill=fill)


def _lines(name: str) -> list[str]:
    """The name of an operation, in several lines where it is of several long words.

    >>> _lines("softmax_cross_entropy"), _lines("logaddexp(x, 0)"), _lines("log_exp")
    (['softmax_', 'cross_', 'entropy'], ['logaddexp', '(x, 0)'], ['log_exp'])
    """
    lines = [""]
    for word in re.split(r"(?<=_)|(?=\()", name):
        if lines[-1] and len(lines[-1] + word) > LONG:
            lines.append("")
        lines[-1] += word
    return lines


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
