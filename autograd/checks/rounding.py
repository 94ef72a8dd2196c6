"""How much of a gradient rounding may have eaten: the size of the terms that it is the sum of.

Invariant: the bound is of what the digits of the graph's own numbers can tell, no tolerance.
"""

import math

from autograd.checks.numerical import EPS
from autograd.core.graph import pull, share_of
from autograd.core.node import describe, inputs_first
from autograd.core.value import Value

ROUNDING = 64.0 * EPS  # of the size of the terms that a gradient is the sum of


def near(a: float, b: float, relative: float, absolute: float) -> bool:
    """Whether a and b differ by no more than a share of the larger plus an absolute amount."""
    return abs(a - b) <= relative * max(abs(a), abs(b)) + absolute


def adjoints(y: Value) -> dict[Value, tuple[float, float]]:
    """For y and each node below it d(y)/d(node), and the size of the terms that it is the sum of.

    The size times a float's rounding tells how much of a small gradient is left of cancellation.
    A factor that is a difference, or sin or cos near a zero, counts with the size of what it is
    left of: the numbers of the leaves are rounded too, and sin(math.pi) is not 0.
    No `.grad` changes.  Raises what `backward` raises.

    >>> x = Value(3.0)
    >>> adjoints(x * x - 6.0 * x)[x]
    (0.0, 12.0)
    """
    order = inputs_first(y)
    found = dict.fromkeys(order, (0.0, 0.0))
    for v, (adjoint, size, left) in pull(order, {y: (1.0, 1.0, 0.0)}, _share, _add):
        if not math.isfinite(adjoint):
            raise OverflowError(f"the gradient is too large for a float at {describe(v)}")
        found[v] = adjoint, min(size + left, 1e300)
    return found


Terms = tuple[float, float, float]  # adjoint; size of its terms; the same with one factor's size


def _share(carried: Terms, v: Value, i: int) -> Terms | None:
    """What a node hands on.  One factor of a path at a time counts with its size.

    All together they would compound to what no rounding explains.
    """
    x = v.inputs[i]
    if x.is_literal and v.partials[i] is None:
        return None
    adjoint, size, left = carried
    share = share_of(adjoint, v, i)
    slope = abs(v.partials[i] or 0.0)
    beyond = max(0.0, _size_of_slope(v, x) - slope)
    return share, min(size * slope, 1e300), min(left * slope + abs(adjoint) * beyond, 1e300)


def _add(a: Terms, b: Terms) -> Terms:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def _size(v: Value) -> float:
    """The size of a node's number, or of the numbers that it is left of."""
    if v.op == "add":
        return sum(abs(x.data) for x in v.inputs)
    if v.op in ("sin", "cos"):
        return abs(v.data) + abs((v.partials[0] or 0.0) * v.inputs[0].data)
    return abs(v.data)


def _size_of_slope(v: Value, x: Value) -> float:
    """The same for the derivative of v by its input x; 0 where it is nothing's remainder."""
    if v.op == "mul":
        return _size(v.inputs[1] if x is v.inputs[0] else v.inputs[0])
    if v.op in ("sin", "cos"):
        return abs(v.data) * _size(x)
    if v.op == "power" and x is v.inputs[0] and v.inputs[1].data == 2.0:
        return 2.0 * _size(x)
    return 0.0
