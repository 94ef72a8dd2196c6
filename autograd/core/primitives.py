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

from autograd.core.context import current

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

    def __call__(self, a: Any, b: Any = None) -> Any:
        """The operation on numbers, or recorded where an input is a Value."""
        return self.of(a, b)

    def of(self, a: Any, b: Any = None) -> Any:
        """As a call: one from machine code to machine code, where there is such."""
        record = None if type(a) is float else getattr(type(a), "record", None)
        if record is None and b is not None and type(b) is not float:
            record = getattr(type(b), "record", None)
        if record is not None:
            return record(self, a, b)
        numbers = (a,) if b is None else (a, b)
        return self.value(numbers, numbers)

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
        at = (*numbers, y)
        db = math.nan if len(self.partials) == 1 else _slope(self.partials[1], at)
        return _slope(self.partials[0], at), db

    def refusal(self, error: Exception, operands: Any, scope: Any = None) -> Exception:
        """The error to raise, of the same type: the operation, its operands, the composite."""
        reason = next(text for kind, text in REASONS.items() if isinstance(error, kind))
        scope = scope or current().scope
        where = f", in {' › '.join(scope.names[-3:])}" if scope else ""
        return type(error)(f"{self.name}({', '.join(map(str, operands))}) {reason}{where}")

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


def _slope(rule: Rule, at: tuple[float, ...]) -> float:
    try:
        d = rule(*at)
    except ARITHMETIC:
        return math.nan
    return d if d - d == 0.0 else math.nan


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
