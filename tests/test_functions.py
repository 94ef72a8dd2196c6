"""The functions: accuracy against 50-digit arithmetic, kinks, shapes, errors."""

import inspect
import math
import pydoc
import random
import traceback

import mpmath
import pytest

import autograd as ag
from autograd import Value, functions, losses, nn
from autograd.core.node import ATTRIBUTES, ELSEWHERE, inputs_first
from autograd.shell.expression import FUNCTIONS

mp = mpmath.mp.clone()
mp.dps = 50
TINY = 1e-300  # below it no accuracy is promised
ULP = 2.0**-52


def points(count=2000, reach=750.0, seed=1):
    """Points from -reach to reach, half of them near 0 at every scale, and the edges of forms."""
    rng = random.Random(seed)
    wide = [rng.uniform(-reach, reach) for _ in range(count // 2)]
    near = [rng.choice((-1, 1)) * 10 ** rng.uniform(-17, 1.5) for _ in range(count // 2)]
    edges = [0.0, 1e-310, -1e-310, 36.7, -36.7, 354.0, -354.0, 355.0, -355.0, 709.7, -709.7]
    return wide + near + edges


def phi(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def normal(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def logistic(x):
    return 1 / (1 + mp.exp(-x))


def sech2(x):
    return 4 / (mp.exp(x) + mp.exp(-x)) ** 2


# name: value and gradient in 50 digits, and the relative error allowed for each
EXACT = {
    "sigmoid": (logistic, lambda x: logistic(x) * logistic(-x), 8 * ULP, 1e-13),
    "tanh": (mp.tanh, sech2, 8 * ULP, 1e-13),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), logistic, 8 * ULP, 1e-13),
    "elu": (
        lambda x: x if x > 0 else mp.expm1(x),
        lambda x: mp.mpf(1) if x > 0 else mp.exp(x),
        8 * ULP,
        1e-13,
    ),
    "silu": (
        lambda x: x * logistic(x),
        lambda x: logistic(x) + x * logistic(x) * logistic(-x),
        1e-12,
        1e-12,
    ),
    "gelu": (lambda x: x * normal(x), lambda x: normal(x) + x * phi(x), 1e-12, 1e-12),
}
ZEROS = {"silu": (-1.2784645427610738,), "gelu": (-0.7517915241935646,)}  # of the gradient


@pytest.mark.parametrize("name", EXACT)
def test_accuracy_over_the_whole_range(name):
    value, gradient, value_error, gradient_error = EXACT[name]
    function = getattr(ag, name)
    for at in points():
        x = Value(at)
        y = function(x)
        y.backward()
        assert function(at) == y.data
        for got, want, allowed in (
            (y.data, value(mp.mpf(at)), value_error),
            (x.grad, gradient(mp.mpf(at)), gradient_error),
        ):
            assert math.isfinite(got)
            if abs(want) < TINY:
                assert abs(got) < 1e-290, (name, at)
            elif not any(abs(at - zero) < 0.1 for zero in ZEROS.get(name, ())):
                assert abs(got - want) <= allowed * abs(want), (name, at, got, want)


PIECEWISE = {
    "relu": (lambda x: max(x, 0), lambda x: float(x > 0)),
    "relu6": (lambda x: min(max(x, 0), 6), lambda x: float(0 < x < 6)),
    "leaky_relu": (lambda x: x if x > 0 else 0.01 * x, lambda x: 1.0 if x > 0 else 0.01),
    "absolute": (abs, lambda x: float((x > 0) - (x < 0))),
    "identity": (lambda x: x, lambda x: 1.0),
}


@pytest.mark.parametrize("name", PIECEWISE)
def test_piecewise_functions_are_exact(name):
    value, gradient = PIECEWISE[name]
    for at in [*points(), 6.0, -6.0, 1e308, -1e308]:
        x = Value(at)
        y = getattr(ag, name)(x)
        y.backward()
        assert (y.data, x.grad) == (value(at), gradient(at)), at


ELEMENTARY = {
    "exp": (mp.exp, mp.exp, -700, 700),
    "expm1": (mp.expm1, mp.exp, -700, 700),
    "log": (mp.log, lambda x: 1 / x, 1e-300, 750),
    "log1p": (mp.log1p, lambda x: 1 / (1 + x), -0.999999, 750),
    "sqrt": (mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x)), 1e-300, 750),
    "sin": (mp.sin, mp.cos, -750, 750),
    "cos": (mp.cos, lambda x: -mp.sin(x), -750, 750),
    "tan": (mp.tan, lambda x: 1 + mp.tan(x) ** 2, -750, 750),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2, 1e-150, 750),
}


@pytest.mark.parametrize("name", ELEMENTARY)
def test_elementary_functions(name):
    value, gradient, low, high = ELEMENTARY[name]
    for at in points():
        if low < at < high:
            x = Value(at)
            y = getattr(ag, name)(x)
            y.backward()
            for got, want in ((y.data, value(mp.mpf(at))), (x.grad, gradient(mp.mpf(at)))):
                assert abs(got - want) <= 8 * ULP * max(abs(want), TINY), (name, at, got, want)


def rows(count, reach, seed):
    rng = random.Random(seed)
    for _ in range(count):
        scale = rng.choice((reach, 30.0, 1.0, 1e-3))
        yield [rng.uniform(-scale, scale) for _ in range(rng.randint(1, 6))]
    yield from ([1000.0, 0.0, -1000.0], [1e308, -1e308], [-745.0, -745.0])


def exact_softmax(row):
    exps = [mp.exp(mp.mpf(x) - max(row)) for x in row]
    return [e / mp.fsum(exps) for e in exps]


def assert_close(got, want, largest):
    """Within 8 ulp of the largest term added."""
    assert math.isfinite(got)
    assert abs(got - want) <= 8 * ULP * max(abs(mp.mpf(largest)), TINY), (got, want)


def test_softmax_and_its_jacobian():
    for row in rows(300, 750.0, 2):
        exact = exact_softmax(row)
        for i in range(len(row)):
            xs = ag.values(row)
            ys = ag.softmax(xs)
            ys[i].backward()
            for k, x in enumerate(xs):
                assert_close(ys[k].data, exact[k], 1)
                assert_close(x.grad, exact[i] * ((i == k) - exact[k]), 1)
        assert ag.softmax(row) == ag.data(ys)


def test_logsumexp_and_log_softmax():
    for row in rows(300, 750.0, 3):
        m = max(row)
        exact = m + mp.log(mp.fsum(mp.exp(mp.mpf(x) - m) for x in row))
        xs = ag.values(row)
        y = ag.logsumexp(xs)
        y.backward()
        assert_close(y.data, exact, max(abs(m), 1))
        for x, p in zip(xs, exact_softmax(row), strict=True):
            assert_close(x.grad, p, 1)
        if m - min(row) < 1e300:
            for x, got in zip(row, ag.log_softmax(row), strict=True):
                assert_close(got, mp.mpf(x) - exact, max(1.0, abs(x - m)))


def test_softmax_does_not_change_when_a_constant_is_added():
    assert ag.softmax([1010.0, 1000.0, 990.0]) == ag.softmax([10.0, 0.0, -10.0])


KINKS = [
    (lambda x: ag.relu(x), 0.0, 0.0),
    (lambda x: ag.relu(x, at_zero=1.0), 0.0, 1.0),
    (lambda x: ag.relu(x, 0.5), 0.0, 0.5),
    (lambda x: ag.relu(x, at_zero=1.0), 10.0, 1.0),
    (lambda x: ag.relu(x, at_zero=1.0), -5.0, 0.0),
    (lambda x: ag.leaky_relu(x, slope=0.1), 0.0, 0.1),
    (lambda x: ag.leaky_relu(x, 0.1), -3.0, 0.1),
    (lambda x: ag.prelu(x, 0.25), 0.0, 0.25),
    (lambda x: ag.elu(x, 2.0), 0.0, 2.0),
    (lambda x: ag.relu6(x), 0.0, 0.0),
    (lambda x: ag.relu6(x), 6.0, 0.0),
    (abs, 0.0, 0.0),
    (lambda x: ag.maximum(x, 1.0), 1.0, 0.5),
    (lambda x: ag.minimum(1.0, x), 1.0, 0.5),
    (lambda x: x**0, 0.0, 0.0),
    (lambda x: x**1, 0.0, 1.0),
    (lambda x: x**2, 0.0, 0.0),
]


@pytest.mark.parametrize(("function", "at", "gradient"), KINKS)
def test_kinks(function, at, gradient):
    x = Value(at)
    function(x).backward()
    assert x.grad == gradient


def test_ties_of_values_share_the_gradient():
    for function in (ag.maximum, ag.minimum):
        a, b = Value(2.0), Value(2.0)
        function(a, b).backward()
        assert (a.grad, b.grad) == (0.5, 0.5)


def test_zero_to_the_zero_has_gradient_zero_by_both():
    a, b = Value(0.0), Value(0.0)
    y = a**b
    y.backward()
    assert (y.data, a.grad, b.grad) == (1.0, 0.0, 0.0)


def test_prelu_learns_its_slope():
    x, a = Value(-2.0), Value(0.25)
    y = ag.prelu(x, a)
    y.backward()
    assert (y.data, x.grad, a.grad) == (-0.5, 0.25, -2.0)


COMPOSITES = {
    "sigmoid": ["mul", "exp", "add", "reciprocal"],
    "softplus": ["logaddexp"],
    "silu": ["mul", "exp", "add", "reciprocal", "mul"],
    "gelu": ["mul", "mul", "erfc", "mul"],
}


@pytest.mark.parametrize("name", COMPOSITES)
def test_a_composite_is_its_primitives_inside_its_scope(name):
    y = getattr(ag, name)(Value(1.0))
    inner = [v for v in inputs_first(y) if v.op]
    assert [v.op for v in inner] == COMPOSITES[name]
    assert all(v.scopes[0] == name for v in inner)


def test_sigmoid_changes_its_form_where_it_would_overflow():
    ops = [v.op for v in inputs_first(ag.sigmoid(Value(-400.0))) if v.op]
    assert ops == ["exp", "add", "reciprocal", "mul"]


SHAPES = [[1.0, -2.0], (1.0, -2.0), [[1.0], [-2.0, 3.0]], [(0.5,), []]]


@pytest.mark.parametrize("nested", SHAPES)
@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "exp", "gelu", "leaky_relu"])
def test_elementwise_functions_keep_the_shape(name, nested):
    function = getattr(ag, name)

    def by_hand(x):
        return type(x)(by_hand(item) for item in x) if isinstance(x, (list, tuple)) else function(x)

    assert function(nested) == by_hand(nested)
    assert ag.data(function(ag.values(nested))) == by_hand(nested)


def test_arrays_come_back_as_arrays():
    numpy = pytest.importorskip("numpy")
    a = numpy.array([[1.0, -2.0], [0.5, 3.0]])
    assert isinstance(ag.sigmoid(a), numpy.ndarray) and ag.sigmoid(a).dtype == float
    recorded = ag.sigmoid(ag.values(a))
    assert recorded.dtype == object and recorded.shape == (2, 2)
    numpy.testing.assert_array_equal(ag.data(recorded), ag.sigmoid(a))
    numpy.testing.assert_allclose(ag.data(ag.matmul(ag.values(a), a)), a @ a, rtol=1e-15)
    numpy.testing.assert_allclose(ag.softmax(a).sum(axis=1), [1.0, 1.0], rtol=1e-15)


def test_sums():
    rng = random.Random(5)
    numbers = [rng.uniform(-1, 1) for _ in range(5000)]
    xs = ag.values(numbers)
    total = ag.sum(xs)
    total.backward()
    assert total.data == pytest.approx(math.fsum(numbers), rel=1e-13)
    assert ag.grads(xs) == [1.0] * 5000
    assert ag.sum([[1, 2], (3, [4])]) == 10.0 and ag.sum([]) == 0.0
    assert ag.sum(x * x for x in (1, 2, 3)) == 14.0 and ag.mean(range(3)) == 1.0
    assert ag.sum([1, 2], Value(3.0)).data == 6.0
    m = ag.mean(xs)
    m.backward()
    assert m.data == pytest.approx(math.fsum(numbers) / 5000, rel=1e-13)
    assert xs[0].grad == 1.0 + 1.0 / 5000


def test_a_wide_sum_is_not_deep():
    depth = {}
    for v in inputs_first(ag.sum(ag.values([1.0] * 4096))):
        depth[v] = 1 + max((depth[x] for x in v.inputs), default=-1)
    assert max(depth.values()) == 16  # seven additions in a row of eight, then nine halvings


def test_products():
    assert ag.dot([1, 2], [3, 4]) == 11.0
    assert ag.matmul([[1, 2], [3, 4]], [[5, 6], [7, 8]]) == [[19.0, 22.0], [43.0, 50.0]]
    assert ag.matmul([1, 2], [[5, 6], [7, 8]]) == [19.0, 22.0]
    assert ag.matmul([[1, 2], [3, 4]], [5, 6]) == [17.0, 39.0]
    assert ag.matmul([1, 2], [3, 4]) == 11.0
    assert ag.affine([[1, 0], [0, 1]], [[1, 2], [3, 4]], [10, 20]) == [[11.0, 22.0], [13.0, 24.0]]


BAD = [
    (lambda: ag.log(Value(-1.0, "p")), ValueError, "log(p=-1.0)"),
    (lambda: ag.log(0.0), ValueError, "log(0.0)"),
    (lambda: ag.sqrt(Value(-4.0, "area")), ValueError, "sqrt(area=-4.0)"),
    (lambda: ag.log1p(-1), ValueError, "log1p(-1.0)"),
    (lambda: ag.exp(Value(1000.0, "z")), OverflowError, "exp(z=1000.0)"),
    (lambda: ag.exp(1000), OverflowError, "exp(1000.0)"),
    (lambda: ag.reciprocal(Value(0.0, "d")), ZeroDivisionError, "reciprocal(d=0.0)"),
    (lambda: ag.power(Value(-8.0, "a"), 1 / 3), ValueError, "power(a=-8.0, 0.333333333333)"),
    (lambda: ag.power(0.0, -1), ZeroDivisionError, "power(0.0, -1.0)"),
    (lambda: ag.sigmoid(math.nan), ValueError, "nan"),
    (lambda: ag.tanh([1.0, math.inf]), ValueError, "inf"),
    (lambda: ag.relu("3"), TypeError, "str"),
    (lambda: ag.maximum(Value(1.0), None), TypeError, "NoneType"),
    (lambda: ag.maximum([1.0], [1.0, 2.0]), ValueError, "lengths"),
    (lambda: ag.dot([1], [1, 2]), ValueError, "dot of 1 numbers with 2"),
    (lambda: ag.matmul([[1, 2]], [[1, 2]]), ValueError, "rows of 2 numbers"),
    (lambda: ag.affine([1, 2], [[1], [2]], [1, 2]), ValueError, "1 columns in W, but 2"),
    (lambda: ag.softmax([]), ValueError, "softmax"),
    (lambda: ag.softmax(1.0), ValueError, "softmax"),
    (lambda: ag.mean([]), ValueError, "mean"),
    (lambda: ag.sum([1e308, 1e308]), OverflowError, "sum(1e+308, 1e+308) is too large"),
    (lambda: ag.dot([1e308], [10]), OverflowError, "dot([1e+308], [10.0]) is too large"),
    (lambda: ag.log_softmax([1e308, -1e308]), OverflowError, "log_softmax(1e+308, -1e+308)"),
    (lambda: ag.relu(1, at_zero=math.nan), ValueError, "finite"),
    (lambda: ag.relu(Value(1), at_zero="a"), TypeError, "expected a real number, got str"),
    (lambda: ag.elu(1, alpha=math.inf), ValueError, "finite"),
    (lambda: ag.elu(Value(-1), alpha="a"), TypeError, "expected a real number, got str"),
    (lambda: ag.leaky_relu(-1, slope=math.nan), ValueError, "finite"),
    (lambda: ag.prelu(-1, math.inf), ValueError, "finite"),
    (lambda: ag.sum("12"), TypeError, "str"),
    (lambda: ag.matmul(1, 2), ValueError, "two numbers are multiplied by a * b"),
    (lambda: ag.dot(1, 2), TypeError, "two numbers are multiplied by a * b"),
    (lambda: ag.matmul([], []), ValueError, "matmul of []: expected a row or rows"),
]


@pytest.mark.parametrize(("call", "error", "words"), BAD)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error) as raised:
        call()
    assert words in str(raised.value)


OFFERED = {
    "as_function",
    "below",
    "checked",
    "log_of_sum",
    "mean_of",
    "option",
    "rowwise",
    "sum_of",
}  # to other rooms, not to users


@pytest.mark.parametrize("room", [functions, losses])
def test_every_function_stands_in_the_one_list(room):
    own = {name for name, f in vars(room).items() if getattr(f, "__module__", "") == room.__name__}
    assert {name for name in own if not name.startswith("_")} - OFFERED == set(room.__all__)
    for name in room.__all__:
        function = getattr(room, name)
        assert getattr(ag, name) is function is FUNCTIONS[name]
        assert function.__name__ == name and function.__doc__ and inspect.signature(function)


def test_a_function_of_one_number_is_an_activation_by_name():
    for name in functions.__all__:
        function = getattr(functions, name)
        one = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
        a, b = (1.5, 1.25) if name == "acosh" else (0.5, 0.25)
        try:
            elementwise = len(one) == 1 and function([[a], b]) == [[function(a)], function(b)]
        except (TypeError, ValueError):
            elementwise = False
        assert (name in nn.ACTIVATIONS) == elementwise, name


NUMPY = {"asin": 0.5, "acos": 0.5, "atan": 2.0, "asinh": 2.0, "acosh": 2.0, "atanh": 0.5}
NUMPY |= dict.fromkeys(["sinh", "cosh", "tanh", "log2", "log10", "degrees", "radians"], 2.0)
NUMPY |= dict.fromkeys(["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan"], 2.0)


@pytest.mark.parametrize("name", NUMPY)
def test_numpys_functions_work_on_object_arrays(name):
    numpy = pytest.importorskip("numpy")
    a, at = ag.values(numpy.full(2, NUMPY[name])), NUMPY[name]
    theirs = name if hasattr(numpy, name) and name[0] != "a" else "arc" + name[1:]
    got = getattr(numpy, theirs)(a)
    want = getattr(ag, name)(Value(at))
    assert got.shape == (2,) and (got[0].data, got[0].op) == (want.data, want.op)
    assert got[0].data == pytest.approx(float(getattr(numpy, theirs)(at)), rel=1e-15)


def test_numpys_functions_of_two_arrays():
    numpy = pytest.importorskip("numpy")
    a, b = ag.values(numpy.array([3.0])), ag.values(numpy.array([4.0]))
    assert numpy.hypot(a, b)[0].data == 5.0 and numpy.hypot(a, 4.0)[0].op == "hypot"
    assert numpy.arctan2(a, b)[0].data == math.atan2(3.0, 4.0)
    assert numpy.rad2deg(a)[0].data == math.degrees(3.0) == ag.degrees(3.0)
    assert numpy.deg2rad(a)[0].data == math.radians(3.0) == ag.radians(3.0)


def test_norm():
    assert ag.norm([[3, 4], (0,)]) == 5.0 and ag.norm(x for x in (3, 4)) == 5.0
    assert ag.norm([]) == 0.0 and ag.norm([-2]) == 2.0 and ag.norm([1e-310, 0]) == 1e-310
    for row in rows(200, 1e200, 7):
        xs = ag.values(row)
        y = ag.norm(xs)
        y.backward()
        exact = mp.sqrt(mp.fsum(mp.mpf(x) ** 2 for x in row))
        assert y.data == ag.norm(row) == pytest.approx(float(exact), rel=4 * ULP)
        for x in xs:
            assert x.grad == pytest.approx(float(mp.mpf(x.data) / exact), rel=1e-15, abs=1e-16)
    zeros = ag.values([0.0, 0.0, 0.0])
    ag.norm(zeros).backward()
    assert ag.grads(zeros) == [0.0, 0.0, 0.0]
    with pytest.raises(OverflowError, match="hypot"):
        ag.norm([1.7e308, 1.7e308])


def test_the_hessian_of_norm():
    def exact(*xs):
        return mp.sqrt(mp.fsum(x * x for x in xs))

    at = [1e-3, 2.0, 300.0, -0.5]
    hessian = ag.hessian(ag.norm)(at)
    for i in range(4):
        for k in range(4):
            order = tuple(int(i == n) + int(k == n) for n in range(4))
            want = float(mp.diff(exact, [mp.mpf(x) for x in at], order))
            assert hessian[i][k] == pytest.approx(want, rel=1e-14), (i, k)


def test_leaky_units_keep_the_derivative_1_beside_a_large_slope():
    for slope in (1e17, -1e17, 1e300):
        for function in (ag.leaky_relu, ag.prelu, ag.elu):
            x = Value(1.5)
            function(x, slope).backward()
            assert x.grad == 1.0, (function, slope)
            zero = Value(0.0)
            function(zero, slope).backward()
            assert zero.grad == slope
    x, a = Value(1.5), Value(1e17)
    ag.prelu(x, a).backward()
    assert (x.grad, a.grad) == (1.0, 0.0)
    for alpha, at in ((1e5, -1e-9), (1e17, -30.0), (1e-12, -2.0)):
        assert ag.grad(lambda x, s=alpha: ag.elu(x, s))(at) == pytest.approx(
            alpha * math.exp(at), rel=1e-13
        )


def test_a_dot_that_cancels_does_not_overflow_on_the_way():
    assert ag.dot([1e200, -1e200, 3.0], [1e200, 1e200, 4.0]) == 12.0
    xs = ag.values([1e200, -1e200, 3.0])
    y = ag.dot(xs, [1e200, 1e200, 4.0])
    y.backward()
    assert y.data == 12.0 and ag.grads(xs) == [1e200, 1e200, 4.0]


POWERS = [
    (lambda x: 0**x, 2.0, 0.0, 0.0),
    (lambda x: x**2.5, 0.0, 0.0, 0.0),
    (lambda x: x**2, -3.0, -6.0, 2.0),
    (lambda x: x**0, 0.0, 0.0, 0.0),
    (lambda x: x**1, 0.0, 1.0, 0.0),
    (lambda x: 2.0**x, 3.0, 8 * math.log(2), 8 * math.log(2) ** 2),
]


@pytest.mark.parametrize(("f", "at", "first", "second"), POWERS)
def test_derivatives_of_powers_at_the_edge(f, at, first, second):
    assert ag.grad(f)(at) == pytest.approx(first, rel=1e-15)
    assert ag.hessian(f)(at) == pytest.approx(second, rel=1e-15)


def test_slopes_of_powers_where_the_power_alone_is_no_float():
    for a, b in ((1e-310, 1e-5), (5e-324, 0.06), (1e-200, 1.5), (1e-160, 2.5), (1e300, -1.01)):
        exact = mp.mpf(a) ** mp.mpf(b)
        got = ag.grad(ag.power, argnums=(0, 1))(a, b)
        for slope, want in zip(got, (exact * b / a, exact * mp.log(a)), strict=True):
            if abs(want) > TINY:
                assert slope == pytest.approx(float(want), rel=1e-13), (a, b)


MADE = [
    (lambda p, c: ag.log(p - c), "log(profit − cost = -1.0) is not"),
    (lambda p, c: ag.log((p - c) * 2), "log((profit − cost) × 2 = -2.0)"),
    (lambda p, c: ag.log(-(p.exp() * c + 1)), "log(−(… + 1) = -23.1671682968)"),
    (lambda p, c: 1 / (p / c - 2 / c), "reciprocal(profit ÷ cost − (2 ÷ cost) = 0.0)"),
    (lambda p, c: ag.mean([p * 1e308, c * 1e308]), "mul(profit=2.0, 1e+308)"),
    (lambda p, c: ag.sum([p * 8e307] * 2), "sum(profit × 8e+307 = 1.6e+308, profit"),
    (lambda p, c: ag.softplus(ag.sqrt(p - c)), "sqrt(profit − cost = -1.0)"),
    (lambda p, c: ag.elu(p, math.inf), "expected a finite number, got inf"),
    (lambda p, c: ag.elu(p, alpha=math.inf), "elu: alpha: expected a finite number, got inf"),
    (lambda p, c: p + 10**400, "this int is too large: floats end at 1.8e308"),
    (lambda p, c: ag.prelu(-1e308, 100.0), "prelu(-1e+308, 100.0) is too large"),
    (lambda p, c: ag.prelu(p - 1e308, 100.0), ", in prelu"),
    (lambda p, c: ag.leaky_relu(-1e308, slope=100.0), "leaky_relu(-1e+308, 100.0)"),
    (lambda p, c: ag.matmul(1, 2), "expected a row"),
    (lambda p, c: ag.dot(p, c), "dot of Value(2.0, label='profit'): expected two rows"),
    (lambda p, c: ag.matmul([], []), "expected a row"),
    (lambda p, c: ag.matmul([[1, 2], [3]], [[1], [2]]), "different lengths"),
    (lambda p, c: round(p, 2), "round(x.data, 2)"),
    (lambda p, c: p // 2, "write x / y"),
    (lambda p, c: p % 2, "write x.data % y"),
    (lambda p, c: math.sqrt(p), "x.sqrt()"),
    (lambda p, c: p.sigmoid(), "a Value has no method sigmoid: write ag.sigmoid(x)"),
    (lambda p, c: p.maximum(c), "a Value has no method maximum: write ag.maximum(x, y)"),
    (lambda p, c: p.softmax(), "write ag.softmax(xs), of a list or array xs"),
    (lambda p, c: p.item(), "a Value has no method item: write x.data"),
    (
        lambda p, c: p.requires_grad,
        "a Value has no attribute requires_grad: write nothing, as every",
    ),
    (lambda p, c: p.is_leaf, "a Value has no attribute is_leaf: write x.op is None"),
    (lambda p, c: p.requires_grad_(), "no method requires_grad_: write nothing, as every node"),
    (
        lambda p, c: ag.what_if(p * c, p, 3),
        "as in what_if(y, {x: 3.0}), got Value(2.0, label='profit'), 3",
    ),
    (lambda p, c: p.backwards(), "a Value has no method backwards: write x.backward()"),
    (lambda p, c: Value.gelu(p), "a Value has no method gelu: write ag.gelu(x)"),
]


@pytest.mark.parametrize(("call", "words"), MADE)
def test_a_message_names_what_was_written_and_what_to_write(call, words):
    with pytest.raises((ValueError, ArithmeticError, TypeError, AttributeError)) as raised:
        call(Value(2.0, "profit"), Value(3.0, "cost"))
    assert words in str(raised.value)


def test_names_of_other_libraries_are_told_but_are_no_attributes():
    tables = (("method", ELSEWHERE), ("attribute", ATTRIBUTES))
    kinds = {n: kind for kind, table in tables for names in table.values() for n in names.split()}
    told = ELSEWHERE | ATTRIBUTES
    written = {name: write for write, names in told.items() for name in names.split()}
    functions_told = {name for name, write in written.items() if write.startswith("ag.{}(")}
    assert functions_told == {name for name in functions.__all__ if not hasattr(Value, name)}
    x = Value(2.0)
    for name, write in written.items():
        assert not hasattr(x, name) and not hasattr(Value, name)
        with pytest.raises(AttributeError) as raised:
            getattr(x, name)
        with pytest.raises(AttributeError, match=f"no {kinds[name]} {name}: write"):
            setattr(x, name, 1.0)
        sentence = f"a Value has no {kinds[name]} {name}: write {write.format(name)}"
        assert str(raised.value) == sentence and raised.value.name == name
        assert "Did you mean" not in "".join(traceback.format_exception(raised.value))
        if write.startswith("ag."):  # what is advised can be written
            assert hasattr(ag, write.format(name)[3:].partition("(")[0])
    assert "No method: write ag.sigmoid(x)" in pydoc.render_doc(Value, renderer=pydoc.plaintext)


def test_numpy_is_not_disturbed_by_names_that_are_no_attributes():
    np = pytest.importorskip("numpy")
    x, a = Value(2.0), ag.values(np.array([1.0, -4.0]))
    assert np.mean(x).data == 2.0 and [np.sum(x).data, np.max(x).data, np.square(x).data] == [
        2,
        2,
        4,
    ]
    assert [np.mean(a).data, a.sum().data, a.max().data, np.minimum(a, 0.0)[1].data] == [
        -1.5,
        -3,
        1,
        -4,
    ]
    assert ag.data(np.abs(a)).tolist() == [1, 4] and ag.data(np.power(a, 2)).tolist() == [1, 16]
    assert ag.data(a.clip(0, 3)).tolist() == [1, 0] and ag.data(np.exp(a))[0] == math.e
    with pytest.raises(TypeError, match="cbrt"):
        np.cbrt(a)


def test_a_sum_begins_where_it_is_told():
    x = Value(2.0, "x")
    assert ag.sum([1, 2], 5) == 8.0 and ag.sum([], 5) == 5.0
    assert ag.sum([x], 5).data == 7.0 and ag.sum([1.0], x).data == 3.0


@pytest.mark.parametrize("function", [ag.softmax, ag.log_softmax, ag.logsumexp, ag.norm])
def test_numbers_of_a_row_are_checked(function):
    for row in ([1.0, math.nan], [[1.0, 2.0], [math.inf, 0.0]]):
        with pytest.raises(ValueError, match=r"expected a finite number, got (nan|inf)"):
            function(row)
    with pytest.raises(TypeError, match="expected a real number, got str"):
        function([1.0, "2"])


def test_rows_keep_their_kind_and_matrices_of_one_row_their_shape():
    assert ag.matmul([[1, 2]], [[3], [4]]) == [[11.0]] and ag.affine([[1.0]], [[2.0]], [3.0]) == [
        [5.0]
    ]
    assert type(ag.softmax((0.0, 0.0))) is tuple and ag.softmax(((0.0,), (1.0,))) == (
        (1.0,),
        (1.0,),
    )
    assert ag.logsumexp((0.0,)) == 0.0
