"""What steps are computed in: one table for each kind of number, from a primitive to its function.

Invariant: a table either has the true function of its arithmetic or refuses: `Fraction` has no
exp, and the forward of a user's own primitive is taken only where its result is of the same kind.
What is written with operators (+ - * / and whole powers) needs no line here.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational
from typing import Any

from autograd.core.primitives import ARITHMETIC, PRIMITIVES
from autograd.core.value import Value


class OtherBranch(ValueError):
    """A comparison comes out otherwise than where the program was recorded."""


class NotFinite(ArithmeticError):
    """A number on the way is not finite: the eager engine tells which."""


@dataclass(frozen=True)
class Arithmetic:
    """A kind of number: its functions by the names of primitives, its constants, its checks."""

    name: str
    functions: dict[str, Callable[..., Any]]
    constant: Callable[[Any], Any]
    holds: Callable[[Any], bool | None] = bool  # a comparison; None: it cannot be told
    is_finite: Callable[[Any], bool] = lambda x: True
    accepts: Callable[[Any], bool] = lambda x: True  # of what the forward of a primitive gives

    def function(self, name: str) -> Callable[..., Any]:
        """The function of a primitive.  Called, it raises TypeError where there is none."""
        if name in self.functions:
            return self.functions[name]

        def generic(*operands: Any) -> Any:
            try:
                y = PRIMITIVES[name].forward(*operands)
            except (TypeError, *ARITHMETIC):
                y = None
            if y is None or not self.accepts(y):
                raise TypeError(f"{name}({', '.join(map(str, operands))}) has no {self.name} value")
            return y

        return generic

    def finite(self, *numbers: Any) -> None:
        """Raises NotFinite unless they all are."""
        if not all(map(self.is_finite, numbers)):
            raise NotFinite

    def guard(self, comparison: Any, recorded: bool, text: str) -> None:
        """Raises OtherBranch where a comparison does not come out as recorded."""
        if self.holds(comparison) is (not recorded):
            told = "holds" if recorded else "does not hold"
            raise OtherBranch(
                f"the program was recorded where {text} {told}: here the function takes another "
                "branch.  Trace it here, or compile it"
            )


# The same for every kind of number that has operators.
OPERATORS: dict[str, Callable[..., Any]] = {
    "reciprocal": lambda x: 1 / x,
    "divide": lambda a, b: a / b,
    "absolute": abs,
    "maximum": max,
    "minimum": min,
    "identity": lambda x: x,
}
# Numbers that rules and composites write as floats: their own names in what has more digits.
KNOWN: dict[float, Callable[[Any], Any]] = {
    math.pi: lambda m: m.pi,
    math.pi / 180: lambda m: m.pi / 180,
    180 / math.pi: lambda m: 180 / m.pi,
    2 / math.sqrt(math.pi): lambda m: 2 / m.sqrt(m.pi),
    math.sqrt(0.5): lambda m: 1 / m.sqrt(2),
    1 / math.log(2): lambda m: 1 / m.log(2),
    1 / math.log(10): lambda m: 1 / m.log(10),
}


def floats() -> Arithmetic:
    """Python's floats, by the primitives' own forwards."""
    functions = {name: primitive.forward for name, primitive in PRIMITIVES.items()}
    return Arithmetic("float", functions, float, is_finite=math.isfinite)


def values() -> Arithmetic:
    """Values: the program is recorded."""
    return Arithmetic("Value", dict(PRIMITIVES), float)


def _whole_power(a: Fraction, b: Fraction) -> Fraction:
    if b.denominator != 1:
        raise TypeError(f"{a} to the power {b} is not rational")
    return a ** int(b)


def _root(x: Fraction) -> Fraction:
    if x >= 0:
        root = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator))
        if root * root == x:
            return root
    raise TypeError(f"sqrt({x}) is not rational")


def fractions() -> Arithmetic:
    """Exact fractions: what leads out of them raises TypeError."""
    functions: dict[str, Callable[..., Any]] = {
        **OPERATORS,
        "relu": lambda x: max(x, Fraction(0)),
        "negative_part": lambda x: min(x, Fraction(0)),
        "sign": lambda x: Fraction((x > 0) - (x < 0)),
        "step": lambda a, b: Fraction(1 + (a > b) - (a < b), 2),
        "sqrt": _root,
        "power": _whole_power,
        "power_slope": lambda a, b: b * _whole_power(a, b - 1) if b else Fraction(0),
    }
    return Arithmetic("rational", functions, Fraction, accepts=lambda y: isinstance(y, Rational))


SAME_NAME = (  # in mpmath and in sympy as here
    *("exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh"),
    *("tanh", "sech", "asinh", "acosh", "atanh", "erf", "erfc", "sign"),
)


def mpmath() -> Arithmetic:
    """mpmath's numbers, to the digits that its context has at the call."""
    import mpmath as m

    def power_log(a: Any, b: Any) -> Any:
        return m.mpf(0) if a == 0 and b >= 0 else a**b * m.log(a)

    functions = {
        **OPERATORS,
        **{name: getattr(m, name) for name in SAME_NAME},
        "expm1": m.expm1,
        "log1p": m.log1p,
        "log2": lambda x: m.log(x, 2),
        "log10": m.log10,
        "hypot": m.hypot,
        "gaussian": lambda x: m.exp(-x * x),
        "logaddexp": lambda a, b: max(a, b) + m.log1p(m.exp(-abs(a - b))),
        "unit": lambda a, b: a / m.hypot(a, b) if a else m.mpf(0),
        "leg": lambda a, b: m.sqrt(abs(a) - abs(b)) * m.sqrt(abs(a) + abs(b)),
        "relu": lambda x: max(x, m.mpf(0)),
        "negative_part": lambda x: min(x, m.mpf(0)),
        "step": lambda a, b: m.mpf(1 + (a > b) - (a < b)) / 2,
        "power": lambda a, b: a**b,
        "power_slope": lambda a, b: b * a ** (b - 1) if b else m.mpf(0),
        "power_log": power_log,
    }
    return Arithmetic(
        "mpmath",
        functions,
        _constants(m, m.mpf),
        is_finite=m.isfinite,
        accepts=lambda y: isinstance(y, m.mpf),
    )


def sympy() -> Arithmetic:
    """Symbols.  A comparison that cannot be told is taken as it was recorded."""
    import sympy as s

    half = s.Rational(1, 2)
    functions = {
        **OPERATORS,
        **{name: getattr(s, name) for name in SAME_NAME},
        "expm1": lambda x: s.exp(x) - 1,
        "log1p": lambda x: s.log(1 + x),
        "log2": lambda x: s.log(x, 2),
        "log10": lambda x: s.log(x, 10),
        "hypot": lambda a, b: s.sqrt(a**2 + b**2),
        "gaussian": lambda x: s.exp(-(x**2)),
        "logaddexp": lambda a, b: s.log(s.exp(a) + s.exp(b)),
        "unit": lambda a, b: a / s.sqrt(a**2 + b**2),
        "leg": lambda a, b: s.sqrt(a**2 - b**2),
        "maximum": s.Max,
        "minimum": s.Min,
        "absolute": s.Abs,
        "relu": lambda x: s.Max(x, 0),
        "negative_part": lambda x: s.Min(x, 0),
        "step": lambda a, b: s.Heaviside(a - b, half),
        "power": lambda a, b: a**b,
        "power_slope": lambda a, b: b * a ** (b - 1),
        "power_log": lambda a, b: a**b * s.log(a),
    }

    def number(x: Any) -> Any:
        exact = s.Rational(x)
        return exact if exact.q <= 2**20 else s.Float(x, 17)

    def own(name: str) -> Any:
        return s.Function(name)

    functions |= {name: own(name) for name in PRIMITIVES if name not in functions}
    told = {True: True, False: False}  # sympy's own equal them
    return Arithmetic(
        "sympy",
        functions,
        _constants(s, number),
        holds=told.get,
        is_finite=lambda x: s.sympify(x).is_finite is not False,
    )


def _constants(module: Any, number: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A constant in the numbers of a module, by its name where it has one."""

    def constant(x: Any) -> Any:
        if type(x) is Fraction:
            return number(x.numerator) / number(x.denominator)
        known = KNOWN.get(abs(x))
        y = number(abs(x)) if known is None else known(module)
        return y if x >= 0 else -y

    return constant


def numpy() -> Arithmetic:
    """NumPy's arrays, one element for each time the program is run."""
    import numpy as n

    def holds(comparison: Any) -> bool | None:
        """A branch that the elements take differently is none."""
        if not n.size(comparison):  # as it was recorded
            return None
        first = bool(n.all(comparison))
        if first is not bool(n.any(comparison)):
            raise OtherBranch(
                "the elements of an array take different branches: compile the function"
            )
        return first

    names = "exp log sqrt sin cos tan sinh cosh tanh expm1 log1p log2 log10 hypot sign logaddexp"
    arcs = "sin cos tan sinh cosh tanh"
    functions = {
        **{name: n.vectorize(p.forward, otypes=[float]) for name, p in PRIMITIVES.items()},
        **OPERATORS,
        **{name: getattr(n, name) for name in [*names.split(), "maximum", "minimum"]},
        **{f"a{name}": getattr(n, f"arc{name}") for name in arcs.split()},
        "atan2": n.arctan2,
        "power": n.power,
        "relu": lambda x: n.maximum(x, 0.0),
        "negative_part": lambda x: n.minimum(x, 0.0),
        "step": lambda a, b: 0.5 * (1.0 + (a > b) - (a < b)),
        "gaussian": lambda x: n.exp(-x * x),
    }
    return Arithmetic(
        "NumPy", functions, float, holds, is_finite=lambda x: bool(n.isfinite(x).all())
    )


def of(numbers: list[Any]) -> Arithmetic:
    """The arithmetic of these arguments: that of the one that asks for most.

    >>> of([1.0, 2]).name, of([Fraction(1, 3), 2]).name
    ('float', 'rational')
    """
    kinds = {type(x) for x in numbers}
    rooms = {kind.__module__.partition(".")[0] for kind in kinds}
    if Value in kinds:
        return values()
    for room, table in (("sympy", sympy), ("mpmath", mpmath)):
        if room in rooms:
            return table()
    if any(getattr(x, "ndim", 0) for x in numbers):
        return numpy()
    if Fraction in kinds and all(isinstance(x, Rational) for x in numbers):
        return fractions()
    return floats()
