"""Random graphs with random numbers: whatever is given, the check ends in a verdict."""

import random

import pytest

import autograd as ag

ONE = [
    *(ag.exp, ag.sin, ag.tanh, ag.sigmoid, ag.relu, ag.softplus, abs, ag.elu, ag.gelu, ag.radians),
    *(lambda x: x**2, lambda x: 1 / (x * x + 1), lambda x: ag.sqrt(x * x), lambda x: 2**x),
    *(
        lambda x: ag.log(x * x + 0.5),
        lambda x: ag.leaky_relu(x, 0.1),
        lambda x: -x,
        lambda x: x * 0,
    ),
    lambda x: ag.norm([x, 0.0]),
]
TWO = [
    *(lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a / (b * b + 1)),
    *(ag.maximum, ag.minimum, ag.hypot, ag.atan2, lambda a, b: (a * a + 1) ** b),
    *(lambda a, b: ag.softmax([a, b, 1.0])[0], lambda a, b: ag.softmax_cross_entropy([a, b], 1)),
    *(lambda a, b: ag.logsumexp([a, b]), lambda a, b: ag.mean([a, b, a * b])),
    lambda a, b: ag.mean_squared_error([a, b], [1.0, 2.0]),
]


def graph(rng):
    """Nodes, leaves first; with labels or without; the last is the output."""
    nodes = [
        ag.Value(rng.choice([0.0, 1.0, -1.0, rng.uniform(-2, 2)]), rng.choice([f"x{i}", None]))
        for i in range(3)
    ]
    for i in range(rng.randint(2, 9)):
        if rng.random() < 0.5:
            v = rng.choice(ONE)(rng.choice(nodes))
        else:
            v = rng.choice(TWO)(rng.choice(nodes), rng.choice(nodes))
        if rng.random() < 0.3 and v.op is not None and v.label is None:
            v.label = f"n{i}"
        nodes.append(v)
    nodes[-1].backward()
    return nodes


@pytest.mark.parametrize("seed", range(4))
def test_every_check_ends_in_a_verdict(seed, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    rng, judged = random.Random(seed), 0
    while judged < 40:
        try:
            nodes = graph(rng)
        except (ValueError, ArithmeticError):  # outside a domain, too large, no derivative
            continue
        judged += 1
        numbers = [0.0, 1.0, -1.0, 5, 1e300, 1e-300, rng.uniform(-3, 3)]
        given = {rng.choice(nodes): rng.choice(numbers) for _ in range(rng.randint(1, 4))}
        y, digits = nodes[-1], rng.choice([None, 2, 4])
        right = dict.fromkeys(given, 0.0) | {v: v.grad or 0.0 for v in given}
        ag.assert_gradients(y, right, digits=digits)
        grade = ag.grade(y, given, digits=digits)
        assert 0.0 <= grade.fraction <= 1.0
        try:
            ag.assert_gradients(y, given, digits=digits, slips=rng.choice([0, 2, "all"]))
        except ag.GradientMismatch as mismatch:
            lines = str(mismatch).splitlines()
            assert lines[0].startswith("wrong gradient at ") and max(map(len, lines)) <= 100
            assert grade.fraction < 1.0
        else:
            assert grade.fraction == 1.0
