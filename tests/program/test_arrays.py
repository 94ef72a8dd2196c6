"""Where the numbers of rows lie: what the machine code is told of it, for arrays in any layout."""

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

from autograd.program import arrays  # noqa: E402
from autograd.program.arrays import Block, tables  # noqa: E402

ROWS = 24
LAYOUTS = {  # an array of rows, how its numbers are said to lie
    "a column": (lambda: np.zeros(ROWS), "column", 1),
    "a column of a table": (lambda: np.zeros((ROWS, 3))[:, 1], "strided", 1),
    "a table of one column": (lambda: np.zeros((ROWS, 1)), "column", 1),
    "a table": (lambda: np.zeros((ROWS, 2)), "dense", 2),
    "seven columns": (lambda: np.zeros((ROWS, 7)), "dense", 7),
    "eight columns": (lambda: np.zeros((ROWS, 8)), "packed", 8),
    "nine columns": (lambda: np.zeros((ROWS, 3, 3)), "packed", 9),
    "eight of nine columns": (lambda: np.zeros((ROWS, 9))[:, :8], "packed", 8),
    "seven of nine columns": (lambda: np.zeros((ROWS, 9))[:, :7], "strided", 7),
    "every other row": (lambda: np.zeros((2 * ROWS, 2))[::2], "strided", 2),
    "every other column": (lambda: np.zeros((ROWS, 16))[:, ::2], "strided", 8),
    "backwards": (lambda: np.zeros((ROWS, 2))[::-1], "strided", 2),
    "one column after the other": (lambda: np.zeros((ROWS, 9), order="F"), "column", 9),
    "none": (lambda: np.zeros((ROWS, 0)), "strided", 0),
}
SHARED = {
    "a number": (lambda: np.array(1.5), "same", 1),
    "seven": (lambda: np.zeros(7), "same", 7),
    "eight": (lambda: np.zeros(8), "together", 8),
    "a matrix": (lambda: np.zeros((3, 3)), "together", 9),
    "every other": (lambda: np.zeros(16)[::2], "same", 8),
    "none": (lambda: np.zeros(0), "same", 0),
}
BOTH = [(*what, True) for what in LAYOUTS.values()] + [(*what, False) for what in SHARED.values()]


@pytest.mark.parametrize(
    ("array", "kind", "count", "mapped"), BOTH, ids=[*LAYOUTS, *(f"shared {k}" for k in SHARED)]
)
def test_how_numbers_lie(array, kind, count, mapped):
    a, before = array(), Block(np.zeros(ROWS), True)
    runs, table = tables([before, Block(a, mapped), before])
    assert runs == (("column", 1), (kind, count), ("column", 1))
    places = [a[(0, *at) if mapped else at] for at in np.ndindex(a.shape[mapped:])]
    inner = np.ndindex(a.shape[mapped:])
    wanted = [a[(slice(None), *at)] if mapped else a[(*at, ...)] for at in inner]
    assert len(places) == count
    rows = table[1:-1].tolist()
    assert rows == [[arrays.address(x), a.strides[0] if mapped else 0] for x in wanted]
    assert table[0].tolist() == table[-1].tolist() == [arrays.address(before.array), 8]


@pytest.mark.parametrize("what", LAYOUTS)
@pytest.mark.parametrize("rest", [1, 5, 8])
def test_the_last_rows_are_copied_in_the_same_layout(what, rest):
    a = LAYOUTS[what][0]()
    a[...] = np.arange(a.size).reshape(a.shape)
    block = Block(a, True).last(ROWS - rest, ROWS)
    assert block.mapped and block.array.shape == (8, *a.shape[1:])
    assert (block.array[:rest] == a[-rest:]).all()
    assert (block.array[rest:] == a[-1]).all()
    assert tables([block])[0] == tables([Block(a, True)])[0]
    assert not np.shares_memory(block.array, a)


def test_what_is_shared_has_no_rows_to_choose():
    shared, mapped = Block(np.zeros(3), False), Block(np.arange(6.0).reshape(3, 2), True)
    assert shared.rows([0, 1]) is shared and shared.last(1, 2) is shared
    assert mapped.rows([2, 0]).array.tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert mapped.rows(slice(1, 2)).mapped


def overlaps(written, read):
    return arrays._overlap(written, read)


def test_memory_that_is_written_is_nobody_elses():
    table = np.zeros((10, 4))
    assert not overlaps([table[:, 0], table[:, 1]], [table[:, 2:], np.zeros(3)])
    assert not overlaps([table[:5]], [table[5:], table[6:], table[5:7]])  # read twice
    assert not overlaps([], [table, table])
    assert not overlaps([table], [])
    assert not overlaps([np.zeros(0)], [table])
    for written, read in (
        ([table[:, 0]], [table]),
        ([table], [table[3]]),
        ([table[:6], table[5:]], []),
        ([table[:, 0], table[::2, 0]], [np.zeros(5)]),
        ([table[:, 3]], [np.zeros(2), table[9:]]),
        ([table[9:]], [np.zeros(2), table, table[0]]),
    ):
        assert overlaps(written, read)
        assert overlaps(written[::-1], read[::-1])


def test_arguments_are_copied_only_where_they_must_be():
    x, table = np.arange(6.0), np.arange(12.0).reshape(6, 2)
    made = arrays.arguments("map", (x, table, [x, table], 3.0), (0, 0, 0, None))
    assert made.given[0] is x and made.given[1] is table
    turned = arrays.arguments("map", (table,), 1)
    assert turned.count == 2 and np.shares_memory(turned.given[0], table)
    last = arrays.arguments("map", (table,), -1)
    assert last.given[0].tolist() == turned.given[0].tolist() == table.T.tolist()
