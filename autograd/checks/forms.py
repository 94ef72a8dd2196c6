"""The wrong derivatives of each operation, and the right ones, as they are written by hand: tables.

Invariant: a form is a formula of the input x, the output y and, where there is a second input, that
one, o; a test holds the right forms to the graph's partials.  The wrong ones are those that
teachers know, and that published question banks anticipate with their feedback.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

Formula = Callable[[float, float, float], float]


class Factor(NamedTuple):
    """One factor of a derivative: as it is written, and its number."""

    text: str
    at: Formula


class Wrong(NamedTuple):
    """A wrong derivative: what kind of slip, in what words, and what it gives."""

    slip: str
    text: str
    at: Formula
    cost: float = 2.0


def logistic(x: float) -> float:
    """1 / (1 + e⁻ˣ), for any x."""
    return 0.5 * (1.0 + math.tanh(0.5 * x))


MINUS, INVERSE = Factor("−1", lambda x, y, o: -1.0), Factor("1/x", lambda x, y, o: 1.0 / x)
INVERSE_B = Factor("1/b", lambda x, y, o: 1.0 / x)  # where x is the denominator
ROOT = Factor("1/√(1 − x²)", lambda x, y, o: 1.0 / math.sqrt(1.0 - x * x))

# By operation and slot: the factors of the derivative.
FORMS: dict[tuple[str, int], tuple[Factor, ...]] = {
    ("sigmoid", 0): (Factor("y", lambda x, y, o: y), Factor("(1 − y)", lambda x, y, o: 1.0 - y)),
    ("tanh", 0): (Factor("(1 − y²)", lambda x, y, o: 1.0 - y * y),),
    ("relu", 0): (Factor("1 or 0", lambda x, y, o: float(x > 0.0)),),
    ("exp", 0): (Factor("eˣ", lambda x, y, o: y),),
    ("log", 0): (INVERSE,),
    ("reciprocal", 0): (MINUS, INVERSE, INVERSE),
    ("divide", 0): (Factor("1/b", lambda x, y, o: 1.0 / o),),
    ("divide", 1): (MINUS, Factor("a", lambda x, y, o: o), INVERSE_B, INVERSE_B),
    ("sqrt", 0): (Factor("½", lambda x, y, o: 0.5), Factor("1/√x", lambda x, y, o: 1.0 / y)),
    ("power", 0): (Factor("n", lambda x, y, o: o), Factor("xⁿ⁻¹", lambda x, y, o: x ** (o - 1.0))),
    ("power", 1): (Factor("aˣ", lambda x, y, o: y), Factor("ln a", lambda x, y, o: math.log(o))),
    ("sin", 0): (Factor("cos x", lambda x, y, o: math.cos(x)),),
    ("cos", 0): (MINUS, Factor("sin x", lambda x, y, o: math.sin(x))),
    ("tan", 0): (Factor("(1 + y²)", lambda x, y, o: 1.0 + y * y),),
    ("absolute", 0): (Factor("sign x", lambda x, y, o: float(x > 0.0) - float(x < 0.0)),),
    ("softplus", 0): (Factor("σ(x)", lambda x, y, o: logistic(x)),),
    ("expm1", 0): (Factor("(y + 1)", lambda x, y, o: y + 1.0),),
    ("log1p", 0): (Factor("1/(1 + x)", lambda x, y, o: 1.0 / (1.0 + x)),),
    ("sinh", 0): (Factor("cosh x", lambda x, y, o: math.cosh(x)),),
    ("cosh", 0): (Factor("sinh x", lambda x, y, o: math.sinh(x)),),
    ("asin", 0): (ROOT,),
    ("acos", 0): (MINUS, ROOT),
    ("atan", 0): (Factor("1/(1 + x²)", lambda x, y, o: 1.0 / (1.0 + x * x)),),
    ("log2", 0): (INVERSE, Factor("1/ln 2", lambda x, y, o: 1.0 / math.log(2.0))),
    ("log10", 0): (INVERSE, Factor("1/ln 10", lambda x, y, o: 1.0 / math.log(10.0))),
    ("silu", 0): (Factor("(σ + x σ (1 − σ))", lambda x, y, o: _silu_slope(x)),),
    ("radians", 0): (Factor("π/180", lambda x, y, o: math.pi / 180.0),),
    ("degrees", 0): (Factor("180/π", lambda x, y, o: 180.0 / math.pi),),
    ("erf", 0): (
        Factor("2/√π", lambda x, y, o: 2.0 / math.sqrt(math.pi)),
        Factor("e^−x²", lambda x, y, o: math.exp(-x * x)),
    ),
}  # fmt: skip

# The whole derivative, where it is not written as its factors side by side.
FORMULAS = {
    ("reciprocal", 0): "−1/x²", ("divide", 1): "−a/b²", ("sqrt", 0): "1/(2√x)",
    ("log2", 0): "1/(x ln 2)", ("log10", 0): "1/(x ln 10)", ("cos", 0): "−sin x",
    ("acos", 0): "−1/√(1 − x²)",
}  # fmt: skip

# What a pupil calls an operation; a function goes by its own name.
NOUNS = {
    "mul": "product", "add": "sum", "sub": "difference", "divide": "quotient", "power": "power",
    "reciprocal": "1/x", "absolute": "|x|", "sqrt": "√x",
}  # fmt: skip

FUNCTION, INTEGRAL, RULE = "the function for its derivative", "integrated instead", "a wrong rule"
SIGN, FORGOTTEN = "wrong sign", "a factor forgotten"
BELONGS = "the output used where the input belongs"

WRONG: dict[tuple[str, int], tuple[Wrong, ...]] = {
    ("sigmoid", 0): (
        Wrong(FUNCTION, "y for y (1 − y)", lambda x, y, o: y),
        Wrong(RULE, "y (1 + y) for y (1 − y)", lambda x, y, o: y * (1.0 + y)),
        Wrong(RULE, "y² for y (1 − y)", lambda x, y, o: y * y),
        Wrong(RULE, "1 − y² for y (1 − y)", lambda x, y, o: 1.0 - y * y),
        Wrong(RULE, "y (1 − y²) for y (1 − y)", lambda x, y, o: y * (1.0 - y * y), 3.0),
        Wrong(RULE, "e⁻ˣ forgotten: y² for y² e⁻ˣ", lambda x, y, o: y * y, 2.5),
        Wrong(RULE, "e⁻ˣ y for e⁻ˣ y²", lambda x, y, o: 1.0 - y, 3.5),
    ),
    ("tanh", 0): (
        Wrong(RULE, "1 − y for 1 − y²", lambda x, y, o: 1.0 - y),
        Wrong(RULE, "1 + y² for 1 − y²", lambda x, y, o: 1.0 + y * y),
        Wrong(RULE, "y² for 1 − y²", lambda x, y, o: y * y),
        Wrong(RULE, "y² − 1 for 1 − y²", lambda x, y, o: y * y - 1.0),
        Wrong(RULE, "(1 − y)² for 1 − y²", lambda x, y, o: (1.0 - y) ** 2, 2.5),
        Wrong(RULE, "1/cosh x for 1/cosh² x", lambda x, y, o: 1.0 / math.cosh(x), 2.2),
        Wrong(RULE, "1 − x² for 1 − y²", lambda x, y, o: 1.0 - x * x),
    ),
    ("relu", 0): (
        Wrong("the ReLU gate on the wrong side", "", lambda x, y, o: float(x <= 0.0), 1.5),
        Wrong("the ReLU gate left open", "1 for 0", lambda x, y, o: 1.0, 1.6),
        Wrong(FUNCTION, "relu(x) for 1 or 0", lambda x, y, o: y),
    ),
    ("leaky_relu", 0): (
        Wrong(RULE, "0, that of relu, for the slope of x < 0",
              lambda x, y, o: 0.0 if x < 0.0 else math.nan, 1.7),
        Wrong(RULE, "1, that of x > 0, for the slope of x < 0",
              lambda x, y, o: 1.0 if x < 0.0 else math.nan, 1.7),
    ),
    ("exp", 0): (
        Wrong(RULE, "the power rule x eˣ⁻¹ for eˣ", lambda x, y, o: x * math.exp(x - 1.0)),
        Wrong(RULE, "x eˣ for eˣ", lambda x, y, o: x * y),
        Wrong(RULE, "eˣ⁻¹ for eˣ", lambda x, y, o: math.exp(x - 1.0), 2.5),
    ),
    ("log", 0): (
        Wrong(FUNCTION, "log x for 1/x", lambda x, y, o: y),
        Wrong(INTEGRAL, "x log x − x for 1/x", lambda x, y, o: x * y - x),
        Wrong(RULE, "1/x² for 1/x", lambda x, y, o: 1.0 / (x * x), 2.5),
        Wrong(RULE, "1/log x for 1/x", lambda x, y, o: 1.0 / y, 2.5),
        Wrong(RULE, "−1/x² for 1/x", lambda x, y, o: -1.0 / (x * x), 2.8),
        Wrong(RULE, "1/(x ln 10), that of the common logarithm",
              lambda x, y, o: 1.0 / (x * math.log(10.0)), 2.5),
        Wrong(RULE, "1/(x ln 2), that of the binary logarithm",
              lambda x, y, o: 1.0 / (x * math.log(2.0)), 2.5),
    ),
    ("log2", 0): (
        Wrong(RULE, "ln 2 multiplied, not divided", lambda x, y, o: math.log(2.0) / x),
        Wrong(FUNCTION, "log x for its derivative", lambda x, y, o: y),
    ),
    ("log10", 0): (
        Wrong(RULE, "ln 10 multiplied, not divided", lambda x, y, o: math.log(10.0) / x),
        Wrong(FUNCTION, "log x for its derivative", lambda x, y, o: y),
    ),
    ("reciprocal", 0): (
        Wrong(SIGN, "1/x² for −1/x²", lambda x, y, o: y * y, 1.5),
        Wrong(INTEGRAL, "log x for −1/x²", lambda x, y, o: math.log(abs(x))),
        Wrong(RULE, "−1/x, without the square", lambda x, y, o: -y),
        Wrong(FUNCTION, "1/x for −1/x²", lambda x, y, o: y),
        Wrong(RULE, "1 as the derivative of the denominator alone", lambda x, y, o: 1.0, 3.0),
        Wrong(RULE, "2/x³, differentiated twice", lambda x, y, o: 2.0 * y**3, 3.0),
        Wrong(RULE, "−x² for −1/x²", lambda x, y, o: -x * x, 3.0),
    ),
    ("divide", 0): (
        Wrong(RULE, "b for 1/b", lambda x, y, o: o, 2.2),
        Wrong(RULE, "1/b² for 1/b", lambda x, y, o: 1.0 / (o * o), 2.4),
        Wrong(FORGOTTEN, "1/b", lambda x, y, o: 1.0),
        Wrong(FUNCTION, "a/b for 1/b", lambda x, y, o: y, 2.6),
        Wrong(RULE, "the derivative by the denominator for that by the numerator: −a/b² for 1/b",
              lambda x, y, o: -x / (o * o), 3.0),
    ),
    ("divide", 1): (
        Wrong(SIGN, "a/b² for −a/b²", lambda x, y, o: y / x, 1.5),
        Wrong(RULE, "−a/b, without the square", lambda x, y, o: -y),
        Wrong("the derivative by the numerator for that by the denominator", "1/b for −a/b²",
              lambda x, y, o: 1.0 / x, 2.2),
        Wrong(RULE, "a/b for −a/b²", lambda x, y, o: y, 2.4),
        Wrong(RULE, "a for −a/b²", lambda x, y, o: o, 2.8),
        Wrong(RULE, "−a b² for −a/b²", lambda x, y, o: -o * x * x, 3.0),
        Wrong(RULE, "−b/a² for −a/b²", lambda x, y, o: -x / (o * o), 3.0),
        Wrong(RULE, "1/b² for −a/b²", lambda x, y, o: 1.0 / (x * x), 3.0),
    ),
    ("sqrt", 0): (
        Wrong(RULE, "½ √x for ½ / √x", lambda x, y, o: 0.5 * y),
        Wrong(RULE, "√x differentiated twice, −¼ x⁻³ᐟ²", lambda x, y, o: -0.25 / (x * y)),
        Wrong(RULE, "1/(2x) for 1/(2√x)", lambda x, y, o: 0.5 / x),
        Wrong(RULE, "2√x for 1/(2√x)", lambda x, y, o: 2.0 * y, 2.5),
        Wrong(RULE, "2/√x for 1/(2√x)", lambda x, y, o: 2.0 / y, 2.5),
        Wrong(INTEGRAL, "⅔ x³ᐟ² for 1/(2√x)", lambda x, y, o: 2.0 / 3.0 * x * y),
        Wrong(FUNCTION, "√x for 1/(2√x)", lambda x, y, o: y),
        Wrong(SIGN, "−1/(2√x)", lambda x, y, o: -0.5 / y),
    ),
    ("power", 0): (
        Wrong("the exponent not lowered", "n xⁿ for n xⁿ⁻¹", lambda x, y, o: o * y),
        Wrong(INTEGRAL, "xⁿ⁺¹/(n + 1) for n xⁿ⁻¹", lambda x, y, o: x * y / (o + 1.0)),
        Wrong(RULE, "the exponent raised: n xⁿ⁺¹ for n xⁿ⁻¹", lambda x, y, o: o * x * y),
        Wrong(RULE, "the exponent raised: (n + 1) xⁿ⁺¹ for n xⁿ⁻¹",
              lambda x, y, o: (o + 1.0) * x * y, 2.5),
        Wrong(RULE, "the factor n + 1 for n", lambda x, y, o: (o + 1.0) * y / x, 2.5),
        Wrong(RULE, "the factor n − 1 for n", lambda x, y, o: (o - 1.0) * y / x, 3.0),
        Wrong(RULE, "the exponent lowered twice: n xⁿ⁻²", lambda x, y, o: o * y / (x * x), 2.5),
        Wrong(RULE, "(n − 1) xⁿ⁻²", lambda x, y, o: (o - 1.0) * y / (x * x), 3.0),
        Wrong(RULE, "n x for n xⁿ⁻¹", lambda x, y, o: o * x, 2.2),
        Wrong(RULE, "the rule of eˣ: xⁿ log x", lambda x, y, o: y * math.log(x), 2.4),
        Wrong(FUNCTION, "xⁿ for n xⁿ⁻¹", lambda x, y, o: y),
        Wrong(FORGOTTEN, "xⁿ⁻¹, n is left", lambda x, y, o: o, 2.2),
    ),
    ("power", 1): (
        Wrong(RULE, "the power rule x aˣ⁻¹ for aˣ ln a", lambda x, y, o: x * y / o, 1.8),
        Wrong(RULE, "divided by ln a, not multiplied", lambda x, y, o: y / math.log(o)),
        Wrong(RULE, "ln x for ln a", lambda x, y, o: y * math.log(x), 2.5),
    ),
    ("sin", 0): (
        Wrong(FUNCTION, "sin x for cos x", lambda x, y, o: y),
        Wrong(SIGN, "−cos x for cos x", lambda x, y, o: -math.cos(x), 1.2),
        Wrong(INTEGRAL, "−cos x for cos x", lambda x, y, o: -math.cos(x), 2.6),
        Wrong(RULE, "−sin x for cos x", lambda x, y, o: -y, 2.2),
        Wrong("degrees for radians", "cos x° for cos x", lambda x, y, o: math.cos(math.radians(x))),
    ),
    ("cos", 0): (
        Wrong(SIGN, "sin x for −sin x", lambda x, y, o: math.sin(x), 1.2),
        Wrong(FUNCTION, "cos x for −sin x", lambda x, y, o: y),
        Wrong(INTEGRAL, "sin x for −sin x", lambda x, y, o: math.sin(x), 2.6),
        Wrong(RULE, "−cos x for −sin x", lambda x, y, o: -y, 2.4),
        Wrong("degrees for radians", "sin x° for sin x",
              lambda x, y, o: -math.sin(math.radians(x))),
    ),
    ("tan", 0): (
        Wrong(RULE, "1 − y² for 1 + y²", lambda x, y, o: 1.0 - y * y),
        Wrong(RULE, "y² for 1 + y²", lambda x, y, o: y * y),
        Wrong(RULE, "1/cos x for 1/cos² x", lambda x, y, o: 1.0 / math.cos(x)),
        Wrong(RULE, "cos² x for 1/cos² x", lambda x, y, o: math.cos(x) ** 2),
        Wrong(RULE, "1/tan x for 1/cos² x", lambda x, y, o: 1.0 / y, 3.0),
        Wrong(FUNCTION, "tan x for 1/cos² x", lambda x, y, o: y),
        Wrong(INTEGRAL, "−log cos x for 1/cos² x", lambda x, y, o: -math.log(math.cos(x))),
        Wrong("degrees for radians", "at x°",
              lambda x, y, o: 1.0 + math.tan(math.radians(x)) ** 2),
    ),
    ("absolute", 0): (
        Wrong(SIGN, "", lambda x, y, o: -math.copysign(1.0, x), 1.2),
        Wrong(RULE, "1 whatever the sign", lambda x, y, o: 1.0, 1.8),
        Wrong(RULE, "0 for the sign", lambda x, y, o: 0.0, 2.2),
    ),
    ("softplus", 0): (
        Wrong(RULE, "σ (1 − σ) for σ", lambda x, y, o: logistic(x) * logistic(-x)),
        Wrong(RULE, "1 − σ for σ", lambda x, y, o: logistic(-x)),
        Wrong(RULE, "1/(1 + eˣ), the inner derivative eˣ forgotten", lambda x, y, o: logistic(-x)),
        Wrong(FUNCTION, "softplus(x) for σ(x)", lambda x, y, o: y),
    ),
    ("log1p", 0): (
        Wrong(RULE, "1/x for 1/(1 + x)", lambda x, y, o: 1.0 / x),
        Wrong(FUNCTION, "log(1 + x) for 1/(1 + x)", lambda x, y, o: y),
    ),
    ("expm1", 0): (
        Wrong(FUNCTION, "eˣ − 1 for eˣ", lambda x, y, o: y),
    ),
    ("silu", 0): (
        Wrong("a path forgotten", "σ for σ + x σ (1 − σ)", lambda x, y, o: logistic(x), 1.8),
        Wrong("a path forgotten", "x σ (1 − σ) for σ + x σ (1 − σ)",
              lambda x, y, o: x * logistic(x) * logistic(-x), 1.8),
        Wrong("the product of the derivatives for that of the product", "1 · σ (1 − σ)",
              lambda x, y, o: logistic(x) * logistic(-x), 1.9),
        Wrong(RULE, "σ + y (1 − y) for σ + y (1 − σ)",
              lambda x, y, o: logistic(x) + y * (1.0 - y), 2.2),
        Wrong(FUNCTION, "x σ for its derivative", lambda x, y, o: y),
    ),
    ("gelu", 0): (
        Wrong("a path forgotten", "Φ for Φ + x φ", lambda x, y, o: 0.5 * math.erfc(-x / 2**0.5)),
        Wrong("a path forgotten", "x φ for Φ + x φ", lambda x, y, o: x * _normal(x)),
        Wrong("the product of the derivatives for that of the product", "1 · φ",
              lambda x, y, o: _normal(x)),
    ),
    ("elu", 0): (
        Wrong(RULE, "the other branch: 1 for eˣ", lambda x, y, o: 1.0),
        Wrong(RULE, "y, without the α", lambda x, y, o: y),
    ),
    ("erf", 0): (
        Wrong(RULE, "e^−x²/√π", lambda x, y, o: math.exp(-x * x) / math.sqrt(math.pi)),
    ),
    ("sinh", 0): (
        Wrong(SIGN, "−cosh x for cosh x", lambda x, y, o: -math.cosh(x), 1.2),
        Wrong(FUNCTION, "sinh x for cosh x", lambda x, y, o: y),
    ),
    ("cosh", 0): (
        Wrong(SIGN, "−sinh x for sinh x", lambda x, y, o: -math.sinh(x), 1.2),
        Wrong(FUNCTION, "cosh x for sinh x", lambda x, y, o: y),
    ),
    ("asin", 0): (
        Wrong(RULE, "1/(1 − x²), without the root", lambda x, y, o: 1.0 / (1.0 - x * x)),
        Wrong(RULE, "1/√(1 + x²)", lambda x, y, o: 1.0 / math.sqrt(1.0 + x * x)),
        Wrong(RULE, "1/sin for the inverse of sin", lambda x, y, o: 1.0 / math.cos(x), 2.4),
    ),
    ("acos", 0): (
        Wrong(RULE, "−1/(1 − x²), without the root", lambda x, y, o: -1.0 / (1.0 - x * x)),
    ),
    ("atan", 0): (
        Wrong(RULE, "1/(1 − x²) for 1/(1 + x²)", lambda x, y, o: 1.0 / (1.0 - x * x)),
        Wrong(RULE, "1/√(1 + x²) for 1/(1 + x²)", lambda x, y, o: 1.0 / math.sqrt(1.0 + x * x)),
        Wrong(RULE, "1 + tan² x for 1/(1 + x²)", lambda x, y, o: 1.0 + math.tan(x) ** 2, 2.4),
    ),
    **{
        (kind, slot): (
            Wrong(f"the gradient of {kind} to the wrong input", "",
                  lambda x, y, o: float(x != y) + 0.0, 1.5),
            Wrong(RULE, f"the gradient of {kind} to both inputs", lambda x, y, o: 1.0, 2.0),
            Wrong(RULE, f"½ to each input of {kind}", lambda x, y, o: 0.5, 2.2),
        )
        for kind in ("maximum", "minimum")
        for slot in (0, 1)
    },
    ("hypot", 0): (
        Wrong(FORGOTTEN, "1/y of x/y", lambda x, y, o: x),
        Wrong(RULE, "1/(2y), the inner derivative 2x forgotten", lambda x, y, o: 0.5 / y),
        Wrong(RULE, "x/y² for x/y, as if without the root", lambda x, y, o: x / (y * y)),
        Wrong(RULE, "2x/y, the ½ of the root forgotten", lambda x, y, o: 2.0 * x / y),
    ),
}  # fmt: skip
WRONG["hypot", 1] = WRONG["hypot", 0]

# Functions that are taken for each other; between others it is a coincidence, told last.
ALIKE = [
    *({"sigmoid", "tanh"}, {"sin", "cos"}, {"exp", "log"}, {"softplus", "sigmoid"}),
    *({"sinh", "cosh"}, {"sqrt", "reciprocal"}, {"tan", "tanh"}, {"asin", "acos"}),
    *({"log", "reciprocal"}, {"log", "log2"}, {"log", "log10"}, {"expm1", "exp"}),
    *({"relu", "softplus"}, {"silu", "sigmoid"}),
    *({"atan", "tan"}, {"sin", "tan"}, {"cos", "tan"}, {"log1p", "log"}, {"exp", "sqrt"}),
]


def _silu_slope(x: float) -> float:
    s = logistic(x)
    return s + x * s * logistic(-x)


def _normal(x: float) -> float:
    return math.exp(-0.5 * x * x) / math.sqrt(math.tau)
