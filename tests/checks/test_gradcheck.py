import math
import random

import pytest

import autograd as ag
from autograd.checks.rounding import adjoints
from autograd.core.primitives import Primitive
from autograd.core.value import Value


def mismatch(*args, **options):
    with pytest.raises(ag.GradientMismatch) as caught:
        ag.gradcheck(*args, **options)
    return str(caught.value)


def test_a_report_has_a_row_for_each_component():
    report = ag.gradcheck(lambda x, w: x * w[0] + ag.exp(w[1]), 2.0, [3.0, 1.0])
    assert [row.name for row in report.rows] == ["x", "w[0]", "w[1]"]
    assert [row.verdict for row in report.rows] == ["ok"] * 3
    assert [row.backpropagation for row in report.rows] == [3.0, 2.0, math.e]
    for row in report.rows:
        assert abs(row.numerical - row.backpropagation) <= row.error < 1e-11
        assert row.hand is None
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return ag.sin(x)

    report = ag.gradcheck(f, 0.7)
    assert report.calls == calls - 1 > 0  # one more records the graph
    assert f"{report.calls} calls of f" in str(report)


def test_names_of_components():
    np = pytest.importorskip("numpy")
    report = ag.gradcheck(
        lambda W, *, k=2: k * W["a"].sum() + W["b"] ** 2, {"a": np.ones((1, 2)), "b": 3.0}
    )
    assert [row.name for row in report.rows] == ["W['a',0,0]", "W['a',0,1]", "W['b']"]
    assert [row.name for row in ag.gradcheck(lambda *xs: xs[0] * xs[1], 1.0, 2.0).rows] == [
        *("xs[0]", "xs[1]")
    ]
    report = ag.gradcheck(lambda a, *bs, k=2: a * bs[0] * bs[1], 1.0, 2.0, 3.0)
    assert [row.name for row in report.rows] == ["a", "bs[0]", "bs[1]"]
    assert [row.name for row in ag.gradcheck(ag.exp, 1.0).rows] == ["x"]
    assert [row.name for row in ag.gradcheck(max, 1.0, 2.0).rows] == ["x0", "x1"]


def test_a_wrong_rule_is_found():
    wrong = Primitive("square", "x²", lambda x: x * x, lambda x, y: 3.0 * x)
    text = mismatch(lambda a, b: a + wrong(b), 1.0, 2.0)
    ok, bad = text.splitlines()[2:4]
    assert ok.split()[0] == "a" and ok.endswith("ok")
    assert bad.split()[0] == "b" and bad.endswith("wrong")
    assert "6 " in bad and "4 ±" in bad


def test_hand_derived_gradients():
    x = [0.3, -0.2, 0.9]

    def f(xs):
        return ag.softmax_cross_entropy(xs, 2)

    def hand(xs):
        y = ag.softmax(xs)
        return [y[0], y[1], y[2] - 1.0]

    assert [row.verdict for row in ag.gradcheck(f, x, hand=hand).rows] == ["ok"] * 3
    text = mismatch(f, x, hand=lambda xs: ag.softmax(xs))
    assert [line.split()[-1] for line in text.splitlines()[2:5]] == ["ok", "ok", "wrong"]
    assert "by hand" in text
    assert ag.gradcheck(lambda a, b: a * b, 2.0, 5.0, hand=lambda a, b: (b, a)).rows[0].hand == 5.0
    np = pytest.importorskip("numpy")
    ag.gradcheck(lambda a: (3 * a).sum(), np.ones(2), hand=lambda a: np.array([3, 3]))
    with pytest.raises(ValueError, match="hand gives 1 numbers, not 2"):
        ag.gradcheck(lambda a, b: a * b, 2.0, 5.0, hand=lambda a, b: b)
    # a slip in the seventh digit is a slip; the last digit of a float is not
    mismatch(ag.sigmoid, 1.0, hand=lambda x: 0.1966119)
    ag.gradcheck(ag.sigmoid, 10.0, hand=lambda x: ag.sigmoid(x) * (1.0 - ag.sigmoid(x)))


@pytest.mark.parametrize(
    "f, at",
    [
        (ag.relu, 0.0),
        (ag.relu, 1e-12),
        (ag.relu, -1e-12),
        (abs, 0.0),
        (lambda x: ag.maximum(x, 1.0), 1.0 + 1e-12),
    ],
)
def test_kinks_neither_pass_nor_fail(f, at):
    for hand in (None, lambda x: 0.123):
        assert [row.verdict for row in ag.gradcheck(f, at, hand=hand).rows] == ["kink"]


@pytest.mark.parametrize(
    "f, at, hand, verdict",
    [
        (abs, 0.0, 5.0, "wrong"),
        (abs, 0.0, -1.001, "wrong"),
        (ag.relu, 1e-12, -0.5, "wrong"),
        (abs, 0.0, -1.0, "kink"),
        (ag.relu, 0.0, 1.0, "kink"),
        (ag.relu, 1e-12, 0.0, "kink"),
        (lambda x: ag.maximum(x * x, x), 1.0, 2.0, "kink"),
        (lambda x: ag.maximum(x * x, x), 1.0, 2.01, "wrong"),
        (lambda x: 2 * ag.relu(x) - ag.relu(-x), 0.0, 0.0, "kink"),  # by the convention
    ],
)
def test_at_a_kink_the_sides_bound_what_is_right(f, at, hand, verdict):
    if verdict == "kink":
        assert [row.verdict for row in ag.gradcheck(f, at, hand=lambda x: hand).rows] == ["kink"]
    else:
        assert mismatch(f, at, hand=lambda x: hand).splitlines()[2].endswith("wrong")


def test_hand_is_a_function():
    with pytest.raises(TypeError, match="hand is a function"):
        ag.gradcheck(ag.sin, 1.0, hand=3.0)


def test_one_kink_does_not_hide_a_slip():
    text = mismatch(lambda x, y: abs(x) + y * y, 0.0, 3.0, hand=lambda x, y: (0.0, y))
    assert [line.split()[-1] for line in text.splitlines()[2:4]] == ["kink", "wrong"]


def test_second_derivatives():
    def f(x, y):
        return x * x * y + ag.sin(y)

    def hand(x, y):
        return [[2 * y, 2 * x], [2 * x, -math.sin(y)]]

    report = ag.gradcheck(f, 2.0, 3.0, hand=hand, order=2)
    assert [row.name for row in report.rows] == ["x, x", "x, y", "y, x", "y, y"]
    assert [row.verdict for row in report.rows] == ["ok"] * 4
    assert "wrong" in mismatch(f, 2.0, 3.0, hand=lambda x, y: [[2 * y, x], [x, 0.0]], order=2)
    assert ag.gradcheck(ag.relu, 0.0, order=2).rows[0].verdict == "kink"
    assert ag.gradcheck(lambda x: x * abs(x), 0.0, order=2).rows[0].verdict == "kink"
    with pytest.raises(ValueError, match="order is 1 or 2"):
        ag.gradcheck(f, 2.0, 3.0, order=3)


def test_captured_values_keep_their_gradients():
    w = Value(3.0)
    ag.gradcheck(lambda x: w * x, 2.0)
    assert w.grad is None


def test_what_has_no_derivative_raises():
    with pytest.raises(ZeroDivisionError, match="the derivative of sqrt"):
        ag.gradcheck(ag.sqrt, 0.0)
    with pytest.raises(ValueError, match="not defined"):
        ag.gradcheck(ag.log, -1.0)


def test_adjoints_are_those_of_backward():
    xs = ag.values([0.3, -1.2, 2.0], "x")
    y = ag.softmax_cross_entropy([a * a + ag.tanh(a * xs[0]) for a in xs], 1)
    found = adjoints(y)
    y.backward()
    for v, (adjoint, size) in found.items():
        if v.grad is not None:
            assert adjoint == pytest.approx(v.grad, rel=1e-13)
        assert size >= abs(adjoint) * (1 - 1e-12)


UNARY = [ag.sigmoid, ag.tanh, ag.softplus, ag.sin, ag.gelu, ag.elu, lambda x: x**3]
UNARY += [lambda x: ag.log(1 + x * x), lambda x: 100 * x, lambda x: 1 / (1 + x * x)]
BINARY = [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a / (1 + b * b)]
BINARY += [lambda a, b: ag.logsumexp([a, b]), lambda a, b: ag.softmax([a, b])[0]]


def test_right_gradients_of_random_expressions_pass_at_any_scale():
    rng = random.Random(3)
    for _ in range(100):
        steps = [
            (rng.choice(UNARY + BINARY), rng.random(), rng.random())
            for _ in range(rng.choice([3, 6, 10]))
        ]

        def f(*xs, steps=steps):
            found = list(xs)
            for step, i, j in steps:
                operands = [found[int(k * len(found))] for k in (i, j)]
                found.append(step(*operands[: 1 if step in UNARY else 2]))
            return found[-1]

        at = [rng.uniform(-2.0, 2.0) * 10.0 ** rng.randint(-8, 2) for _ in range(2)]
        for row in ag.gradcheck(f, *at).rows:  # raises where one is called wrong
            assert row.verdict == "ok", (at, row)


@pytest.mark.parametrize("a", [-1.0, -2.0, -4.0, 0.3, 0.7, 1e5])
def test_a_zero_of_the_derivative_is_right(a):
    assert [row.verdict for row in ag.gradcheck(lambda x: (x - a) ** 2, a).rows] == ["ok"]


@pytest.mark.parametrize(
    "f, at",
    [
        (lambda x: x**-2, 1e-6),
        (lambda x: 1 / ag.cos(x) ** 2, math.pi / 2 - 1e-6),
        (lambda r: 4 * (r**-12 - r**-6), 0.001),
    ],
)
def test_beside_an_even_pole(f, at):
    assert [row.verdict for row in ag.gradcheck(f, at).rows] == ["ok"]


@pytest.mark.parametrize(
    "f, at, hand",
    [
        (lambda x: (ag.exp(x) - 1) / x, 1e-5, lambda x: 0.5 + x / 3 + x * x / 8),
        (ag.tanh, 10.0, lambda x: 1 - math.tanh(x) ** 2),
        (ag.sigmoid, 20.0, lambda x: ag.sigmoid(x) * (1 - ag.sigmoid(x))),
        (lambda z: -ag.log(1 - ag.sigmoid(z)), 25.0, ag.sigmoid),
    ],
)
def test_a_right_formula_that_has_lost_digits(f, at, hand):
    report = ag.gradcheck(f, at, hand=hand)
    assert [row.verdict for row in report.rows] == ["rounding"]
    assert "digits lost by cancellation: write " in str(report)
    assert mismatch(f, at, hand=lambda x: 1.1 * hand(x)).splitlines()[2].endswith("wrong")
