"""The arrays of a call over rows: where their numbers lie, what goes in, what comes out.

Invariant: nothing is copied that lies in memory as float64, in whatever layout; what comes out is
put where nothing that goes in lies.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from operator import itemgetter
from typing import Any

import numpy

from autograd import transforms
from autograd.core.context import recording
from autograd.core.nested import blocks, data, is_array, items, map_tree, shape
from autograd.core.value import Value
from autograd.program.llvm import LANES, Runs
from autograd.program.pages import bounds
from autograd.program.trace import joined, split

ITEM = 8  # bytes of a number
Array = Any  # numpy.ndarray of floats


@dataclass
class Block:
    """Numbers of a row: an array, and whether its first axis is the rows."""

    array: Array
    mapped: bool

    def layout(self) -> "Layout":
        """How its numbers lie, wherever that is."""
        return self.mapped, self.array.shape[self.mapped :], self.array.strides

    def rows(self, chosen: Any) -> "Block":
        """These rows of it."""
        return Block(self.array[chosen], True) if self.mapped else self

    def last(self, start: int, stop: int) -> "Block":
        """A copy of these rows, LANES at most, and the last again up to LANES, laid out alike."""
        if not self.mapped:
            return self
        ((kind, _),), _ = tables([self])
        inner = self.array.shape[1:]
        if kind == "column":
            copy: Array = numpy.moveaxis(numpy.empty((*inner, LANES)), -1, 0)
        elif kind == "strided":
            copy = numpy.empty((LANES, *inner, 2))[..., 0]
        else:
            copy = numpy.empty((LANES, *inner))
        copy[: stop - start] = self.array[start:stop]
        copy[stop - start :] = self.array[stop - 1]
        return Block(copy, True)


Layout = tuple[bool, tuple[int, ...], tuple[int, ...]]


def address(a: Array) -> int:
    """Where an array's first number is."""
    return int(a.__array_interface__["data"][0])


def tables(blocks: list[Block]) -> tuple[Runs, Array]:
    """What their numbers are to the machine code; address and row stride of each."""
    runs, table, owner = _laid_out(tuple([block.layout() for block in blocks]))
    table = table.copy()
    table[:, 0] += numpy.array([address(block.array) for block in blocks])[owner]
    return runs, table


@lru_cache
def _laid_out(layouts: tuple[Layout, ...]) -> tuple[Runs, Array, Array]:
    """As `tables`, with addresses seen from the first of a block; the block of each number."""
    runs, tables = [], []
    for mapped, lengths, strides in layouts:
        places: Any = numpy.zeros(1, numpy.int64)
        for length, stride in zip(lengths, strides[mapped:], strict=True):
            places = numpy.add.outer(places, stride * numpy.arange(length)).ravel()
        count, step = len(places), strides[0] if mapped else 0
        beside = (numpy.diff(places) == ITEM).all()
        if not mapped:
            kind = "together" if beside and count >= LANES else "same"
        elif step == ITEM:
            kind = "column"
        elif beside and count >= LANES:
            kind = "packed"
        else:
            kind = "dense" if beside and step == ITEM * count and count > 1 else "strided"
        runs.append((kind, count))
        tables.append(numpy.column_stack([places, numpy.full(count, step)]))
    owner = numpy.repeat(numpy.arange(len(runs)), [count for _, count in runs])
    return tuple(runs), numpy.concatenate(tables), owner


@dataclass
class Arguments:
    """The arguments of a call over rows: `count` rows, and the blocks of their numbers."""

    given: list[Any]  # mapped ones as trees of arrays, the rows first
    mapped: list[bool]
    count: int

    def blocks(self) -> tuple[list[Block], Any]:
        """The blocks of numbers, in the order of `trace.split`, and a key: their structure."""
        found: list[Block] = []
        key: list[Any] = []
        for x, mapped in zip(self.given, self.mapped, strict=True):
            if mapped:
                found += [Block(a, True) for a in blocks(x)]
                key.append(("rows", _inner(x)))
            elif type(x) is numpy.ndarray and x.dtype == float:
                found.append(Block(x, False))
                key.append(x.shape)
            else:
                numbers: list[Any] = []
                key.append(split(x, numbers))
                found.append(Block(numpy.array(numbers, float), False))
        return found, tuple(key)

    def row(self, i: int) -> list[Any]:
        """The arguments of one row, as the function takes them; of no row, some number."""

        def row(a: Array) -> Any:
            return _item(a[i] if self.count else numpy.full(a.shape[1:], 0.5))

        pairs = zip(self.given, self.mapped, strict=True)
        return [map_tree(row, x) if mapped else x for x, mapped in pairs]


def _inner(tree: Any) -> Any:
    """The shapes of rows, as a key."""
    if is_array(tree):
        return tree.shape[1:]
    if isinstance(tree, dict):
        return dict, *[(key, _inner(x)) for key, x in tree.items()]
    return type(tree), *map(_inner, tree)


def _item(x: Any) -> Any:
    return x if x.ndim else float(x)


def arguments(name: str, args: tuple[Any, ...], in_axes: Any) -> Arguments:
    """Arguments over rows.  Raises TypeError and ValueError for what has no rows, or others."""
    axes = list(in_axes) if isinstance(in_axes, (tuple, list)) else [in_axes] * len(args)
    if len(axes) != len(args):
        raise ValueError(f"{name}: in_axes has {len(axes)} axes for {len(args)} arguments")
    if not all(axis is None or isinstance(axis, int) for axis in axes):
        raise TypeError(
            f"{name}: in_axes has for each argument one axis, of all that is in it, or None, not "
            f"{in_axes!r:.60}"
        )
    lengths: dict[int, str] = {}

    def over_rows(i: int, axis: int) -> Callable[[Any], Array]:
        def array(x: Any) -> Array:
            if type(x) is numpy.ndarray and x.dtype == float and axis == 0 < x.ndim:
                lengths.setdefault(len(x), f"argument {i}")
                return x if x.flags.aligned else x.copy()
            a = numpy.asarray(x)
            if a.dtype.kind not in "fiub":
                raise TypeError(f"{name}: argument {i} has rows of {a.dtype}, not of numbers")
            if not -a.ndim <= axis < a.ndim:
                raise ValueError(
                    f"{name}: argument {i} has {a.ndim} axes, none of them {axis}: "
                    "say in_axes=None for what is the same for all rows"
                )
            a = numpy.moveaxis(numpy.require(a, float, "A"), axis, 0)
            lengths.setdefault(len(a), f"argument {i}")
            return a

        return array

    given = [
        x if axis is None else _structure(over_rows(i, axis), x)
        for i, (x, axis) in enumerate(zip(args, axes, strict=True))
    ]
    if len(lengths) != 1:
        told = " and ".join(f"{n} in {where}" for n, where in lengths.items())
        raise ValueError(f"{name}: rows are {told}" if told else f"{name}: no argument has rows")
    (count,) = lengths
    return Arguments(given, [axis is not None for axis in axes], count)


def _structure(array: Callable[[Any], Array], x: Any) -> Any:
    """array of what is no structure: dicts, tuples, and lists of those or of arrays are."""
    if isinstance(x, dict):
        return {key: _structure(array, item) for key, item in x.items()}
    if isinstance(x, tuple) or (
        isinstance(x, list) and any(isinstance(item, (dict, tuple)) or is_array(item) for item in x)
    ):
        parts = [_structure(array, item) for item in x]
        return parts if isinstance(x, list) else tuple(parts)
    return array(x)


@dataclass
class Results:
    """What comes out of a row: the shapes of its numbers, and how they make up the result.

    `out` is a result with any numbers in it, `by` are the arguments that derivatives are taken by,
    `kind` is None, "gradient" or "jacobian".
    """

    out: Any
    by: Any
    kind: str | None

    def shapes(self) -> list[tuple[int, ...]]:
        """Of the blocks: those of the result, then those of its derivatives."""
        results, by = [[shape(b) for b in blocks(tree)] for tree in (self.out, self.by)]
        if self.kind is None:
            return results
        if self.kind == "gradient":
            return results + by
        return results + [r + a for r in results for a in by]

    def numbers(self) -> int:
        """How many there are in a row."""
        return sum(map(prod, self.shapes()))

    def in_order(self, arrays: list[Array]) -> list[Block]:
        """Blocks in the order in which a program gives its numbers, one result after the other."""
        count, of = len(blocks(self.out)), len(blocks(self.by))
        found = [Block(a, True) for a in arrays[:count]]
        if self.kind != "jacobian" or of == 1:
            return found + [Block(a, True) for a in arrays[count:]]
        for k, result in enumerate(blocks(self.out)):
            mine = arrays[count + k * of : count + (k + 1) * of]
            for at in numpy.ndindex(shape(result)):
                found += [Block(a[(slice(None), *at)], True) for a in mine]
        return found

    def assembled(self, parts: Iterable[Any]) -> Any:
        """The blocks in the structure of the result, and of its derivatives."""
        new = iter(parts)

        def like(tree: Any) -> Any:
            return map_tree(lambda _: next(new), tree)

        value = like(self.out)
        if self.kind is None:
            return value
        if self.kind == "gradient":
            return value, like(self.by)
        return value, map_tree(lambda _: like(self.by), self.out)

    def eager(self, f: Callable[..., Any], args: list[Any], places: Any) -> list[float]:
        """The numbers at these arguments, by the eager engine, in a program's order."""
        if self.kind == "gradient":
            y, slopes = transforms.value_and_grad(f, places)(*args)
            return [y, *items(slopes)]
        numbers: list[Any] = []
        split(args, numbers)
        with recording():
            value = items(f(*joined(args, iter([Value(x) for x in numbers]))))
        found = [float(data(y)) for y in value]
        if self.kind == "jacobian":
            rest = iter(blocks(transforms.jacobian(f, places)(*args)))
            for result in blocks(self.out):
                rows = prod(shape(result))
                parts = [numpy.reshape(next(rest), (rows, -1)) for _ in blocks(self.by)]
                found += numpy.concatenate(parts, axis=1).ravel().tolist()
        return found


def allocated(name: str, results: Results, count: int, xs: list[Block], out: Any) -> list[Array]:
    """Arrays for the results: new ones, or those given, if they fit."""
    shapes = [(count, *s) for s in results.shapes()]
    if out is None:
        return [numpy.empty(s) for s in shapes]
    arrays = blocks(out)
    if [getattr(a, "shape", None) for a in arrays] != shapes:
        told = ", ".join(map(str, shapes))
        raise ValueError(f"{name}: out is to have arrays of the shapes {told}")
    for a in arrays:
        if a.dtype != float or not a.flags.aligned:
            raise TypeError(f"{name}: out is to be of float64, not {a.dtype}")
        if not a.flags.writeable:
            raise ValueError(f"{name}: out is read-only")
    if _overlap(arrays, [x.array for x in xs]):
        raise ValueError(f"{name}: out overlaps another array: give it memory of its own")
    return arrays


def _overlap(written: list[Array], read: list[Array]) -> bool:
    """Whether something is written where something else is read or written."""
    spans = [(*bounds(a), a, True) for a in written] + [(*bounds(a), a, False) for a in read]
    near: list[Any] = []  # those that end after the next one starts
    for low, high, array, mine in sorted(spans, key=itemgetter(0)):
        near = [span for span in near if span[0] > low]
        if any((mine or theirs) and _share(array, other) for _, other, theirs in near):
            return True
        near.append((high, array, mine))
    return False


def _share(a: Array, b: Array) -> bool:
    try:
        return bool(numpy.shares_memory(a, b, max_work=10_000))  # type: ignore[arg-type]
    except numpy.exceptions.TooHardError:
        return True
