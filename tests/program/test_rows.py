"""Programs over rows: the same numbers as row by row, in any layout, however it is divided."""

import functools
import math
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")
pytest.importorskip("mpmath")

import autograd as ag  # noqa: E402
from autograd import Value  # noqa: E402
from autograd.core.nested import blocks  # noqa: E402
from autograd.core.primitives import PRIMITIVES  # noqa: E402
from autograd.program import backends, llvm, machine, rows  # noqa: E402
from autograd.program.trace import traced  # noqa: E402

sys.path.insert(0, os.path.dirname(__file__))
import random_rows  # noqa: E402

N = 1_003  # no multiple of the lanes
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=N), RNG.normal(size=N)


def over(name, f):
    """A map of f that keeps what it has compiled."""
    fast = ag.compile(f)

    def call(*args, **options):
        return getattr(fast, name)(*args, **options)

    call.known, call.calls = fast._rows, fast._calls
    return call


def mapped(f, *args, **options):
    return over("map", f)(*args, **options)


def with_gradient(f, *args, **options):
    return over("map_value_and_grad", f)(*args, **options)


def with_jacobian(f, *args, **options):
    return over("map_value_and_jacobian", f)(*args, **options)


def smooth(x, y):
    return ag.exp(x) * y + ag.sin(x * y) / (1 + x * x)


def branching(x, y):
    if x > y:
        return ag.exp(x) * y
    return ag.sin(x) + y * y if x > -1 else x * y


def eagerly(f, x, y):
    """Values and both gradients, row by row."""
    found = [
        ag.value_and_grad(f, argnums=(0, 1))(float(a), float(b)) for a, b in zip(x, y, strict=True)
    ]
    return np.array([[v, *slopes] for v, slopes in found])


@pytest.mark.parametrize("f", [smooth, branching])
def test_exact_rows_have_the_bits_of_the_eager_engine(f):
    value, slopes = with_gradient(f, X, Y, argnums=(0, 1), exact=True)
    assert (np.column_stack([value, *slopes]) == eagerly(f, X, Y)).all()
    assert (mapped(f, X, Y, exact=True) == value).all()


@pytest.mark.parametrize("f", [smooth, branching])
def test_rows_are_right_to_a_few_ulp(f):
    value, slopes = with_gradient(f, X, Y, argnums=(0, 1))
    np.testing.assert_allclose(
        np.column_stack([value, *slopes]), eagerly(f, X, Y), rtol=1e-13, atol=1e-15
    )


OURS = [name for name in PRIMITIVES if name in llvm.KNOWN]
GRID = [-30.0, -2.5, -1.0, -0.5, -0.0, 0.0, 1e-300, 0.25, 0.5, 0.999, 1.0, 1.5, 3.0, 20.0, 1e10]


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("name", OURS)
def test_each_primitive_over_rows(name, exact):
    primitive = PRIMITIVES[name]
    if len(primitive.partials) == 1:
        f, x, y = (lambda x, y: primitive(x) + 0 * y), GRID, [1.0] * len(GRID)
    else:
        f, x, y = primitive, [a for a in GRID for _ in GRID], GRID * len(GRID)
    (value, slopes), bad = with_gradient(f, x, y, argnums=(0, 1), exact=exact, errors="nan")
    assert len(bad) < len(x) * 0.8
    for i, at in enumerate(zip(x, y, strict=True)):
        got = [value[i], slopes[0][i], slopes[1][i]]
        try:
            v, s = ag.value_and_grad(f, argnums=(0, 1))(*at)
        except (ValueError, ArithmeticError):
            assert i in bad
            assert np.isnan(got).all()
            continue
        assert i not in bad
        if exact:
            assert got == [v, *s], at
        else:
            for a, b in zip(got, [v, *s], strict=True):
                assert a == pytest.approx(b, rel=1e-12, abs=1e-300), at


def test_long_programs_over_rows_are_made_fast_and_of_eight_lanes(monkeypatch):
    def instead(key, text, level, passes):
        raise LookupError(level, passes, text)

    monkeypatch.setattr(machine, "compiled", instead)
    column = (("column", 1),)
    monkeypatch.setattr(llvm, "ROWS_CHUNK", 4)
    for n, has, level, passes, lanes in (
        (6, True, 2, 1, 16),
        (6, False, 2, 1, 8),
        (7, True, 0, 0, 8),
        (7, False, 0, 0, 8),
    ):
        monkeypatch.setattr(machine, "has", lambda feature, has=has: has and feature == "avx512f")
        f = functools.partial(functools.reduce, lambda z, k: z * (k + 2.0), range(n))
        with pytest.raises(LookupError) as told:
            rows.Kernel(traced(f, (1.0,)).steps(), True).code(column, column)
        assert told.value.args[:2] == (level, passes)
        text = told.value.args[2]()
        assert f"%i2 = add i64 %i, {lanes}" in text


def test_a_branch_is_chosen_as_the_eager_engine_chooses_it():
    def f(x, y, z):
        return x * x if x * y - z > 0 else 0 * x

    x = 1.0 + RNG.random(N) * 1e-9
    z = x * x  # rounded: without that x * y - z would be no 0
    assert mapped(f, x, x, z).tolist() == [0.0] * N


def test_quotients_by_one_divisor_are_right_to_the_last_digit():
    def f(a, b):
        return [a / b, 1 / b, (a + 1) / b, ag.exp(-a) / b]

    a, b = RNG.normal(size=N), RNG.normal(size=N) * 10.0 ** RNG.uniform(-290, 290, N)
    found = mapped(f, a, b)
    for got, above in zip(found, [a, 1 + 0 * a, a + 1, np.exp(-a)], strict=True):
        assert (abs(got - above / b) <= 2 * np.spacing(abs(above / b))).all()
    ends = mapped(f, [0.0, 3.0, 3.0, 1e-310], [5.0, 1e-310, 1.7e308, 3.0], errors="nan")
    assert ends[1].tolist() == [1]  # 1 / b is no number there
    assert ends[0][0].tolist()[::2] == [0.0, 3.0 / 1.7e308]
    assert ends[0][0][3] == pytest.approx(1e-310 / 3.0, rel=1e-13)


# --- layouts ---


def layouts(a):
    """The same numbers in memory in many ways."""
    table = np.zeros((len(a), 5))
    table[:, 3] = a
    yield "contiguous", a
    yield "a column of a table", table[:, 3]
    yield "backwards", a[::-1].copy()[::-1]
    yield "every other", np.repeat(a, 2)[::2]
    yield "a list", a.tolist()
    yield "a memoryview", memoryview(a)
    yield "another byte order", a.astype(">f8")
    yield "unaligned", np.frombuffer(b"x" + a.tobytes(), np.uint8)[1:].view(float)
    readonly = a.copy()
    readonly.flags.writeable = False
    yield "read-only", readonly


@pytest.mark.parametrize(
    ("kind", "x"), list(layouts(X)), ids=lambda v: v if isinstance(v, str) else ""
)
def test_any_layout_gives_the_same_bits(kind, x):
    assert (mapped(smooth, x, Y) == mapped(smooth, X, Y)).all()


def wide(v):
    total = v[0] * 0.0
    for k in range(len(v)):
        total = total + (k + 1) * v[k] * v[k - 1]
    return total


@pytest.mark.parametrize("width", [1, 2, 7, 8, 9, 15, 16, 17, 30])
def test_rows_side_by_side(width):
    table = RNG.normal(size=(N, width))
    expected = np.array([[ag.value_and_grad(wide)(row)[1] for row in table]])[0]
    value, slopes = with_gradient(wide, table, exact=True)
    assert (slopes == expected).all()
    for other in (
        np.asfortranarray(table),
        np.hstack([table, table])[:, :width],
        table[::-1][::-1],
    ):
        v, s = with_gradient(wide, other, exact=True)
        assert (s == slopes).all()
        assert (v == value).all()
    v, s = with_gradient(wide, table.T.copy(), in_axes=1, exact=True)
    assert (s == slopes).all()


def test_long_programs_over_rows():
    def f(v):
        z = v[0]
        for k in range(900):
            z = ag.sin(z + v[k % 9]) * 1.01 if k % 50 == 0 else z * 0.9 + v[k % 9]
        return z

    table = RNG.normal(size=(100, 9))
    value, slopes = with_gradient(f, table, exact=True)
    for i in (0, 50, 99):
        v, s = ag.value_and_grad(f)(table[i])
        assert value[i] == v
        assert (slopes[i] == s).all()


def test_arguments_in_structures():
    def f(p, x):
        return p["w"][0] * x[0] + p["w"][1] * x[1][0] + p["b"]

    p, x = {"w": [2.0, 3.0], "b": 1.0}, (X, Y[:, None])
    value, slopes = with_gradient(f, p, x, in_axes=(None, 0))
    np.testing.assert_allclose(value, 2 * X + 3 * Y + 1)
    assert slopes["b"].tolist() == [1.0] * N
    assert (slopes["w"][0] == X).all()
    _, slopes = with_gradient(f, p, x, in_axes=(None, 0), argnums=1)
    assert slopes[0].tolist() == [2.0] * N
    assert slopes[1].tolist() == [[3.0]] * N


def test_rows_of_dicts():
    def f(p, x):
        return ag.sin(p["w"]) * x + p["b"][0]

    p = {"w": X, "b": [Y]}
    value, slopes = with_gradient(f, p, 2.0, in_axes=(0, None), exact=True)
    for i in range(0, N, 100):
        v, s = ag.value_and_grad(f)({"w": float(X[i]), "b": [float(Y[i])]}, 2.0)
        assert (value[i], slopes["w"][i], slopes["b"][0][i]) == (v, s["w"], s["b"][0])


def test_results_in_structures():
    def f(x, y):
        return {"sum": x + y, "both": [x * y, 1.0]}

    found = mapped(f, X, Y)
    assert (found["sum"] == X + Y).all()
    assert (found["both"][0] == X * Y).all()
    assert found["both"][1].tolist() == [1.0] * N


def test_jacobians():
    def f(a, b):
        return np.array([a[0] * b, ag.exp(a[1]) * a[0]])

    a = RNG.normal(size=(N, 2))
    value, (by_a, by_b) = with_jacobian(f, a, Y, argnums=(0, 1), exact=True)
    assert (value.shape, by_a.shape, by_b.shape) == ((N, 2), (N, 2, 2), (N, 2))
    for i in range(0, N, 100):
        at = a[i], float(Y[i])
        eager = ag.jacobian(f, argnums=(0, 1))(*at)
        assert (by_a[i] == eager[0]).all()
        assert (by_b[i] == eager[1]).all()
    value, slopes = with_jacobian(lambda x, y: [x * y, x, y], X, Y, argnums=1)
    assert [s.tolist()[:2] for s in slopes] == [X[:2].tolist(), [0.0, 0.0], [1.0, 1.0]]


def test_jacobians_of_rows_that_are_left_to_the_eager_engine():
    def steps(x, y):
        for k in range(40):
            if x < k / 40:
                return {"a": x * y * k, "b": np.array([x, ag.sqrt(y)])}
        return {"a": x, "b": np.array([y, x])}

    x, y = np.linspace(0, 1.2, 100), 2.0 + RNG.random(100)
    value, slopes = with_jacobian(steps, x, y, argnums=(0, 1), exact=True)  # 41 branches
    for i in range(100):
        at = float(x[i]), float(y[i])
        right, matrix = ag.data(steps(*map(Value, at))), ag.jacobian(steps, (0, 1))(*at)
        for key in ("a", "b"):
            assert np.array_equal(value[key][i], right[key])
            for found, expected in zip(slopes[key], matrix[key], strict=True):
                assert np.array_equal(found[i], expected)


# --- sums ---


def loss(w, x, t):
    z = w[0] * x[0] + w[1] * x[1] + w[2]
    return ag.softplus(z) - t * z


M = 3 * rows.SPAN + 1_234
POINTS, TARGETS = RNG.normal(size=(M, 2)), (RNG.random(M) > 0.5) * 1.0
W = [0.1, -0.2, 0.3]


def reduced(f=loss, x=POINTS, t=TARGETS, **options):
    options = {"in_axes": (None, 0, 0), "reduce": "sum"} | options
    return with_gradient(f, W, x, t, **options)


def test_a_sum_has_the_same_bits_for_any_number_of_threads():
    assert reduced(workers=1) == reduced(workers=2) == reduced(workers=5)


def test_a_sum_has_the_bits_of_its_parts():
    parts = [
        reduced(x=POINTS[k : k + rows.SPAN], t=TARGETS[k : k + rows.SPAN])[0]
        for k in range(0, M, rows.SPAN)
    ]
    assert rows.by_twos(parts) == reduced()[0]
    halves = [reduced(x=POINTS[a:b], t=TARGETS[a:b])[0] for a, b in ((0, 131072), (131072, M))]
    assert rows.by_twos(halves) == reduced()[0]


def layered(w, x, t):
    """A loss with more shared numbers than stay in registers, and a function of the lanes."""
    h = [ag.relu(w[k] * x[0] + w[k + 8] * x[1]) for k in range(8)]
    return ag.sin(sum(w[k + 16] * h[k] for k in range(8))) * 1e12 * t


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("n", [8, 1_000, 1_024, 2_104, 5_003])
def test_two_groups_of_lanes_at_a_time_have_the_bits_of_one(n, exact, monkeypatch):
    w, found = RNG.normal(size=24), []
    for answer in (True, False):
        monkeypatch.setattr(rows.machine, "has", lambda feature, answer=answer: answer)
        call = over("map_value_and_grad", layered)
        options = {"in_axes": (None, 0, 0), "exact": exact, "errors": "nan"}
        bad = TARGETS[:n].copy()
        bad[3] = bad[n - 1] = math.inf
        for t in (TARGETS[:n], bad):
            for points in (POINTS[:n], np.asfortranarray(POINTS[:n])):
                for reduce in (None, "sum"):
                    (value, slopes), wrong = call(w, points, t, reduce=reduce, **options)
                    found.append([np.array(value), np.array(slopes), wrong])
    half = len(found) // 2
    for one, two in zip(found[:half], found[half:], strict=True):
        for a, b in zip(one, two, strict=True):
            np.testing.assert_array_equal(a, b, strict=True)


def test_many_shared_numbers_are_read_as_often_as_they_are_needed():
    n = 20  # more than stay in registers
    w, x = RNG.normal(size=n), RNG.normal(size=400)

    def f(w, x):
        return sum((ag.sin(v * x) + v * v * v * (k + 1.0) for k, v in enumerate(w)), 0.0 * x) * w[0]

    value, slopes = with_gradient(f, w, x, in_axes=(None, 0), reduce="sum", exact=True)
    each = [ag.value_and_grad(f)(w, float(v)) for v in x]
    assert value == pytest.approx(math.fsum(y for y, _ in each), rel=1e-12)
    assert slopes == pytest.approx(np.sum([s for _, s in each], axis=0), rel=1e-12)


def test_sum_and_mean_are_those_of_the_rows():
    value, slopes = with_gradient(loss, W, POINTS, TARGETS, in_axes=(None, 0, 0))
    total, by = reduced()
    assert total == pytest.approx(math.fsum(value), rel=1e-14)
    for got, column in zip(by, slopes, strict=True):
        assert got == pytest.approx(math.fsum(column), rel=1e-12)
    mean, by_mean = reduced(reduce="mean")
    assert mean == total / M
    assert by_mean == [s / M for s in by]


@pytest.mark.parametrize("n", [1_000, 1_003, 1, 5, 1_024, 2_050])
def test_a_call_like_one_before_has_its_bits_and_its_errors(n):
    leaf = Value(0.5)
    call = over("map_value_and_grad", lambda w, x, y: ag.log(x * w[0] + leaf) * y + w[1])
    first = over("map_value_and_grad", lambda w, x, y: ag.log(x * w[0] + leaf) * y + w[1])
    table = 1.0 + RNG.random((3, n))
    for reduce in ("sum", "mean"):
        for _ in range(3):
            for w, x, y in (
                (np.array([1.0, 2.0]), table[0], 3.0),
                (np.array([1.5, 2.0]), table[1].copy(), 4.0),
                (np.array([0.0, 1.5, 0.0, 2.0])[1::2], np.repeat(table[2], 2)[::2], 5.0),
                ([1.0, 2.0], table[0].tolist(), 3),
            ):
                options = {"in_axes": (None, 0, None), "reduce": reduce}
                value, slopes = call(w, x, y, **options)
                first.known.clear()
                first.calls.clear()
                expected, by = first(w, x, y, **options)
                assert type(value) is float
                assert value == expected
                assert type(slopes) is type(by)
                assert list(slopes) == list(by)
                leaf.data += 0.25
    assert len(call.calls) == 4
    kept = slopes
    w, bad = np.array([1.0, 2.0]), table[0].copy()
    row = min(3, n - 1)
    bad[row] = -9.0
    with pytest.raises(ValueError, match=rf"^row {row}: log"):
        call(w, bad, 3.0, in_axes=(None, 0, None), reduce="mean")
    found, wrong = call(w, bad, 3.0, in_axes=(None, 0, None), reduce="mean", errors="nan")
    assert wrong.tolist() == [row]
    good, none = call(w, table[0], 3.0, in_axes=(None, 0, None), reduce="mean", errors="nan")
    assert (none.tolist(), none.dtype, good[0] != found[0]) == ([], int, True)
    assert list(kept) == list(by)
    with pytest.raises(ValueError, match="reduce is 'most'"):
        call(w, bad, 3.0, in_axes=(None, 0, None), reduce="most")
    with pytest.raises(ValueError, match="workers is 0"):
        call(w, table[0], 3.0, in_axes=(None, 0, None), reduce="mean", workers=0)


def test_a_call_into_the_same_arrays_is_made_again_for_the_same_rows_only():
    x, out = np.arange(16.0), np.empty(16)
    call = over("map", lambda x: x * 2.0)
    for _ in range(3):
        assert call(x, out=out) is out
        assert out.tolist() == (2 * x).tolist()
    assert len(call.calls) == 1
    with pytest.raises(ValueError, match="overlaps"):
        call(out, out=out)
    y = x + 1.0
    assert call(y, out=out).tolist() == (2 * y).tolist()
    assert call(out, out=y).tolist() == (2 * out).tolist()
    out.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        call(x, out=out)


def test_so_many_kinds_of_calls_are_remembered():
    call = over("map", lambda x: x + 1.0)
    for n in range(1, 65):
        call(np.ones(8 * n))
        assert len(call.calls) == n
    call(np.ones(8))
    assert len(call.calls) == 64
    call(np.ones(8 * 65))
    assert len(call.calls) == 1


def test_which_calls_are_remembered(monkeypatch):
    for args, options, kept in (
        ((np.ones(16),), {}, 1),
        ((np.ones(17),), {}, 0),  # the last rows are copied by the whole way
        ((np.ones(17),), {"reduce": "sum"}, 1),
        ((np.ones(16),), {"workers": 2}, 1),
        ((np.ones(65_536 + 8),), {"workers": 2}, 0),  # in threads
        ((np.ones(65_536 + 8),), {}, 0),
        ((np.ones(65_536 + 8),), {"workers": 1}, 1),
        ((np.ones(65_536 + 8),), {"workers": 1, "reduce": "sum"}, 0),
        ((np.ones(65_536),), {"workers": 1, "reduce": "sum"}, 1),
        ((np.ones(65_536),), {}, 1),
        ((np.ones(16),), {"progress": True}, 0),
        ((np.ones(16, np.float32),), {}, 0),
        (([1.0] * 16,), {}, 0),
        ((np.ones((16, 1)),), {"in_axes": [0]}, 0),
        ((np.zeros(0),), {}, 0),
    ):
        call = over("map", lambda x: x + 1.0)
        call(*args, **options)
        call(*args, **options)
        assert len(call.calls) == kept, (args[0][:1], options)
        for again in call.calls.values():  # and it does not ask for the whole way
            assert again(args, None) is not None
    for x, axis, kept in (
        (np.ones((16, 3)), 0, 1),
        (np.ones((3, 16)), 1, 0),  # its rows are another axis
        (np.ones((16, 3), order="F"), 0, 1),
        (np.frombuffer(b"x" + bytes(16 * 3 * 8), np.uint8)[1:].view(float).reshape(16, 3), 0, 0),
        (np.ones((16, 3), ">f8"), 0, 0),
    ):
        call = over("map", lambda v: v[0] + v[1] * v[2])
        call(x, in_axes=axis)
        assert len(call.calls) == kept
    monkeypatch.setattr(rows, "LARGE", 128)  # bytes: perhaps of a file, whose pages are given back
    for n, kept in ((8, 1), (16, 0)):
        call = over("map", lambda x: x + 1.0)
        call(np.ones(n))
        assert len(call.calls) == kept
    call = over("map", lambda x: ag.log(x))
    call([1.0, -1.0] * 8, errors="nan")
    call(np.array([1.0, -1.0] * 8), errors="nan")
    assert not call.calls  # a row failed


def test_shared_numbers_lie_anywhere():
    many, few, x = RNG.normal(size=(2, 21)), RNG.normal(size=9), RNG.normal(size=64)

    def f(a, b, c, x):
        return sum(w * x for w in [*a[0], *a[1], *b]) * c

    expected = [f(many, few, 2.0, v) for v in x]
    for a, b in (
        (many, few),
        (np.asfortranarray(many), few[::-1].copy()[::-1]),
        (many.tolist(), np.frombuffer(few.tobytes())),
    ):
        assert (
            mapped(f, a, b, 2.0, x, in_axes=(None, None, None, 0), exact=True).tolist() == expected
        )
    many[1, 20] = math.nan
    with pytest.raises(ValueError, match=r"^row 0: .*finite"):
        mapped(f, many, few, 2.0, x, in_axes=(None, None, None, 0))


def test_rows_once_more_into_the_same_arrays():
    def f(v, k, x):
        return [ag.log(v[0] * k) + x, v[1] * x]

    call, other = (over("map_value_and_jacobian", f) for _ in range(2))
    options = {"in_axes": (0, None, 0), "argnums": (0, 2), "workers": 1}
    table, x = 1.0 + RNG.random((4, 1_000, 2)), RNG.random(1_000)

    def flat(found):
        return np.column_stack([np.reshape(a, (1_000, -1)) for a in blocks(found)])

    new = [flat(call(t, 2.0, x, **options)) for t in table]
    expected = [flat(other(t.tolist(), 2.0, x.tolist(), **options)) for t in table]
    assert not other.calls
    np.testing.assert_array_equal(new, expected)
    out = call(table[0], 2.0, x, **options)
    mine = table[1].copy()
    for source, expect in ((table[0], 0), (mine, 1), (mine, 1), (table[0], 0), (mine, 1)):
        found = call(source, 2.0, x, out=out, **options)
        assert found is out
        np.testing.assert_array_equal(flat(out), expected[expect])
    assert len(call.calls) == 2
    mine[5, 0] = -1.0
    with pytest.raises(ValueError, match=r"^row 5: log") as caught:
        call(mine, 2.0, x, out=out, **options)
    assert caught.value.__notes__ == ["some rows of `out` are written, others are not"]
    mine[5, 0] = 1.0
    first = blocks(out)[0]
    first.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        call(mine, 2.0, x, out=out, **options)
    first.flags.writeable = True
    with pytest.raises(ValueError, match="overlaps"):
        call(mine, 2.0, first, out=out, **options)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("width", range(1, 10))
def test_rows_of_any_width_are_read_and_written(width, groups, monkeypatch):
    monkeypatch.setattr(rows.machine, "has", lambda feature: groups == 2)
    table = RNG.normal(size=(83, width))
    f = over("map_value_and_jacobian", lambda v: np.array([v[k] * (k + 2.0) for k in range(width)]))
    value, slopes = f(table)
    assert (value == table * (2.0 + np.arange(width))).all()
    assert (slopes == np.diag(2.0 + np.arange(width))).all()
    wide = np.zeros((83, width + 1)), np.zeros((83, width, width + 1))
    f(table[::-1], out=(wide[0][:, :width], wide[1][..., 1:]))
    assert (wide[0][::-1, :width] == value).all()
    assert (wide[1][..., 1:] == slopes).all()
    assert not wide[0][:, width].any()
    assert not wide[1][..., 0].any()


def test_calls_for_a_sum_in_many_threads():
    call = over("map_value_and_grad", lambda w, x: ag.sin(w[0] * x) + w[1])
    x = RNG.normal(size=(8, 4_096))
    options = {"in_axes": (None, 0), "reduce": "sum"}
    points = [np.array([1.0 + k, 2.0]) for k in range(8)]
    expected = [call(w, row, **options) for w, row in zip(points, x, strict=True)]

    def run(k):
        return all(
            (got := call(points[k], x[k], **options))[0] == expected[k][0]
            and (got[1] == expected[k][1]).all()
            for _ in range(200)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(run, range(8)))


@pytest.mark.parametrize("n", [1, 7, 9, 1_023, 1_027, 2_049])
def test_the_last_rows_of_a_sum_are_those_that_are_there(n):
    x, t = POINTS[:n], TARGETS[:n]
    value, slopes = with_gradient(loss, W, x, t, in_axes=(None, 0, 0), exact=True)
    for table in (x, np.asfortranarray(x), np.hstack([x, x])[:, : x.shape[1]]):
        total, by = with_gradient(loss, W, table, t, in_axes=(None, 0, 0), reduce="sum", exact=True)
        assert total == pytest.approx(math.fsum(value), rel=1e-13)
        for got, column in zip(by, slopes, strict=True):
            assert got == pytest.approx(math.fsum(column), rel=1e-11, abs=1e-13)
        per_row = np.zeros((-(-n // rows.BLOCK) * rows.BLOCK, 1))
        per_row[:n, 0] = value
        blocks = []
        for k in range(0, n, rows.BLOCK):
            whole = min(n - k, rows.BLOCK) // 8 * 8
            lanes = [np.zeros(8), np.zeros(8)]
            for at in range(0, min(n - k, rows.BLOCK), 8):
                lanes[at >= whole] = lanes[at >= whole] + per_row[k + at : k + at + 8, 0]
            for half in (4, 2, 1):
                lanes = [a[:half] + a[half:] for a in lanes]
            blocks.append(float(lanes[0][0]) + float(lanes[1][0]))
        assert total == rows.by_twos(blocks)
    for row in {0, n - 1} if n > 1 else ():  # one that has no number
        bad = x.copy()
        bad[row, 0] = math.nan
        found, wrong = with_gradient(
            loss, W, bad, t, in_axes=(None, 0, 0), reduce="sum", errors="nan"
        )
        assert wrong.tolist() == [row]
        good = np.delete(value, wrong)
        assert found[0] == pytest.approx(math.fsum(good), rel=1e-12, abs=1e-15)


def forked(w, x, t):
    return w[0] * x[0] if x[1] > t - 0.5 else ag.sin(w[1] * x[0]) + w[2]


def test_sums_over_branches_have_the_bits_of_sums_row_by_row():
    n = 5_000
    x, t = POINTS[:n], TARGETS[:n]
    value, slopes = with_gradient(forked, W, x, t, in_axes=(None, 0, 0))
    padded = np.zeros((-(-n // rows.BLOCK) * rows.BLOCK, 4))
    padded[:n] = np.column_stack([value, *slopes])
    blocks = []
    for block in padded.reshape(-1, rows.BLOCK // 8, 8, 4):
        lanes = np.zeros((8, 4))
        for group in block:
            lanes = lanes + group
        while len(lanes) > 1:
            lanes = lanes[: len(lanes) // 2] + lanes[len(lanes) // 2 :]
        blocks.append(lanes[0])
    total = rows.by_twos(blocks)
    got, by = reduced(forked, x, t)
    assert [got, *by] == total.tolist()
    first_other = [i for i in range(n) if x[i, 1] <= t[i] - 0.5][:1] + list(range(n))
    again = over("map_value_and_grad", forked)
    again(W, x[first_other[:1]], t[first_other[:1]], in_axes=(None, 0, 0))  # another branch first
    assert again(W, x, t, in_axes=(None, 0, 0), reduce="sum") == (got, by)


def test_few_rows_and_one():
    for n in (1, 2, 7, 8, 9):
        value, (by_x, _) = with_gradient(smooth, X[:n], Y[:n], argnums=(0, 1), exact=True)
        assert (np.column_stack([value, by_x]) == eagerly(smooth, X[:n], Y[:n])[:, :2]).all()
        total, _ = reduced(x=POINTS[:n], t=TARGETS[:n])
        assert total == pytest.approx(
            sum(
                loss(W, p, t)
                for p, t in zip(POINTS[:n].tolist(), TARGETS[:n].tolist(), strict=True)
            )
        )


def test_no_rows():
    value, (by_x, by_y) = with_gradient(smooth, [], np.empty(0), argnums=(0, 1))
    assert value.shape == by_x.shape == by_y.shape == (0,)
    value, slopes = with_jacobian(lambda v: [v[0] * v[1], v[1]], np.empty((0, 2)))
    assert [v.shape for v in value] == [(0,), (0,)]
    assert [s.shape for s in slopes] == [(0, 2), (0, 2)]
    assert reduced(x=POINTS[:0], t=[]) == (0.0, [0.0, 0.0, 0.0])
    assert mapped(lambda x: ag.asin(x), []).shape == (0,)  # it is asked at 0.5
    found, bad = mapped(smooth, [], [], errors="nan", workers=2)
    assert (found.shape, bad.tolist()) == ((0,), [])


# --- what goes wrong ---


def test_an_error_tells_the_row_and_what_the_eager_engine_says():
    x = np.abs(X)
    x[[5, 700]] = -1.0
    with pytest.raises(ValueError, match=r"^row 5: log\(.*-1\.0\) is not defined"):
        mapped(lambda x: ag.log(x) * x, x)
    with pytest.raises(OverflowError, match=r"^row 0: exp\("):
        mapped(lambda x: ag.exp(x), [800.0, 1.0])
    with pytest.raises(ZeroDivisionError, match=r"^row 2: "):
        mapped(lambda x: 1 / x, [1.0, 2.0, 0.0])


def test_where_no_row_has_a_result_the_first_error_is_raised():
    for errors in ("raise", "nan"):
        with pytest.raises(ValueError, match=r"^row 0: log\(.*-3\.0"):
            mapped(lambda x: ag.log(x), [-3.0, -2.0, -1.0], errors=errors)
    found, bad = mapped(lambda x: ag.log(x), [-3.0, -2.0, 1.0], errors="nan")
    assert bad.tolist() == [0, 1] and found[2] == 0.0


def test_a_branch_that_lanes_choose_otherwise_is_left_to_the_eager_engine():
    """A sine over rows may be an ulp off: beside a limit the guard of a known branch fails."""
    x = RNG.uniform(0.1, 1.5, 4_000)
    off = mapped(lambda x: ag.sin(x), x) < [math.sin(v) for v in x]
    at = x[off][:3]
    assert len(at) == 3
    for v in at:
        limit = float(np.nextafter(math.sin(v), 0.0))

        def f(x, limit=limit):
            return x * x if ag.sin(x) > limit else -x

        rows_ = np.array([1.55, v, 1.56, 0.01])
        call = over("map", f)
        assert call(rows_).tolist() == [f(w) for w in rows_.tolist()]
        ((branches, _),) = call.known.values()
        assert len(branches.kernels) <= 2
    for order, kept in ((1, 0), (-1, 1)):  # a form that is right in one row only is not compiled
        call = over("map", lambda x, y: ag.softmax([x, y])[0])
        assert call([-1e308, 0.5][::order], [1.5e308, 0.5][::order]).tolist() == [0.0, 0.5][::order]
        ((branches, _),) = call.known.values()
        assert len(branches.kernels) == kept


def test_errors_nan_leaves_those_rows_out():
    x = np.abs(X) + 0.1
    x[[0, 5, 700]] = -1.0
    x[[7, 1_002]] = np.nan, np.inf
    (value, slope), bad = with_gradient(lambda x: ag.log(x), x, errors="nan")
    assert bad.tolist() == [0, 5, 7, 700, 1002]
    assert np.isnan(value[bad]).all()
    assert np.isnan(slope[bad]).all()
    assert np.isfinite(np.delete(value, bad)).all()
    (total, _), left_out = with_gradient(
        lambda w, x: w * ag.log(x), 2.0, x, in_axes=(None, 0), errors="nan", reduce="mean"
    )
    assert left_out.tolist() == bad.tolist()
    assert total == pytest.approx(np.delete(2 * value, bad).mean())


def test_a_number_that_is_none_is_found_in_its_sum():
    x = np.ones(3_000)
    x[2_100] = 1e308
    call = over("map_value_and_grad", lambda w, x: w * x)
    options = {"in_axes": (None, 0), "reduce": "sum"}
    assert call(1.0, np.ones(3_000), **options) == (3_000.0, 3_000.0)
    with pytest.raises(OverflowError, match=r"^row 2100: "):
        call(10.0, x, **options)
    (total, slope), bad = call(10.0, x, errors="nan", **options)
    assert (total, slope, bad.tolist()) == (29_990.0, 2_999.0, [2_100])
    with pytest.raises(ValueError, match=r"^row 0: .*finite"):
        call(math.nan, x, **options)


@pytest.mark.parametrize("n", [2, 5, 9, 20])
def test_a_shared_number_that_is_none_is_found_wherever_it_stands(n):
    call = over("map", lambda w, x: sum((ag.relu(v) * 0.5 for v in w), x))  # of -inf it is 0
    x = np.linspace(1.0, 2.0, 24)
    for shape in (list, np.array):
        assert call(shape([1.0] * n), x, in_axes=(None, 0))[0] == 1.0 + 0.5 * n
        for k in range(n):
            for wrong in (math.nan, -math.inf):
                w = [1.0] * n
                w[k] = wrong
                with pytest.raises(ValueError, match=r"^row 0: .*finite"):
                    call(shape(w), x, in_axes=(None, 0))
                found, bad = call(shape(w), x, in_axes=(None, 0), errors="nan")
                assert np.isnan(found).all() and bad.tolist() == list(range(24))
                options = {"in_axes": (None, 0), "errors": "nan", "reduce": "sum"}
                assert call(shape(w), x, **options)[1].tolist() == list(range(24))


def test_jacobians_of_rows_by_the_eager_engine():
    def f(v, t):
        return np.array(ag.softmax([v[0], v[1] * t]))

    v, t = np.array([[-1e308, 1.5e308], [0.5, 0.25], [1.5e308, -1e308]]), np.array([1.0, 2.0, 1.0])
    value, (by_v, by_t) = with_jacobian(f, v, t, argnums=(0, 1), exact=True)
    for i in range(3):
        a, b = ag.jacobian(f, (0, 1))(v[i], float(t[i]))
        assert (by_v[i] == a).all() and (by_t[i] == b).all()
        assert value[i].tolist() == [y.data for y in f([Value(x) for x in v[i]], float(t[i]))]


def test_a_row_of_nan_is_an_error():
    x = X.copy()
    x[17] = np.nan
    with pytest.raises(ValueError, match=r"row 17: .*finite"):
        mapped(lambda x: ag.relu(x), x)


def test_many_branches_are_capped():
    def steps(x):
        for k in range(40):
            if x < k / 40:
                return x * k
        return x

    x = np.linspace(0, 1.2, 500)
    call = over("map", steps)
    assert call(x).tolist() == [steps(float(v)) for v in x]
    ((branches, _),) = call.known.values()
    assert len(branches.kernels) == 16


def test_a_value_held_by_closure_is_read_at_each_call():
    w = Value(2.0)
    call = over("map", lambda x: w * x)
    assert (call(X) == 2 * X).all()
    w.data = 3.0
    assert (call(X) == 3 * X).all()


@pytest.mark.parametrize("called_before", [False, True])
def test_rows_that_do_not_depend_on_what_is_held_are_refused_where_a_transform_is_to_see_it(
    called_before,
):
    a, x = Value(2.0, "a"), np.arange(16.0)
    fast = ag.compile(lambda x: a * x)
    if called_before:
        assert fast.map(x).tolist() == fast.map(x).tolist() == (2 * x).tolist()
    with pytest.raises(TypeError, match=r"map computes numbers: .* depend on a=2.0, which"):
        ag.compile(lambda b: ag.sum(fast.map(x)) * b)(1.0)
    with pytest.raises(TypeError, match=r"map computes numbers: .* depend on 3.0, which"):
        ag.grad(lambda a: ag.sum(ag.compile(lambda x: a * x).map(x)))(3.0)
    assert ag.grad(lambda b: ag.sum(fast.map(x)) * b)(1.0) == 240.0  # another variable


def test_rows_of_a_pickled_function_need_the_program_only():
    fast = ag.compile(lambda w, x, t: loss(w, x, t))  # which cannot be pickled itself
    total = fast.map_value_and_grad(
        W, POINTS[:99], TARGETS[:99], in_axes=(None, 0, 0), reduce="sum"
    )
    again = pickle.loads(pickle.dumps(fast))
    assert total == again.map_value_and_grad(
        W, POINTS[:99], TARGETS[:99], in_axes=(None, 0, 0), reduce="sum"
    )
    with pytest.raises(TypeError, match="unpickled as a program"):
        again.map(W, POINTS[:99], TARGETS[:99], in_axes=(None, 0, 0))


def by_name(x):
    return x * HELD if x > 100.0 else x + 1.0


HELD = Value(2.0)


def test_rows_of_a_function_found_by_its_name_are_kept_but_where_it_holds_leaves():
    fast = ag.compile(by_name)
    assert fast.map([1.0, 2.0]).tolist() == [2.0, 3.0]
    again = pickle.loads(pickle.dumps(fast))
    ((branches, _),) = again._rows.values()
    assert len(branches.kernels) == 1
    assert again.map([1.0, 2.0]).tolist() == [2.0, 3.0] and len(again._rows) == 1
    fast.map([200.0, 300.0])
    assert pickle.loads(pickle.dumps(fast))._rows == {}
    lost = ag.compile(lambda x: by_name(x))
    lost.map([200.0])
    again = pickle.loads(pickle.dumps(lost))
    assert again.map([300.0]).tolist() == [600.0]


def test_where_llvmlite_is_missing_an_unpickled_function_goes_on_in_numpy(monkeypatch):
    fast = ag.compile(lambda x: x * x)
    fast.map(X)
    kept = pickle.dumps(fast)
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setattr(backends, "_said", [ImportError()])
    monkeypatch.setattr(rows, "Kernel", None)
    assert (pickle.loads(kept).map(X) == X * X).all()


def test_out_is_filled_and_comes_back():
    out = np.empty(N), (np.empty(N), np.empty((N, 3))[:, 1])
    found = with_gradient(smooth, X, Y, argnums=(0, 1), out=out)
    assert found is out
    assert (out[1][1] == with_gradient(smooth, X, Y, argnums=(0, 1))[1][1]).all()


@pytest.mark.parametrize(
    ("out", "error", "message"),
    [
        (lambda: np.empty(N - 1), ValueError, "out is to have arrays of the shapes"),
        (lambda: [0.0] * N, ValueError, "out is to have arrays of the shapes"),
        (lambda: np.empty(N, np.float32), TypeError, "float64, not float32"),
        (lambda: np.broadcast_to(0.0, N), ValueError, "read-only"),
        (lambda: X, ValueError, "overlaps"),
    ],
)
def test_an_out_that_does_not_fit(out, error, message):
    before = X.copy()
    with pytest.raises(error, match=message):
        mapped(smooth, X, Y, out=out())
    assert (before == X).all()


def test_what_is_half_done_in_out_is_said():
    x = np.abs(X)
    x[900] = -1.0
    with pytest.raises(ValueError, match="row 900") as caught:
        mapped(lambda x: ag.log(x), x, out=np.empty(N))
    assert caught.value.__notes__ == ["some rows of `out` are written, others are not"]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: mapped(smooth, X, Y[:5]), ValueError, "rows are 1003 in argument 0 and 5 in"),
        (lambda: mapped(smooth, X, 1.0), ValueError, "argument 1 has 0 axes"),
        (lambda: mapped(smooth, X, Y, in_axes=(0,)), ValueError, "1 axes for 2 arguments"),
        (lambda: mapped(smooth, X, Y, in_axes={"x": 0}), TypeError, "for each argument one axis"),
        (lambda: mapped(smooth, X, Y, in_axes=(0, 1.5)), TypeError, "for each argument one axis"),
        (lambda: mapped(smooth, 1.0, 2.0, in_axes=None), ValueError, "no argument has rows"),
        (lambda: reduced(x=POINTS[:0], t=[], reduce="mean"), ValueError, "no rows, and no mean"),
        (lambda: mapped(lambda x: ag.log(x - 1), []), ValueError, "there are no rows, and"),
        (lambda: mapped(smooth, ["a"], [1.0]), TypeError, "not of numbers"),
        (lambda: mapped(smooth, X, Y, errors="x"), ValueError, "errors is 'x'"),
        (lambda: mapped(smooth, X, Y, workers=0), ValueError, "workers is 0"),
        (lambda: mapped(smooth, X, Y, workers="a"), TypeError, "map: workers is 'a', not a number"),
        (lambda: mapped(smooth, X, Y, workers=2.0), TypeError, "map: workers is 2.0, not a number"),
        (lambda: mapped(smooth, X, Y, reduce="max"), ValueError, "reduce is 'max'"),
        (lambda: with_gradient(smooth, X, Y, reduce="sum"), ValueError, "with in_axes=None, and"),
        (lambda: with_gradient(smooth, X, Y, argnums=2), TypeError, "argnums is 2"),
        (lambda: with_gradient(lambda x: [x], X), TypeError, "returns one number"),
        (lambda: mapped(smooth, X, Y, reduce="sum", out=X), TypeError, "leave out away"),
    ],
)
def test_calls_that_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_an_unknown_option_is_an_error():
    fast = ag.compile(smooth)
    with pytest.raises(TypeError, match=r"map\(\) got an unexpected keyword argument 'axes'"):
        fast.map(X, Y, axes=0)
    with pytest.raises(TypeError, match=r"map\(\) got an unexpected keyword argument 'argnums'"):
        fast.map(X, Y, argnums=0)


def test_progress_is_told(capsys, monkeypatch):
    monkeypatch.setattr(rows, "SOON", 0.0)
    reduced(progress=True)
    told = capsys.readouterr().err
    assert "100%" in told
    assert told.endswith("\n")


def test_progress_by_a_planted_clock(capsys, monkeypatch):
    now = [64.0]
    monkeypatch.setattr(rows, "time", SimpleNamespace(monotonic=lambda: now[0]))
    shown = rows._Progress(4_000)
    told = []
    for later, row in ((0.5, 500), (1.0, 1_000), (1.125, 1_100), (1.25, 1_500), (6.0, 3_000)):
        now[0] = 64.0 + later
        shown.at(row)
        told.append(capsys.readouterr().err)
    now[0] += 0.0625
    shown.at(4_000)  # the end is told at once
    told.append(capsys.readouterr().err)
    assert told == [
        "",
        "\r1,000 of 4,000 rows, 25%, 3 s left ",
        "",
        "\r1,500 of 4,000 rows, 38%, 2 s left ",
        "\r3,000 of 4,000 rows, 75%, 2 s left ",
        "\r4,000 of 4,000 rows, 100%, 0 s left \n",
    ]
    flushed = []
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(write=told.append, flush=flushed.append))
    sys.stderr.flush = lambda: flushed.append(len(told))
    now[0] += 5.0
    shown.at(3_500)  # a line without an end is seen all the same
    assert flushed and "3,500" in "".join(told[6:])
    monkeypatch.undo()
    monkeypatch.setattr(rows, "time", SimpleNamespace(monotonic=lambda: now[0]))
    short = rows._Progress(10)
    now[0] += 0.5
    short.at(10)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("count", [0, 1, 65_535, 65_536, 65_537, 140_000])
def test_rows_are_divided_into_spans(count, monkeypatch):
    asked = []

    def no_threads(work, spans, workers):
        asked.append(workers)
        return (work(*span) for span in spans)

    monkeypatch.setattr(rows, "ahead", no_threads)
    starts = range(0, count, 65_536)
    expected = [(start, min(start + 65_536, count)) for start in starts]
    for workers, affinity, cores, told in (
        (1, 3, 4, []),
        (2, 3, 4, [2]),
        (None, 3, 4, [3]),
        (None, 1, 4, []),
        (None, None, 4, [4]),
        (None, None, None, []),
    ):
        if affinity is None:
            monkeypatch.delattr(os, "sched_getaffinity", raising=False)
        else:
            of = {0: set(range(affinity))}
            monkeypatch.setattr(os, "sched_getaffinity", of.__getitem__, raising=False)
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        asked.clear()
        found = list(rows.in_threads(lambda *at: at, count, workers, False, []))
        assert found == expected
        assert asked == (told if len(expected) != 1 else [])


class Tree:
    """A number that remembers how it was added up."""

    def __init__(self, text):
        self.text = text

    def __add__(self, other):
        return Tree(f"({self.text}+{other.text})")


def test_parts_are_added_by_twos():
    told = [rows.by_twos(Tree(str(k)) for k in range(1, n + 1)).text for n in range(1, 9)]
    assert told == [
        "1",
        "(1+2)",
        "((1+2)+3)",
        "((1+2)+(3+4))",
        "(((1+2)+(3+4))+5)",
        "(((1+2)+(3+4))+(5+6))",
        "(((1+2)+(3+4))+((5+6)+7))",
        "(((1+2)+(3+4))+((5+6)+(7+8)))",
    ]


@pytest.mark.parametrize("n", [5, 8, 13, 1_030, 2_055, 5_003, 66_000])
@pytest.mark.parametrize("backend", ["native", "numpy"])
def test_the_order_of_a_sum_is_the_promised_one(n, backend):
    """Eight lanes, blocks of 1,024 rows: these are for good, as the bits depend on them."""
    x = np.cos(np.arange(n)) * 10.0 ** (np.arange(n) % 7)
    blocks = []
    for start in range(0, n, 1_024):
        part, total = x[start : start + 1_024], np.float64(0.0)
        whole = len(part) // 8 * 8
        for piece in (part[:whole], np.pad(part[whole:], (0, -len(part) % 8))):
            lanes = np.zeros(8)
            for row in piece.reshape(-1, 8):
                lanes = lanes + row
            for half in (4, 2, 1):
                lanes = lanes[:half] + lanes[half:]
            total = total + lanes[0]
        blocks.append(float(total))
    while len(blocks) > 1:
        blocks = [*blocks, 0.0] if len(blocks) % 2 else blocks
        blocks = [a + b for a, b in zip(blocks[::2], blocks[1::2], strict=True)]
    fast = ag.compile(lambda x: x * 1.0, backend)
    for _ in range(3):
        assert fast.map(x, reduce="sum") == blocks[0]
        assert fast.map(x, reduce="mean") == blocks[0] / n
    assert fast.map(x, reduce="sum", workers=1) == blocks[0]


PROGRAM = """
import numpy as np, signal, time, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
import autograd as ag
f = lambda w, x: ag.exp(-w * x * x) + ag.sin(ag.erf(x) * w) ** 2
call, options = ag.compile(f).map_value_and_grad, {"in_axes": (None, 0)}
call(1.0, np.ones(8), **options)
print("ready", flush=True)
try:
    for _ in range(1000):
        call(1.0, np.ones(20_000_000), workers=WORKERS, **options)
except KeyboardInterrupt:
    print("stopped", flush=True)
print(call(1.0, np.ones(1), **options)[0])
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_ends_it_cleanly(workers):
    command = [sys.executable, "-c", PROGRAM.replace("WORKERS", str(workers))]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.5)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        try:
            told, wrong = process.communicate(timeout=60)
        finally:
            process.kill()
    assert told.startswith("stopped\n[")
    assert wrong == ""
    assert time.monotonic() - began < 10


def test_random_programs_over_rows():
    rng = random.Random(3)
    for _ in range(15):
        f = random_rows.draw(rng)
        assert not random_rows.differing(f, X[:200], Y[:200])
        for error, allowed, _, at in random_rows.errors(f, X[:200], Y[:200], (0, 99)):
            assert error <= allowed, at
