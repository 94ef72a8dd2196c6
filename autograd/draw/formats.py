"""The formats of a picture: all but DOT and Mermaid are made from one SVG.

A new format is a row in one of the two tables.

Invariant: none needs a program of the system, and only those in LAID_OUT need a layout.
"""

from collections.abc import Callable
from xml.etree import ElementTree as ET

from autograd.draw.figure import Figure
from autograd.draw.item import Look, Sheet
from autograd.draw.sheet import sheet


def written(figure: Figure, look: Look, format: str) -> str | bytes:
    """The picture in a format, a key of LAID_OUT or of TEXTS."""
    text = TEXTS.get(format)
    return text(figure, look) if text else LAID_OUT[format](sheet(figure, look))


def _svg(drawn: Sheet) -> str:
    from autograd.draw.svg import svg

    return svg(drawn)


def _png(drawn: Sheet) -> bytes:
    from autograd.draw.png import png
    from autograd.draw.svg import tree

    root = tree(drawn)
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    return png(ET.tostring(root, encoding="unicode"), width, height)


def _pdf(drawn: Sheet) -> bytes:
    from autograd.draw.pdf import pdf
    from autograd.draw.svg import tree

    return pdf(tree(drawn))


def _tikz(drawn: Sheet) -> str:
    from autograd.draw.svg import tree
    from autograd.draw.tikz import tikz

    return tikz(tree(drawn))


def _dot(figure: Figure, look: Look) -> str:
    from autograd.draw.dot import digraph

    return str(digraph(sheet(figure, look)).source)


def _mermaid(figure: Figure, look: Look) -> str:
    from autograd.draw.mermaid import mermaid

    return mermaid(figure, look)


LAID_OUT: dict[str, Callable[[Sheet], str | bytes]] = {
    "svg": _svg,
    "png": _png,
    "pdf": _pdf,
    "tex": _tikz,
}
TEXTS: dict[str, Callable[[Figure, Look], str]] = {"dot": _dot, "mmd": _mermaid}
