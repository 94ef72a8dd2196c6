import math
import random

import pytest

import autograd as ag
from autograd.checks.numerical import Estimate, derivative
from autograd.core.value import Value

SMOOTH = [  # f, its derivative, the points
    (lambda x: x * x, lambda x: 2 * x, [0.0, 1.3, -2.0, 1e-8, 1e8, -1e8]),
    (lambda x: x**3, lambda x: 3 * x * x, [0.5, -1.0, 1e-8, 1e8]),
    (lambda x: 3 * x - 7, lambda x: 3.0, [0.0, 1.0, 1e-8, 1e8]),
    (lambda x: 1 / x, lambda x: -1 / x**2, [0.7, -3.0, 1e-8, 1e8]),
    (lambda x: x**0.5, lambda x: 0.5 * x**-0.5, [0.3, 4.0, 1e-8, 1e8]),
    (lambda x: x**-2.5, lambda x: -2.5 * x**-3.5, [0.6, 2.0]),
    (ag.exp, math.exp, [0.0, 1.0, -3.0, 20.0, 700.0]),
    (ag.log, lambda x: 1 / x, [0.4, 1.0, 5.0, 1e-8, 1e8]),
    (ag.sqrt, lambda x: 0.5 / math.sqrt(x), [0.25, 2.0, 1e-8, 1e8]),
    (ag.sin, math.cos, [0.0, 1.0, 4.0, 1e-8, 1e5, 1e8]),
    (ag.cos, lambda x: -math.sin(x), [0.5, 2.0, 1e5, 1e8]),
    (ag.tan, lambda x: 1 + math.tan(x) ** 2, [0.2, -1.0, 1.4]),
    (ag.tanh, lambda x: 1 - math.tanh(x) ** 2, [0.0, 0.5, -2.0]),
    (ag.expm1, math.exp, [0.3, -1.0, 1e-8]),
    (ag.log1p, lambda x: 1 / (1 + x), [0.3, -0.9, 1e-8, 1e8]),
    (ag.sigmoid, lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2, [0.0, 1.0, -4.0, 10.0]),
    (ag.softplus, lambda x: 1 / (1 + math.exp(-x)), [0.0, 1.0, -4.0, 10.0]),
    (ag.elu, lambda x: math.exp(min(x, 0.0)), [1.0, -1.0]),
    (ag.relu, lambda x: float(x > 0), [0.5, -0.5, 1e-3, -1e-3, 1e-6, 1e-8, -1e-8, 1e8]),
    (abs, lambda x: math.copysign(1.0, x), [0.5, -0.5, 1e-8, -1e-8, 1e8]),
    (lambda x: ag.maximum(x, 2.0), lambda x: float(x > 2), [1.0, 3.0, 2.001, 1.999, 2.000001]),
    (lambda x: x * ag.log(x), lambda x: math.log(x) + 1, [0.5, 3.0, 1e-8, 1e8]),
    (lambda x: ag.exp(-x * x), lambda x: -2 * x * math.exp(-x * x), [0.0, 0.8, -2.0]),
    (lambda x: ag.sin(50 * x), lambda x: 50 * math.cos(50 * x), [0.13, 1.0]),
    (lambda x: ag.exp(1000 * x), lambda x: 1000 * math.exp(1000 * x), [0.1, -0.01]),
    (lambda x: 1e6 + ag.sin(x), math.cos, [0.5, 2.0]),
    (lambda x: 1e-9 * ag.tanh(x), lambda x: 1e-9 * (1 - math.tanh(x) ** 2), [0.4]),
    (lambda x: ag.sum(ag.softmax([x, x * x])), lambda x: 0.0, [0.7, 2.0]),
    (lambda x: 2.5, lambda x: 0.0, [0.0, 1.0, 1e8]),
    (lambda x: x / (1 + x * x), lambda x: (1 - x * x) / (1 + x * x) ** 2, [0.3, 1.0, -5.0]),
    (lambda x: ag.log(ag.cos(x)), lambda x: -math.tan(x), [0.3, 1.5, -1.2]),
    (ag.gelu, lambda x: math.erfc(-x / 2**0.5) / 2 + x * math.exp(-x * x / 2) / math.tau**0.5,
     [-1.0, 0.0, 2.0]),
]  # fmt: skip


def number(f):
    return lambda x: ag.data(f(Value(x)))


def test_estimates_bound_the_true_errors():
    assert len(SMOOTH) >= 30
    under, components = [], 0
    for f, slope, points in SMOOTH:
        for x in points:
            d, true = derivative(number(f), x), slope(x)
            components += 1
            assert not d.kink, (x, d)
            if abs(d.value - true) > d.error:
                under.append((x, d, true))
            if 0.1 < abs(x) < 5.0 and true and abs(number(f)(x)) < 1e3 * abs(true):
                assert d.value == pytest.approx(true, rel=1e-8), x
    assert len(under) <= 0.05 * components, under


@pytest.mark.parametrize("x", [1e-8, 1e-4, 1.0, 1e4, 1e8])
@pytest.mark.parametrize(
    "f, slope",
    [
        (ag.log, lambda x: 1 / x),
        (lambda x: x * x, lambda x: 2 * x),
        (ag.sqrt, lambda x: 0.5 / math.sqrt(x)),
        (lambda x: 1 / x, lambda x: -1 / x**2),
    ],
)
def test_arguments_of_every_size(f, slope, x):
    assert derivative(number(f), x).value == pytest.approx(slope(x), rel=1e-10)


@pytest.mark.parametrize(
    "f, x, slope",
    [
        (lambda x: x**1.5, 0.0, 0.0),
        (lambda x: (1 - x) ** 1.5, 1.0, 0.0),
        (lambda x: (2 - x) ** 2.5 + 3 * x, 2.0, 3.0),
        (lambda x: ag.exp(x) * (1 + 0 * ag.sqrt(x)), 0.0, 1.0),
        (lambda x: ag.log(x) / 1, 1e-300, 1e300),
        (lambda x: ag.sqrt(1 - x * x), 1 - 1e-9, -22360.679758),
    ],
)
def test_functions_defined_on_one_side(f, x, slope):
    d = derivative(number(f), x)
    assert abs(d.value - slope) <= max(d.error, 1e-9 * abs(slope))
    assert d.error <= 1e-4 * max(1.0, abs(slope))


def test_no_derivative_at_an_edge():
    with pytest.raises(ValueError, match="no finite derivative"):
        ag.numerical_gradient(ag.sqrt, 0.0)
    with pytest.raises(ValueError, match="alone"):
        ag.numerical_gradient(lambda x: ag.sqrt(-x * x), 0.0)
    with pytest.raises(ValueError, match="not defined"):
        ag.numerical_gradient(ag.log, -1.0)


KINKS = [
    (ag.relu, 0.0),
    (abs, 0.0),
    (lambda x: ag.maximum(x, 1.0), 1.0),
    (lambda x: ag.minimum(x, 2.0 * x), 0.0),
    (lambda x: abs(x - 1000.0) + x * x, 1000.0),
    (lambda x: ag.relu(x - 0.3), 0.3),
    (lambda x: 5.0 + ag.hinge([x], [1]), 1.0),
    (ag.relu6, 6.0),
    (ag.leaky_relu, 0.0),
    (lambda x: abs(ag.sin(x)) * 1e-6, 0.0),
    (lambda x: abs(x) ** 0.5, 0.0),  # a cusp
    (lambda x: x if x > 0 else x - 1, 0.0),  # a jump
]


@pytest.mark.parametrize("f, x", KINKS)
@pytest.mark.parametrize("beside", [0.0, 1e-15, -1e-15, 1e-12, -1e-12, 1e-9, -1e-9])
def test_kinks_are_told_whichever_side_the_point_lies(f, x, beside):
    if f in (KINKS[-1][0], KINKS[-2][0]) and abs(beside) > 1e-12:
        return  # beside a jump or a cusp the function is smooth
    assert derivative(number(f), x + beside * max(1.0, x)).kink


@pytest.mark.parametrize(
    "f, x",
    [
        (lambda x: abs(x) ** 1.5, 0.0),
        (lambda x: x * abs(x), 0.0),
        (ag.elu, 0.0),
        (ag.relu, 1e-8),
        (abs, -1e-8),
        (lambda x: ag.softplus(1000 * x), 0.0),
        (lambda x: ag.maximum(x, x), 1.0),
        (lambda x: (1e6 + x) - 1e6, 0.0),
        (lambda x: ag.sin(1e6 * x), 0.3),
        (ag.sin, 1e8),
    ],
)
def test_smooth_points_are_no_kinks(f, x):
    assert not derivative(number(f), x).kink


def test_shapes():
    np = pytest.importorskip("numpy")
    one = ag.numerical_gradient(lambda p: p["a"] * p["b"][0] + p["b"][1], {"a": 2, "b": [3.0, 1]})
    assert one["a"] == pytest.approx(3.0) and one["b"] == pytest.approx([2.0, 1.0])
    both = ag.numerical_gradient(lambda x, w: (w * x).sum(), 2.0, np.array([1.0, 4.0]))
    assert both[0] == pytest.approx(5.0) and both[1] == pytest.approx(np.array([2.0, 2.0]))
    assert isinstance(both, tuple) and both[1].dtype == float
    assert ag.numerical_gradient(lambda *xs: xs[0] * xs[1], 2.0, 3.0) == pytest.approx((3.0, 2.0))
    with pytest.raises(TypeError, match="array of integers"):
        ag.numerical_gradient(lambda a: a.sum(), np.array([1, 2]))
    with pytest.raises(TypeError, match="one number, not list"):
        ag.numerical_gradient(lambda x: [x], 1.0)
    with pytest.raises(ValueError, match="no number"):
        ag.numerical_gradient(lambda x: 1.0, [])


def test_f_may_differentiate_and_no_grad_does_not_matter():
    def slope(x):
        return ag.gradients(x**3, [x])[0]

    with ag.no_grad():
        assert ag.numerical_gradient(slope, 2.0) == pytest.approx(12.0, rel=1e-10)


def test_an_estimate_is_told_with_its_error():
    d = derivative(math.exp, 1.0)
    assert isinstance(d, Estimate) and abs(d.value - math.e) <= d.error < 1e-11
    assert not d.kink and (d.low, d.high) == (-math.inf, math.inf)


# --- honest at the edges: the true slope within the estimate, or told ---

INF = math.inf


def sec2(x):
    return 2 * math.sin(x) / math.cos(x) ** 3


def lennard_jones(r):
    return 4 * (-12 * r**-13 + 6 * r**-7)


EDGES = [  # f, its derivative, the points
    *[(lambda x, a=a: (x - a) ** 2, lambda x: 0.0, [a]) for a in (-1.0, -2.0, 0.3, 1e5, 1e-7)],
    (lambda x: x**-2, lambda x: -2 * x**-3, [1e-6, -1e-6, 1e-3, 2.0]),
    (lambda x: x**-4, lambda x: -4 * x**-5, [1e-5, 0.1]),
    (lambda x: 1 / x, lambda x: -1 / x**2, [1e-6, -1e-3]),
    (lambda x: 1 / ag.cos(x) ** 2, sec2, [math.pi / 2 - 1e-3, math.pi / 2 - 1e-6, 1.0]),
    (ag.tan, lambda x: 1 / math.cos(x) ** 2, [math.pi / 2 - 1e-3, math.pi / 2 + 1e-4]),
    (lambda r: 4 * (r**-12 - r**-6), lennard_jones, [1e-3, 0.01, 0.9, 1.1, 2.5]),
    (lambda x: ((x + 1e12) - 1e12) ** 2, lambda x: 2 * x, [0.3, 1.0, 2.0]),
    (lambda x: (x + 1e10) - 1e10, lambda x: 1.0, [0.3, 5.0]),
    (lambda x: (x + 1e8) - 1e8, lambda x: 1.0, [0.3, 5.0]),
    (lambda x: (ag.exp(x) - 1) / x, lambda x: 0.5 + x / 3 + x * x / 8 + x**3 / 30, [1e-5, 1e-4]),
    (lambda x: ag.sin(1e3 * x), lambda x: 1e3 * math.cos(1e3 * x), [0.3, 7.0]),
    (lambda x: ag.sin(1e6 * x), lambda x: 1e6 * math.cos(1e6 * x), [0.3]),
    (lambda x: ag.sin(1 / x), lambda x: -math.cos(1 / x) / x**2, [0.1, 0.01, 0.001]),
    (lambda x: x * x * ag.sin(1 / x), lambda x: 2 * x * math.sin(1 / x) - math.cos(1 / x), [0.05]),
    (lambda x: ag.exp(-1 / x), lambda x: math.exp(-1 / x) / x**2, [0.01, 0.1, 1.0]),
    (lambda x: ag.exp(-((x - 1) ** 2) * 1e6), lambda x: 0.0, [1.0]),
    (lambda x: ag.tanh(1e4 * x), lambda x: 1e4 / math.cosh(1e4 * x) ** 2, [0.0, 1e-4]),
    (lambda x: ag.sqrt(x - 1), lambda x: 0.5 / math.sqrt(x - 1), [1 + 1e-6, 1 + 1e-9, 2.0]),
    (lambda x: ag.log(x), lambda x: 1 / x, [1e-12, 1e-3, 1e12]),
    (lambda x: ag.log(1 - x), lambda x: -1 / (1 - x), [1 - 1e-6, 0.5]),
    (lambda x: x ** (1 / 3), lambda x: x ** (-2 / 3) / 3, [1e-6, 8.0]),
    (lambda x: 1e-30 * ag.exp(x), lambda x: 1e-30 * math.exp(x), [0.0, 2.0]),
    (lambda x: 1e30 * ag.sin(x), lambda x: 1e30 * math.cos(x), [0.3, 2.0]),
    (lambda x: 1e10 + ag.sin(x), math.cos, [0.3, 2.0]),
    (lambda x: ag.sin(x) ** 2 + ag.cos(x) ** 2, lambda x: 0.0, [0.3, 2.0]),
    (lambda x: (1 - ag.cos(x)) / (x * x),
     lambda x: -x / 12 + x**3 / 180 - x**5 / 6720, [1e-2, 0.1]),
    (lambda x: ag.log(ag.exp(x)), lambda x: 1.0, [0.3, 30.0]),
    (lambda x: ag.sqrt(x * x), lambda x: math.copysign(1.0, x), [1e-3, -2.0]),
    (lambda x: abs(x - 1) * x, lambda x: 2 * x - 1 if x > 1 else 1 - 2 * x, [1.001, 0.9, 3.0]),
    (lambda x: ag.maximum(x, x * x), lambda x: 2 * x if x > 1 else 1.0, [0.999, 1.01, 4.0]),
    (lambda x: x**10, lambda x: 10 * x**9, [0.5, 10.0, 0.01]),
    (lambda x: (x - 2) ** 9, lambda x: 9 * (x - 2) ** 8, [2.1, 3.0]),
    (lambda x: 1 / (1 + 1e6 * (x - 0.3) ** 2),
     lambda x: -2e6 * (x - 0.3) / (1 + 1e6 * (x - 0.3) ** 2) ** 2, [0.301, 0.3, 0.5]),
    (lambda x: ag.sigmoid(100 * x), lambda x: 25 / math.cosh(50 * x) ** 2, [0.0, 0.05, -0.1]),
    (lambda x: ag.exp(x) - ag.exp(-x), lambda x: 2 * math.cosh(x), [0.0, 1e-5, 5.0]),
    (lambda x: (1 + x) - (1 - x), lambda x: 2.0, [0.0, 1e-9]),
    (lambda x: (1 + x) ** 2 - (1 - x) ** 2, lambda x: 4.0, [0.0, 0.5]),
    (lambda x: (x + 1e-9) ** 3 - (x - 1e-9) ** 3, lambda x: 12e-9 * x, [0.0]),
    (lambda x: ag.relu(x - 1e-9) - ag.relu(-x - 1e-9), lambda x: 0.0, [0.0]),
]  # fmt: skip


def test_honest_at_the_edges(capsys):
    told = within = silent = 0
    cases = [(f, slope, x) for f, slope, points in SMOOTH + EDGES for x in points]
    for f, slope, x in cases:
        d, true = derivative(number(f), x), slope(x)
        within += abs(d.value - true) <= d.error + 1e-15 * abs(true)
        told += d.verdict != "ok"
        wrong = abs(d.value - true) > 0.01 * abs(true) + 1e-8 * d.slope + 1e-12
        silent += wrong and d.verdict == "ok"
    functions = len(SMOOTH) + len(EDGES)
    with capsys.disabled():
        print(f"\n{functions} functions, {len(cases)} points: {within} within, {told} told")
    assert functions >= 70 and len(cases) >= 200
    assert within >= 0.98 * len(cases) and silent == 0


def iterated(x, n=12):
    """The logistic map, chaotic: its slope grows like 2^n."""
    for _ in range(n):
        x = 3.9 * x * (1 - x)
    return x


def newton(x):
    """The root of x by five steps of Newton's method from 1."""
    r = 1.0
    for _ in range(5):
        r = 0.5 * (r + x / r)
    return r


def continued(x):
    """tan(x) as a continued fraction."""
    y = 9.0
    for k in (7.0, 5.0, 3.0, 1.0):
        y = k - x * x / y
    return x / y


FURTHER = [  # f, the points; the true slopes come from 60-digit arithmetic
    (ag.sinh, [0.0, 1e-6, 3.0, -20.0]), (ag.cosh, [0.0, 0.7, 15.0]),
    (ag.asin, [0.0, 0.5, 1 - 1e-6]), (ag.acos, [0.3, -1 + 1e-6]),
    (ag.atan, [0.0, 1.0, 1e6]), (ag.asinh, [0.0, 1e-4, 1e8]), (ag.acosh, [1 + 1e-6, 2.0]),
    (ag.atanh, [0.1, 1 - 1e-6]), (ag.erf, [0.0, 1.0, 3.0]), (ag.erfc, [0.5, 5.0]),
    (ag.log2, [1e-8, 3.0]), (ag.log10, [0.2, 1e8]), (ag.silu, [0.0, -5.0, 2.0]),
    (lambda x: x**x, [0.3, 1.0, 5.0]), (lambda x: 2**x, [-3.0, 0.0, 20.0]),
    (lambda x: ag.log(ag.log(x)), [1 + 1e-4, 3.0]), (lambda x: ag.exp(-ag.exp(x)), [-2.0, 1.0]),
    (lambda x: ag.sqrt(1 + x * x), [0.0, 1e-5, 1e5]), (lambda x: x * ag.exp(-x), [1.0, 30.0]),
    (lambda x: ag.sin(x) / x, [1e-3, 0.5, 100.0]),
    (lambda x: ag.cos(20 * ag.acos(x)), [0.3, 0.99]),
    (lambda x: ag.sum([ag.sin(3.0**k * x) / 2**k for k in range(12)]), [0.1, 1.0]),
    (lambda x: x**3 / (ag.exp(x) - 1), [0.01, 1.0, 20.0]),
    (lambda x: ag.log(1 + ag.exp(x)), [-20.0, 0.3]),
    (lambda x: ag.sqrt(x + 1) - ag.sqrt(x), [1.0, 1e6]),
    (lambda x: (1 + x) ** 20 - 1 - 20 * x, [1e-3, 0.1]),
    (lambda x: ag.tanh(ag.sin(ag.exp(x))), [0.0, 2.0]),
    (iterated, [0.2, 0.37]), (newton, [2.0, 1e4]), (continued, [0.5, 1.2]),
    (lambda x: ag.exp(-((x - 3) ** 2)) * ag.cos(40 * x), [3.0, 2.5]),
    (lambda x: 1 / (x - 1) + 1 / (x - 1.001), [1.0005, 1.002, 5.0]),
    (lambda x: 1e8 * x + ag.sin(x), [0.3]), (lambda x: 1e-8 * x * x + 1e-16 * x, [1e-8, 1.0]),
    (lambda x: ag.hypot(x, 1e-3), [0.0, 1e-4, 1.0]), (lambda x: ag.atan2(x, 2.0), [0.0, 1e3]),
    (lambda x: ag.logsumexp([x, 2 * x, 700.0]), [1.0, 345.0]),
    (lambda x: x - x**3 / 6 - ag.sin(x), [0.1, 1.0]),
]  # fmt: skip


def test_further_functions(capsys):
    mpmath = pytest.importorskip("mpmath")
    within = total = calls = 0
    for f, points in FURTHER:
        for x in points:
            program = ag.trace(f, x)
            with mpmath.workdps(80):
                at, h = mpmath.mpf(x), mpmath.mpf(10) ** -30
                true = float((program(at + h) - program(at - h)) / (2 * h))
            report = ag.numerical_gradient(f, x, report=True)
            (row,) = report.rows
            calls += report.calls
            total += 1
            within += abs(row.numerical - true) <= row.error + 1e-15 * abs(true)
            if row.verdict == "ok":  # no silent answer is wrong by 1 %
                zero = 1e-8 * derivative(number(f), x).slope + 1e-12
                assert abs(row.numerical - true) <= 0.01 * abs(true) + zero, (x, row, true)
    with capsys.disabled():
        known = len(SMOOTH) + len(EDGES) + len(KINKS) + len(JUMPS)
        print(f"\n{len(FURTHER)} functions beside {known}: {within} of {total} points within")
        print(f"{calls / total:.0f} calls a derivative")
    assert len(FURTHER) + known >= 98
    assert within >= 0.98 * total


@pytest.mark.parametrize(
    "term, slope, least",
    [
        (lambda x: x, lambda x: 1.0, 10),
        (ag.log, lambda x: 1 / x, 10),
        (lambda x: x * x, lambda x: 2 * x, 5),
        (lambda x: ag.sqrt(x), lambda x: 0.5 / math.sqrt(x), 10),
    ],
)
def test_fifty_arguments_of_all_scales(term, slope, least):
    rng = random.Random(1)
    xs = [rng.uniform(0.5, 2) * 10.0 ** rng.randint(-8, 8) for _ in range(50)]
    cs = [rng.uniform(0.5, 2) * 10.0 ** rng.randint(-8, 8) for _ in xs]

    def f(*args):
        return ag.sum([c * term(x) for c, x in zip(cs, args, strict=True)])

    within = known = 0
    rows = ag.numerical_gradient(f, *xs, report=True).rows
    for c, x, row in zip(cs, xs, rows, strict=True):
        true = c * slope(x)
        within += abs(row.numerical - true) <= row.error
        if row.verdict == "ok":
            known += 1
            assert abs(row.numerical - true) <= max(0.01 * true, 1e-8), (x, row, true)
        else:
            assert row.verdict == "rounding"
    assert within >= 49 and known >= least


JUMPS = [
    *[(lambda x, j=j: x + j * float(x > 1), 1.0) for j in (1.0, 1e-3, 1e-6, 1e-9)],
    (lambda x: ag.sin(x) + 1e-6 * float(x > 0.3), 0.3),
    (lambda x: x * x - 1e-6 * float(x >= 2), 2.0),
]


@pytest.mark.parametrize("f, x", JUMPS)
def test_jumps_are_told(f, x):
    with pytest.raises(ValueError, match="not differentiable"):
        ag.numerical_gradient(f, x)
    report = ag.numerical_gradient(f, x, report=True)
    assert [row.verdict for row in report.rows] == ["kink"]


def test_the_textbooks_experiment():
    assert ag.numerical_gradient(lambda x: x**3, 2.0, h=0.5) == 12.25
    assert ag.numerical_gradient(abs, 0.0, h=1e-4) == 0.0  # whatever comes out
    x, y = ag.numerical_gradient(lambda x, y: x * y, 3.0, 4.0, h=1e-4)
    assert (x, y) == (pytest.approx(4.0, rel=1e-9), pytest.approx(3.0, rel=1e-9))
    for h in (0.0, -1.0, INF):
        with pytest.raises(ValueError, match="h is a step"):
            ag.numerical_gradient(lambda x: x, 1.0, h=h)
    with pytest.raises(ValueError, match="report"):
        ag.numerical_gradient(lambda x: x, 1.0, h=0.1, report=True)


def test_a_report_of_estimates():
    report = ag.numerical_gradient(lambda x, w: x * w[0] + abs(w[1]), 2.0, [3.0, 0.0], report=True)
    assert [row.name for row in report.rows] == ["x", "w[0]", "w[1]"]
    assert [row.verdict for row in report.rows] == ["ok", "ok", "kink"]
    assert all(row.backpropagation is None and row.hand is None for row in report.rows)
    assert "±" in str(report) and "backpropagation" not in str(report)


def test_what_rounding_has_eaten_is_no_number():
    def f(a, b):
        return 1e16 * a + 1e-3 * b

    with pytest.raises(ValueError, match="no digits of the derivative at b"):
        ag.numerical_gradient(f, 1.0, 1.0)
    report = ag.numerical_gradient(f, 1.0, 1.0, report=True)
    assert [row.verdict for row in report.rows] == ["ok", "rounding"]


@pytest.mark.parametrize("check", [ag.gradcheck, ag.numerical_gradient])
def test_a_graph_is_no_function(check):
    with pytest.raises(TypeError, match=r"expected a function and its arguments, .* got Value\("):
        check(ag.Value(1.0), 1.0)


@pytest.mark.parametrize(
    ("value", "error", "slope", "verdict"),
    [
        (1.0, 0.01, 1.0, "ok"),  # two digits are known
        (-1.0, 0.01, 1.0, "ok"),
        (1.0, 0.0101, 1.0, "rounding"),
        (0.0, 1e-8, 1.0, "ok"),  # or it is a zero beside slopes seen
        (0.0, 1.1e-8, 1.0, "rounding"),
        (0.0, 1e-12, 1e-6, "ok"),
        (0.0, 1.1e-12, 1e-6, "rounding"),
        (0.0, 1e-8, 0.0, "ok"),  # f is constant
        (0.0, 1.1e-8, 0.0, "rounding"),
    ],
)
def test_a_verdict_on_an_estimate(value, error, slope, verdict):
    assert Estimate(value, error, slope).verdict == verdict
    assert Estimate(value, error, slope, kink=True).verdict == "kink"
