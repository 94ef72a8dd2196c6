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
ENDS = [(0.0, 0.0), (0.0, 2.0), (2.0, 0.0), (-2.0, 0.0), (0.0, -0.5), (2.0, -0.75), (-2.0, 3.0)]
POINTS = [(0.7, 0.4), (2.5, 1.5), (0.4, 0.7), (-0.6, 0.5), (0.5, 0.5), (-0.7, -0.3), (0.3, -1.5)]
RATIONAL = {
    *("add", "mul", "divide", "reciprocal", "absolute", "maximum", "minimum", "relu", "sign"),
    *("step", "identity", "power", "power_slope", "negative_part"),
}
OPERATORS = {"add": lambda a, b: a + b, "mul": lambda a, b: a * b}


def at(name, points=POINTS):
    """Numbers at which the primitive is defined, with its value there."""
    found = {}
    for point in points:
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


@pytest.mark.parametrize("name", OURS)
def test_every_table_has_the_values_at_zeros_and_kinks(name):
    """Where one operand is 0, or both; sympy knows no 0 · log 0."""
    numpy, mpmath = pytest.importorskip("numpy"), pytest.importorskip("mpmath")
    for numbers, y in at(name, ENDS) if name not in ("log", "log2", "log10") else ():
        found = function(arithmetic.mpmath(), name)(*map(mpmath.mpf, numbers))
        assert float(found) == pytest.approx(y, rel=1e-14)
        array = function(arithmetic.numpy(), name)(*[numpy.array([x, x]) for x in numbers])
        assert array == pytest.approx([y, y], rel=1e-14)


@pytest.mark.parametrize("name", sorted(RATIONAL))
def test_fractions_have_the_value_of_floats_that_are_exact(name):
    table, dyadic = arithmetic.fractions(), [(0.5, 2.0), (-0.25, 3.0), (2.0, -2.0), *ENDS]
    found = 0
    for numbers, y in at(name, dyadic):
        try:
            exact = function(table, name)(*map(Fraction, numbers))
        except TypeError:  # a power that is no fraction
            assert name.startswith("power") and numbers[1] % 1
            continue
        assert type(exact) is Fraction
        assert float(exact) == y, numbers
        found += 1
    assert found > 3


KNOWN = {
    "pi": lambda m: m.pi,
    "pi / 180": lambda m: m.pi / 180,
    "180 / pi": lambda m: 180 / m.pi,
    "2 / sqrt(pi)": lambda m: 2 / m.sqrt(m.pi),
    "sqrt(0.5)": lambda m: 1 / m.sqrt(2),
    "1 / log(2)": lambda m: 1 / m.log(2),
    "1 / log(10)": lambda m: 1 / m.log(10),
}


@pytest.mark.parametrize("text", KNOWN)
def test_numbers_that_rules_write_are_known_by_their_names(text):
    mpmath, sympy = pytest.importorskip("mpmath"), pytest.importorskip("sympy")
    x = eval(text, vars(math).copy())
    for sign in (1, -1):
        with mpmath.workdps(40):
            found = arithmetic.mpmath().constant(sign * x)
            assert abs(found - sign * KNOWN[text](mpmath)) < 1e-38
        assert arithmetic.sympy().constant(sign * x) - sign * KNOWN[text](sympy) == 0


def test_numbers_in_sympy_are_fractions_where_they_are_short():
    sympy = pytest.importorskip("sympy")
    number = arithmetic.sympy().constant
    assert number(-0.375) == sympy.Rational(-3, 8)
    assert number(0) == number(0.0) == 0
    assert number(Fraction(-1, 3)) == sympy.Rational(-1, 3)
    assert type(number(2.0**-20)) is type(number(2.0**-20 + 1.0)) is sympy.Rational
    assert type(number(2.0**-21)) is sympy.Float
    tenth = number(0.1)
    assert type(tenth) is sympy.Float and float(tenth) == 0.1 and float(number(1 / 3)) == 1 / 3
    assert str(ag.trace(lambda x: x * 0.25 + 0.5, 1.0)(sympy.Symbol("x"))) == "x/4 + 1/2"


def test_the_arithmetic_is_that_of_the_argument_that_asks_for_most():
    names = [([], "float"), ([1.0, 2], "float"), ([Fraction(1, 2), 3], "rational")]
    names += [([Fraction(1, 2), 0.5], "float"), ([2, 3], "float"), ([ag.Value(1.0), 2], "Value")]
    numpy, mpmath = pytest.importorskip("numpy"), pytest.importorskip("mpmath")
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x")
    names += [([mpmath.mpf(1), Fraction(1, 2)], "mpmath"), ([x, mpmath.mpf(1)], "sympy")]
    names += [([numpy.zeros(2), 1.0], "NumPy"), ([numpy.float64(1.0), 2.0], "float")]
    names += [([x, ag.Value(1.0)], "Value"), ([numpy.zeros(2), mpmath.mpf(1)], "mpmath")]
    for numbers, name in names:
        assert arithmetic.of(numbers).name == name


def test_numbers_that_are_not_finite_are_refused_in_any_arithmetic():
    numpy, mpmath = pytest.importorskip("numpy"), pytest.importorskip("mpmath")
    sympy = pytest.importorskip("sympy")
    p = ag.trace(lambda x: x * x + 1, 2.0)
    for wrong in (mpmath.inf, mpmath.nan, sympy.oo, sympy.zoo):
        with pytest.raises(arithmetic.NotFinite):
            p(wrong)
    for wrong in (numpy.inf, numpy.nan):
        with pytest.raises(arithmetic.NotFinite):
            p(numpy.array([1.0, wrong]))
    x = sympy.Symbol("x")  # of which it is not known
    assert p(x) == x**2 + 1 and p(mpmath.mpf(3)) == 10


def kinked(x):
    return x * x if x > 1.5 else -x


def test_a_comparison_in_any_arithmetic():
    numpy, sympy = pytest.importorskip("numpy"), pytest.importorskip("sympy")
    p, q = ag.trace(kinked, 2.0), ag.trace(kinked, 1.0)
    assert p(numpy.array([2.0, 3.0])).tolist() == [4.0, 9.0]
    assert q(numpy.array([1.0, -3.0])).tolist() == [-1.0, 3.0]
    for here, there in ((p, 1.0), (q, 2.0)):
        with pytest.raises(arithmetic.OtherBranch, match="another branch"):
            here(numpy.array([there, there]))
        with pytest.raises(arithmetic.OtherBranch, match="elements of an array take different"):
            here(numpy.array([1.0, 2.0]))
        with pytest.raises(arithmetic.OtherBranch, match="another branch"):
            here(Fraction(there))
        with pytest.raises(arithmetic.OtherBranch, match="another branch"):
            here(sympy.Integer(int(there)))
    with pytest.raises(arithmetic.OtherBranch, match=r"where x > 1\.5 holds: here"):
        p(Fraction(1))
    with pytest.raises(arithmetic.OtherBranch, match=r"where x > 1\.5 does not hold: here"):
        q(Fraction(2))
    x = sympy.Symbol("x")  # cannot be told: as it was recorded
    assert (p(x), q(x)) == (x**2, -x)
    assert p(sympy.Integer(3)) == 9 and q(sympy.Rational(1, 2)) == sympy.Rational(-1, 2)


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


def test_elements_take_one_branch_or_are_refused():
    numpy = pytest.importorskip("numpy")
    p = ag.trace(lambda x: 2 * x if x > 0 else x, 1.0)
    assert p(numpy.array([1.0, 2.0])).tolist() == [2.0, 4.0]
    assert p(numpy.array([])).shape == (0,)
    with pytest.raises(ValueError, match="elements of an array take different branches"):
        p(numpy.array([1.0, -2.0]))
    with pytest.raises(ValueError, match="recorded where x > 0"):
        p(numpy.array([-1.0, -2.0]))


def test_values_are_recorded():
    x = ag.Value(2.0, "x")
    p = ag.trace(lambda x: x * x + 1, 5.0)
    y = p(x)
    y.backward()
    assert (y.data, x.grad, y.op) == (5.0, 4.0, "add")
    assert ag.grad(ag.grad(p))(3.0) == 2.0
