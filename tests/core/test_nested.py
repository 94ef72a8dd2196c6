"""Structures of Values: their numbers set and read."""

import pytest

import autograd as ag
from autograd import Value


@pytest.mark.parametrize(
    "shape",
    [
        lambda a, b, c: a,
        lambda a, b, c: [a, [b, (c,)]],
        lambda a, b, c: {"W": [[a, b]], "b": c},
        lambda a, b, c: ([], [a]),
    ],
)
def test_assign_sets_every_leaf(shape):
    leaves = shape(*ag.values([1.0, 2.0, 3.0]))
    numbers = shape(10, 20.5, -3)
    assert ag.assign(leaves, numbers) is None
    assert ag.data(leaves) == numbers


def test_assign_takes_arrays_for_lists_and_values_for_numbers():
    numpy = pytest.importorskip("numpy")
    W = ag.values(numpy.ones((2, 3)), "W")
    first = W[0, 0]
    ag.sum(W * W).backward()
    ag.assign(W, ag.data(W) - 0.25 * ag.grads(W))  # one step downhill
    assert W[0, 0] is first
    assert (ag.data(W) == 0.5).all()
    ag.assign(W, W - 1)  # the numbers of new nodes
    assert W[0, 0] is first and first.op is None
    assert (ag.data(W) == -0.5).all()
    ag.assign(list(W.flat), numpy.arange(6))
    assert W[1, 2].data == 5.0
    ag.assign(W, [[1, 2, 3], [4, 5, 6]])
    assert W[1, 2].data == 6.0


@pytest.mark.parametrize(
    ("numbers", "error", "says"),
    [
        ([1.0, 2.0], ValueError, "have not the shape of the leaves"),
        ([[1.0], [2.0], [3.0]], ValueError, "have not the shape"),
        (0.0, ValueError, "have not the shape"),
        ([1.0, 2.0, "3"], TypeError, "expected a real number, got str"),
        ([1.0, 2.0, None], TypeError, "expected a real number, got NoneType"),
        ([1.0, 2.0, float("nan")], ValueError, "expected a finite number"),
    ],
)
def test_assign_refuses_and_changes_nothing(numbers, error, says):
    leaves = ag.values([7.0, 8.0, 9.0])
    with pytest.raises(error, match=says):
        ag.assign(leaves, numbers)
    assert ag.data(leaves) == [7.0, 8.0, 9.0]


def test_assign_refuses_what_is_no_leaf():
    leaf, inner = Value(1.0), Value(1.0) - 0.1
    with pytest.raises(ValueError, match=r"leaves\[1\] is the result of add, .*ag\.assign\(W, num"):
        ag.assign([leaf, inner], [5.0, 5.0])
    with pytest.raises(TypeError, match=r"leaves\[1\] is 2\.0, not a Value"):
        ag.assign([leaf, 2.0], [5.0, 5.0])
    assert leaf.data == 1.0
