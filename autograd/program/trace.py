"""Tracing: what a function does with Values, recorded as a program.

Invariant: a program holds for other numbers too.  Each comparison that the function makes becomes a
guard, each leaf that it holds by closure an input; where it asks for a number, it is refused one.
"""

import inspect
import itertools
import operator
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from numbers import Integral
from threading import Lock
from typing import Any

from autograd.core import node
from autograd.core.context import recording
from autograd.core.nested import fill, is_array, items, peek, scalar
from autograd.core.primitives import PRIMITIVES
from autograd.core.value import Value, literal
from autograd.program import arithmetic
from autograd.program.source import Code, latex, listing
from autograd.program.steps import CONSTANT, DETACH, INPUT, Recording, Steps, lower, record
from autograd.transforms import value_and_grad, watching

Function = Callable[..., Any]
_noting = Lock()


class Trace:
    """What the core tells while a function is traced: comparisons, fractions that were written."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any, Any, bool]] = []
        self.written: dict[Value, Fraction] = {}
        self.only_here = False  # whether what is recorded is right at this point only

    def compared(self, kind: str, a: Any, b: Any, holds: Any) -> None:
        """A comparison and how it came out."""
        if getattr(holds, "ndim", 0):
            raise TypeError("a traced function compares a Value with an array: compare one by one")
        if type(b) is not Value:
            self.only_here |= float(b) != b  # no float, as Fraction(1, 3): a guard would be another
            b = float(b)
        self.told.append((kind, a, b, bool(holds)))

    def run(self, f: Callable[[], Any]) -> Any:
        """What f gives, while the core tells this trace what happens, in this thread.

        Ctrl-C between any two steps leaves no trace open.
        """
        outer = node.tracing.get()
        try:
            self._noted(True)
            node.tracing.set(self)
            return f()
        finally:
            try:
                node.tracing.set(outer)
            finally:
                self._noted(False)

    def _noted(self, runs: bool) -> None:
        with _noting:
            node.note_trace(self, runs)


# --- arguments: numbers among other things, nested ---


def split(tree: Any, numbers: "list[Any] | array[float]", counts: bool = False) -> Any:
    """Add the numbers of a tree to a list; a key comes back that tells all the rest of it.

    An array of doubles may be in place of the list, if no number is a Value.

    What is no number (text, None, flags, arrays of integers, objects) is a part of the key; with
    `counts`, so are ints.

    >>> found = []
    >>> key = split([1.0, (2, "mean")], found)
    >>> found
    [1.0, 2]
    """
    kind = type(tree)
    if kind is float or kind is Value or (kind is int and not counts):
        numbers.append(tree)
        return None
    if isinstance(tree, (list, tuple)):
        return kind, *[split(x, numbers, counts) for x in tree]
    if isinstance(tree, dict):
        return kind, *[(key, split(x, numbers, counts)) for key, x in tree.items()]
    if is_array(tree):
        if tree.dtype.kind in "fO":
            if isinstance(numbers, array) and tree.dtype == "d":
                numbers.frombytes(tree.tobytes())
            else:
                numbers.extend(tree.ravel().tolist())
            return "array", tree.shape
        return "array", tree.shape, tree.dtype.str, tree.tobytes()
    if _is_flag(tree):
        return _Fixed(bool(tree))
    if not node.is_real(tree):
        return _Fixed(tree)
    if counts and isinstance(tree, Integral):  # of NumPy's, too
        return _Fixed(int(tree))
    numbers.append(tree)
    return None


def _is_flag(x: Any) -> bool:
    """Whether it is a bool, of Python's or of NumPy's."""
    return type(x) is bool or (type(x).__name__.startswith("bool") and not is_array(x))


PLAIN = (str, bytes, bool, int)


class _Fixed:
    """Something that is no number, equal to what equals it: a part of the program."""

    def __init__(self, x: Any) -> None:
        self.x = x

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Fixed) or type(self.x) is not type(other.x):
            return False
        return self.x is other.x or (isinstance(self.x, PLAIN) and self.x == other.x)

    def __hash__(self) -> int:
        return hash(self.x) if isinstance(self.x, PLAIN) else id(self.x)


def joined(tree: Any, new: Iterator[Any], counts: bool = False) -> Any:
    """The tree with new ones in place of its numbers, which are those that `split` finds."""
    if isinstance(tree, (list, tuple)):
        parts = [joined(x, new, counts) for x in tree]
        return tree._make(parts) if hasattr(tree, "_make") else type(tree)(parts)
    if isinstance(tree, dict):
        return {key: joined(x, new, counts) for key, x in tree.items()}
    if is_array(tree):
        return fill(tree, itertools.islice(new, tree.size)) if tree.dtype.kind in "fO" else tree
    if _is_flag(tree) or (counts and isinstance(tree, Integral)):
        return tree
    if not (type(tree) is Value or node.is_real(tree)):
        return tree
    return next(new)


def parameters(f: Function, args: Sequence[Any], counts: Sequence[bool]) -> list[str]:
    """A name for each number in the arguments: that of the parameter, with indices."""
    named: list[str] = []
    with suppress(TypeError, ValueError):  # no signature, or another
        bound = inspect.signature(f).bind(*args)
        for name, parameter in bound.signature.parameters.items():
            if parameter.kind is parameter.VAR_POSITIONAL:
                named += [f"{name}_{k}" for k in range(len(args))]
            named.append(name)
    found: list[str] = []
    for i, x in enumerate(args):
        head = named[i] if named else f"x{i}"
        numbers: list[Any] = []
        split(x, numbers, counts[i])
        alone = numbers and node.is_real(x)
        found += [head] if alone else [f"{head}_{k}" for k in range(len(numbers))]
    return found


# --- the recording of a function ---


@dataclass
class Traced:
    """A recorded function: its program, the leaves that it held, what it gave back."""

    recording: Recording
    title: str
    out: Any  # the result as the function gave it, with some numbers in it
    held: list[Value]
    only_here: bool
    at: list[float]  # the numbers of the arguments

    def steps(self, by: list[int] | None = None, swept: bool = False) -> Steps:
        """The steps; with `by`, those of the derivatives by these inputs too, as `lower` has it."""
        forward = by is not None and len(by) < len(self.recording.results)
        return lower(self.recording, by, forward, swept)

    def reached(self) -> list[int]:
        """The inputs that are held leaves, and that a sweep from the results reaches."""
        r, first = self.recording, len(self.at)
        seen = bytearray(len(r.op))
        for i in r.results:
            seen[i] = True
        for i in reversed(range(len(r.op))):  # inputs of a node stand before it
            if seen[i] and r.op[i] not in (INPUT, CONSTANT, DETACH):
                for x in (r.a[i], r.b[i]):
                    if x >= 0:
                        seen[x] = True
        return [
            r.a[i] for i in range(len(r.op)) if seen[i] and r.op[i] == INPUT and r.a[i] >= first
        ]

    def result(self, found: Sequence[Any]) -> Any:
        """The first numbers found as the function gave its result."""
        if isinstance(self.out, float):
            return found[0]
        return fill(self.out, itertools.islice(found, len(self.recording.results)))

    def replay(self, *inputs: Any) -> list[Any]:
        """The results, node by node as they were recorded, on Values and numbers."""
        done: list[Any] = []
        for i, (op, a, b) in enumerate(
            zip(self.recording.op, self.recording.a, self.recording.b, strict=True)
        ):
            if op == INPUT:
                done.append(inputs[a])
            elif op == CONSTANT:
                done.append(float(self.recording.constants[i]))
            elif op == DETACH:
                done.append(done[a].detach() if type(done[a]) is Value else done[a])
            else:
                done.append(PRIMITIVES[op](*[done[x] for x in (a, b) if x >= 0]))
        for kind, a, b, holds in self.recording.guards:
            if getattr(operator, kind)(done[a], done[b]) is not holds:
                raise arithmetic.OtherBranch(
                    "here the function takes another branch than where it was traced"
                )
        return [done[i] for i in self.recording.results]


def traced(
    f: Function,
    args: Sequence[Any],
    options: dict[str, Any] | None = None,
    counts: Sequence[bool] | None = None,
) -> Traced:
    """f, recorded at these arguments.  Raises what f does; TypeError where it asks for numbers.

    `counts` tells of which arguments, and of the options as the last, ints are part of the program.
    """
    tree = [*args, options or {}]
    counts = counts or [False] * len(tree)
    numbers: list[Any] = []
    for x, count in zip(tree, counts, strict=True):
        split(x, numbers, count)
    xs = [Value(x) for x in numbers]
    new = iter(xs)
    *called, keywords = [joined(x, new, count) for x, count in zip(tree, counts, strict=True)]
    trace = Trace()

    def recorded() -> tuple[Any, list[Any]]:
        with recording(xs):
            out = f(*called, **keywords)
            return out, [scalar(y) for y in items(out)]

    out, found = trace.run(recorded)
    ys = [y if type(y) is Value else literal(y) for y in found]
    r, held = record(ys, xs, trace.told, trace.written)
    for k, name in enumerate(parameters(f, args, counts)):
        r.labels.setdefault(k, name)
    template = fill(out, [0.0] * len(ys)) if type(out) is not Value else 0.0
    title = getattr(f, "__name__", "program")
    title = title if title.isidentifier() else "program"
    return Traced(r, title, template, held, trace.only_here, [peek(x) for x in xs])


class Program:
    """A recorded function, for numbers of any kind.  Made by `trace`.

    `p(*args)` and `p.value_and_grad(*args)` compute in the arithmetic of the arguments: floats,
    Fractions (exactly), mpmath's numbers, sympy's symbols, NumPy's arrays (one element for each
    run), Values.  `len(p)` is the number of its steps, `print(p)` lists them.
    """

    def __init__(self, f: Function, example: tuple[Any, ...]) -> None:
        self._f, self._example = f, example
        self._traced = traced(f, example)
        if self._traced.only_here:
            raise ValueError(
                f"{self._traced.title} takes a form here that is right for these numbers only, as "
                "where something overflows or has no derivative: trace it at another point"
            )
        self._counts = [_count(x) for x in example]
        self._codes: dict[Any, Code] = {}
        self._steps = self._traced.steps()

    def __len__(self) -> int:
        return len(self._steps)

    def __str__(self) -> str:
        return listing(self._steps, self._traced.recording, self._traced.title)

    def __repr__(self) -> str:
        guards = len(self._steps.guards)
        return f"<program of {self._traced.title}: {len(self)} steps, {guards} guards>"

    @property
    def source(self) -> str:
        """Python that computes the value and its gradient by all arguments, straight on."""
        return self._code(tuple(range(len(self._example))), named=False).source

    def formula(self) -> str:
        r"""The value in LaTeX.

        >>> trace(lambda x, y: x * y / (1 + y), 2.0, 3.0).formula()
        '\\frac{x \\, y}{1 + y}'
        """
        return latex(self._steps, self._traced.recording)

    def __call__(self, *args: Any) -> Any:
        """What the function gives, in the arithmetic and the structure of the arguments.

        They have the structure of the example.  Raises ValueError where a comparison comes out
        otherwise than at the example, TypeError for arguments of another structure, and on floats
        what the eager engine raises.

        >>> from fractions import Fraction
        >>> trace(lambda x: x**3 / 4, 2.0)(Fraction(1, 3))
        Fraction(1, 108)
        """
        return self._traced.result(self._run(args, None)[0])

    def value_and_grad(self, *args: Any, argnums: int | Sequence[int] = 0) -> tuple[Any, Any]:
        """(value, gradient), which has the shape of the argument that `argnums` names.

        That is by default the first; with several, the gradient is a tuple.  Errors are those of a
        call, and TypeError where the function gives no single number or `argnums` names no
        argument.

        >>> from fractions import Fraction
        >>> p = trace(lambda x: x**3 / 4, 2.0)
        >>> p.value_and_grad(Fraction(1, 3))
        (Fraction(1, 108), Fraction(1, 12))
        """
        if not isinstance(self._traced.out, float):
            raise TypeError("value_and_grad expects a function that returns one number")
        several = isinstance(argnums, (tuple, list))
        places = tuple(argnums) if isinstance(argnums, (tuple, list)) else (argnums,)
        if not all(isinstance(i, int) and -len(args) <= i < len(args) for i in places):
            raise TypeError(f"argnums is {argnums!r}, of {len(args)} positional arguments")
        (y,), slopes = self._run(args, tuple(i % len(args) for i in places))
        new = iter(slopes)
        at = [joined(self._example[i], new) for i in places]
        return y, tuple(at) if several else at[0]

    def _numbers(self, args: tuple[Any, ...]) -> list[Any]:
        """The numbers of the arguments, which must have the shape of the example."""
        if len(args) != len(self._example):
            raise TypeError(
                f"{self._traced.title} takes {len(self._example)} arguments, not {len(args)}"
            )
        found: list[Any] = []
        for x, like in zip(args, self._example, strict=True):
            numbers = _alike(x, like)
            found += numbers
        return found

    def _code(self, places: tuple[int, ...] | None, named: bool) -> Code:
        key = places, named
        if key not in self._codes:
            starts = [0, *itertools.accumulate(self._counts)]
            by = None
            if places is not None:
                by = [k for i in places for k in range(starts[i], starts[i + 1])]
            steps = self._traced.steps(by)
            self._codes[key] = Code(steps, self._traced.recording, self._traced.title, named)
        return self._codes[key]

    def _run(self, args: tuple[Any, ...], places: tuple[int, ...] | None) -> tuple[Any, Any]:
        numbers = self._numbers(args)
        table = arithmetic.of(numbers)
        if table.name == "float":
            numbers = [node.finite(x) for x in numbers]
        elif table.name != "Value":
            numbers = [
                x if type(x).__module__ != "builtins" else table.constant(x) for x in numbers
            ]
        held: list[Any] = self._traced.held
        seen = watching()(held)
        if seen and table.name not in ("float", "Value"):
            raise TypeError(
                f"in {table.name} numbers the program does not depend on "
                f"{node.describe(held[0])}, as the transform or the trace around it is to see"
            )
        if seen or table.name == "Value":
            if places is not None:
                f = value_and_grad(lambda *xs: self(*xs), places)
                y, slopes = f(*args)
                return [y], items(slopes)
            return self._traced.replay(*numbers, *held), []
        held = [x.data if table.name == "float" else table.constant(x.data) for x in held]
        code = self._code(places, named=table.name != "float")
        try:
            found = list(code.function(table)(*numbers, *held))
        except (ArithmeticError, ValueError) as error:
            if isinstance(error, arithmetic.OtherBranch) or table.name != "float":
                raise
            return self._eagerly(args, places)
        count = len(self._steps.results)
        zero = table.constant(0)
        return found[:count], [d + zero for d in found[count:]]

    def _eagerly(self, args: tuple[Any, ...], places: tuple[int, ...] | None) -> tuple[Any, Any]:
        """Where a number is not finite: node by node, so that the error names the operation."""

        def again(*called: Any) -> Any:
            numbers = self._numbers(called)
            return self._traced.replay(*numbers, *[x.data for x in self._traced.held])

        if places is None:
            return again(*args), []
        y, slopes = value_and_grad(lambda *called: again(*called)[0], places)(*args)
        return [y], items(slopes)


def _count(x: Any) -> int:
    numbers: list[Any] = []
    split(x, numbers)
    return len(numbers)


def _alike(x: Any, like: Any) -> list[Any]:
    """The numbers of an argument that has the shape of the example's."""
    if node.is_real(like) and not _is_flag(like):
        if isinstance(x, (list, tuple, dict, str)) or x is None:
            raise TypeError(f"the program takes a number here, not {x!r:.60}")
        return [x]
    if isinstance(like, dict):
        if not isinstance(x, dict) or x.keys() != like.keys():
            raise TypeError(f"the program takes a dict of {list(like)}, not {x!r:.60}")
        return [n for key in like for n in _alike(x[key], like[key])]
    if isinstance(like, (list, tuple)):
        if not isinstance(x, (list, tuple)) or len(x) != len(like):
            raise TypeError(f"the program takes {len(like)} items here, not {x!r:.60}")
        return [n for a, b in zip(x, like, strict=True) for n in _alike(a, b)]
    if is_array(like):
        if not is_array(x) or x.shape != like.shape:
            raise TypeError(f"the program takes an array of shape {like.shape}, not {x!r:.60}")
        if like.dtype.kind in "fO":
            if x.dtype.kind not in "iufO":
                raise TypeError(f"the program takes an array of numbers, not of {x.dtype}")
            return list(x.ravel().tolist())
    same = (x == like).all() if is_array(like) else split(x, []) == split(like, [])
    if not same:  # flags, text, arrays of integers
        told = f"here the function was traced with {like!r:.60}, not with {x!r:.60}"
        raise arithmetic.OtherBranch(f"{told}, which is no number: trace it again")
    return []


def trace(f: Function, *example: Any) -> Program:
    """Record f at the example's numbers as a program, which computes in any arithmetic.

    f is called once, with Values.  What it compares becomes a guard: where a comparison comes out
    otherwise, the program raises ValueError instead of giving a wrong number, and where an argument
    that is no number (a flag, text, None, an array of integers) is another.  Leaves that f holds
    by closure are inputs, read at each call.  What f does beside (printing, random numbers) is done
    once; a step that the result does not need is gone, with the error that it might have raised.
    Raises TypeError where f asks for `.data`, `.grad` or `float()` of a variable.

    >>> p = trace(lambda x, y: x * y + 1, 2.0, 3.0)
    >>> p(4.0, 5.0), p.value_and_grad(4.0, 5.0, argnums=(0, 1)), len(p)
    (21.0, (21.0, (5.0, 4.0)), 2)
    """
    if not callable(f):
        raise TypeError(f"trace expects a function, got {type(f).__name__}: {f!r:.60}")
    return Program(f, example)
