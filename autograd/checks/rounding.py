"""When two numbers agree: to so many digits, and but for what rounding may have taken of them.

Invariant: the bound of rounding, the size of the terms that a gradient is the sum of, is of what
the digits of the graph's own numbers can tell, and of what those of the textbook's form of a
derivative can, such as y (1 − y): no tolerance.  It does not grow with the number of paths.
"""

import math
from collections.abc import Iterable, Iterator
from numbers import Integral

from autograd.checks.written import Edge, Written
from autograd.core.node import describe, inputs_first
from autograd.core.primitives import ARITHMETIC
from autograd.core.sweeps import carry, down, draws, share_of, strayed, up
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
    the leaves too: sin(math.pi) is not 0.  Where paths are many, the size is no more than what is
    found by `strayed`; nor is it less than rounding by one unit explains.  With `given`, composites
    in which no such node lies are steps as in `Written`; else all are open.  No `.grad` changes.
    Raises what `backward` raises.

    >>> x = Value(3.0)
    >>> adjoints(x * x - 6.0 * x)[x][0]
    0.0
    """
    exact = slopes_of(y)
    written = Written(inputs_first(y), y, exact if given is None else given)
    bends = _Bends()

    def more(
        left: float, e: Edge
    ) -> float:  # of one factor of a path at a time: all would compound
        adjoint = abs(exact[e.consumer])
        lost = adjoint * _lost(e, bends) if adjoint else 0.0
        return min(left * abs(e.partial) + lost, 1e300)

    terms = carry(written.down(), {y: 1.0}, lambda size, e: min(size * abs(e.partial), 1e300))
    left = carry(written.down(), {y: 0.0}, more)
    added = dict.fromkeys(exact, 0.0) | {y: 1.0}
    for c, x, (_, slot) in down(list(exact)):
        if c.partials[slot] is not None:
            added[x] += abs(share_of(exact[c], c, slot))
    signed = strayed(list(exact), _errors(exact, added, written, bends))
    found = {}
    for v, d in exact.items():
        bound = min(terms.get(v, 0.0) + left.get(v, 0.0), max(added[v], signed[v]))
        least = signed[v] / 64.0 if signed[v] < 1e300 else 0.0  # ROUNDING is 64 units
        found[v] = d, min(max(bound, least), 1e300)
    return found


def _errors(
    exact: dict[Value, float], terms: dict[Value, float], written: Written, bends: "_Bends"
) -> Iterator[dict[Value, float]]:
    """Some draws of what each node adds to the error of its gradient, in units of rounding.

    From the rounding of all numbers on the way up, at which the local derivatives are taken, from
    that of the terms on the way down, and from what a textbook's form of a derivative loses.
    """
    order = list(exact)
    own = [0.0 if v.is_literal and v.data.is_integer() else abs(v.data) for v in order]
    bent = [
        (x, at, exact[c] * bend)
        for c, x, (_, slot) in down(order)
        if exact[c] and c.partials[slot] is not None
        for at, bend, _ in bends.of(c, slot)
    ]
    edges = (e for into in written.into.values() for e in into)
    forms = [(e.input, lost) for e in edges if (lost := abs(exact[e.consumer]) * _textbook(e))]
    n = len(order)
    for weights in draws(2 * n + len(forms)):
        rounded = {v: weight * size for v, weight, size in zip(order, weights, own, strict=False)}
        off = carry(up(order), rounded, lambda error, v, i: error * (v.partials[i] or 0.0))
        errors = {v: weight * terms[v] for v, weight in zip(order, weights[n:], strict=False)}
        for x, at, bend in bent:
            errors[x] += bend * off[at]
        for (x, lost), weight in zip(forms, weights[2 * n :], strict=True):
            errors[x] += weight * lost
        yield errors


def _textbook(e: Edge) -> float:
    """The size of the numbers that a local derivative is left of as a textbook writes it."""
    if e.kind in ("sigmoid", "softmax"):
        return abs(e.consumer.data)  # y (1 − y)
    if e.kind in ("tanh", "expm1", "sigmoid_cross_entropy", "softmax_cross_entropy"):
        return 1.0  # 1 − y², y + 1, y − t
    return 0.0


def _lost(e: Edge, bends: "_Bends") -> float:
    """The size of the numbers that a local derivative is left of."""
    lost = _textbook(e)
    if lost or e.kind != e.consumer.op:
        return lost
    return min(sum(abs(bend) * size for _, bend, size in bends.of(e.consumer, e.slot)), 1e300)


class _Bends:
    """How local derivatives change with the numbers that they are taken at."""

    def __init__(self) -> None:
        self.sizes: dict[Value, float] = {}
        self.found: dict[tuple[Value, int], list[tuple[Value, float, float]]] = {}

    def of(self, c: Value, slot: int) -> list[tuple[Value, float, float]]:
        """The inputs of c by which d(c)/d(input) changes, how fast, and what they are left of."""
        if (c, slot) not in self.found:
            self.found[c, slot] = [] if c.op == "add" or c.op in KINKED else [*self._bends(c, slot)]
        return self.found[c, slot]

    def _bends(self, c: Value, slot: int) -> Iterator[tuple[Value, float, float]]:
        numbers = [x.data for x in c.inputs]
        rule = c.primitive.partials[slot]
        for j, x in enumerate(c.inputs):
            size = _size(x, self.sizes)
            if not size or (x.is_literal and x.data.is_integer()):  # exact
                continue
            h = 1e-6 * (abs(x.data) or size)
            moved = [n + h if i == j else n for i, n in enumerate(numbers)]
            try:
                slope = rule(*moved, c.primitive.forward(*moved))
            except ARITHMETIC:  # beside the domain
                continue
            yield x, (slope - c.partials[slot]) / h, size


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
