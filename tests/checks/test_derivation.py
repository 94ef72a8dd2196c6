import math
import time

import pytest

import autograd as ag
from autograd.checks.judgement import Judgement, listed
from autograd.core.node import inputs_first
from autograd.core.value import Value


def account(y, numbers, **options):
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ag.GradientMismatch) as caught:
        patch.delenv("PYTEST_CURRENT_TEST")  # no picture
        ag.assert_gradients(y, numbers, **options)
    return str(caught.value)


def slips(text):
    return [line for line in text.splitlines() if line.startswith("likely slip:")]


def price():
    apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    fruit = apple * count
    fruit.label = "fruit"
    return fruit * tax, apple, count, tax, fruit


# --- numbers are judged by those given above them ---


def test_a_mistake_that_was_carried_on_rightly_is_told_once():
    y, apple, count, tax, fruit = price()
    text = account(y, {fruit: 1.21, apple: 2.42, count: 121, tax: 200})
    assert text.startswith("wrong gradient at fruit: 1.21 given, 1.1 expected")
    assert "follows from your number at fruit: apple, count" in text.splitlines()
    assert "wrong in itself" not in text


def test_a_second_mistake_below_the_first_is_judged_by_it():
    y, apple, count, _, fruit = price()
    text = account(y, {fruit: 2.2, apple: -4.4, count: 220})
    assert "also wrong in itself: apple" in text.splitlines()
    assert "follows from your numbers above it: count" in text.splitlines()
    grade = ag.grade(y, {fruit: 2.2, apple: -4.4, count: 220})
    assert any(m.startswith("wrong gradient at apple: -4.4 given, 4.4 expected from your numbers")
               for m in grade.messages)  # fmt: skip


def test_right_by_accident_is_told():
    y, apple, count, _, fruit = price()
    text = account(y, {fruit: 1.21, apple: 2.2, count: 121})
    told = "right by accident: it does not follow from your numbers above it: apple"
    assert told in text.splitlines()


def test_rounding_at_each_step_is_right():
    x, w = Value(0.37, "x"), Value(1.93, "w")
    h = x * w
    y = ag.sigmoid(h) * 3
    for digits in (2, 3, 4, 6):
        dh = float(f"{3 * _slope(h.data):.{digits - 1}e}")
        dx = float(f"{dh * 1.93:.{digits - 1}e}")
        ag.assert_gradients(y, {h: dh, x: dx}, digits=digits)
    account(y, {h: 3 * _slope(h.data) * 1.1}, digits=3)


def _slope(z):
    s = 1 / (1 + math.exp(-z))
    return s * (1 - s)


def test_nodes_given_right_bound_the_search():
    x = Value(0.6, "x")
    h = ag.sin(x)
    y = ag.exp(h) * 2
    wrong_above = 2 * math.cos(x.data)  # as if exp's derivative were forgotten
    assert "exp" in slips(account(y, {x: wrong_above}))[0]
    told = slips(account(y, {x: wrong_above, h: 2 * math.exp(h.data)}, slips="all"))
    assert not any(" at exp" in line for line in told)


# --- nobody is accused falsely ---


@pytest.mark.parametrize("z", [10.0, 17.0, 20.0, 25.0, 30.0, 40.0])
def test_textbook_forms_that_cancel(z):
    s, t = 1 / (1 + math.exp(-z)), math.tanh(z)
    x = Value(z, "x")
    ag.assert_gradients(ag.sigmoid(x), {x: s * (1 - s)})
    ag.assert_gradients(ag.tanh(x), {x: 1 - t * t})
    ag.assert_gradients(ag.softmax_cross_entropy([x, Value(0.0)], 0), {x: s - 1})
    account(ag.sigmoid(x), {x: 1e-3})
    if z <= 30:
        ag.assert_gradients(-ag.log(1 - ag.sigmoid(x)), {x: s})


def test_the_exact_zero():
    x, t = Value(0.1, "x"), 0.1 + 0.2
    y = (3 * x - t) ** 2
    ag.assert_gradients(y, {x: 0})
    ag.assert_gradients(y, {x: 6 * (3 * 0.1 - t)})
    account(y, {x: 1e-9})


def test_least_squares_at_their_optimum():
    np = pytest.importorskip("numpy")
    rng = np.random.default_rng(0)
    for noise in (0.0, 0.1, 1.0):
        for _ in range(30):
            xs = rng.normal(size=12) * 10 ** rng.uniform(-2, 2)
            ts = 1.7 * xs + 0.3 + noise * rng.normal(size=12)
            best = np.linalg.lstsq(np.c_[xs, np.ones(12)], ts, rcond=None)[0]
            w, b = Value(best[0], "w"), Value(best[1], "b")
            y = ag.mean_squared_error([w * float(x) + b for x in xs], ts.tolist())
            rest = best[0] * xs + best[1] - ts
            ag.assert_gradients(y, {w: 0, b: 0})
            ag.assert_gradients(y, {w: float(2 * (rest * xs).mean()), b: float(2 * rest.mean())})


def test_no_crash_where_a_sigmoid_is_nearly_written_out():
    x = Value(1.0, "x")
    account(1 / (1 + ag.exp(x)), {x: 0.5})
    zero = Value(0.0, "zero")
    account(0 * ag.sqrt(zero) + x * x, {x: 0.5})


# --- words ---


def test_nodes_without_a_label_are_named_by_their_expression():
    x, w, b = Value(0.5, "x"), Value(2.0, "w"), Value(0.1, "b")
    y = ag.sigmoid(x * w + b) ** 2
    text = account(y, {w: 0.2})
    assert "from x·w = 1: " in text
    sigmoid = account(ag.sigmoid(x * w + b), {b: ag.sigmoid(1.1)})
    assert "(1 − y) of y (1 − y) at sigmoid(x·w + b) by x·w + b" in sigmoid
    assert max(map(len, [*text.splitlines(), *sigmoid.splitlines()])) <= 100


def test_softmax_is_told_as_a_whole():
    zs = ag.values([0.4, 1.1, -0.3], "z")
    y = ag.softmax(zs)[0] * 2
    ys = ag.softmax([0.4, 1.1, -0.3])
    text = account(y, {zs[1]: 2 * ys[0] * ys[1]})
    assert "wrong sign" in slips(text)[0]
    assert not any(word in text for word in ("maximum", "reciprocal(", "exp("))


def test_at_most_two_slips_unless_asked():
    x = Value(2.0, "x")
    y = x * x * x
    few, every = account(y, {x: 4.0}), account(y, {x: 4.0}, slips="all")
    assert len(slips(few)) <= 2 < len(slips(every))
    assert slips(account(y, {x: 4.0}, slips=0)) == []
    for bad in (-1, "some", 1.5):
        with pytest.raises(ValueError, match="slips"):
            ag.assert_gradients(y, {x: 4.0}, slips=bad)


def test_one_slip_explains_several_wrong_numbers():
    xs = [Value(0.5 + i, f"x{i}") for i in range(5)]
    y = ag.mean([x**2 for x in xs])
    told = slips(account(y, {x: 2 * x.data for x in xs}))
    assert told[0].startswith("likely slip: a missing mean: not divided by N = 5")


def test_an_operation_of_the_users_own_takes_part():
    from autograd.core.primitives import Primitive

    cube = Primitive("cube", "x³", lambda x: x**3, lambda x, y: 3.0 * x * x)
    x = Value(2.0, "x")
    y = cube(ag.sin(x)) * 3
    wrong = 3 * 3 * 2.0**2 * math.cos(2.0)  # at x, not at sin(x)
    assert "a step on the way left out: x for sin(x)" in slips(account(y, {x: wrong}))[0]


# --- what is given ---


def test_arrays_with_arrays():
    np = pytest.importorskip("numpy")
    W = ag.values(np.array([[0.1, 0.3], [0.2, 0.4]]))
    y = ag.sum([W[0, 0] * W[1, 1] * 3, W[0, 1] * W[1, 0]])
    right = np.array([[1.2, 0.2], [0.3, 0.3]])
    ag.assert_gradients(y, [(W, right)])
    ag.assert_gradients(y, [(W.tolist(), right.tolist()), (W[0, 0], 1.2)])
    wrong = right.copy()
    wrong[1, 0] = -0.3
    text = account(y, [(W, wrong)])
    assert text.startswith("wrong gradient at element [1,0]: -0.3 given, 0.3 expected")
    labelled = ag.values(np.array([0.5, 0.7]), "v")
    told = account(labelled[0] * labelled[1], [(labelled, np.array([0.7, 0.7]))])
    assert told.startswith("wrong gradient at v[1]: ")
    with pytest.raises(ValueError, match="2 nodes, but 3 numbers"):
        ag.assert_gradients(y, [(W, np.zeros((3, 2)))])
    wrong[0, 1] = math.nan
    with pytest.raises(ValueError, match=r"element \[0,1\]: expected a finite number, got nan"):
        ag.assert_gradients(y, [(W, wrong)])


def test_nothing_given_and_what_is_no_number():
    x = Value(3.0, "x")
    for nothing in ({}, []):
        with pytest.raises(ValueError, match=r"no gradients to check: give \{node: number\}"):
            ag.assert_gradients(x * x, nothing)
    with pytest.raises(ValueError, match="the gradient by hand at x: expected a finite number"):
        ag.assert_gradients(x * x, {x: math.nan})


def test_a_stale_graph_is_refused():
    x = Value(3.0, "x")
    y = x * x
    x.data = 4.0
    for check in (ag.assert_gradients, ag.grade):
        with pytest.raises(ValueError, match="recompute"):
            check(y, {x: 6.0})


# --- second derivatives ---


def test_second_derivatives():
    x, w = Value(2.0, "x"), Value(3.0, "w")
    y = x**2 * w + ag.sin(x * w)
    c, s = math.cos(6.0), math.sin(6.0)
    right = {(x, x): 6 - 9 * s, (x, w): 4 + c - 6 * s, (w, x): 4 + c - 6 * s, (w, w): -4 * s}
    ag.assert_gradients(y, right, order=2)
    ag.assert_gradients(y, {k: float(f"{g:.3e}") for k, g in right.items()}, order=2, digits=4)
    text = account(y, right | {(x, w): 4 - 6 * s}, order=2)
    assert text.startswith("wrong second derivative at (x, w): 5.67649298919 given, 6.636663")
    assert "a path forgotten" in slips(text)[0]
    assert "wrong sign" in slips(account(y, {(w, w): 4 * s}, order=2))[0]
    text = account(x**4, {(x, x): 24.0}, order=2)  # 12 x²: a factor 2
    assert "2" in slips(text)[0]
    for bad in ({x: 1.0}, {(x, w, x): 1.0}):
        with pytest.raises(TypeError, match="two nodes"):
            ag.assert_gradients(y, bad, order=2)
    with pytest.raises(ValueError, match="order is 1 or 2"):
        ag.assert_gradients(y, {x: 1.0}, order=3)


# --- grading ---


def test_grade():
    y, apple, count, tax, fruit = price()
    assert ag.grade(y, {fruit: 1.1, apple: 2.2, count: 110}) == (1.0, ())
    grade = ag.grade(y, {fruit: 1.21, apple: 2.42, count: 121, tax: 200})
    assert grade.fraction == 0.75
    assert grade.messages[0].startswith("wrong gradient at fruit: 1.21 given, 1.1 expected")
    assert grade.messages[-2:] == (
        "apple: follows from your number at fruit",
        "count: follows from your number at fruit",
    )
    assert any(m.startswith("likely slip: a factor squared") for m in grade.messages)
    weighted = ag.grade(y, {fruit: 2.2, tax: 200}, weights={tax: 3})
    assert weighted.fraction == 0.75


def test_grade_raises_for_no_answer_of_a_pupil():
    y, apple, count, tax, _ = price()
    grade = ag.grade(y, {apple: 2.2, count: None, tax: math.nan})
    assert grade.fraction == pytest.approx(1 / 3)
    assert "count: no number given" in grade.messages and "tax: nan is no number" in grade.messages
    assert ag.grade(y, {apple: "two"}).fraction == 0.0
    assert str(ag.grade(y, {apple: 2.2})) == "100 %"
    with pytest.raises(ValueError, match="no gradients"):
        ag.grade(y, {})


# --- size ---


def test_a_wrong_number_on_a_large_graph_is_bounded_work():
    x = Value(1e-3, "x")
    y = x
    for _ in range(20_000):
        y = y * 0.5 + y * 0.5
    begun = time.process_time()
    text = account(y, {x: -1.0})
    assert time.process_time() - begun < 30.0
    assert text.startswith("wrong gradient at x: -1 given, 1 expected")
    assert "likely slip: wrong sign" in text
    assert f"of {len(inputs_first(y)):,} nodes were searched" in text


def test_work_does_not_grow_with_the_square_of_a_network():
    from random import Random

    from autograd import nn

    model = nn.MLP(8, [16, 16, 1], rng=Random(0))
    (y,) = [model(ag.values([0.1 * i for i in range(8)], "x"))]
    y = (y if type(y) is Value else y[0]) ** 2
    leaf = model.parameters()[0]
    begun = time.process_time()
    account(y, {leaf: 0.123456})
    assert time.process_time() - begun < 20.0


@pytest.mark.parametrize(
    "f, name",
    [
        (lambda x, w: x - w, "x − w"),
        (lambda x, w: 1 - x, "1 − x"),
        (lambda x, w: x - 2, "x − 2"),
        (lambda x, w: x * (1 - w), "x·(1 − w)"),
        (lambda x, w: -x * w, "(−x)·w"),
        (lambda x, w: (x + w) ** 2 / w, "(x + w)²/w"),
        (lambda x, w: x / (w * 2), "x/(2·w)"),
        (lambda x, w: x - (w - x), "x − (w − x)"),
        (lambda x, w: 1 / (x + 1), "1/(x + 1)"),
        (lambda x, w: ag.sigmoid(x * w) * 3, "3·sigmoid(x·w)"),
        (lambda x, w: 1 / (1 + ag.exp(-x)), "sigmoid(x)"),
        (lambda x, w: 2 / (1 + ag.exp(-x)), "2/(1 + exp(−x))"),
        (lambda x, w: 1 / (2 + ag.exp(-x)), "1/(2 + exp(−x))"),
        (lambda x, w: 1 / (1 + ag.exp(x * -2)), "1/(1 + exp(-2·x))"),
        (lambda x, w: 1 / (1 + ag.exp(w * x)), "1/(1 + exp(w·x))"),
        (lambda x, w: ag.power(x, w), "x^w"),
        (lambda x, w: ag.softmax([x, w])[0], "softmax(x, w)"),
    ],
)
def test_expressions(f, name):
    from autograd.checks.written import Written

    y = f(Value(0.7, "x"), Value(1.9, "w"))
    assert Written(inputs_first(y), y).name(y) == name


def test_weights_name_what_is_asked():
    apple, count = Value(100, "apple"), Value(2, "count")
    y = apple * count
    grade = ag.grade(y, {apple: 2}, weights={apple: 1, count: 3})
    assert grade == (0.25, ("count: no number given",))
    for weights, said in (({count: -1}, "from 0, not -1"), ({apple: 0}, "add up to 0")):
        with pytest.raises(ValueError, match=said):
            ag.grade(y, {apple: 2}, weights=weights)
    with pytest.raises(TypeError, match="weights are given by node: a Value, not 'apple'"):
        ag.grade(y, {apple: 2}, weights={"apple": 1})


@pytest.mark.parametrize(
    ("dz", "dw", "advice"),
    [
        (0.0701, 0.1402, "right to 3 digits: give digits=3"),
        (0.070104, 0.1402, "right to 5 digits: give digits=4"),  # with which both are right
        (0.0702, 0.140207433090, None),  # not the right one rounded
        (0.07, 0.140207433090, None),  # one digit tells too little
    ],
)
def test_a_number_that_is_only_rounded_is_told_so_and_no_slip(dz, dw, advice):
    z, w = Value(0.6, "z"), Value(0.3, "w")
    y = 0.0701037165451 / 0.3 * z * w
    messages = ag.grade(y, {z: dz, w: dw}).messages
    text = account(y, {z: dz, w: dw})
    if advice is None:
        assert "right to" not in text and not any("right to" in said for said in messages)
        return
    i = messages.index(f"wrong gradient at z: {dz} given, 0.0701037165451 expected")
    assert messages[i + 1] == advice and not any("slip" in said for said in messages)
    assert f"digits={advice[-1]}" in text and not slips(text)
    assert "also only rounded: " in text and "also wrong" not in text
    assert ag.grade(y, {z: dz, w: dw}, digits=int(advice[-1])).fraction == 1.0


def test_digits_may_be_any_whole_number():
    np = pytest.importorskip("numpy")
    x = Value(1.0 / 3.0, "x")
    ag.assert_gradients(x * x, {x: 0.667}, digits=np.int64(3))
    for digits in (True, 2.0, 0, "3"):
        with pytest.raises(ValueError, match="digits is a whole number from 1"):
            ag.assert_gradients(x * x, {x: 0.667}, digits=digits)


def test_an_unlabelled_leaf_is_told_as_one():
    x = Value(3.0)
    assert account(x * Value(2.0, "w"), {x: -2}).startswith(
        "wrong gradient at the leaf 3: -2 given"
    )


def test_slips_in_many_numbers_are_bounded_work():
    leaves = [Value(1.0 + 0.01 * i, f"x{i}") for i in range(300)]
    y = ag.sum([x * x for x in leaves])
    grade = ag.grade(y, {x: x.data for x in leaves})
    assert grade.fraction == 0.0
    wrong = [m for m in grade.messages if m.startswith("wrong gradient at ")]
    assert len(wrong) == 300 and 1 <= len(grade.messages) - len(wrong) <= 20


def test_a_wrong_number_above_a_missing_derivative():
    x = Value(0.0, "x")
    root = ag.sqrt(x * x)
    root.label = "root"
    y = root * 0 + x
    assert account(y, {root: 3.0, x: 1.0}).startswith("wrong gradient at root: 3 given, 0 expected")
    assert ag.grade(y, {root: 3.0, x: 1.0}).fraction == 0.5


def test_a_number_outside_the_graph_is_right_where_it_is_0():
    x, other = Value(3.0, "x"), Value(2.0, "other")
    assert ag.grade(x * x, {x: 6.0, other: 0.0}) == (1.0, ())
    assert ag.grade(x * x, {x: 6.0, other: 1e-15}).fraction == 0.5
    marked = ag.grade(x * x, {x: 6.0, other: 1.0})
    assert marked == (0.5, ("wrong gradient at other: 1 given, but no path leads there: 0",))


@pytest.mark.parametrize(
    ("lengths", "line"),
    [
        ((40, 58), "{}, {}"),
        ((40, 59), "{} and 1 more"),
        ((40, 42, 20), "{}, {} and 1 more"),
        ((40, 43, 20), "{} and 2 more"),
        ((120, 1), "{} and 1 more"),
        ((30, 30, 36), "{}, {}, {}"),
        ((30, 30, 37), "{}, {} and 1 more"),
    ],
)
def test_a_list_of_names_fits_a_line(lengths, line):
    texts = ["x" * n for n in lengths]
    assert listed(texts) == line.format(*texts)
    assert listed([t[3:] for t in texts], "-: ").startswith("-: xxx")


def test_a_failing_test_ends_in_its_own_line(monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    x = Value(3.0, "x")
    for check in (
        lambda: ag.assert_gradients(x * x, {x: 5.0}),
        lambda: ag.gradcheck(lambda x: x * x, 3.0, hand=lambda x: 5.0),
    ):
        with pytest.raises(ag.GradientMismatch) as caught:
            check()
        told = [entry.path.name for entry in caught.traceback.filter(caught)]
        assert set(told) == {"test_derivation.py"}


@pytest.mark.parametrize(("nodes", "searched"), [(10_000, 10_000), (10_001, 3_000)])
def test_of_more_than_ten_thousand_nodes_three_thousand_are_searched(nodes, searched):
    x = Value(1.0, "x")
    y = x
    for _ in range(nodes - 1):
        y = ag.sin(y)
    assert len(Judgement(y, {x: 0.5}, None).near[0]) == searched


def test_a_number_below_may_be_of_more_digits_than_the_wrong_one_above():
    x = Value(1.93, "x")
    h = x * 1.93
    h.label = "h"
    wrong = 1.2345  # given as 1.23; what lies below was computed before it was rounded
    assert ag.grade(h * 2, {h: 1.23, x: round(wrong * 1.93, 2)}, digits=3).messages[-1] == (
        "x: follows from your number at h"
    )
    assert round(wrong * 1.93, 2) != round(1.23 * 1.93, 2)
    exact = ag.grade(h * 2, {h: 1.23, x: round(wrong * 1.93, 2)}).messages
    assert not any("follows" in message for message in exact)
    right = ag.grade(h * 2, {h: 2.0, x: 3.87}, digits=3).messages  # off by one in the last digit
    assert right[0].startswith("wrong gradient at x: 3.87 given, 3.86 expected")


def test_nothing_is_unsure_behind_a_closed_gate():
    u = Value(-1.0, "u")
    h = ag.relu(u)
    h.label = "h"
    grade = ag.grade(h * 2, {h: 1.2, u: 0.04}, digits=2)
    assert "wrong gradient at u: 0.04 given, 0 expected" in grade.messages


def test_three_causes_are_named():
    x = Value(2.0, "x")
    above = [x * (i + 2.0) for i in range(4)]
    for i, v in enumerate(above):
        v.label = f"h{i}"
    y = ag.sum(v * (i + 5.0) for i, v in enumerate(above))
    wrong = {v: 100.0 + i for i, v in enumerate(above)}
    given = wrong | {x: sum(wrong[v] * (i + 2.0) for i, v in enumerate(above))}
    assert ag.grade(y, given).messages[-1] == "x: follows from your number at h3, h2, h1"


def test_what_is_no_number_is_named_by_label_or_index():
    named, other = Value(1.0, "named"), Value(2.0)
    for node, said in ((named, "named"), (other, r"element \[1\]")):
        with pytest.raises(TypeError, match=f"the gradient by hand at {said}: "):
            ag.assert_gradients(named * other, [([Value(3.0), node], [0.0, "1"])])
