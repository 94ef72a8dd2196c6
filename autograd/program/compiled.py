"""Compiled functions: traced at the first call, again where a branch changes, run on a backend.

Invariant: a call gives what the eager engine gives there, errors too.  Where a program cannot tell
(a number is not finite, a form is right at one point only), the eager engine is asked.
"""

import pickle
import time
from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from numbers import Integral
from typing import TYPE_CHECKING, Any

from autograd import transforms
from autograd.core import leaves
from autograd.core.context import recording
from autograd.core.nested import data, fill, is_array, items, peek, scalar
from autograd.core.node import finite, in_trace
from autograd.core.optional import needed
from autograd.core.value import Value, literal
from autograd.program.arguments import are_packed, check, cut, numbers_in, plain, put_into
from autograd.program.backends import BACKENDS, Run, backend_of, has_llvm
from autograd.program.bound import Bound
from autograd.program.source import ELSEWHERE
from autograd.program.steps import Steps, Unruled
from autograd.program.trace import Traced, joined, split, traced

Function = Callable[..., Any]
MOST_VARIANTS = 64  # of one shape of arguments; on further branches the eager engine computes
VALUE, GRADIENT, JACOBIAN = "value", "value_and_grad", "value_and_jacobian"
BACKWARD = "backward"


class _Absent:
    """A name that is no attribute: looked up, it tells what to write instead.

    A `__getattr__` would make each call of a method slower.
    """

    def __init__(self, write: str) -> None:
        self.write = write

    def __set_name__(self, owner: Any, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        # Without the object Python adds no suggestion of its own.
        message = f"a compiled function has no {self.name}: write {self.write}"
        raise AttributeError(message, name=self.name)


@dataclass
class Variant:
    """One branch of a function: its recording, and the backend's function of numbers."""

    traced: Traced
    by: list[int] | None  # the inputs that derivatives are taken by
    steps: Steps
    run: Run
    held: list[Value]  # the leaves among those inputs


class Compiled:
    """A function that runs as a program.  Made by `compile`, which tells how it is called."""

    def __init__(self, f: Function, backend: str = "native") -> None:
        if not callable(f):
            raise TypeError(f"compile expects a function, got {type(f).__name__}: {f!r:.60}")
        if backend not in BACKENDS:
            raise ValueError(f"compile: backend is {backend!r}, not one of {BACKENDS}")
        self.f, self.backend = f, backend
        self._counts = False  # whether ints are part of the program, where no gradient is taken
        self.seconds = 0.0  # spent on tracing and compiling
        self._variants: dict[Any, list[Variant]] = {}
        self._rows: dict[Any, Any] = {}
        self._calls: dict[Any, Any] = {}
        self._unruled: set[Any] = set()  # the keys of what the eager engine alone differentiates
        self._hvp: Compiled | None = None
        for name in ("__name__", "__qualname__", "__doc__", "__wrapped__"):
            if hasattr(f, name) or name == "__wrapped__":
                setattr(self, name, f if name == "__wrapped__" else getattr(f, name))

    def __call__(self, *args: Any, **options: Any) -> Any:
        """What f gives, as plain numbers; with a Value among the arguments, what f records."""
        return self._run(VALUE, args, options, ())

    def value_and_grad(
        self, *args: Any, argnums: int | Sequence[int] = 0, out: Any = None, **options: Any
    ) -> Any:
        """f's number and its gradient: (value, gradient), as `autograd.value_and_grad(f)` gives.

        The gradient has the shape of the argument that `argnums` names, by default the first; with
        several, a tuple of gradients.  `out`, arrays of floats in that shape, are written to and
        come back in place of new ones.  Other options are f's own.
        Raises TypeError where f gives no single number, or `argnums` names no positional argument;
        ValueError where `out` has another shape; what the eager engine raises there.

        >>> fast = compile(lambda x, y: x * y, backend="python")
        >>> fast.value_and_grad(2.0, 3.0), fast.value_and_grad(2.0, 3.0, argnums=(0, 1))
        ((6.0, 3.0), (6.0, (3.0, 2.0)))
        """
        value, gradient = self._run(GRADIENT, args, options, argnums)
        return value, gradient if out is None else put_into(out, gradient)

    def value_and_jacobian(
        self, *args: Any, argnums: int | Sequence[int] = 0, out: Any = None, **options: Any
    ) -> Any:
        """What f gives, and its derivatives: (result, jacobian), as `autograd.jacobian(f)` gives.

        Each number of the result stands replaced by its gradient, which has the shape of the
        argument that `argnums` names; for arrays, the axes of the result come first.  `out` and
        errors are as in `value_and_grad`, but f may give any number of numbers.

        >>> fast = compile(lambda p: [p[0] * p[1], p[0] + p[1]], backend="python")
        >>> fast.value_and_jacobian([2.0, 3.0])
        ([6.0, 5.0], [[3.0, 2.0], [1.0, 1.0]])
        """
        value, matrix = self._run(JACOBIAN, args, options, argnums)
        return value, matrix if out is None else put_into(out, matrix)

    def backward(self, *args: Any, **options: Any) -> Any:
        """f's number; its gradient is added to `.grad` of the leaves that f holds by closure.

        So `y = f(*args); y.backward(); y.data` does, without the recording: a step of training is
        `optimizer.zero_grad()`, `fast.backward(...)`, `optimizer.step()`.  Nodes that were recorded
        outside of f, and are no leaves, get no gradient.
        Raises TypeError where f gives no single number; what the eager engine raises there, and
        then every gradient is what it was.

        >>> w = Value(3.0, "w")
        >>> fast = compile(lambda x: w * w * x, backend="python")
        >>> fast.backward(2.0), w.grad
        (18.0, 12.0)
        """
        return self._run(BACKWARD, args, options, ())

    def hvp(self, primals: Any, tangents: Any) -> Any:
        """The Hessian at `primals` times `tangents`, as `autograd.hvp(f, primals, tangents)` gives.

        Both are lists or tuples with an item for each argument of f.  The product has the shape of
        the argument; of several it is a tuple.  It is a program of its own, compiled at the first
        call.  Errors are those of `autograd.hvp`.

        >>> fast = compile(lambda p: p[0] ** 3 * p[1], backend="python")
        >>> fast.hvp(([1.0, 2.0],), ([1.0, 0.0],))
        [12.0, 3.0]
        """
        if self._hvp is None:
            f = self.f
            self._hvp = Compiled(lambda p, t: transforms.hvp(f, p, t), self.backend)
        return self._hvp(primals, tangents)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """In a class it is a method: each object has programs of its own.

        Derivatives are by the arguments after the object: `c.m.value_and_grad(3.0)`.
        """
        return self if instance is None else Bound(self, instance)

    def map(
        self,
        *args: Any,
        in_axes: Any = 0,
        reduce: str | None = None,
        exact: bool = False,
        errors: str = "raise",
        workers: int | None = None,
        progress: bool = False,
        out: Any = None,
    ) -> Any:
        """f of each row of the arguments, on all cores: in machine code, or by NumPy.

        NumPy is needed; it computes where the backend is not "native" or llvmlite is missing.

        What comes back has the structure of f's result, with an array in place of each number or
        array: of shape (rows, ...), the rows first.  Row i is f of row i, whatever the others are.

            in_axes    the axis that has the rows, for all arguments or one for each; None: the
                       argument is shared, the same for all rows.  Rows may be arrays, and dicts,
                       tuples and lists of them
            reduce     "sum" or "mean": that of all rows, in place of the rows; the same bits for
                       any number of workers
            exact      True: functions as the eager engine has them, to the last bit; else those of
                       the processor's lanes, some ulp off
            errors     "raise": the first row that leaves f's domain raises its error, with its
                       number.  "nan": (result, indices) comes back, with NaN in those rows, which
                       a sum or a mean leaves out, and an array of their indices
            workers    how many threads; None: one for each core
            progress   True: a line on the error output tells how far it is, after a second
            out        arrays of float64 in the shape of what would come back: they are written to

        f is called by position only; an `in_axes` for each argument is a tuple or a list.  Raises
        ValueError where arguments differ in the number of rows, an axis is not there or `out` does
        not fit; TypeError for rows that are no numbers, or options of another kind.

        >>> import numpy as np
        >>> fast = compile(lambda w, x: w / x)
        >>> fast.map(6.0, np.array([1.0, 2.0, 3.0]), in_axes=(None, 0)).tolist()
        [6.0, 3.0, 2.0]
        >>> fast.map(6.0, np.array([1.0, 2.0, 3.0]), in_axes=(None, 0), reduce="sum")
        11.0
        >>> found, wrong = fast.map(6.0, np.array([1.0, 0.0]), in_axes=(None, 0), errors="nan")
        >>> found.tolist(), wrong.tolist()
        ([6.0, nan], [1])
        """
        return self._map(
            "map",
            args,
            in_axes=in_axes,
            argnums=0,  # any: there are no derivatives
            reduce=reduce,
            exact=exact,
            errors=errors,
            workers=workers,
            progress=progress,
            out=out,
        )

    def map_value_and_grad(
        self,
        *args: Any,
        in_axes: Any = 0,
        argnums: int | Sequence[int] = 0,
        reduce: str | None = None,
        exact: bool = False,
        errors: str = "raise",
        workers: int | None = None,
        progress: bool = False,
        out: Any = None,
    ) -> Any:
        """`value_and_grad` of each row: (values, gradient), arrays with the rows first.

        The gradient is taken by the argument that `argnums` names, by default the first, or by
        several, and then a tuple.  It has the argument's structure and the shape (rows, ...) in
        place of each of its numbers or arrays, for a shared argument too.  The options are those
        of `map`.

        With `reduce="sum"` or "mean", the value and the gradient are of the sum or mean over all
        rows: a float, and the shape of the argument.  `argnums` then names shared arguments
        (`in_axes=None`), else ValueError is raised: by an argument with rows the gradient has rows.
        TypeError where f gives no single number.

        >>> import numpy as np
        >>> fast = compile(lambda w, x, t: (w * x - t) ** 2)
        >>> rows = np.array([1.0, 2.0]), np.array([3.0, 5.0])
        >>> fast.map_value_and_grad(2.0, *rows, in_axes=(None, 0, 0), reduce="mean")
        (1.0, -3.0)
        >>> values, slopes = fast.map_value_and_grad(2.0, *rows, in_axes=(None, 0, 0))
        >>> values.tolist(), slopes.tolist()
        ([1.0, 1.0], [-2.0, -4.0])
        """
        return self._map(
            "map_value_and_grad",
            args,
            in_axes=in_axes,
            argnums=argnums,
            reduce=reduce,
            exact=exact,
            errors=errors,
            workers=workers,
            progress=progress,
            out=out,
        )

    def map_value_and_jacobian(
        self,
        *args: Any,
        in_axes: Any = 0,
        argnums: int | Sequence[int] = 0,
        reduce: str | None = None,
        exact: bool = False,
        errors: str = "raise",
        workers: int | None = None,
        progress: bool = False,
        out: Any = None,
    ) -> Any:
        """`value_and_jacobian` of each row: (results, jacobian), arrays with the rows first.

        The axes of an array of derivatives are the rows, those of a row's result, those of a row
        of the argument: (rows, m, n) for m numbers by n.  Options and errors are those of
        `map_value_and_grad`, but a row may give any number of numbers.

        >>> import numpy as np
        >>> fast = compile(lambda p: [p[0] * p[1], p[0] + p[1]])
        >>> results, matrix = fast.map_value_and_jacobian(np.array([[2.0, 3.0], [4.0, 5.0]]))
        >>> [column.tolist() for column in results]
        [[6.0, 20.0], [5.0, 9.0]]
        >>> matrix[0].tolist()
        [[3.0, 2.0], [5.0, 4.0]]
        """
        return self._map(
            "map_value_and_jacobian",
            args,
            in_axes=in_axes,
            argnums=argnums,
            reduce=reduce,
            exact=exact,
            errors=errors,
            workers=workers,
            progress=progress,
            out=out,
        )

    def to_jax(self) -> Function:
        """A JAX function of the same arguments, to be jitted, mapped and differentiated there.

        It takes the branches that f has taken by then on arguments of the same shapes; where a
        comparison comes out as in none of them, the result is NaN.  Called with numbers, it traces
        f where there is none yet; JAX's transforms bring none, so ValueError is raised there until
        f was called once; where its branches give results of two shapes, too.  ImportError without
        JAX.
        """
        with needed("to_jax", "jax"):
            from autograd.program import jax

        def branches(args: Any) -> list[tuple[Steps, Traced]]:
            key = VALUE, (), tuple(split(x, []) for x in jax.zeros(args))
            if not self._variants.get(key) and not jax.is_abstract(args):
                self(*jax.numbers(args))
            found = [(v.steps, v.traced) for v in self._variants.get(key, ())]
            if not found:
                raise ValueError("to_jax: call the function once with such arguments: it is traced")
            if len({len(steps.results) for steps, _ in found}) > 1:
                raise ValueError("to_jax: the branches of the function give results of two shapes")
            return found

        return jax.function(branches)

    if not TYPE_CHECKING:  # to a type checker these are no attributes
        # the transforms' names: a program computes the value along with them
        grad = _Absent("f.value_and_grad(x)[1]")
        jacobian = _Absent("f.value_and_jacobian(x)[1]")
        hessian = _Absent("ag.compile(ag.hessian(f))")

    def __repr__(self) -> str:
        variants = [v for vs in self._variants.values() for v in vs]
        name = getattr(self, "__name__", "function")
        if not variants:
            return f"<compiled {name}: {self.backend}, not called yet>"
        steps = ", ".join(str(len(v.steps)) for v in variants[:8]) + ", ..." * (len(variants) > 8)
        many = "variants" if len(variants) > 1 else "variant"
        return (
            f"<compiled {name}: {self.backend}, {len(variants)} {many} of {steps} steps, "
            f"made in {1e3 * self.seconds:.3g} ms>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        try:
            pickle.dumps(self.f)
            f, free = self.f, True
        except (pickle.PicklingError, AttributeError, TypeError):
            f, free = _Lost(getattr(self, "__name__", "function")), False
        # A function that is found again by its name has leaves of its own there, to be traced.
        kept = {
            key: [(v.traced, v.by) for v in vs if not (free and v.traced.held)]
            for key, vs in self._variants.items()
        }
        rows = {
            key: known
            for key, known in self._rows.items()
            if not (free and any(found.held for _, found in known[0].kernels))
        }
        return _restored, (f, self.backend, kept, rows)

    # --- how a call is made ---

    def _run(self, kind: str, args: tuple[Any, ...], options: Any, argnums: Any) -> Any:
        several = isinstance(argnums, (tuple, list))
        places = tuple(argnums) if several else (argnums,)
        if kind != VALUE:
            check(kind, args, places, argnums)
            places = tuple(i % len(args) for i in places)
        packed = not options and are_packed(args)
        numbers: Any = array("d") if packed else []
        counts = [self._counts and i not in places for i in range(len(args))]
        shape: Any = tuple([split(x, numbers, c) for x, c in zip(args, counts, strict=True)])
        if options:
            shape = *shape, split(options, numbers, self._counts)
        if not packed:
            if any(type(x) is Value for x in numbers):
                return self._recorded(kind, args, options, argnums)
            if set(map(type, numbers)) - {float} or sum(numbers) - sum(numbers) != 0.0:
                numbers = [finite(x) for x in numbers]
            if kind == BACKWARD:
                numbers = array("d", numbers)
        key = kind, places, shape
        variants = self._variants.setdefault(key, [])
        if variants and any(map(transforms.watching(), [v.traced.held for v in variants])):
            return self._eagerly(kind, args, options, argnums)
        flag, found, variant = self._found(variants, numbers)
        if variant is None:
            variant = self._new(key, variants, args, options, argnums)
            if variant is not None:
                flag, found = variant.run(numbers, variant.traced.held)
        if variant is None or flag:
            return self._eagerly(kind, args, options, argnums)
        value = variant.traced.result(found)
        if kind == VALUE:
            return value
        if kind == BACKWARD:
            leaves.add(variant.held, array("d", found), start=1)
            return value
        at = tuple(args[i] for i in places) if several else args[places[0]]
        if packed and kind == GRADIENT:
            return value, cut(at, found[1:])
        slopes = [d + 0.0 for d in found[len(variant.steps.results) :]]
        if kind == GRADIENT:
            return value, fill(at, slopes) if type(at) is not float else slopes[0]
        width = len(slopes) // max(1, len(variant.steps.results))
        rows = [slopes[i : i + width] for i in range(0, len(slopes), width or 1)]
        return value, transforms.assembled(variant.traced.out, at, rows)

    def _found(self, variants: list[Variant], numbers: list[float]) -> Any:
        """The variant whose guards hold, with its flag and its numbers; None: there is none."""
        for i, variant in enumerate(variants):
            flag, found = variant.run(numbers, variant.traced.held)
            if not flag & ELSEWHERE:
                if i:
                    variants.insert(0, variants.pop(i))
                return flag, found, variant
        return 0, (), None

    def _new(
        self, key: Any, variants: list[Variant], args: Any, options: Any, argnums: Any
    ) -> Variant | None:
        """A variant for these arguments; None where it would be good for them only."""
        if len(variants) >= MOST_VARIANTS or key in self._unruled:
            return None
        kind, places, _ = key
        start = time.perf_counter()
        counts = [self._counts and i not in places for i in range(len(args))]
        try:
            made = traced(self.f, args, options, [*counts, self._counts])
        except Exception:
            if not self._counts and any(
                isinstance(x, Integral) for x in numbers_in([args, options])
            ):
                with suppress(Exception):
                    traced(
                        self.f, args, options, [*(i not in places for i in range(len(args))), True]
                    )
                    self._counts = True  # an int is no number there, but an index or a count
                    return None
            self._eagerly(VALUE if kind == BACKWARD else kind, args, options, argnums)
            raise  # the program is refused what the eager engine has
        if kind in (GRADIENT, BACKWARD) and not isinstance(made.out, float):
            raise TypeError(f"{kind} expects a function that returns one number")
        if made.only_here or transforms.watching()(made.held):
            return None
        by = None
        if kind == BACKWARD:
            by = made.reached()
        elif kind != VALUE:
            sizes = (len(numbers_in(x, c)) for x, c in zip(args, counts, strict=True))
            starts = list(accumulate(sizes, initial=0))
            by = [k for i in places for k in range(starts[i], starts[i + 1])]
        call = () if options or self._counts else self._call(kind, made, args, argnums)
        try:
            variant = self._compiled(kind, made, by, call)
        except Unruled:
            self._unruled.add(key)
            return None
        if call and hasattr(variant.run, "builtin"):
            self._quicken(kind, variant.run, argnums)
        self.seconds += time.perf_counter() - start
        variants.insert(0, variant)
        return variant

    def _compiled(self, kind: str, made: Traced, by: list[int] | None, call: Any = ()) -> Variant:
        steps = made.steps(by, swept=kind == BACKWARD)
        first = steps.inputs - len(made.held)
        held = [made.held[k - first] for k in by or () if k >= first]
        return Variant(made, by, steps, backend_of(self.backend, steps, made, call), held)

    def _call(self, kind: str, made: Traced, args: Any, argnums: Any) -> Any:
        """The shapes of a call that a builtin may take, and whether that is so without argnums."""
        result = made.out
        if kind == GRADIENT:
            several = isinstance(argnums, (tuple, list))
            by = tuple(args[i] for i in argnums) if several else args[argnums]
            result = result, by
        fits = kind in (VALUE, GRADIENT) and not made.held and plain(args) and plain(result)
        return ((args, result), kind == VALUE or argnums == 0) if fits else ()

    def _quicken(self, kind: str, run: Any, argnums: Any) -> None:
        """Let a builtin take calls like this one; it hands over what it cannot compute."""
        slow = partial(getattr(Compiled, "__call__" if kind == VALUE else kind), self)
        if kind == GRADIENT:
            told = f"{kind}(*args, argnums=0, out=None, **options)\n--\n\n{slow.func.__doc__}"
            self.__dict__[kind] = run.builtin(kind, slow, told, argnums=argnums) or slow
        else:  # Python looks for __call__ in the class
            call = run.builtin(getattr(self, "__name__", "compiled"), slow)
            self.__class__ = type("Compiled", (Compiled,), {"__call__": call} if call else {})

    def _recorded(self, kind: str, args: Any, options: Any, argnums: Any) -> Any:
        """With Values: what the function and the transforms make of them."""
        if kind == VALUE:
            return self.f(*args, **options)
        if kind == BACKWARD:
            return _swept(self.f(*args, **options))
        if kind == GRADIENT:
            return transforms.value_and_grad(self.f, argnums)(*args, **options)
        matrix = transforms.jacobian(self.f, argnums)(*args, **options)
        return self.f(*args, **options), matrix

    def _eagerly(self, kind: str, args: Any, options: Any, argnums: Any) -> Any:
        """The same on plain numbers, by the eager engine."""
        if kind == GRADIENT:
            return transforms.value_and_grad(self.f, argnums)(*args, **options)
        tree = [*args, options]
        leaf = literal if in_trace() else Value  # a literal is no input of that trace
        xs = [leaf(x) for part in tree for x in numbers_in(part, self._counts)]
        new = iter(xs)
        *called, keywords = [joined(part, new, self._counts) for part in tree]
        with recording():
            out = self.f(*called, **keywords)
        if kind == BACKWARD:
            return _swept(out)
        ys = [y if type(y) is Value else Value(y) for y in map(scalar, items(out))]
        value = out if transforms.reach(ys, xs) else fill(out, list(map(peek, ys)))
        if kind == VALUE:
            return value
        return value, transforms.jacobian(self.f, argnums)(*args, **options)

    def _map(self, name: str, args: Any, **options: Any) -> Any:
        with needed(name, "native"):
            from autograd.program import rows

        native = self.backend == "native" and has_llvm()
        options |= {"machine_code": native, "calls": self._calls}
        return rows.mapped(name, self.f, self._rows, args, **options)


def compile(f: Function | None = None, backend: str = "native") -> Any:
    """f as a program: the same results, at the speed of the backend.  Also a decorator.

    f is traced at the first call, and again where a comparison comes out otherwise or arguments
    have another shape; what it does beside computing (printing, random numbers) is done then only.
    Numbers are inputs, flags and text are part of the program, leaves that f holds by closure are
    read at each call; what else it holds (numbers, arrays, attributes) is as it was when traced.
    `fast(...)`, `fast.value_and_grad(...)` and the others give what the eager
    transforms give, to the last bit on the native and the Python backend, and raise their errors.
    A step that the result does not need is gone, with the error that it might have raised.
    Backends: "native" (machine code, by llvmlite; without it Python), "python" and "numpy" (Python
    is generated), "jax".  Raises TypeError where f asks for `.data`, `.grad` or `float()` of one.

    >>> @compile(backend="python")
    ... def area(r):
    ...     return 3.0 * r * r
    >>> area(2.0), area.value_and_grad(2.0)
    (12.0, (12.0, 12.0))
    """
    if f is None:
        return lambda f: Compiled(f, backend)
    return Compiled(f, backend)


def _swept(y: Any) -> Any:
    """The number of what a function gave; its gradient goes to its graph, by an eager sweep."""
    if isinstance(y, (list, tuple, dict)) or is_array(y):
        raise TypeError("backward expects a function that returns one number")
    y = scalar(y)
    if type(y) is Value:
        y.backward()
    return data(y)


class _Lost:
    """A function that could not be pickled: its programs could, for the branches they have."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, *args: Any, **options: Any) -> Any:
        raise TypeError(
            f"{self.__name__} was unpickled as a program: it has only the branches and the shapes "
            "of arguments that it was called with before"
        )


def _restored(f: Any, backend: str, kept: dict[Any, list[Any]], rows: Any) -> Compiled:
    made = Compiled(f, backend)
    made._rows = rows
    for key, found in kept.items():
        made._variants[key] = [made._compiled(key[0], *recorded) for recorded in found]
    return made
