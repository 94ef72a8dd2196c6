"""Any arithmetic: each table against every primitive, and what each kind of number gives."""

import contextlib
import math
from fractions import Fraction

import pytest

import autograd as ag
from autograd.core import primitives
from autograd.core.primitives import PRIMITIVES, Primitive
from autograd.program import arithmetic

OURS = dict(PRIMITIVES)  # before other tests declare their own
POINTS = [(0.7, 0.4), (2.5, 1.5), (0.4, 0.7), (-0.6, 0.5), (0.5, 0.5), (-0.7, -0.3), (0.3, -1.5)]
RATIONAL = {
    *("add", "mul", "divide", "reciprocal", "absolute", "maximum", "minimum", "relu", "sign"),
    *("step", "identity", "power", "power_slope", "negative_part"),
}
OPERATORS = {"add": lambda a, b: a + b, "mul": lambda a, b: a * b}


def at(name):
    """Numbers at which the primitive is defined, with its value there."""
    found = {}
    for point in POINTS:
        numbers = point[: len(OURS[name].partials)]
        with contextlib.suppress(ValueError, ZeroDivisionError):
            found[numbers] = OURS[name](*numbers)
    assert found, name
    return found.items()


def function(table, name):
    return OPERATORS.get(name) or table.function(name)


@pytest.mark.parametrize("name", OURS)
def test_floats_values_and_numpy_know_every_primitive(name):
    numpy = pytest.importorskip("numpy")
    for numbers, y in at(name):
        assert function(arithmetic.floats(), name)(*numbers) == y
        recorded = function(arithmetic.values(), name)(*map(ag.Value, numbers))
        assert recorded.data == y and recorded.op == name
        arrays = function(arithmetic.numpy(), name)(*[numpy.array([x, x]) for x in numbers])
        assert arrays == pytest.approx([y, y], rel=1e-13)


@pytest.mark.parametrize("name", OURS)
def test_mpmath_knows_every_primitive_to_its_digits(name):
    mpmath = pytest.importorskip("mpmath")
    for numbers, y in at(name):
        with mpmath.workdps(40):
            found = function(arithmetic.mpmath(), name)(*map(mpmath.mpf, numbers))
            assert float(found) == pytest.approx(y, rel=1e-14)
        with mpmath.workdps(60):
            again = function(arithmetic.mpmath(), name)(*map(mpmath.mpf, numbers))
            assert abs(found - again) <= abs(again) * mpmath.mpf(10) ** -38


@pytest.mark.parametrize("name", OURS)
def test_sympy_knows_every_primitive(name):
    sympy = pytest.importorskip("sympy")
    symbols = sympy.symbols("a b", real=True)[: len(OURS[name].partials)]
    formula = function(arithmetic.sympy(), name)(*symbols)
    assert not formula.atoms(sympy.core.function.AppliedUndef)
    for numbers, y in at(name):
        found = formula.subs(dict(zip(symbols, numbers, strict=True)))
        assert float(found) == pytest.approx(y, rel=1e-13)


@pytest.mark.parametrize("name", OURS)
def test_fractions_are_exact_or_refused(name):
    numbers = [Fraction(2), Fraction(3)][: len(OURS[name].partials)]
    f = function(arithmetic.fractions(), name)
    if name in RATIONAL:
        y = f(*numbers)
        assert y == Fraction(OURS[name](*map(float, numbers))).limit_denominator(1000)
        assert isinstance(y, Fraction)
    else:
        with pytest.raises(TypeError, match="rational"):
            f(*numbers)


def test_a_primitive_of_ones_own_is_known_to_all(monkeypatch):
    cube = Primitive("cube", "x³", lambda x: x * x * x, lambda x, y: 3.0 * x * x)
    softsign = Primitive(
        "softsine", "s", lambda x: math.sin(x) / 2, lambda x, y: 0.5 * primitives.cos(x)
    )
    for primitive in (cube, softsign):
        monkeypatch.setitem(PRIMITIVES, primitive.name, primitive)
    p = ag.trace(lambda x: cube(x) / 2, 2.0)
    assert p.value_and_grad(3.0) == (13.5, 13.5)
    assert p.value_and_grad(Fraction(1, 3)) == (Fraction(1, 54), Fraction(1, 6))
    q = ag.trace(lambda x: softsign(x) * x, 2.0)
    assert q.value_and_grad(3.0) == ag.value_and_grad(lambda x: softsign(x) * x)(3.0)
    with pytest.raises(TypeError, match="softsine"):
        q(Fraction(1, 3))
    mpmath = pytest.importorskip("mpmath")
    with pytest.raises(TypeError, match="softsine"):
        q(mpmath.mpf(3))
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x")
    assert str(q(x)) == "x*softsine(x)"


def test_the_gradient_of_a_rational_function_is_the_exact_fraction():
    def f(x, y):
        return (x * x - 3 * y) / (x + y) ** 3 + abs(x) * Fraction(11, 10) - Fraction(1, 3) * y

    x, y = Fraction(1, 3), Fraction(-2, 7)
    value, (dx, dy) = ag.trace(f, 2.0, 5.0).value_and_grad(x, y, argnums=(0, 1))
    assert value == f(x, y)
    n, d = x * x - 3 * y, x + y
    assert dx == 2 * x / d**3 - 3 * n / d**4 + Fraction(11, 10)
    assert dy == -3 / d**3 - 3 * n / d**4 - Fraction(1, 3)


def test_a_literal_that_is_a_float_has_the_digits_of_the_float():
    assert ag.trace(lambda x: x * 0.1, 1.0)(Fraction(1)) == Fraction(0.1)
    assert ag.trace(lambda x: 0.3 * (x * 0.1), 1.0).value_and_grad(Fraction(1))[1] == (
        Fraction(0.1) * Fraction(0.3)
    )


def test_a_root_that_is_a_fraction_is_exact():
    p = ag.trace(ag.sqrt, 2.0)
    assert p.value_and_grad(Fraction(4, 9)) == (Fraction(2, 3), Fraction(3, 4))
    for x in (Fraction(2), Fraction(1, 2), Fraction(-1)):
        with pytest.raises(TypeError, match="is not rational"):
            p(x)


def test_a_step_that_leaves_the_fractions_says_so():
    with pytest.raises(TypeError, match=r"exp\(.*\) has no rational value"):
        ag.trace(ag.sigmoid, 0.3)(Fraction(1, 3))
    with pytest.raises(TypeError, match="not rational"):
        ag.trace(lambda x: x**0.5, 2.0)(Fraction(1, 2))


def test_the_sigmoid_at_400_to_30_digits():
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(50):
        slope = ag.trace(ag.sigmoid, 0.3).value_and_grad(mpmath.mpf(400))[1]
        e = mpmath.exp(-400)
        assert abs(slope - e / (1 + e) ** 2) < abs(slope) * mpmath.mpf(10) ** -30


def test_the_gradient_of_the_sigmoid_is_y_times_1_minus_y():
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x", real=True)
    y, slope = ag.trace(ag.sigmoid, 0.3).value_and_grad(x)
    assert sympy.simplify(slope - y * (1 - y)) == 0
    want = sympy.diff(x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2, x)
    slope = ag.trace(ag.gelu, 0.3).value_and_grad(x)[1]
    assert sympy.simplify((slope - want).rewrite(sympy.erf)) == 0


def test_arrays_run_element_by_element():
    numpy = pytest.importorskip("numpy")
    p = ag.trace(lambda x, y: ag.sin(x) * y, 0.1, 0.2)
    x = numpy.linspace(0, 1, 5)
    value, (dx, dy) = p.value_and_grad(x, 2.0, argnums=(0, 1))
    assert value == pytest.approx(2 * numpy.sin(x)) and dx == pytest.approx(2 * numpy.cos(x))
    assert dy == pytest.approx(numpy.sin(x))


def test_values_are_recorded():
    x = ag.Value(2.0, "x")
    p = ag.trace(lambda x: x * x + 1, 5.0)
    y = p(x)
    y.backward()
    assert (y.data, x.grad, y.op) == (5.0, 4.0, "add")
    assert ag.grad(ag.grad(p))(3.0) == 2.0
