"""Curves of functions and their derivatives.

Invariant: the derivative drawn is the one that backpropagation gives, and where there is none the
curve has a gap.  matplotlib is imported when something is drawn.
"""

from collections.abc import Callable
from typing import Any

from autograd.core.context import recording
from autograd.core.nested import is_nested, scalar
from autograd.core.optional import needed
from autograd.core.primitives import ARITHMETIC
from autograd.core.value import Value


def plot(
    function: Callable[[Any], Any],
    start: float = -6.0,
    stop: float = 6.0,
    *,
    points: int = 481,
    axes: Any = None,
) -> Any:
    """Draw a function of one number and its derivative, by backpropagation; the axes come back.

    `axes` is a matplotlib Axes to draw into, else a new figure's.  Where the function is not
    defined the curve has a gap.  Raises ImportError without matplotlib, ValueError if the
    function is defined nowhere from start to stop, TypeError if it returns no number.

    >>> import autograd as ag
    >>> axes = plot(ag.sigmoid)  # doctest: +SKIP
    """
    if not callable(function):
        raise TypeError(f"plot expects a function, got {type(function).__name__}: {function!r:.60}")
    if not start < stop or points < 2:
        raise ValueError(f"start={start}, stop={stop}, points={points}: no range to draw")
    xs = [start + (stop - start) * i / (points - 1) for i in range(points)]
    ys, slopes = zip(*[_point(function, x) for x in xs], strict=True)
    name = getattr(function, "__name__", "function").replace("<lambda>", "f")
    if all(y is None for y in ys):
        raise ValueError(
            f"{name} is not defined anywhere from {start} to {stop}{_advice(function)}"
        )
    with needed("plot", "plot"):
        from matplotlib import pyplot
    from autograd.draw.item import COLOURS

    if axes is None:
        axes = pyplot.subplots(layout="constrained")[1]
    nothing = float("nan")  # matplotlib's gap
    axes.plot(
        xs, [nothing if y is None else y for y in ys], label=f"{name}(x)", color=COLOURS["value"]
    )
    axes.plot(
        xs,
        [nothing if d is None else d for d in slopes],
        label=f"{name}′(x)",
        color=COLOURS["gradient"],
        linestyle="--",
    )
    axes.axhline(0.0, color="0.7", linewidth=0.8, zorder=0)
    axes.axvline(0.0, color="0.7", linewidth=0.8, zorder=0)
    axes.set_title(name)
    axes.set_xlabel("x")
    axes.legend()
    return axes


def _point(function: Callable[[Any], Any], at: float) -> tuple[float | None, float | None]:
    """The value and the derivative, None for each that does not exist."""
    x = Value(at, "x")
    with recording():
        try:
            y = function(x)
        except ARITHMETIC:
            return None, None
    if type(y) is not Value:  # a constant
        return _number(y), 0.0
    try:
        y.backward()
    except ARITHMETIC:
        return y.data, None
    return y.data, x.grad or 0.0


def _number(y: Any) -> float:
    try:
        return float(scalar(y))
    except TypeError as error:
        write = ": draw one element, as in plot(lambda x: f(x)[0])" if is_nested(y) else ""
        raise TypeError(f"plot draws functions that return one number; {error}{write}") from None


def _advice(function: Callable[[Any], Any]) -> str:
    """What to write where the function takes a row, and no single number."""
    try:
        row = function([0.5, 0.0])
    except (TypeError, *ARITHMETIC):
        return ""
    element = "[0]" if is_nested(row) else ""
    return f": it takes a row, to be drawn as in plot(lambda x: f([x, 0.0]){element})"
