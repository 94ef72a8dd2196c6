"""Value: one node of a recorded graph, and the sweep that applies the chain rule to it.

How a gradient is computed: every operation makes a node, which keeps its inputs and the partial
derivative by each of them (`node`).  `backward` then walks the graph from the result down, and each
node hands on to its inputs its own derivative times those partials (`sweep`).

Invariants.  What a node computed never changes once it is recorded, save by `recompute`.  Every
number is finite; NaN stands in `_da` and `_db` only, for a partial that does not exist.  Nodes
point to their inputs and to nothing else: a graph has no cycles.  Nothing here is recursive.
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
compiled = not __file__.endswith(".py")  # whether this runs as machine code
_add, _mul, _relu = primitives.add, primitives.mul, primitives.relu
_exp, _reciprocal = primitives.exp, primitives.reciprocal
_sweeping = Lock()  # one at a time: a sweep works in the nodes' `_count` and `_grad`
_context: ContextVar[Any] = ContextVar("autograd", default=(None, True))  # (scope, recording)
_open_contexts = 0  # how many scopes are open in any thread: spares a look into _context
_depth = 0  # of nodes being released one inside the other, and those that have to wait
_released: list[Any] = []


def _final(cls: type) -> None:
    raise TypeError("Value has no subclasses: write functions of Values")


class Value:
    """A number that remembers how it was computed.

    `Value(2.0, "x")` is a leaf: any finite real number, with an optional label.  Arithmetic records
    new nodes.  Raises TypeError for what is not a real number, ValueError for NaN and infinity,
    OverflowError for an integer beyond the floats.  The class has no subclasses and its objects no
    weak references: so a compiled node takes 96 bytes.

    >>> x = Value(3.0, "x")
    >>> y = x * x + 1
    >>> y.backward()
    >>> y, x.grad
    (Value(10.0, op='add', grad=1.0), 6.0)
    """

    __slots__ = (
        *("_data", "_a", "_b", "_da", "_db"),  # y; its inputs a and b; dy/da and dy/db
        *("_primitive", "_scope", "_label"),  # the operation, and the composite it is a part of
        *("_grad", "_reached"),  # the gradient, and whether there is one
        "_count",  # of the edges that a running sweep waits for; else 0, or LITERAL
    )
    __init_subclass__ = _final

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

    # --- what a node tells ---

    @property
    def data(self) -> float:
        """The number.  A leaf's can be assigned; nodes recorded before keep their partials."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        if self._primitive is not None:
            raise AttributeError(f"only a leaf's data can be assigned, not that of {self!r}")
        self._data = finite(data)

    @property
    def grad(self) -> float | None:
        """The sum of the gradients of all sweeps, None where there was none.  Can be assigned."""
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

    # --- recording ---

    @staticmethod
    def record(primitive: Primitive, *inputs: Any) -> "Value":
        """A node for any primitive, by its declaration."""
        nodes = [x if type(x) is Value else literal(x) for x in inputs]
        y, slopes = evaluate(primitive, nodes)
        if len(nodes) == 1:
            return node(primitive, nodes[0], None, y, slopes[0], NAN)
        return node(primitive, nodes[0], nodes[1], y, slopes[0], slopes[1])

    # The operations used most have their declarations written out: that is five times faster, and
    # a test holds the two equal.

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

    def relu(self) -> "Value":
        """max(self, 0), with derivative 0 at 0."""
        return node(_relu, self, None, max(self._data, 0.0), float(self._data > 0.0), NAN)

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
        return node(_reciprocal, self, None, y, finite_or_nan(-(y * y)), NAN)

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

    # --- derivatives ---

    def backward(self, seed: float = 1.0) -> None:
        """Add seed * d(self)/d(node) to `.grad` of this node and of all below it but literals.

        A sweep that fails (a derivative that does not exist, one too large for a float) raises
        and leaves every `.grad` as it was.
        """
        with _sweeping:
            sweep(self, finite(seed))

    def zero_grad(self) -> None:
        """Set `.grad` of this node and of every node below it to None."""
        with _sweeping:
            for v in inputs_first(self):
                v.grad = None

    def recompute(self) -> "Value":
        """Compute the recorded graph again, in place, from its leaves' present numbers.

        Gradients become None.  Returns self.  Where an operation fails nothing has changed.
        """
        with _sweeping:
            order = inputs_first(self)
            before = [(v, v._data, v._da, v._db) for v in order]
            try:
                for v in order:
                    if v._primitive is not None:
                        v._data, slopes = evaluate(v._primitive, v.inputs)
                        v._da, v._db = (*slopes, NAN)[:2]
            except BaseException:
                for v, data, da, db in before:
                    v._data, v._da, v._db = data, da, db
                raise
            for v in order:
                v.grad = None
        return self

    def detach(self) -> "Value":
        """A new leaf with the same number and label."""
        return Value(self._data, self.label)

    # --- comparison, text ---

    def __lt__(self, other: Any) -> Any:
        return self._data < (other._data if type(other) is Value else other)

    def __le__(self, other: Any) -> Any:
        return self._data <= (other._data if type(other) is Value else other)

    def __gt__(self, other: Any) -> Any:
        return self._data > (other._data if type(other) is Value else other)

    def __ge__(self, other: Any) -> Any:
        return self._data >= (other._data if type(other) is Value else other)

    def __eq__(self, other: object) -> bool:
        return self is other  # two nodes with one number are two nodes

    def __hash__(self) -> int:
        return id(self) >> 4

    def __bool__(self) -> bool:
        raise TypeError("a Value has no truth value: compare its number, as in `x > 0`")

    def __float__(self) -> float:
        raise TypeError("a Value is not a float: x.data is its number, x.exp() records exp of it")

    def __int__(self) -> int:
        return float(self)  # type: ignore[return-value]  # it raises

    __complex__ = __float__

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
        # Leaves go as objects of their own: graphs pickled together share those, and only those.
        nodes = inputs_first(self)
        leaves = [v for v in nodes if v._a is None]
        inner = [v for v in nodes if v._a is not None]
        index = {v: i for i, v in enumerate(leaves + inner)}
        steps = [(v._state(), [index[x] for x in v.inputs]) for v in inner]
        return _rebuild, (leaves, steps)

    def _state(self) -> tuple[Any, ...]:
        """All slots but the inputs."""
        literal = self._count == LITERAL
        numbers = (self._data, self.grad, self._da, self._db)
        return (numbers, self._primitive, self._scope, self.label, literal)

    # --- release ---

    def __dealloc__(self) -> None:
        """Compiled build only: release the inputs without deep recursion, as Python does anyway."""
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


def _restore(state: tuple[Any, ...], a: Any = None, b: Any = None) -> Value:
    numbers, primitive, scope, label, literal = state
    v = Value.__new__(Value)
    v._data, v.grad, v._da, v._db = numbers
    v._a, v._b, v._primitive, v._scope, v._label = a, b, primitive, scope, label
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
        if y - y != 0.0:  # true of inf and nan only
            raise OverflowError
    except ARITHMETIC as error:
        raise primitive.refuse(error, map(describe, inputs)) from None
    return y, [slope(rule, numbers, y) for rule in primitive.partials]


def node(primitive: Primitive, a: Value, b: Any, data: float, da: float, db: float) -> Value:
    """A new node, y = primitive(a, b) with partial derivatives da and db; b is None if unary."""
    if data - data != 0.0:  # true of inf and nan only
        operands = [describe(a)] if b is None else [describe(a), describe(b)]
        raise primitive.refuse(OverflowError(), operands)
    y = Value.__new__(Value)
    y._data = data
    y._label = None
    y._grad = 0.0
    y._reached = False
    y._count = 0
    if _open_contexts:
        scope, recording = _context.get()
        if not recording:  # under no_grad the result is a leaf
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


def sweep(root: Value, seed: float) -> None:
    """The chain rule: add seed * d(root)/d(node) to the gradient of root and all nodes below.

    While it runs, a node's `_grad` is the sum of what its consumers have handed on, and `_count`
    the number of edges from consumers that it still waits for.  After the last of them the node is
    due, and hands on in turn: Kahn (1962).
    """
    order = [root]
    before: list[tuple[Value, float]] = []  # gradients from before this sweep
    counted = False
    try:
        for v in order:  # visits every node but literals once, growing while it is read
            if v._reached:
                before.append((v, v._grad))
            a = v._a
            if a is not None and a._count >= 0:
                if a._count == 0:
                    order.append(a)
                a._count += 1
            b = v._b
            if b is not None and b._count >= 0:
                if b._count == 0:
                    order.append(b)
                b._count += 1
        counted = True
        for v, _ in before:
            v._grad = 0.0
        root._grad = seed
        due = 1  # order[:due] is final; the rest, as discovered, is overwritten before it is read
        for v in order:
            adjoint = v._grad  # d(root)/d(v), times the seed
            if adjoint - adjoint != 0.0:  # true of inf and nan only
                raise broken_chain(reversed(inputs_first(root)), v)
            v._reached = True
            a = v._a
            if a is not None and a._count > 0:
                if adjoint != 0.0:
                    a._grad += adjoint * v._da
                a._count -= 1
                if a._count == 0:
                    order[due] = a
                    due += 1
            b = v._b
            if b is not None and b._count > 0:
                if adjoint != 0.0:
                    b._grad += adjoint * v._db
                b._count -= 1
                if b._count == 0:
                    order[due] = b
                    due += 1
        for v, grad in before:
            v._grad += grad
            if v._grad - v._grad != 0.0:
                raise OverflowError(f"the sum of gradients is too large at {describe(v)}")
    except BaseException:  # Ctrl-C as well: everything as it was
        for v in inputs_first(root):
            if v._count != LITERAL:
                v._count = 0
                if counted:
                    v.grad = None
        for v, grad in before:
            v.grad = grad
        raise


def inputs_first(*roots: Value, ends: Any = ()) -> list[Value]:
    """The roots and every node below them, literals too, each after its inputs.

    The ends, and what is reached only through them, are left out.
    """
    order: dict[Value, None] = dict.fromkeys(ends)  # a set that keeps its order
    known = len(order)
    descend(list(reversed(roots)), order)
    return list(order)[known:]


def descend(stack: list[Value], order: dict[Value, None]) -> None:
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
    """x as a Value; None if it is no number: the operator then lets the class of x try."""
    if type(x) is Value:
        return x
    if type(x) is float or type(x) is int or isinstance(x, Real):
        return literal(x)
    return literal(x) if hasattr(x, "as_integer_ratio") or type(x).__name__ == "bool" else None


def slope(rule: Any, numbers: list[float], y: float) -> float:
    """A partial derivative at these numbers, NaN where it is not a finite number."""
    try:
        return finite_or_nan(rule(*numbers, y))
    except ARITHMETIC:
        return NAN


def finite_or_nan(d: float) -> float:
    """d, or NaN where it is not finite."""
    return d if d - d == 0.0 else NAN


def broken_chain(order: Any, v: Value) -> Exception:
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
    return short(v._data) if v._label is None else f"{v._label}={short(v._data)}"


def short(number: float) -> str:
    """The number to 12 significant digits."""
    return repr(float(f"{number:.12g}"))
