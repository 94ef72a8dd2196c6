"""Memory-mapped files that rows are read from: pages behind the reader are given back.

Invariant: no number changes.  Only maps that are the file itself are touched, never private copies
("c"): what is given back is read from the file again where it is asked for.
"""

import mmap
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy

LARGE = 2**26  # bytes of a map; a smaller one may stay where it is
Array = Any


def behind(arrays: Iterable[Array]) -> Callable[[int], None]:
    """A function that gives back what lies before row n of these arrays, called as n grows."""
    found = [(a, *of) for a in arrays if (of := _map(a)) is not None]
    done = 0

    def give_back(n: int) -> None:
        nonlocal done
        for array, pages, start in found:
            for low, high in _ranges(array[done:n]):
                first = -(-(low - start) // mmap.PAGESIZE) * mmap.PAGESIZE
                last = (high - start) // mmap.PAGESIZE * mmap.PAGESIZE
                if last > first:
                    pages.madvise(mmap.MADV_DONTNEED, first, last - first)
        done = n

    return give_back


def _map(array: Array) -> tuple[mmap.mmap, int] | None:
    """The map that an array is a part of, and its address; None where it is to be left alone."""
    while array is not None and not isinstance(array, numpy.memmap):
        array = getattr(array, "base", None)
    pages: Any = getattr(array, "_mmap", None)
    private = getattr(array, "mode", "c") == "c"
    if pages is None or private or len(pages) < LARGE or not hasattr(mmap, "MADV_DONTNEED"):
        return None
    return pages, numpy.frombuffer(pages, numpy.uint8).__array_interface__["data"][0]


def _ranges(rows: Array) -> Iterator[tuple[int, int]]:
    """Where rows lie: in one range, or, one column after the other, in several."""
    if rows.ndim == 1 or abs(rows.strides[0]) >= max(map(abs, rows.strides[1:])):
        yield bounds(rows)
    else:
        for column in numpy.moveaxis(rows, 1, 0):
            yield from _ranges(column)


def bounds(a: Array) -> tuple[int, int]:
    """The address of an array's first byte, and that after its last."""
    low = high = a.__array_interface__["data"][0]
    if not a.size:
        return low, low
    for length, stride in zip(a.shape, a.strides, strict=True):
        low += min(0, (length - 1) * stride)
        high += max(0, (length - 1) * stride)
    return low, high + a.itemsize
