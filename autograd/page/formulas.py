"""The rules of the primitives as formulas to be read: each is run once, on terms, not numbers.

Invariant: a formula equals its rule as mathematics, where the rule says how to come by all digits.
It is a sum of products of powers, so that 1/√(1 + x²) · 1/√(1 + x²) comes out as 1/(1 + x²).
"""

import json
import math
import re
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

from autograd.core.elementary import LOG2_E, LOG10_E, OURS, tanh
from autograd.core.operand import Operand
from autograd.core.primitives import PRIMITIVES, Primitive

Powers = tuple[tuple[str, Fraction], ...]  # what is multiplied, each with its exponent
HALF = Fraction(1, 2)
RAISED = dict(zip("0123456789−abxy ", [*"⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵃᵇˣʸ", ""], strict=True))
KNOWN: dict[float, tuple[int, str, Fraction]] = {  # floats in rules: factor, name and its exponent
    2.0 / math.sqrt(math.pi): (2, "π", -HALF),
    LOG2_E: (1, "log(2)", Fraction(-1)),
    LOG10_E: (1, "log(10)", Fraction(-1)),
}


class Formula(Operand):
    """A sum as `{product of powers: its coefficient}`, in the order in which it is written."""

    def __init__(self, terms: dict[Powers, Fraction]) -> None:
        self.terms = {powers: factor for powers, factor in terms.items() if factor}

    @staticmethod
    def record(primitive: Primitive, a: Any, b: Any = None) -> "Formula":
        """What `Primitive.__call__` hands over to."""
        operands = [_formula(x) for x in (a, b) if x is not None]
        if primitive.name in NOTATION:
            return NOTATION[primitive.name](*operands)
        return named(f"{primitive.name}({', '.join(map(str, operands))})")

    def plus(self, other: "Formula") -> "Formula":
        """The sum of two formulas."""
        terms = dict(self.terms)
        for powers, factor in other.terms.items():
            terms[powers] = terms.get(powers, Fraction(0)) + factor
        return Formula(terms)

    def times(self, other: "Formula") -> "Formula":
        """The product of two formulas."""
        (mine, factor), (theirs, times) = self.product(), other.product()
        exponents = dict(mine)
        for name, exponent in theirs:
            exponents[name] = exponents.get(name, Fraction(0)) + exponent
        kept = ((name, exponent) for name, exponent in exponents.items() if exponent)
        ordered = sorted(kept, key=lambda power: (len(power[0]), power[0]))
        return Formula({tuple(ordered): factor * times})

    def __neg__(self) -> "Formula":
        return Formula({powers: -factor for powers, factor in self.terms.items()})

    def product(self) -> tuple[Powers, Fraction]:
        """Its powers and their coefficient; a sum is one power."""
        if len(self.terms) > 1:
            return ((f"({self})", Fraction(1)),), Fraction(1)
        return next(iter(self.terms.items()), ((), Fraction(0)))

    def raised(self, n: Fraction) -> "Formula":
        """Its n-th power, where n is whole or its coefficient 1."""
        powers, factor = self.product()
        return Formula({tuple((name, n * k) for name, k in powers): Fraction(factor**n)})

    def __str__(self) -> str:
        text = "".join(_term(powers, factor) for powers, factor in self.terms.items())
        alone = [len(powers) for powers in self.terms] == [1]
        if alone and re.fullmatch(r" \+ \([^^]*\)", text):  # a sum needs no brackets
            text = f" + {text[4:-1]}"
        return re.sub("^ − ", "−", text.removeprefix(" + ")) or "0"


def named(name: str) -> Formula:
    """A formula that is one name."""
    return Formula({((name, Fraction(1)),): Fraction(1)})


def _formula(x: Any) -> Formula:
    if type(x) is Formula:
        return x
    if x in KNOWN or -x in KNOWN:
        factor, name, exponent = KNOWN[abs(x)]
        return Formula({((name, exponent),): Fraction(factor if x > 0 else -factor)})
    return Formula({(): Fraction(repr(x))})  # 0.1 is to be 1/10


def _term(powers: Powers, factor: Fraction) -> str:
    """A term of a sum, with its sign."""
    above = [_power(name, k) for name, k in powers if k > 0]
    below = [_power(name, -k) for name, k in powers if k < 0]
    if abs(factor.numerator) != 1 or not above:
        above.insert(0, str(abs(factor.numerator)))
    if factor.denominator != 1:
        below.insert(0, str(factor.denominator))
    under = "·".join(below)
    if under:
        under = f"/({under})" if len(below) > 1 else f"/{under}"
    return (" − " if factor < 0 else " + ") + "·".join(above) + under


def _power(name: str, k: Fraction) -> str:
    if k != 1 and ("^" in name or name[-1] in RAISED.values()):
        name = f"({name})"
    if k.denominator == 2:
        name, k = f"√{name}", 2 * k
    return name if k == 1 else name + _small(str(k))


def _raised(base: str, exponent: Formula) -> Formula:
    """base^exponent, its exponent as small letters where there are such."""
    base, text = base if base.isidentifier() else f"({base})", str(exponent)
    return named(base + _small(text) if set(text) <= set(RAISED) else f"{base}^({text})")


def _small(text: str) -> str:
    return "".join(RAISED[c] for c in text)


def _squares(a: Formula, b: Formula) -> Formula:
    a, b = sorted((a, b), key=str)
    return a * a + b * b  # type: ignore[no-any-return]


# How a primitive is written; the others by their names.
NOTATION: dict[str, Callable[..., Formula]] = {
    "add": Formula.plus,
    "mul": Formula.times,
    "divide": lambda a, b: a * b.raised(Fraction(-1)),
    "absolute": lambda x: named(f"|{x}|"),
    "exp": lambda x: _raised("e", x),
    "reciprocal": lambda x: 1.0 / x,
    "power": lambda a, b: _raised(str(a), b),
    "power_slope": lambda a, b: b * _raised(str(a), b - 1.0),
    "power_log": lambda a, b: _raised(str(a), b) * named(f"log({a})"),
    "sech": lambda x: (1.0 - tanh(x) * tanh(x)).raised(HALF),
    "gaussian": lambda x: _raised("e", -x * x),
    "hypot": lambda a, b: _squares(a, b).raised(HALF),
    "unit": lambda a, b: a * _squares(a, b).raised(-HALF),
    "leg": lambda a, b: (a * a - b * b).raised(HALF),
}


def formula(primitive: Primitive, slot: int) -> str:
    """A partial derivative as a text, of the inputs x or a and b, and the output y.

    >>> formula(PRIMITIVES["tanh"], 0), formula(PRIMITIVES["atan"], 0)
    ('1 − y²', '1/(1 + x²)')
    """
    inputs = ["x"] if len(primitive.partials) == 1 else ["a", "b"]
    found = _formula(primitive.partials[slot](*map(named, (*inputs, "y"))))
    return re.sub(rf"\b{primitive.name}\({', '.join(inputs)}\)", "y", str(found))


@cache
def formulas() -> str:
    """The script that knows the formulas of all partial derivatives."""
    known = {
        name: [formula(p, slot) for slot in range(len(p.partials))]
        for name, p in PRIMITIVES.items()
        if name in OURS
    }
    return f"const FORMULAS = {json.dumps(known, ensure_ascii=False)};\n"
