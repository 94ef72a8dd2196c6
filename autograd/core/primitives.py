"""The primitive operations: one declaration each, and nothing about graphs.

A primitive is the function itself.  Called on numbers it gives a number; called on a `Value` it
calls that class's `record`.  Its partial derivatives are written in ordinary operators and other
primitives, one per input, as functions of `(*inputs, output)`: so the same rule gives the number on
an edge, the derivative of a derivative, and the line of a program.  A rule never branches on the
value of a variable.  Formulae: Abramowitz and Stegun, chapters 3, 4, 7.
"""

import math
from collections.abc import Callable
from typing import Any

Rule = Callable[..., Any]
ARITHMETIC = (ValueError, ZeroDivisionError, OverflowError)  # what a forward or a rule may raise
REASONS = {
    ValueError: "is not defined in the real numbers",
    ZeroDivisionError: "divides by zero",
    OverflowError: "is too large for a float",
}


class Primitive:
    """One operation: its name, the symbol in pictures, its value, its partial derivatives.

    >>> mul(3.0, 4.0), mul.partials[0](3.0, 4.0, 12.0)
    (12.0, 4.0)
    """

    __slots__ = ("forward", "name", "partials", "symbol")

    def __init__(self, name: str, symbol: str, forward: Rule, *partials: Rule) -> None:
        if len(partials) not in (1, 2):  # a node has room for two inputs
            raise TypeError(f"{name}: one rule for each of one or two inputs, not {len(partials)}")
        self.name = name
        self.symbol = symbol
        self.forward = forward
        self.partials = partials

    def __call__(self, *inputs: Any) -> Any:
        """The operation on numbers, or recorded where an input is a Value."""
        for x in inputs:
            record = None if type(x) is float else getattr(type(x), "record", None)
            if record is not None:
                return record(self, *inputs)
        return self.value(inputs, inputs)

    def value(self, numbers: Any, operands: Any) -> float:
        """The operation on numbers.  Its error, where there is no finite value, names operands."""
        try:
            y = self.forward(*numbers)
            if y - y != 0.0:  # true of inf and nan only
                raise OverflowError
        except ARITHMETIC as error:
            raise self.refusal(error, operands) from None
        return y  # type: ignore[no-any-return]

    def slopes(self, numbers: Any, y: float) -> tuple[float, float]:
        """The partial derivatives, NaN for one that is no finite number or not there."""
        da = _slope(self.partials[0], numbers, y)
        db = _slope(self.partials[1], numbers, y) if len(self.partials) == 2 else math.nan
        return da, db

    def refusal(self, error: Exception, operands: Any) -> Exception:
        """The error to raise, of the same type, naming the operation and its operands."""
        reason = next(text for kind, text in REASONS.items() if isinstance(error, kind))
        return type(error)(f"{self.name}({', '.join(map(str, operands))}) {reason}")

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> str:
        return self.name  # pickled and copied as the module's global of that name


def _slope(rule: Rule, numbers: Any, y: float) -> float:
    try:
        d = rule(*numbers, y)
    except ARITHMETIC:
        return math.nan
    return d if d - d == 0.0 else math.nan


def _power(a: float, b: float) -> float:
    if a == 0.0 and b < 0.0:
        raise ZeroDivisionError
    return math.pow(a, b)


def _power_by_base(a: Any, b: Any, y: Any) -> Any:
    if isinstance(b, float):  # a plain number is no variable: its rule may be the simple one
        return b * power(a, b - 1.0) if b else 0.0
    return power_slope(a, b)


def _power_log(a: float, b: float) -> float:
    return 0.0 if a == 0.0 and b >= 0.0 else _power(a, b) * math.log(a)


def _logaddexp(a: float, b: float) -> float:
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


def _sech(x: float) -> float:
    e = math.exp(-abs(x))  # no cosh: it overflows long before 1/cosh underflows
    return 2.0 * e / (1.0 + e * e)


# The four that the textbook takes the sigmoid apart into.
add = Primitive("add", "+", lambda a, b: a + b, lambda a, b, y: 1.0, lambda a, b, y: 1.0)
mul = Primitive("mul", "×", lambda a, b: a * b, lambda a, b, y: b, lambda a, b, y: a)
exp = Primitive("exp", "exp", math.exp, lambda x, y: y)
reciprocal = Primitive("reciprocal", "1/x", lambda x: 1.0 / x, lambda x, y: -(y * y))

# What cannot be composed, or only with a loss of digits.  a * (1/b) is often rounded otherwise.
divide = Primitive(
    "divide", "÷", lambda a, b: a / b, lambda a, b, y: 1.0 / b, lambda a, b, y: -(y / b)
)
log = Primitive("log", "log", math.log, lambda x, y: reciprocal(x))
expm1 = Primitive("expm1", "expm1", math.expm1, lambda x, y: exp(x))
log1p = Primitive("log1p", "log1p", math.log1p, lambda x, y: reciprocal(1.0 + x))
logaddexp = Primitive(
    "logaddexp", "logaddexp", _logaddexp, lambda a, b, y: exp(a - y), lambda a, b, y: exp(b - y)
)
sqrt = Primitive("sqrt", "√", math.sqrt, lambda x, y: 0.5 * reciprocal(y))
sin = Primitive("sin", "sin", math.sin, lambda x, y: cos(x))
cos: Primitive = Primitive("cos", "cos", math.cos, lambda x, y: -sin(x))
tan = Primitive("tan", "tan", math.tan, lambda x, y: 1.0 + y * y)
tanh = Primitive("tanh", "tanh", math.tanh, lambda x, y: sech(x) * sech(x))  # 1 - y² cancels
sech: Primitive = Primitive("sech", "sech", _sech, lambda x, y: -(y * tanh(x)))
erfc = Primitive("erfc", "erfc", math.erfc, lambda x, y: -2.0 / math.sqrt(math.pi) * gaussian(x))
gaussian: Primitive = Primitive(
    "gaussian", "e^−x²", lambda x: math.exp(-x * x), lambda x, y: -2.0 * (x * y)
)

# Powers: 0**0 is 1, with derivative 0 by the base and by the exponent.
power: Primitive = Primitive("power", "xʸ", _power, _power_by_base, lambda a, b, y: power_log(a, b))
power_slope: Primitive = Primitive(  # b a^(b-1), the power rule, and 0 where b is 0
    "power_slope",
    "y·xʸ⁻¹",
    lambda a, b: b * _power(a, b - 1.0) if b else 0.0,
    lambda a, b, y: b * power_slope(a, b - 1.0),
    lambda a, b, y: power(a, b - 1.0) + b * power_log(a, b - 1.0),
)
power_log: Primitive = Primitive(  # a^b log a, and 0 at a = 0 <= b
    "power_log",
    "xʸ·log x",
    _power_log,
    lambda a, b, y: power(a, b - 1.0) + b * power_log(a, b - 1.0),
    lambda a, b, y: y * log(a),
)

# Kinks: a choice between inputs is a primitive, so that no rule branches and a replay chooses anew.
maximum = Primitive("maximum", "max", max, lambda a, b, y: step(a, b), lambda a, b, y: step(b, a))
minimum = Primitive("minimum", "min", min, lambda a, b, y: step(b, a), lambda a, b, y: step(a, b))
absolute = Primitive("absolute", "|x|", abs, lambda x, y: sign(x))
relu: Primitive = Primitive("relu", "relu", lambda x: max(x, 0.0), lambda x, y: relu(sign(x)))
sign: Primitive = Primitive(
    "sign", "sign", lambda x: float((x > 0.0) - (x < 0.0)), lambda x, y: 0.0
)
step: Primitive = Primitive(  # 1 where a > b, 1/2 where they tie, else 0
    "step",
    "a>b",
    lambda a, b: 0.5 * (1.0 + (a > b) - (a < b)),
    lambda a, b, y: 0.0,
    lambda a, b, y: 0.0,
)
identity = Primitive("identity", "id", lambda x: x, lambda x, y: 1.0)

PRIMITIVES = {p.name: p for p in list(globals().values()) if isinstance(p, Primitive)}
