"""Steps: in floats they give what the eager engine gives, to the last bit."""

import math
import random

import pytest

import autograd as ag
from autograd.core.primitives import PRIMITIVES, Primitive
from autograd.core.value import Value
from autograd.program.steps import lower, record


def run(steps, inputs):
    """The steps in floats, one after the other: the meaning of the data structure."""
    x = {}
    for i in steps.order:
        numbers = [x[k] for k in steps.operands(i)]
        op = steps.op[i]
        if op == "input":
            x[i] = inputs[steps.a[i]]
        elif op == "constant":
            x[i] = float(steps.constants[i])
        elif op == "neg":
            x[i] = -numbers[0]
        elif op == "sub":
            x[i] = numbers[0] - numbers[1]
        else:
            x[i] = PRIMITIVES[op](*numbers)
    return [x[i] for i in steps.results], [[x[i] + 0.0 for i in row] for row in steps.rows]


def scores(x, y, z):
    return ag.softmax([x, y * z, z - x])


def losses(x, y, z):
    return ag.softmax_cross_entropy([x * y, y / z, z], 1) + ag.gelu(x - y) * ag.tanh(z)


def powers(x, y, z):
    return x**2 / 3 + abs(y) ** z - 1 / z + (2.0**x) * (x - y) ** 3


@pytest.mark.parametrize("f", [scores, losses, powers], ids=lambda f: f.__name__)
@pytest.mark.parametrize("forward", [False, True], ids=["reverse", "forward"])
def test_values_and_derivatives_are_the_eager_ones(f, forward):
    rng = random.Random(1)
    for _ in range(50):
        at = [rng.gauss(0, 2) or 1.0 for _ in range(3)]
        xs = [Value(x) for x in at]
        out = f(*xs)
        ys = out if isinstance(out, list) else [out]
        steps = lower(record(ys, xs)[0], by=[0, 1, 2], forward=forward)
        new = [rng.gauss(0, 2) or 1.0 for _ in range(3)]
        results, rows = run(steps, new)
        want = ag.jacobian(f, (0, 1, 2), mode="forward" if forward else "reverse")(*new)
        value = f(*[Value(x) for x in new])
        assert results == [y.data for y in (value if isinstance(value, list) else [value])]
        # repr tells -0.0 from 0.0
        assert repr([tuple(row) for row in rows]) == repr(want if isinstance(out, list) else [want])


@pytest.mark.parametrize(
    ("f", "ops"),
    [
        (lambda x, y: -(x * -1.0), []),
        (lambda x, y: -x * y, ["mul", "neg"]),
        (lambda x, y: x - y, ["sub"]),
        (lambda x, y: x * 1.0 * y, ["mul"]),
        (lambda x, y: x**2 * y**1, ["mul", "mul"]),
        (lambda x, y: x * y + y * x, ["mul", "add"]),
        (lambda x, y: ag.identity(x) + ag.identity(x), ["add"]),
        (lambda x, y: x * (ag.Value(2.0) * 3.0), ["mul", "mul"]),  # a leaf is no constant
    ],
)
def test_steps_are_few(f, ops):
    xs = [Value(2.0), Value(3.0)]
    steps = lower(record([f(*xs)], xs)[0])
    made = [steps.op[i] for i in steps.order if steps.op[i] not in ("input", "constant")]
    assert made == ops and len(steps) == len(ops)


def test_constants_are_merged_only_where_no_digit_is_lost():
    x = Value(2.0)
    exact = lower(record([3.0 * (x * 4.0)], [x])[0], by=[0])
    assert exact.constants[exact.rows[0][0]] == 12.0
    rounded = lower(record([0.3 * (x * 0.1)], [x])[0], by=[0])
    assert rounded.op[rounded.rows[0][0]] == "mul"


def test_what_a_rule_adds_to_a_literal_is_a_constant(monkeypatch):
    rising = Primitive(
        "rising", "r", lambda a, b: a * (b + 1.0), lambda a, b, y: b + 1.0, lambda *x: x[0]
    )
    monkeypatch.setitem(PRIMITIVES, "rising", rising)
    steps = ag.trace(lambda x: rising(x, 2.0), 5.0)._traced.steps([0])
    assert [steps.constants[i] for row in steps.rows for i in row] == [3.0]


def test_a_term_whose_derivative_is_missing_where_it_was_recorded_stays():
    x = Value(0.0)
    steps = lower(record([x.sqrt() * x], [x])[0], by=[0])
    (value,), ((slope,),) = run(steps, [4.0])
    assert (value, slope) == (8.0, 3.0)


def test_operands_of_a_guard_are_kept_and_leaves_that_were_held_are_inputs():
    x, w = Value(2.0), Value(5.0, "w")
    limit = x * w
    told = [("lt", limit, 11.0, True), ("lt", limit, 11.0, True)]
    recording, held = record([x + 1], [x], told)
    steps = lower(recording)
    (guard,) = steps.guards
    assert held == [w] and steps.inputs == 2
    assert steps.op[guard.a] == "mul" and steps.constants[guard.b] == 11.0
    assert guard.a in steps.checked and steps.results[0] in steps.checked


def test_what_swallows_infinity_has_its_operands_checked():
    x = Value(2.0)
    steps = lower(record([1 / x.exp() + x * x], [x])[0])
    assert "exp" in [steps.op[i] for i in steps.checked]


def test_minus_zero_is_a_constant_of_its_own():
    x = Value(2.0)
    steps = lower(record([x * 0.0, x * -0.0], [x])[0])
    assert sorted(math.copysign(1, c) for c in steps.constants.values() if c == 0) == [-1, 1]


def test_inputs_that_are_swallowed_or_unused_are_checked():
    x, y, z = Value(2.0), Value(3.0), Value(4.0)
    steps = lower(record([x.relu() + y], [x, y, z])[0])
    assert [steps.a[i] for i in steps.checked if steps.op[i] == "input"] == [2, 0]
