"""Made alike by all styles: an operator's item, the words of a tooltip."""

from collections import Counter
from dataclasses import replace

from autograd.draw.figure import Edge, Figure, Unit
from autograd.draw.item import Item, Look, Text
from autograd.draw.text import clean, cut, printed

SIDE = 10.0  # points from one line to the next at the side of a composite


def ports(figure: Figure) -> dict[str, int]:
    """How many lines end at the side of each composite of several inputs, and of each long sum."""
    inputs = Counter(edge.head for edge in figure.edges)
    least = {unit.id: 2 if unit.kind in ("composite", "more") else 3 for unit in figure.nodes}
    return {id: count for id, count in inputs.items() if count >= least[id]}


def ports_of_edges(figure: Figure) -> dict[str, int]:
    """Which of those an edge ends at."""
    many = ports(figure)
    met: Counter[str] = Counter()
    found = {}
    for edge in figure.edges:
        if edge.head in many:
            found[edge.id] = met[edge.head]
            met[edge.head] += 1
    return found


def operator(unit: Unit, look: Look, main: bool, ports: int = 0) -> Item:
    """A circle, or a rounded box for a composite and for more than three letters.

    The box of what is not drawn one by one is dashed, and its tooltip says how it is.
    """
    style = look.style
    text = cut(unit.text)
    if (unit.kind != "operator" and len(text) > 1) or len(text) > 3:
        lines = [Text(text, "symbol", style.letters)]
        lines += [Text(cut(note), "derivative", style.letters - 2.0) for note in unit.notes]
        top = -7.5 * (len(lines) - 1)
        texts = [replace(t, y=top + 15.0 * i) for i, t in enumerate(lines)]
        height = style.height + 12.0 * len(unit.notes)
        shape, width = "round", max(t.width for t in texts) + 20.0
    else:
        small = len(text) > 2 or (text.isalpha() and text != "Σ")
        texts = [Text(text, "symbol", style.letters if small else style.sign)]
        shape, width, height = "circle", style.height + 6.0, style.height + 6.0
    if ports:
        shape, upright = "round", look.upright
        width = max(width, ports * SIDE) if upright else width
        height = height if upright else max(height, ports * SIDE)
    words = ": ".join(map(clean, (unit.text, *unit.notes)))
    if unit.kind == "more":
        words += " (fold=False draws all)"
    return Item(
        *(unit.id, f"node {unit.kind}", shape, width, height, tuple(texts), words, unit.box, main),
        fill=style.fill,
        stroke=style.ink,
        ports=ports,
        dashed=unit.kind == "more",
    )


def reference(unit: Unit) -> Item:
    """The name of a node that is drawn elsewhere."""
    text = Text(cut(unit.text), "derivative", 12.0)
    title = f"{clean(unit.text)}, which is drawn elsewhere"
    return Item(unit.id, "reference", "plain", text.width + 8.0, 18.0, (text,), title, unit.box)


def partial(edge: Edge, look: Look, size: float) -> list[Text]:
    """The local derivative, where it is asked for and there is one."""
    if not look.partials or edge.partial is None:
        return []
    return [Text(f"∂ {printed(edge.partial, look.precision)}", "partial", size)]


def total(unit: Unit, precision: int) -> str:
    """The sum of the gradients of an end, and what of it other sweeps gave; "" if there is none."""
    text = "" if unit.total is None else printed(unit.total, precision)
    if unit.elsewhere is not None:
        text += f", of it {printed(unit.elsewhere, precision)} from other sweeps"
    return text


def flowing(edge: Edge, precision: int) -> Text:
    """The number that flows along an edge; where there are several their sum, or how many."""
    several = f"{1 + len(edge.others):,} values"
    if edge.value is None:
        return Text(several, "derivative", 12.0)
    return Text("Σ " * bool(edge.others) + printed(edge.value, precision), "value", 12.0)


def number(edge: Edge) -> str:
    """The id of what shows the number of an edge, the same for all edges along which it flows."""
    several = f"{len(edge.others)}{edge.tail}" if edge.others else ""
    return f"v{edge.source}{several}"


def chain(edge: Edge) -> str:
    """The numbers of an edge in words."""
    words = [] if edge.name is None else [clean(edge.name)]
    count = 1 + len(edge.others)
    if edge.value is None:
        words.append(f"{count:,} values")
    else:
        words.append(f"sum of {count:,} values " if edge.others else "value ")
        words[-1] += printed(edge.value, 12)
    if edge.gradient is not None:
        words.append(f"gradient {printed(edge.gradient, 12)}")
    if edge.partial is not None:
        words.append(f"local derivative {printed(edge.partial, 12)}")
    return ", ".join(words)
