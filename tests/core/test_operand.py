"""Operands: each operator is its primitive, from either side, and no operand is a number."""

import operator

import pytest

from autograd.core import primitives
from autograd.core.operand import Operand


class Told(Operand):
    """An operand that is the text of what was done to it."""

    def __init__(self, text):
        self.text = text

    @staticmethod
    def record(primitive, a, b=None):
        operands = [x.text if type(x) is Told else f"{x:g}" for x in (a, b) if x is not None]
        return Told(f"{primitive.name}({', '.join(operands)})")


X, Y = Told("x"), Told("y")


@pytest.mark.parametrize(
    ("name", "apply"),
    [
        ("add", operator.add),
        ("mul", operator.mul),
        ("divide", operator.truediv),
        ("power", operator.pow),
    ],
)
def test_an_operator_is_its_primitive_from_either_side(name, apply):
    assert apply(X, Y).text == f"{name}(x, y)"
    assert apply(X, 2.0).text == f"{name}(x, 2)"
    assert apply(2.0, X).text == f"{name}(2, x)"


def test_what_is_composed():
    assert (-X).text == "mul(x, -1)"
    assert (X - Y).text == "add(x, mul(y, -1))"
    assert (2.0 - X).text == "add(2, mul(x, -1))" and (X - 2.0).text == "add(x, -2)"
    assert abs(X).text == "absolute(x)" and primitives.exp(X).text == "exp(x)"


@pytest.mark.parametrize(
    "look",
    [float, bool, lambda x: x < 1.0, lambda x: x >= 1.0, lambda x: x > 1.0, lambda x: x <= X],
)
def test_a_rule_is_refused_a_look_at_the_number(look):
    with pytest.raises(TypeError, match="no numbers to branch on"):
        look(X)
