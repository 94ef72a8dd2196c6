"""Sums over rows: the order they are added up in, and calls that are like one made before.

Invariant: a call like one before gives what the whole way gives, or None where that must be asked:
a row has no number, or takes another branch.
"""

from collections.abc import Callable, Iterable
from itertools import accumulate
from math import prod
from typing import Any

import numpy

from autograd.core import leaves
from autograd.core.value import Value
from autograd.program.arrays import ITEM, Array, Block, Results, address, tables
from autograd.program.llvm import BLOCK, LANES

DOUBLE = numpy.dtype(float)
MOST_CALLS = 64  # kinds of calls that are remembered


def by_twos(parts: Iterable[Any]) -> Any:
    """The sum of parts: neighbours first, then neighbours' sums, as if zeros came after them.

    >>> by_twos([1.0, 2.0, 3.0])
    6.0
    """
    waiting: list[tuple[int, Any]] = []  # sums of 2^k parts, the larger first
    for part in parts:
        k = 0
        while waiting and waiting[-1][0] == k:
            part = waiting.pop()[1] + part
            k += 1
        waiting.append((k, part))
    total = waiting.pop()[1]
    while waiting:
        total = waiting.pop()[1] + total
    return total


def in_shape(results: Results) -> Callable[[Array], Any]:
    """A function of the numbers of one row, or of a sum: they in the structure of the result."""
    shapes = results.shapes()
    ends = list(accumulate(map(prod, shapes)))
    places = [
        (slice(end - prod(s), end) if s else end - 1, s)
        for end, s in zip(ends, shapes, strict=True)
    ]

    def shaped(total: Array) -> Any:
        return results.assembled(
            total[at].reshape(s) if s else float(total[at]) for at, s in places
        )

    return shaped


def alike(args: tuple[Any, ...]) -> Any:
    """A key, the same for arguments of one kind; None for kinds that take the whole way."""
    key: list[Any] = []
    for x in args:
        if type(x) is numpy.ndarray and x.dtype is DOUBLE:
            key += x.shape, x.strides
        elif type(x) is float:
            key.append(float)
        else:
            return None
    return tuple(key)


class _Room:
    """What one call needs in memory: addresses, numbers that are no arrays, sums."""

    def __init__(self, again: "Again") -> None:
        self.table = again.table.copy()
        self.held: Array = numpy.empty(len(again.held))
        self.floats = numpy.empty(again.floats)
        self.totals = numpy.empty((again.blocks, again.numbers))
        self.told = numpy.empty((again.told, 2), numpy.uint8)
        self.starts: list[int] = []
        own = [address(a) for a in (self.table, self.totals, self.told)]
        self.table_at, self.totals_at, self.told_at = own
        self.of_floats, self.of_held = address(self.floats), address(self.held)


class Again:
    """Calls for a sum like one that was made: the code, and where its numbers come from.

    `kernel` is that of the first branch, `held` its leaves; `args` are those of the call, `xs` the
    blocks of their numbers, one for each.
    """

    def __init__(
        self,
        kernel: Any,
        args: tuple[Any, ...],
        xs: list[Block],
        held: list[Value],
        results: Results,
        count: int,
        mean: bool,
    ) -> None:
        self.held, self.count, self.mean = held, count, mean
        self.numbers, self.shaped = results.numbers(), in_shape(results)
        self.blocks, self.told = -(-count // BLOCK), count // LANES + 1
        self.floats = sum(type(x) is float for x in args)
        reads, self.table = tables([*xs, Block(numpy.empty(len(held)), False)])
        self.code = kernel.code(reads, None)
        sizes = [prod(x.array.shape[x.mapped :]) for x in xs] + [len(held)]
        self.owner = numpy.repeat(numpy.arange(len(sizes)), sizes)
        starts = [address(x.array) for x in xs]
        self.places = self.table[:, 0] - numpy.array([*starts, 0])[self.owner]
        first = len(self.owner) - len(held)
        self.places[first:] = ITEM * numpy.arange(len(held))
        self._rooms: list[_Room] = []  # of calls that are over; taken and put back whole

    def __call__(self, args: tuple[Any, ...]) -> Any:
        """The sum or mean for these arguments, or None."""
        room = self._rooms.pop() if self._rooms else _Room(self)
        starts = []
        floats = 0
        for x in args:
            if type(x) is float:
                room.floats[floats] = x
                starts.append(room.of_floats + ITEM * floats)
                floats += 1
            else:
                starts.append(x.__array_interface__["data"][0])
        if self.held:
            leaves.read(self.held, room.held)
        starts.append(room.of_held)
        if starts != room.starts:
            if any(start % ITEM for start in starts):
                return None
            numpy.add(self.places, numpy.array(starts)[self.owner], room.table[:, 0])
            room.starts = starts
        failed = self.code(room.table_at, room.totals_at, 0, self.count, room.told_at)
        if failed:
            found = None
        else:
            total = by_twos(room.totals)
            found = self.shaped(total / self.count if self.mean else total + 0.0)
        self._rooms.append(room)
        return found
