"""What the styles have in common: an operator, the words of a tooltip."""

from autograd.draw.figure import Edge, Unit
from autograd.draw.item import Item, Look, Text
from autograd.draw.text import clean, cut, printed


def operator(unit: Unit, look: Look, main: bool) -> Item:
    """A circle, or a rounded box for a composite and for more than three letters."""
    style = look.style
    text, title = cut(unit.text), clean(unit.text)
    if unit.kind == "composite" or len(text) > 3:
        texts = [Text(text, "symbol", style.letters)]
        shape, height = "round", style.height
        if unit.derivative:
            title += f": y′ = {clean(unit.derivative)}"
            texts = [
                Text(text, "symbol", style.letters, y=-7.0),
                Text(f"y′ = {cut(unit.derivative)}", "derivative", style.letters - 2.0, y=8.0),
            ]
            height += 12.0
        width = max(t.width for t in texts) + 20.0
    else:
        small = len(text) > 2 or text.isalpha()
        texts = [Text(text, "symbol", style.letters if small else style.sign)]
        shape, width, height = "circle", style.height + 6.0, style.height + 6.0
    return Item(
        *(unit.id, f"node {unit.kind}", shape, width, height, tuple(texts), title, unit.box, main),
        fill=style.fill,
        stroke=style.ink,
    )


def partial(edge: Edge, look: Look, size: float) -> list[Text]:
    """The local derivative, where it is asked for and there is one."""
    if not look.partials or edge.partial is None:
        return []
    return [Text(f"∂ {printed(edge.partial, look.precision)}", "partial", size)]


def chain(edge: Edge) -> str:
    """The numbers of an edge in words."""
    words = [] if edge.name is None else [clean(edge.name)]
    words.append(f"value {printed(edge.value, 12)}")
    if edge.gradient is not None:
        words.append(f"gradient {printed(edge.gradient, 12)}")
    if edge.partial is not None:
        words.append(f"local derivative {printed(edge.partial, 12)}")
    return ", ".join(words)
