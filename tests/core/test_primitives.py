"""Each primitive's rule alone: against 50-digit arithmetic, on floats and on Values."""

import math
import re

import mpmath
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import Value, gradients
from autograd.core.elementary import OURS
from autograd.core.primitives import PRIMITIVES, Primitive, declare
from autograd.core.value import as_declared

mp = mpmath.mp.clone()
mp.dps = 50


def numbers(low, high):
    return st.floats(low, high, allow_nan=False).filter(lambda x: x == 0.0 or abs(x) > 1e-6)


def unequal(a, b):
    return abs(a - b) > 1e-6


ANY, POSITIVE = numbers(-20, 20), numbers(1e-3, 20)
TABLE = {  # name: the function in 50 digits, where to try it
    "add": (lambda a, b: a + b, ANY, ANY),
    "mul": (lambda a, b: a * b, ANY, ANY),
    "exp": (mp.exp, ANY),
    "reciprocal": (lambda x: 1 / x, POSITIVE),
    "divide": (lambda a, b: a / b, ANY, POSITIVE),
    "log": (mp.log, POSITIVE),
    "expm1": (mp.expm1, ANY),
    "log1p": (mp.log1p, numbers(-0.99, 20)),
    "logaddexp": (lambda a, b: mp.log(mp.exp(a) + mp.exp(b)), ANY, ANY),
    "sqrt": (mp.sqrt, POSITIVE),
    "sin": (mp.sin, ANY),
    "cos": (mp.cos, ANY),
    "tan": (mp.tan, numbers(-1.5, 1.5)),
    "tanh": (mp.tanh, ANY),
    "sech": (mp.sech, ANY),
    "sinh": (mp.sinh, ANY),
    "cosh": (mp.cosh, ANY),
    "asinh": (mp.asinh, ANY),
    "acosh": (mp.acosh, numbers(1.001, 20)),
    "atanh": (mp.atanh, numbers(-0.999, 0.999)),
    "asin": (mp.asin, numbers(-0.999, 0.999)),
    "acos": (mp.acos, numbers(-0.999, 0.999)),
    "atan": (mp.atan, ANY),
    "atan2": (mp.atan2, ANY, POSITIVE),
    "log2": (lambda x: mp.log(x) / mp.log(2), POSITIVE),
    "log10": (mp.log10, POSITIVE),
    "erf": (mp.erf, numbers(-5, 5)),
    "hypot": (mp.hypot, ANY, POSITIVE),
    "unit": (lambda a, b: a / mp.hypot(a, b), ANY, POSITIVE),
    "leg": (lambda a, b: mp.sqrt(a * a - b * b), numbers(20.1, 50), ANY),
    "erfc": (mp.erfc, numbers(-5, 5)),
    "gaussian": (lambda x: mp.exp(-x * x), numbers(-5, 5)),
    "power": (lambda a, b: a**b, POSITIVE, numbers(-3, 3)),
    "power_slope": (lambda a, b: b * a ** (b - 1), POSITIVE, numbers(-3, 3)),
    "power_log": (lambda a, b: a**b * mp.log(a), POSITIVE, numbers(-3, 3)),
    "maximum": (max, ANY, ANY),
    "minimum": (min, ANY, ANY),
    "absolute": (abs, POSITIVE),
    "relu": (lambda x: max(x, 0), POSITIVE),
    "negative_part": (lambda x: min(x, 0), numbers(-20, -1e-3)),
    "sign": (mp.sign, POSITIVE),
    "step": (lambda a, b: (1 + mp.sign(a - b)) / 2, ANY, ANY),
    "identity": (lambda x: x, ANY),
}


def test_the_table_knows_every_primitive():
    assert set(TABLE) == set(OURS)


@pytest.mark.parametrize("name", TABLE)
@given(data=st.data())
def test_value_and_partials(name, data):
    exact, *where = TABLE[name]
    at = [data.draw(s) for s in where]
    primitive = PRIMITIVES[name]
    if name in ("maximum", "minimum", "step") and not unequal(*at):
        return  # a kink: tested in test_functions.py
    y = primitive(*at)
    wide = [mp.mpf(x) for x in at]
    assert y == pytest.approx(float(exact(*wide)), rel=1e-13, abs=1e-300)
    for i, rule in enumerate(primitive.partials):
        order = tuple(int(k == i) for k in range(len(at)))
        want = float(mp.diff(exact, wide if len(at) > 1 else wide[0], order if len(at) > 1 else 1))
        assert rule(*at, y) == pytest.approx(want, rel=1e-11, abs=1e-13), (name, at, i)
        assert y_partials(primitive, at)[i] == pytest.approx(want, rel=1e-11, abs=1e-13)


def y_partials(primitive, at):
    return primitive(*map(Value, at)).partials


@pytest.mark.parametrize("name", TABLE)
@given(data=st.data())
def test_the_rule_serves_values_as_it_serves_floats(name, data):
    at = [data.draw(s) for s in TABLE[name][1:]]
    xs = [Value(x) for x in at]
    y = PRIMITIVES[name](*xs)
    for symbolic, stored in zip(gradients(y, xs), y.partials, strict=True):
        assert symbolic.data == pytest.approx(stored, rel=1e-12, abs=1e-300)


HOT = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "exp": lambda a, b: a.exp(),
    "reciprocal": lambda a, b: a.reciprocal(),
    "divide": lambda a, b: a / b,
    "power": lambda a, b: a**2,
    "relu": lambda a, b: a.relu(),
}


@pytest.mark.parametrize("name", HOT)
@given(a=st.floats(-1000, 1000).filter(bool), b=st.floats(-700, 700))
@example(a=709.5, b=1.0)  # where exp is almost too large
@example(a=1e-160, b=1.0)  # where 1/x fits, but not its derivative
@example(a=1e-310, b=1.0)
@example(a=1e-310, b=1e-312)
@example(a=1e300, b=1e-100)
def test_the_rules_written_out_in_value_equal_their_declaration(name, a, b):
    a, b = Value(a), Value(b)
    try:
        got = HOT[name](a, b)
    except (OverflowError, ZeroDivisionError) as error:
        with pytest.raises(type(error)):
            written = Value(2.0) if name == "power" else b
            as_declared(PRIMITIVES[name], *(a, written)[: len(PRIMITIVES[name].partials)])
        return
    want = as_declared(PRIMITIVES[name], *got.inputs)
    assert (got.data, got.partials, got.op) == (want.data, want.partials, name)


REFUSED = [
    ("log", (0.0,), ValueError),
    ("log", (-1.0,), ValueError),
    ("log1p", (-1.0,), ValueError),
    ("sqrt", (-1e-300,), ValueError),
    ("reciprocal", (0.0,), ZeroDivisionError),
    ("reciprocal", (1e-310,), OverflowError),
    ("exp", (710.0,), OverflowError),
    ("mul", (1e200, -1e200), OverflowError),
    ("add", (1.7e308, 1e308), OverflowError),
    ("power", (-8.0, 1 / 3), ValueError),
    ("power", (0.0, -2.0), ZeroDivisionError),
    ("power", (10.0, 400.0), OverflowError),
    ("power", (1e200, 2.0), OverflowError),
]


@pytest.mark.parametrize(("name", "at", "error"), REFUSED)
def test_what_has_no_finite_value_is_refused(name, at, error):
    with pytest.raises(error, match=name):
        PRIMITIVES[name](*at)
    with pytest.raises(error, match=re.escape(f"{name}(p={at[0]}")):
        PRIMITIVES[name](Value(at[0], "p"), *at[1:])


def test_one_primitive_is_one_declaration():
    double = Primitive("double", "2x", lambda x: 2.0 * x, lambda x, y: 2.0)
    x = Value(3.0)
    y = double(x)
    y.backward()
    assert (y.data, y.op, x.grad, double(4.0)) == (6.0, "double", 2.0, 8.0)
    assert math.isnan(y._db)


def test_a_name_is_declared_once():
    assert repr(PRIMITIVES["exp"]) == "<primitive exp>"
    before = dict(PRIMITIVES)
    with pytest.raises(ValueError, match="there is a primitive 'exp' already"):
        declare("exp", "e", lambda x: x, lambda x, y: 1.0)
    assert before == PRIMITIVES


def test_a_primitive_has_one_or_two_inputs():
    with pytest.raises(TypeError, match="fma"):
        Primitive("fma", "fma", lambda a, b, c: a * b + c, *[lambda a, b, c, y: 1.0] * 3)
