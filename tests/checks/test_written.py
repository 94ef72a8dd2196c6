"""The words for a node: read by Python's own grammar they give the node's number."""

import random

import pytest

import autograd as ag
from autograd.checks.region import number
from autograd.checks.written import Written
from autograd.core.node import inputs_first
from autograd.core.value import Value

PYTHON = str.maketrans({"·": "*", "−": "-", "²": "**2", "³": "**3", "^": "**"})
FUNCTIONS = {name: getattr(ag, name) for name in ("sin", "exp", "sigmoid", "tanh", "maximum")}
MADE = [
    *(lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b),
    *(lambda a, b: -a, lambda a, b: 1 / a, lambda a, b: a**2, lambda a, b: a**3),
    *(lambda a, b: a + 2, lambda a, b: 3 - a, lambda a, b: a * -2.5, lambda a, b: a / 4),
    *(lambda a, b: a**-1, lambda a, b: 2**a, lambda a, b: ag.power(a, b), lambda a, b: a - 0.5),
    *(lambda a, b: ag.sin(a), lambda a, b: ag.sigmoid(a), lambda a, b: ag.maximum(a, b)),
    *(lambda a, b: 1 / (1 + ag.exp(-a)), lambda a, b: a**-2.5, lambda a, b: -3 / a),
]


def name(y, width=200):
    return Written(inputs_first(y), y).name(y, width)


@pytest.mark.parametrize("seed", range(20))
def test_an_expression_gives_the_nodes_number(seed):
    rng, tried = random.Random(seed), 0
    while tried < 60:
        leaves = {"x": 0.7, "w": 1.9, "b": -0.4}
        made = [Value(number, label) for label, number in leaves.items()]
        try:
            for _ in range(rng.randint(1, 3)):
                made.append(rng.choice(MADE)(rng.choice(made[-2:]), rng.choice(made)))
        except (ValueError, ArithmeticError):
            continue
        tried += 1
        text = name(made[-1])
        if "…" not in text:
            number = eval(text.translate(PYTHON), {"__builtins__": {}}, FUNCTIONS | leaves)
            assert number == pytest.approx(made[-1].data, rel=1e-9, abs=1e-9), text


def test_a_gradient_of_0_has_no_sign():
    x = Value(2.0, "x")
    y = -(x * 0.0)
    for found in (Written(inputs_first(y), y), Written(inputs_first(y), y, [x], 9)):
        assert str(found.sweep({})[x]) == "0.0"
    assert number(-0.0) == "0"


def test_a_missing_derivative_within_a_step_is_no_edge():
    x = Value(0.0, "x")
    y = ag.norm([x, x * 2.0]) * 0.0 + x
    assert Written(inputs_first(y), y).sweep({})[x] == 1.0
