"""Tracing: a program gives the eager numbers elsewhere too, or says that it cannot."""

import copy
import math
import pickle
import threading

import pytest

import autograd as ag
from autograd import Value
from autograd.core import node
from autograd.core.primitives import PRIMITIVES, Primitive


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
