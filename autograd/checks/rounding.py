"""When two numbers agree: to so many digits, and but for what rounding may have taken of them.

Invariant: the bound of rounding, the size of the terms that a gradient is the sum of, is of what
the digits of the graph's own numbers can tell, and of what those of the textbook's form of a
derivative can, such as y (1 − y): no tolerance.
"""

import math
from collections.abc import Iterable
from numbers import Integral

from autograd.checks.written import Edge, Written
from autograd.core.node import describe, inputs_first
from autograd.core.primitives import ARITHMETIC
from autograd.core.sweeps import carry, down, share_of
from autograd.core.value import Value

KINKED = {"relu", "absolute", "sign", "step", "maximum", "minimum"}


def near(a: float, b: float, relative: float, absolute: float) -> bool:
    """Whether a and b differ by no more than a share of the larger plus an absolute amount."""
    return abs(a - b) <= relative * max(abs(a), abs(b)) + absolute


def check_digits(digits: object) -> None:
    """Raises ValueError for what is no number of significant digits."""
    if not isinstance(digits, Integral) or isinstance(digits, bool) or digits < 1:
        raise ValueError(f"digits is a whole number from 1, not {digits!r}")


def unit(x: float, digits: int | None) -> float:
    """Half a unit of the last of so many significant digits."""
    if digits is None or not x:
        return 0.0
    return 0.5 * 10.0 ** (math.floor(math.log10(abs(x))) + 1 - digits)


def same(given: float, true: float, absolute: float, digits: int | None) -> bool:
    """Whether `given` is `true` in so many significant digits, but for an absolute error."""
    return near(given, true, 1e-9, unit(true, digits) + absolute)


def slopes_of(y: Value) -> dict[Value, float]:
    """For y and each node below it d(y)/d(node).  Raises what `backward` raises.

    >>> x = Value(3.0)
    >>> slopes_of(x * x)[x]
    6.0
    """

    def finite(adjoint: float, v: Value) -> float:
        if adjoint - adjoint != 0.0:
            raise OverflowError(f"the gradient is too large for a float at {describe(v)}")
        return adjoint

    def share(adjoint: float, v: Value, i: int) -> float | None:
        if v.inputs[i].is_literal and v.partials[i] is None:
            return None  # a derivative by a literal, which nobody needs
        return share_of(finite(adjoint, v), v, i)

    order = inputs_first(y)
    found = carry(down(order), {y: 1.0}, share)
    return {v: finite(found.get(v, 0.0), v) for v in order}


def adjoints(y: Value, given: Iterable[Value] | None = None) -> dict[Value, tuple[float, float]]:
    """For y and the nodes below it d(y)/d(node), and the size of the terms that it is the sum of.

    The size times a float's rounding tells how much of a small gradient is left of cancellation.
    A local derivative counts with the size of the numbers that its own input is left of, those of
    the leaves too: sin(math.pi) is not 0.  With `given`, composites in which no such node lies are
    steps as in `Written`; else all are open.  No `.grad` changes.  Raises what `backward` raises.

    >>> x = Value(3.0)
    >>> adjoints(x * x - 6.0 * x)[x][0]
    0.0
    """
    exact = slopes_of(y)
    written = Written(inputs_first(y), y, exact if given is None else given)
    sizes: dict[Value, float] = {}

    def more(
        left: float, e: Edge
    ) -> float:  # of one factor of a path at a time: all would compound
        adjoint = abs(exact[e.consumer])
        lost = adjoint * _lost(e, sizes) if adjoint else 0.0
        return min(left * abs(e.partial) + lost, 1e300)

    terms = carry(written.down(), {y: 1.0}, lambda size, e: min(size * abs(e.partial), 1e300))
    left = carry(written.down(), {y: 0.0}, more)
    return {v: (d, min(terms.get(v, 0.0) + left.get(v, 0.0), 1e300)) for v, d in exact.items()}


def _lost(e: Edge, sizes: dict[Value, float]) -> float:
    """The size of the numbers that a local derivative is left of."""
    c = e.consumer
    if e.kind in ("sigmoid", "softmax"):
        return abs(c.data)  # y (1 − y)
    if e.kind in ("tanh", "expm1", "sigmoid_cross_entropy", "softmax_cross_entropy"):
        return 1.0  # 1 − y², y + 1, y − t
    if e.kind != c.op or e.kind == "add" or e.kind in KINKED:
        return 0.0
    lost = 0.0
    numbers = [x.data for x in c.inputs]
    rule = c.primitive.partials[e.slot]
    for j, x in enumerate(c.inputs):
        size = _size(x, sizes)
        if not size or (x.is_literal and x.data.is_integer()):  # exact
            continue
        h = 1e-6 * (abs(x.data) or size)
        moved = [n + h if i == j else n for i, n in enumerate(numbers)]
        try:
            slope = rule(*moved, c.primitive.forward(*moved))
        except ARITHMETIC:  # beside the domain
            continue
        lost += abs(slope - e.partial) / h * size
    return min(lost, 1e300)


def _size(v: Value, sizes: dict[Value, float]) -> float:
    """The size of the numbers that this one is left of, by addition."""
    if v not in sizes:
        stack = [v]
        while stack:
            u = stack[-1]
            inner = [x for x in u.inputs if x not in sizes and u.op in ("add", "mul")]
            if inner:
                stack += inner
                continue
            stack.pop()
            if u.op == "add":
                sizes[u] = sum(
                    sizes[x] if x.op in ("add", "mul") else abs(x.data) for x in u.inputs
                )
            elif u.op == "mul" and any(x.is_literal for x in u.inputs):
                a, b = u.inputs
                sizes[u] = max(abs(a.data) * sizes[b], abs(b.data) * sizes[a])
            else:
                sizes[u] = abs(u.data)
                if u.op in ("sin", "cos"):
                    sizes[u] += abs(share_of(u.inputs[0].data, u, 0))
    return sizes[v]
