"""Rows of memory-mapped files: the pages behind the reader are given back, and nothing is lost."""

import sys

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

import autograd as ag  # noqa: E402
from autograd.program import pages, rows  # noqa: E402

N = 4 * rows.SPAN
NUMBERS = np.random.default_rng(0).normal(size=(N, 3))


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "LARGE", 0)
    return str(tmp_path / "rows.npy")


def f(w, x):
    return w * x[0] * x[1] + ag.exp(-x[2] * x[2])


def total(x, **options):
    fast = ag.compile(f)
    options = {"in_axes": (None, 0), "reduce": "sum"} | options
    return fast.map_value_and_grad(0.5, x, **options)


def resident(path):
    """Kilobytes of the file that are in this process's memory."""
    with open("/proc/self/smaps") as file:
        lines = file.read().splitlines()
    start = next(i for i, line in enumerate(lines) if line.endswith(path))
    return next(int(line.split()[1]) for line in lines[start:] if line.startswith("Rss:"))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("workers", [1, 2])
def test_pages_behind_the_reader_are_given_back(path, order, workers):
    np.save(path, np.asarray(NUMBERS, order=order))
    table = np.load(path, mmap_mode="r")
    expected = total(NUMBERS)
    assert resident(path) < 100
    assert total(table, workers=workers) == expected
    assert resident(path) < 1_000  # of 6,000
    assert total(table[::-1]) == total(NUMBERS[::-1])
    assert (np.asarray(table) == NUMBERS).all()
    assert resident(path) > 5_000


def test_a_private_copy_keeps_what_was_written(path):
    np.save(path, NUMBERS)
    table = np.load(path, mmap_mode="c")
    table[:, 0] = 1.0
    changed = NUMBERS.copy()
    changed[:, 0] = 1.0
    assert total(table) == total(changed)
    assert (table == changed).all()


def test_a_file_that_is_written_to_keeps_it(path):
    np.save(path, NUMBERS)
    table = np.load(path, mmap_mode="r+")
    table[:, 1] = 2.0
    total(table)
    assert (table[:, 1] == 2.0).all()
    assert (np.load(path)[:, 1] == 2.0).all()
