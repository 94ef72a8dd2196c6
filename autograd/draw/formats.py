"""The formats of a picture: all but DOT and Mermaid are made from one SVG.

A new format is a row in one of the two tables, and its suffix one in `files.FORMATS`.

Invariant: none needs a program of the system, and only those in LAID_OUT need a layout.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autograd.draw import TEXT_LIMIT, figure_of
from autograd.draw.figure import Figure
from autograd.draw.item import Look, Sheet
from autograd.draw.sheet import sheet


def written(y: Any, format: str, **options: Any) -> str | bytes:
    """The picture of y in a format, a key of LAID_OUT or of TEXTS, with the options of `draw`."""
    if format in TEXTS:  # nothing is laid out
        return TEXTS[format](*figure_of(y, **options, limit=TEXT_LIMIT))
    return LAID_OUT[format](sheet(*figure_of(y, **options)))


def _svg(drawn: Sheet) -> str:
    from autograd.draw.svg import svg

    return svg(drawn)


def _png(drawn: Sheet) -> bytes:
    from autograd.draw.png import png
    from autograd.draw.svg import tree

    with _needed_for("png"):
        return png(tree(drawn))


def _pdf(drawn: Sheet) -> bytes:
    from autograd.draw.pdf import pdf
    from autograd.draw.svg import tree

    with _needed_for("pdf"):
        return pdf(tree(drawn))


@contextmanager
def _needed_for(format: str) -> Iterator[None]:
    """Where a library is not to be had, as in a browser: what it was needed for."""
    try:
        yield
    except ModuleNotFoundError as error:
        message = f".{format} needs {error.name}, which is not installed here: save as .svg"
        raise RuntimeError(message) from None


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
