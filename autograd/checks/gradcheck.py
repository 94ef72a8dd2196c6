"""Checks of gradients: backpropagation against finite differences and against a derivation by hand.

Invariant: a check decides nothing that it cannot see.  At a kink the verdict is "kink", and a
difference counts only where it exceeds what the rounding of either side explains.

For those who write tests: which tolerance to expect, and why.

Backpropagation is exact up to rounding: each partial is right to a digit or two in the sixteenth
place, and a sum of shares loses what cancels in it.  So compare a hand-derived gradient at 1e-9
relative, which is the default of `assert_gradients`: far above rounding, far below any slip.  Two
correct formulas need not agree in the last digits.  The gradient of sigmoid at 10 is
4.539580773595167e-05 in 30-digit arithmetic; the composed graph is off by one in the last digit,
y (1 - y) from the twelfth digit on, because 1 - y cancels.  The graph is nearer to the truth:

>>> import autograd as ag
>>> x = Value(10.0, "x")
>>> y = ag.sigmoid(x)
>>> y.backward()
>>> x.grad, y.data * (1 - y.data)
(4.539580773595168e-05, 4.5395807735907655e-05)
>>> ag.assert_gradients(y, {x: 4.5395807736e-05}, digits=11)

Numbers worked out on paper carry few digits: say how many, as in `digits=4`, rather than widen a
tolerance.  What `grad` returns are plain floats, lists and arrays, so `pytest.approx` takes them
as they are: `assert grad(f)(2.0) == pytest.approx(4.0, rel=1e-9)`.

A formula is checked at many points by a parametrized test of one line: `gradcheck(ag.tanh, x,
hand=lambda x: 1 - ag.tanh(x) ** 2)`.  Finite differences are good to some 1e-12 at scale 1 and to
fewer digits where f is large beside its slope; `gradcheck` knows which from the estimate that
comes with each of them, so there is no tolerance to choose.

A kink is tested from both sides and by the convention, never by a finite difference: at 0 the
two-sided one of relu is 1/2, which is no derivative.  `gradcheck` says so instead of failing.

>>> [row.verdict for row in gradcheck(ag.relu, 0.0).rows]
['kink']
>>> [round(ag.numerical_gradient(ag.relu, x), 9) for x in (0.5, -0.5)]
[1.0, 0.0]
>>> x = Value(0.0)
>>> ag.assert_gradients(ag.relu(x), {x: 0.0})  # the convention, told in its docstring
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from autograd.checks.instead import instead, instead_of_the_textbook
from autograd.checks.numerical import EPS, Estimate, Flat, components, estimates
from autograd.checks.report import Report, Row
from autograd.checks.rounding import adjoints, near
from autograd.core.graph import gradients
from autograd.core.nested import fill, items, number, scalar
from autograd.core.sweeps import ROUNDING
from autograd.core.value import Value


class GradientMismatch(AssertionError):
    """A gradient is not what it should be; as text, the table or the account of the first slip."""


def gradcheck(
    f: Callable[..., Any], *at: Any, hand: Callable[..., Any] | None = None, order: int = 1
) -> Report:
    """Backpropagation through f at a point against finite differences: one row per component.

    `f` is called with Values in the shape of `at`, and gives one number.  `hand(*at)`, called with
    plain numbers, gives the gradient derived by hand: in the shape of the argument, or a tuple of
    such for several arguments.  It may differ by 1e-9 relative, and by what rounding the point and
    the terms of the gradient explains: 0 is right for the slope of sin at `math.pi / 2`.  With
    `order=2` the rows are those of the Hessian, checked against finite differences of the gradient,
    and `hand` gives its rows.  Components at a kink of f are told as such; they neither pass nor
    fail, unless `hand` gives what is neither backpropagation's number nor between the derivatives
    from the left and right.  The verdict "rounding" means a right formula whose digits cancelled;
    the report says what to write instead, where a better form is known.  Raises GradientMismatch,
    whose text is the report, where a component is wrong; TypeError where `hand` is no function;
    ValueError for another order or a `hand` of another size, and where f has no finite derivative.

    >>> print(gradcheck(lambda x, y: x * y, 3.0, 4.0, hand=lambda x, y: (y, x)))
       backpropagation  numerical ± error  by hand  ulp  relative
    x  4                4 ± 4e-13          4        0    0         ok
    y  3                3 ± 3e-13          3        0    0         ok
    36 calls of f for the numerical derivatives
    """
    __tracebackhide__ = True  # pytest shows the test's own line
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, not {order!r}")
    if hand is not None and not callable(hand):
        raise TypeError(f"hand is a function of the same arguments as f, not {hand!r:.60}")
    named = components(f, at)
    point = [x for _, x in named]
    flat = Flat(f, at)
    leaves = [Value(x, name) for name, x in named]
    y = flat(leaves)
    if order == 1:
        checked: list[tuple[str, Value, Callable[[list[Value]], Value]]] = [("", y, flat)]
    else:
        checked = [
            (f"{name}, ", g, partial(_slope, flat, i))
            for i, ((name, _), g) in enumerate(zip(named, gradients(y, leaves), strict=True))
        ]
    size = len(checked) * len(point)
    by_hand: list[float | None] = [None] * size
    if hand is not None:
        by_hand = [number(scalar(x)) for x in items(hand(*fill(at, point)))]
        if len(by_hand) != size:
            raise ValueError(f"hand gives {len(by_hand)} numbers, not {size}")
    flat.calls = 0
    rows: list[Row] = []
    for prefix, output, function in checked:
        found = adjoints(output, leaves)
        # What the rounding of each node does to the output: f may be coarser than its last digit.
        noise = 2.0 * EPS * sum(abs(adjoint * v.data) for v, (adjoint, _) in found.items())
        for leaf, d in zip(leaves, estimates(function, point, noise), strict=True):
            exact, size_of_terms = found.get(leaf, (0.0, 0.0))
            derived = by_hand[len(rows)]
            verdict = _verdict(exact, ROUNDING * size_of_terms, d, derived)
            rows.append(Row(f"{prefix}{leaf.label}", exact, d.value, d.error, derived, verdict))
    calls = flat.calls
    forms: list[str] = []
    if any(row.verdict == "rounding" for row in rows):
        by_its_form = hand is not None and all(
            row.verdict != "rounding" or _agree(row) for row in rows
        )
        forms = instead_of_the_textbook(y) if by_its_form else instead(y)
    report = Report(tuple(rows), calls, tuple(forms))
    if any(row.verdict == "wrong" for row in rows):
        raise GradientMismatch(f"a gradient is wrong\n{report}")
    return report


def _verdict(exact: float, lost: float, d: Estimate, derived: float | None) -> str:
    """Whether backpropagation, finite differences and the number by hand agree.

    `lost` is what cancellation may have taken of the first and of a textbook's form.
    """
    if derived is not None and not near(derived, exact, 1e-9, lost):
        return "kink" if d.kink and d.low <= derived <= d.high else "wrong"
    if d.kink:
        return "kink"
    if not near(exact, d.value, 1e-8, 10.0 * d.error + lost):
        return "wrong"
    close = near(exact, d.value, 1e-8, 10.0 * d.error)
    by_hand = not derived or near(derived, exact, 1e-9, 0.0) or not exact
    return "ok" if close and by_hand else "rounding"


def _agree(row: Row) -> bool:
    """Whether backpropagation and finite differences do, and only the number by hand is off."""
    return near(row.backpropagation or 0.0, row.numerical, 1e-8, 10.0 * row.error)


def _slope(f: Callable[[list[Value]], Value], i: int, leaves: list[Value]) -> Value:
    return gradients(f(leaves), leaves)[i]
