"""The numbers and the gradients of many leaves."""

import math
from array import array

import pytest

import autograd as ag
from autograd import Value
from autograd.core import leaves


def test_numbers_are_read_in_order_from_a_place_on():
    xs = [Value(float(k)) for k in range(5)]
    xs[3].data = 30.0
    numbers = array("d", [7.0] * 7)
    leaves.read(xs, numbers, 1)
    assert numbers.tolist() == [7.0, 0.0, 1.0, 2.0, 30.0, 4.0, 7.0]


def test_an_array_that_is_too_short_is_refused():
    with pytest.raises(IndexError):
        leaves.read([Value(1.0), Value(2.0)], array("d", [0.0]))
    with pytest.raises((TypeError, AttributeError)):
        leaves.read([1.0], array("d", [0.0]))


def test_what_is_added_is_what_sweeps_add():
    xs = [Value(2.0, "a"), Value(3.0, "b")]
    leaves.add(xs, array("d", [7.0, 0.0, -0.0]), 1)
    assert repr(ag.grads(xs)) == "[0.0, 0.0]"
    leaves.add(xs, array("d", [1.5, -2.5]))
    leaves.add(xs, array("d", [1.5, -2.5]))
    assert ag.grads(xs) == [3.0, -5.0]
    with pytest.raises(IndexError):
        leaves.add(xs, array("d", [1.0]))
    with pytest.raises(OverflowError, match="too large at b=3"):
        leaves.add(xs, array("d", [1.0, math.inf]))
    assert ag.grads(xs) == [3.0, -5.0]
