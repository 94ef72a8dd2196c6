"""Primitives of one's own.

Invariant: none is known whose partial derivatives are not those of finite differences, at points
that were given or found.
"""

from collections.abc import Callable, Iterable
from inspect import signature
from itertools import permutations
from typing import Any

from autograd.checks.gradcheck import GradientMismatch, gradcheck
from autograd.core.elementary import OURS
from autograd.core.primitives import ARITHMETIC, PRIMITIVES, Primitive
from autograd.functions import as_function

TRIED = (0.7, -0.6, 2.3, -1.9, 0.15, 5.2, 14.0, 1e-3)  # where no points are given
ENOUGH = 4  # points


def primitive(
    name: str,
    forward: Callable[..., float],
    *partials: Callable[..., Any],
    symbol: str | None = None,
    at: Iterable[Any] | None = None,
) -> Callable[..., Any]:
    """An operation of your own: a function of one or two numbers or Values, then as good as ours.

    `forward` computes it in plain floats.  Each partial is the derivative by one input, a function
    of the inputs and the output; written in operators and functions of this package it serves
    derivatives of every order, with those of `math` the first alone.  `symbol` stands in pictures.
    Before the operation is made, its partials are checked against finite differences: at the points
    `at` (numbers, or pairs of them for two inputs), else at up to four that lie in its domain.
    In JSON files and pickles it goes by its name: make it before you load them.

    Raises GradientMismatch, with the report, where a partial is wrong; ValueError for a name of
    this package, and where no point is found in the domain; TypeError for what is no function.
    An operation of your own with the same name is replaced.

    >>> from autograd import Value
    >>> cube = primitive("cube", lambda x: x**3, lambda x, y: 3.0 * x * x, symbol="x³")
    >>> x = Value(2.0)
    >>> y = cube(x)
    >>> y.backward()
    >>> y.op, x.grad, cube([1, 2])
    ('cube', 12.0, [1.0, 8.0])
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"the name of a primitive is a name of Python's, not {name!r:.60}")
    if name in OURS:
        raise ValueError(f"{name!r} is a primitive of this package: yours needs another name")
    for f in (forward, *partials):
        if not callable(f):
            raise TypeError(f"{name}: expected functions, got {type(f).__name__}: {f!r:.60}")

    def value(*inputs: float) -> float:
        return float(forward(*inputs))

    new = Primitive(name, name if symbol is None else symbol, value, *partials)
    for f, count, of in [
        (forward, len(partials), "is a function of the inputs, one for each partial"),
        *[(f, len(partials) + 1, "is a function of the inputs and the output") for f in partials],
    ]:
        if not _takes(f, count):
            which = "what computes it" if f is forward else "a partial"
            raise TypeError(f"{name}: {which} {of}, here of {count} numbers")
    points = _found(new) if at is None else [_point(new, x) for x in at]
    if not points:
        raise ValueError(
            f"{name}: at no point that was tried is there a number: write at=[...], points inside"
        )
    for point in points:
        try:
            gradcheck(new, *point)
        except GradientMismatch as error:
            raise GradientMismatch(f"{name} at {point}: {error}") from None
    PRIMITIVES[name] = new
    return as_function(new, forward.__doc__ or f"The primitive {name}.")


def _takes(f: Callable[..., Any], count: int) -> bool:
    """Whether it takes so many numbers, as far as Python can tell."""
    try:
        signature(f).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # some functions of C have no signature
        return True
    return True


def _point(new: Primitive, x: Any) -> tuple[float, ...]:
    point = tuple(map(float, x)) if isinstance(x, (tuple, list)) else (float(x),)
    if len(point) != len(new.partials):
        raise ValueError(f"{new.name}: {len(new.partials)} numbers make a point, not {len(point)}")
    return point


def _found(new: Primitive) -> list[tuple[float, ...]]:
    """A few points around which the operation has finite numbers."""
    points = []
    for point in permutations(TRIED, len(new.partials)):  # a point of two equal numbers hides much
        try:
            for scale in (0.99, 1.0, 1.01):
                new.value([x * scale for x in point], point)
        except ARITHMETIC:
            continue
        points.append(point)
    step = max(1, len(points) // ENOUGH)
    return points[::step][:ENOUGH]
