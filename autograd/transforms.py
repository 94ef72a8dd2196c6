"""Derivatives of graphs and functions as graphs and functions, to any order."""

from typing import Any

from autograd.scope import recording
from autograd.value import LITERAL, Value, inputs_first


def gradients(y: Value, xs: list[Value]) -> list[Value]:
    """d(y)/d(x) for each x, as Values: draw them, differentiate them again.

    The rules of the primitives are evaluated on the nodes of y's graph, which stays as it is;
    no `.grad` changes.

    >>> x = Value(3.0, "x")
    >>> (dy,) = gradients(x**3, [x])
    >>> (ddy,) = gradients(dy, [x])
    >>> dy.data, ddy.data
    (27.0, 18.0)
    """
    order = inputs_first(y)
    reaches = set(xs)
    for v in order:
        if any(x in reaches for x in v.inputs):
            reaches.add(v)
    adjoints: dict[Value, Any] = {y: 1.0}
    with recording():
        for v in reversed(order):
            if v not in adjoints or v not in reaches or v._primitive is None:
                continue
            inputs = [x.data if x._count == LITERAL else x for x in v.inputs]
            for x, rule in zip(v.inputs, v._primitive.partials, strict=True):
                if x in reaches:
                    share = _times(adjoints[v], rule(*inputs, v))
                    adjoints[x] = adjoints[x] + share if x in adjoints else share
    found = [adjoints.get(x, 0.0) for x in xs]
    return [g if type(g) is Value else Value(g) for g in found]


def _times(adjoint: Any, partial: Any) -> Any:
    """Their product; a plain 0 or 1 records nothing."""
    for a, b in ((adjoint, partial), (partial, adjoint)):
        if type(a) is not Value and a in (0.0, 1.0):
            return b if a else 0.0
    return adjoint * partial
