"""Gradients as graphs: the chain rule recorded, by the rules of the primitives on Values.

What comes out can be drawn and differentiated again.  Whoever reads a recorded graph asks first
whether its numbers still follow from its leaves: `check_fresh`.  Invariant: the graph that is
differentiated stays as it is, and so does every `.grad`; of two new nodes that compute the same
thing one is kept.
"""

import math
import operator
from collections.abc import Iterable
from typing import Any

from autograd.core import primitives
from autograd.core.context import recording
from autograd.core.nested import peek
from autograd.core.node import (
    describe,
    expression,
    inputs_first,
    is_fresh,
    missing_partial,
    only_here,
    partials_of,
    short,
)
from autograd.core.sweeps import carry, down, up
from autograd.core.value import Value


def gradients(y: Value, xs: Iterable[Value]) -> list[Value]:
    """d(y)/d(x) for each x, as Values: draw them, differentiate them again.

    They are made of nodes of y's graph, which stays as it is, and of new ones; no `.grad` changes.
    Raises TypeError where something else than Values is given, ValueError where a leaf's number
    was assigned after y was recorded.

    >>> x = Value(3.0, "x")
    >>> (dy,) = gradients(x**3, [x])
    >>> (ddy,) = gradients(dy, [x])
    >>> dy.data, ddy.data
    (27.0, 18.0)
    """
    sources = list(xs) if isinstance(xs, Iterable) else [None]
    if not all(type(v) is Value for v in (y, *sources)):
        raise TypeError("gradients expects a Value and a list of Values, as in gradients(y, [x])")
    check_fresh(y)
    return recorded_adjoints([y], sources, [1.0], ends=[])


def check_fresh(*roots: Value) -> None:
    """Check that the numbers of the recorded graph follow from its leaves, by one replay of it.

    Raises ValueError where they do not, a leaf's data having been assigned after the recording; it
    names the leaf, and its number then where a product tells it.  What reads a graph asks first.

    >>> x = Value(2.0, "x")
    >>> y = x * 3.0
    >>> x.data = 5.0
    >>> check_fresh(y)
    Traceback (most recent call last):
    ValueError: x was 2.0 when mul(x, 3.0) was recorded, and is 5.0 now: call y.recompute()
    """
    order = inputs_first(*roots)
    for v in order:
        if v._primitive is not None and not is_fresh(v):
            raise _stale(v, order)


def _stale(v: Value, order: list[Value]) -> ValueError:
    """The error where the numbers of v no longer follow from its inputs."""
    y = order[-1].label
    write = f"call {y if y is not None and y.isidentifier() else 'y'}.recompute()"
    leaves = {x: None for x in v.inputs if x.op is None and not x.is_literal} or v.inputs
    # Those without their numbers: what they are now was not there when v was recorded.
    inputs = ", ".join(_name(x) if x in leaves else describe(x) for x in v.inputs)
    recorded = f"{v.op}({inputs}) was recorded"
    for u in order:
        for x, then in ((u._a, u._db), (u._b, u._da)) if u._primitive is primitives.mul else ():
            if x in leaves and then != x._data:
                was, now = f"{_name(x)} was {short(then)}", f"is {short(x._data)} now"
                return ValueError(f"{was} when {recorded}, and {now}: {write}")
    changed = " or ".join(map(describe, leaves))
    return ValueError(f"{changed} was assigned or computed anew after {recorded}: {write}")


def _name(x: Value) -> str:
    return x.label or ("a leaf" if x.op is None else expression(x))


def recorded_adjoints(
    ys: list[Value], xs: list[Value], seeds: list[Any], ends: list[Value]
) -> list[Value]:
    """The adjoints of the xs, as Values, from those of the ys.  What is below the ends is left."""
    order = inputs_first(*ys, ends=ends)
    above = carry(up(order), dict.fromkeys(xs, True), lambda *edge: True, operator.or_)
    start: dict[Value, Any] = {}
    with recording():
        for y, seed in zip(ys, seeds, strict=True):
            start[y] = start[y] + seed if y in start else seed
        adjoints = carry((edge for edge in down(order) if edge[1] in above), start, _share)
    return _merged([adjoints.get(x, 0.0) for x in xs], [*ends, *order], seeds)


def recorded_tangents(ys: list[Value], xs: list[Value], seeds: list[Any]) -> list[Value]:
    """The tangents of the ys, as Values, from those of the xs."""
    order = inputs_first(*ys, ends=xs)
    with recording():
        tangents = carry(up(order), dict(zip(xs, seeds, strict=True)), _share)
    return _merged([tangents.get(y, 0.0) for y in ys], [*xs, *order], seeds)


def _merged(found: list[Any], known: list[Value], seeds: list[Any]) -> list[Value]:
    """The numbers found as Values, their new nodes merged where two compute the same thing.

    A rule such as sech(x) sech(x) for tanh records it twice, and each order doubles that.  Each
    result is a node of its own, to be labelled as one likes.
    """
    known = [*known, *[v for v in seeds if type(v) is Value]]
    first: dict[Any, Value] = {}  # by what a node computes
    kept = {v: v for v in known}
    new = inputs_first(*[v for v in found if type(v) is Value], ends=list(kept))
    for v in known + new:
        if v._primitive is None:
            continue
        a, b = kept.get(v._a, v._a), kept.get(v._b, v._b)
        inputs: Any = tuple((x._data,) if x is not None and x.is_literal else x for x in (a, b))
        if v._primitive is primitives.add or v._primitive is primitives.mul:
            inputs = frozenset(inputs)
        same = first.setdefault((v._primitive, v._data, inputs), v)
        if v not in kept:
            kept[v] = same
            v._a, v._b = a, b
    taken = set(known)
    results = []
    with recording():
        for g in found:
            v = kept[g] if type(g) is Value else Value(g)
            results.append(primitives.identity(v) if v in taken else v)
            taken.add(v)
    return results


def _share(weight: Any, v: Value, i: int) -> Any:
    """weight * d(v)/d(input i), by the rule of v's primitive."""
    slope = partials_of(v)[i]
    if slope is None:
        only_here()
        if peek(weight) != 0.0:
            raise missing_partial(v, i)
        # 0 here as in a sweep of numbers; but what depends on the weight has no derivative either.
        return weight if type(weight) is not Value else _broken_zero(weight)
    inputs = [x._data if x.is_literal else x for x in v.inputs]
    partial = v._primitive.partials[i](*inputs, v)
    # The rule on numbers may keep digits that it has not on Values: those of a power below 1e-290.
    if not math.isclose(peek(partial), slope, rel_tol=1e-9, abs_tol=1e-280):
        raise _stale(v, [v])
    return _times(weight, partial)


def _broken_zero(weight: Value) -> Value:
    """A zero that depends on the weight, 0 itself, but not smoothly: a sweep here raises."""
    return primitives.sqrt(weight)  # type: ignore[no-any-return]


def _times(a: Any, b: Any) -> Any:
    """a * b.  A plain 0 or 1 records nothing; a minus sign goes outermost, and two cancel."""
    factors, negative = [], False
    for x in (a, b):
        if _is_negated(x) or (type(x) is not Value and x == -1.0):
            x, negative = _negated(x), not negative
        factors.append(x)
    a, b = factors
    if type(a) is not Value and a in (0.0, 1.0):
        a, b = b, a
    product = a * b if type(b) is Value or b not in (0.0, 1.0) else a if b else 0.0
    return _negated(product) if negative else product


def _negated(x: Any) -> Any:
    return x._a if _is_negated(x) else -x


def _is_negated(x: Any) -> bool:
    """Whether x was recorded as -v."""
    if type(x) is not Value or x._primitive is not primitives.mul:
        return False
    return bool(x._b.is_literal and x._b._data == -1.0)
