"""A table of wrong formulas, as pupils write them, for leaves alone (`blind.py` is the blind one).

Each is tried at three points.  Its figures must be near those of `test_mistakes.py`.
"""

import math
import re
from collections import Counter

import pytest

import autograd as ag
from autograd.core.value import Value

exp, log, sin, cos, tanh, sqrt = math.exp, math.log, math.sin, math.cos, math.tanh, math.sqrt
POINTS = [(1.3, 0.7), (0.45, 1.9), (2.1, 0.25)]


def s(z):
    return 1 / (1 + exp(-z))


def p(*zs):
    exps = [exp(z) for z in zs]
    return [e / sum(exps) for e in exps]


# f(x, w) as it is recorded; the wrong d/dx and d/dw, None where it is not given; how it is told.
WRONG = [
    (lambda x, w: x * w, lambda x, w: (x, w), "not swapped"),
    (lambda x, w: x * w + x, lambda x, w: (w, None), "path forgotten|`=`"),
    (lambda x, w: x * w + x, lambda x, w: (1.0, None), "path forgotten|`=`"),
    (lambda x, w: x * x, lambda x, w: (x, None), "`=`|path forgotten"),
    (lambda x, w: x**2 * w, lambda x, w: (x * w, None), "forgotten"),
    (lambda x, w: x**3 * w, lambda x, w: (3 * x**3 * w, None), "not lowered"),
    (lambda x, w: x**3 * w, lambda x, w: (x**2 * w, None), "forgotten"),
    (lambda x, w: x**3 + w, lambda x, w: (x**4 / 4, None), "integrated"),
    (lambda x, w: x**3 + w, lambda x, w: (2 * x**2, None), "n − 1|exponent"),
    (lambda x, w: (x + w) ** 3, lambda x, w: (3 * x**2, None), "left out"),
    (lambda x, w: ag.sin(x * w), lambda x, w: (cos(x * w), None), "forgotten"),
    (lambda x, w: ag.sin(x * w), lambda x, w: (-cos(x * w) * w, -cos(x * w) * x), "wrong sign"),
    (lambda x, w: ag.sin(x * w), lambda x, w: (sin(x * w) * w, sin(x * w) * x), "function for its"),
    (lambda x, w: ag.cos(x) * w, lambda x, w: (sin(x) * w, None), "wrong sign"),
    (
        lambda x, w: ag.sin(x) * ag.exp(x * w),
        lambda x, w: (cos(x) * w * exp(x * w), None),
        "product of the derivatives",
    ),
    (lambda x, w: x * ag.sin(x) + w, lambda x, w: (cos(x), None), "product of the derivatives"),
    (lambda x, w: ag.exp(x * w), lambda x, w: (exp(x * w), exp(x * w)), "forgotten"),
    (lambda x, w: ag.exp(x) * w, lambda x, w: (x * exp(x - 1) * w, None), "power rule"),
    (lambda x, w: ag.log(x) * w, lambda x, w: (x * w, None), "reciprocal"),
    (lambda x, w: ag.log(x) * w, lambda x, w: (w / (x * log(10)), None), "10"),
    (lambda x, w: ag.log(x * w + 1), lambda x, w: (1 / (x * w + 1), None), "forgotten"),
    (lambda x, w: ag.log(x * x + w), lambda x, w: (2 * x, None), "forgotten"),
    (lambda x, w: ag.sqrt(x) * w, lambda x, w: (w / sqrt(x), None), "½|forgotten"),
    (lambda x, w: ag.sqrt(x) * w, lambda x, w: (w * sqrt(x) / 2, None), "½ √x"),
    (
        lambda x, w: ag.sqrt(x * x + w * w),
        lambda x, w: (0.5 / sqrt(x * x + w * w), None),
        "forgotten",
    ),
    (lambda x, w: x / w, lambda x, w: (None, x / w**2), "wrong sign"),
    (lambda x, w: x / w, lambda x, w: (None, -x / w), "square"),
    (lambda x, w: x / w, lambda x, w: (w, None), "b for 1/b|reciprocal|input"),
    (lambda x, w: (x + 1) / (x * x + w), lambda x, w: (1 / (2 * x), None), "f'/g'"),
    (
        lambda x, w: (x + 1) / (x * x + w),
        lambda x, w: ((x * x + w - (x + 1) * 2 * x) / (x * x + w), None),
        "square",
    ),
    (
        lambda x, w: (x + 1) / (x * x + w),
        lambda x, w: (((x + 1) * 2 * x - x * x - w) / (x * x + w) ** 2, None),
        "wrong sign",
    ),
    (
        lambda x, w: 1 / (x * w + 2),
        lambda x, w: (w / (x * w + 2) ** 2, x / (x * w + 2) ** 2),
        "wrong sign",
    ),
    (lambda x, w: 1 / (x * w + 2), lambda x, w: (-1 / (x * w + 2) ** 2, None), "forgotten"),
    (
        lambda x, w: ag.sigmoid(x * w),
        lambda x, w: (s(x * w) * w, s(x * w) * x),
        r"1 − y|function for",
    ),
    (lambda x, w: ag.sigmoid(x * w), lambda x, w: (s(x * w) * (1 - s(x * w)), None), "forgotten"),
    (
        lambda x, w: ag.sigmoid(x * w),
        lambda x, w: ((1 - s(x * w) ** 2) * w, (1 - s(x * w) ** 2) * x),
        "tanh|1 − y²",
    ),
    (
        lambda x, w: ag.sigmoid(x) * ag.sigmoid(w),
        lambda x, w: (s(x) * (1 - s(x)), None),
        "forgotten",
    ),
    (
        lambda x, w: ag.tanh(x * w),
        lambda x, w: ((1 - tanh(x * w)) * w, (1 - tanh(x * w)) * x),
        "1 − y for",
    ),
    (lambda x, w: ag.tanh(x * w), lambda x, w: ((1 - (x * w) ** 2) * w, None), "x²|input"),
    (lambda x, w: ag.tanh(x) * w, lambda x, w: (tanh(x) * (1 - tanh(x)) * w, None), "sigmoid"),
    (lambda x, w: ag.relu(x * w - 5) + x, lambda x, w: (1 + w, 0 * w + x), "gate"),
    (lambda x, w: ag.relu(x * w + 1) * w, lambda x, w: (0.0, None), "gate|zero|constant"),
    (lambda x, w: ag.mean([x * w, x, w]), lambda x, w: (w + 1, x + 1), "missing mean"),
    (
        lambda x, w: ag.mean([x * w, x, w]),
        lambda x, w: ((w + 1) / 9, (x + 1) / 9),
        "mean taken twice",
    ),
    (
        lambda x, w: ag.mean_squared_error([x * w, x + w], [0.5, 1.0]),
        lambda x, w: (
            2 * (x * w - 0.5) * w + 2 * (x + w - 1),
            2 * (x * w - 0.5) * x + 2 * (x + w - 1),
        ),
        "missing mean",
    ),
    (
        lambda x, w: ag.sum_of_squares_error([x * w], [0.5]),
        lambda x, w: (2 * (x * w - 0.5) * w, 2 * (x * w - 0.5) * x),
        "2|½|forgotten|0.5",
    ),
    (
        lambda x, w: ag.sum_of_squares_error([x * w], [0.5]),
        lambda x, w: ((0.5 - x * w) * w, (0.5 - x * w) * x),
        "wrong sign",
    ),
    (
        lambda x, w: ag.softmax_cross_entropy([x, w, 0.3], 0),
        lambda x, w: (p(x, w, 0.3)[0], p(x, w, 0.3)[1]),
        "y instead of y - t",
    ),
    (
        lambda x, w: ag.cross_entropy_error(ag.softmax([x, w]), 1),
        lambda x, w: (p(x, w)[0], p(x, w)[1]),
        "y instead of y - t",
    ),
    (lambda x, w: ag.maximum(x, w + 10) * x, lambda x, w: (x + w + 10, 0.0), "wrong input|gate"),
]


def account(f, wrong, point):
    x, w = Value(point[0], "x"), Value(point[1], "w")
    numbers = {v: g for v, g in zip((x, w), wrong(*point), strict=True) if g is not None}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST")
        try:
            ag.assert_gradients(f(x, w), numbers)
        except ag.GradientMismatch as mismatch:
            return [t for t in str(mismatch).splitlines() if t.startswith("likely slip:")]
    return None


def test_the_figures_are_those_of_the_other_table(capsys):
    counts = Counter()
    for f, wrong, told in WRONG:
        for point in POINTS:
            slips = account(f, wrong, point)
            assert slips is not None, (told, point)  # a wrong number is never passed
            right = any(re.search(told, slip) for slip in slips)
            counts["right" if right else "misled" if slips else "silent"] += 1
            if not right:
                with capsys.disabled():
                    print("\n", told, point, *slips, sep="\n  ")
    with capsys.disabled():
        print(f"\nformulas: {dict(counts)}")
    assert counts.total() >= 150
    assert counts["right"] >= 0.93 * counts.total() and counts["misled"] <= 0.06 * counts.total()
