"""Rows without machine code: in NumPy, by the same rules."""

import subprocess
import sys

import pytest

import autograd as ag
from autograd.core.primitives import PRIMITIVES, Primitive

numpy = pytest.importorskip("numpy")

from autograd.program.columns import Columns  # noqa: E402


def two_sides(x, y):
    return ag.sigmoid(x) * y if x > y else ag.sqrt(abs(y)) - x**3


X, Y = numpy.linspace(-2, 2, 101), numpy.linspace(1.5, -1.4, 101)


@pytest.mark.parametrize("exact", [False, True])
def test_rows_are_the_eager_ones(exact):
    fast = ag.compile(two_sides, "numpy")
    value, (dx, dy) = fast.map_value_and_grad(X, Y, argnums=(0, 1), exact=exact)
    want = [ag.value_and_grad(two_sides, (0, 1))(*at) for at in zip(X, Y, strict=True)]
    assert value == pytest.approx([y for y, _ in want], rel=1e-13)
    assert dx == pytest.approx([d[0] for _, d in want], rel=1e-13)
    assert dy == pytest.approx([d[1] for _, d in want], rel=1e-13)
    if exact:
        assert value.tolist() == [y for y, _ in want]


def test_sums_and_shared_arguments():
    fast = ag.compile(lambda w, x: ag.tanh(w[0] * x[0] + w[1] * x[1]) ** 2, "numpy")
    rows = numpy.random.default_rng(0).normal(size=(2500, 2))
    w = numpy.array([0.5, -1.0])
    options = {"in_axes": (None, 0), "reduce": "mean"}
    value, slopes = fast.map_value_and_grad(w, rows, **options)
    each, by_row = fast.map_value_and_grad(w, rows, in_axes=(None, 0))
    assert value == pytest.approx(each.mean()) and slopes == pytest.approx(by_row.mean(axis=0))


def test_a_row_without_a_number_is_named():
    fast = ag.compile(lambda x: ag.log(x) * 2, "numpy")
    with pytest.raises(ValueError, match=r"row 3: .*log"):
        fast.map(numpy.array([1.0, 2.0, 3.0, -1.0]))
    found, wrong = fast.map(numpy.array([1.0, -2.0, 3.0]), errors="nan")
    assert numpy.isnan(found[1]) and wrong.tolist() == [1] and found[2] == 2 * numpy.log(3.0)


@pytest.mark.parametrize("backend", ["native", "numpy"])
def test_a_primitive_of_ones_own(monkeypatch, backend):
    if backend == "native":
        pytest.importorskip("llvmlite")
    cube = Primitive("cube", "x³", lambda x: x * x * x, lambda x, y: 3.0 * x * x)
    monkeypatch.setitem(PRIMITIVES, "cube", cube)
    fast = ag.compile(lambda x: cube(x) + ag.sin(x), backend)
    for _ in range(3):
        assert fast.map(X) == pytest.approx(X**3 + numpy.sin(X), rel=1e-13)
        assert fast.map(X, reduce="sum") == pytest.approx((X**3 + numpy.sin(X)).sum(), abs=1e-9)
        assert fast.map(X[:96]) == pytest.approx(X[:96] ** 3 + numpy.sin(X[:96]), rel=1e-13)


def test_without_llvmlite():
    code = """if True:
        import sys, warnings
        sys.modules["llvmlite"] = None
        import autograd as ag, numpy
        warnings.simplefilter("ignore")
        print(ag.compile(lambda x: x * x).map(numpy.arange(3.0)).tolist())
    """
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.stdout.strip() == "[0.0, 1.0, 4.0]", run.stderr


def test_a_derivative_is_never_minus_zero():
    fast = ag.compile(lambda x: -(x * 0.0) * x, "numpy")
    _, slopes = fast.map_value_and_grad(X)
    assert not slopes.any() and not numpy.signbit(slopes).any()


def test_so_many_branches_are_kept():
    def f(x):
        n = 0
        while n < x:
            n += 1
        return x * n

    fast = ag.compile(f, "numpy")
    x = numpy.arange(40.0)
    assert fast.map(x).tolist() == (x * x).tolist()
    ((branches, _),) = fast._rows.values()
    assert len(branches.kernels) == 16
    assert all(type(kernel) is Columns for kernel, _ in branches.kernels)


def test_rows_are_in_machine_code_only_where_that_is_asked_for():
    pytest.importorskip("llvmlite")
    for backend, made in (("native", "Kernel"), ("numpy", "Columns"), ("python", "Columns")):
        fast = ag.compile(lambda x: x * x, backend)
        assert fast.map([1.0, 2.0]).tolist() == [1.0, 4.0]
        ((branches, _),) = fast._rows.values()
        assert [type(kernel).__name__ for kernel, _ in branches.kernels] == [made]


def test_a_primitive_of_ones_own_that_refuses_a_row(monkeypatch):
    def forward(x):
        if x < 0:
            raise ValueError("negative")
        return x * x

    square = Primitive("square_of", "s", forward, lambda x, y: 2.0 * x)
    monkeypatch.setitem(PRIMITIVES, "square_of", square)
    fast = ag.compile(lambda x: square(x) + 1.0, "numpy")
    x = numpy.array([1.0, 2.0, -1.0, 3.0])
    with pytest.raises(ValueError, match=r"^row 2: "):
        fast.map(x)
    found, wrong = fast.map(x, errors="nan")
    assert wrong.tolist() == [2] and found[[0, 1, 3]].tolist() == [2.0, 5.0, 10.0]
    assert numpy.isnan(found[2])
