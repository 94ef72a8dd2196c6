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


# --- which bytes they are ---


def test_the_bytes_of_an_array():
    table = np.zeros((4, 6))
    start = table.__array_interface__["data"][0]
    for part, low, high in (
        (table, 0, 192),
        (table[1:3], 48, 144),
        (table[:, 1], 8, 160),
        (table[::-1], 0, 192),
        (table[1, ::-2], 56, 96),
        (table.T, 0, 192),
    ):
        assert pages.bounds(part) == (start + low, start + high)
    low, high = pages.bounds(table[2:2])
    assert low == high


def test_rows_lie_in_one_range_or_in_one_for_each_column():
    table = np.zeros((4, 6))
    whole = pages.bounds(table)
    assert list(pages._ranges(table)) == [whole]
    assert list(pages._ranges(table[:, 2])) == [pages.bounds(table[:, 2])]
    columns = np.zeros((6, 4)).T
    assert list(pages._ranges(columns)) == [pages.bounds(columns[:, k]) for k in range(6)]
    deep = np.zeros((2, 3, 4)).transpose(2, 0, 1)
    assert len(list(pages._ranges(deep))) == 6
    square = np.zeros((1, 1))
    assert list(pages._ranges(square)) == [pages.bounds(square)]


class Map:
    """A memory map that tells what is given back."""

    def __init__(self):
        self.told = []

    def madvise(self, option, start, length):
        self.told.append((option, start, length))


def test_only_whole_pages_are_given_back(monkeypatch):
    size, known = pages.mmap.PAGESIZE, Map()
    numbers = np.zeros(10 * size // 8)
    start = numbers.__array_interface__["data"][0] - 16  # the map begins before the array
    monkeypatch.setattr(pages, "_map", lambda array: (known, start) if len(array) else None)
    give_back = pages.behind([numbers, numbers[:0]])
    row = size // 8  # rows in a page; that of the array begins 16 bytes after the map's
    give_back(row // 2)
    assert known.told == []
    give_back(row // 2 + 1)
    assert known.told == []
    give_back(5 * row)
    option = pages.mmap.MADV_DONTNEED
    assert known.told == [(option, size, 4 * size)]
    known.told.clear()
    give_back(5 * row)
    give_back(6 * row + 3)
    assert known.told == []
    give_back(8 * row)
    assert known.told == [(option, 7 * size, size)]


def test_the_first_page_is_given_back_with_the_first_row(monkeypatch):
    size, known = pages.mmap.PAGESIZE, Map()
    numbers = np.zeros(4 * size // 8)
    start = numbers.__array_interface__["data"][0]
    monkeypatch.setattr(pages, "_map", lambda array: (known, start))
    give_back = pages.behind([numbers])
    give_back(size // 8 - 1)
    assert known.told == []
    pages.behind([numbers])(size // 8)
    assert known.told == [(pages.mmap.MADV_DONTNEED, 0, size)]


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_which_maps_are_touched(path, monkeypatch, mode):
    np.save(path, NUMBERS)
    table = np.load(path, mmap_mode=mode)
    found = pages._map(table[5:, 1])
    if mode == "c":
        assert found is None
        return
    kept, start = found
    assert start + kept.find(NUMBERS[:1].tobytes()) == table.__array_interface__["data"][0]
    for size, touched in ((len(kept), True), (len(kept) + 1, False)):
        monkeypatch.setattr(pages, "LARGE", size)
        assert (pages._map(table) is not None) == touched
    assert pages._map(NUMBERS) is None
    monkeypatch.setattr(pages, "LARGE", 0)
    monkeypatch.delattr(pages.mmap, "MADV_DONTNEED", raising=False)
    assert pages._map(table) is None
