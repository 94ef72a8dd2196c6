"""Pictures of a graph: one figure, lowered to DOT, SVG, PNG, PDF, Mermaid, JSON and a page.

Invariant: nothing here changes a graph, needs a prior sweep, or imports Graphviz before a picture
is asked for; and a file is written whole or not at all.
"""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from autograd.nested import flatten
from autograd.value import Value

DIRECTIONS = ("LR", "RL", "TB", "BT")
STYLES = ("book", "box")
OPTIONS = ("style", "fold", "partials", "precision", "direction", "names")


def draw(
    y: Any,
    style: str = "book",
    fold: bool | Iterable[str] | None = None,
    partials: bool = False,
    precision: int = 4,
    direction: str = "LR",
    names: Mapping[str, Any] | None = None,
) -> Any:
    """The graph of y, or of several outputs, as a `graphviz.Digraph` that notebooks show.

    style: "book" draws operators in circles, on each edge the value above the line and the share of
    the gradient below it; "box" a box for each number.  fold: True draws every composite as one
    node, False each as a box around its parts, a set of names those alone; by default composites
    fold by themselves in a picture of more than 150 nodes.  partials: the local derivative too.
    precision: significant digits.  direction: "LR" "RL" "TB" "BT".  names: a dict such as
    `locals()`, whose names are written at its Values.  Gradients are drawn where a sweep has been.

    Raises ValueError for an option of no such value, for a fold none of whose names is among the
    graph's composites, if it has any, and where more than 1,000 nodes would be drawn; TypeError for
    names and fold of another kind.

    >>> x = Value(3.0, "x")
    >>> print(draw(x * x).source.splitlines()[0])
    digraph {
    """
    from autograd.draw.dot import digraph
    from autograd.draw.picture import Picture
    from autograd.draw.sheet import sheet

    look = dict(style=style, partials=partials, precision=precision, direction=direction)
    drawn = sheet(*_figure(y, fold, names, **look))
    picture = digraph(drawn, picture=Picture)
    picture.sheet, picture.drawn = drawn, picture.source
    return picture


def explore(y: Any, **options: Any) -> Any:
    """The page of y for a notebook: it shows itself in a frame of its own, cut off from the rest.

    What `save(y, "page.html")` writes, with the same options and the same errors.

    >>> explore(Value(3.0, "x") ** 2)._repr_html_()[:32]
    '<iframe sandbox="allow-scripts" '
    """
    from autograd.draw.page import Exploration

    return Exploration(_page(y, **_known(options)))


def save(y: Any, path: str | os.PathLike[str], **options: Any) -> None:
    """Write a picture of y, in the format that the suffix names: svg png pdf dot html mmd json.

    The options are those of `draw`; .json is the recorded graph itself, for `load`.  Raises
    ValueError for another suffix, RuntimeError for .png and .pdf where Graphviz's `dot` is not
    installed, OSError where the file cannot be written; then no file is left.
    """
    name = os.path.basename(path)
    form = _FORMATS.get(os.path.splitext(name)[1].lower())
    if form is None:
        raise ValueError(f"the suffix of {name!r} is none of {' '.join(_FORMATS)}")
    write(path, form(y, _known(options)))


def write(path: str | os.PathLike[str], content: Any) -> None:
    """Write a file whole or not at all: text or bytes.  Raises OSError.

    A link is followed, and a file that was there keeps its mode.
    """
    from pathlib import Path  # imported late, as they take longer than all the rest here
    from shutil import copymode

    path = Path(os.path.realpath(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no folder {str(path.parent)!r} to write {path.name!r} in")
    part = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        part.write_bytes(content if isinstance(content, bytes) else content.encode())
        if path.exists():
            copymode(path, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def load(path: str | os.PathLike[str]) -> Any:
    """The graph in a .json file that `save` wrote: the output, or a list where there are several.

    Numbers, gradients, labels and composites are the same to the last bit.  Raises ValueError, with
    the place, for a file that is not such a graph.
    """
    from autograd.draw.record import read

    with open(path, "rb") as file:
        content = file.read()
    try:
        outputs = read(content)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return outputs[0] if len(outputs) == 1 else outputs


def _outputs(y: Any) -> list[Value]:
    """The outputs as a list: at least one, and Values all."""
    outputs = list(flatten(y))
    for v in outputs:
        if type(v) is not Value:
            raise TypeError(f"only a Value can be drawn, not {v!r:.60}")
    if not outputs:
        raise ValueError("nothing to draw: no outputs")
    return list(dict.fromkeys(outputs))


def _known(options: dict[str, Any]) -> dict[str, Any]:
    for name in options:
        if name not in OPTIONS:
            raise TypeError(f"no option {name!r:.60}: those of draw are {', '.join(OPTIONS)}")
    return options


def _look(
    style: str = "book", partials: bool = False, precision: int = 4, direction: str = "LR"
) -> Any:
    from autograd.draw.sheet import Look

    for name, option, known in (("style", style, STYLES), ("direction", direction, DIRECTIONS)):
        if option not in known:
            raise ValueError(f"{name} is one of {', '.join(known)}, not {option!r}")
    if not isinstance(precision, int) or not 1 <= precision <= 17:
        raise ValueError(f"precision is a number of digits from 1 to 17, not {precision!r}")
    return Look(style, bool(partials), precision, direction)


def _figure(y: Any, fold: Any = None, names: Any = None, **options: Any) -> Any:
    """The figure, and the look that the options ask for, checked."""
    from autograd.draw.figure import figure

    look = _look(**options)
    return figure(_outputs(y), fold, names, look.precision), look


def _page(y: Any, fold: Any = None, names: Any = None, **options: Any) -> str:
    from autograd.draw.page import page

    return page(_outputs(y), _look(**options), fold, names)


def _sheet(y: Any, **options: Any) -> Any:
    from autograd.draw.sheet import sheet

    return sheet(*_figure(y, **options))


def _svg(y: Any, options: Any) -> str:
    from autograd.draw.svg import svg

    return svg(_sheet(y, **options))


def _dot(y: Any, options: Any) -> str:
    return str(draw(y, **options).source)


def _png(y: Any, options: Any) -> bytes:
    from autograd.draw.engine import dot

    return dot(_dot(y, options), "png")


def _pdf(y: Any, options: Any) -> bytes:
    from autograd.draw.engine import dot

    return dot(_dot(y, options), "pdf")


def _html(y: Any, options: Any) -> str:
    return _page(y, **options)


def _mermaid(y: Any, options: Any) -> str:
    from autograd.draw.mermaid import mermaid

    figure, look = _figure(y, **options)
    return mermaid(figure, look)


def _json(y: Any, options: Any) -> str:
    from autograd.draw.record import write

    return write(_outputs(y))


_FORMATS = {
    ".svg": _svg,
    ".png": _png,
    ".pdf": _pdf,
    ".dot": _dot,
    ".html": _html,
    ".mmd": _mermaid,
    ".json": _json,
}
