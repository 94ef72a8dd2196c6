"""Transforms of functions: the right numbers, at every level, and errors that say what to do."""

import pytest

import autograd as ag
from autograd import Value


def test_levels_are_not_confused():
    assert ag.grad(lambda x: x * ag.grad(lambda y: x + y)(x))(2.0) == 1.0
    assert ag.grad(lambda x: ag.grad(lambda y: x * y)(1.0))(3.0) == 1.0


def test_a_gradient_is_a_graph_of_the_same_nodes():
    x = Value(1.0, "x")
    y = ag.sigmoid(x)
    (dy,) = ag.gradients(y, [x])
    exp = y.inputs[0].inputs[0]
    assert exp.op == "exp"
    assert dy.inputs[1] is exp and dy.inputs[0].inputs == (y, y)  # y² e⁻ˣ
    assert x.grad is None and y.grad is None


@pytest.mark.parametrize("mode", ["forward", "reverse", None])
def test_jacobian_modes_agree(mode):
    def f(v):
        return [v[0] * v[1], ag.sin(v[0]), 7.0]

    at = [0.5, 2.0]
    assert ag.jacobian(f, mode=mode)(at) == [[2.0, 0.5], [ag.cos(0.5), 0.0], [0.0, 0.0]]
