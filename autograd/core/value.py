"""Value: a node that records what is computed from it, and the sweep that applies the chain rule.

How a gradient is computed: every operation makes a node, y = f(a, b), which keeps its number and
the partial derivative by each input (`new_node`).  `backward` then walks the graph from the result
down, and each node hands on to its inputs its own derivative times those partials (`sweep`).

    _data  _a _b  _da _db   y; its inputs a and b, None where there is none; dy/da and dy/db
    _primitive  _scope      the operation, None in a leaf; the composite that it is a part of
    _grad  _reached         the gradient, 0.0 until a sweep has reached the node
    _count                  of the edges that a running sweep waits for, else 0; LITERAL, which is
                            below 0, in a number written in an expression: no sweep enters it
                            (`sweeps.py` keeps marks of its own there while it runs)

What else a node tells and does, its text, its copies, is in `node.py`.  Invariants: those told
there; and what a node computed never changes, save by `recompute`.  The operations used most are
written out here, once more than they are declared: whoever changes a rule changes both.
"""

from math import exp as e_to
from math import log, nan, tanh
from threading import get_ident
from typing import Any

from autograd.core import elementary, primitives
from autograd.core.context import current, is_over, open_contexts, surrounding, value_of
from autograd.core.node import (
    LITERAL,
    Node,
    alone,
    broken_chain,
    describe,
    finite,
    inputs_first,
    is_real,
    tell_written,
    undo,
)
from autograd.core.primitives import ARITHMETIC, Primitive

compiled = not __file__.endswith((".py", ".pyc"))  # whether this runs as machine code
_plain = not compiled  # for `new_node`, to which it is a number in C
_add, _mul, _relu = primitives.add, primitives.mul, primitives.relu
_exp, _reciprocal, _divide = primitives.exp, primitives.reciprocal, primitives.divide
_tanh, _power, _maximum = elementary.tanh, elementary.power, primitives.maximum


def _final(cls: type) -> None:
    raise TypeError("Value has no subclasses: write functions of Values")


class Value(Node):
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

    __slots__ = ()
    __init_subclass__ = _final

    @staticmethod
    def record(primitive: Primitive, a: Any, b: Any = None) -> "Value":
        """A node for any primitive."""
        x = a if type(a) is Value else literal(a)
        if primitive is _exp:
            return exponential(x)
        if primitive is _reciprocal:
            return inverse(x)
        if primitive is _relu:
            return x.relu()
        if b is None:
            return hyperbolic(x) if primitive is _tanh else as_declared(primitive, x)
        z = b if type(b) is Value else literal(b)
        return larger(x, z) if primitive is _maximum else as_declared(primitive, x, z)

    # The operations used most have their declarations written out: that is five times faster, and
    # a test holds the two equal.

    def __add__(self, other: Any) -> "Value":
        x = operand(other)
        if x is None:
            return NotImplemented
        return new_node(_add, self, x, self._data + x._data, 1.0, 1.0)

    def __mul__(self, other: Any) -> "Value":
        x = operand(other)
        if x is None:
            if type(other) is list:
                finite(other)  # it raises; Python would speak of a sequence
            return NotImplemented
        return new_node(_mul, self, x, self._data * x._data, x._data, self._data)

    def __truediv__(self, other: Any) -> "Value":
        x = operand(other)
        return NotImplemented if x is None else quotient(self, x)

    def __pow__(self, other: Any) -> "Value":
        x = operand(other)
        return NotImplemented if x is None else raised(self, x)

    def relu(self) -> "Value":
        """max(self, 0), with derivative 0 at 0."""
        return new_node(_relu, self, None, max(self._data, 0.0), float(self._data > 0.0), nan)

    def exp(self) -> "Value":
        """e to the power of self.  Raises OverflowError above 709.78."""
        return exponential(self)

    def reciprocal(self) -> "Value":
        """1 / self.  Raises ZeroDivisionError at 0."""
        return inverse(self)

    # Most other arithmetic is composed.

    def __neg__(self) -> "Value":
        return new_node(_mul, self, literal(-1.0), -self._data, -1.0, self._data)

    def __pos__(self) -> "Value":
        return self

    def __sub__(self, other: Any) -> "Value":
        x = operand(other)
        # of a Value, or of a Fraction that a trace is told of; else a literal takes the minus
        if x is not None and type(other) is not float and (x is other or tell_written(x, other)):
            return self + -x  # type: ignore[no-any-return]
        return NotImplemented if x is None else self + literal(-x._data)  # x - 2 is one node

    def __radd__(self, other: Any) -> "Value":
        return literal(other) + self

    def __rmul__(self, other: Any) -> "Value":
        return literal(other) * self

    def __rsub__(self, other: Any) -> "Value":
        return literal(other) + -self

    def __rtruediv__(self, other: Any) -> "Value":
        x = literal(other)
        return self.reciprocal() if x._data == 1.0 else quotient(x, self)

    def __rpow__(self, other: Any) -> "Value":
        return as_declared(_power, literal(other), self)

    def backward(self, seed: float = 1.0) -> None:
        """Add seed * d(self)/d(node) to `.grad` of this node and of all below it but literals.

        It sweeps what was recorded: where a leaf's number was assigned since, the gradients are
        those at the numbers it had then, until `recompute`.
        A sweep that fails (a derivative that does not exist, one too large for a float) raises
        and leaves every `.grad` as it was.
        """
        alone(sweep, self, finite(seed))


def literal(x: Any) -> Value:
    """A leaf for a number in an expression."""
    v = Value.__new__(Value)
    if _plain:
        v._a = v._b = v._primitive = v._scope = v._label = None
        v._grad, v._reached = 0.0, False
    v._data, v._da, v._db, v._count = finite(x), nan, nan, LITERAL
    if type(x) is not float and type(x) is not int:
        tell_written(v, x)
    return v


def operand(x: Any) -> Any:
    """x as a Value; None if it is no number: the operator then lets the class of x try."""
    if type(x) is Value:
        return x
    return literal(x) if type(x) is float or is_real(x) else None


def quotient(a: Value, b: Value) -> Value:
    """a / b, rounded as Python rounds it."""
    d = b._data
    if not 1e-75 < abs(d) < 1e150 or abs(a._data) > 1e150:  # 0, or a / d / d may be too large
        return as_declared(_divide, a, b)
    y = a._data / d
    return new_node(_divide, a, b, y, 1.0 / d, -(y / d))


def raised(a: Value, b: Value) -> Value:
    """a to the power b; the square is rounded as a * a."""
    d = a._data
    if b._data != 2.0 or not 1e-140 < abs(d) < 1e150:  # else d * d is no float, or not whole
        return as_declared(_power, a, b)
    by_exponent = log(d) * (d * d) if d > 0.0 else nan
    return new_node(_power, a, b, d * d, 2.0 * d, by_exponent)


def exponential(a: Value) -> Value:
    """exp(a)."""
    if a._data > 709.0:  # too large, or nearly
        return as_declared(_exp, a)
    y = e_to(a._data)
    return new_node(_exp, a, None, y, y, nan)


def inverse(a: Value) -> Value:
    """1 / a."""
    if abs(a._data) < 1e-150:  # 0, or with a derivative that is too large
        return as_declared(_reciprocal, a)
    y = 1.0 / a._data
    return new_node(_reciprocal, a, None, y, -(y * y), nan)


def hyperbolic(a: Value) -> Value:
    """tanh(a)."""
    e = e_to(-abs(a._data))
    s = 2.0 * e / (1.0 + e * e)  # 1 / cosh(a), as the rule has it
    return new_node(_tanh, a, None, tanh(a._data), s * s, nan)


def larger(a: Value, b: Value) -> Value:
    """The maximum of a and b."""
    share = 0.5 * (1.0 + (a._data > b._data) - (a._data < b._data))
    return new_node(_maximum, a, b, max(a._data, b._data), share, 1.0 - share)


def as_declared(primitive: Primitive, a: Value, b: Any = None) -> Value:
    """A node with the value and the partial derivatives that the primitive declares."""
    numbers: tuple[float, ...] = (a._data,)
    if b is not None:
        numbers = a._data, b._data
    try:
        y = primitive.forward(*numbers)
    except ARITHMETIC as error:
        raise primitive.refusal(error, map(describe, (a,) if b is None else (a, b))) from None
    da, db = primitive.slopes(numbers, y)
    return new_node(primitive, a, b, y, da, db)


def new_node(primitive: Primitive, a: Value, b: Any, data: float, da: float, db: float) -> Value:
    """The node y = primitive(a, b) with these partial derivatives; b is None if unary."""
    if data - data != 0.0:  # true of inf and nan only
        raise primitive.refusal(OverflowError(), map(describe, (a,) if b is None else (a, b)))
    y = Value.__new__(Value)
    if _plain:  # a compiled node begins with None and 0 in its slots
        y._scope = y._label = None
        y._grad, y._reached, y._count = 0.0, False, 0
    y._data, y._da, y._db = data, da, db
    y._primitive, y._a, y._b = primitive, a, b
    if open_contexts:
        here = value_of(surrounding)
        if here.thread != get_ident() or (here.lock is not None and is_over(here)):
            here = current()
        y._scope = here.scope
        if not here.recording:
            return y.detach()  # under no_grad the result is a leaf
    return y


def sweep(root: Any, seed: float) -> None:
    """The chain rule: add seed * d(root)/d(node) to the gradient of root and all nodes below.

    While it runs, a node's `_grad` is the sum of what its consumers have handed on, and `_count`
    the number of edges from consumers that it still waits for.  After the last of them the node is
    due, and hands on in turn: Kahn (1962).
    """
    nodes = [root]
    before: list[Any] = []  # nodes with gradients from before this sweep, and those
    gradients: list[float] = []
    due = 0
    try:
        for v in nodes:  # visits every node but literals once, growing while it is read
            if v._reached:
                gradients.append(v._grad)
                before.append(v)
            if v._a is not None and v._a._count >= 0:
                if v._a._count == 0:
                    nodes.append(v._a)
                v._a._count += 1
            if v._b is not None and v._b._count >= 0:
                if v._b._count == 0:
                    nodes.append(v._b)
                v._b._count += 1
        # Ctrl-C comes as a function of Python begins or ends, or a loop of Python turns: in machine
        # code not from here on, so that one list will do.  In plain Python `undo` needs the other.
        order = nodes[:] if _plain else nodes
        due = 1  # order[:due] is final; the rest, as discovered, is overwritten before it is read
        for v in before:
            v._grad = 0.0
        root._grad = seed
        for v in order:
            adjoint = v._grad  # d(root)/d(v), times the seed
            if adjoint - adjoint != 0.0:
                raise broken_chain(reversed(inputs_first(root)), v)  # told consumers first
            v._reached = True
            if v._a is not None and v._a._count > 0:
                if adjoint != 0.0:  # else a partial that does not exist harms nothing
                    v._a._grad += adjoint * v._da
                v._a._count -= 1
                if v._a._count == 0:
                    order[due] = v._a
                    due += 1
            if v._b is not None and v._b._count > 0:
                if adjoint != 0.0:
                    v._b._grad += adjoint * v._db
                v._b._count -= 1
                if v._b._count == 0:
                    order[due] = v._b
                    due += 1
        for v, grad in zip(before, gradients, strict=True):
            v._grad += grad
            if v._grad - v._grad != 0.0:
                raise OverflowError(f"the sum of gradients is too large at {describe(v)}")
    except BaseException:  # Ctrl-C as well
        if due and not _plain:  # by a derivative: what was discovered is overwritten
            nodes = [v for v in inputs_first(root) if not v.is_literal]
        try:
            undo(nodes, before, gradients, due > 0)
        except KeyboardInterrupt:  # once more
            undo(nodes, before, gradients, due > 0)
        raise
