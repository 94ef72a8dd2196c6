"""Structures of Values: their numbers set and read."""

from collections import namedtuple

import pytest

import autograd as ag
from autograd import Value
from autograd.core.nested import items, map_rows, map_tree


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


def test_dicts_in_another_order_are_matched_by_their_keys():
    a, b = Value(1.0), Value(2.0)
    ag.assign({"a": a, "b": [b]}, {"b": (20,), "a": 10})
    assert (a.data, b.data) == (10.0, 20.0)
    f = lambda p: {"u": 3.0 * p["a"], "v": 5.0 * p["b"]}  # noqa: E731
    _, tangents = ag.jvp(f, ({"a": 1.0, "b": 1.0},), ({"b": 1.0, "a": 10.0},))
    assert tangents == {"u": 30.0, "v": 5.0}
    _, pull = ag.vjp(f, {"a": 1.0, "b": 1.0})
    assert pull({"v": 1.0, "u": 10.0}) == ({"a": 30.0, "b": 5.0},)
    with pytest.raises(TypeError, match="have not the shape"):
        pull({"v": 1.0, "w": 10.0})


def test_values_are_made_in_dicts_too_and_tuples_keep_their_names():
    Pair = namedtuple("Pair", "w b")
    tree = ag.values({"layer": Pair([1, 2], 3)}, "p")
    assert [v.label for v in items(tree)] == ["p[layer,0,0]", "p[layer,0,1]", "p[layer,1]"]
    assert ag.data(tree) == {"layer": Pair([1.0, 2.0], 3.0)}
    assert ag.relu(Pair(-1, 2)) == Pair(0.0, 2.0)


def test_rows_side_by_side_are_of_one_length():
    assert ag.maximum([[1, 2], [3, 4]], [0, 9]) == [[1.0, 2.0], [9.0, 9.0]]
    with pytest.raises(ValueError, match=r"structures of different lengths: \[1, 2\]"):
        map_rows(max, [1, 2], 0, [3])
    with pytest.raises(TypeError, match="got dict"):
        ag.maximum([{"a": 1}], 2)
    with pytest.raises(TypeError, match="got dict"):
        ag.mean_squared_error([{"a": 1}], [{"a": 1}])


@pytest.mark.parametrize(
    "function", [ag.data, ag.grads, ag.sum, ag.exp, ag.values, lambda x: map_tree(id, {"a": x})]
)
def test_a_list_that_holds_itself_is_refused(function):
    xs = [1.0]
    xs.append(xs)
    with pytest.raises(RecursionError):
        function(xs)


@pytest.mark.parametrize("x", [0.5, Value(0.5)])
def test_an_array_of_no_dimension_is_its_one_element(x):
    numpy = pytest.importorskip("numpy")
    lone = numpy.array(x)
    assert lone.shape == ()
    y = ag.exp(lone)
    assert type(y) is type(x)
    assert y == ag.exp(0.5)
    with pytest.raises(ValueError, match="expected a finite number, got nan"):
        ag.exp(numpy.array(float("nan")))
