"""Compiled functions: what the eager engine gives, on every backend, wherever they are called."""

import collections
import copy
import inspect
import math
import operator
import os
import pickle
import random
import subprocess
import sys
from fractions import Fraction
from types import SimpleNamespace

import pytest

import autograd as ag
from autograd import Value
from autograd.core import primitives
from autograd.core.primitives import PRIMITIVES, Primitive

BACKENDS = ["python"]
try:
    import llvmlite  # noqa: F401

    BACKENDS.append("native")
except ImportError:
    pass
OURS = dict(PRIMITIVES)
COMPOSITES = ["sigmoid", "leaky_relu", "relu6", "softplus", "elu", "gelu", "silu"]
UNARY = [n for n, p in OURS.items() if len(p.partials) == 1 and n != "identity"]
BINARY = [n for n, p in OURS.items() if len(p.partials) == 2 and n not in ("add", "mul")]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Machine code is kept elsewhere."""
    monkeypatch.setenv("AUTOGRAD_CACHE", str(tmp_path / "cache"))


# --- random programs ---


def random_program(rng, length):
    """A function of 2 to 4 numbers, made of primitives, composites, operators and branches."""
    count = rng.randint(2, 4)
    lines = []
    for j in range(length):
        known = count + j
        a, b = rng.randrange(known), rng.randrange(max(0, known - 4), known)
        kind = rng.choice(["unary", "binary", "composite", "operator", "operator", "branch"])
        name = {
            "unary": rng.choice(UNARY),
            "binary": rng.choice(BINARY),
            "composite": rng.choice(COMPOSITES),
        }.get(kind) or rng.choice("+-*/^nc")
        lines.append((kind, name, a, b, rng.choice([0.5, 2.0, -1.5, 3.0, 0.1])))

    needed = set(range(count + length - 3, count + length))
    for j in range(length - 1, -1, -1):  # a step that is not needed raises eagerly only
        kind, name, a, b, _ = lines[j]
        if count + j in needed:
            needed.add(a)
            if kind in ("binary", "branch") or name in "+-*/":
                needed.add(b)

    def f(*xs):
        v = list(xs)
        for kind, name, a, b, c in lines:
            if len(v) not in needed:
                v.append(None)
                continue
            x, y = v[a], v[b]
            if kind == "unary":
                v.append(OURS[name](x))
            elif kind == "binary":
                v.append(OURS[name](x, y))
            elif kind == "composite":
                v.append(getattr(ag, name)(x))
            elif kind == "branch":
                v.append(x * c if x > y else y + c)
            else:
                made = {
                    "+": lambda x, y, c: x + y,
                    "-": lambda x, y, c: x - y,
                    "*": lambda x, y, c: x * y,
                    "/": lambda x, y, c: x / y,
                    "^": lambda x, y, c: x**c,
                    "n": lambda x, y, c: -x,
                    "c": lambda x, y, c: x * c + 1.0,
                }
                v.append(made[name](x, y, c))
        return v[-1] + v[-2] + v[-3]

    return count, f


SEVERAL = {  # composites of several numbers: of x and y, a number of the user's, and a target
    "prelu": lambda x, y, c, t: ag.prelu(x, y),
    "norm": lambda x, y, c, t: ag.norm([x, y, c]),
    "dot": lambda x, y, c, t: ag.dot([x, c], [y, x]),
    "affine": lambda x, y, c, t: ag.affine([x, y], [[c, 1.0], [2.0, c]], [0.5, x])[1],
    "softmax": lambda x, y, c, t: ag.softmax([x, y, c])[0],
    "log_softmax": lambda x, y, c, t: ag.log_softmax([x, y, c])[1],
    "logsumexp": lambda x, y, c, t: ag.logsumexp([c, x, y]),
    "mean": lambda x, y, c, t: ag.mean([x, y, c]),
    "relu from": lambda x, y, c, t: ag.relu(x - y),
    "degrees": lambda x, y, c, t: ag.radians(x) + ag.degrees(y),
    "sum_of_squares_error": lambda x, y, c, t: ag.sum_of_squares_error([x, y], [c, t]),
    "mean_squared_error": lambda x, y, c, t: ag.mean_squared_error([x, c], [y, t]),
    "hinge": lambda x, y, c, t: ag.hinge([x, y], [1, -1]),
    "binary_cross_entropy": lambda x, y, c, t: ag.binary_cross_entropy(ag.sigmoid(x), t),
    "of a probability": lambda x, y, c, t: ag.binary_cross_entropy(x, t),
    "sigmoid_cross_entropy": lambda x, y, c, t: ag.sigmoid_cross_entropy([x, y], [t, 1]),
    "cross_entropy_error": lambda x, y, c, t: ag.cross_entropy_error(ag.softmax([x, y]), 1),
    "of outputs": lambda x, y, c, t: ag.cross_entropy_error([x, y], [t, 1.0 - t]),
    "with eps": lambda x, y, c, t: ag.cross_entropy_error([x, y], 0, eps=1e-7),
    "softmax_cross_entropy": lambda x, y, c, t: ag.softmax_cross_entropy([x, y, c], 2),
    "of weights": lambda x, y, c, t: ag.softmax_cross_entropy([x, y], [t, 1.0 - t]),
}


def program_of_several(rng, length):
    """A function of 3 numbers, made of these composites; each is needed."""
    lines = []
    for j in range(length):
        a, b = (rng.randrange(j + 3) for _ in range(2))
        lines.append((rng.choice(list(SEVERAL)), a, b, rng.choice([0.5, -1.5, 40.0]), rng.random()))

    def f(*xs):
        v = list(xs)
        for name, a, b, c, t in lines:
            v.append(SEVERAL[name](v[a], v[b], c, t))
        return sum(v[4:], v[3])

    return 3, f


def outcome(f, *args, **options):
    try:
        y, slopes = f(*args, **options)
    except (ArithmeticError, ValueError) as error:
        return type(error), str(error)
    return repr([y, *slopes])


def number(rng):
    return rng.choice([rng.gauss(0, 1), rng.gauss(0, 1), rng.gauss(0, 50), 0.0, 1.0, -1.0])


def compare(programs, backend, seed=0, draw=random_program):
    """Run so many random programs at 20 points other than the first; count how they come out."""
    rng, counts = random.Random(seed), collections.Counter()
    for _ in range(programs):
        count, f = draw(rng, rng.randint(3, 14) if draw is random_program else rng.randint(1, 4))
        fast, places = ag.compile(f, backend), tuple(range(count))
        for _ in range(21):
            at = [number(rng) if rng.random() < 0.5 else rng.gauss(0, 1) for _ in range(count)]
            want = outcome(ag.value_and_grad(f, places), *at)
            got = outcome(fast.value_and_grad, *at, argnums=places)
            assert got == want, (at, fast)
            counts["error" if isinstance(want, tuple) else "number"] += 1
    return counts


@pytest.mark.parametrize("backend", BACKENDS)
def test_random_programs_are_the_eager_ones_to_the_last_bit(backend):
    """`python tests/program/test_compiled.py 10000` tries as many."""
    counts = compare(int(os.environ.get("AUTOGRAD_PROGRAMS", "120")), backend)
    assert counts["number"] > counts["error"] > 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_composites_of_several_numbers_are_the_eager_ones_to_the_last_bit(backend):
    counts = compare(40, backend, draw=program_of_several)
    assert counts["number"] > counts["error"] > 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_second_derivatives_of_random_programs(backend):
    rng, numbers = random.Random(1), 0
    for _ in range(15):
        count, f = random_program(rng, rng.randint(3, 10))
        fast = ag.compile(f, backend)
        for _ in range(3):
            at, along = ([rng.gauss(0, 1) for _ in range(count)] for _ in range(2))
            try:
                want = ag.hvp(f, tuple(at), tuple(along))
            except (ArithmeticError, ValueError) as error:
                with pytest.raises(type(error)):
                    fast.hvp(tuple(at), tuple(along))
                continue
            assert fast.hvp(tuple(at), tuple(along)) == pytest.approx(want, rel=1e-12, abs=1e-300)
            numbers += 1
    assert numbers > 15


# --- branches, shapes, errors ---


def test_what_a_compiled_function_tells_of_itself():
    fast = ag.compile(lambda x: x, "python")
    fast.__name__ = "f"
    assert repr(fast) == "<compiled f: python, not called yet>"
    fast(1.0)
    fast.seconds = 0.0125
    assert repr(fast) == "<compiled f: python, 1 variant of 0 steps, made in 12.5 ms>"

    def powers(x):
        y, n = x, 0
        while n < x:
            n, y = n + 1, y * x
        return y

    both = ag.compile(powers, "python")
    for n, order in ((0.0, "0"), (1.0, "1, 0"), (1.0, "1, 0"), (0.0, "0, 1")):
        both(n)  # what was met last is tried first
        assert f"of {order} steps" in repr(both)
    many = ag.compile(powers, "python")
    for n in range(9):
        many(float(n))
        many.seconds = 1.0
        steps = ", ".join(str(k) for k in reversed(range(max(0, n - 7), n + 1)))
        more, s = ", ..." if n > 7 else "", "s" if n else ""
        told = f"{n + 1} variant{s} of {steps}{more} steps"
        assert repr(many) == f"<compiled powers: python, {told}, made in 1e+03 ms>"


HELD = Value(2.0)


def with_a_leaf(x):
    return x * HELD


def two_sides(x, y):
    return ag.exp(x) * y if x > y else ag.sin(x) + y * y


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_branch_is_traced_when_it_is_met(backend):
    calls = []

    def f(x, y):
        calls.append(1)
        return two_sides(x, y)

    fast = ag.compile(f, backend)
    for at in [(1.0, 0.5), (2.0, 0.5), (0.5, 1.0), (0.5, 3.0), (1.0, 0.5)]:
        assert fast(*at) == two_sides(*map(Value, at)).data
    assert len(calls) == 2
    assert "2 variants" in repr(fast) and backend in repr(fast)
    assert "not called" in repr(ag.compile(f, backend))


@pytest.mark.parametrize("backend", BACKENDS)
def test_arguments_and_results_have_the_shapes_of_the_eager_transforms(backend):
    numpy = pytest.importorskip("numpy")

    def f(p, scale=2.0):
        return p["w"] * p["x"][0] * scale + ag.sum(p["a"])

    p = {"w": 2.0, "x": [3.0], "a": numpy.array([[1.0, 2.0]])}
    fast = ag.compile(f, backend)
    for options in ({}, {"scale": 3.0}):
        value, slopes = fast.value_and_grad(p, **options)
        want, wanted = ag.value_and_grad(f)(p, **options)
        assert value == want and slopes["w"] == wanted["w"] and slopes["x"] == wanted["x"]
        assert (slopes["a"] == wanted["a"]).all() and slopes["a"].shape == (1, 2)

    def pair(x, n):
        return [x[0] * x[1] * n, x[0] / x[1]]

    fast = ag.compile(pair, backend)
    at = [2.0, 3.0], 2
    assert fast(*at) == [12.0, 2.0 / 3.0]
    assert fast.value_and_jacobian(*at) == ([12.0, 2.0 / 3.0], ag.jacobian(pair)(*at))
    assert fast.value_and_jacobian(*at, argnums=(0, 1))[1] == ag.jacobian(pair, (0, 1))(*at)

    def one(x):
        return x[0] ** 2 * x[1]

    def scaled(a, scale=1.0):
        return a[0] * a[1] * scale

    fast = ag.compile(scaled, backend)
    w = Value(3.0)
    for scale in (2.0, 3):
        assert fast(numpy.array([2.0, 5.0]), scale=scale) == 10.0 * scale
        slopes = fast.value_and_grad(numpy.array([2.0, 5.0]), scale=scale)[1]
        assert slopes.tolist() == [5.0 * scale, 2.0 * scale]
    assert fast(numpy.array([2.0, 5.0]), scale=w).inputs[1] is w  # it is recorded
    fast = ag.compile(one, backend)
    args = ([2.0, 3.0],), ([1.0, 0.0],)
    assert fast.hvp(*args) == ag.hvp(one, *args) == [6.0, 4.0]
    a, out = numpy.array([2.0, 3.0]), numpy.zeros(2)
    value, slopes = fast.value_and_grad(a, out=out)
    assert slopes is out and out.tolist() == [12.0, 4.0] and value == 12.0
    with pytest.raises(ValueError):
        fast.value_and_grad(a, out=numpy.zeros(3))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("f", "args", "options"),
    [
        (lambda x: x, (1.0,), {"argnums": 1}),
        (lambda x: x, (1.0,), {"argnums": (0, 0)}),
        (lambda x: x, ("a",), {}),
        (lambda x: [x, x], (1.0,), {}),
        (lambda x: "a", (1.0,), {}),
        (lambda x: x, (float("nan"),), {}),
        (lambda x: x, (1.0, 2.0), {}),
        (lambda x: ag.log(x), (-1.0,), {}),
        (lambda x: ag.sqrt(x), (0.0,), {}),
        (lambda x: 1 / x, (0.0,), {}),
        (lambda x: ag.exp(x * 1000), (1.0,), {}),
    ],
)
def test_errors_are_the_eager_ones(backend, f, args, options):
    with pytest.raises(Exception) as want:
        ag.value_and_grad(f, **options)(*args)
    for before in ((), (1.5,)):
        fast = ag.compile(f, backend)
        if before and isinstance(args[0], float):
            try:
                fast.value_and_grad(*before)
            except (TypeError, ValueError, ArithmeticError):
                continue
        with pytest.raises(want.type) as got:
            fast.value_and_grad(*args, **options)
        if not issubclass(want.type, TypeError):
            assert str(got.value) == str(want.value)


def test_integer_arrays_are_refused_where_the_gradient_is_taken_by_them():
    numpy = pytest.importorskip("numpy")
    fast = ag.compile(lambda a, k: ag.sum(a * a) + k[0], "python")
    with pytest.raises(TypeError, match="astype"):
        fast.value_and_grad(numpy.array([1, 2]), [1.0])
    labels = ag.compile(lambda s, t: ag.softmax_cross_entropy(s, t), "python")
    for t in (0, 1, 0):
        want = ag.value_and_grad(ag.softmax_cross_entropy)([0.5, 0.1], t)
        assert labels.value_and_grad([0.5, 0.1], t) == want


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_refused_in_a_trace_is_refused(backend):
    fast = ag.compile(lambda x: x * x.data, backend)
    with pytest.raises(TypeError, match="inside a traced function"):
        fast(3.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_where_no_program_is_right_the_eager_engine_computes(backend):
    def several(x, y):
        return ag.softmax([x, y])

    def one(x, y):
        return ag.softmax([x, y])[1] * 2.0

    for at in ((-1e308, 1.5e308), (1.5e308, -1e308)):
        fast, single = ag.compile(several, backend), ag.compile(one, backend)
        for places in (0, (0, 1)):
            want = [y.data for y in several(*map(Value, at))], ag.jacobian(several, places)(*at)
            assert fast.value_and_jacobian(*at, argnums=places) == want
            want = ag.value_and_grad(one, places)(*at)
            assert single.value_and_grad(*at, argnums=places) == want
        assert fast(*at) == [y.data for y in several(*map(Value, at))]
        with pytest.raises(TypeError, match="returns one number"):
            fast.value_and_grad(*at)
        assert "not called yet" in repr(fast)  # nothing is kept of what is right here only


def test_the_text_that_runs_is_the_text_that_is_shown():
    fast = ag.compile(two_sides, "python")
    fast.value_and_grad(1.0, 0.5, argnums=(0, 1))
    ((variant,),) = fast._variants.values()
    assert variant.run.code.source == ag.trace(two_sides, 1.0, 0.5).source


@pytest.mark.parametrize("backend", BACKENDS)
def test_leaves_are_read_at_each_call(backend):
    w = Value(3.0, "w")
    fast = ag.compile(lambda x: x * w, backend)
    assert fast(2.0) == 6.0
    w.data = 10.0
    assert fast(2.0) == 20.0 and fast.value_and_grad(2.0) == (20.0, 10.0)
    assert w.grad is None


@pytest.mark.parametrize("backend", BACKENDS)
def test_with_values_it_records(backend):
    fast = ag.compile(lambda x, y: ag.sigmoid(x) * y, backend)
    fast(1.0, 2.0)
    x = Value(1.0, "x")
    y = fast(x, 2.0)
    assert y.op == "mul" and y.inputs[0].scopes == ("sigmoid",)
    assert ag.grad(lambda x: fast(x, 2.0) * 3.0)(1.0) == pytest.approx(
        6.0 * ag.grad(ag.sigmoid)(1.0)
    )
    assert ag.grad(ag.grad(fast))(1.0, 2.0) == pytest.approx(2 * ag.grad(ag.grad(ag.sigmoid))(1.0))
    _value, slope = fast.value_and_grad(x, 2.0)
    assert type(slope) is Value
    several = ag.compile(lambda x, y: [x * y, x + y], backend)
    values, matrix = several.value_and_jacobian(x, 2.0, argnums=(0, 1))
    assert [y.data for y in values] == [2.0, 3.0]
    assert ag.data(matrix) == [(2.0, 1.0), (1.0, 1.0)] and values[0].inputs[0] is x
    with pytest.raises(TypeError, match="returns one number"):
        several.value_and_grad(x, 2.0)
    value, slope = fast.value_and_jacobian(x, 2.0)
    assert value.data == fast(1.0, 2.0)
    assert ag.gradients(slope, [x])[0].data == ag.grad(ag.grad(fast))(1.0, 2.0)


def nested(rng, wrap):
    """A function of one number with one to three levels, each called by the one around it.

    Each level holds what the levels around it were given, and two leaves.
    """
    leaves, depth = ag.values([0.7, 1.3], "w"), rng.randint(1, 3)
    kinds = [
        rng.choice(["as it is", "compiled", "gradient", "both", "jacobian"]) for _ in range(depth)
    ]
    factors = [rng.choice([0.3, -0.8, 1.7]) for _ in range(depth)]
    places = [(rng.randrange(5), rng.randrange(5)) for _ in range(depth)]
    given = [
        rng.choice([lambda x: x, lambda x: 0.4, lambda x: x * 0.5 + 0.2]) for _ in range(depth)
    ]

    def level(k, around):
        def f(x):
            known = [x, *leaves, *around]
            a, b = (known[place % len(known)] for place in places[k])
            y = ag.sin(x * a) + b * x * factors[k]
            return y + level(k + 1, [*around, x])(given[k](x)) * a if k + 1 < depth else y

        return wrap[kinds[k]](f)

    return level(0, []), leaves


def wrappers(compiled):
    return {
        "as it is": lambda f: f,
        "compiled": compiled,
        "gradient": lambda f: compiled(ag.grad(f)),
        "both": lambda f: lambda x: operator.sub(*compiled(f).value_and_grad(x)),
        "jacobian": lambda f: lambda x: compiled(lambda t: [f(t)]).value_and_jacobian(x)[1][0],
    }


@pytest.mark.parametrize("backend", [*BACKENDS, "trace"])
def test_functions_in_functions_are_the_eager_ones(backend):
    def by_backend(f):
        if backend != "trace":
            return ag.compile(f, backend)
        made = eager(lambda x: ag.trace(f, 0.5)(x))
        made.value_and_grad = lambda x: ag.trace(f, 0.5).value_and_grad(x)
        return made

    for seed in range(25):
        f, leaves = nested(random.Random(seed), wrappers(by_backend))
        g, others = nested(random.Random(seed), wrappers(eager))
        for number in (0.7, 0.9):
            leaves[0].data = others[0].data = number
            assert ag.data(f(0.6)) == pytest.approx(ag.data(g(0.6)), rel=1e-12), seed
            assert ag.grad(f)(0.6) == pytest.approx(ag.grad(g)(0.6), rel=1e-10, abs=1e-12), seed


def eager(f):
    """The function, with methods as a compiled one has them."""

    def made(*args):
        return f(*args)

    made.value_and_grad = ag.value_and_grad(f)
    made.value_and_jacobian = lambda *args: (f(*args), ag.jacobian(f)(*args))
    made.hvp = lambda *args: ag.hvp(f, *args)
    return made


INSIDE = {  # a function that holds a, called with numbers: what it is, its derivative by a at 2
    "value": (lambda a, c: c(lambda x: a * a * x)(3.0), 12.0),
    "value and more": (lambda a, c: c(lambda x: a * x)(3.0) * a, 12.0),
    "value with the gradient": (lambda a, c: c(lambda x: a * a * x).value_and_grad(3.0)[0], 12.0),
    "gradient": (lambda a, c: c(lambda x: a * a * x).value_and_grad(3.0)[1], 4.0),
    "result": (lambda a, c: c(lambda x: [a * x, x]).value_and_jacobian(3.0)[0][0], 3.0),
    "jacobian": (lambda a, c: c(lambda x: [a * a * x, x]).value_and_jacobian(3.0)[1][0], 4.0),
    "hvp": (lambda a, c: c(lambda x: a * x**3).hvp((3.0,), (1.0,)), 18.0),
    "a compiled gradient": (lambda a, c: c(ag.grad(lambda x: a * x**3))(2.0), 12.0),
    "two levels": (lambda a, c: c(lambda x: c(lambda y: a * y)(x) * x)(3.0), 9.0),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("f, right", INSIDE.values(), ids=INSIDE)
def test_what_a_transform_differentiates_by_may_be_held_inside(f, right, backend):
    def by(a):
        return f(a, lambda g: ag.compile(g, backend))

    assert ag.grad(by)(2.0) == pytest.approx(right, rel=1e-15)
    assert ag.jvp(by, (2.0,), (1.0,))[1] == pytest.approx(right, rel=1e-15)
    assert ag.compile(by, backend).value_and_grad(2.0)[1] == pytest.approx(right, rel=1e-15)
    assert ag.grad(ag.grad(by))(2.0) == pytest.approx(
        ag.grad(ag.grad(lambda a: f(a, eager)))(2.0), rel=1e-15
    )


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("called_before", [False, True])
@pytest.mark.parametrize(
    "call",
    [lambda p: p(3.0), lambda p: p.value_and_grad(3.0)[0], lambda p: 3 * p.value_and_grad(1.0)[1]],
)
def test_a_compiled_function_inside_another_reads_its_leaves_at_each_call(
    backend, called_before, call
):
    w = Value(2.0, "w")
    predict = ag.compile(lambda x: w * x, backend)
    if called_before:
        call(predict)
    loss = ag.compile(lambda t: (call(predict) - t) ** 2, backend)
    assert (loss(1.0), loss(1.0)) == (25.0, 25.0)
    w.data = 5.0
    assert loss(1.0) == 196.0
    assert loss.backward(1.0) == 196.0 and w.grad == 84.0
    assert loss.value_and_grad(1.0) == (196.0, -28.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_transforms_compile(backend):
    def f(v):
        return ag.tanh(v[0]) * v[1] ** 3 + ag.log(v[1])

    at = [0.3, 1.7]
    assert ag.compile(ag.grad(f), backend)(at) == pytest.approx(ag.grad(f)(at), rel=1e-12)
    fast = ag.compile(ag.hessian(f), backend)
    for at in ([0.3, 1.7], [-1.0, 2.0]):
        want = ag.hessian(f)(at)
        for row, wanted in zip(fast(at), want, strict=True):
            assert row == pytest.approx(wanted, rel=1e-12)
    roots = ag.compile(ag.grad(lambda x: ag.sqrt(x) * x), backend)
    assert roots(0.0) == 0.0 and roots(4.0) == pytest.approx(3.0)  # traced where a term is missing


def test_nested_transforms_do_not_mix():
    def outer(x):
        inner = ag.compile(lambda y: x * y, "python")
        return ag.grad(inner)(1.0) * x

    assert ag.grad(outer)(3.0) == 6.0


@pytest.mark.parametrize("backend", BACKENDS)
def test_it_is_a_decorator_and_keeps_the_name(backend):
    @ag.compile(backend=backend)
    def area(r):
        """Of a circle."""
        return 3.0 * r * r

    assert area(2.0) == 12.0 and area.__name__ == "area" and area.__doc__ == "Of a circle."
    with pytest.raises(ValueError, match="backend"):
        ag.compile(area, "fortran")
    with pytest.raises(TypeError, match="function"):
        ag.compile(3.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_program_can_be_pickled(backend):
    w = Value(2.0)
    fast = ag.compile(lambda x: x * w + 1 if x > 0 else x, backend)
    assert fast(3.0) == 7.0
    again = pickle.loads(pickle.dumps(fast))
    assert again(5.0) == 11.0
    with pytest.raises(TypeError, match="branches"):
        again(-5.0)
    holding = ag.compile(with_a_leaf, backend)
    assert holding(5.0) == 10.0
    again = pickle.loads(pickle.dumps(holding))  # its own leaf is found by the function's name
    assert "not called yet" in repr(again) and again(5.0) == 10.0
    HELD.data = 3.0
    assert again(5.0) == 15.0
    HELD.data = 2.0
    named = ag.compile(two_sides, backend)
    named(1.0, 0.5)
    again = pickle.loads(pickle.dumps(named))
    assert again(0.5, 1.0) == named(0.5, 1.0) and "2 variants" in repr(again)


@pytest.mark.parametrize("backend", BACKENDS)
def test_many_branches_end_in_the_eager_engine(backend):
    def f(x):
        n = 0
        while n < x:
            n += 1
        return x * n

    fast = ag.compile(f, "python")
    assert [fast(float(n)) for n in range(100)] == [float(n * n) for n in range(100)]
    assert "64 variants" in repr(fast)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_primitive_of_ones_own(backend, monkeypatch):
    cube = Primitive("cube", "x³", lambda x: x * x * x, lambda x, y: 3.0 * x * x)
    monkeypatch.setitem(PRIMITIVES, "cube", cube)
    fast = ag.compile(lambda x: cube(x) * primitives.sin(x), backend)
    want = ag.value_and_grad(lambda x: cube(x) * primitives.sin(x))(2.0)
    assert fast.value_and_grad(2.0) == want


def test_without_llvmlite_python_runs_the_programs_and_it_is_said_once():
    code = """if True:
        import sys, warnings
        sys.modules["llvmlite"] = None
        import autograd as ag
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            f, g = ag.compile(lambda x: x * x), ag.compile(lambda x: x + x)
            print(f(3.0), g(3.0), f.value_and_grad(3.0), len(said))
    """
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.stdout.split() == ["9.0", "6.0", "(9.0,", "6.0)", "1"], run.stderr


# --- unusual calls ---


class Line:
    def __init__(self, slope):
        self.slope = Value(slope)

    @ag.compile(backend="python")
    def at(self, x):
        """The height."""
        return self.slope * x


def test_names_of_the_transforms_are_told():
    f = ag.compile(lambda x: x[0] ** 2 * x[1], "python")
    for name, write in {
        "grad": "f.value_and_grad(x)[1]",
        "jacobian": "f.value_and_jacobian(x)[1]",
        "hessian": "ag.compile(ag.hessian(f))",
    }.items():
        with pytest.raises(AttributeError) as told:
            getattr(f, name)
        assert str(told.value) == f"a compiled function has no {name}: write {write}"
    assert f.value_and_grad([2.0, 3.0])[1] == f.value_and_jacobian([2.0, 3.0])[1] == [12.0, 4.0]
    assert ag.compile(ag.hessian(f), "python")([2.0, 3.0]) == [[6.0, 4.0], [4.0, 0.0]]
    with pytest.raises(AttributeError, match="has no attribute 'gradd'"):
        f.gradd  # noqa: B018
    with pytest.raises(TypeError, match=r"jacobian takes .* that of grad\(f\) is hessian\(f\)"):
        ag.grad(ag.grad(lambda x: x[0] * x[1]))([2.0, 3.0])


def test_a_method_has_programs_of_its_own_for_each_object():
    a, b = Line(2.0), Line(5.0)
    assert (a.at(3.0), b.at(3.0)) == (6.0, 15.0)
    a.slope.data = 4.0
    assert a.at(3.0) == 12.0
    assert Line.at.value_and_grad(b, 3.0, argnums=1) == b.at.value_and_grad(3.0) == (15.0, 5.0)
    assert Line.at.__doc__ == a.at.__doc__ == "The height."
    assert str(inspect.signature(a.at)) == "(x)"
    assert "method of" in repr(a.at) and copy.copy(a.at)(3.0) == 12.0


class Plane:
    def __init__(self, k):
        self.k = Value(k)

    @ag.compile
    def at(self, x, y=1.0):
        return self.k * x * x * y


def test_what_is_derived_from_a_method_counts_arguments_after_the_object():
    plane = Plane(2.0)
    at = plane.at
    assert at.value_and_grad(3.0, 2.0, argnums=(0, 1)) == (36.0, (24.0, 18.0))
    assert at.value_and_grad(3.0, 2.0, argnums=-1) == at.value_and_jacobian(3.0, 2.0, argnums=1)
    assert at.backward(3.0, y=2.0) == 36.0 and plane.k.grad == 18.0
    with pytest.raises(AttributeError, match=r"compile\(object.method\)"):
        _ = at.hvp
    assert ag.compile(at).hvp((3.0,), (1.0,)) == 4.0
    with pytest.raises(AttributeError, match=r"no grad: write f.value_and_grad"):
        _ = at.grad
    assert at.backend == Plane.at.backend and at.seconds > 0.0
    numpy = pytest.importorskip("numpy")
    x = numpy.arange(3.0)
    assert at.map(x).tolist() == [0.0, 2.0, 8.0]
    value, slope = at.map_value_and_grad(x, 2.0, in_axes=(0, None), argnums=1, reduce="sum")
    assert (value, slope) == (20.0, 10.0)
    assert at.map_value_and_jacobian(x)[1].tolist() == [0.0, 4.0, 8.0]


def test_an_int_that_the_function_needs_as_such_is_part_of_the_program():
    f = ag.compile(lambda x, n: math.prod([x] * n), backend="python")
    assert (f(2.0, 3), f(2.0, 4), f(3.0, 3)) == (8.0, 16.0, 27.0)
    assert f.value_and_grad(2.0, 3) == (8.0, 12.0)
    g = ag.compile(lambda x, n=2: math.prod([x] * n), backend="python")
    assert [g(2.0, n=n) for n in (3, 4, 3)] == [8.0, 16.0, 8.0]
    assert g.value_and_grad(2.0, n=3) == (8.0, 12.0)

    def refuses(x):
        if x > 1:
            raise KeyError("too large")
        return x * x

    g = ag.compile(refuses, backend="python")
    with pytest.raises(KeyError, match="too large"):
        g(3)
    assert [g(k) for k in (0, -1, -2)] == [0.0, 1.0, 4.0]
    assert "1 variant of" in repr(g)


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_index_of_numpys_is_part_of_the_program(backend):
    numpy = pytest.importorskip("numpy")
    pick = ag.compile(lambda xs, i: xs[i] * 2, backend)
    for i in numpy.arange(3):
        assert pick([1.0, 2.0, 3.0], i) == pick([1.0, 2.0, 3.0], int(i)) == 2.0 * (i + 1)
    assert "3 variants" in repr(pick)
    assert pick.value_and_grad([1.0, 2.0, 3.0], numpy.int32(1)) == (4.0, [0.0, 2.0, 0.0])


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_flag_of_numpys_is_one_of_pythons(backend):
    numpy = pytest.importorskip("numpy")
    signed = ag.compile(lambda x, up: x if up else -x, backend)
    for up in (True, numpy.bool_(True), False, numpy.bool_(False)):
        assert signed(2.0, up) == (2.0 if up else -2.0)
    assert "2 variants" in repr(signed)
    p = ag.trace(lambda x, up: x if up else -x, 1.0, True)
    assert p(2.0, numpy.bool_(True)) == 2.0
    with pytest.raises(ValueError, match="traced with True, not with"):
        p(2.0, numpy.bool_(False))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_rule_that_takes_numbers_only_is_left_to_the_eager_engine(backend, monkeypatch):
    sine = Primitive("sine", "s", math.sin, lambda x, y: math.cos(x))
    monkeypatch.setitem(PRIMITIVES, "sine", sine)
    fast = ag.compile(lambda x: sine(x) * x, backend)
    for _ in range(2):
        assert fast(0.5) == sine(0.5) * 0.5
        assert fast.value_and_grad(0.5) == ag.value_and_grad(fast.f)(0.5)
    p = ag.trace(fast.f, 0.5)
    assert p(0.7) == sine(0.7) * 0.7
    with pytest.raises(TypeError, match="a rule of sine takes numbers only"):
        p.value_and_grad(0.7)
    numpy = pytest.importorskip("numpy")
    value, slopes = fast.map_value_and_grad(numpy.array([0.5, 0.7]))
    assert list(zip(value, slopes, strict=True)) == [
        ag.value_and_grad(fast.f)(x) for x in (0.5, 0.7)
    ]


@pytest.mark.parametrize("backend", BACKENDS)
def test_arrays_go_in_and_out_whole(backend):
    np = pytest.importorskip("numpy")

    def f(a, x, b):
        return a[0][1] * x + sum((u * v for u, v in zip(b, a[1], strict=True)), 0.0)

    fast = ag.compile(f, backend)
    rng = np.random.default_rng(0)
    for a in (rng.normal(size=(2, 2)), rng.normal(size=(2, 4))[:, ::2], np.ones((2, 2), ">f8")):
        args = a, 0.5, rng.normal(size=2)
        for places in (0, 2, (0, 1, 2), (1,), (2, 0)):
            value, slopes = fast.value_and_grad(*args, argnums=places)
            wanted, those = ag.value_and_grad(f, places)(*args)
            assert (type(value), value, repr(slopes)) == (float, wanted, repr(those))
        assert fast(*args) == wanted
    slopes[0][:] = 7.0  # it is nobody else's
    assert fast.value_and_grad(*args)[1][0].tolist() == [0.0, 0.5]
    for wrong in (math.nan, math.inf):
        with pytest.raises(ValueError, match="finite number"):
            fast(np.array([[1.0, wrong], [0.0, 0.0]]), 0.5, args[2])
        with pytest.raises(ValueError, match="finite number"):
            fast.value_and_grad(np.array([[wrong, 1.0], [0.0, 0.0]]), 0.5, args[2])
        with pytest.raises(ValueError, match="finite number"):
            fast(args[0], wrong, args[2])
    assert fast.value_and_grad(*args, argnums=1)[1] == args[0][0][1]

    def several(a, x):
        return [a[0] * a[1], a[0] / x]

    fast = ag.compile(several, backend)
    args = np.array([2.0, 3.0]), 0.5
    for places in (0, 1, (0, 1)):
        found = fast.value_and_jacobian(*args, argnums=places)
        assert repr(found) == repr(([6.0, 4.0], ag.jacobian(several, places)(*args)))


def test_out_takes_floats_only():
    numpy = pytest.importorskip("numpy")
    f = ag.compile(lambda w: w[0] * w[1], backend="python")
    out = numpy.zeros(2)
    assert f.value_and_grad(numpy.array([2.5, 3.5]), out=out)[1] is out
    assert out.tolist() == [3.5, 2.5]
    with pytest.raises(TypeError, match="arrays of floats"):
        f.value_and_grad(numpy.array([2.5, 3.5]), out=numpy.zeros(2, int))
    with pytest.raises(ValueError, match="shapes"):
        f.value_and_grad(numpy.array([2.5, 3.5]), out=numpy.zeros(3))


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_help_of_a_method_is_the_same_before_and_after_it_is_compiled(backend):
    fast = ag.compile(lambda x: x * x, backend=backend)
    before = inspect.getdoc(fast.value_and_grad)
    fast.value_and_grad(2.0)
    assert inspect.getdoc(fast.value_and_grad) == before
    assert list(inspect.signature(fast.value_and_grad).parameters) == [
        *("args", "argnums", "out", "options")
    ]
    options = inspect.signature(fast.map).parameters
    assert list(options) == [
        *("args", "in_axes", "reduce", "exact", "errors", "workers", "progress", "out")
    ]


@pytest.fixture
def branches_of(monkeypatch):
    """What `to_jax` asks for at each call, without JAX: the branches of a function."""
    from autograd import program

    def asked(fast, *args, abstract=False):
        stub = SimpleNamespace(
            function=lambda branches: branches,
            zeros=lambda args: args,
            numbers=lambda args: args,
            is_abstract=lambda args: abstract,
        )
        monkeypatch.setitem(sys.modules, "autograd.program.jax", stub)
        monkeypatch.setattr(program, "jax", stub, raising=False)
        return fast.to_jax()(args)

    return asked


def test_jax_is_given_the_branches_that_were_met(branches_of):
    fast = ag.compile(two_sides, "python")
    with pytest.raises(ValueError, match="call the function once"):
        branches_of(fast, 1.0, 0.5, abstract=True)
    ((steps, made),) = branches_of(fast, 1.0, 0.5)  # numbers: it is traced there
    assert steps.guards[0].holds and made.title == "two_sides"
    fast(0.5, 1.0)
    found = branches_of(fast, 7.0, 7.0, abstract=True)
    assert [steps.guards[0].holds for steps, _ in found] == [False, True]
    with pytest.raises(ValueError, match="call the function once"):
        branches_of(fast, [1.0], 0.5, abstract=True)


def test_branches_that_give_results_of_two_shapes_are_none_for_jax(branches_of):
    fast = ag.compile(lambda x: [x] if x > 0 else [x, x], "python")
    fast(1.0)
    assert len(branches_of(fast, 1.0)) == 1
    fast(-1.0)
    with pytest.raises(ValueError, match="results of two shapes"):
        branches_of(fast, 1.0)


if __name__ == "__main__":
    count, seed = int(sys.argv[1]), int(*sys.argv[2:] or [1])
    for name in BACKENDS:
        for draw in (random_program, program_of_several):
            print(name, draw.__name__, dict(compare(count, name, seed, draw)), flush=True)


@pytest.mark.parametrize("x", [3, True, Fraction(1, 2)])
def test_numbers_of_any_kind_are_floats_in_a_compiled_function(x):
    y = ag.compile(lambda v: v * v, "python")(x)
    assert type(y) is float and y == float(x) ** 2


def test_a_missing_library_says_what_to_install():
    program = """
import sys
sys.modules |= dict.fromkeys(["numpy", "jax"])
import autograd as ag
f = ag.compile(lambda x: 3.0 * x, backend="python")
print(f.value_and_grad(2.0))
for call in (
    lambda: f.map([1.0, 2.0]),
    lambda: f.to_jax(),
    lambda: ag.compile(lambda x: x, backend="jax")(1.0),
):
    try:
        call()
    except ImportError as error:
        print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines() == [
        "(6.0, 3.0)",
        "map needs numpy: pip install 'scalar-autograd[native]'",
        "to_jax needs jax: pip install 'scalar-autograd[jax]'",
        "compile(backend='jax') needs jax: pip install 'scalar-autograd[jax]'",
    ]
