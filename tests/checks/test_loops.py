"""Loops, whose paths are many and whose errors are small: what rounding may have taken of them.

The truth is a replay of the same graph in numbers of fifty digits.
"""

import decimal
import math
import random
from decimal import Decimal

import pytest

import autograd as ag
from autograd.checks.judgement import Judgement
from autograd.checks.quiz import questions
from autograd.checks.rounding import adjoints
from autograd.core.node import inputs_first
from autograd.core.sweeps import ROUNDING, sizes
from autograd.core.value import Value
from autograd.draw.assembly import figure
from autograd.words import number


def looped(step, steps, r, z=0.5):
    """z after so many steps, and the r that all of them use."""
    leaf = Value(r, "r")
    for _ in range(steps):
        z = step(leaf, z)
    return z, leaf


def chebyshev(steps, x):
    """The polynomial of that degree, by its recurrence."""
    leaf = Value(x, "x")
    before, now = 1.0, leaf
    for _ in range(steps - 1):
        before, now = now, 2.0 * leaf * now - before
    return now, leaf


def growth(r, z):
    return r * (z - z * z)


LOOPS = {
    "11 of r (z − z²)": lambda: looped(growth, 11, 3.2),
    "17 of r (z − z²)": lambda: looped(growth, 17, 3.2),
    "20 of r (z − z²)": lambda: looped(growth, 20, 3.2),
    "20 of r z − r z²": lambda: looped(lambda r, z: r * z - r * z * z, 20, 3.2),
    "40 of r z (1 − z), settled": lambda: looped(lambda r, z: r * z * (1 - z), 40, 2.8),
    "34 of r z (1 − z), chaos": lambda: looped(lambda r, z: r * z * (1 - z), 34, 3.7),
    "40 of r z (1 − z), chaos": lambda: looped(lambda r, z: r * z * (1 - z), 40, 3.7),
    "40 of x −= k x / 2": lambda: looped(lambda k, x: x - 0.5 * k * x, 40, 0.9, 1.0),
    "30 of x −= 0.9 k x": lambda: looped(lambda k, x: x - 0.9 * k * x, 30, 2.0, 1.0),
    "Chebyshev, degree 40": lambda: chebyshev(40, 0.99),
}

VALUES = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "reciprocal": lambda a: 1 / a,
    "exp": Decimal.exp,
    "sqrt": Decimal.sqrt,
}
SLOPES = {
    "add": lambda a, b, y: (1, 1),
    "mul": lambda a, b, y: (b, a),
    "divide": lambda a, b, y: (1 / b, -y / b),
    "reciprocal": lambda a, y: (-y * y,),
    "exp": lambda a, y: (y,),
    "sqrt": lambda a, y: (1 / (2 * y),),
}


def truth(y):
    """d(y)/d(node) for all nodes of the graph, as fifty digits tell."""
    order = inputs_first(y)
    with decimal.localcontext() as context:
        context.prec = 50
        values = {}
        for v in order:
            numbers = [values[x] for x in v.inputs]
            values[v] = VALUES[v.op](*numbers) if v.op else Decimal(v.data)
        found = dict.fromkeys(order, Decimal(0)) | {y: Decimal(1)}
        for v in reversed(order):
            if v.op:
                slopes = SLOPES[v.op](*[values[x] for x in v.inputs], values[v])
                for x, slope in zip(v.inputs, slopes, strict=True):
                    found[x] += found[v] * slope
        return found


@pytest.mark.parametrize("loop", LOOPS)
def test_wrong_numbers_are_refused_and_right_ones_are_not(loop):
    y, leaf = LOOPS[loop]()
    g = float(truth(y)[leaf])
    for wrong in (0.0, 1.0, 5.0, -3.0, -g, 2.0 * g, 1.00001 * g):
        assert Judgement(y, {leaf: wrong}, None).wrong == [leaf]
    assert Judgement(y, {leaf: 1.01 * g}, 3).wrong == [leaf]
    ag.assert_gradients(y, {leaf: g})
    for digits in (2, 3, 6, 9):
        ag.assert_gradients(y, {leaf: float(f"{g:.{digits - 1}e}")}, digits=digits)


def test_no_credit_is_given_for_a_wrong_number_of_a_loop(monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # no picture
    y, leaf = looped(growth, 20, 3.2)
    with pytest.raises(ag.GradientMismatch, match=r"at r: 0 given, -0\.379138387374 expected"):
        ag.assert_gradients(y, {leaf: 0}, slips=1)
    assert ag.grade(y, {leaf: 1.0}).fraction == 0.0
    assert ag.grade(y, {leaf: -0.379138387374}).fraction == 1.0


@pytest.mark.parametrize("loop", LOOPS)
def test_what_rounding_may_have_taken_is_little_more_than_it_has(loop):
    y, leaf = LOOPS[loop]()
    true = float(truth(y)[leaf])
    found, size = adjoints(y)[leaf]
    assert abs(found - true) <= ROUNDING * size
    assert ROUNDING * size <= 1e5 * max(abs(found - true), 2.0**-53 * abs(true))


def test_wrong_numbers_for_a_loop_fail_in_gradcheck():
    def f(r):
        z = 0.5
        for _ in range(20):
            z = growth(r, z)
        return z

    g = ag.grad(f)(3.2)
    assert [row.verdict for row in ag.gradcheck(f, 3.2, hand=lambda r: g).rows] == ["ok"]
    for wrong in (0.0, 1.0, 1.00001 * g):
        with pytest.raises(ag.GradientMismatch):
            ag.gradcheck(f, 3.2, hand=lambda r, wrong=wrong: wrong)


@pytest.mark.parametrize("loop", LOOPS)
def test_the_gradient_of_a_loop_is_told(loop):
    y, leaf = LOOPS[loop]()
    y.backward()
    assert f"grad {leaf.grad:.12g}" in ag.tree(y, lines=10_000, depth=1_000, width=0)
    totals = [unit.total for unit in figure([y]).nodes if unit.label == leaf.label]
    assert totals == [leaf.grad]
    shown = number(float(f"{leaf.grad:.3e}"))
    assert f"It is {shown}: the incoming gradient" in questions(y)


def test_the_terms_of_a_loop_do_not_grow_with_its_paths():
    y, leaf = looped(growth, 20, 3.2)
    assert sizes(y)[leaf] > 1e8  # nothing is swept: all paths
    y.backward()
    found = sizes(y)
    assert abs(leaf.grad) <= found[leaf] <= 1e3 * abs(leaf.grad)
    assert found == sizes(y)
    huge = Value(1e200, "x")
    y = (huge * 1e100) * 1e-300 - huge * 1e-200 * 1.0
    y.backward()
    assert all(math.isfinite(size) for size in sizes(y).values())
    assert all(math.isfinite(size) for _, size in adjoints(y).values())


def test_errors_that_leave_the_floats_allow_nothing():
    x = Value(1e-150, "x")
    y = x * 1e150
    for _ in range(4):
        y = y * (1.0 / x) * x
    g = ag.gradients(y, [x])[0].data
    assert adjoints(y)[x][1] < 1e3 * g
    assert Judgement(y, {x: 2.0 * g}, None).wrong == [x]


def a_random_graph(rng):
    """Some tens of operations on the last few numbers, of moderate size."""
    made = [Value(rng.uniform(-2.0, 2.0), f"x{i}") for i in range(3)]
    leaves = list(made)
    for _ in range(rng.choice((10, 20, 40, 80))):
        a, b = rng.choice(made[-8:]), rng.choice(made[-8:] + leaves)
        kind = rng.randrange(8)
        if kind < 2:
            v = a + b
        elif kind < 3:
            v = a - b
        elif kind < 6:
            v = a * b
        elif kind < 7:
            v = a / b
        else:
            v = ag.exp(a) if abs(a.data) < 8.0 else ag.sqrt(a * a)
        if 1e-6 < abs(v.data) < 1e6:
            made.append(v)
    return made[-1]


def test_in_random_graphs_rounding_takes_no_more_than_is_told():
    shares = []
    for seed in range(60):
        y = a_random_graph(random.Random(seed))
        true = truth(y)
        for v, (found, size) in adjoints(y).items():
            error, allowed = abs(found - float(true[v])), ROUNDING * size
            assert error <= allowed + 1e-12 * abs(found), (seed, v)
            if error and not v.is_literal:
                shares.append(allowed / error)
    shares.sort()
    assert len(shares) > 500 and shares[len(shares) // 2] < 1e4
