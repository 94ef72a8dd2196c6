"""Derivatives by finite differences, each with an estimate of its error.

Invariant: nothing here looks into a graph.  `f` is called and its number is read, so what comes
out is independent of every rule that backpropagation uses.

Central differences are taken over shrinking steps, from a tenth of the argument's scale down to
where rounding takes over, and extrapolated to step 0: Richardson (1911), with the error estimate
of Ridders (1982) to which the rounding of `f` is added.  Where `f` is defined on one side only,
one-sided differences are extrapolated instead.
"""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from autograd.core.context import recording
from autograd.core.nested import fill, is_array, is_nested, number, scalar
from autograd.core.primitives import ARITHMETIC
from autograd.core.value import Value

EPS = 2.0**-52
COLUMNS = 7  # of the extrapolation: the error is then of order step^14
SHRINK = 1.9  # from step to step: with 2, a period of f could hide behind all of them
CLIMB = 4.0  # between the steps at which the two sides are compared
NEAR = 1e-8  # the first of these steps at scale 1: a kink nearer than a quarter of it is at x


class Estimate(NamedTuple):
    """A derivative by finite differences, the estimate of its error, and whether x is at a kink."""

    value: float
    error: float
    kink: bool = False
    low: float = -math.inf  # between these are, at a kink, the derivatives from left and right
    high: float = math.inf


def numerical_gradient(f: Callable[..., Any], *at: Any) -> Any:
    """The gradient of f at a point by finite differences: plain numbers in the arguments' shape.

    `f` is called with Values (numbers, or nested lists, tuples, dicts, arrays of them, as in `at`)
    and gives one number.  One argument: the gradient has its shape; several: a tuple.  Near the
    edge of f's domain one-sided differences are used.  Raises ValueError where f has a kink or no
    finite derivative, TypeError where f does not give one number.

    >>> numerical_gradient(lambda x: x * x, 3.0)
    6.0
    >>> numerical_gradient(abs, 0.0)
    Traceback (most recent call last):
    ValueError: not differentiable at x = 0.0: the derivatives from the left and right differ
    """
    named = components(f, at)
    gradient = []
    for (name, x), d in zip(named, estimates(Flat(f, at), [x for _, x in named]), strict=True):
        if d.kink:
            raise ValueError(
                f"not differentiable at {name} = {x!r}: "
                "the derivatives from the left and right differ"
            )
        gradient.append(d.value)
    shaped = fill(at, gradient)
    return shaped[0] if len(at) == 1 else shaped


class Flat:
    """f as a function of the list of its arguments' components, giving a Value; calls are counted.

    Records also under `no_grad`: f may take derivatives itself.
    """

    def __init__(self, f: Callable[..., Any], at: tuple[Any, ...]) -> None:
        self.f, self.at = f, at
        self.calls = 0

    def __call__(self, leaves: list[Value]) -> Value:
        """f of the arguments with these leaves.  TypeError where that is not one number."""
        self.calls += 1
        with recording(leaves):
            y = self.f(*fill(self.at, leaves))
        if is_nested(y) or isinstance(y, dict):
            raise TypeError(f"f must give one number, not {type(y).__name__}")
        y = scalar(y)
        return y if type(y) is Value else Value(y)


def estimates(
    f: Callable[[list[Value]], Value], point: list[float], noise: float = 0.0
) -> Iterator[Estimate]:
    """The derivative of f by each component of the point in turn."""
    for i, x in enumerate(point):

        def along(moved: float, i: int = i) -> float:
            return f([Value(moved if j == i else old) for j, old in enumerate(point)]).data

        yield derivative(along, x, noise)


# --- the arguments' components ---


def components(f: Callable[..., Any], at: tuple[Any, ...]) -> list[tuple[str, float]]:
    """Name and number of each component of the arguments, in order: ("W[0,1]", 0.3)."""
    import inspect  # slow to import

    try:
        names = list(inspect.signature(f).bind(*at).arguments)
        last = list(inspect.signature(f).parameters.values())[len(names) - 1 :]
        if last and last[0].kind is inspect.Parameter.VAR_POSITIONAL:
            stem = names.pop()
            rest = len(at) - len(names)
            names += ["x"] if len(at) == 1 else [f"{stem}[{i}]" for i in range(rest)]
    except (TypeError, ValueError):  # a builtin without a signature
        names = ["x"] if len(at) == 1 else [f"x{i}" for i in range(len(at))]
    named = [pair for name, x in zip(names, at, strict=True) for pair in _components(name, (), x)]
    if not named:
        raise ValueError("there is no number to differentiate by")
    return named


def _components(name: str, index: tuple[Any, ...], tree: Any) -> Iterator[tuple[str, float]]:
    if is_array(tree) and tree.dtype.kind in "iub":
        raise TypeError(f"{name} is an array of integers: floats are differentiated by")
    if isinstance(tree, dict):
        for key, item in tree.items():
            yield from _components(name, (*index, repr(key)), item)
    elif is_nested(tree):
        for i, item in enumerate(tree):
            yield from _components(name, (*index, str(i)), item)
    else:
        yield name + (f"[{','.join(index)}]" if index else ""), number(scalar(tree))


# --- one derivative ---


def derivative(f: Callable[[float], float], x: float, noise: float = 0.0) -> Estimate:
    """The derivative of a function of one number.

    `noise` is the error of f itself at x where that is known to exceed the rounding of its result.
    What f raises at x is passed on.  Raises ValueError where f is defined at x alone, and where no
    finite derivative is found on its one side.
    """
    y = f(x)
    found = _ladder(lambda h: _difference(f, x + h, x - h), x, y, 2, noise)
    if found is not None:
        sides = _kink(f, x, y)
        return found if sides is None else Estimate(found.value, found.error, True, *sides)
    right = _ladder(lambda h: _sided(f, x, h, y), x, y, 1, noise)
    left = _ladder(lambda h: _sided(f, x, -h, y), x, y, 1, noise)
    sided = [d for d in (right, left) if d is not None]
    if not sided:
        raise ValueError(f"defined at {x!r} alone, and so without a derivative")
    best = min(sided, key=lambda d: d.error)
    best = best._replace(error=4.0 * best.error)  # at an edge f may go like a broken power of h
    if not best.error <= 0.1 * abs(best.value) + 1e-3:  # its quotients grow as the step shrinks
        raise ValueError(f"no finite derivative at {x!r}, the edge of the domain")
    return best


Quotient = tuple[float, float] | None  # the difference quotient, the size of the numbers in it


def _try(f: Callable[[float], float], x: float) -> float | None:
    try:
        return f(x)
    except ARITHMETIC:  # outside the domain
        return None


def _difference(f: Callable[[float], float], right: float, left: float) -> Quotient:
    b = _try(f, right)
    a = _try(f, left) if b is not None else None
    if a is None or b is None:
        return None
    q = b / (right - left) - a / (right - left)  # in this order it cannot overflow on the way
    return (q, max(abs(a), abs(b))) if math.isfinite(q) else None


def _sided(f: Callable[[float], float], x: float, h: float, y: float) -> Quotient:
    b = _try(f, x + h)
    if b is None:
        return None
    q = b / (x + h - x) - y / (x + h - x)
    return (q, max(abs(b), abs(y))) if math.isfinite(q) else None


def _ladder(
    quotient: Callable[[float], Quotient], x: float, y: float, order: int, noise: float
) -> Estimate | None:
    """Difference quotients at shrinking steps, extrapolated; None where there is not one.

    Their leading error is of `order` in the step: 2 for central differences, 1 for one-sided ones.
    """
    h = 0.0618 * max(1.0, abs(x))
    smallest = 16.0 * math.ulp(x) if x else 1e-24
    found: list[tuple[bool, float, float]] = []  # of each row the best: not converged, error, value
    row: list[float] = []
    steps: list[float] = []
    while h > smallest:
        h = (x + h) - x  # so that x + h is exact
        at_h = quotient(h)
        if at_h is None:
            row, steps, h = [], [], h / 8.0
            continue
        q, size = at_h
        steps.append(h)
        # of f and of its argument
        rounding = (4.0 * EPS * (max(size, abs(y)) + abs(x * q)) + noise) / h
        previous, row = row, [q]
        best = (True, math.inf, 0.0)
        for j, coarse in enumerate(previous[:COLUMNS]):
            shrunk = (steps[-2 - j] / h) ** order
            row.append(row[j] + (row[j] - coarse) / (shrunk - 1.0))
            error = max(abs(row[-1] - row[j]), abs(row[-1] - coarse)) + rounding
            # Steps far wider than f's features agree on nothing, or agree by chance on little:
            # a number that has converged goes first, then the one with the smaller error.
            converged = error <= 1e-3 * abs(row[-1]) or error <= 10.0 * rounding
            best = min(best, (not converged, error, row[-1]))
        if previous:
            found.append(best)
        done = found and not min(found)[0] and rounding > min(found)[1]
        if len(row) > 3 and (done or previous[:4] == row[:4]):
            break
        h /= SHRINK
    if not found:
        return None
    # Where f is rounded more coarsely than its last digit, two rows may agree by chance, but not
    # the next ones too: past its best, the error grows as the step shrinks.
    after = [*(error for _, error, _ in found[1:]), 0.0, 0.0]
    honest = [
        (bad, max(error, after[i] / 4.0, after[i + 1] / 16.0), value)
        for i, (bad, error, value) in enumerate(found)
    ]
    bad, error, value = min(honest)
    if (
        bad and order == 2
    ):  # f is too wild for any step: all of them together say how little is known
        error = max(abs(v - value) for _, _, v in found)
    if value == 0.0:  # or is the step below what f resolves?  Then wider ones converged before.
        wider = [(e, v) for _, e, v in honest if e < min(1e-6 * abs(v), 1e-3 * found[0][1])]
        error, value = min(wider, default=(error, value))
    return Estimate(value, error)


def _kink(f: Callable[[float], float], x: float, y: float) -> tuple[float, float] | None:
    """Bounds of the slopes on the two sides of x where they differ however small the step.

    None where they do not.  At a jump and at a cusp the slopes are without bounds.

    f(x + h) - 2 f(x) + f(x - h) grows with the square of the step where f is smooth; at a kink it
    grows with the step, at a cusp like that of sqrt|x| slower.  At a jump both sides stay.
    """
    first = h = NEAR * max(1.0, abs(x))
    rises, falls, size = [], [], abs(y)
    for _ in range(4):
        b, a = _try(f, x + h), _try(f, x - h)
        if a is None or b is None:
            return None
        size = max(size, abs(a), abs(b))
        rises.append(b - y)
        falls.append(a - y)
        h *= CLIMB
    noise = 50.0 * EPS * size
    jump = rises[0] - falls[0]
    if abs(jump) > noise and all(
        max(side) - min(side) < 0.01 * abs(jump) for side in (rises, falls)
    ):
        return -math.inf, math.inf
    bends = [rise + fall for rise, fall in zip(rises, falls, strict=True)]
    if abs(bends[0]) <= noise or not math.isfinite(sum(bends)):
        return None
    growth = [wide / narrow if narrow else 0.0 for narrow, wide in pairwise(bends)]
    if not all(0.4 * CLIMB < g < 1.3 * CLIMB for g in growth):
        return None
    if any(g < 0.8 * CLIMB for g in growth):
        return -math.inf, math.inf
    low, high = math.inf, -math.inf
    for sign, side in ((1.0, rises), (-1.0, falls)):
        slopes = [sign * change / (first * CLIMB**i) for i, change in enumerate(side)]
        slack = max(slopes) - min(slopes) + noise / first  # curvature, and a kink just beside x
        low, high = min(low, min(slopes) - slack), max(high, max(slopes) + slack)
    return low, high
