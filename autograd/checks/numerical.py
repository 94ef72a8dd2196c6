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

from autograd.checks.report import Report, Row
from autograd.core.context import recording
from autograd.core.nested import fill, is_array, is_nested, number, scalar
from autograd.core.primitives import ARITHMETIC
from autograd.core.value import Value

EPS = 2.0**-52
COLUMNS = 7  # of the extrapolation: the error is then of order step^14
SETTLED = 20  # steps that agree: no chance
SHRINK = 1.9  # from step to step: with 2, a period of f could hide behind all of them
CLIMB = 4.0  # between the steps at which the two sides are compared
NEAR = 1e-8  # the first of these steps at scale 1: a kink nearer than a quarter of it is at x


class Estimate(NamedTuple):
    """A derivative by finite differences, the estimate of its error, and whether x is at a kink."""

    value: float
    error: float
    slope: float  # the largest change of f for its step that was seen
    kink: bool = False
    low: float = -math.inf  # between these are, at a kink, the derivatives from left and right
    high: float = math.inf

    @property
    def verdict(self) -> str:
        """At a kink "kink"; "rounding" where no two digits are known and it is no zero; or "ok"."""
        zero = self.error <= max(1e-8 * self.slope, 1e-12 if self.slope else 1e-8)
        known = self.error <= 0.01 * abs(self.value) or zero
        return "kink" if self.kink else "ok" if known else "rounding"


def numerical_gradient(
    f: Callable[..., Any], *at: Any, h: float | None = None, report: bool = False
) -> Any:
    """The gradient of f at a point by finite differences: plain numbers in the arguments' shape.

    `f` is called with Values (numbers, or nested lists, tuples, dicts, arrays of them, as in `at`)
    and gives one number.  They are new, nothing is changed in place: where f does not use its
    argument, as `lambda W: loss(x, t)`, the gradient is 0.  One argument: the gradient has its
    shape; several: a tuple.  Near the edge of f's domain one-sided differences are used.  With `h`
    it is the textbook's experiment, (f(x + h) - f(x - h)) / 2h, whatever comes out.  With `report`
    it is a `Report`, whose rows have each number with the estimate of its error.

    Raises ValueError where f has a kink, a jump or no finite derivative, and where rounding leaves
    no two digits of it (a report then says "kink" or "rounding"); TypeError where f does not give
    one number.

    >>> numerical_gradient(lambda x: x * x, 3.0)
    6.0
    >>> numerical_gradient(lambda x: x**3, 1.0, h=0.1)
    3.0100000000000016
    >>> numerical_gradient(abs, 0.0)
    Traceback (most recent call last):
    ValueError: not differentiable at x = 0.0: the derivatives from the left and right differ
    """
    named = components(f, at)
    point = [x for _, x in named]
    flat = Flat(f, at)
    if h is not None:
        if report:
            raise ValueError("a report has estimates of the error, which a given h has not")
        if not 0.0 < h < math.inf:
            raise ValueError(f"h is a step above 0, not {h!r}")
        found = [_plain(along(flat, point, i), x, h) for i, x in enumerate(point)]
        shaped = fill(at, found)
        return shaped[0] if len(at) == 1 else shaped
    rows = [
        Row(name, None, d.value, d.error, None, d.verdict)
        for (name, _), d in zip(named, estimates(flat, point), strict=True)
    ]
    if report:
        return Report(tuple(rows), flat.calls)
    for (name, x), row in zip(named, rows, strict=True):
        if row.verdict == "kink":
            raise ValueError(
                f"not differentiable at {name} = {x!r}: "
                "the derivatives from the left and right differ"
            )
        if row.verdict == "rounding":
            raise ValueError(
                f"rounding leaves no digits of the derivative at {name} = {x!r}: "
                f"{row.numerical:.3g} ± {row.error:.1g}; report=True gives what is known"
            )
    shaped = fill(at, [row.numerical for row in rows])
    return shaped[0] if len(at) == 1 else shaped


def _plain(f: Callable[[float], float], x: float, h: float) -> float:
    return (f(x + h) - f(x - h)) / (2.0 * h)


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
    f: Callable[[list[Value]], Value], point: list[float], noise: float | None = None
) -> Iterator[Estimate]:
    """The derivative of f by each component of the point in turn."""
    for i, x in enumerate(point):
        yield derivative(along(f, point, i), x, noise)


def along(
    f: Callable[[list[Value]], Value], point: list[float], i: int
) -> Callable[[float], float]:
    """f as a function of one component of the point."""

    def moved(x: float) -> float:
        return f([Value(x if j == i else old) for j, old in enumerate(point)]).data

    return moved


# --- the arguments' components ---


def components(f: Callable[..., Any], at: tuple[Any, ...]) -> list[tuple[str, float]]:
    """Name and number of each component of the arguments, in order: ("W[0,1]", 0.3)."""
    import inspect  # slow to import

    if not callable(f):
        raise TypeError(f"expected a function and its arguments, as in (f, 1.0), got {f!r:.60}")
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


def derivative(f: Callable[[float], float], x: float, noise: float | None = None) -> Estimate:
    """The derivative of a function of one number.

    `noise` is the error of f itself about x, where that is known to exceed the rounding of its
    result; else it is measured.  What f raises at x is passed on.  Raises ValueError where f is
    defined at x alone, and where no finite derivative is found on its one side.
    """
    y = f(x)
    noise = max(_staircase(f, x, y), _measured_noise(f, x) if noise is None else noise)
    found = _ladder(lambda h: _difference(f, x + h, x - h, y), x, y, 2, noise)
    if found is not None:
        sides = _kink(f, x, y, noise)
        return found if sides is None else found._replace(kink=True, low=sides[0], high=sides[1])
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


def _staircase(f: Callable[[float], float], x: float, y: float) -> float:
    """The height of a step where f is constant about x and then jumps, again and again.

    So is ((x + 1e12) - 1e12)², whose small differences say 0.  0.0 where f is no such thing.
    """
    widest = 0.0618 * max(1.0, abs(x))
    for side in (1.0, -1.0):
        inner = outer = 1e-10 * max(1.0, abs(x))
        if _try(f, x + side * outer) != y:
            return 0.0
        while outer < widest and _try(f, x + side * outer) == y:
            inner, outer = outer, 4.0 * outer
        for _ in range(30):
            middle = 0.5 * (inner + outer)
            if _try(f, x + side * middle) == y:
                inner = middle
            else:
                outer = middle
        jump, far, farther = (_try(f, x + side * h) for h in (outer, 2.0 * outer, 5.0 * outer))
        if jump is None or far is None or farther is None:
            continue
        rise, distinct = abs(jump - y), len({jump, far, farther}) > 1
        if rise > 0.02 * abs(far - y) and rise > 4.0 * EPS * abs(y) and distinct:
            return 2.0 * rise
    return 0.0


def _measured_noise(f: Callable[[float], float], x: float) -> float:
    """The error of f's results beside x, from their high differences: Moré and Wild (2011).

    Those of a smooth function shrink with the step, those at a kink too; of rounding they do not.
    """
    scale = max(1.0, abs(x))
    wide, narrow = (_level(f, x, step * scale) for step in (1e-3, 2.7e-5))
    if not 0.0 < max(wide, narrow) < 5.0 * min(wide, narrow):
        return 0.0
    narrowest = _level(f, x, 1e-9 * scale, smooth=narrow)  # a wave is smooth there
    return 3.0 * max(wide, narrow) if narrowest > 0.2 * narrow else 0.0


def _level(f: Callable[[float], float], x: float, step: float, smooth: float = 0.0) -> float:
    """The size of the noise in f at seven points so far apart; 0.0 where it looks smooth.

    With `smooth`, that for a function that is constant there: too coarse to be seen so near.
    """
    values = [_try(f, x + k * step) for k in range(1, 8)]
    if None in values:
        values = [_try(f, x - k * step) for k in range(1, 8)]
    differences = [v for v in values if v is not None]
    if len(differences) < 7:
        return 0.0
    if min(differences) == max(differences):
        return smooth
    sizes = []
    for k in range(1, 7):
        differences = [b - a for a, b in pairwise(differences)]
        if k == 3 and (min(differences) >= 0.0 or max(differences) <= 0.0):
            return 0.0  # one sign, as beside a pole
        share = math.factorial(k) ** 2 / math.factorial(2 * k)
        sizes.append(math.sqrt(share * sum(d * d for d in differences) / len(differences)))
    return max(sizes[3:]) if max(sizes[3:]) < 4.0 * min(sizes[3:]) else 0.0


# The difference quotient, the size of the numbers in it, f(x + h) - 2 f(x) + f(x - h).
Quotient = tuple[float, float, float] | None


def _try(f: Callable[[float], float], x: float) -> float | None:
    try:
        return f(x)
    except ARITHMETIC:  # outside the domain
        return None


def _difference(f: Callable[[float], float], right: float, left: float, y: float) -> Quotient:
    b = _try(f, right)
    a = _try(f, left) if b is not None else None
    if a is None or b is None:
        return None
    q = b / (right - left) - a / (right - left)  # in this order it cannot overflow on the way
    return (q, max(abs(a), abs(b)), (b - y) + (a - y)) if math.isfinite(q) else None


def _sided(f: Callable[[float], float], x: float, h: float, y: float) -> Quotient:
    b = _try(f, x + h)
    if b is None:
        return None
    q = b / (x + h - x) - y / (x + h - x)
    return (q, max(abs(b), abs(y)), 0.0) if math.isfinite(q) else None


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
    bend_before = slope = 0.0
    while h > smallest:
        h = (abs(x) + h) - abs(x)  # so that x + h and x - h are exact
        at_h = quotient(h)
        if at_h is None:
            row, steps, bend_before, h = [], [], 0.0, h / 8.0
            continue
        q, size, bend = at_h
        steps.append(h)
        slope = max(slope, abs(q), min(abs(bend) / h, 1e300))
        # of f, of its argument, and of the argument in the slope
        rounding = (4.0 * EPS * (max(size, abs(y)) + abs(x * q) + abs(x * bend / h)) + noise) / h
        # A bend that does not shrink with the step: it lies across a pole, or a kink.
        flat = 40.0 * EPS * max(size, abs(y)) + noise
        unresolved = abs(bend) > flat and abs(bend) > 0.66 * abs(bend_before) > 0.0
        unresolved = unresolved and abs(bend) > 0.5 * abs(y)
        bend_before = bend
        previous, row = row, [q]
        best = (True, math.inf, 0.0)
        for j, coarse in enumerate(previous[:COLUMNS]):
            shrunk = (steps[-2 - j] / h) ** order
            row.append(row[j] + (row[j] - coarse) / (shrunk - 1.0))
            error = abs(row[-1] - coarse) + rounding
            # Steps far wider than f's features agree on nothing, or agree by chance on little:
            # a number that has converged goes first, then the one with the smaller error.
            converged = error <= 1e-3 * abs(row[-1]) or error <= 10.0 * rounding
            best = min(best, (unresolved or not converged, error, row[-1]))
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
    if bad and order == 2:  # too wild for any step: all together say how little is known
        error = max(abs(v - value) for _, _, v in found)
    if value == 0.0:  # or is the step below what f resolves?  Then wider ones converged before.
        wider = [(e, v) for _, e, v in honest if e < 1e-6 * abs(v)]
        error, value = min(wider) if len(wider) >= SETTLED else (error, value)
    return Estimate(value, error, slope)


def _kink(
    f: Callable[[float], float], x: float, y: float, noise: float
) -> tuple[float, float] | None:
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
    noise = 50.0 * EPS * size + 10.0 * noise
    for side in (rises, falls):  # where it begins: at 0, but for a jump
        begins = [(CLIMB * a - b) / (CLIMB - 1.0) for a, b in pairwise(side)]
        if min(map(abs, begins)) > noise and max(begins) - min(begins) < 0.1 * abs(begins[0]):
            steepest = max(abs(rises[0]), abs(falls[0]), first) / first
            near = min(first / 64.0, 1e-3 * abs(begins[0]) / steepest)
            change = _try(f, x + (near if side is rises else -near))
            if change is not None and abs(change - y) > 0.5 * abs(begins[0]):
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
