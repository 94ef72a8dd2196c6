"""Arguments that derivatives are taken by: which are taken whole, and which are refused."""

import pytest

import autograd as ag
from autograd.program import arguments


def test_plain_numbers():
    for tree in (1.5, 2, [1.0], (1,), [[1.0, 2], (3.0,)]):
        assert arguments.plain(tree)
    for tree in ([], (), [[]], [1.0, ()], True, [True], "a", None, {"a": 1.0}, ag.Value(1.0)):
        assert not arguments.plain(tree)


def test_arrays_of_doubles_need_no_objects():
    np = pytest.importorskip("numpy")
    a = np.zeros(3)
    for args in ((a,), (a, 1.0), (1.0, a), (a, a[::2])):
        assert arguments.are_packed(args)
    for args in ((), (1.0,), (a, 1), (a, [1.0]), (a.astype(int),), (a.astype("f"), a), (a, None)):
        assert not arguments.are_packed(args)


def test_numbers_are_cut_in_the_shapes_of_arrays():
    np = pytest.importorskip("numpy")
    a, x, b = arguments.cut((np.zeros((2, 2)), 1.0, np.zeros(1)), [1.0, 2.0, 3.0, -0.0, 5.0, 6.0])
    assert (a.tolist(), x, b.tolist()) == ([[1.0, 2.0], [3.0, 0.0]], 5.0, [6.0])
    assert type(x) is float and not np.signbit(a).any() and a.base is None


@pytest.mark.parametrize("argnums", [1, -2, (0, 1), (-2,), 0.0, "a", None])
def test_arguments_that_are_not_there(argnums):
    fast = ag.compile(lambda x: x * x, "python")
    for call in (fast.value_and_grad, fast.value_and_jacobian):
        with pytest.raises(TypeError, match="of 1 positional arguments; an argument given by name"):
            call(2.0, argnums=argnums)


@pytest.mark.parametrize("argnums", [(0, 0), (0, -2), (1, -1), (-1, 0, 1)])
def test_an_argument_named_twice(argnums):
    fast = ag.compile(lambda x, y: x * y, "python")
    with pytest.raises(TypeError, match="argnums names an argument twice"):
        fast.value_and_grad(2.0, 3.0, argnums=argnums)
    for once in ((0, 1), (0, -1), (-1, 0), (1,)):
        wanted = {0: 3.0, 1: 2.0, -1: 2.0}
        assert fast.value_and_grad(2.0, 3.0, argnums=once)[1] == tuple(wanted[i] for i in once)


def test_what_is_no_number_is_told_shortly():
    fast = ag.compile(lambda x: x, "python")
    with pytest.raises(TypeError) as told:
        fast.value_and_grad("a" * 100)
    assert str(told.value).endswith(f"got str: {'a' * 100!r:.60}")
    assert "a" * 59 in str(told.value) and "a" * 60 not in str(told.value)
    w = ag.Value(3.0)
    named = ag.compile(lambda name: w * 2.0, "python")
    for call in (named.value_and_grad, named.value_and_jacobian):
        with pytest.raises(TypeError, match="is taken by a number, or by a list, tuple, dict or"):
            call("a")


def test_what_is_written_to():
    np = pytest.importorskip("numpy")
    out = [np.zeros(2), np.zeros((1, 2), object)]
    assert arguments.put_into(out, [np.array([1.0, 2.0]), np.array([[3.0, 4.0]])]) is out
    assert [a.tolist() for a in out] == [[1.0, 2.0], [[3.0, 4.0]]]
    new = np.array([1.0, 2.0])
    for wrong in (np.zeros(3), [0.0, 0.0], [np.zeros(2), np.zeros(2)], 1.0):
        with pytest.raises(ValueError, match="arrays of the shapes that come out"):
            arguments.put_into(wrong, new)
    with pytest.raises(TypeError, match="arrays of floats"):
        arguments.put_into(np.zeros(2, int), new)
