"""Pictures of a graph: a figure in a style is a sheet, is laid out once, is written in a format.

Invariant: nothing here changes a graph, needs a prior sweep, or imports Graphviz before a picture
is asked for.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from autograd.core.graph import check_fresh
from autograd.core.nested import ROWS, items
from autograd.core.value import Value

LIMIT = 1000  # drawn nodes above which no picture is laid out
TEXT_LIMIT = 100_000  # those above which none is written as .dot or .mmd either
OPTIONS = ("style", "fold", "partials", "precision", "direction", "names")  # of draw

if TYPE_CHECKING:
    from autograd.draw.figure import Figure
    from autograd.draw.item import Look
    from autograd.draw.picture import Picture


def draw(
    y: Any,
    style: str = "book",
    fold: bool | Iterable[str] | None = None,
    partials: bool = False,
    precision: int = 4,
    direction: str = "LR",
    names: Mapping[str, Any] | None = None,
) -> "Picture":
    """The graph of y, or of several outputs, as a `graphviz.Digraph` that notebooks show.

    style: "book" draws operators in circles, on each edge the value above the line and the share of
    the gradient below it; "box" a box for each number; "network" neurons in columns, their weights
    as lines.  fold: True draws every composite as one
    node, False each as a box around its parts, a set of names those alone; by default composites
    fold by themselves in a picture of more than 150 nodes.  A long sum is drawn as one Σ, and of
    more than ten units that are alike a few and "… 57 more", but for fold=False.
    partials: the local derivative too.  precision: significant digits.  direction: "LR" "RL" "TB"
    "BT".  names: a dict such as `locals()`, whose names are written at its Values.  Gradients are
    drawn where a sweep has been.

    Raises ValueError for an option of no such value, for a fold none of whose names is among the
    graph's composites, if it has any, where a leaf's number was assigned after the recording, and
    where more than 1,000 nodes would be drawn; TypeError for names and fold of another kind.

    >>> x = Value(3.0, "x")
    >>> print(draw(x * x).source.splitlines()[0])
    digraph {
    """
    from autograd.draw.dot import digraph
    from autograd.draw.picture import Picture
    from autograd.draw.sheet import sheet

    look: dict[str, Any] = dict(
        style=style, partials=partials, precision=precision, direction=direction
    )
    drawn = sheet(*figure_of(y, fold, names, **look))
    picture: Picture = digraph(drawn, picture=Picture)
    picture.sheet, picture.drawn = drawn, picture.source
    return picture


def figure_of(
    y: Any,
    fold: Any = None,
    names: Mapping[str, Any] | None = None,
    limit: float = LIMIT,
    **options: Any,
) -> "tuple[Figure, Look]":
    """The figure of y, or of several outputs, and the look that the options ask for.

    ValueError where it would have more nodes than the limit.
    """
    from autograd.draw.assembly import figure

    look = look_of(**options)
    if look.style.folds and fold is None:
        fold = True
    return figure(outputs_of(y), fold, names, look.precision, limit), look


def look_of(**options: Any) -> "Look":
    """The look that the options ask for.  TypeError for one that `draw` does not have."""
    from autograd.draw.sheet import look

    for option in options:
        if option not in OPTIONS:
            raise TypeError(f"no option {option!r:.60}: those of draw are {', '.join(OPTIONS)}")
    return look(**options)


def outputs_of(y: Any) -> list[Value]:
    """The outputs to be drawn as a list: at least one, and Values all, each once.

    ValueError where their numbers do not follow from their leaves.
    """
    outputs = items(y, ROWS)
    for v in outputs:
        if type(v) is not Value:
            raise TypeError(f"only a Value can be drawn, not {v!r:.60}")
    if not outputs:
        raise ValueError("nothing to draw: no outputs")
    check_fresh(*outputs)
    return list(dict.fromkeys(outputs))
