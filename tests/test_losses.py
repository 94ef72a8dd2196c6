"""The losses: formulas, accuracy for tiny probabilities, batches, targets that do not fit."""

import math
import random

import mpmath
import pytest

import autograd as ag
from autograd import Value

mp = mpmath.mp.clone()
mp.dps = 50
ULP = 2.0**-52


def test_softmax_cross_entropy_against_50_digits():
    rng = random.Random(7)
    for _ in range(500):
        row = [
            rng.uniform(-1, 1) * rng.choice((750.0, 40.0, 1.0)) for _ in range(rng.randint(2, 6))
        ]
        target = rng.randrange(len(row))
        others = [mp.exp(mp.mpf(x) - row[target]) if k != target else 0 for k, x in enumerate(row)]
        total = 1 + mp.fsum(others)
        want = mp.log1p(mp.fsum(others))
        scores = ag.values(row)
        loss = ag.softmax_cross_entropy(scores, target)
        loss.backward()
        # the differences of the scores, which are rounded, are the largest terms
        largest = max(abs(x - row[target]) for x in row)
        assert abs(loss.data - want) <= 8 * ULP * largest * min(1, want) + 1e-300
        for k, x in enumerate(scores):
            y_minus_t = (others[k] if k != target else -mp.fsum(others)) / total
            assert abs(x.grad - y_minus_t) <= 8 * ULP * max(1, largest) * abs(y_minus_t) + 1e-300
        one_hot = [float(k == target) for k in range(len(row))]
        assert ag.softmax_cross_entropy(row, one_hot) == loss.data


def test_a_tiny_loss_is_right():
    x = ag.values([40.0, 0.0])
    loss = ag.softmax_cross_entropy(x, 0)
    loss.backward()
    assert loss.data == pytest.approx(math.exp(-40), rel=1e-14)
    assert ag.grads(x) == pytest.approx([-math.exp(-40), math.exp(-40)], rel=1e-13)


def test_soft_targets():
    scores, t = [0.5, -1.0, 2.0], [0.2, 0.3, 0.5]
    want = -sum(p * math.log(q) for p, q in zip(t, ag.softmax(scores), strict=True))
    assert ag.softmax_cross_entropy(scores, t) == pytest.approx(want, rel=1e-15)
    assert ag.cross_entropy_error(ag.softmax(scores), t) == pytest.approx(want, rel=1e-15)


def test_a_loss_of_targets_that_are_values_has_their_gradient():
    t = ag.values([0.0, 1.0])
    loss = ag.cross_entropy_error([0.25, 0.75], t)
    loss.backward()
    assert ag.grads(t) == [-math.log(0.25), -math.log(0.75)]


def test_softmax_with_loss_in_a_batch_has_the_gradient_y_minus_t_over_n():
    rows, targets = [[0.3, 2.9, 4.0], [1.0, -1.0, 0.5]], [2, 0]
    for t in (targets, [[0, 0, 1], [1, 0, 0]]):
        scores = ag.values(rows)
        loss = ag.softmax_cross_entropy(scores, t)
        composed = ag.cross_entropy_error(ag.softmax(ag.values(rows)), t)
        assert loss.data == pytest.approx(composed.data, rel=1e-15)
        loss.backward()
        for row, y, target in zip(scores, ag.softmax(rows), targets, strict=True):
            want = [(p - (k == target)) / 2 for k, p in enumerate(y)]
            assert ag.grads(row) == pytest.approx(want, rel=1e-14)


LOSSES = [
    (lambda: ag.sum_of_squares_error([1.0, 2.0], [0.0, 4.0]), 2.5),
    (lambda: ag.mean_squared_error([[1.0], [2.0]], [[0.0], [4.0]]), 2.5),
    (lambda: ag.cross_entropy_error([0.1, 0.6, 0.3], 1), -math.log(0.6)),
    (lambda: ag.cross_entropy_error([[0.5, 0.5], [0.25, 0.75]], [0, 1]), math.log(8 / 3) / 2),
    (lambda: ag.cross_entropy_error([0.0, 1.0], 0, eps=1e-7), -math.log(1e-7)),
    (lambda: ag.cross_entropy_error([0.0, 1.0], [0, 1]), 0.0),
    (lambda: ag.binary_cross_entropy(0.25, 0), -math.log(0.75)),
    (lambda: ag.binary_cross_entropy([0.25, 0.5], [1, 0]), math.log(8) / 2),
    (lambda: ag.binary_cross_entropy(1.0, 1), 0.0),
    (lambda: ag.binary_cross_entropy(0.25, 0.5), -(math.log(0.25) + math.log(0.75)) / 2),
    (lambda: ag.hinge([2.0, 0.5], [1, -1]), 0.75),
    (lambda: ag.hinge([0.25, 3.0, -0.5], [1, 1, -1]), 1.25 / 3),
    (lambda: ag.cross_entropy_error([0.25, 0.75], [0, 0]), 0.0),
    (lambda: ag.softmax_cross_entropy([1.0, 2.0], [0, 0]), 0.0),
    (lambda: ag.softmax_cross_entropy([3.0], 0), 0.0),
]


@pytest.mark.parametrize(("loss", "want"), LOSSES)
def test_losses_of_plain_numbers(loss, want):
    assert type(loss()) is float
    assert loss() == pytest.approx(want, rel=1e-15, abs=0.0)


def test_an_eps_of_0_and_targets_of_0_and_1_record_nothing():
    def operations(t, **options):
        nodes = ag.cross_entropy_error(ag.values([0.25, 0.75]), t, **options)
        found = []
        while nodes.inputs:
            found.append(nodes.op)
            (nodes,) = [x for x in nodes.inputs if x.label or x.inputs] or nodes.inputs[:1]
        return found

    assert operations([0, 1]) == operations(1) == operations(1, eps=0)
    assert operations(1, eps=1e-7) == [*operations(1), "add"]
    assert operations([0.0, 0.5]) == ["mul", *operations(1)]


def test_binary_cross_entropy_of_a_tiny_probability():
    p = Value(1e-20)
    loss = ag.binary_cross_entropy(p, 0)
    loss.backward()
    assert (loss.data, p.grad) == (1e-20, 1.0)


def test_sum_of_squares_has_the_gradient_y_minus_d():
    y = ag.values([1.0, 2.0])
    ag.sum_of_squares_error(y, [0.0, 4.0]).backward()
    assert ag.grads(y) == [1.0, -2.0]


HUGE = [
    (lambda x: ag.sum_of_squares_error(x, [0.0]), [1.5e154], 1.125e308),
    (lambda x: ag.mean_squared_error(x, [0.0, 0.0]), [1.5e154, 0.0], 1.125e308),
    (lambda x: ag.softmax_cross_entropy(x, 0), [1e308, -1e308], 0.0),
    (ag.mean, [1e308, 1.5e308], 1.25e308),
    (ag.sum, [1e308, 1e308, -1.5e308], 0.5e308),
    (ag.logsumexp, [1e308, -1e308], 1e308),
]


@pytest.mark.parametrize(("function", "at", "want"), HUGE)
def test_what_fits_a_float_is_no_overflow(function, at, want):
    xs = ag.values(at)
    y = function(xs)
    y.backward()
    assert y.data == function(at) == pytest.approx(want, rel=1e-14)
    assert all(math.isfinite(x.grad) for x in xs)


BAD = [
    (lambda: ag.cross_entropy_error([0.0, 1.0], 0), ValueError, "log(0.0)"),
    (lambda: ag.cross_entropy_error([0.5, 0.5], 2), ValueError, "row 0 is class 2, of 2"),
    (lambda: ag.cross_entropy_error([0.5, 0.5], -1), ValueError, "class -1"),
    (lambda: ag.cross_entropy_error([[0.5, 0.5]], [0, 1]), ValueError, "1 rows of outputs, but 2"),
    (lambda: ag.cross_entropy_error([[1, 1], [1, 1]], 1), ValueError, "2 rows of outputs, but one"),
    (lambda: ag.softmax_cross_entropy([1.0, 2.0], [1, 0, 0]), ValueError, "row 0 has 2 outputs"),
    (lambda: ag.softmax_cross_entropy([1.0, 2.0], 0.5), TypeError, "class index"),
    (lambda: ag.softmax_cross_entropy([], 0), ValueError, "softmax_cross_entropy"),
    (lambda: ag.hinge([1.0], [0]), ValueError, "1 or -1"),
    (lambda: ag.hinge([1.0], [1, 1]), ValueError, "1 outputs, but 2 targets"),
    (lambda: ag.binary_cross_entropy(1.5, 1), ValueError, "probability is 1.5"),
    (lambda: ag.binary_cross_entropy(0.5, 2), ValueError, "target is 2.0"),
    (lambda: ag.binary_cross_entropy(0.0, 1), ValueError, "log(0.0)"),
    (lambda: ag.mean_squared_error([1.0], [math.nan]), ValueError, "nan"),
    (lambda: ag.mean_squared_error([], []), ValueError, "no elements"),
    (lambda: ag.sum_of_squares_error([1e200], [0.0]), OverflowError, "_error(1e+200"),
    (lambda: ag.mean_squared_error([Value(1e200)], [0.0]), OverflowError, "_error(1e+200"),
    (lambda: ag.cross_entropy_error([0.5, 0.5], 0, eps=math.nan), ValueError, "finite"),
    (lambda: ag.cross_entropy_error([0.5, 0.5], 0, eps="a"), TypeError, "real number"),
    (lambda: ag.softmax_cross_entropy([1e308, -1e308], 1), OverflowError, "too large"),
]


@pytest.mark.parametrize(("call", "error", "words"), BAD)
def test_bad_targets_are_named(call, error, words):
    with pytest.raises(error) as raised:
        call()
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: ag.hinge([[1.0], [math.nan]], [1, 1]), r"outputs\[1,0\]: expected a finite"),
        (lambda: ag.mean_squared_error([1.0, 2.0], [1.0, math.inf]), r"targets\[1\]: expected"),
        (
            lambda: ag.sum_of_squares_error([[1, 2, 3], [4, 5, 6]], [[1, 2], [3, 4]]),
            "row 0 has 3 outputs, but 2 targets",
        ),
        (
            lambda: ag.softmax_cross_entropy([[1, 2], [3, math.nan]], [0, 1]),
            r"row 1 of outputs\[1\]: expected a finite number, got nan",
        ),
        (
            lambda: ag.cross_entropy_error([[0.5, 0.5]], [[math.nan, 1]]),
            r"row 0 of targets\[0\]: expected a finite number, got nan",
        ),
    ],
)
def test_numbers_that_are_none_are_told_by_place(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_sigmoid_cross_entropy_is_exact_over_the_whole_range():
    for x in (-1e300, -745.0, -40.0, -1e-9, 0.0, 0.3, 37.0, 800.0, 1e300):
        for t in (0.0, 0.25, 1.0):
            v = Value(x)
            y = ag.sigmoid_cross_entropy(v, t)
            y.backward()
            wide = mp.mpf(x)
            logistic = 1 / (1 + mp.exp(-wide))
            plus = mp.log1p(mp.exp(wide)) if x < 1e6 else wide
            minus = mp.log1p(mp.exp(-wide)) if x > -1e6 else -wide
            exact = t * minus + (1 - t) * plus
            assert (
                y.data == ag.sigmoid_cross_entropy(x, t) == pytest.approx(float(exact), rel=1e-14)
            )
            assert v.grad == pytest.approx(float(logistic - t), rel=1e-13, abs=1e-16)
    assert ag.sigmoid_cross_entropy([37.0, -2.0], [0, 1]) == pytest.approx(
        (37.0 + math.log1p(math.exp(2.0))) / 2, rel=1e-15
    )
    assert ag.grad(ag.sigmoid_cross_entropy, argnums=1)(3.0, 0.25) == pytest.approx(-3.0, rel=1e-15)
    with pytest.raises(ValueError, match="element 1: the target is 2"):
        ag.sigmoid_cross_entropy([1.0, 2.0], [0, 2])


def test_a_probability_of_0_or_1_names_the_function_that_takes_scores():
    for call, words in (
        (lambda: ag.binary_cross_entropy(ag.sigmoid(37.0), 0), "element 0.*sigmoid_cross_entropy"),
        (
            lambda: ag.binary_cross_entropy(ag.values([0.5, 0.0]), [1, 1]),
            "element 1.*sigmoid",
        ),
        (lambda: ag.cross_entropy_error(ag.softmax([0.0, 800.0]), 0), "class 0.*softmax_cross_ent"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
    assert ag.binary_cross_entropy([0.0, 1.0], [0, 1]) == 0.0


def test_a_target_score_far_off_leaves_the_others_their_digits():
    for far in (-1e10, -1e17, -1e300):
        xs = ag.values([0.1, far, 0.3])
        y = ag.softmax_cross_entropy(xs, 1)
        y.backward()
        share = float(1 / (1 + mp.exp(mp.mpf(0.3) - mp.mpf(0.1))))
        assert xs[0].grad == pytest.approx(share, rel=1e-14)
        assert xs[2].grad == pytest.approx(1.0 - share, rel=1e-14)
        assert y.data == pytest.approx(-far + 0.9, rel=1e-9)
