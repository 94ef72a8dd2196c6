"""Made alike by the styles: the items of operators, the numbers of an edge, tooltips."""

from collections.abc import Callable
from dataclasses import replace

from autograd.draw.figure import Edge, Figure, Unit
from autograd.draw.item import Item, Look, Text
from autograd.draw.text import clean, cut, printed

SIDE = 10.0  # points from one line to the next at the side of a composite


def units(
    figure: Figure, look: Look, end: Callable[[Unit, Look, bool], Item] | None = None
) -> tuple[list[Item], dict[str, int]]:
    """The items of operators, composites and references, and at which port an edge ends.

    Leaves and outputs are made by `end`, if by anything here.  A composite of several inputs and a
    long sum have a port for each line at their side.
    """
    into: dict[str, list[str]] = {unit.id: [] for unit in figure.nodes}
    for edge in figure.edges:
        into[edge.head].append(edge.id)
    main = figure.main
    items: list[Item] = []
    ports: dict[str, int] = {}
    for unit in figure.nodes:
        if unit.kind == "reference":
            items.append(_reference(unit))
        elif unit.kind not in ("leaf", "output"):
            edges = into[unit.id]
            many = len(edges) >= (3 if unit.kind == "operator" else 2)
            ports |= {id: i for i, id in enumerate(edges if many else ())}
            items.append(_operator(unit, look, unit.id in main, len(edges) * many))
        elif end is not None:
            items.append(end(unit, look, unit.id in main))
    return items, ports


def _operator(unit: Unit, look: Look, main: bool, ports: int) -> Item:
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


def _reference(unit: Unit) -> Item:
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
