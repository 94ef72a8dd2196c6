"""Functions of numbers and Values: primitives by name, composites made of them, sums, products.

Each takes Values or plain numbers (numbers in, numbers out) in lists, tuples or arrays.  Invariant:
a composite is nothing but primitives, recorded inside a scope of its name; it fails only where its
true value does not fit a float.  Where two forms are needed for that, the docstring says which is
taken when.  Kinks: relu'(0) = abs'(0) = 0, ties of maximum and minimum share 1/2 and 1/2.
"""

import math
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from autograd.core import elementary, primitives
from autograd.core.context import composite, current
from autograd.core.nested import (
    ROWS,
    build,
    elementwise,
    is_array,
    is_nested,
    items,
    peek,
    scalar,
)
from autograd.core.node import describe, only_here
from autograd.core.primitives import Primitive
from autograd.core.value import Value

# The one list: what is public as `ag.NAME`, known to expressions, and, where it maps each number
# to one, an activation by name.
__all__ = ["absolute", "exp", "expm1", "log", "log1p", "log2", "log10", "maximum", "minimum"]
__all__ += ["acos", "asin", "atan", "atan2", "cos", "degrees", "hypot", "radians", "sin", "tan"]
__all__ += ["acosh", "asinh", "atanh", "cosh", "erf", "erfc", "power", "reciprocal", "sinh", "sqrt"]
__all__ += ["tanh"]
__all__ += ["elu", "gelu", "identity", "leaky_relu", "prelu", "relu", "relu6", "sigmoid", "silu"]
__all__ += ["softplus"]
__all__ += ["affine", "dot", "log_softmax", "logsumexp", "matmul", "mean", "norm", "softmax", "sum"]


# The primitives that composites are made of.  `_exp.of(x)` is `exp(x)` in fewer steps.
_absolute, _exp, _log, _mul = primitives.absolute, primitives.exp, primitives.log, primitives.mul
_maximum, _reciprocal = primitives.maximum, primitives.reciprocal
_relu, _sign, _negative_part = primitives.relu, primitives.sign, elementary.negative_part
_erfc, _expm1, _hypot = elementary.erfc, elementary.expm1, elementary.hypot
_logaddexp = elementary.logaddexp


def as_function(primitive: Primitive, doc: str) -> Callable[..., Any]:
    """The primitive as a public function: over nested structures, its arguments checked."""

    def unary(x: Any, /) -> Any:
        return primitive.of(x)

    def binary(a: Any, b: Any, /) -> Any:
        return primitive.of(a, b)

    function: Any = unary if len(primitive.partials) == 1 else binary
    function.__name__ = function.__qualname__ = primitive.name
    function.__doc__ = doc
    return elementwise(len(primitive.partials))(function)


exp = as_function(primitives.exp, "e to the power x.  OverflowError above 709.78.")
log = as_function(primitives.log, "The natural logarithm of x.  ValueError for x <= 0.")
log2 = as_function(elementary.log2, "The logarithm to base 2.  ValueError for x <= 0.")
log10 = as_function(elementary.log10, "The logarithm to base 10.  ValueError for x <= 0.")
expm1 = as_function(elementary.expm1, "exp(x) - 1, exact near 0.  OverflowError above 709.78.")
log1p = as_function(elementary.log1p, "log(1 + x), exact near 0.  ValueError for x <= -1.")
sqrt = as_function(
    primitives.sqrt, "The square root.  ValueError for x < 0; at 0 it has no finite derivative."
)
sin = as_function(elementary.sin, "The sine of x in radians.")
cos = as_function(elementary.cos, "The cosine of x in radians.")
tan = as_function(elementary.tan, "The tangent of x in radians.")
asin = as_function(elementary.asin, "The angle of the sine x, in radians.  ValueError if |x| > 1.")
acos = as_function(
    elementary.acos, "The angle of the cosine x, in radians.  ValueError if |x| > 1."
)
atan = as_function(elementary.atan, "The angle of the tangent x, in radians, from -π/2 to π/2.")
atan2 = as_function(
    elementary.atan2,
    "The angle of the point (b, a) seen from (0, 0), in radians, from -π to π: atan(a/b) in the\n"
    "right quadrant.  At (0, 0) it is 0, and has no derivative.",
)
sinh = as_function(
    elementary.sinh, "(eˣ - e⁻ˣ) / 2, the hyperbolic sine.  OverflowError from 710.48."
)
cosh = as_function(
    elementary.cosh, "(eˣ + e⁻ˣ) / 2, the hyperbolic cosine.  OverflowError from 710.48."
)
tanh = as_function(elementary.tanh, "The hyperbolic tangent, (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ).")
asinh = as_function(elementary.asinh, "The inverse of sinh.")
acosh = as_function(elementary.acosh, "The inverse of cosh.  ValueError for x < 1.")
atanh = as_function(elementary.atanh, "The inverse of tanh.  ValueError unless -1 < x < 1.")
erf = as_function(
    elementary.erf, "The error function, 2/√π times the integral of exp(-t²) from 0 to x."
)
erfc = as_function(elementary.erfc, "1 - erf(x), exact also where it is tiny.")
hypot = as_function(
    elementary.hypot, "√(a² + b²), without overflow on the way.  At (0, 0) both derivatives are 0."
)
reciprocal = as_function(primitives.reciprocal, "1 / x.  ZeroDivisionError at 0.")
power = as_function(
    elementary.power,
    "a to the power b; 0**0 is 1, with gradient 0.  ValueError for a < 0 and b not whole,\n"
    "ZeroDivisionError for a = 0 and b < 0.",
)
maximum = as_function(primitives.maximum, "The larger of a and b.  At a tie each gets 1/2.")
minimum = as_function(primitives.minimum, "The smaller of a and b.  At a tie each gets 1/2.")
absolute = as_function(primitives.absolute, "|x|, with derivative 0 at 0.")
identity = as_function(primitives.identity, "x itself, as a node of its own.")


@elementwise(1)
@composite("degrees", "180 x / π")
def degrees(x: Any) -> Any:
    """An angle in radians, in degrees.

    >>> degrees([0.0, math.pi])
    [0.0, 180.0]
    """
    return _mul.of(x, math.degrees(1.0))


@elementwise(1)
@composite("radians", "π x / 180")
def radians(x: Any) -> Any:
    """An angle in degrees, in radians.

    >>> radians(180) == math.pi
    True
    """
    return _mul.of(x, math.radians(1.0))


# --- activations ---


def option(name: str, x: Any) -> Any:
    """A checked number; the error names the option that it was given as."""
    try:
        return scalar(x)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None


@elementwise(1)
@composite("sigmoid", "σ(x) = 1 / (1 + e⁻ˣ)", "y (1 − y)")
def sigmoid(x: Any) -> Any:
    """The logistic function, taken apart as in the textbook: ×(−1), exp, +1, 1/x.

    That form is exact, in value and gradient, while e⁻ˣ and the square of y fit a float: for
    x > -354.  Below, eˣ × 1/(1 + eˣ) is recorded instead; it never overflows.

    >>> sigmoid(1.0)
    0.7310585786300049
    """
    if x > -354.0:
        return _reciprocal.of(_exp.of(-x) + 1.0)
    e = _exp.of(x)
    return e * _reciprocal.of(e + 1.0)


@elementwise(1)
def relu(x: Any, at_zero: Any = 0.0) -> Any:
    """max(x, 0), with the derivative `at_zero` at 0.

    >>> relu([10.0, -5.0])
    [10.0, 0.0]
    """
    at_zero = option("relu: at_zero", at_zero)
    if type(at_zero) is not Value and at_zero == 0.0:
        return _relu.of(x)
    return _relu_from(at_zero, x)


@composite("relu", "max(x, 0)")
def _relu_from(at_zero: Any, x: Any) -> Any:
    s = _sign.of(x)
    return x * (_relu.of(s) + at_zero * (1.0 - _absolute.of(s)))


@elementwise(1)
@composite("leaky_relu", "x if x > 0 else slope · x")
def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """x above 0, slope * x at 0 and below; there the derivative is `slope`.

    Recorded as max(x, 0) + slope min(x, 0), which has derivative 1 at 0: nothing cancels.

    >>> leaky_relu(-2.0, slope=0.1)
    -0.2
    """
    return _leaky("leaky_relu", x, option("leaky_relu: slope", slope))


@elementwise(2)
@composite("prelu", "x if x > 0 else a · x")
def prelu(x: Any, a: Any) -> Any:
    """Leaky ReLU whose slope `a` is learned: pass a Value and it gets a gradient.

    He, Zhang, Ren, Sun (2015).

    >>> prelu(-2.0, 0.25)
    -0.5
    """
    return _leaky("prelu", x, a)


def _leaky(name: str, x: Any, slope: Any) -> Any:
    y = _relu.of(x) + slope * _negative_part.of(x)
    return checked(y, name, [x, slope])


@elementwise(1)
@composite("relu6", "min(max(x, 0), 6)")
def relu6(x: Any) -> Any:
    """min(max(x, 0), 6), with derivative 0 at 0 and at 6.

    Recorded as h relu(x) + 6 (1 - h), where h is 1 below 6 and 0 from 6 on.

    >>> relu6([-1.0, 2.0, 8.0])
    [0.0, 2.0, 6.0]
    """
    inside = _relu.of(_sign.of(6.0 - x))
    return _relu.of(x) * inside + 6.0 * (1.0 - inside)


@elementwise(1)
@composite("softplus", "log(1 + eˣ)", "σ(x)")
def softplus(x: Any) -> Any:
    """log(1 + eˣ), recorded as logaddexp(x, 0), which neither overflows nor cancels.

    >>> softplus([0.0, 1000.0])
    [0.6931471805599453, 1000.0]
    """
    return _logaddexp.of(x, 0.0)


@elementwise(1)
@composite("elu", "x if x > 0 else α (eˣ − 1)")
def elu(x: Any, alpha: float = 1.0) -> Any:
    """x above 0, alpha (eˣ - 1) at 0 and below; there the derivative is alpha eˣ.

    Recorded as max(x, 0) + alpha expm1(min(x, 0)).  Clevert, Unterthiner, Hochreiter (2015).

    >>> elu(-1.0)
    -0.6321205588285577
    """
    below_zero = _expm1.of(_negative_part.of(x))
    return _relu.of(x) + option("elu: alpha", alpha) * below_zero


@elementwise(1)
@composite("gelu", "x Φ(x)")
def gelu(x: Any) -> Any:
    """x Φ(x), with Φ the normal distribution function, exactly: x/2 erfc(-x/√2).

    erfc and not 1 + erf, which cancels for negative x.  Hendrycks, Gimpel (2016).

    >>> round(gelu(1.0), 12)
    0.841344746069
    """
    return (0.5 * x) * _erfc.of(x * -math.sqrt(0.5))


@elementwise(1)
@composite("silu", "x σ(x)")
def silu(x: Any) -> Any:
    """x sigmoid(x), also called swish.

    >>> silu(1.0)
    0.7310585786300049
    """
    return x * sigmoid(x)


# --- sums and products ---


def sum_of(terms: list[Any], divisor: float = 1.0) -> Any:
    """The sum of the terms, divided; scaled down and up again where a part of it overflows.

    OverflowError, naming the composite that is open and the terms, where it does not fit a float.
    """
    try:
        total = _added(terms, 0, len(terms))
        fits = math.isfinite(peek(total))
    except OverflowError:
        fits = False
    if fits:
        return total if divisor == 1.0 else _over(total, divisor, terms)
    only_here()
    scale = 2.0 ** -len(terms).bit_length()
    return _over(_added([x * scale for x in terms], 0, len(terms)), scale * divisor, terms)


def _over(total: Any, scale: float, operands: list[Any]) -> Any:
    """total / scale.  OverflowError, naming the open composite, where that is too large."""
    if not math.isfinite(peek(total) / scale):
        checked(math.inf, getattr(current().scope, "name", "sum"), operands)
    return total / scale


def _added(terms: list[Any], start: int, stop: int) -> Any:
    """The terms from start to stop added: up to eight from left to right, more in two halves.

    So thousands of terms make a graph of small depth, and the rounding error grows with the
    logarithm of their number: Higham (1993).
    """
    if stop - start > 8:
        half = start + (stop - start) // 2
        return _added(terms, start, half) + _added(terms, half, stop)
    total = terms[start]
    for i in range(start + 1, stop):
        total = total + terms[i]
    return total


def checked(x: Any, name: str, operands: list[Any]) -> Any:
    """x; OverflowError, naming the function and its operands, if it is a number that is not finite.

    A Value is finite: the operation that failed to make one has named itself.
    """
    if type(x) is not Value and not math.isfinite(x):
        listed = ", ".join(map(_told, operands[:6])) + (", ..." if len(operands) > 6 else "")
        raise OverflowError(f"{name}({listed}) is too large for a float")
    return x


def _told(x: Any) -> str:
    if isinstance(x, list):
        return f"[{', '.join(map(_told, x))}]"
    return describe(x) if type(x) is Value else str(x)


def _terms(xs: Any) -> list[Any]:
    """The elements of a nested structure, or of any iterable, as checked numbers and Values."""
    if type(xs) is list and all([type(x) is Value for x in xs]):  # most are
        return xs[:]
    many = isinstance(xs, Iterable) and not is_nested(xs) and getattr(xs, "shape", None) != ()
    elements = items(list(xs) if many else xs, ROWS)
    return [x if type(x) is Value else scalar(x) for x in elements]


def sum(xs: Any, start: Any = 0.0) -> Any:  # the name that NumPy's users expect
    """The sum of all elements of a nested structure or an iterable, and of `start`.

    >>> sum([[1, 2], [3, 4]])
    10.0
    """
    terms = _terms(xs)
    if type(start) is Value or start != 0.0:
        terms.insert(0, scalar(start))
    return _sum(terms) if terms else 0.0


_sum = composite("sum", "Σ xᵢ")(sum_of)


def mean(xs: Any) -> Any:
    """The mean of all elements of a nested structure or an iterable.  ValueError if there are none.

    >>> mean([1, 2, 6])
    3.0
    """
    terms = _terms(xs)
    if not terms:
        raise ValueError("the mean of no elements")
    return _mean(terms)


def mean_of(terms: list[Any]) -> Any:
    """The mean of checked terms, of which there is one at least, in the scope that is open."""
    return sum_of(terms, float(len(terms)))


_mean = composite("mean", "Σ xᵢ / n")(mean_of)


def norm(xs: Any) -> Any:
    """The length of a vector, √ Σ xᵢ², over all elements of a nested structure or an iterable.

    Composed of hypot by twos, so that no square overflows.  Where it is 0 its gradient is 0.

    >>> norm([3, 4]), norm([1e200, 1e200])
    (5.0, 1.414213562373095e+200)
    """
    return _norm(_terms(xs))


@composite("norm", "√ Σ xᵢ²")
def _norm(terms: list[Any]) -> Any:
    if len(terms) < 2:
        return _absolute.of(terms[0]) if terms else 0.0
    return _by_twos(_hypot, terms)


def dot(a: Any, b: Any) -> Any:
    """The inner product of two sequences.  ValueError if their lengths differ.

    >>> dot([1, 2], [3, 4])
    11.0
    """
    for x in (a, b):
        if not isinstance(x, Iterable):
            write = "two numbers are multiplied by a * b"
            raise TypeError(f"dot of {x!r:.60}: expected two rows of numbers; {write}")
    a, b = [scalar(x) for x in a], [scalar(x) for x in b]
    if len(a) != len(b):
        raise ValueError(f"dot of {len(a)} numbers with {len(b)}")
    return _dot(a, b) if a else 0.0


@composite("dot", "Σ aᵢ bᵢ")
def _dot(a: list[Any], b: list[Any]) -> Any:
    try:
        return sum_of([x * y for x, y in zip(a, b, strict=True)])
    except OverflowError:  # of a product or of their sum, which may cancel or fit all the same
        only_here()
    sizes = [math.frexp(peek(x))[1] + math.frexp(peek(y))[1] for x, y in zip(a, b, strict=True)]
    scale = 2.0 ** -((max(sizes) + len(a).bit_length()) // 2 - 508)
    products = [(x * scale) * (y * scale) for x, y in zip(a, b, strict=True)]
    total = _added(products, 0, len(products))
    return _over(_over(total, scale, [a, b]), scale, [a, b])


def matmul(a: Any, b: Any) -> Any:
    """The matrix product of rows, as `a @ b` in NumPy: either may be a vector.

    Raises ValueError where the inner lengths differ, and for what has no rows.

    >>> matmul([[1, 2]], [[3], [4]])
    [[11.0]]
    """
    for x in (a, b):
        if not is_nested(x) or len(x) == 0:
            write = "" if is_nested(x) else "; two numbers are multiplied by a * b"
            raise ValueError(f"matmul of {x!r:.60}: expected a row or rows of numbers{write}")
        if is_nested(x[0]) and any(not is_nested(row) or len(row) != len(x[0]) for row in x):
            raise ValueError(f"matmul: the rows of a matrix have different lengths: {x!r:.60}")
    rows = a if is_nested(a[0]) else [a]
    columns = list(zip(*b, strict=True)) if is_nested(b[0]) else [b]
    if len(rows[0]) != len(b):
        raise ValueError(f"matmul of rows of {len(rows[0])} numbers with a matrix of {len(b)} rows")
    product: Any = [[dot(row, column) for column in columns] for row in rows]
    if not is_nested(b[0]):
        product = [row[0] for row in product]
    if not is_nested(a[0]):
        product = product[0]
    if not is_nested(product):
        return product
    return build(a if is_array(a) else b if is_array(b) else [], product)


@composite("affine", "x W + b")
def affine(x: Any, W: Any, b: Any) -> Any:
    """x W + b, for one row x or a batch of rows; b is added to each row.

    Raises ValueError where the lengths do not fit.

    >>> affine([1.0, 0.5], [[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]], [0.1, 0.2, 0.3])
    [0.30000000000000004, 0.7, 1.1]
    """
    product = matmul(x, W)
    rows = product if is_nested(x[0]) else [product]
    if len(rows[0]) != len(b):
        raise ValueError(f"affine: {len(rows[0])} columns in W, but {len(b)} numbers in b")
    sums = [
        build(row, [checked(y + scalar(c), "add", [y, c]) for y, c in zip(row, b, strict=True)])
        for row in rows
    ]
    return build(product, sums) if is_nested(x[0]) else sums[0]


# --- over the last axis ---


def rowwise(function: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
    """Decorator: function of one row of numbers becomes one over the last axis of any nesting."""

    @wraps(function)
    def over(xs: Any) -> Any:
        if not is_nested(xs) or len(xs) == 0:
            raise ValueError(f"{function.__name__} needs a row of at least one number, not {xs!r}")
        if is_nested(xs[0]):
            return build(xs, [over(row) for row in xs])
        result = function([x if type(x) is Value else scalar(x) for x in xs])
        return build(xs, result) if isinstance(result, list) else result

    return over


def _by_twos(function: Primitive, xs: list[Any]) -> Any:
    """A function of two numbers over many, as a tree."""
    while len(xs) > 1:
        whole = len(xs) // 2 * 2
        xs = [function.of(xs[i], xs[i + 1]) for i in range(0, whole, 2)] + xs[whole:]
    return xs[0]


def below(xs: list[Any], m: Any) -> list[Any]:
    """x - m for each x, to be an argument of exp; halved where it overflows, as exp is 0 anyway."""
    minus = -m
    try:
        return [checked(x + minus, "add", xs) for x in xs]
    except OverflowError:
        only_here()
    lower = -peek(m)
    return [x + minus if peek(x) + lower > -math.inf else 0.5 * x + 0.5 * minus for x in xs]


@rowwise
@composite("softmax", "eˣⁱ / Σ eˣᵏ")
def softmax(xs: list[Any]) -> Any:
    """exp(x_i) / sum of exp(x_k), over the last axis: positive numbers that add up to 1.

    The maximum is subtracted first, so that no exp overflows; it is recorded, not detached: the
    path through it cancels the rounding errors.

    >>> softmax([1.0, 1.0])
    [0.5, 0.5]
    """
    exps = [_exp.of(z) for z in below(xs, _by_twos(_maximum, xs))]
    scale = _reciprocal.of(sum_of(exps))
    return [e * scale for e in exps]


@rowwise
@composite("log_softmax", "xᵢ − log Σ eˣᵏ")
def log_softmax(xs: list[Any]) -> Any:
    """log(softmax(x)), over the last axis, right also where softmax(x) is 0 in floats.

    >>> log_softmax([0.0, -1000.0])
    [0.0, -1000.0]
    """
    minus = -_by_twos(_maximum, xs)
    shifted = [x + minus for x in xs]
    rest = _log.of(sum_of([_exp.of(z) for z in shifted]))
    return [checked(z - rest, "log_softmax", xs) for z in shifted]


def log_of_sum(xs: list[Any]) -> tuple[Any, Any]:
    """The largest x, and what is to be added to it for the log of the sum of exp(x)."""
    m = _by_twos(_maximum, xs)
    return m, _log.of(sum_of([_exp.of(z) for z in below(xs, m)]))


@rowwise
@composite("logsumexp", "log Σ eˣᵏ")
def logsumexp(xs: list[Any]) -> Any:
    """log(sum of exp(x_k)), over the last axis, without overflow.

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    m, rest = log_of_sum(xs)
    return m + rest
