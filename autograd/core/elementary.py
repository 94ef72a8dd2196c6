"""The other elementary functions: powers, logarithms, angles, hyperbolas, the error function.

Invariant: each is right to a few ulp over its whole domain, and so are its derivatives: what would
cancel (1 - x², x² - 1) or overflow (x²) on the way stands in a primitive, `leg` or `unit`.
`tanh` and the square are written out in `value.py` too, for speed; a test holds them equal.
Formulae: Abramowitz and Stegun, chapters 4 and 7.
"""

import math
from typing import Any

from autograd.core.primitives import PRIMITIVES, Primitive, declare, exp, reciprocal, relu, sign

CUT = 1.5 * 2.0**42
LOG2_E, LOG10_E = 1.4426950408889634, 0.4342944819032518


def _scaled(a: float, b: float) -> tuple[float, float, int]:
    """a and b over the power of 2 that brings the larger near 1, and its exponent."""
    k = math.frexp(max(abs(a), abs(b)))[1]
    return math.ldexp(a, -k), math.ldexp(b, -k), k


def _hypot(a: float, b: float) -> float:
    x, y, k = _scaled(a, b)
    return math.ldexp(math.sqrt(x * x + y * y), k)


def _unit(a: float, b: float) -> float:
    x, y, _ = _scaled(a, b)
    return x / math.sqrt(x * x + y * y) if a else 0.0


def _leg(a: float, b: float) -> float:
    a, b = abs(a), abs(b)
    return math.sqrt(a - b) * math.sqrt(a + b)


def _logaddexp(a: float, b: float) -> float:
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


def _sech(x: float) -> float:
    e = math.exp(-abs(x))  # no cosh: it overflows long before 1/cosh underflows
    return 2.0 * e / (1.0 + e * e)


def _squared(y: Any) -> Any:
    return y * y


def _gaussian(x: float) -> float:
    x = min(abs(x), 30.0)  # the result is 0 from 27.3 on
    near = (x + CUT) - CUT  # to 10 binary places: its square is exact, which exp would magnify
    return math.exp(-near * near) * math.exp((near - x) * (near + x))


def _power(a: float, b: float) -> float:
    if b == 2.0:
        return a * a
    return math.pow(a, b) if a else a**b  # which says of 0**-1 that it divides by zero


def _times_power(c: float, a: float, b: float) -> float:
    """c a^b, also where a^b alone is too large for a float, or too small for all its digits."""
    try:
        y = _power(a, b)
    except OverflowError:
        y = math.inf
    if a == 0.0 or 1e-290 < abs(y) < math.inf:
        return c * y
    root = _power(abs(a), 0.5 * b)
    return c * root * root * math.pow(math.copysign(1.0, a), b)


def _power_slope(a: float, b: float) -> float:
    """b a^(b-1), the power rule, and 0 where b is 0; plainly, where the power alone is a float."""
    if abs(b) < 0.05:  # a^(b-1) may be too large, where b times it is not
        return _times_power(b, a, b - 1.0) if b else 0.0
    try:
        slope = b * _power(a, b - 1.0)
    except OverflowError:
        slope = math.inf
    return slope if abs(slope) < math.inf else _times_power(b, a, b - 1.0)


def _power_by_base(a: Any, b: Any, y: Any) -> Any:
    # In a sweep both are numbers.  In a graph b is a float where it is a literal, and no variable.
    if type(a) is float or not isinstance(b, float) or 0.0 < abs(b) < 0.05:
        return power_slope(a, b)
    return b * power(a, b - 1.0) if b else 0.0  # of a number as exponent, to be drawn


# Powers: 0**0 is 1, with derivative 0 by the base and by the exponent.
power: Primitive = declare("power", "xʸ", _power, _power_by_base, lambda a, b, y: power_log(a, b))
power_slope: Primitive = declare(
    "power_slope",
    "y·xʸ⁻¹",
    _power_slope,
    lambda a, b, y: b * power_slope(a, b - 1.0),
    lambda a, b, y: power(a, b - 1.0) + b * power_log(a, b - 1.0),
)
power_log: Primitive = declare(  # a^b log a, and 0 at a = 0 <= b
    "power_log",
    "xʸ·log x",
    lambda a, b: 0.0 if a == 0.0 <= b else _times_power(math.log(a), a, b),
    lambda a, b, y: power(a, b - 1.0) + b * power_log(a, b - 1.0),
    lambda a, b, y: power_log(a, 0.5 * b) * power_log(a, 0.5 * b),  # not y log a: it is 0 at 0
)

# Exponentials and logarithms.
expm1 = declare("expm1", "expm1", math.expm1, lambda x, y: exp(x))
log1p = declare("log1p", "log1p", math.log1p, lambda x, y: reciprocal(1.0 + x))
log2 = declare("log2", "log₂", math.log2, lambda x, y: LOG2_E / x)
log10 = declare("log10", "log₁₀", math.log10, lambda x, y: LOG10_E / x)
logaddexp = declare(
    "logaddexp", "logaddexp", _logaddexp, lambda a, b, y: exp(a - y), lambda a, b, y: exp(b - y)
)

# Angles, in radians.
sin = declare("sin", "sin", math.sin, lambda x, y: cos(x))
cos: Primitive = declare("cos", "cos", math.cos, lambda x, y: -sin(x))
tan = declare("tan", "tan", math.tan, lambda x, y: 1.0 + y * y)
asin = declare("asin", "asin", math.asin, lambda x, y: reciprocal(leg(1.0, x)))
acos = declare("acos", "acos", math.acos, lambda x, y: -reciprocal(leg(1.0, x)))
atan = declare("atan", "atan", math.atan, lambda x, y: unit(1.0, x) * unit(1.0, x))
atan2 = declare(
    "atan2",
    "atan2",
    math.atan2,
    lambda a, b, y: unit(b, a) / hypot(a, b),
    lambda a, b, y: -(unit(a, b) / hypot(a, b)),
)

# Hyperbolas.
sinh = declare("sinh", "sinh", math.sinh, lambda x, y: cosh(x))
cosh: Primitive = declare("cosh", "cosh", math.cosh, lambda x, y: sinh(x))
tanh = declare("tanh", "tanh", math.tanh, lambda x, y: _squared(sech(x)))  # 1 - y² cancels
sech: Primitive = declare("sech", "sech", _sech, lambda x, y: -(y * tanh(x)))
asinh = declare("asinh", "asinh", math.asinh, lambda x, y: unit(1.0, x))
acosh = declare("acosh", "acosh", math.acosh, lambda x, y: reciprocal(leg(x, 1.0)))
atanh = declare(
    "atanh", "atanh", math.atanh, lambda x, y: reciprocal(leg(1.0, x)) * reciprocal(leg(1.0, x))
)

# The bell curve.
gaussian: Primitive = declare("gaussian", "e^−x²", _gaussian, lambda x, y: -2.0 * (x * y))
erf = declare("erf", "erf", math.erf, lambda x, y: 2.0 / math.sqrt(math.pi) * gaussian(x))
erfc = declare("erfc", "erfc", math.erfc, lambda x, y: -2.0 / math.sqrt(math.pi) * gaussian(x))

# The other half of relu, with derivative 1 at 0: leaky units begin there.
negative_part = declare(
    "negative_part", "min(x, 0)", lambda x: min(x, 0.0), lambda x, y: 1.0 - relu(sign(x))
)

# A right-angled triangle: its longest side; the cosine of an angle; the side that is left.
hypot: Primitive = declare(
    "hypot", "√(a²+b²)", _hypot, lambda a, b, y: unit(a, b), lambda a, b, y: unit(b, a)
)
unit: Primitive = declare(  # 0 at (0, 0): as |x|, hypot has derivative 0 there
    "unit",
    "a/√(a²+b²)",
    _unit,
    lambda a, b, y: unit(b, a) * (unit(b, a) / hypot(a, b)),
    lambda a, b, y: -(unit(a, b) * (unit(b, a) / hypot(a, b))),
)
leg: Primitive = declare("leg", "√(a²−b²)", _leg, lambda a, b, y: a / y, lambda a, b, y: -(b / y))

OURS = frozenset(PRIMITIVES)  # users may declare others
