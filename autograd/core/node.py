"""One node of a recorded graph: what it keeps and tells; walks, copies, undoing a failed sweep.

Invariants.  Every number is finite; NaN stands in `_da` and `_db` only, for a partial that does not
exist.  Nodes point to their inputs and to nothing else: a graph has no cycles.  Nothing here is
recursive.  How nodes come about is told in `value.py`: the class in use is `Value`.
"""

import math
import os
from collections import deque
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from inspect import signature
from itertools import chain, islice, repeat
from numbers import Complex, Real
from threading import RLock
from typing import TYPE_CHECKING, Any, Self, TypeVar

from autograd.core import elementary, primitives
from autograd.core.primitives import ARITHMETIC, Primitive

if TYPE_CHECKING:
    from autograd.core.value import Value

N = TypeVar("N", bound="Node")
NAN = math.nan
INFIX = {"add": "+", "mul": "×", "divide": "÷", "power": "**"}  # as messages write them
LITERAL = -1  # in `_count`: a number written in an expression, whose gradient nobody needs
_sweeping = RLock()  # one sweep at a time: it works in the nodes' `_count` and `_grad`
_busy = False
if hasattr(os, "register_at_fork"):  # a child begins between two sweeps
    done = _sweeping.release
    os.register_at_fork(before=_sweeping.acquire, after_in_parent=done, after_in_child=done)
tracing: ContextVar[Any] = ContextVar("tracing", default=None)  # who is told of choices by numbers
_traces: set[Any] = set()  # that run, in all threads
_open_traces = 0  # how many they are: spares a look
detached = Primitive("detach", "detach", lambda x: x, lambda x, y: 0.0)  # only while tracing
_depth = 0  # of nodes being released one inside the other, and those that have to wait
_released: list[Any] = []

ELSEWHERE = {  # what other libraries have as methods, and what is written here
    "ag.{}(x)": "absolute acos acosh asin asinh atan atanh erf erfc identity elu gelu leaky_relu "
    "relu6 sigmoid silu softplus",
    "ag.{}(x, y)": "atan2 maximum minimum power prelu",
    "ag.{}(xs), of a list or array xs": "log_softmax logsumexp mean norm softmax sum",
    "ag.{}(xs, ys), of lists or arrays": "dot matmul",
    "ag.{}(xs, W, b), of lists or arrays": "affine",
    "ag.absolute(x)": "abs",
    "ag.maximum(x, y)": "max",
    "ag.minimum(x, y)": "min",
    "x**2": "square",
    "x**y": "pow",
    "x.data": "item numpy tolist",
    "ag.identity(x)": "clone",
    "x.backward()": "backwards",
    "nothing, as every node keeps its gradient": "retain_grad requires_grad_",
}
ATTRIBUTES = {  # and as attributes
    "x.data": "value",
    "x.label": "name",
    "x.op": "grad_fn _op",
    "x.inputs": "children _prev",
    "x.op is None": "is_leaf",
    "nothing, as every Value has a gradient, and x.detach() for a number without its past": (
        "requires_grad"
    ),
}


class Absent:
    """A name that is no attribute: looked up, it tells what to write instead."""

    def __init__(self, kind: str, name: str, write: str) -> None:
        self.kind, self.name, self.write = kind, name, write
        self.__doc__ = f"No {kind}: write {write}"  # for `help`

    def __get__(self, node: Any, owner: Any = None) -> Any:
        # With its name, and without the node, Python adds no "Did you mean".
        raise AttributeError(
            f"a Value has no {self.kind} {self.name}: write {self.write}", name=self.name
        )

    __set__ = __get__  # assigned, it tells the same


def _absent() -> Iterable[Absent]:
    """One for each name of ELSEWHERE and ATTRIBUTES, in order."""
    for kind, table in (("method", ELSEWHERE), ("attribute", ATTRIBUTES)):
        for write, names in table.items():
            yield from (Absent(kind, name, write.format(name)) for name in names.split())


def _method(primitive: Primitive, doc: str) -> Callable[..., "Value"]:
    """The primitive as a method."""

    def unary(self: Any) -> Any:
        return primitive.of(self)

    def binary(self: Any, other: Any) -> Any:
        return primitive.of(self, other)

    method: Any = unary if len(primitive.partials) == 1 else binary
    method.__doc__ = doc
    return method  # type: ignore[no-any-return]


def _made(data: Any, label: str | None = None) -> None:
    """What `Node` is called with, for `inspect`: a compiled class does not tell."""


class Node:
    """A number with what it was computed from.  Made by `Value`, which tells how.

    >>> from autograd import Value
    >>> isinstance(Value(2.0) * 3.0, Node)
    True
    """

    __slots__ = (
        *("_data", "_a", "_b", "_da", "_db"),  # y; its inputs a and b; dy/da and dy/db
        *("_primitive", "_scope", "_label"),  # the operation, and the composite it is a part of
        *("_grad", "_reached"),  # the gradient, and whether there is one
        "_count",  # of the edges that a running sweep waits for; else 0, or LITERAL
    )

    __signature__ = signature(_made)

    def __init__(self, data: Any, label: str | None = None) -> None:
        self._data = finite(data)
        self._a: Any = None
        self._b: Any = None
        self._da = self._db = NAN
        self._primitive: Any = None
        self._scope: Any = None
        self._label: Any = None
        if label is not None:
            self.label = label
        self._grad = 0.0
        self._reached = False
        self._count = 0

    @property
    def data(self) -> float:
        """The number.  A leaf's can be assigned; nodes recorded before keep their partials."""
        if _open_traces:
            refuse_number(self, "data")
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        if _open_traces:
            refuse_number(self, "data")
        if self._primitive is not None:
            raise AttributeError(f"only a leaf's data can be assigned, not that of {self!r}")
        self._data = finite(data)

    @property
    def grad(self) -> float | None:
        """The sum of the gradients of all sweeps, None where there was none.  Can be assigned.

        Read while another thread sweeps the same node, it may be a part of its sum.
        """
        if _open_traces:
            refuse_number(self, "grad")
        return self._grad if self._reached else None

    @grad.setter
    def grad(self, grad: Any) -> None:
        self._grad = 0.0 if grad is None else finite(grad)
        self._reached = grad is not None

    @property
    def label(self) -> str | None:
        """The name in pictures and messages, or None.  Can be assigned."""
        return self._label  # type: ignore[no-any-return]

    @label.setter
    def label(self, label: Any) -> None:
        if label is not None and not isinstance(label, str):
            raise TypeError(f"a label is text or None, not {type(label).__name__}: {label!r:.60}")
        self._label = label

    @property
    def op(self) -> str | None:
        """The primitive's name, None for a leaf."""
        return None if self._primitive is None else self._primitive.name

    @property
    def inputs(self) -> tuple[Self, ...]:
        """The nodes that this one was computed from, in order."""
        if self._a is None:
            return ()
        return (self._a,) if self._b is None else (self._a, self._b)

    @property
    def partials(self) -> tuple[float | None, ...]:
        """d(self)/d(input) for each input; None where that is not a finite number."""
        if _open_traces:
            refuse_number(self, "partials")
        return partials_of(self)

    @property
    def primitive(self) -> Any:
        """The operation itself, None for a leaf."""
        return self._primitive

    @property
    def is_literal(self) -> bool:
        """Whether this is a number that was written in an expression: no sweep enters it."""
        return self._count == LITERAL

    @property
    def scope(self) -> Any:
        """The innermost composite that this node was recorded in, None outside of all."""
        return self._scope

    @property
    def scopes(self) -> tuple[str, ...]:
        """Names of the composites that this node was recorded in, outermost first."""
        return () if self._scope is None else self._scope.names

    def zero_grad(self) -> None:
        """Set `.grad` of this node and of every node below it to None."""
        alone(_forget, inputs_first(self))

    def recompute(self) -> Self:
        """Compute the recorded graph again, in place, from its leaves' present numbers.

        Gradients become None.  Returns self.  Where an operation fails nothing has changed.
        """
        alone(_recompute, inputs_first(self))
        return self

    def detach(self) -> Self:
        """A new leaf with the same number and label; in a traced function, a step of its own."""
        if not _open_traces or tracing.get() is None:
            return type(self)(self._data, self._label)
        state = (self._data, None, 0.0, NAN, detached, None, self._label, False)
        return restore(type(self), state, self)

    # --- functions: NumPy calls them, by its names, on arrays of nodes ---

    log = _method(primitives.log, "The natural logarithm.  Raises ValueError at 0 and below.")
    log2 = _method(elementary.log2, "The logarithm to base 2.  Raises ValueError at 0 and below.")
    log10 = _method(elementary.log10, "The logarithm to base 10.  Raises ValueError as `log2`.")
    log1p = _method(elementary.log1p, "log(1 + self), exact near 0.  ValueError at -1 and below.")
    expm1 = _method(elementary.expm1, "exp(self) - 1, exact near 0.  OverflowError above 709.78.")
    sqrt = _method(primitives.sqrt, "The square root.  ValueError below 0; no derivative at 0.")
    sin = _method(elementary.sin, "The sine of an angle in radians.")
    cos = _method(elementary.cos, "The cosine of an angle in radians.")
    tan = _method(elementary.tan, "The tangent of an angle in radians.")
    arcsin = _method(elementary.asin, "The angle of this sine.  ValueError outside -1 to 1.")
    arccos = _method(elementary.acos, "The angle of this cosine.  ValueError outside -1 to 1.")
    arctan = _method(elementary.atan, "The angle of this tangent, in radians.")
    sinh = _method(elementary.sinh, "The hyperbolic sine.  OverflowError beyond 710.47.")
    cosh = _method(elementary.cosh, "The hyperbolic cosine.  OverflowError beyond 710.47.")
    tanh = _method(elementary.tanh, "The hyperbolic tangent.")
    arcsinh = _method(elementary.asinh, "The inverse of the hyperbolic sine.")
    arccosh = _method(elementary.acosh, "The inverse of the hyperbolic cosine, from 1 on.")
    arctanh = _method(elementary.atanh, "The inverse of the hyperbolic tangent, inside -1 to 1.")
    hypot = _method(elementary.hypot, "The square root of the sum of two squares.")
    arctan2 = _method(elementary.atan2, "The angle of the point (other, self), in radians.")

    def degrees(self) -> "Value":
        """An angle in radians, in degrees."""
        return primitives.mul(self, math.degrees(1.0))  # type: ignore[no-any-return]

    def radians(self) -> "Value":
        """An angle in degrees, in radians."""
        return primitives.mul(self, math.radians(1.0))  # type: ignore[no-any-return]

    rad2deg, deg2rad = degrees, radians

    def conjugate(self) -> Self:
        """Itself, being real: NumPy's `var` and `std` ask for it."""
        return self

    def __abs__(self) -> "Value":
        return primitives.absolute(self)  # type: ignore[no-any-return]

    # --- what is written otherwise: a compiled class takes names only as they stand in its body ---

    if not TYPE_CHECKING:  # to a type checker these are no attributes
        # fmt: off
        (absolute, acos, acosh, asin, asinh, atan, atanh, erf, erfc, identity, elu, gelu,
         leaky_relu, relu6, sigmoid, silu, softplus, atan2, maximum, minimum, power, prelu,
         log_softmax, logsumexp, mean, norm, softmax, sum, dot, matmul, affine, abs, max, min,
         square, pow, item, numpy, tolist, clone, backwards,
         retain_grad, requires_grad_,
         value, name, grad_fn, _op, children, _prev, is_leaf, requires_grad) = _absent()
        # fmt: on

    # --- comparison, text ---

    def __lt__(self, other: Any) -> bool:
        holds = self._data < (other._data if isinstance(other, Node) else other)
        if _open_traces:
            tell("lt", self, other, holds)
        return holds

    def __le__(self, other: Any) -> bool:
        holds = self._data <= (other._data if isinstance(other, Node) else other)
        if _open_traces:
            tell("le", self, other, holds)
        return holds

    def __gt__(self, other: Any) -> bool:
        holds = self._data > (other._data if isinstance(other, Node) else other)
        if _open_traces:
            tell("gt", self, other, holds)
        return holds

    def __ge__(self, other: Any) -> bool:
        holds = self._data >= (other._data if isinstance(other, Node) else other)
        if _open_traces:
            tell("ge", self, other, holds)
        return holds

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Node):
            return self is other  # two nodes with one number are two nodes
        if not is_real(other):
            return NotImplemented
        holds: bool = self._data == other
        if _open_traces:
            tell("eq", self, other, holds)
        return holds

    def __hash__(self) -> int:
        return id(self) >> 4

    def __bool__(self) -> bool:
        raise TypeError("a Value has no truth value: compare its number, as in `x > 0`")

    def __float__(self) -> float:
        raise TypeError(
            "a Value is not a float: x.data is its number, and x.exp(), x.sqrt(), ag.erf(x) record "
            "what the functions of math do not"
        )

    def __int__(self) -> int:
        return float(self)  # type: ignore[return-value]  # it raises

    __complex__ = __float__

    def __round__(self, digits: Any = None) -> float:
        raise TypeError('a Value is not rounded: write f"{x:.2f}" or round(x.data, 2)')

    # // and % have no derivative but 0

    def __floordiv__(self, other: Any) -> float:
        raise TypeError("a Value has no //: write x / y, or x.data // y for the number")

    def __rfloordiv__(self, other: Any) -> float:
        raise TypeError("a Value has no //: write y / x, or y // x.data for the number")

    def __mod__(self, other: Any) -> float:
        raise TypeError("a Value has no %: write x.data % y for the number")

    def __rmod__(self, other: Any) -> float:
        raise TypeError("a Value has no %: write y % x.data for the number")

    def __xor__(self, other: Any) -> float:
        raise TypeError("a Value has no ^: write x**y")

    def __rxor__(self, other: Any) -> float:
        raise TypeError("a Value has no ^: write y**x")

    def __format__(self, spec: str) -> str:
        return format(self._data + 0.0, spec) if spec else repr(self)  # -0.0 is shown as 0

    def __repr__(self) -> str:
        parts = [short(self._data)]
        if self.label is not None:
            parts.append(f"label={self.label!r}")
        if self._primitive is not None:
            parts.append(f"op={self.op!r}")
        if self._reached:
            parts.append(f"grad={short(self._grad)}")
        return f"Value({', '.join(parts)})"

    # --- copies: whole graphs, at any depth ---

    def __copy__(self) -> Self:
        return restore(type(self), self._state(), self._a, self._b)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        for v in inputs_first(self):
            if id(v) not in memo:
                inputs = [memo[id(x)] for x in v.inputs]
                memo[id(v)] = restore(type(v), v._state(), *inputs)
        return memo[id(self)]  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        if self._primitive is None:
            return restore, (type(self), self._state())
        # Leaves go as objects of their own: graphs pickled together share those, and only those.
        nodes = inputs_first(self)
        leaves = [v for v in nodes if v._a is None]
        inner = [v for v in nodes if v._a is not None]
        index: dict[Any, Any] = {v: i for i, v in enumerate(leaves + inner)} | {None: None}
        columns = [*zip(*[(*v._state(), index[v._a], index[v._b]) for v in inner], strict=True)]
        # First all scopes, outermost first: one by one, a deep one would be pickled recursively.
        used = dict.fromkeys(v._scope for v in inner if v._scope is not None)
        paths = [scope.path for scope in used]
        columns.insert(0, tuple(dict.fromkeys(scope for path in paths for scope in path)))
        return _rebuild, (type(self), leaves, columns)

    def _state(self) -> tuple[Any, ...]:
        """All slots but the inputs."""
        if _open_traces:
            refuse_number(self, "copy")
        numbers = (self._data, self.grad, self._da, self._db)
        return (*numbers, self._primitive, self._scope, self._label, self._count == LITERAL)

    # --- release ---

    def __dealloc__(self) -> None:
        """Compiled build only: release the inputs without deep recursion, as Python does anyway.

        To let go of an input may free it, which comes here again.  From 100 deep on inputs wait in
        a list, which the outermost call empties; leaves have none, and go with their node.
        """
        global _depth
        if self._a is None:
            return
        _depth += 1
        if _depth < 100:
            if self._a._a is not None:
                self._a = None
            if self._b is not None and self._b._a is not None:
                self._b = None
        else:
            _released.append(self._a)
            _released.append(self._b)
        if _depth == 1:
            while _released:
                _released.pop()
        _depth -= 1


Complex.register(Node)  # without which `pytest.approx(0.6)` calls every Value unequal


def note_trace(trace: Any, runs: bool) -> None:
    """Called as the trace of a function begins, and ends; to be told twice changes nothing."""
    global _open_traces
    (_traces.add if runs else _traces.discard)(trace)
    _open_traces = len(_traces)


def tell(kind: str, a: Any, b: Any, holds: Any) -> None:
    """Tell the trace that runs, if one does, how a comparison came out."""
    trace = tracing.get()
    if trace is not None:
        trace.compared(kind, a, b, holds)


def tell_written(v: Any, x: Any) -> bool:
    """Tell the trace that runs that the literal v was written as the fraction x, if it was."""
    if not _open_traces or type(x).__name__ != "Fraction" or tracing.get() is None:
        return False
    tracing.get().written[v] = x
    return True


def only_here() -> None:
    """Tell the trace that runs, if one does, that what is recorded is right at this point only."""
    if _open_traces and tracing.get() is not None:
        tracing.get().only_here = True


def in_trace() -> bool:
    """Whether a function is traced, in this thread."""
    return _open_traces > 0 and tracing.get() is not None


def refuse_number(v: Any, name: str) -> None:
    """The number of a variable is not to be had while its function is traced: TypeError."""
    if v._count != LITERAL and tracing.get() is not None:
        raise TypeError(
            f".{name} of {describe(v)} inside a traced function: the program is to hold for other "
            "numbers too.  Compute and compare with the Value itself, or with x.detach()"
        )


def restore(kind: type[N], state: tuple[Any, ...], a: Any = None, b: Any = None) -> N:
    """A node of this class with the state of another, and these inputs."""
    v = kind.__new__(kind)
    v._data, v.grad, v._da, v._db, v._primitive, v._scope, v._label, literal = state
    v._a, v._b, v._count = a, b, LITERAL if literal else 0
    return v


def _rebuild(kind: type[N], leaves: list[N], columns: list[Any]) -> N:
    nodes = list(leaves)
    for *state, a, b in zip(*columns[-10:], strict=True):  # without the scopes
        nodes.append(restore(kind, tuple(state), nodes[a], None if b is None else nodes[b]))
    return nodes[-1]


def inputs_first(*roots: Any, ends: Any = ()) -> list[Any]:
    """The roots and every node below them, literals too, each after its inputs.

    The ends, and what is reached only through them, are left out.
    """
    order: dict[Any, None] = dict.fromkeys(ends)  # a set that keeps its order
    known = len(order)
    descend(list(reversed(roots)), order)
    return list(order)[known:]


def descend(stack: list[Any], order: dict[Any, None]) -> None:
    """Add to the order the nodes on the stack, the last one first, each after its inputs."""
    while stack:
        v = stack[-1]
        size = len(stack)
        if v not in order:
            a = v._a
            b = v._b
            if b is not None and b not in order:
                stack.append(b)
            if a is not None and a not in order:
                stack.append(a)
        if len(stack) == size:  # it waits for nothing
            order[v] = None
            stack.pop()


def replayed(v: Any) -> tuple[float, float, float]:
    """What v and its partials are by its inputs' present numbers.  Raises what recording does."""
    numbers = [x._data for x in v.inputs]
    y = v._primitive.value(numbers, map(describe, v.inputs))
    return (y, *v._primitive.slopes(numbers, y))


def is_fresh(v: Any) -> bool:
    """Whether the numbers of v, an inner node, still follow from those of its inputs."""
    try:
        y, da, db = replayed(v)
    except ARITHMETIC:
        return False
    pairs = (y, v._data), (da, v._da), (db, v._db)
    return all(new == old or (new != new and old != old) for new, old in pairs)  # NaN: no partial


def is_real(x: Any) -> bool:
    """Whether x is a real number of any kind: Python's, NumPy's, a fraction, a decimal."""
    if type(x) is float or type(x) is int or isinstance(x, Real):
        return True
    return hasattr(x, "as_integer_ratio") or type(x).__name__ in ("bool", "bool_")  # NumPy's


def finite(x: Any) -> float:
    """x as a float.  TypeError if it is not a real number, ValueError if it is not finite."""
    if type(x) is not float and not is_real(x):
        if getattr(x, "shape", None) == () and hasattr(x, "item"):  # a 0-d array
            return finite(x.item())
        raise TypeError(f"expected a real number, got {type(x).__name__}: {x!r:.60}{_advice(x)}")
    try:
        number = float(x)
    except OverflowError:
        raise OverflowError(
            f"this {type(x).__name__} is too large: floats end at 1.8e308"
        ) from None
    if number - number != 0.0:
        raise ValueError(f"expected a finite number, got {number}")
    return number


def _advice(x: Any) -> str:
    """What to write where x was given for a number."""
    if type(x) is list:
        return ": ag.values makes Values of a list"
    try:
        return f": write float({x!r})" if type(x) is str and math.isfinite(float(x)) else ""
    except ValueError:  # a text that is no number
        return ""


def alone(work: Callable[..., Any], *args: Any) -> Any:
    """Call the work with these, while no other sweep runs.

    RuntimeError in a signal handler that has interrupted a sweep of its own thread.
    """
    global _busy
    with _sweeping:
        if _busy:
            raise RuntimeError("a sweep that this one has interrupted is not finished")
        try:
            _busy = True
            return work(*args)
        finally:
            _busy = False


def _forget(order: list[Any]) -> None:
    for v in order:
        v._grad, v._reached = 0.0, False


def _recompute(order: list[Any]) -> None:
    slots = ("_data", "_da", "_db", "_grad", "_reached")
    before = [(slot, order, [getattr(v, slot) for v in order]) for slot in slots]
    try:
        for v in order:
            if v._primitive is not None:
                v._data, v._da, v._db = replayed(v)
        _forget(order)
    except BaseException:  # Ctrl-C as well
        try:
            drain(put_back(*before))
        except KeyboardInterrupt:  # once more
            drain(put_back(*before))
        raise


# A loop in C, which no Ctrl-C breaks into: Python raises it as a function begins, after a call, and
# where a loop turns.  So one may come just before `drain` or just after, and what undoes by it is
# repeated once; whoever presses again within that microsecond is not waited for.
drain = deque[None](maxlen=0).extend


def put_back(*parts: tuple[str, Iterable[Any], Iterable[Any]]) -> Iterable[None]:
    """What `drain` is to do where something failed: in each slot of these nodes what was before.

    What it does then takes no memory, as there may be none.  The lists are read then, not now.
    """
    maps = [map(getattr(Node, slot).__set__, nodes, old) for slot, nodes, old in parts]
    return chain.from_iterable(maps)


def undo(nodes: list[Any], before: list[Any], gradients: list[float], swept: bool) -> None:
    """Everything as it was before a sweep that failed: the gradients, if it had changed any."""
    # the root may be a literal, which stays one
    parts: list[Any] = [("_count", [v for v in nodes[:1] if v._count > 0], [0])]
    parts.append(("_count", islice(nodes, 1, None), repeat(0)))
    if swept:
        parts += [("_grad", nodes, repeat(0.0)), ("_reached", nodes, repeat(False))]
        parts += [("_grad", before, gradients), ("_reached", before, repeat(True))]
    drain(put_back(*parts))


def broken_chain(order: Any, v: Any) -> Exception:
    """The error of a sweep in which the adjoint of v is not a finite number."""
    for consumer in order:
        for i, x in enumerate(consumer.inputs):
            if x is v and partials_of(consumer)[i] is None and consumer._grad != 0.0:
                return missing_partial(consumer, i)
    return OverflowError(f"the gradient is too large for a float at {describe(v)}")


def partials_of(v: Any) -> tuple[float | None, ...]:
    """What `v.partials` gives, untold to a trace."""
    slots = (v._da, v._db)[: len(v.inputs)]
    return tuple(None if d != d else d for d in slots)


def missing_partial(v: Any, i: int) -> Exception:
    """The error of a sweep that needs d(v)/d(input i), which is not a finite number."""
    error: Exception = OverflowError()
    try:
        v._primitive.partials[i](*[x._data for x in v.inputs], v._data)
    except ARITHMETIC as raised:
        error = raised
    refused = v._primitive.refusal(error, [describe(x) for x in v.inputs], v._scope)
    return type(error)(f"the derivative of {refused}")


def describe(v: Any) -> str:
    """The number, with the label or what made it: for messages."""
    while v._label is None and v.op == "identity":
        v = v._a
    if v._label is not None:
        return f"{v._label}={short(v._data)}"
    return short(v._data) if v._primitive is None else f"{expression(v)} = {short(v._data)}"


def expression(v: Any, depth: int = 2) -> str:
    """What was written, two operations deep: `profit − cost`."""
    if v._label is not None or v._primitive is None:
        return v._label or f"{v._data:.6g}".replace("-", "−")
    if depth == 0:
        return "…"
    a, b, symbol = v._a, v._b, INFIX.get(v.op)
    if v.op == "mul" and b._primitive is None and b._data == -1.0:
        return f"−{_part(a, depth)}"
    if v.op == "add" and b.op == "mul" and b._b._primitive is None and b._b._data == -1.0:
        b, symbol = b._a, "−"
    elif v.op == "add" and b.is_literal and math.copysign(1.0, b._data) < 0.0:
        return f"{_part(a, depth, loose=True)} − {-b._data:.6g}"
    if symbol is None:
        return f"{v.op}({', '.join(expression(x, depth - 1) for x in v.inputs)})"
    return f"{_part(a, depth, v.op == 'add')} {symbol} {_part(b, depth)}"


def _part(v: Any, depth: int, loose: bool = False) -> str:
    """An operand, in brackets where it needs them."""
    text = expression(v, depth - 1)
    return f"({text})" if " " in text and v._label is None and not loose else text


def short(number: float) -> str:
    """The number to 12 significant digits; 0.0 for -0.0."""
    return repr(float(f"{number:.12g}") + 0.0)
