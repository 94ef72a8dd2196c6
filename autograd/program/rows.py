"""`map` and its siblings: a program over rows, in threads, in any layout of arrays; rows that fail.

Invariant: row i of what comes out is what the function gives for row i of what goes in, whatever
stands in other rows, however many threads there are, in whichever order branches were met.
Sums have one order: rows that are LANES apart within a block, then the lanes, then blocks by twos;
the last rows, if they are less than LANES, are added up by themselves, then to their block.
So they have the same bits for any number of threads, and for parts of SPAN * 2^k rows that are
added by twos (`by_twos`) themselves.
"""

import ctypes
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import prod
from threading import Lock
from typing import Any, SupportsIndex

import numpy

from autograd.core import leaves
from autograd.core.nested import blocks
from autograd.core.node import describe
from autograd.core.value import Value
from autograd.program import llvm, machine, native
from autograd.program.again import MOST_CALLS, Again, alike, by_twos, in_shape
from autograd.program.ahead import ahead
from autograd.program.arrays import (
    Arguments,
    Array,
    Block,
    Results,
    address,
    allocated,
    arguments,
    tables,
)
from autograd.program.backends import has_llvm
from autograd.program.columns import Columns
from autograd.program.llvm import BLOCK, LANES, Runs
from autograd.program.pages import LARGE, behind
from autograd.program.steps import Steps, Unruled
from autograd.program.trace import Traced, split, traced
from autograd.transforms import watching

SPAN = 64 * BLOCK  # rows of one piece of work
SOON = 1.0  # seconds before progress is told
MOST_VARIANTS = 16  # branches that are compiled; rows on others go one by one
ERRORS = (ArithmeticError, ValueError)


# --- machine code over blocks ---

# Of blocks, rows start to stop, whole LANES of them; what failed.  Sums, if there are any, are an
# array of (blocks of rows, numbers).  The answer has two columns, for rows whose guards do not hold
# and for rows that have a number that is not finite; None if there are none.
Run = Callable[..., Array | None]


class Kernel:
    """The machine code of steps over rows, one for each layout that it is called with."""

    def __init__(self, steps: Steps, exact: bool) -> None:
        self.steps, self.exact = steps, exact
        self._code: dict[Any, Any] = {}
        self._lock = Lock()

    def over(self, xs: list[Block], ys: list[Block] | None) -> Run:
        """The code on these blocks, from xs to ys, or to sums where there are none."""
        reads, x = tables(xs)
        writes, y = (None, None) if ys is None else tables(ys)
        code = self.code(reads, writes)
        at, to = address(x), 0 if y is None else address(y)
        kept = x, y, xs, ys  # their memory, as long as the code may run on it

        def run(start: int, stop: int, sums: Array | None = None, kept: Any = kept) -> Array | None:
            told = numpy.empty((-(-(stop - start) // LANES) + 1, 2), numpy.uint8)
            to_ = to if sums is None else address(sums)
            if not code(at, to_, start, stop, address(told)):
                return None
            return numpy.unpackbits(told[:-1], axis=0, bitorder="little").astype(bool)

        return run

    def code(self, reads: Runs, writes: Runs | None) -> Any:
        """The function of `llvm.rows` for numbers that lie so."""
        with self._lock:
            code = self._code.get((reads, writes))
            if code is None:
                code = self._code[reads, writes] = self._compiled(reads, writes)
            return code

    def _compiled(self, reads: Runs, writes: Runs | None) -> Any:
        layout = reads, writes, self.exact
        long = len(self.steps) > 1.5 * llvm.ROWS_CHUNK
        room = not long and machine.has("avx512f")  # 32 registers of LANES numbers

        def text() -> str:
            groups = 2 if room and llvm.wide(self.steps, *layout) else 1
            return llvm.rows(self.steps, *layout, groups=groups)

        code = machine.compiled(
            native.digest(self.steps) + repr((*layout, room)).encode(),
            text,
            level=0 if long else 2,  # 15 % slower, made in a quarter of the time
            passes=0 if long else 1,
        )
        pointer, integer = ctypes.c_void_p, ctypes.c_int64
        return code.function(
            "rows", pointer, pointer, integer, integer, pointer, result=ctypes.c_bool
        )


# --- a function over rows: its branches, as they are met ---


@dataclass
class Branches:
    """A function's branches, compiled; `numbers` is how many come out of a row.

    Pickled they are the programs, not the code.  `by` are the inputs that derivatives are taken by.
    """

    by: list[int] | None
    numbers: int
    exact: bool
    native: bool  # whether by machine code, else by NumPy
    kernels: list[tuple[Kernel | Columns, Traced]] = field(default_factory=list)
    lock: Any = field(default_factory=Lock)

    def get(self, k: int, trace: Callable[[], Traced]) -> tuple[Kernel | Columns, Traced] | None:
        """The k-th branch, traced if there is none.

        None where there are too many, the trace holds for its own row only, or a rule takes
        numbers only.
        """
        with self.lock:
            if k == len(self.kernels) and k < MOST_VARIANTS:
                found = trace()
                try:
                    made = self.made(found)
                except Unruled:
                    return None
                known = any(made.steps.guards == kernel.steps.guards for kernel, _ in self.kernels)
                if not found.only_here and not known:
                    self.kernels.append((made, found))
            return self.kernels[k] if k < len(self.kernels) else None

    def made(self, found: Traced) -> Kernel | Columns:
        """What computes the rows of a branch."""
        steps = found.steps(self.by)
        if self.native and not llvm.unknown(steps):
            return Kernel(steps, self.exact)
        return Columns(steps, found, self.exact)

    def __reduce__(self) -> tuple[Any, ...]:
        kept = self.by, self.numbers, self.exact, self.native
        return _again, (*kept, [found for _, found in self.kernels])


def _again(by: Any, numbers: int, exact: bool, native: bool, kept: list[Traced]) -> Branches:
    branches = Branches(by, numbers, exact, native and has_llvm())
    branches.kernels = [(branches.made(found), found) for found in kept]
    return branches


@dataclass
class Work:
    """One call: the branches, what goes in and comes out, and what to do with a row by itself."""

    branches: Branches
    xs: list[Block]
    ys: list[Block] | None  # None: the rows are added up
    trace: Callable[[int], Traced]
    eager: Callable[[int], Sequence[float]]
    patient: bool  # whether to go on after a row that has no result
    _known: dict[int, tuple[Kernel | Columns, list[Block], Run]] = field(default_factory=dict)

    def branch(self, k: int, row: int) -> tuple[Kernel | Columns, list[Block], Run] | None:
        """The k-th branch, all that goes into it, and its code on that; None: there is none."""
        if k not in self._known:
            found = self.branches.get(k, lambda: self.trace(row))
            if found is None:
                return None
            kernel, made = found
            held: Array = numpy.empty(len(made.held))
            if made.held:
                leaves.read(made.held, held)
            xs = [*self.xs, Block(held, False)]
            self._known[k] = kernel, xs, kernel.over(xs, self.ys)
        return self._known[k]

    def span(
        self, start: int, stop: int, ys: list[Block] | None = None
    ) -> list[tuple[int, Exception]]:
        """Rows start to stop; the rows that failed, and why.

        They come out where `self.ys` has them, or to the ys, which begin at start.
        """
        lying = ys is None
        if ys is None:
            ys = [y.rows(slice(start, stop)) for y in self.ys or ()]
        todo: Sequence[int] = range(start, stop)
        alone, k = list[int](), 0
        while len(todo):
            first = int(todo[0])  # a range, or an array
            try:
                branch = self.branch(k, first)
            except ERRORS:  # it has no result: the next row is asked
                alone.append(first)
                todo = todo[1:]
                continue
            if branch is None:
                alone += map(int, todo)
                break
            whole = len(todo) // LANES * LANES if lying and len(todo) == stop - start else 0
            todo, wrong = self._by(branch, todo, whole, ys, start)
            alone += map(int, wrong)
            k += 1
        failures: list[tuple[int, Exception]] = []
        for row in sorted(alone):
            try:
                numbers: Iterable[float] = self._alone(row)
            except ERRORS as error:
                failures.append((row, error))
                if not self.patient:
                    break
                numbers = [numpy.nan] * self.branches.numbers
            new = iter(numbers)
            for y in ys:
                inner = y.array.shape[1:]
                y.array[row - start] = numpy.reshape(list(islice(new, prod(inner))), inner)
        return failures

    def _alone(self, row: int) -> Sequence[float]:
        for x in self.xs:
            numbers = x.array[row] if x.mapped else x.array
            if not numpy.isfinite(numbers).all():
                raise ValueError(f"expected finite numbers, got {numbers}")
        return self.eager(row)

    def _by(
        self,
        branch: tuple[Kernel | Columns, list[Block], Run],
        todo: Sequence[int],
        whole: int,
        ys: list[Block],
        start: int,
    ) -> tuple[Sequence[int], Sequence[int]]:
        """These rows by a kernel; those of other branches, and those not finite, come back.

        The first so many are taken as they lie, the others copied together.
        """
        kernel, xs, run = branch
        told = run(start, start + whole) if whole else None
        if told is None and whole == len(todo):
            return (), ()
        rows: Array = numpy.asarray(todo)
        failed = numpy.zeros((len(rows), 2), bool)
        if told is not None:
            failed[:whole] = told
        if whole < len(rows):
            rest = rows[whole:]
            at = numpy.pad(rest, (0, -len(rest) % LANES), "edge")
            out = [Block(numpy.empty((len(at), *y.array.shape[1:])), True) for y in ys]
            told = kernel.over([x.rows(at) for x in xs], out)(0, len(at))
            if told is not None:
                failed[whole:] = told[: len(rest)]
            kept = ~failed[whole:, 0]
            for y, new in zip(ys, out, strict=True):
                y.array[rest[kept] - start] = new.array[: len(rest)][kept]
        return rows[failed[:, 0]], rows[failed[:, 1] & ~failed[:, 0]]

    def sums(self, start: int, stop: int) -> tuple[Array, list[tuple[int, Exception]]]:
        """The sum of rows start to stop, SPAN at most, and what failed, which is left out."""
        count = self.branches.numbers
        blocks = -(-(stop - start) // BLOCK)
        totals = numpy.full((blocks, count), numpy.nan)
        whole = (stop - start) // LANES * LANES
        wrong = numpy.ones(blocks, bool)
        try:
            branch = self.branch(0, start)
        except ERRORS:
            branch = None
        if branch is not None:
            kernel, xs, run = branch
            told = run(start, start + whole, totals) if whole else None
            wrong[:] = False
            if told is not None:
                wrong[numpy.flatnonzero(told.any(axis=1)) // BLOCK] = True
            if start + whole < stop:  # less than LANES
                rest, total = [x.last(start + whole, stop) for x in xs], totals[-1:]
                before = total.copy() if whole % BLOCK else None
                told = kernel.over(rest, None)(0, stop - start - whole, total)
                if before is not None:
                    total += before
                wrong[-1] |= told is not None
        wrong |= ~numpy.isfinite(totals).all(axis=1)
        failures: list[tuple[int, Exception]] = []
        for block in numpy.flatnonzero(wrong).tolist():  # once more, with numbers for each row
            first = start + block * BLOCK
            last = min(first + BLOCK, stop)
            out = numpy.zeros((BLOCK, count))
            found = self.span(first, last, [Block(out, True)])
            out[[row - first for row, _ in found]] = 0.0
            failures += found
            if found and not self.patient:
                break
            whole = (last - first) // LANES * LANES
            after = out[whole : whole + LANES]  # zeros where there is none
            totals[block] = _by_lanes(out[:whole]) + _by_lanes(after)
        return by_twos(totals), failures


def _by_lanes(numbers: Array) -> Array:
    """The sum of the numbers of rows: those LANES apart, then the lanes, the halves first."""
    groups = numbers.reshape(len(numbers) // LANES, LANES, numbers.shape[1])
    lanes: Array = numpy.add.reduce(groups, axis=0, initial=0.0)
    while len(lanes) > 1:
        lanes = lanes[: len(lanes) // 2] + lanes[len(lanes) // 2 :]
    return lanes[0]


def in_threads(
    work: Callable[[int, int], Any],
    rows: int,
    workers: int | None,
    progress: bool,
    read: list[Array],
) -> Iterator[Any]:
    """work(start, stop) for one span after the other: results in order, while others are computed.

    The pages of files that were read are given back behind them.  Ctrl-C ends it between two
    spans.
    """
    if workers is None:
        affinity = getattr(os, "sched_getaffinity", None)
        workers = len(affinity(0)) if affinity else os.cpu_count() or 1
    spans = [(start, min(start + SPAN, rows)) for start in range(0, rows, SPAN)]
    shown = _Progress(rows) if progress else None
    give_back = behind(read)

    def done(stop: int) -> None:
        give_back(stop)
        if shown:
            shown.at(stop)

    results: Iterator[Any]
    if workers == 1 or len(spans) == 1:
        results = (work(*span) for span in spans)
    else:
        results = ahead(work, spans, workers)
    for result, (_, stop) in zip(results, spans, strict=True):
        yield result
        done(stop)


class _Progress:
    """A line on the error output that tells how far the work is, where it takes over a second."""

    def __init__(self, rows: int) -> None:
        self.rows, self.began, self.told = rows, time.monotonic(), 0.0

    def at(self, row: int) -> None:
        now = time.monotonic()
        if now - self.began < SOON or (now - self.told < 0.2 and row < self.rows):
            return
        self.told = now
        rest = (now - self.began) * (self.rows - row) / row
        line = f"\r{row:,} of {self.rows:,} rows, {row / self.rows:.0%}, {rest:.0f} s left "
        print(line, end="\n" if row == self.rows else "", file=sys.stderr, flush=True)


# --- a call: arguments to blocks, blocks to results ---


KINDS = {"map": None, "map_value_and_grad": "gradient", "map_value_and_jacobian": "jacobian"}


def mapped(
    name: str,
    f: Callable[..., Any],
    known: dict[Any, tuple[Branches, Results]],
    args: tuple[Any, ...],
    *,
    in_axes: Any,
    argnums: int | Sequence[int],
    reduce: str | None,
    exact: bool,
    errors: str,
    workers: int | None,
    progress: bool,
    out: Any,
    machine_code: bool,
    calls: dict[Any, Again],
) -> Any:
    """What the `map` methods of a compiled function do; `known` keeps branches for later calls.

    Without `machine_code`, NumPy computes the rows.  `calls` keeps how a call was made, for
    those like it, which then take little time around the machine code.
    """
    call, target = None, None if out is None else blocks(out)
    if machine_code and not progress:
        options = in_axes, argnums, reduce, exact, errors, workers
        call = _call(name, args, target, *options)
        again = None if call is None else calls.get(call)
        if again is not None and not (again.held and watching()(again.held)):
            try:
                found = again(args, target)
            except BaseException as error:
                _told_of(out, error)
                raise
            if found is not None:
                if not reduce:
                    found = again.results.assembled(found) if out is None else out
                return (found, numpy.array([], int)) if errors == "nan" else found
    for option, value, choices in (
        ("errors", errors, ("raise", "nan")),
        ("reduce", reduce, (None, "sum", "mean")),
    ):
        if value not in choices:
            raise ValueError(f"{name}: {option} is {value!r}, not one of {choices}")
    if workers is not None and not isinstance(workers, SupportsIndex):
        raise TypeError(f"{name}: workers is {workers!r}, not a number of threads or None")
    if workers is not None and workers < 1:
        raise ValueError(f"{name}: workers is {workers}, not 1 or more")
    given = arguments(name, args, in_axes)
    single = not isinstance(argnums, (tuple, list))
    places: list[Any] = [argnums] if single else list(argnums)  # type: ignore[arg-type]
    if not all(isinstance(i, int) and -len(args) <= i < len(args) for i in places):
        raise TypeError(f"{name}: argnums is {argnums!r}, of {len(args)} positional arguments")
    at = places[0] % len(args) if single else tuple(i % len(args) for i in places)
    kind, patient = KINDS[name], errors == "nan"
    if reduce and kind and any(given.mapped[i] for i in places):
        raise ValueError(
            f"{name}: the gradient by an argument with rows has rows: it is no sum; pass what is "
            "shared with in_axes=None, and name it in argnums"
        )
    if reduce == "mean" and not given.count:
        raise ValueError(f"{name}: there are no rows, and no mean")
    if reduce and out is not None:
        raise TypeError(f"{name}: a sum is not put into an array: leave out away")

    here = watching()

    def refuse(held: list[Value]) -> None:
        if here(held):
            raise TypeError(
                f"{name} computes numbers: they would not depend on {describe(held[0])}, which the "
                "function holds, as the transform or the trace around is to see.  Call it by row"
            )

    def recorded(row: int) -> Traced:
        found = traced(f, given.row(row))
        refuse(found.held)
        return found

    xs, structure = given.blocks()
    key = name, at, exact, structure
    if key not in known:
        known[key] = _understood(name, recorded, given, at, kind, exact, machine_code, patient)
    branches, results = known[key]
    for _, made in branches.kernels:
        refuse(made.held)
    arrays = [] if reduce else allocated(name, results, given.count, xs, out)
    work = Work(
        branches,
        xs,
        None if reduce else results.in_order(arrays),
        recorded,
        lambda row: results.eager(f, given.row(row), at),
        patient,
    )
    files = [x.array for x in xs if x.mapped]
    failures: list[tuple[int, Exception]] = []

    def checked(found: list[tuple[int, Exception]]) -> None:
        failures.extend(found)
        if failures and not patient:
            row, error = failures[0]
            raise type(error)(f"row {row}: {error}") from None

    if reduce:

        def parts() -> Iterator[Array]:
            for total, found in in_threads(work.sums, given.count, workers, progress, files):
                checked(found)
                yield total

        total = by_twos(parts()) if given.count else numpy.zeros(results.numbers())
        if reduce == "mean":
            good = given.count - len(failures)
            total = total / good if good else numpy.full_like(total, numpy.nan)
        made = in_shape(results)(total)
    else:
        try:
            for found in in_threads(work.span, given.count, workers, progress, files):
                checked(found)
        except BaseException as error:
            _told_of(out, error)
            raise
        made = results.assembled(arrays) if out is None else out
    if call is not None and not failures and (workers == 1 or given.count <= SPAN):
        again = _again_like(args, work, results, given.count, reduce, target)
        if again is not None:
            if len(calls) >= MOST_CALLS:
                calls.clear()
            calls[call] = again
    return (made, numpy.array([row for row, _ in failures], int)) if patient else made


def _told_of(out: Any, error: BaseException) -> None:
    if out is not None:
        error.add_note("some rows of `out` are written, others are not")


def _call(name: str, args: tuple[Any, ...], out: list[Any] | None, *options: Any) -> Any:
    """A key for calls that are alike; None for one that cannot be made again."""
    given, written = alike(args), None if out is None else alike(tuple(out))
    workers = options[-1]
    if given is None or (out is not None and written is None):
        return None
    if not (workers is None or (type(workers) is int and workers > 0)):
        return None
    key = name, given, written, *options
    try:
        hash(key)
    except TypeError:  # a list of axes
        return None
    return key


def _again_like(
    args: Any, work: Work, results: Results, count: int, reduce: str | None, out: Any
) -> Again | None:
    """This call once more, if all of it is in machine code, which reads where the arrays lie."""
    kernel, found = work.branches.kernels[0] if work.branches.kernels else (None, None)
    one_each = count and len(work.xs) == len(args)
    if not one_each or not isinstance(kernel, Kernel) or found is None:
        return None
    if count > SPAN if reduce else count % LANES:
        return None
    for x, block in zip(args, work.xs, strict=True):
        if type(x) is not float and address(x) != address(block.array):
            return None
        if block.mapped and x.strides != block.array.strides:  # its rows are another axis
            return None
        if block.array.nbytes >= LARGE:  # perhaps a file's, whose pages are to be given back
            return None
    return Again(kernel, args, work.xs, found.held, results, count, reduce, out, SPAN)


def _understood(
    name: str,
    recorded: Callable[[int], Traced],
    given: Arguments,
    at: Any,
    kind: str | None,
    exact: bool,
    native: bool,
    patient: bool,
) -> tuple[Branches, Results]:
    """What comes out of a row, by the first one that has a result; the first, if not patient."""
    first_error: tuple[int, Exception] | None = None
    for row in range(given.count or 1):
        try:
            out = recorded(row).out
            break
        except ERRORS as error:
            if not given.count:
                told = "there are no rows, and it is not defined where all numbers are 0.5"
                raise ValueError(f"{name}: {told}: {error}") from None
            first_error = first_error or (row, error)
            if not patient or row == given.count - 1:
                at_row, first = first_error
                raise type(first)(f"row {at_row}: {first}") from None
    tree = given.row(0)
    by = tree[at] if isinstance(at, int) else tuple(tree[i] for i in at)
    if kind == "gradient" and not isinstance(out, float):
        raise TypeError(f"{name} expects a function that returns one number")
    starts, numbers = [0], list[Any]()
    for x in tree:
        split(x, numbers)
        starts.append(len(numbers))
    inputs = [k for i in ([at] if isinstance(at, int) else at) for k in range(*starts[i : i + 2])]
    results = Results(out, by, kind)
    return Branches(inputs if kind else None, results.numbers(), exact, native), results
