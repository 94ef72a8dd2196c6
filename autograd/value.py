"""Value: one node of a recorded graph, and the sweep that applies the chain rule to it.

Invariants.  A node never changes once it is recorded, save by `recompute`.  It keeps its inputs in
order and, for each of them, the partial derivative at the time of recording.  Every number is
finite; NaN stands in a private slot only, for "no number": a gradient that no sweep has reached, a
partial that does not exist.  Nodes point to their inputs and to nothing else, so a graph has no
cycles, and nothing here is recursive.
"""

import math
from contextvars import ContextVar
from numbers import Real
from threading import Lock
from typing import Any

from autograd import primitives
from autograd.primitives import ARITHMETIC, Primitive

NAN = math.nan
LITERAL = -1  # in `_count`: a number written in an expression, whose gradient nobody needs
ASLEEP = -2  # in `_count`: a node that the running sweep has no business with
_add, _mul, _relu = primitives.add, primitives.mul, primitives.relu
_exp, _reciprocal = primitives.exp, primitives.reciprocal
_sweeping = Lock()  # a sweep uses the nodes' `_count` and `_grad`: one at a time
_context: ContextVar[Any] = ContextVar("autograd", default=(None, True))  # (scope, recording)
compiled = not __file__.endswith(".py")  # whether this runs as machine code
_open_contexts = 0  # how many scopes are open in any thread: spares a look into _context


_depth = 0
_released: list[Any] = []


def _final(cls: type) -> None:
    raise TypeError("Value cannot be subclassed: write functions of Values")


class Value:
    """A number that remembers how it was computed.

    `Value(2.0, "x")` is a leaf: any finite real number, with an optional label.  Arithmetic records
    new nodes.  Raises TypeError for what is not a real number, ValueError for NaN and infinity.

    >>> x = Value(3.0, "x")
    >>> y = x * x + 1
    >>> y.backward()
    >>> y, x.grad
    (Value(10.0, op='add', grad=1.0), 6.0)
    """

    __slots__ = (
        *("_data", "_grad", "_a", "_b", "_da", "_db"),
        *("_primitive", "_scope", "label", "_count"),
    )
    __init_subclass__ = _final

    def __init__(self, data: Any, label: str | None = None) -> None:
        self._data = finite(data)
        self._grad = self._da = self._db = NAN
        self._a: Any = None
        self._b: Any = None
        self._primitive: Any = None
        self._scope: Any = None
        self.label = label
        self._count = 0  # consumers not yet seen, while a sweep runs; else 0, or LITERAL

    # --- what a node tells ---

    @property
    def data(self) -> float:
        """The number.  A leaf's can be assigned; what was recorded before keeps its gradients."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        if self._primitive is not None:
            raise AttributeError(f"only a leaf's data can be assigned, not that of {self!r}")
        self._data = finite(data)

    @property
    def grad(self) -> float | None:
        """The sum of the gradients of all sweeps, None before the first.  Can be assigned."""
        return None if self._grad != self._grad else self._grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        self._grad = NAN if grad is None else finite(grad)

    @property
    def op(self) -> str | None:
        """The primitive's name, None for a leaf."""
        return None if self._primitive is None else self._primitive.name

    @property
    def inputs(self) -> tuple["Value", ...]:
        """The nodes that this one was computed from, in order."""
        if self._a is None:
            return ()
        return (self._a,) if self._b is None else (self._a, self._b)

    @property
    def partials(self) -> tuple[float | None, ...]:
        """d(self)/d(input) for each input; None where that is not a finite number."""
        slots = (self._da, self._db)[: len(self.inputs)]
        return tuple(None if d != d else d for d in slots)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Names of the composites that this node was recorded in, outermost first."""
        return () if self._scope is None else self._scope.names

    # --- recording: the operators that are used most have their rules written out; a test
    # --- holds them equal to the declarations in primitives.py

    def __add__(self, other: Any) -> Any:
        x = operand(other)
        if x is None:
            return NotImplemented
        return node(_add, self, x, self._data + x._data, 1.0, 1.0)

    def __mul__(self, other: Any) -> Any:
        x = operand(other)
        if x is None:
            return NotImplemented
        return node(_mul, self, x, self._data * x._data, x._data, self._data)

    def exp(self) -> "Value":
        """e to the power of self."""
        try:
            y = math.exp(self._data)
        except OverflowError as error:
            raise _exp.refuse(error, [describe(self)]) from None
        return node(_exp, self, None, y, y, NAN)

    def reciprocal(self) -> "Value":
        """1 / self.  Raises ZeroDivisionError at 0."""
        if self._data == 0.0:
            raise _reciprocal.refuse(ZeroDivisionError(), [describe(self)])
        y = 1.0 / self._data
        return node(_reciprocal, self, None, y, partial(-(y * y)), NAN)

    def relu(self) -> "Value":
        """max(self, 0), with derivative 0 at 0."""
        return node(_relu, self, None, max(self._data, 0.0), float(self._data > 0.0), NAN)

    @staticmethod
    def record(primitive: Primitive, *inputs: Any) -> "Value":
        """The general case: a node for any primitive, by its declaration."""
        nodes = [x if type(x) is Value else literal(x) for x in inputs]
        y, slopes = evaluate(primitive, nodes)
        if len(nodes) == 1:
            return node(primitive, nodes[0], None, y, slopes[0], NAN)
        return node(primitive, nodes[0], nodes[1], y, slopes[0], slopes[1])

    def __radd__(self, other: Any) -> Any:
        x = operand(other)
        return NotImplemented if x is None else x + self

    def __rmul__(self, other: Any) -> Any:
        x = operand(other)
        return NotImplemented if x is None else x * self

    def __neg__(self) -> "Value":
        return self * -1.0  # type: ignore[no-any-return]

    def __pos__(self) -> "Value":
        return self

    def __sub__(self, other: Any) -> Any:
        x = operand(other)
        if x is None:
            return NotImplemented
        return self + (-x if type(other) is Value else literal(-x._data))

    def __rsub__(self, other: Any) -> Any:
        x = operand(other)
        return NotImplemented if x is None else x + -self

    def __truediv__(self, other: Any) -> Any:
        x = operand(other)
        return NotImplemented if x is None else self * x.reciprocal()

    def __rtruediv__(self, other: Any) -> Any:
        x = operand(other)
        if x is None:
            return NotImplemented
        return self.reciprocal() if x._data == 1.0 else x * self.reciprocal()

    def __pow__(self, other: Any) -> Any:
        x = operand(other)
        return NotImplemented if x is None else Value.record(primitives.power, self, x)

    def __rpow__(self, other: Any) -> Any:
        x = operand(other)
        return NotImplemented if x is None else Value.record(primitives.power, x, self)

    def __abs__(self) -> "Value":
        return Value.record(primitives.absolute, self)

    def log(self) -> "Value":
        """The natural logarithm.  Raises ValueError at 0 and below."""
        return Value.record(primitives.log, self)

    def log1p(self) -> "Value":
        """log(1 + self), exact near 0.  Raises ValueError at -1 and below."""
        return Value.record(primitives.log1p, self)

    def expm1(self) -> "Value":
        """exp(self) - 1, exact near 0."""
        return Value.record(primitives.expm1, self)

    def sqrt(self) -> "Value":
        """The square root.  Raises ValueError below 0; at 0 it has no derivative."""
        return Value.record(primitives.sqrt, self)

    def sin(self) -> "Value":
        """The sine of an angle in radians."""
        return Value.record(primitives.sin, self)

    def cos(self) -> "Value":
        """The cosine of an angle in radians."""
        return Value.record(primitives.cos, self)

    def tan(self) -> "Value":
        """The tangent of an angle in radians."""
        return Value.record(primitives.tan, self)

    def tanh(self) -> "Value":
        """The hyperbolic tangent."""
        return Value.record(primitives.tanh, self)

    # --- the sweep ---

    def backward(self, seed: float = 1.0) -> None:
        """Add seed * d(self)/d(node) to `.grad` of this node and of every node below it.

        A sweep that fails (a derivative that does not exist, one too large for a float) raises
        and leaves every `.grad` as it was.
        """
        with _sweeping:
            order = consumers_first([self])
            before = gradients_of(order)
            try:
                sweep(order, finite(seed))
                add_gradients(before)
            except BaseException:
                set_gradients(order, before)
                raise

    def zero_grad(self) -> None:
        """Set `.grad` of this node and of every node below it to None."""
        with _sweeping:
            for v in consumers_first([self]):
                v._grad = NAN

    def __dealloc__(self) -> None:
        """Compiled build only: release the inputs without recursion.  Python does so by itself."""
        global _depth
        _depth += 1
        if _depth < 100:
            self._a = None
            self._b = None
        else:
            _released.append(self._a)
            _released.append(self._b)
        if _depth == 1:
            while _released:
                _released.pop()
        _depth -= 1

    def recompute(self) -> "Value":
        """Compute the recorded graph again, in place, from its leaves' present numbers.

        Gradients become None.  Returns self.  Where an operation fails nothing has changed.
        """
        with _sweeping:
            order = consumers_first([self])
            before = [(v, v._data, v._da, v._db) for v in order]
            try:
                for v in reversed(order):
                    if v._primitive is not None:
                        v._data, slopes = evaluate(v._primitive, v.inputs)
                        v._da, v._db = (*slopes, NAN)[:2]
            except BaseException:
                for v, data, da, db in before:
                    v._data, v._da, v._db = data, da, db
                raise
            for v in order:
                v._grad = NAN
        return self

    def detach(self) -> "Value":
        """A new leaf with the same number and label."""
        return Value(self._data, self.label)

    # --- comparison, text ---

    def __lt__(self, other: Any) -> Any:
        x = operand(other)
        return NotImplemented if x is None else self._data < x._data

    def __le__(self, other: Any) -> Any:
        x = operand(other)
        return NotImplemented if x is None else self._data <= x._data

    def __gt__(self, other: Any) -> Any:
        x = operand(other)
        return NotImplemented if x is None else self._data > x._data

    def __ge__(self, other: Any) -> Any:
        x = operand(other)
        return NotImplemented if x is None else self._data >= x._data

    def __eq__(self, other: object) -> bool:
        return self is other  # two nodes with one number are two nodes

    def __hash__(self) -> int:
        return id(self) >> 4

    def __bool__(self) -> bool:
        raise TypeError("a Value has no truth value: compare its number, as in `x > 0`")

    def __float__(self) -> float:
        raise TypeError("a Value is not a float: x.data is its number, x.exp() records exp of it")

    __int__ = __complex__ = __index__ = __float__

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        parts = [short(self._data)]
        if self.label is not None:
            parts.append(f"label={self.label!r}")
        if self._primitive is not None:
            parts.append(f"op={self.op!r}")
        if self.grad is not None:
            parts.append(f"grad={short(self.grad)}")
        return f"Value({', '.join(parts)})"

    # --- copies: whole graphs, at any depth ---

    def __copy__(self) -> "Value":
        return _restore(self._state(), self._a, self._b)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Value":
        for v in inputs_first(self):
            if id(v) not in memo:
                inputs = [memo[id(x)] for x in v.inputs]
                memo[id(v)] = _restore(v._state(), *inputs)
        return memo[id(self)]  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        if self._primitive is None:
            return _restore, (self._state(),)
        # Leaves go as objects of their own, so that graphs pickled together share them.
        nodes = inputs_first(self)
        leaves = [v for v in nodes if v._a is None]
        inner = [v for v in nodes if v._a is not None]
        index = {v: i for i, v in enumerate(leaves + inner)}
        steps = [(v._state(), [index[x] for x in v.inputs]) for v in inner]
        return _rebuild, (leaves, steps)

    def _state(self) -> tuple[Any, ...]:
        """All slots but the inputs."""
        literal = self._count == LITERAL
        numbers = (self._data, self._grad, self._da, self._db)
        return (numbers, self._primitive, self._scope, self.label, literal)


def _restore(state: tuple[Any, ...], a: Any = None, b: Any = None) -> Value:
    numbers, primitive, scope, label, literal = state
    v = Value.__new__(Value)
    v._data, v._grad, v._da, v._db = numbers
    v._a, v._b, v._primitive, v._scope, v.label = a, b, primitive, scope, label
    v._count = LITERAL if literal else 0
    return v


def _rebuild(leaves: list[Value], steps: list[Any]) -> Value:
    nodes = list(leaves)
    for state, inputs in steps:
        nodes.append(_restore(state, *[nodes[i] for i in inputs]))
    return nodes[-1]


def evaluate(primitive: Primitive, inputs: Any) -> tuple[float, list[float]]:
    """The primitive's value and partial derivatives at the numbers of its inputs."""
    numbers = [x._data for x in inputs]
    try:
        y = primitive.forward(*numbers)
        if y - y != 0.0:  # inf and nan alone fail this
            raise OverflowError
    except ARITHMETIC as error:
        raise primitive.refuse(error, map(describe, inputs)) from None
    return y, [slope(rule, numbers, y) for rule in primitive.partials]


def node(primitive: Primitive, a: Value, b: Any, data: float, da: float, db: float) -> Value:
    """Record one operation."""
    if data - data != 0.0:  # inf and nan alone fail this
        operands = [describe(a)] if b is None else [describe(a), describe(b)]
        raise primitive.refuse(OverflowError(), operands)
    y = Value.__new__(Value)
    y._data = data
    y._grad = NAN
    y.label = None
    y._count = 0
    if _open_contexts:
        scope, recording = _context.get()
        if not recording:
            y._a = y._b = y._primitive = y._scope = None
            y._da = y._db = NAN
            return y
        y._scope = scope
    else:
        y._scope = None
    y._primitive = primitive
    y._a = a
    y._b = b
    y._da = da
    y._db = db
    return y


def count_contexts(change: int) -> None:
    """Called as a scope opens (+1) and closes (-1)."""
    global _open_contexts
    _open_contexts += change


def consumers_first(roots: list[Value]) -> list[Value]:
    """The roots and every node below them but literals, each after all nodes that use it.

    Counts each node's consumers, then releases a node when its count is used up: Kahn (1962).
    Only the holder of the lock may call this.
    """
    roots = list(dict.fromkeys(roots))
    order = roots.copy()
    try:
        for v in roots:
            v._count = 1  # the caller uses it: so a root below another root is listed once
        for v in order:  # grows while it is read
            a = v._a
            if a is not None:
                if a._count == 0:
                    order.append(a)
                if a._count >= 0:
                    a._count += 1
                b = v._b
                if b is not None:
                    if b._count == 0:
                        order.append(b)
                    if b._count >= 0:
                        b._count += 1
        ready = 0  # order[:ready] is sorted; what it overwrites comes back in its turn
        for v in roots:
            v._count -= 1
            if v._count == 0:
                order[ready] = v
                ready += 1
        for v in order:
            a = v._a
            if a is not None:
                if a._count >= 0:
                    a._count -= 1
                    if a._count == 0:
                        order[ready] = a
                        ready += 1
                b = v._b
                if b is not None and b._count >= 0:
                    b._count -= 1
                    if b._count == 0:
                        order[ready] = b
                        ready += 1
    except BaseException:  # Ctrl-C: a count left behind would spoil the next sweep
        for v in inputs_first(*roots):
            if v._count != LITERAL:
                v._count = 0
        raise
    return order


def sweep(order: list[Value], seed: float) -> None:
    """Each node's `_grad` becomes its adjoint, seed * d(order[0])/d(node)."""
    for v in order:
        v._grad = 0.0
    order[0]._grad = seed
    pull_back(order)


def pull_back(order: list[Value]) -> None:
    """The chain rule, consumers first: each node hands its adjoint on to its inputs."""
    for v in order:  # all consumers of v have been here: its adjoint is complete
        adjoint = v._grad
        if adjoint == 0.0:
            continue
        if adjoint - adjoint != 0.0:  # inf and nan alone fail this
            raise broken_chain(order, v)
        a = v._a
        if a is not None:
            if a._count >= 0:
                a._grad += adjoint * v._da
            b = v._b
            if b is not None and b._count >= 0:
                b._grad += adjoint * v._db


def push_forward(order: list[Value]) -> None:
    """The chain rule, inputs first: each node collects the tangents of its inputs."""
    for v in order:
        tangent = 0.0
        a = v._a
        if a._count >= 0 and a._grad != 0.0:
            tangent = a._grad * v._da
        b = v._b
        if b is not None and b._count >= 0 and b._grad != 0.0:
            tangent += b._grad * v._db
        if tangent - tangent != 0.0:
            for i, x in enumerate(v.inputs):
                if v.partials[i] is None and x._count >= 0 and x._grad != 0.0:
                    raise missing_partial(v, i)
            raise OverflowError(f"the derivative is too large for a float at {describe(v)}")
        v._grad = tangent


def gradients_of(order: list[Value]) -> list[tuple[Value, float]]:
    """The nodes that have a gradient, with it."""
    return [(v, v._grad) for v in order if v._grad == v._grad]


def add_gradients(before: list[tuple[Value, float]]) -> None:
    """Add to the gradients of nodes those that they had before."""
    for v, grad in before:
        v._grad += grad
        if v._grad - v._grad != 0.0:
            raise OverflowError(f"the sum of gradients is too large at {describe(v)}")


def set_gradients(order: list[Value], before: list[tuple[Value, float]]) -> None:
    """Take back a sweep."""
    for v in order:
        v._grad = NAN
    for v, grad in before:
        v._grad = grad


def derivatives(
    ys: list[Value], xs: list[Value], seeds: list[list[float]], forward: bool = False
) -> list[list[float]]:
    """One sweep for each row of seeds, in plain numbers; no `.grad` has changed afterwards.

    A row of seeds holds an adjoint of each y, and its row of results one of each x; forward, it
    holds a tangent of each x, and the results are those of each y.  No x may be below another:
    what is below them is not visited, and what does not depend on them is not touched.
    """
    with _sweeping:
        order: list[Value] = []
        between = list(xs)  # then the nodes that depend on them, inputs first
        before: list[float] = []
        try:
            for x in xs:
                x._count = ASLEEP  # the walk ends here
            order = consumers_first([y for y in ys if y._count == 0])
            for x in xs:
                x._count = 0
            choose(order, between)
            before = [v._grad for v in between]
            inner = between[len(xs) :] if forward else between[: len(xs) - 1 : -1]
            results = []
            for seed in seeds:
                for v in between:
                    v._grad = 0.0
                for v, number in zip(xs if forward else ys, seed, strict=True):
                    if v._count >= 0:
                        v._grad += number
                if forward:
                    push_forward(inner)
                else:
                    pull_back(inner)
                    for x in xs:
                        if x._grad - x._grad != 0.0:
                            raise broken_chain(inner, x)
                results.append([v._grad if v._count >= 0 else 0.0 for v in (ys if forward else xs)])
            return results
        finally:
            for v, grad in zip(between, before, strict=False):
                v._grad = grad
            for v in order + xs:
                v._count = 0


def choose(order: list[Value], chosen: list[Value]) -> None:
    """Add to the chosen, inputs first, what depends on them; put the rest of the order to sleep."""
    for v in reversed(order):
        a = v._a
        b = v._b
        if a is not None and (a._count >= 0 or (b is not None and b._count >= 0)):
            chosen.append(v)
        else:
            v._count = ASLEEP


def inputs_first(*roots: Value, ends: Any = ()) -> list[Value]:
    """The roots and every node below them, literals too, each after its inputs.

    What is below the ends is left out, and they are.
    """
    order: dict[Value, None] = dict.fromkeys(ends)  # a set that keeps its order
    stack = list(reversed(roots))
    while stack:
        v = stack[-1]
        waiting = [x for x in v.inputs if x not in order] if v not in order else []
        if waiting:
            stack.extend(reversed(waiting))
        else:
            order[v] = None
            stack.pop()
    return list(order)[len(ends) :]


def finite(x: Any) -> float:
    """x as a float.  TypeError if it is not a real number, ValueError if it is not finite."""
    if type(x) is not float and type(x) is not int:
        if not isinstance(x, Real) and not hasattr(x, "as_integer_ratio"):
            if getattr(x, "shape", None) == () and hasattr(x, "item"):  # NumPy bool, 0-d array
                return finite(x.item())
            raise TypeError(f"expected a real number, got {type(x).__name__}: {x!r:.60}")
        x = float(x)
    number = float(x)
    if number - number != 0.0:
        raise ValueError(f"expected a finite number, got {number}")
    return number


def literal(x: Any) -> Value:
    """A leaf for a number in an expression."""
    v = Value(x)
    v._count = LITERAL
    return v


def operand(x: Any) -> Any:
    """x as a Value, or None if it is no number, so that its own class may try."""
    if type(x) is Value:
        return x
    if type(x) is float or type(x) is int or isinstance(x, Real):
        return literal(x)
    return literal(x) if hasattr(x, "as_integer_ratio") or type(x).__name__ == "bool" else None


def slope(rule: Any, numbers: list[float], y: float) -> float:
    """A partial derivative at these numbers, NaN where it is not a finite number."""
    try:
        return partial(rule(*numbers, y))
    except ARITHMETIC:
        return NAN


def partial(d: float) -> float:
    """d, or NaN where it is not finite."""
    return d if d - d == 0.0 else NAN


def broken_chain(order: list[Value], v: Value) -> Exception:
    """The error of a sweep in which the adjoint of v is not a finite number."""
    for consumer in order:
        for i, x in enumerate(consumer.inputs):
            if x is v and consumer.partials[i] is None and consumer._grad != 0.0:
                return missing_partial(consumer, i)
    return OverflowError(f"the gradient is too large for a float at {describe(v)}")


def missing_partial(v: Value, i: int) -> Exception:
    """The error of a sweep that needs d(v)/d(input i), which is not a finite number."""
    error: Exception = OverflowError()
    try:
        v._primitive.partials[i](*[x._data for x in v.inputs], v._data)
    except ARITHMETIC as raised:
        error = raised
    refused = v._primitive.refuse(error, [describe(x) for x in v.inputs])
    return type(error)(f"the derivative of {refused}")


def describe(v: Value) -> str:
    """The number, with the label where there is one: for messages."""
    return short(v._data) if v.label is None else f"{v.label}={short(v._data)}"


def short(number: float) -> str:
    """The number to 12 significant digits."""
    return repr(float(f"{number:.12g}"))
