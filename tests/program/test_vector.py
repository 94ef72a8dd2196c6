"""The functions on lanes against 50 digits, over the whole range, and at its ends."""

import ctypes
import math
import random
import sys
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")
mpmath = pytest.importorskip("mpmath")

from autograd.program import machine, reduction, vector  # noqa: E402

LANES = 8
POINTER = ctypes.c_void_p
ONE_ULP = {"exp", "log", "log1p", "sin", "cos"}
LOOP = """
define void @loop(ptr %px, ptr %py, ptr %po, i64 %n) {{
entry:
br label %again
again:
%i = phi i64 [0, %entry], [%j, %again]
%ax = getelementptr double, ptr %px, i64 %i
%ay = getelementptr double, ptr %py, i64 %i
%ao = getelementptr double, ptr %po, i64 %i
%x = load {t}, ptr %ax, align 8
%y = load {t}, ptr %ay, align 8
%r = call {t} @own_{name}({given})
store {t} %r, ptr %ao, align 8
%j = add i64 %i, {lanes}
%c = icmp slt i64 %j, %n
br i1 %c, label %again, label %done
done:
ret void
}}
"""


def on_lanes(name, lanes=LANES):
    """A function of arrays made of the function on lanes."""
    text, declared = vector.definition(name, lanes, inline=True)
    t = f"<{lanes} x double>"
    given = f"{t} %x" + (f", {t} %y" if takes_two(name) else "")
    text = LOOP.format(name=name, t=t, given=given, lanes=lanes) + text
    if name in vector.BEYOND:
        text += reduction.turns(lanes)
    text = "\n".join(declared.values()) + "\n" + text
    code = machine.compiled(text.encode(), lambda: text, level=2, passes=1)
    loop = code.function("loop", POINTER, POINTER, POINTER, ctypes.c_int64, result=None)

    def call(x, y=None):
        x = np.asarray(x, float)
        pad = -len(x) % lanes
        x = np.concatenate([x, np.ones(pad)])
        y = x if y is None else np.concatenate([np.asarray(y, float), np.ones(pad)])
        out = np.empty(len(x))
        loop(x.ctypes.data, y.ctypes.data, out.ctypes.data, len(x))
        return out[: len(x) - pad].tolist()

    return call


def takes_two(name):
    return vector.FUNCTIONS[name] in vector.TWO_OPERANDS


TRUTH = {name: getattr(mpmath, name) for name in vector.FUNCTIONS if hasattr(mpmath, name)} | {
    "gaussian": lambda x: mpmath.exp(-x * x),
    "log2": lambda x: mpmath.log(x) / mpmath.log(2),
    "logaddexp": lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b)),
}


def magnitudes(rng, low, high, n):
    """Numbers of all magnitudes between two powers of ten, of both signs."""
    return [rng.choice((-1, 1)) * 10.0 ** rng.uniform(low, high) for _ in range(n)]


def arguments(name, n):
    """Arguments over the whole domain of a function, more of them where it is difficult."""
    rng = random.Random(name)
    k = n // 4
    small, near_1 = magnitudes(rng, -323, 0, k), [1 + x for x in magnitudes(rng, -16, -1, k)]
    wide, usual = magnitudes(rng, -323, 308.25, k), [rng.gauss(0, 3) for _ in range(k)]
    least = [2.0**-1022 * rng.uniform(0.25, 2) for _ in range(k // 4)]  # of normal numbers
    positive = [abs(x) for x in wide + usual + least]
    if name in ("log", "log2", "log10"):
        return positive + near_1, None
    if name == "log1p":
        return [x for x in positive + small + usual if x > -1], None
    if name == "acosh":
        return [x for x in positive + near_1 if x >= 1], None
    if name in ("asin", "acos", "atanh"):
        return [x for x in small + near_1 + [-y for y in near_1] + usual if abs(x) < 1], None
    if name in ("asinh", "atan"):
        return wide + usual + small + [rng.uniform(0.4, 2.6) for _ in range(k)], None
    if name in ("sin", "cos", "tan"):
        multiples = [rng.randrange(2**30) * math.pi / 2 for _ in range(k)]
        return wide + usual + multiples + nearest_multiples(), None
    if name in ("atan2", "hypot"):
        others = magnitudes(rng, -323, 308.25, k) + usual[::-1] + wide
        return wide + usual + usual + least, others + least[::-1]
    if name == "logaddexp":
        return [100 * x for x in usual], [100 * abs(x) for x in usual[::-1]]
    if name == "power":
        whole = [float(rng.randint(-50, 50)) for _ in range(k)]
        bases = [abs(x) for x in wide + usual + near_1] + usual
        return bases, usual + magnitudes(rng, -3, 2, k) + magnitudes(rng, 0, 18, k) + whole
    ends = [rng.uniform(-745, 710.5) for _ in range(k)]
    near_0 = [rng.uniform(-28, 28) for _ in range(k)]
    return ends + near_0 + small + usual, None


def nearest_multiples():
    """The doubles that are nearest to multiples of pi/2: denominators of continued fractions."""
    found = []
    for e in range(0, 971, 10):
        with mpmath.workdps(700):
            y = mpmath.mpf(2) ** e * 2 / mpmath.pi
            q0, q1 = 1, 0
            while True:
                whole = int(mpmath.floor(y))
                q0, q1 = q1, whole * q1 + q0
                if q1 >= 2**53:
                    break
                y = 1 / (y - whole)
        found.append(math.ldexp(q0, e))
    return found


def worst(name, n):
    """The largest error in ulp, and where it is."""
    xs, ys = arguments(name, n)
    results = on_lanes(name)(xs, ys)
    found = (0.0,)
    largest = mpmath.mpf(2) ** 1024
    for i, got in enumerate(results):
        at = (xs[i],) if ys is None else (xs[i], ys[i])
        if name == "power" and at[0] < 0 and at[1] % 1:
            assert math.isnan(got), at
            continue
        with mpmath.workdps(400 if name in vector.BEYOND and abs(at[0]) > 1e15 else 50):
            true = TRUTH[name](*map(mpmath.mpf, at))
            ulp = mpmath.mpf(2) ** max((mpmath.frexp(true)[1] if true else -1074) - 53, -1074)
            if abs(true) >= largest - ulp / 2:
                assert got == math.copysign(math.inf, true), at
                continue
            assert math.isfinite(got), (at, got)
            found = max(found, (float(abs(mpmath.mpf(got) - true) / ulp), at, got))
    return found


@cache
def documented():
    """The largest errors that the documentation tells."""
    table = Path(__file__).parents[2] / "docs" / "vector-accuracy.md"
    rows = [line.split("|") for line in table.read_text("utf-8").splitlines() if "|" in line]
    return {name.strip(): float(error) for _, name, error, *_ in rows[2:]}


@pytest.mark.parametrize("name", vector.FUNCTIONS)
def test_functions_on_lanes_against_50_digits(name):
    error, *where = worst(name, 600)
    assert error <= (1.0 if name in ONE_ULP else 2.0), where
    assert error <= documented()[name] + 0.05, where  # of fewer points, drawn otherwise


@pytest.mark.slow
@pytest.mark.parametrize("name", vector.FUNCTIONS)
def test_functions_on_lanes_against_50_digits_at_many_points(name, capsys):
    error, *where = worst(name, 60_000)
    with capsys.disabled():
        print(f"\n{name:10} {error:.3f} ulp at {where}")
    assert error <= (1.0 if name in ONE_ULP else 2.0), where


INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [
        ("exp", [0.0, 1e308, -1e308, INF, -INF, NAN], [1.0, INF, 0.0, INF, 0.0, NAN]),
        ("expm1", [0.0, -0.0, 1e308, -1e308, -INF, NAN], [0.0, -0.0, INF, -1.0, -1.0, NAN]),
        ("log", [1.0, 0.0, -1.0, INF, NAN, 5e-324], [0.0, -INF, NAN, INF, NAN, math.log(5e-324)]),
        ("log1p", [0.0, -0.0, -1.0, -2.0, INF, NAN], [0.0, -0.0, -INF, NAN, INF, NAN]),
        ("log2", [2.0**k for k in (-1074, -1, 0, 1, 52, 1023)], [-1074, -1, 0, 1, 52, 1023]),
        ("log10", [1.0, 10.0, 1000.0, 0.0, -1.0, NAN], [0.0, 1.0, 3.0, -INF, NAN, NAN]),
        ("sin", [0.0, -0.0, INF, -INF, NAN], [0.0, -0.0, NAN, NAN, NAN]),
        ("cos", [0.0, 5e-324, INF, NAN], [1.0, 1.0, NAN, NAN]),
        ("tan", [0.0, -0.0, INF, NAN], [0.0, -0.0, NAN, NAN]),
        ("tanh", [0.0, -0.0, 1e308, -INF, NAN], [0.0, -0.0, 1.0, -1.0, NAN]),
        ("sinh", [0.0, -0.0, 1e308, -1e308, NAN], [0.0, -0.0, INF, -INF, NAN]),
        ("cosh", [0.0, 1e308, -1e308, NAN], [1.0, INF, INF, NAN]),
        ("erf", [0.0, -0.0, 1e308, -1e308, NAN], [0.0, -0.0, 1.0, -1.0, NAN]),
        ("erfc", [0.0, 1e308, -1e308, NAN], [1.0, 0.0, 2.0, NAN]),
        (
            "asin",
            [0.0, -0.0, 1.0, -1.0, 1.5, NAN],
            [0.0, -0.0, math.pi / 2, -math.pi / 2, NAN, NAN],
        ),
        ("acos", [1.0, -1.0, 1.5, NAN], [0.0, math.pi, NAN, NAN]),
        ("atan", [0.0, -0.0, 1e308, -INF, NAN], [0.0, -0.0, math.pi / 2, -math.pi / 2, NAN]),
        ("asinh", [0.0, -0.0, NAN], [0.0, -0.0, NAN]),
        ("acosh", [1.0, 0.5, NAN], [0.0, NAN, NAN]),
        ("atanh", [0.0, -0.0, 1.0, -1.0, 2.0, NAN], [0.0, -0.0, INF, -INF, NAN, NAN]),
    ],
)
def test_the_ends_of_the_domain(name, at, expected):
    for got, want in zip(on_lanes(name)(at), expected, strict=True):
        assert (
            math.isnan(got)
            if math.isnan(want)
            else (got, math.copysign(1, got))
            == (
                want,
                math.copysign(1, want),
            )
        )


ABOUT_X = ["expm1", "sinh", "tanh", "log1p", "asinh", "atanh", "sin", "tan", "asin", "atan"]


@pytest.mark.parametrize("name", ABOUT_X)
def test_what_is_x_itself_near_0_is_so_to_the_last_bit(name):
    numbers = [5e-324, 1.5e-323, 2.5e-323, 3e-310, 7e-309, 1e-300, 2.0**-500, 1e-30]
    assert on_lanes(name)(numbers) == numbers
    assert on_lanes(name)([-x for x in numbers]) == [-x for x in numbers]


def test_powers_at_the_ends():
    cases = [
        *[((0.0, 0.0), 1.0), ((0.0, 2.0), 0.0), ((0.0, -1.0), INF), ((-0.0, 3.0), -0.0)],
        *[((-8.0, 3.0), -512.0), ((-8.0, 1 / 3), NAN), ((-2.0, -2.0), 0.25), ((1.0, 1e300), 1.0)],
        *[((-1.0, 2.0**53), 1.0), ((2.0, 1024.0), INF), ((2.0, -1075.0), 0.0), ((1e300, 2.0), INF)],
        *[((0.0, 0.5), 0.0), ((0.0, -0.5), INF), ((-0.0, 0.5), 0.0), ((-0.0, -1.0), -INF)],
        *[((-0.0, -2.0), INF), ((-1.0, 0.5), NAN), ((-1.0, 3.0), -1.0), ((-3.0, -3.0), -1 / 27)],
        *[((-1e300, 3.0), -INF), ((5e-324, 1.0), 5e-324), ((NAN, 0.0), NAN), ((2.0, NAN), NAN)],
    ]
    got = on_lanes("power")([a for (a, _), _ in cases], [b for (_, b), _ in cases])
    for y, (at, expected) in zip(got, cases, strict=True):
        assert (math.isnan(y) and math.isnan(expected)) or y == expected, (at, y)


@pytest.mark.parametrize("name", ["exp", "sin", "power", "erfc"])
def test_a_lane_does_not_depend_on_the_others_nor_on_their_number(name):
    xs, ys = arguments(name, 400)
    whole = on_lanes(name)(xs, ys)
    assert repr(on_lanes(name, 2)(xs, ys)) == repr(whole)
    alone = on_lanes(name)
    for i in range(0, len(xs), 37):
        assert repr(alone([xs[i]], None if ys is None else [ys[i]])) == repr([whole[i]])


def test_the_digits_of_two_by_pi():
    with mpmath.workdps(420):
        digits = mpmath.floor(mpmath.mpf(2) / mpmath.pi * mpmath.mpf(2) ** 1280)
    words = reduction.two_by_pi()
    found = sum(word << 64 * (20 - i) for i, word in enumerate(words))
    assert found == int(digits)


@pytest.mark.parametrize("name", ["LN_2", "ONE_BY_LN_2", "PI", "TWO_BY_SQRT_PI"])
def test_constants_are_sums_of_floats(name):
    high, low = getattr(vector, name)
    with mpmath.workdps(50):
        true = {
            "LN_2": mpmath.log(2),
            "ONE_BY_LN_2": 1 / mpmath.log(2),
            "PI": +mpmath.pi,
            "TWO_BY_SQRT_PI": 2 / mpmath.sqrt(mpmath.pi),
        }[name]
        assert high == float(true)
        assert abs(Fraction(high) + Fraction(low) - Fraction(int(true * 10**45), 10**45)) < 1e-31


def main(points=20_000):
    """The table of the documentation, in Markdown: the largest error of each function, and where.

    Run: `python tests/program/test_vector.py [points]`.
    """
    print("| function | largest error, ulp | at |\n|---|---|---|")
    for name in vector.FUNCTIONS:
        error, at, _ = worst(name, points)
        print(f"| {name} | {error:.2f} | {', '.join(f'{x:.6g}' for x in at)} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
