"""How exact each function is: value and gradient against 50 digits, over its whole domain.

Run: python benchmarks/accuracy.py [points for each function].  Needs mpmath.  For each function the
largest error of the value in ulp (units in the last place) and of the gradient, relative, with the
points where they are met.  Left out are numbers below 1e-300, which have fewer digits, and the
neighbourhood of a zero of a gradient that is a difference (silu, gelu).  Functions of rows follow,
over rows of 2 to 8 numbers of all sizes: there an error is counted in ulp of the largest term that
is added.
"""

import math
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import mpmath

import autograd as ag

mp = mpmath.mp.clone()
mp.dps = 50
TINY, HUGE = 1e-300, 1e300


def logistic(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def erfc(x: Any) -> Any:
    return mp.erfc(x) if abs(x) < 1000 else mp.mpf(2 if x < 0 else 0)


def normal(x: Any) -> Any:
    return erfc(-x / mp.sqrt(2)) / 2


def bell(x: Any) -> Any:
    return 2 / mp.sqrt(mp.pi) * mp.exp(-(min(abs(x), 1000) ** 2))


def log(base: int) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    return lambda x: mp.log(x) / mp.log(base), lambda x: 1 / (x * mp.log(base))


# Value and derivatives, in as many digits as `measure` has set.
TABLE: dict[str, tuple[Callable[..., Any], ...]] = {
    "exp": (mp.exp, mp.exp),
    "expm1": (mp.expm1, mp.exp),
    "log": (mp.log, lambda x: 1 / x),
    "log2": log(2),
    "log10": log(10),
    "log1p": (mp.log1p, lambda x: 1 / (1 + x)),
    "sqrt": (mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x))),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2),
    "sin": (mp.sin, mp.cos),
    "cos": (mp.cos, lambda x: -mp.sin(x)),
    "tan": (mp.tan, lambda x: 1 + mp.tan(x) ** 2),
    "asin": (mp.asin, lambda x: 1 / mp.sqrt((1 - x) * (1 + x))),
    "acos": (mp.acos, lambda x: -1 / mp.sqrt((1 - x) * (1 + x))),
    "atan": (mp.atan, lambda x: 1 / (1 + x * x)),
    "sinh": (mp.sinh, mp.cosh),
    "cosh": (mp.cosh, mp.sinh),
    "tanh": (mp.tanh, lambda x: mp.sech(x) ** 2),
    "asinh": (mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x)),
    "acosh": (mp.acosh, lambda x: 1 / mp.sqrt((x - 1) * (x + 1))),
    "atanh": (mp.atanh, lambda x: 1 / ((1 - x) * (1 + x))),
    "erf": (lambda x: mp.erf(x) if abs(x) < 1000 else mp.sign(x), bell),
    "erfc": (erfc, lambda x: -bell(x)),
    "degrees": (lambda x: x * 180 / mp.pi, lambda x: 180 / mp.pi),
    "radians": (lambda x: x * mp.pi / 180, lambda x: mp.pi / 180),
    "sigmoid": (logistic, lambda x: logistic(x) * logistic(-x)),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), logistic),
    "elu": (lambda x: x if x > 0 else mp.expm1(x), lambda x: mp.mpf(1) if x > 0 else mp.exp(x)),
    "silu": (lambda x: x * logistic(x), lambda x: logistic(x) * (1 + x * logistic(-x))),
    "gelu": (
        lambda x: x * normal(x),
        lambda x: normal(x) + x * bell(x / mp.sqrt(2)) / (2 * mp.sqrt(2)),
    ),
    "hypot": (mp.hypot, lambda a, b: a / mp.hypot(a, b), lambda a, b: b / mp.hypot(a, b)),
    "atan2": (mp.atan2, lambda a, b: b / (a * a + b * b), lambda a, b: -a / (a * a + b * b)),
    "power": (
        lambda a, b: a**b,
        lambda a, b: b * a ** (b - 1),
        lambda a, b: a**b * mp.log(a),
    ),
}


def scores(xs: Any, k: int = 0) -> tuple[Any, list[Any], Any]:
    """-log softmax(x)_k, its gradient, and the largest term: a difference of scores."""
    m = max(xs)
    total = mp.fsum(mp.exp(x - m) for x in xs)
    soft = [mp.exp(x - m) / total for x in xs]
    value = mp.log1p(mp.fsum(mp.exp(x - xs[k]) for i, x in enumerate(xs) if i != k))
    gradient = [
        p if i != k else -mp.fsum(q for j, q in enumerate(soft) if j != k)
        for i, p in enumerate(soft)
    ]
    return value, gradient, max(abs(x - xs[k]) for x in xs)


def logsumexp(xs: Any) -> tuple[Any, list[Any], Any]:
    m = max(xs)
    total = mp.fsum(mp.exp(x - m) for x in xs)
    return m + mp.log(total), [mp.exp(x - m) / total for x in xs], max(map(abs, xs))


def norm(xs: Any) -> tuple[Any, list[Any], Any]:
    y = mp.sqrt(mp.fsum(x * x for x in xs))
    return y, [x / y for x in xs], y


def hinge(xs: Any) -> tuple[Any, list[Any], Any]:
    n = len(xs)
    on = [x < 1 for x in xs]
    terms = [(1 - x) / n if o else mp.mpf(0) for x, o in zip(xs, on, strict=True)]
    return mp.fsum(terms), [mp.mpf(-1) / n if o else mp.mpf(0) for o in on], max(1, *map(abs, xs))


def sigmoid_cross_entropy(xs: Any) -> tuple[Any, list[Any], Any]:
    n = len(xs)
    terms = [mp.log1p(mp.exp(-x)) / n for x in xs]
    return mp.fsum(terms), [-logistic(-x) / n for x in xs], max(terms)


def squares(divisor: Callable[[int], int]) -> Callable[[Any], tuple[Any, list[Any], Any]]:
    def of(xs: Any) -> tuple[Any, list[Any], Any]:
        d = divisor(len(xs))
        terms = [x * x / d for x in xs]
        return mp.fsum(terms), [2 * x / d for x in xs], max(terms)

    return of


def added(divisor: Callable[[int], int]) -> Callable[[Any], tuple[Any, list[Any], Any]]:
    def of(xs: Any) -> tuple[Any, list[Any], Any]:
        d = divisor(len(xs))
        return mp.fsum(xs) / d, [mp.mpf(1) / d] * len(xs), max(map(abs, xs)) / d

    return of


# A function of a row, and what it is in 50 digits: value, gradient, largest term.
ROWS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], tuple[Any, list[Any], Any]]]] = {
    "sum": (ag.sum, added(lambda n: 1)),
    "mean": (ag.mean, added(lambda n: n)),
    "dot": (lambda xs: ag.dot(xs, xs), squares(lambda n: 1)),
    "norm": (ag.norm, norm),
    "logsumexp": (ag.logsumexp, logsumexp),
    "log_softmax": (lambda xs: -ag.log_softmax(xs)[0], scores),
    "softmax_cross_entropy": (lambda xs: ag.softmax_cross_entropy(xs, 0), scores),
    "sigmoid_cross_entropy": (
        lambda xs: ag.sigmoid_cross_entropy(xs, [1] * len(xs)),
        sigmoid_cross_entropy,
    ),
    "hinge": (lambda xs: ag.hinge(xs, [1] * len(xs)), hinge),
    "sum_of_squares_error": (
        lambda xs: ag.sum_of_squares_error(xs, [0.0] * len(xs)),
        squares(lambda n: 2),
    ),
    "mean_squared_error": (
        lambda xs: ag.mean_squared_error(xs, [0.0] * len(xs)),
        squares(lambda n: n),
    ),
}
ZEROS = {"silu": -1.2784645427610738, "gelu": -0.7517915241935646}  # of the gradient


class Row(NamedTuple):
    """The largest errors and where: of the value in ulp, of the gradient relative."""

    name: str
    points: int
    ulp: float
    ulp_at: tuple[float, ...]
    gradient: float
    gradient_at: tuple[float, ...]


def numbers(rng: random.Random) -> float:
    kind = rng.randrange(4)
    if kind == 0:
        return rng.uniform(-750.0, 750.0)
    if kind == 1:
        return rng.choice((-1.0, 1.0)) * (1.0 + rng.choice((-1, 1)) * 10 ** rng.uniform(-16, 0))
    scale = rng.uniform(-35, 3) if kind == 2 else rng.uniform(-300, 300)
    return float(rng.choice((-1, 1)) * 10**scale)


def defined(name: str, at: tuple[float, ...]) -> Iterator[tuple[float, list[float]]]:
    """Value and gradient, where the function has them."""
    places = tuple(range(len(at)))
    try:
        y, slopes = ag.value_and_grad(getattr(ag, name), argnums=places)(*at)
    except (ValueError, ArithmeticError):
        return
    yield y, list(slopes)


def measure(name: str, points: int = 2000) -> Row:
    """The largest errors at so many random points."""
    exact, *slopes = TABLE[name]
    rng = random.Random(name)
    count, worst, steepest = 0, (0.0, (0.0,)), (0.0, (0.0,))
    for _ in range(points):
        at = tuple(numbers(rng) for _ in slopes)
        for y, found in defined(name, at):
            count += 1
            wide = [mp.mpf(x) for x in at]
            with mp.workdps(700 if max(map(abs, at)) > 1e6 or min(map(abs, at)) < 1e-20 else 50):
                want = exact(*wide)
                wanted = [slope(*wide) for slope in slopes]
            if TINY < abs(want) < HUGE:
                worst = max(worst, (float(abs(y - want) / math.ulp(float(want))), at))
            for got, d in zip(found, wanted, strict=True):
                far = name not in ZEROS or abs(at[0] - ZEROS[name]) > 0.1
                if TINY < abs(d) < HUGE and far:
                    steepest = max(steepest, (float(abs((got - d) / d)), at))
    return Row(name, count, *worst, *steepest)


def measure_rows(name: str, points: int = 2000) -> Row:
    """The largest errors over so many random rows, in ulp of the largest term that is added."""
    f, exact = ROWS[name]
    rng = random.Random(name)
    count, worst, steepest = 0, (0.0, (0.0,)), (0.0, (0.0,))
    for _ in range(points):
        scale = 10 ** rng.uniform(-3, 2.5)
        at = tuple(rng.uniform(-scale, scale) for _ in range(rng.randint(2, 8)))
        y, slopes = ag.value_and_grad(f)(list(at))
        with mp.workdps(700):
            want, wanted, largest = exact([mp.mpf(x) for x in at])
        count += 1
        worst = max(worst, (float(abs(y - want)) / math.ulp(float(max(largest, abs(want)))), at))
        for got, d in zip(slopes, wanted, strict=True):
            if abs(d) > TINY:
                steepest = max(steepest, (float(abs((got - d) / d)), at))
    return Row(name, count, *worst, *steepest)


def main() -> None:
    """Print the table."""
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print("function    points   value, ulp  worst at                    gradient  worst at")
    for name in TABLE:
        row = measure(name, points)
        at, steep = (", ".join(f"{x:.6g}" for x in p) for p in (row.ulp_at, row.gradient_at))
        print(
            f"{row.name:12}{row.points:6}{row.ulp:13.2f}  {at:26}{row.gradient:10.1e}  {steep}",
            flush=True,
        )
    print("\nfunction of a row       rows  value, ulp  gradient")
    for name in ROWS:
        row = measure_rows(name, points)
        print(f"{row.name:22}{row.points:6}{row.ulp:12.2f}{row.gradient:10.1e}", flush=True)


if __name__ == "__main__":
    main()
