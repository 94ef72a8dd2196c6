"""Primitives of one's own: made if they are right, refused if not, and then as good as ours."""

import copy
import json
import math
import pickle

import pytest

import autograd as ag
from autograd import Value
from autograd.core.primitives import PRIMITIVES


@pytest.fixture(autouse=True)
def forgotten():
    """What a test makes is forgotten after it."""
    before = dict(PRIMITIVES)
    yield
    PRIMITIVES.clear()
    PRIMITIVES.update(before)


def sinc():
    return ag.primitive(
        "sinc", lambda x: math.sin(x) / x, lambda x, y: (ag.cos(x) - y) / x, symbol="sinc x"
    )


def test_one_input_to_every_order():
    f = sinc()
    assert f([1.0, 2.0]) == [math.sin(1.0), math.sin(2.0) / 2.0]
    x = 1.3
    first = (math.cos(x) - math.sin(x) / x) / x
    assert ag.grad(f)(x) == pytest.approx(first, rel=1e-14)
    second = -math.sin(x) / x - 2.0 * first / x
    assert ag.grad(ag.grad(f))(x) == pytest.approx(second, rel=1e-13)
    assert ag.gradcheck(lambda x: f(x * x), 0.8, order=2)


def test_two_inputs():
    f = ag.primitive("over", lambda a, b: a / b, lambda a, b, y: 1.0 / b, lambda a, b, y: -y / b)
    a, b = Value(3.0, "a"), Value(4.0, "b")
    y = f(a, b)
    y.backward()
    assert (y.data, a.grad, b.grad) == (0.75, 0.25, -0.1875)


WRONG = [
    ("cube", lambda x: x**3, [lambda x, y: 3.0 * x], {}),
    ("half", lambda x: math.sqrt(x), [lambda x, y: 1.0 / y], {}),  # found where it is defined
    ("product", lambda a, b: a * b, [lambda a, b, y: a, lambda a, b, y: b], {}),
    ("late", lambda x: math.acosh(x), [lambda x, y: 1.0], {"at": [3.0]}),
]


@pytest.mark.parametrize(("name", "forward", "partials", "options"), WRONG)
def test_a_wrong_partial_is_refused_with_the_report(name, forward, partials, options):
    with pytest.raises(ag.GradientMismatch, match=rf"(?s){name} at .*backpropagation.*wrong"):
        ag.primitive(name, forward, *partials, **options)
    assert name not in PRIMITIVES


BAD = [
    (lambda: ag.primitive("exp", math.exp, lambda x, y: y), ValueError, "of this package"),
    (lambda: ag.primitive("a b", math.exp, lambda x, y: y), ValueError, "a name of Python's"),
    (lambda: ag.primitive("f", math.exp, 2.0), TypeError, "expected functions, got float"),
    (lambda: ag.primitive("f", math.exp), TypeError, "one or two inputs"),
    (lambda: ag.primitive("f", math.exp, lambda x: 2.0), TypeError, "f: a partial is a function of "
     "the inputs and the output, here of 2 numbers"),
    (lambda: ag.primitive("f", math.exp, lambda x, y, z: 2.0), TypeError, "here of 2 numbers"),
    (lambda: ag.primitive("f", lambda a, b: a, lambda a, y: 1.0), TypeError, "f: what computes it "
     "is a function of the inputs, one for each partial, here of 1 numbers"),
    (lambda: ag.primitive("f", lambda x: math.log(x - 1e6), lambda x, y: 1 / (x - 1e6)),
     ValueError, "at=[...]"),
    (lambda: ag.primitive("f", math.exp, lambda x, y: y, at=[(1.0, 2.0)]), ValueError, "1 numbers"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "error", "words"), BAD)
def test_what_is_no_primitive(make, error, words):
    with pytest.raises(error) as raised:
        make()
    assert words in str(raised.value) and "f" not in PRIMITIVES


def test_one_of_ones_own_is_replaced():
    sinc()
    f = ag.primitive("sinc", lambda x: 2.0 * x, lambda x, y: 2.0)
    assert f(Value(3.0)).data == 6.0


def test_copies_pickles_and_documents_know_it_by_its_name(tmp_path):
    x = Value(1.3, "x")
    y = sinc()(x) * 2.0
    ag.save(y, tmp_path / "y.json")
    pickled = pickle.dumps(y)
    for again in (copy.deepcopy(y), pickle.loads(pickled), ag.load(tmp_path / "y.json")):
        assert (again.data, again.inputs[0].op) == (y.data, "sinc")
        assert again.recompute().data == y.data
    del PRIMITIVES["sinc"]
    with pytest.raises(ValueError, match=r"sinc.*ag\.primitive"):
        ag.load(tmp_path / "y.json")
    with pytest.raises(LookupError, match="sinc"):
        pickle.loads(pickled)


def test_pictures_words_and_pages_show_it(tmp_path):
    x = Value(1.3, "x")
    y = sinc()(x) * 2.0
    y.label = "y"
    assert "sinc" in ag.tree(y) and "sinc" in str(ag.explain(y, x))
    assert "sinc x" in ag.draw(y).source
    ag.save(y, tmp_path / "y.html")
    assert json.dumps("sinc") in (tmp_path / "y.html").read_text("utf-8")
    ag.assert_gradients(y, {x: 2 * ag.grad(sinc())(1.3)})


def test_what_fails_in_it_is_named():
    f = sinc()
    with pytest.raises(ZeroDivisionError, match=r"sinc\(x − 1 = 0.0\) divides by zero"):
        f(Value(1.0, "x") - 1.0)


def test_the_function_has_the_docstring_of_what_computes_it():
    def forward(x):
        """Three times x."""
        return 3.0 * x

    assert ag.primitive("thrice", forward, lambda x, y: 3.0).__doc__ == "Three times x."
    f = ag.primitive("thrice", lambda x: 3.0 * x, lambda x, y: 3.0)
    assert f.__doc__ == "The primitive thrice."


TRIED = [0.7, -0.6, 2.3, -1.9, 0.15, 5.2, 14.0, 1e-3]  # taste: some of every size and sign


def only(low, high):
    """The identity on an interval."""

    def forward(x):
        if not low <= x <= high:
            raise ValueError("outside")
        return x

    return forward


@pytest.mark.parametrize("place", TRIED)
def test_points_are_found_where_the_operation_is_defined(place):
    low, high = sorted((0.9899 * place, 1.0101 * place))
    assert ag.primitive("inside", only(low, high), lambda x, y: 1.0)(place) == place
    low, high = sorted((0.9901 * place, 1.0099 * place))
    with pytest.raises(ValueError, match="at no point that was tried"):
        ag.primitive("inside", only(low, high), lambda x, y: 1.0)


def test_four_points_far_from_each_other_are_checked():
    points = []

    def one(*inputs_and_output):
        *inputs, _ = inputs_and_output
        if set(inputs) <= set(TRIED) and inputs not in points:
            points.append(inputs)
        return 1.0

    ag.primitive("same", lambda x: x, one)
    assert points == [[x] for x in TRIED[::2]]
    points.clear()
    ag.primitive("same", only(0.1, 6.0), one)
    assert points == [[0.7], [2.3], [0.15], [5.2]]
    points.clear()
    ag.primitive("sum", lambda a, b: a + b, one, one)
    assert points == [[0.7, -0.6], [2.3, 0.7], [0.15, 0.7], [14.0, 0.7]]
