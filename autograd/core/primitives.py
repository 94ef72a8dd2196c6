"""The primitive operations: one declaration each, and nothing about graphs.

A primitive is the function itself.  Called on numbers it gives a number; called on a `Value` it
calls that class's `record`.  Its partial derivatives are written in ordinary operators and other
primitives, one per input, as functions of `(*inputs, output)`: so the same rule gives the number on
an edge, the derivative of a derivative, and the line of a program.  A rule never branches on the
value of a variable.  The other elementary functions are in `elementary.py`.
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

    def __reduce__(self) -> tuple[Any, ...]:
        return named, (self.name,)


PRIMITIVES: dict[str, Primitive] = {}  # all that are declared, by their names


def declare(name: str, symbol: str, forward: Rule, *partials: Rule) -> Primitive:
    """A new primitive, known by its name from now on.  ValueError if there is one of that name."""
    if name in PRIMITIVES:
        raise ValueError(f"there is a primitive {name!r} already")
    return PRIMITIVES.setdefault(name, Primitive(name, symbol, forward, *partials))


def named(name: str) -> Primitive:
    """The primitive of that name.  LookupError where nobody has declared it."""
    if name not in PRIMITIVES:
        raise LookupError(f"there is no primitive {name!r}: one of your own is declared first")
    return PRIMITIVES[name]


def _slope(rule: Rule, numbers: Any, y: float) -> float:
    try:
        d = rule(*numbers, y)
    except ARITHMETIC:
        return math.nan
    return d if d - d == 0.0 else math.nan


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


def _power_by_base(a: Any, b: Any, y: Any) -> Any:
    if isinstance(b, float) and not 0.0 < abs(b) < 0.05:  # no variable, and no overflow on the way
        return b * power(a, b - 1.0) if b else 0.0
    return power_slope(a, b)


# The four that the textbook takes the sigmoid apart into.
add = declare("add", "+", lambda a, b: a + b, lambda a, b, y: 1.0, lambda a, b, y: 1.0)
mul = declare("mul", "×", lambda a, b: a * b, lambda a, b, y: b, lambda a, b, y: a)
exp = declare("exp", "exp", math.exp, lambda x, y: y)
reciprocal = declare("reciprocal", "1/x", lambda x: 1.0 / x, lambda x, y: -(y * y))

# What cannot be composed, or only with a loss of digits: a * (1/b) is often rounded otherwise.
divide = declare(
    "divide", "÷", lambda a, b: a / b, lambda a, b, y: 1.0 / b, lambda a, b, y: -(y / b)
)
log = declare("log", "log", math.log, lambda x, y: reciprocal(x))
sqrt = declare("sqrt", "√", math.sqrt, lambda x, y: 0.5 * reciprocal(y))

# Powers: 0**0 is 1, with derivative 0 by the base and by the exponent.
power: Primitive = declare("power", "xʸ", _power, _power_by_base, lambda a, b, y: power_log(a, b))
power_slope: Primitive = declare(  # b a^(b-1), the power rule, and 0 where b is 0
    "power_slope",
    "y·xʸ⁻¹",
    lambda a, b: _times_power(b, a, b - 1.0) if b else 0.0,
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

# Kinks: a choice between inputs is a primitive, so that no rule branches and a replay chooses anew.
maximum = declare("maximum", "max", max, lambda a, b, y: step(a, b), lambda a, b, y: step(b, a))
minimum = declare("minimum", "min", min, lambda a, b, y: step(b, a), lambda a, b, y: step(a, b))
absolute = declare("absolute", "|x|", abs, lambda x, y: sign(x))
relu: Primitive = declare("relu", "relu", lambda x: max(x, 0.0), lambda x, y: relu(sign(x)))
sign: Primitive = declare("sign", "sign", lambda x: float((x > 0.0) - (x < 0.0)), lambda x, y: 0.0)
step: Primitive = declare(  # 1 where a > b, 1/2 where they tie, else 0
    "step",
    "a>b",
    lambda a, b: 0.5 * (1.0 + (a > b) - (a < b)),
    lambda a, b, y: 0.0,
    lambda a, b, y: 0.0,
)
identity = declare("identity", "id", lambda x: x, lambda x, y: 1.0)
