"""Value: what a node tells, how it is recorded, swept, copied, refused."""

import copy
import gc
import math
import pickle
import random
import sys
import threading
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.core import node
from autograd.core.node import describe

DEEP = 1_000_000


def apple():
    apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    price = apple * count * tax
    price.label = "price"
    return price, apple, count, tax


def chain(length, factor=1.0):
    x = y = Value(1.0, "x")
    for _ in range(length):
        y = y + factor
    return x, y


def test_the_apple_price():
    price, apple_, count, tax = apple()
    assert price.grad is None
    price.backward()
    assert price.data == pytest.approx(220) and price.grad == 1.0
    assert [apple_.grad, count.grad, tax.grad] == pytest.approx([2.2, 110, 200], rel=1e-15)
    subtotal = price.inputs[0]
    assert (subtotal.data, subtotal.grad, subtotal.label) == (200.0, 1.1, None)
    assert price.inputs == (subtotal, tax) and price.partials == (1.1, 200.0)
    assert (price.op, apple_.op, apple_.inputs, apple_.partials) == ("mul", None, (), ())


def test_plus_in_front_is_the_value_itself():
    x = Value(2.0)
    assert +x is x


def test_repr_and_format():
    price = apple()[0]
    price.backward()
    assert repr(price) == "Value(220.0, label='price', op='mul', grad=1.0)"
    assert repr(Value(0.1) + 0.2) == "Value(0.3, op='add')"
    assert f"{price}" == repr(price) == str(price)
    assert f"{price:.3f}" == "220.000" and f"{price:8.1e}" == " 2.2e+02"
    assert f"{Value(-0.0):g}" == "0" and f"{Value(-0.0):.3f}" == "0.000"


ACCEPTED = [True, 3, 2.5, Fraction(1, 4), Decimal("0.5"), -0.0, 5e-324, 1.7e308]


@pytest.mark.parametrize("number", ACCEPTED)
def test_real_numbers_are_accepted(number):
    assert Value(number).data == float(number) and type(Value(number).data) is float
    assert (Value(1.0) * number).data == float(number)


def test_numpy_numbers_are_accepted_on_both_sides():
    np = pytest.importorskip("numpy")
    for number in (np.float64(2), np.float32(2), np.int8(2), np.bool_(True), np.array(2.0)):
        assert Value(number).data == float(number)
        for y in (number * Value(3.0), Value(3.0) * number):
            assert type(y) is Value and y.data == 3.0 * float(number)
    assert (np.float64(2) - Value(3.0)).data == -1.0 and (np.float64(2) < Value(3.0))


@pytest.mark.parametrize("bad", ["1", None, 1j, [1.0], (1.0,), {}, b"1", Value(1.0), object()])
def test_what_is_no_real_number_is_a_type_error(bad):
    with pytest.raises(TypeError):
        Value(bad)
    if type(bad) is not Value:
        for operation in (
            lambda: Value(1.0) + bad,
            lambda: bad * Value(1.0),
            lambda: Value(1.0) ** bad,
            lambda: Value(1.0) < bad,
            lambda: bad / Value(1.0),
            lambda: bad - Value(1.0),
        ):
            with pytest.raises(TypeError):
                operation()


def test_on_either_side_the_error_says_what_is_no_number():
    for operation in (lambda: "2" * Value(1.0), lambda: [2.0] / Value(1.0)):
        with pytest.raises(TypeError, match=r"expected a real number, got (str|list): "):
            operation()


class Interval:
    """Somebody else's class, which knows what to do with a Value."""

    def __add__(self, other):
        return f"{other.data:g} ± 1"

    __radd__ = __rmul__ = __rsub__ = __rtruediv__ = __rpow__ = __add__


def test_the_class_of_another_operand_may_know_what_to_do():
    x, other = Value(2.0), Interval()
    assert {x + other, x * other, x - other, x / other, x**other, other + x} == {"2 ± 1"}


def test_numpy_arrays_and_texts_are_no_numbers():
    np = pytest.importorskip("numpy")
    for bad in (np.array([1.0]), np.array("1"), np.array(1j), np.str_("1"), np.complex128(1)):
        with pytest.raises(TypeError):
            Value(bad)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_are_finite(bad):
    x = Value(1.0, "x")
    for operation in (
        lambda: Value(bad),
        lambda: x + bad,
        lambda: bad * x,
        lambda: x.backward(bad),
        lambda: setattr(x, "data", bad),
        lambda: setattr(x, "grad", bad),
    ):
        with pytest.raises(ValueError, match="finite"):
            operation()
    assert (x.data, x.grad) == (1.0, None)


OPERATORS = [
    (lambda a, b: a + b, (1.0, 1.0)),
    (lambda a, b: a - b, (1.0, -1.0)),
    (lambda a, b: a * b, (3.0, 2.0)),
    (lambda a, b: a / b, (1 / 3, -2 / 9)),
    (lambda a, b: a**b, (12.0, 8 * math.log(2))),
    (lambda a, b: -a + b, (-1.0, 1.0)),
    (lambda a, b: abs(a) + b, (1.0, 1.0)),
]


@pytest.mark.parametrize(("function", "gradient"), OPERATORS)
def test_operators(function, gradient):
    a, b = Value(2.0), Value(3.0)
    y = function(a, b)
    y.backward()
    assert y.data == pytest.approx(function(2.0, 3.0), rel=1e-15)
    assert (a.grad, b.grad) == pytest.approx(gradient, rel=1e-15)
    for mixed in (function(a, 3.0), function(2.0, b)):
        assert mixed.data == pytest.approx(y.data, rel=1e-15)


def test_composition_of_the_operators():
    a, b = Value(6.0), Value(3.0)
    assert [(a - b).op, (-a).op, (a / b).op, (1 / b).op] == ["add", "mul", "divide", "reciprocal"]
    assert (a / b).inputs == (a, b) and (a - b).inputs[1].op == "mul"
    two = (a - 2).inputs[1]
    assert (two.data, two.op) == (-2.0, None) and (-two).inputs[0] is two
    assert (Value(1e-312) / 1e-310).data == 1e-312 / 1e-310  # though 1/1e-310 is no float
    assert (Value(1.0) / b).op == "divide"  # the 1 is a variable here


def quotients(count=10_000):
    rng = random.Random(3)
    for _ in range(count):
        yield rng.randint(-99, 99), rng.choice((-1, 1)) * rng.randint(1, 99)
        yield tuple(rng.choice((-1, 1)) * 10 ** rng.uniform(-300, 300) for _ in range(2))


def test_a_quotient_is_rounded_as_python_rounds_it():
    for a, b in quotients():
        if abs(a) < abs(b) * 1e308:
            want = a / b
            assert (Value(a) / Value(b)).data == (Value(a) / b).data == want, (a, b)
            assert a == 1 or (a / Value(b)).data == want, (a, b)


def test_equality_compares_with_numbers_and_is_identity_between_values():
    x, y = Value(0.6), Value(0.6)
    assert x == 0.6 and x == 0.6 and x != 0.5 and Value(1.0) == 1 == Value(1) and x != math.nan
    assert x == x and x != y and len({x, y, x}) == 2 and y not in [x]
    assert x == Fraction(0.6) and (x == "0.6") is False and x.__eq__("0.6") is NotImplemented
    assert x in [0.5, 0.6] and [x, x] == [0.6, 0.6]
    assert x + 1e-9 == pytest.approx(0.6) and pytest.approx(0.6) == x + 1e-9
    assert x != pytest.approx(0.7) and pytest.approx(0.7) != x
    assert [x, y + 1.0] == pytest.approx([0.6, 1.6]) and {"a": x} == pytest.approx({"a": 0.6})


def test_a_literal_is_a_leaf_without_a_gradient():
    x = Value(-3.0, "x")
    y = x**2 * 5.0
    five = y.inputs[1]
    y.backward()
    assert (five.data, five.op, five.grad, five.label) == (5.0, None, None, None)
    assert (x.grad, y.inputs[0].partials) == (-30.0, (-6.0, None))


def test_a_node_used_twice_has_two_edges():
    x = Value(3.0)
    y = x * x
    y.backward()
    assert y.inputs == (x, x) and x.grad == 6.0


def test_sweeps_add_up_exactly():
    x = Value(2.0)
    y = x * x * x
    y.backward()
    assert x.grad == 12.0
    y.backward()
    assert (x.grad, y.grad) == (24.0, 2.0)
    y.backward(seed=0.5)
    assert x.grad == 30.0
    y.zero_grad()
    assert (x.grad, y.grad, y.inputs[0].grad) == (None, None, None)


def test_gradients_of_two_graphs_add_up_in_a_shared_leaf():
    x = Value(2.0)
    (x * 3).backward()
    (x * 4).backward()
    assert x.grad == 7.0


def test_grad_and_label_can_be_assigned():
    x = Value(2.0)
    x.grad, x.label = 5, "x"
    (x * 3).backward()
    assert repr(x) == "Value(2.0, label='x', grad=8.0)"
    x.grad = None
    assert x.grad is None


@pytest.mark.parametrize("bad", [3, b"x", ["x"], Value(1.0)])
def test_a_label_is_text(bad):
    x = Value(1.0, "x")
    with pytest.raises(TypeError, match="label"):
        x.label = bad
    with pytest.raises(TypeError, match="label"):
        Value(1.0, bad)
    assert x.label == "x"
    x.label = None
    assert x.label is None


def test_assigned_data_harms_nothing_recorded_before():
    x, y = Value(2.0), Value(5.0)
    z = x * y
    y.data = 100.0
    z.backward()
    assert (z.data, x.grad) == (10.0, 5.0)
    assert z.recompute() is z
    assert (z.data, z.grad, x.grad, z.partials) == (200.0, None, None, (100.0, 2.0))
    with pytest.raises(AttributeError, match="leaf"):
        z.data = 1.0


def test_recompute_changes_all_or_nothing():
    x = Value(2.0, "x")
    y = (x * 3.0).log()
    before = y.data
    x.data = -1.0
    with pytest.raises(ValueError, match="log"):
        y.recompute()
    assert (y.data, y.inputs[0].data) == (before, 6.0)


def test_recompute_records_under_no_grad_too():
    x = Value(2.0)
    y = x * x.exp()
    x.data = 3.0
    with ag.no_grad():
        y.recompute()
    y.backward()
    assert x.grad == pytest.approx(4.0 * math.exp(3.0), rel=1e-15)


def test_recompute_of_a_composite_that_leaves_its_range_raises():
    x = Value(1.0)
    y = ag.sigmoid(x)
    x.data = -1000.0
    with pytest.raises(OverflowError):
        y.recompute()
    assert y.data == 0.7310585786300049


def test_detach():
    x = Value(2.0, "x")
    y = (x * 3.0).detach()
    assert (y.data, y.op) == (6.0, None)


@pytest.mark.parametrize("a", [3e-200, 7.0, 2.9e116, 1e150, -1e150])
@pytest.mark.parametrize("b", [1e-149, 2.5e-105, -2e-76, 1e-74, 3.0, 1e149, 1e300])
def test_partials_of_a_quotient_are_finite_or_none_however_large(a, b):
    truth = 1 / Fraction(b), -Fraction(a) / Fraction(b) ** 2
    for d, exact in zip((Value(a) / Value(b)).partials, truth, strict=True):
        if abs(exact) > sys.float_info.max:
            assert d is None
        else:
            assert d == pytest.approx(float(exact), rel=1e-15)


def test_a_partial_that_is_not_finite_is_none_and_stops_the_sweep():
    x, z = Value(0.0, "x"), Value(2.0, "z")
    root = x.sqrt()
    assert root.partials == (None,) and root.data == 0.0
    y = root + z
    z.grad = 7.0
    with pytest.raises(ZeroDivisionError, match=r"sqrt\(x=0.0\)"):
        y.backward()
    assert (x.grad, z.grad, y.grad, root.grad) == (None, 7.0, None, None)
    (root * 0.0 + z).backward()  # an adjoint of 0 asks for no derivative
    assert (x.grad, z.grad) == (0.0, 8.0)


def test_a_sweep_that_overflows_changes_nothing():
    x = Value(1e-200, "x")
    y = (x * 1e200) * 1e200
    x.grad = 3.0
    with pytest.raises(OverflowError, match="x="):
        y.backward()
    assert (x.grad, y.grad, y.inputs[0].grad) == (3.0, None, None)
    x.grad = 1.7e308
    with pytest.raises(OverflowError, match="x="):
        (x * 1e308).backward()
    assert x.grad == 1.7e308
    (x + 0.0).backward()
    assert x.grad == 1.7e308 + 1.0


def test_comparisons_are_of_numbers_and_equality_is_of_nodes():
    a, b = Value(1.0), Value(2.0)
    assert a < b and a <= 1 and b > 1.5 and b <= 2 and not a > b
    assert a == a and a != Value(1.0) and len({a, b, Value(1.0)}) == 3
    assert sorted([b, a]) == [a, b] and max(a, b) is b
    assert a < math.inf and a > -math.inf and not a < math.nan


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda x: x ^ 2, "a Value has no ^: write x**y"),
        (lambda x: 2 ^ x, "a Value has no ^: write y**x"),
        (lambda x: x ^ x, "a Value has no ^: write x**y"),
        (lambda x: Value("3.5"), "got str: '3.5': write float('3.5')"),
        (lambda x: x + Value([1, 2]), "got list: [1, 2]: ag.values makes Values of a list"),
        (lambda x: x * [2.0], "expected a real number, got list: [2.0]: ag.values"),
        (bool, "x > 0"),
        (float, "x.data"),
        (int, "x.data"),
        (math.exp, "x.exp()"),
        (complex, "x.data"),
    ],
)
def test_what_a_value_is_not_says_what_to_write(use, words):
    with pytest.raises(TypeError) as raised:
        use(Value(1.0))
    assert words in str(raised.value)


ERRORS = [
    (lambda x: x / 0, ZeroDivisionError, "0.0"),
    (lambda x: 1 / (x - 2), ZeroDivisionError, "reciprocal(x − 2 = 0.0)"),
    (lambda x: (x - 3).log(), ValueError, "log(x − 3 = -1.0)"),
    (lambda x: (-4 * x) ** (1 / 3), ValueError, "power(−4 × x = -8.0, 0.333333333333)"),
    (lambda x: x * 1e308, OverflowError, "mul(x=2.0, 1e+308)"),
    (lambda x: x**10000, OverflowError, "power(x=2.0, 10000.0)"),
    (lambda x: (x * 1e200) ** 2, OverflowError, "power(x × 1e+200 = 2e+200, 2.0)"),
]


@pytest.mark.parametrize(("function", "error", "words"), ERRORS)
def test_an_operation_that_fails_names_itself_and_its_operands(function, error, words):
    x = Value(2.0, "x")
    with pytest.raises(error) as raised:
        function(x)
    assert words in str(raised.value) and x.grad is None


METHODS = [
    *("exp", "log", "reciprocal", "sqrt", "sin", "cos"),
    *("tan", "tanh", "expm1", "log1p", "relu"),
]


EXPRESSIONS = [  # what a message says of a node that has no name
    (lambda x, y: x + y - 3, "x + y − 3"),
    (lambda x, y: x - y + 1, "x − y + 1"),
    (lambda x, y: x - (y + 1), "x − (y + 1)"),
    (lambda x, y: (x - 1) - (y - 1), "x − 1 − (y − 1)"),
    (lambda x, y: x + -1.5, "x − 1.5"),
    (lambda x, y: -(x + y), "−(x + y)"),
    (lambda x, y: -1 * x, "−1 × x"),
    (lambda x, y: (x + 1) / (y - 2), "(x + 1) ÷ (y − 2)"),
    (lambda x, y: x ** (y + 1), "x ** (y + 1)"),
    (lambda x, y: ((x + y) * 2 + 1) * 3, "(… + 1) × 3"),
    (lambda x, y: ag.maximum(x + 1, y), "maximum(x + 1, y)"),
    (lambda x, y: ag.exp(x * y), "exp(x × y)"),
]


@pytest.mark.parametrize(("written", "text"), EXPRESSIONS)
def test_a_message_says_what_was_written(written, text):
    assert describe(written(Value(2.0, "x"), Value(3.0, "y"))).rpartition(" = ")[0] == text


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_the_functions(name):
    assert getattr(Value(0.7), name)().data == getattr(ag, name)(0.7)


def test_scopes():
    with ag.named_scope("outer"):
        y = ag.sigmoid(Value(1.0))
    assert y.scopes == ("outer", "sigmoid") and Value(1.0).scopes == ()

    @ag.named_scope("square")
    def square(x):
        return x * x

    assert square(Value(2.0)).scopes == ("square",) and square(3.0) == 9.0
    assert (Value(1.0) + 1).scopes == ()
    with pytest.raises(KeyError), ag.named_scope("broken"):
        raise KeyError
    assert (Value(1.0) + 1).scopes == ()


def test_no_grad():
    x = Value(3.0)
    with ag.no_grad():
        y = ag.sigmoid(x) * x
        assert (y.op, y.inputs) == (None, ())
    assert (x * x).op == "mul"

    @ag.no_grad()
    def plain(x):
        return x * x

    assert plain(x).op is None

    @ag.no_grad
    def bare(x):
        return x * x

    assert bare(x).op is None and (x * x).op == "mul"


def test_contexts_belong_to_their_thread():
    seen = []
    inside, done = threading.Event(), threading.Event()

    def other():
        with ag.named_scope("other"), ag.no_grad():
            inside.set()
            done.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(10)
    y = Value(1.0) + 1
    seen.append((y.op, y.scopes))
    done.set()
    thread.join()
    assert seen == [("add", ())]


def test_no_reference_cycles():
    gc.collect()
    gc.disable()
    try:
        x = Value(2.0)
        y = ag.sigmoid(x * x) + ag.softmax([x, 1.0])[0]
        y.backward()
        ag.gradients(y, [x])
        del x, y
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_the_last_reference_frees_a_deep_graph():
    x, y = chain(DEEP)
    y.backward()
    assert (x.grad, y.data) == (1.0, 1.0 + DEEP)
    y.recompute()
    assert y.data == 1.0 + DEEP
    del y
    alone = Value(1.0)
    assert sys.getrefcount(x) == sys.getrefcount(alone)


def test_a_deep_graph_is_copied_and_pickled():
    _, y = chain(DEEP // 10)
    for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        twin.backward()
        assert twin.data == y.data and y.grad is None


def test_copies_keep_sharing_and_all_that_a_node_tells():
    price, apple_, *_ = apple()
    y = ag.sigmoid(price * 0.01) + price
    y.backward()
    for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        pairs = zip(node.inputs_first(twin), node.inputs_first(y), strict=True)
        for a, b in pairs:
            assert a is not b and repr(a) == repr(b)
            assert (a.scopes, a.partials) == (b.scopes, b.partials)
        twin.zero_grad()
        twin.backward()
        assert {v.label: v.grad for v in node.inputs_first(twin) if v.label} == pytest.approx(
            {v.label: v.grad for v in node.inputs_first(y) if v.label}
        )
    assert apple_.grad is not None


def test_leaves_stay_shared_between_graphs_pickled_together():
    x = Value(2.0, "x")
    for a, b, leaf in (
        pickle.loads(pickle.dumps([x * 2.0, x * 3.0, x])),
        copy.deepcopy([x * 2.0, x * 3.0, x]),
    ):
        a.backward()
        b.backward()
        assert leaf.grad == 5.0 and a.inputs[0] is leaf


def test_a_literal_stays_one_in_a_copy():
    y = Value(-3.0) ** 2
    for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        twin.backward()
        assert twin.inputs[1].grad is None and twin.inputs[0].grad == -6.0


def test_a_shallow_copy_shares_its_inputs():
    price = apple()[0]
    twin = copy.copy(price)
    assert twin is not price and twin.inputs == price.inputs and repr(twin) == repr(price)


def test_values_on_object_arrays():
    np = pytest.importorskip("numpy")
    a = ag.values(np.array([[1.0, 2.0], [3.0, 4.0]]), "a")
    y = (np.exp(a) @ a.T).sum() + np.sqrt(a).mean() + np.tanh(a)[0, 0]
    y.backward()
    assert a[1, 0].label == "a[1,0]" and type(y) is Value
    assert ag.grads(a).shape == (2, 2) and np.isfinite(ag.grads(a)).all()


@pytest.mark.parametrize("bad", [3, [Value(1.0), 2.0], "x"])
def test_only_values_have_gradients(bad):
    with pytest.raises(TypeError, match="only a Value has a gradient, not"):
        ag.grads(bad)


def test_numpys_variance():
    np = pytest.importorskip("numpy")
    a = ag.values(np.array([1.0, 2.0, 6.0]))
    y = np.var(a)
    y.backward()
    assert (y.data, np.std(a).data) == pytest.approx((14 / 3, math.sqrt(14 / 3)), rel=1e-15)
    assert list(ag.grads(a)) == pytest.approx([2 * (x - 3.0) / 3 for x in (1.0, 2.0, 6.0)])


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=8), st.floats(0.1, 10.0))
def test_the_sweep_is_linear_in_its_seed(numbers, seed):
    xs = ag.values(numbers)
    y = ag.sum([x * x + 3.0 * x for x in xs])
    y.backward(seed)
    assert ag.grads(xs) == pytest.approx([seed * (2.0 * n + 3.0) for n in numbers], rel=1e-14)


@pytest.mark.parametrize(
    ("call", "instead"),
    [
        (lambda x: math.exp(x), ("x.data", "x.exp()", "x.sqrt()")),
        (lambda x: round(x), ('f"{x:.2f}"', "round(x.data, 2)")),
        (lambda x: round(x, 2), ('f"{x:.2f}"', "round(x.data, 2)")),
        (lambda x: x // 2, ("x / y", "x.data // y")),
        (lambda x: 2 // x, ("y / x", "y // x.data")),
        (lambda x: x % 2, ("x.data % y",)),
        (lambda x: 2 % x, ("y % x.data",)),
    ],
)
def test_what_no_value_has_is_told_with_what_to_write(call, instead):
    with pytest.raises(TypeError, match="a Value ") as raised:
        call(Value(2.0))
    assert all(text in str(raised.value) for text in instead)
