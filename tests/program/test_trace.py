"""Tracing: a program gives the eager numbers elsewhere too, or says that it cannot."""

import collections
import copy
import functools
import math
import operator
import pickle
import threading
from array import array
from fractions import Fraction

import pytest

import autograd as ag
from autograd import Value
from autograd.core import node
from autograd.core.primitives import PRIMITIVES, Primitive
from autograd.program.trace import joined, split


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * x.data,
        lambda x: x * (x.grad or 1.0),
        lambda x: setattr(x, "data", 3.0) or x,
        lambda x: x * float(x),
        lambda x: x * (x * 2).partials[0],
        lambda x: x * copy.deepcopy(x),
        lambda x: x * pickle.loads(pickle.dumps(x)),
        lambda x: x * ag.data([x])[0],
        lambda x: x * int(x),
    ],
)
def test_numbers_of_variables_are_refused(f):
    with pytest.raises(TypeError):
        ag.trace(f, 3.0)


def test_a_number_is_to_be_had_again_after_the_trace():
    w = Value(2.0)
    with pytest.raises(TypeError, match="inside a traced function"):
        ag.trace(lambda x: x * w.data, 3.0)
    assert w.data == 2.0 and w.grad is None


def test_other_threads_are_not_concerned():
    w, seen = Value(2.0), []

    def f(x):
        thread = threading.Thread(target=lambda: seen.append((w.data, w < 3.0)))
        thread.start()
        thread.join()
        return x * 2

    assert ag.trace(f, 1.0)(3.0) == 6.0 and seen == [(2.0, True)]


def aside(x):
    with ag.no_grad():
        w = x * 2
    return x * w * x.detach()


def test_what_has_no_gradient_is_a_step_that_has_none():
    p = ag.trace(aside, 3.0)
    assert p.value_and_grad(5.0) == ag.value_and_grad(aside)(5.0) == (250.0, 50.0)
    x = Value(5.0)
    y = p(x)  # recorded once more
    y.backward()
    assert (y.data, x.grad) == (250.0, 50.0)
    q = ag.trace(lambda x: ag.log(aside(x)), 3.0)
    with pytest.raises(ValueError, match=r"log\(.*-250"):
        q(-5.0)
    with pytest.raises(ValueError, match=r"log\(.*-250"):
        q.value_and_grad(-5.0)


def chain(x, y):
    return x * x if -1.0 < x < 1.0 else (2 * abs(x) - 1) * y


def ordered(x, y):
    a, b, c = sorted([x, y, x * y])
    return a + 2 * b + 3 * c


def largest(x, y):
    return max(x, y) * min(x * x, 3.0)


def root(x, y):
    z = x * x + 1.0
    w = z
    while abs(w * w - z) > 1e-9:
        w = 0.5 * (w + z / w)
    return w * y


def equal(x, y):
    return y if x == 2.0 else x * y


def at_least(x, y):
    return x * y if x >= y else y


def at_most(x, y):
    return x * y if x <= y else y


BRANCHES = [chain, ordered, largest, root, equal, at_least, at_most]


@pytest.mark.parametrize("f", BRANCHES, ids=lambda f: f.__name__)
def test_a_branch_is_taken_as_recorded_or_not_at_all(f):
    points = [(x / 2, y / 2) for x in range(-5, 6) for y in range(-5, 6)]
    p = ag.trace(f, 0.5, 1.5)
    taken = 0
    for x, y in points:
        try:
            found = p.value_and_grad(x, y, argnums=(0, 1))
        except ValueError as error:
            assert "branch" in str(error)
            continue
        taken += 1
        assert found == ag.value_and_grad(f, argnums=(0, 1))(x, y)
    assert 0 < taken < len(points)


def test_another_thread_is_in_no_trace_meanwhile():
    found = []

    def aside():
        x = Value(1e151, "x")
        loss = ag.sum_of_squares_error([x], [0.0])  # in a form that is for this number alone
        loss.backward()
        found.extend([x.detach().op, x.data, x.grad, loss.data])

    def f(x):
        thread = threading.Thread(target=aside)
        thread.start()
        thread.join()
        return x * x

    assert ag.trace(f, 3.0)(4.0) == 16.0
    assert found == [None, 1e151, 1e151, pytest.approx(5e301)]


def test_targets_are_checked_by_the_program():
    p = ag.trace(lambda s, t: ag.hinge(s, t), 0.5, 1.0)
    assert p(0.25, 1.0) == 0.75
    with pytest.raises(ValueError):
        p(0.25, 0.5)
    q = ag.trace(lambda s, t: ag.binary_cross_entropy(s, t), 0.5, 1.0)
    with pytest.raises(ValueError):
        q(1.5, 1.0)


@pytest.mark.parametrize("x", [-800.0, -400.0, -354.0, 0.0, 40.0])
@pytest.mark.parametrize("at", [-400.0, 1.0])
def test_the_sigmoid_is_right_on_both_sides_of_its_forms_or_refused(x, at):
    p = ag.trace(ag.sigmoid, at)
    if (x > -354) == (at > -354):
        assert p.value_and_grad(x) == ag.value_and_grad(ag.sigmoid)(x)
    else:
        with pytest.raises(ValueError, match="branch"):
            p(x)


def test_a_form_that_is_right_at_one_point_only_is_refused():
    with pytest.raises(ValueError, match="another point"):
        ag.trace(lambda x, y: ag.softmax([x, y])[0], -1e308, 1.5e308)
    with pytest.raises(ValueError, match="another point"):
        ag.trace(lambda x: ag.grad(lambda t: ag.sqrt(t) * t)(x), 0.0)


def test_where_a_number_is_not_finite_the_operation_is_named():
    p = ag.trace(lambda cost: ag.log(cost) * 2, 1.0)
    with pytest.raises(ValueError, match=r"log\(.*-1"):
        p(-1.0)
    assert ag.trace(lambda x: ag.sqrt(x) * x, 4.0).value_and_grad(0.0) == (0.0, 0.0)
    q = ag.trace(lambda x: ag.exp(x) * 1e300, 1.0)
    with pytest.raises(OverflowError):
        q(100.0)


def test_leaves_that_a_function_holds_are_read_at_each_call():
    w = Value(3.0, "w")
    p = ag.trace(lambda x: x * w, 1.0)
    w.data = 10.0
    assert p.value_and_grad(2.0) == (20.0, 10.0)


def test_arguments_have_the_shape_of_the_example():
    p = ag.trace(lambda a, b: a[0] * b["k"] + a[1], [1.0, 2.0], {"k": 3.0})
    assert p([2, 3.0], {"k": 4}) == 11.0
    assert p.value_and_grad([2.0, 3.0], {"k": 4.0}, argnums=(0, 1)) == (
        11.0,
        ([4.0, 1.0], {"k": 2.0}),
    )
    for wrong in (([1.0], {"k": 3.0}), ([1.0, 2.0], 3.0), ([1.0, 2.0],), (None, {"k": 1.0})):
        with pytest.raises(TypeError):
            p(*wrong)
    for wrong in ([1.0], "1", {"x": 1.0}, None):
        with pytest.raises(TypeError, match="the program takes a number here, not"):
            ag.trace(ag.sqrt, 1.0)(wrong)
    with pytest.raises(TypeError, match="argnums"):
        p.value_and_grad([2.0, 3.0], {"k": 4.0}, argnums=2)
    with pytest.raises(TypeError, match="one number"):
        ag.trace(lambda x: [x, x], 1.0).value_and_grad(1.0)


def power_of(x, how, n=None):
    return x**n if how == "power" else -x if how is True else x


@pytest.mark.parametrize(
    ("example", "other"),
    [
        (("negated", None), ("power", None)),
        ((True, None), (False, None)),
        ((True, None), (1, None)),
        ((None, None), ("power", None)),
    ],
)
def test_what_is_no_number_is_as_in_the_example_or_refused(example, other):
    p = ag.trace(power_of, 3.0, *example)
    assert p(2.0, *example) == power_of(2.0, *example)
    assert p.value_and_grad(Value(2.0), *example)[0].data == power_of(2.0, *example)
    with pytest.raises(ValueError, match=r"was traced with .* trace it again"):
        p(2.0, *other)


def test_arrays_have_the_shape_of_the_example_and_integers_are_part_of_the_program():
    np = pytest.importorskip("numpy")

    def chosen(x, which):
        return ag.sum([number for number, taken in zip(x, which, strict=True) if taken])

    which = np.array([True, False, True])
    p = ag.trace(chosen, np.array([1.0, 2.0, 3.0]), which)
    assert p(np.array([4, 5, 6]), which) == p(np.array([4.0, 5.0, 6.0]), which.copy()) == 10.0
    assert p.value_and_grad(np.array([4.0, 5.0, 6.0]), which)[1].tolist() == [1.0, 0.0, 1.0]
    with pytest.raises(ValueError, match="traced with array"):
        p(np.array([4.0, 5.0, 6.0]), ~which)
    for wrong in ([4.0, 5.0, 6.0], np.array([4.0, 5.0])):
        with pytest.raises(TypeError, match=r"an array of shape \(3,\)"):
            p(wrong, which)
    with pytest.raises(TypeError, match="an array of numbers, not of bool"):
        p(which, which)
    with pytest.raises(TypeError, match="compare one by one"):
        ag.trace(lambda x: x < np.array([1.0, 2.0]), 1.0)


def test_values_go_through_a_program():
    x = Value(3.0, "x")
    p = ag.trace(lambda x: x * x.detach() if x > 1 else x, 2.0)
    assert p(3.0) == p(x).data == 9.0
    p(x).backward()
    assert x.grad == 3.0
    y, slope = p.value_and_grad(x)
    assert (y.data, slope.data) == (9.0, 3.0)
    for call in (p, p.value_and_grad):
        with pytest.raises(ValueError, match="another branch"):
            call(Value(0.5))


def test_leaves_that_a_program_holds_are_what_they_are_outside():
    w, x = Value(2.0, "w"), Value(3.0, "x")
    p = ag.trace(lambda x: w * x * x, 1.0)
    p(x).backward()
    assert (w.grad, x.grad) == (9.0, 12.0)
    assert ag.grad(lambda a: ag.trace(lambda x: a * x * x, 1.0)(3.0))(2.0) == 9.0
    slope = ag.grad(lambda a: ag.trace(lambda x: a * x * x, 1.0).value_and_grad(3.0)[1])(2.0)
    assert slope == 6.0
    with pytest.raises(TypeError, match=r"in rational numbers .* not depend on 2.0"):
        ag.grad(lambda a: ag.trace(lambda x: a * x, 1.0)(Fraction(1, 3)))(2.0)
    q = ag.trace(lambda t: p(3.0) * t, 1.0)
    w.data = 5.0
    assert q(1.0) == 45.0


def test_a_program_tells_what_it_is():
    p = ag.trace(max, 1.0, 2.0)  # its parameters have no names to be had
    assert repr(p) == "<program of max: 0 steps, 1 guards>"
    assert str(p).splitlines()[0] == "max(x0, x1): 0 steps"
    with pytest.raises(TypeError, match=r"trace expects a function, got float: 3\.0"):
        ag.trace(3.0, 1.0)


def test_results_come_back_as_the_function_gave_them():
    assert ag.trace(lambda x: {"a": [x, 2 * x], "b": 3}, 1.0)(5.0) == {"a": [5.0, 10.0], "b": 3.0}


def test_transforms_can_be_traced():
    p = ag.trace(ag.grad(lambda x: ag.tanh(x) * x), 0.5)
    assert p(1.5) == pytest.approx(ag.grad(lambda x: ag.tanh(x) * x)(1.5), rel=1e-15)
    h = ag.trace(ag.hessian(lambda v: v[0] ** 2 * v[1]), [1.0, 1.0])
    assert h([2.0, 3.0]) == [[6.0, 4.0], [4.0, 0.0]]


def test_rules_of_ones_own_may_call_the_public_functions(monkeypatch):
    half = Primitive("half_sine", "½sin", lambda x: math.sin(x) / 2, lambda x, y: ag.cos(x) / 2)
    monkeypatch.setitem(PRIMITIVES, "half_sine", half)
    p = ag.trace(lambda x: half(x) * x, 0.3)
    assert p.value_and_grad(0.7) == ag.value_and_grad(lambda x: half(x) * x)(0.7)
    branching = Primitive("kinked", "k", abs, lambda x, y: 1.0 if x > 0 else -1.0)
    monkeypatch.setitem(PRIMITIVES, "kinked", branching)
    with pytest.raises(TypeError, match="rule"):
        ag.trace(branching, 0.3).value_and_grad(0.7)


@pytest.mark.parametrize("which", [1, 2])
def test_ctrl_c_as_a_trace_begins_or_ends_leaves_none_open(monkeypatch, which):
    x = Value(0.5)
    calls = []

    class Interrupted:
        """The context variable; Ctrl-C comes right after one of the times that it is set."""

        get = node.tracing.get

        def set(self, trace, assign=node.tracing.set):
            assign(trace)
            calls.append(trace)
            if len(calls) == which:
                raise KeyboardInterrupt

    monkeypatch.setattr(node, "tracing", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        ag.trace(ag.sin, 0.5)
    assert x.data == 0.5 and float(ag.grad(ag.sin)(0.0)) == 1.0  # neither is inside a trace
    assert ag.trace(ag.sin, 0.5)(0.0) == 0.0


def area(width, *sides, depth=1.0):
    return width * sum(sides, 0.0) * depth


class Ratio:
    def __call__(self, a, b):
        return a / b


@pytest.mark.parametrize(
    ("f", "args", "head"),
    [
        (lambda x, y: x * y, (1.0, 2.0), "program(x, y): 1 step"),
        (area, (1.0, 2.0, 3.0), "area(width, sides_0, sides_1): 3 steps"),
        (area, ([1.0, 2.0], 3.0), None),
        (lambda p: p[0] + p[1], ([1.0, 2.0],), "program(p_0, p_1): 1 step"),
        (lambda p, k: p["a"] * k, ({"a": 1.0}, 2.0), "program(p_0, k): 1 step"),
        (lambda p, k: p[0] * k, (1.5, "text"), None),
        (lambda text, x: x * x, ("text", 2.0), "program(x): 1 step"),
        (functools.partial(area, 2.0), (3.0,), "program(sides_0): 2 steps"),
        (Ratio(), (1.0, 2.0), "program(a, b): 1 step"),
        (operator.mul, (1.0, 2.0), "mul(a, b): 1 step"),
        (max, (1.0, 2.0), "max(x0, x1): 0 steps"),
        (lambda x: x, (1.0,), "program(x): 0 steps"),
    ],
)
def test_inputs_have_the_names_of_the_parameters(f, args, head):
    if head is None:
        with pytest.raises(TypeError):
            ag.trace(f, *args)
        return
    p = ag.trace(f, *args)
    assert str(p).splitlines()[0] == head
    guards = str(p).count("where")
    count = int(head.partition(": ")[2].split()[0])
    assert repr(p) == f"<program of {head.partition('(')[0]}: {count} steps, {guards} guards>"


def test_a_comparison_with_what_is_no_float_is_for_this_point_only():
    with pytest.raises(ValueError, match="another point"):
        ag.trace(lambda x: x if x > Fraction(1, 3) else -x, 1.0)
    p = ag.trace(lambda x: x if x > Fraction(1, 2) else -x, 1.0)
    assert p(0.75) == 0.75 and p(Fraction(3, 4)) == Fraction(3, 4)
    with pytest.raises(ValueError, match="branch"):
        p(0.5)
    np = pytest.importorskip("numpy")
    with pytest.raises(TypeError, match="compares a Value with an array"):
        ag.trace(lambda x: x if x > np.array([1.0, 2.0]) else -x, 1.0)


def test_numbers_of_python_are_taken_as_they_are_in_any_arithmetic():
    w = Value(0.1, "w")
    p = ag.trace(lambda x, y: x * y + w, 1.0, 2.0)
    found = p.value_and_grad(Fraction(1, 3), 2, argnums=(0, 1))
    assert found == (Fraction(2, 3) + Fraction(0.1), (2, Fraction(1, 3)))
    assert all(type(x) is Fraction for x in (found[0], *found[1]))
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(30):
        y, (dx, dy) = p.value_and_grad(mpmath.mpf(3), 0.1, argnums=(0, 1))
        assert y == mpmath.mpf(0.1) * 4 and (dx, dy) == (mpmath.mpf(0.1), 3)
        assert type(dx) is mpmath.mpf
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x")
    w.data = 0.25
    assert p(x, 0.5) == x / 2 + sympy.Rational(1, 4)
    np = pytest.importorskip("numpy")
    assert p(np.array([1.0, 2.0]), 3).tolist() == [3.25, 6.25]
    assert ag.trace(lambda x: x * 2 + 1, 1.0).value_and_grad(Fraction(1, 3))[1] == 2
    assert p(2, True) == 2.25 and type(p(2, 3)) is float


def keys(*trees, counts=False):
    """The keys of trees, and whether all are the same."""
    found = [split(tree, [], counts) for tree in trees]
    hashes = {hash(key) for key in found}
    same = all(key == found[0] for key in found)
    assert not same or len(hashes) == 1
    return same


def test_what_a_program_depends_on_besides_its_numbers():
    np = pytest.importorskip("numpy")
    assert keys(1.0, 2.0, 3, Value(1.0), Fraction(1, 2), np.float64(2.0))
    assert keys([1.0, (2.0,)], [3, (Value(4.0),)])
    assert not keys([1.0], (1.0,))
    assert not keys([1.0], [1.0, 1.0])
    assert keys({"a": 1.0}, {"a": 2.0}) and not keys({"a": 1.0}, {"b": 1.0})
    assert not keys({"a": 1.0, "b": 1.0}, {"b": 1.0, "a": 1.0})  # the order is that of inputs
    assert keys("a", "a") and not keys("a", "b") and not keys("a", b"a")
    assert keys(True, True) and not keys(True, False) and not keys(True, 1)
    assert keys(1, 1, counts=True) and not keys(1, 2, counts=True)
    assert not keys(1, True, counts=True) and not keys(1, 1.0, counts=True)
    mine, other = object(), object()
    assert keys(mine, mine) and not keys(mine, other) and not keys(None, mine)
    unhashable = type("Unhashable", (), {"__eq__": lambda self, other: True})
    assert not keys(unhashable(), unhashable())
    assert keys(np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([1, 2], object))
    assert not keys(np.zeros(2), np.zeros(3)) and not keys(np.zeros((2, 1)), np.zeros((1, 2)))
    assert keys(np.array([1, 2]), np.array([1, 2])) and not keys(np.array([1]), np.array([2]))
    assert not keys(np.array([1], np.int32), np.array([1, 0], np.int16))


def test_numbers_are_taken_out_and_put_back_in_order():
    np = pytest.importorskip("numpy")
    pair = collections.namedtuple("pair", "a b")
    tree = [1.0, (2, True), {"k": np.array([3.0, 4.0])}, pair(5.0, "text"), np.array([6]), None]
    numbers = []
    split(tree, numbers)
    assert numbers == [1.0, 2, 3.0, 4.0, 5.0]
    packed = array("d")
    split([tree[0], tree[2], np.array([7.0], "f"), np.array([8.0], object)], packed)
    assert packed.tolist() == [1.0, 3.0, 4.0, 7.0, 8.0]
    made = joined(tree, iter([10.0, 20.0, 30.0, 40.0, 50.0]))
    assert made[:2] == [10.0, (20.0, True)] and made[2]["k"].tolist() == [30.0, 40.0]
    assert made[3] == pair(50.0, "text") and type(made[3]) is pair
    assert made[4] is tree[4] and made[5] is None
    assert joined([1, 2.0], iter([5.0]), counts=True) == [1, 5.0]
    counted = []
    split([1, 2.0], counted, True)
    assert counted == [2.0]


def test_a_derivative_is_never_minus_zero():
    def f(x, y):
        return -(x * 0.0) * y + y * 0.0

    want = repr(ag.value_and_grad(f, (0, 1))(1.0, 2.0))
    assert "-0.0" not in want[want.index("(", 1) :]
    assert repr(ag.trace(f, 1.0, 2.0).value_and_grad(1.0, 2.0, argnums=(0, 1))) == want
    fast = ag.compile(f, "python")
    for _ in range(2):
        assert repr(fast.value_and_grad(1.0, 2.0, argnums=(0, 1))) == want
        assert repr(fast.value_and_grad(1.0, 2.0)[1]) == "0.0"
    several = fast.value_and_jacobian(1.0, 2.0, argnums=(0, 1))
    assert repr(several) == want


def test_an_example_may_be_a_whole_number_and_a_list_of_one_is_no_number():
    p = ag.trace(lambda x: x * x, 3)
    assert p(4.0) == 16.0 and str(p).startswith("program(x): 1 step")
    for f in (lambda x: [x], lambda x: (x,), lambda x: {"a": x}):
        q = ag.trace(f, 3.0)
        assert list(q(5.0)) in ([5.0], ["a"])
        with pytest.raises(TypeError, match="returns one number"):
            q.value_and_grad(5.0)
    assert ag.trace(lambda x: 2.0, 3.0).value_and_grad(5.0) == (2.0, 0.0)


def test_a_trace_that_ended_is_forgotten():
    ag.trace(lambda x: x * x, 3.0)
    with pytest.raises(TypeError):
        ag.trace(lambda x: x.data, 3.0)
    assert not node._traces
