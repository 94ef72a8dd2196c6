"""The sheet: a figure in one of the styles, ready to be placed.  A new style is a row in STYLES."""

from typing import Any

from autograd.draw.book import BOOK
from autograd.draw.box import BOX
from autograd.draw.figure import Figure
from autograd.draw.item import Frame, Look, Sheet, Text
from autograd.draw.network import NETWORK
from autograd.draw.references import with_references
from autograd.draw.text import cut

STYLES = {style.name: style for style in (BOOK, BOX, NETWORK)}


def look(style: str = "book", **options: Any) -> Look:
    """The look that the options ask for: see `draw`.  ValueError for what they cannot be."""
    if style not in STYLES:
        raise ValueError(f"style is one of {', '.join(STYLES)}, not {style!r}")
    return Look(STYLES[style], **options)


def sheet(figure: Figure, look: Look) -> Sheet:
    """The figure in the style of the look."""
    figure = with_references(figure)
    items, links = look.style.arrange(figure, look)
    frames = []
    for box in figure.boxes:
        title = "\u2003".join(filter(None, (cut(box.name), cut(box.formula))))  # kept wide by XML
        frames.append(Frame(box.id, Text(title, "title", 13.0, anchor="start"), box.parent))
    return Sheet(look, tuple(items), tuple(links), tuple(frames))
