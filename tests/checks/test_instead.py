"""The forms that are offered where digits cancel: equal to what was written, and better."""

import math

import pytest

import autograd as ag
from autograd.checks.instead import instead, instead_of_the_textbook

FORMS = [  # what was written, where it cancels, what is offered, that as a function
    (lambda x: ag.exp(x) - 1, (1e-7,), "expm1(x)", ag.expm1),
    (lambda x: 1 - ag.exp(x), (1e-7,), "−expm1(x)", lambda x: -ag.expm1(x)),
    (lambda x: 1 - ag.tanh(x) ** 2, (12.0,), "1/cosh(x)²", lambda x: 1 / ag.cosh(x) ** 2),
    (lambda x: 1 - ag.tanh(x) * ag.tanh(x), (12.0,), "1/cosh(x)²", lambda x: 1 / ag.cosh(x) ** 2),
    (lambda x: 1 - ag.sigmoid(x), (25.0,), "sigmoid(−x)", lambda x: ag.sigmoid(-x)),
    (lambda x: 1 - 1 / (1 + ag.exp(-x)), (25.0,), "sigmoid(−x)", lambda x: ag.sigmoid(-x)),
    (lambda x: 1 - ag.cos(x), (1e-5,), "2·sin(x/2)²", lambda x: 2 * ag.sin(x / 2) ** 2),
    (lambda x: 1 - ag.cos(x) ** 2, (1e-5,), "sin(x)²", lambda x: ag.sin(x) ** 2),
    (lambda x: 1 - ag.erf(x), (4.0,), "erfc(x)", ag.erfc),
    (lambda x: ag.cos(x) - 1, (1e-5,), "−2·sin(x/2)²", lambda x: -2 * ag.sin(x / 2) ** 2),
    (lambda x: ag.sigmoid(x) - 1, (25.0,), "−sigmoid(−x)", lambda x: -ag.sigmoid(-x)),
    (lambda x: -ag.log(1 - ag.sigmoid(x)), (25.0,), "−softplus(x)", ag.softplus),
    (lambda x: ag.log(ag.sigmoid(x)), (25.0,), "−softplus(−x)", lambda x: -ag.softplus(-x)),
    (lambda x: ag.log(1 + x), (1e-9,), "log1p(x)", ag.log1p),
    (lambda x: ag.log(ag.exp(x) + 1), (-25.0,), "softplus(x)", ag.softplus),
    (lambda x, y: x**2 - y**2, (1 + 1e-9, 1.0), "(x − y)·(x + y)", lambda x, y: (x - y) * (x + y)),
    (lambda x, y: ag.log(x) - ag.log(y), (3 + 1e-9, 3.0), "log(x/y)", lambda x, y: ag.log(x / y)),
    (lambda x: x * x - 1, (1 + 1e-9,), "(x − 1)·(x + 1)", lambda x: (x - 1) * (x + 1)),
    (lambda x, y: 1 / x - 1 / y, (1 + 1e-9, 1.0), "(y − x)/(x·y)", lambda x, y: (y - x) / (x * y)),
    (
        lambda x: ag.sqrt(x + 1) - ag.sqrt(x),
        (1e12,),
        "(x + 1 − x)/(sqrt(x + 1) + sqrt(x))",
        lambda x: 1 / (ag.sqrt(x + 1) + ag.sqrt(x)),
    ),
]


@pytest.mark.parametrize(("written", "at", "form", "better"), FORMS, ids=[f[2] for f in FORMS])
def test_the_better_form_is_named_and_equals_what_was_written(written, at, form, better):
    def recorded(*numbers):
        return written(*(ag.Value(x, n) for x, n in zip(numbers, "xyz", strict=False)))

    (told,) = instead(recorded(*at))
    assert told.startswith(f"write {form} instead of ")
    harmless = [0.7, 0.4][: len(at)]
    assert instead(recorded(*harmless)) == []
    assert better(*harmless) == pytest.approx(written(*harmless), rel=1e-12)


def test_the_better_form_keeps_the_digits():
    mpmath = pytest.importorskip("mpmath")
    for written, at, form, better in FORMS:
        if form.startswith(("−softplus(x)", "(x + 1")):
            continue  # the sign is told outside; x + 1 and x are rounded before
        with mpmath.workdps(60):
            exact = ag.trace(written, *at)(*map(mpmath.mpf, at))
            ours, theirs = better(*at), written(*at)
            assert abs(ours - exact) <= 4 * math.ulp(float(exact)) < abs(theirs - exact), form


def test_reports_and_grades_say_what_to_write():
    report = ag.gradcheck(lambda x: (ag.exp(x) - 1) / x, 1e-5)
    assert [row.verdict for row in report.rows] == ["rounding"]
    assert report.instead == ("write expm1(x) instead of exp(x) − 1",)
    lost = "right formula, digits lost by cancellation"
    assert f"rounding: {lost}: write expm1(x) instead of exp(x) − 1" in str(report)
    by_hand = ag.gradcheck(ag.tanh, 10.0, hand=lambda x: 1 - math.tanh(x) ** 2)
    assert by_hand.instead == ("write 1/cosh(x)² instead of 1 − tanh(x)²",)
    x = ag.Value(20.0, "x")
    s = ag.sigmoid(x)
    marked = ag.grade(s, {x: s.data * (1 - s.data)})
    assert marked.fraction == 1.0
    form = "write sigmoid(x)·sigmoid(−x) instead of y·(1 − y)"
    assert marked.messages == (f"x: {lost}: {form}",)
    assert ag.grade(x * x, {x: 40.0}).messages == ()


def test_a_form_that_loses_nothing_is_left_alone():
    x = ag.Value(0.3, "x")
    assert instead_of_the_textbook(ag.tanh(x) + ag.sigmoid(x)) == []


@pytest.mark.parametrize(
    ("f", "at", "told"),
    [  # where the terms are a hundred times what is left of them
        (lambda x: x * x - 1, 1.0100, True),
        (lambda x: x * x - 1, 1.0102, False),
        (lambda x: ag.log(1 + x), 0.00995, True),
        (lambda x: ag.log(1 + x), 0.01005, False),
        (lambda x: ag.log(ag.sigmoid(x)), 4.61, True),
        (lambda x: ag.log(ag.sigmoid(x)), 4.58, False),
        (lambda x: ag.log(1 - ag.sigmoid(x)), 3.92, True),
        (lambda x: ag.log(1 - ag.sigmoid(x)), 3.88, False),
        # what only looks like one of the forms
        (lambda x: ag.exp(x) + ag.Value(-1.0, "w"), 1e-7, False),
        (lambda x: ag.exp(x) - ag.Value(1.0, "w"), 1e-7, False),
        (lambda x: x * 0 + (ag.Value(1.0) - 1.0), 0.0, False),
        (lambda x: 2 - ag.cos(x) - 1, 1e-5, False),
        (lambda x: ag.exp(x) - 2, math.log(2.0), False),
        (lambda x: ag.tanh(x) ** 3 - 1, 12.0, False),
        (lambda x: ag.log(2 + x), -1.0, False),
        (lambda x: x * ag.Value(1.0, "u") - 1, 1.0, False),
        (lambda x: ag.log(1 - ag.tanh(x)), 9.0, False),
        (lambda x: ag.log(2 - ag.sigmoid(x)), 25.0, False),
        (lambda x: ag.sqrt(1 + x), 1e-9, False),
        (lambda x: 1 - ag.exp(x) ** 2, 1e-9, True),
    ],
)
def test_a_form_is_told_from_a_loss_of_two_digits_on(f, at, told):
    assert bool(instead(f(ag.Value(at, "x")))) == told


@pytest.mark.parametrize(
    ("f", "at", "told"),
    [
        (ag.tanh, 2.995, True),
        (ag.tanh, 2.99, False),
        (ag.sigmoid, 4.6, True),
        (ag.sigmoid, 4.59, False),
        (ag.sigmoid, -4.6, True),
        (ag.sigmoid, -4.59, False),
        (lambda x: ag.softmax([x, 0.0])[0], 4.6, True),
        (lambda x: ag.softmax([x, 0.0])[0], 4.59, False),
    ],
)
def test_the_textbooks_form_is_told_from_a_loss_of_two_digits_on(f, at, told):
    assert bool(instead_of_the_textbook(f(ag.Value(at, "x")))) == told


def test_three_forms_are_told_the_worst_loss_first():
    x = [ag.Value(1e-3 / 2**i, f"x{i}") for i in range(5)]
    y = ag.sum([ag.exp(x[i]) - 1 for i in (2, 0, 4, 1, 3)])
    assert instead(y) == [f"write expm1(x{i}) instead of exp(x{i}) − 1" for i in (4, 3, 2)]
    z = [ag.Value(5.0 + i, f"z{i}") for i in range(5)]
    y = ag.sum([ag.tanh(v) for v in z])
    assert instead_of_the_textbook(y) == [
        f"write 1/cosh(z{i})² instead of 1 − tanh(z{i})²" for i in (0, 1, 2)
    ]


def test_the_textbooks_form_has_the_name_of_the_input():
    name = "sixteen letters!"
    y = ag.tanh(ag.Value(10.0, name)) + ag.tanh(ag.Value(11.0, f"{name}!"))
    assert instead_of_the_textbook(y) == [
        f"write 1/cosh({x})² instead of 1 − tanh({x})²" for x in (name, "sixteen letters!…")
    ]
    s = ag.softmax([ag.Value(9.0, "z"), ag.Value(0.0, "u")])[0]
    assert instead_of_the_textbook(s) == [
        "write y·(the sum of the other outputs) instead of y·(1 − y)"
    ]
