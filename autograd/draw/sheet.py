"""The sheet: a figure in one of the styles, ready to be placed.  A new style is a row in STYLES."""

from collections import Counter
from typing import Any

from autograd.draw.book import BOOK
from autograd.draw.box import BOX
from autograd.draw.figure import Figure
from autograd.draw.item import Frame, Look, Sheet, Text
from autograd.draw.network import NETWORK
from autograd.draw.references import with_references
from autograd.draw.text import clean, cut, printed

STYLES = {style.name: style for style in (BOOK, BOX, NETWORK)}


def look(style: str = "book", **options: Any) -> Look:
    """The look that the options ask for: see `draw`.  ValueError for what they cannot be."""
    if style not in STYLES:
        raise ValueError(f"style is one of {', '.join(STYLES)}, not {style!r}")
    return Look(STYLES[style], **options)


def sheet(figure: Figure, look: Look) -> Sheet:
    """The figure in the style of the look."""
    name, words = _in_words(figure)
    figure = with_references(figure)
    items, links = look.style.arrange(figure, look)
    frames = []
    for box in figure.boxes:
        title = "\u2003".join(filter(None, (cut(box.name), cut(box.formula))))  # kept wide by XML
        frames.append(Frame(box.id, Text(title, "title", 13.0, anchor="start"), box.parent))
    return Sheet(look, tuple(items), tuple(links), tuple(frames), name, words)


def _in_words(figure: Figure) -> tuple[str, str]:
    """A name for the picture, and what is in it: its inputs, operations and outputs."""
    outputs, inputs = [], []
    steps: Counter[str] = Counter()
    for unit in figure.nodes:
        v = figure.recorded[unit.values[-1]]
        text = f"{clean(unit.label or 'a number')} = {printed(v.data)}"
        if unit.kind == "output":
            outputs.append(text.replace("a number", "output") if v.label is None else text)
        elif unit.kind == "more":
            steps[f"{clean(unit.text)[2:]}: {clean(unit.notes[0])}"] += 1
        elif unit.kind == "leaf":
            grad = figure.gradients[unit.values[-1]]
            gradient = "" if grad is None else f" (gradient {printed(grad)})"
            inputs.append(text + gradient)
        else:
            steps[clean(unit.text)] += 1
    operations = [f"{n} {text}" if n > 1 else text for text, n in steps.items()]
    parts = (("Inputs", inputs), ("Operations", operations), ("Outputs", outputs))
    words = [f"{what}: {', '.join(texts[:20])}" for what, texts in parts if texts]
    more = sum(max(len(texts) - 20, 0) for _, texts in parts)
    words += [f"and {more} more"] if more else []
    return f"Computation graph of {', '.join(outputs[:3])}", ". ".join(words) + "."
