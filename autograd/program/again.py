"""Calls over rows that are like one made before; how the sums of blocks of rows are added up.

Invariant: a call like one before gives what the whole way gives, or None where that must be asked:
a row has no number, or takes another branch.
"""

from collections.abc import Callable, Iterable
from dataclasses import InitVar, dataclass, field
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
        self.totals = numpy.empty(again.sums)
        self.told = numpy.empty((again.told, 2), numpy.uint8)
        self.starts: list[int] = []
        self.rest = [Block(x.array, True).last(0, LANES) if x.mapped else x for x in again.rest]
        self.rest_table: Array = tables([*self.rest, Block(self.held, False)])[1]
        self.rest_total = numpy.empty(again.sums[1])
        own = [address(a) for a in (self.table, self.totals, self.told)]
        self.table_at, self.totals_at, self.told_at = own
        self.of_floats, self.of_held = address(self.floats), address(self.held)


@dataclass
class Again:
    """A call like one that was made: the code, and where its numbers come from.

    `kernel` is that of the first branch, `held` its leaves; `args` are those of the call, `xs` the
    blocks of their numbers, one for each.  `out` are the arrays that were written to, if those were
    given: only to them it writes again, since they are known to overlap with nothing.
    """

    kernel: Any
    args: InitVar[tuple[Any, ...]]
    xs: InitVar[list[Block]]
    held: list[Value]
    results: Results
    count: int
    reduce: str | None
    out: InitVar[list[Array] | None]
    span: int
    _rooms: list[_Room] = field(default_factory=list)  # of calls that are over

    def __post_init__(self, args: Any, xs: list[Block], out: list[Array] | None) -> None:
        self.floats = sum(type(x) is float for x in args)
        self.shapes = [(self.count, *shape) for shape in self.results.shapes()]
        self.shaped = in_shape(self.results)
        blocks = -(-self.count // BLOCK) if self.reduce else 0
        self.sums, self.told = (blocks, self.results.numbers()), self.span // LANES + 2
        self.whole = self.count // LANES * LANES
        short = self.whole < self.count
        self.rest = [  # of what is shared, the shape
            x.last(self.whole, self.count)
            if x.mapped
            else Block(numpy.broadcast_to(0.0, x.array.shape), False)
            for x in (xs if short else ())
        ]
        self.reads, self.table = tables([*xs, Block(numpy.empty(len(self.held)), False)])
        sizes = [prod(x.array.shape[x.mapped :]) for x in xs] + [len(self.held)]
        self.owner = numpy.repeat(numpy.arange(len(sizes)), sizes)
        self.shared = numpy.repeat([*(not x.mapped for x in xs), True], sizes)
        starts = [address(x.array) for x in xs]
        self.places = self.table[:, 0].copy()  # seen from where their arrays begin
        first = len(self.owner) - len(self.held)
        self.places[:first] -= numpy.array(starts)[self.owner[:first]]
        self.places[first:] = ITEM * numpy.arange(len(self.held))
        self.read = (
            []
            if out is None
            else [id_ for x, id_ in zip(args, starts, strict=True) if type(x) is not float]
        )
        self.written = [] if out is None else list(map(address, out))
        self.to = None if out is None else self._target(out)
        self.code: Any = self.kernel.code(self.reads, None) if self.reduce else None

    def _target(self, arrays: list[Array]) -> tuple[Any, Array]:
        """The code that writes to these arrays, and the table of their addresses."""
        writes, table = tables(self.results.in_order(arrays))
        return self.kernel.code(self.reads, writes), table

    def __call__(self, args: tuple[Any, ...], out: list[Array] | None) -> Any:
        """A sum or a mean in its structure, or arrays of rows; or None."""
        room = self._rooms.pop() if self._rooms else _Room(self)
        starts, read, floats = [], [], 0
        for x in args:
            if type(x) is float:
                room.floats[floats] = x
                starts.append(room.of_floats + ITEM * floats)
                floats += 1
            else:
                read.append(address(x))
                starts.append(read[-1])
        if self.held:
            leaves.read(self.held, room.held)
        starts.append(room.of_held)
        if starts != room.starts:
            if any(start % ITEM for start in starts):
                return None
            numpy.add(self.places, numpy.array(starts)[self.owner], room.table[:, 0])
            room.starts = starts
        found = self._sum(room, args) if self.reduce else self._rows(room, read, out)
        self._rooms.append(room)  # after an error it is not used again
        return found

    def _sum(self, room: _Room, args: tuple[Any, ...]) -> Any:
        totals = room.totals
        if self.whole and self.code(room.table_at, room.totals_at, 0, self.whole, room.told_at):
            return None
        if self.rest:
            for x, copy in zip(args, room.rest, strict=True):
                if copy.mapped:
                    copy.array[: self.count - self.whole] = x[self.whole :]
                    copy.array[self.count - self.whole :] = x[-1]
            table, total = room.rest_table, room.rest_total
            shared = self.shared
            table[shared] = room.table[shared]
            if self.code(address(table), address(total), 0, self.count - self.whole, room.told_at):
                return None
            if self.whole % BLOCK:
                totals[-1] += total
            else:
                totals[-1] = total
        total = by_twos(totals)
        return self.shaped(total / self.count if self.reduce == "mean" else total.copy())

    def _rows(self, room: _Room, read: list[int], out: list[Array] | None) -> list[Array] | None:
        if out is None or self.to is None:
            arrays = [numpy.empty(shape) for shape in self.shapes]
            code, table = self._target(arrays)
        else:
            arrays, (code, table) = out, self.to
            same = read == self.read and list(map(address, out)) == self.written
            if not same or not all(a.flags.writeable for a in out):
                return None
        at = address(table)
        for start in range(0, self.count, self.span):
            stop = min(start + self.span, self.count)
            if code(room.table_at, at, start, stop, room.told_at):
                return None
        return arrays
