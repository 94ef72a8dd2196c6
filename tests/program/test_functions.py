"""Every public function in a program: as eagerly, wherever it is called, or it is traced again."""

import math
import random

import pytest

import autograd as ag
from autograd import functions, losses

ROWS = {"softmax", "log_softmax", "logsumexp", "sum", "mean", "norm"}
PAIRS = {"dot"}
MATRIX = {
    "matmul": lambda f, x: f([[x[0], x[1]]], [[x[2]], [x[3]]])[0][0],
    "affine": lambda f, x: f([x[0], x[1]], [[x[2]], [x[3]]], [x[0]])[0],
}
LOSSES = {
    "cross_entropy_error": lambda f, x: f(ag.softmax(x), 1),
    "softmax_cross_entropy": lambda f, x: f(x, 2) + f(x, [0.5, 0.25, 0.0, 0.25]),
    "binary_cross_entropy": lambda f, x: f([ag.sigmoid(x[0])], [0.25]),
    "sigmoid_cross_entropy": lambda f, x: f(x[:2], [1.0, 0.0]),
    "hinge": lambda f, x: f(x[:2], [1, -1]),
}
EXTREME = [0.0, 1.0, -1.0, 6.0, -400.0, 400.0, 1e-200, 1e155, -1e155, 1e308, -1e308]


def whole(name):
    """The function as one of four numbers."""
    f = getattr(ag, name)
    if name in ROWS:
        y = lambda *x: f(list(x))  # noqa: E731
        return (lambda *x: y(*x)[0] + y(*x)[2]) if "soft" in name else y
    if name in PAIRS:
        return lambda *x: f(list(x[:2]), list(x[2:]))
    if name in MATRIX:
        return lambda *x: MATRIX[name](f, list(x))
    if name in LOSSES:
        return lambda *x: LOSSES[name](f, list(x))
    if name in losses.__all__:
        return lambda *x: f(list(x[:2]), list(x[2:]))
    operands = getattr(f, "operands", 1)
    return lambda *x: f(*x[:operands]) + x[3]


def outcome(f, *args, **options):
    try:
        y, slopes = f(*args, **options)
    except (ArithmeticError, ValueError) as error:
        return type(error), str(error)
    return repr([y, *slopes])


@pytest.mark.parametrize("name", [*functions.__all__, *losses.__all__])
def test_a_program_of_it_is_the_eager_function(name):
    f, rng, places = whole(name), random.Random(name), (0, 1, 2, 3)
    fast = ag.compile(f, "python")
    numbers = 0
    for k in range(150):
        at = [
            rng.choice(EXTREME) if rng.random() < 0.3 * (k > 20) else rng.gauss(0.5, 1)
            for _ in places
        ]
        want = outcome(ag.value_and_grad(f, places), *at)
        assert outcome(fast.value_and_grad, *at, argnums=places) == want, at
        numbers += not isinstance(want, tuple)
    assert numbers > 20


@pytest.mark.parametrize("backend", ["python", "native"])
@pytest.mark.parametrize(
    ("a", "b"),
    [
        (9.391699141602252e128, math.atan(-3.0)),
        (4.0845425077974975e148, -0.9836095519096999),
        (1.9766466847797192e45, -5.891941964080479),  # a slope that is subnormal
        (2.5939051925197747e-261, 2.1436171594423667),  # a power that is 0
        (1e-300, 0.04),
        (3e-293, -0.052),  # a^(b-1) is no float, b a^(b-1) is one
    ],
)
def test_slopes_of_tiny_and_huge_powers_are_the_eager_ones(backend, a, b):
    if backend == "native":
        pytest.importorskip("llvmlite")
    fast = ag.compile(ag.power, backend)
    assert fast.value_and_grad(a, b, argnums=(0, 1)) == ag.value_and_grad(ag.power, (0, 1))(a, b)
    of_one = ag.compile(lambda x: x**b, backend)
    assert of_one.value_and_grad(a) == ag.value_and_grad(lambda x: x**b)(a)


@pytest.mark.parametrize("b", [0.05, -0.05, 0.049, -0.049, 0.051, -0.051, 1.0, 2.0, -1.0, 0.0])
def test_slopes_of_powers_have_the_bits_of_the_eager_ones_on_both_sides_of_a_form(b):
    rng = random.Random(str(b))
    fast = ag.compile(lambda x: x**b, "python")
    for _ in range(60):
        a = 10.0 ** rng.uniform(-300, 300) if rng.random() < 0.5 else rng.uniform(0.1, 9.0)
        want = outcome(ag.value_and_grad(lambda x: x**b, (0,)), a)
        assert outcome(fast.value_and_grad, a, argnums=(0,)) == want
