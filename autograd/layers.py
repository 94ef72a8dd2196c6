"""The layers of the book "Deep Learning from Scratch", chapter 5, built from Values.

Each has `forward(...)` and `backward(dout=1)`, which gives the gradients of its inputs for the
gradients `dout` of its outputs.  Invariant: no layer has a formula for its derivative; it records
its forward pass, and the chain rule does the rest.  Numbers may be single, in lists or in NumPy
arrays, and gradients have the shape of what they belong to.  On plain numbers plain numbers come
out, on Values Values, that can be differentiated again; then no `.grad` changes.
`layer.output` holds the Values of the last pass, to be drawn.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from autograd import functions, losses
from autograd.core import primitives
from autograd.core.context import recording
from autograd.core.nested import ROWS, data, is_nested, items, leaves, map_rows
from autograd.core.value import Value
from autograd.transforms import vjp


class _Layer:
    """What all layers share: recording a forward pass, and the chain rule through it."""

    def __init__(self) -> None:
        self.output: Any = None
        self._inputs: dict[str, Any] = {}
        self._plain = True

    _formula: Callable[..., Any]

    def __repr__(self) -> str:
        last = "" if self.output is None else " ".join(f"output={data(self.output)}".split())
        return f"{type(self).__name__}({last:.60}{'...' if len(last) > 60 else ''})"

    def _record(self, **inputs: Any) -> Any:
        """The formula of the inputs, which become leaves where they are plain numbers."""
        self._plain = not any(_has_values(x) for x in inputs.values())
        self._inputs = {name: leaves(x, name) for name, x in inputs.items()}
        if not self._plain:
            self.output = self._formula(*self._inputs.values())
            return self.output
        with recording():  # a layer needs its graph for backward, under no_grad too
            self.output = self._formula(*self._inputs.values())
        return data(self.output)

    def _gradients(self, dout: Any) -> dict[str, Any]:
        """The gradient of each input, by name, in its shape."""
        name = type(self).__name__
        if self.output is None:
            raise RuntimeError(f"{name}.backward before {name}.forward")
        if is_nested(dout):
            _same_shape(f"{name}.backward: dout", dout, "the output", self.output)
        douts = map_rows(lambda y, d: d, self.output, leaves(dout, "dout"))
        if self._plain and not _has_values(dout):
            pairs = list(zip(items(self.output), items(douts), strict=True))
            for y, _ in pairs:
                y.zero_grad()
            for y, d in pairs:
                y.backward(d.data)
            return {key: map_rows(lambda v: v.grad or 0.0, x) for key, x in self._inputs.items()}
        # Anew, from nodes of its own: an input may depend on another one.
        _, pull = vjp(self._formula, *self._inputs.values())
        found = pull(douts if _has_values(dout) else data(douts))
        return dict(zip(self._inputs, found, strict=True))

    def backward(self, dout: Any = 1) -> Any:
        """The gradient of the input; where there are two, both."""
        dx, *others = self._gradients(dout).values()
        return (dx, *others) if others else dx


class _Pair(_Layer):
    """A function of two inputs, elementwise; one of them may be a single number."""

    def forward(self, x: Any, y: Any) -> Any:
        """The output; ValueError if the shapes differ and neither is one number."""
        if is_nested(x) and is_nested(y):
            _same_shape(f"{type(self).__name__}.forward: y", y, "x", x)
        return self._record(x=x, y=y)


class AddLayer(_Pair):
    """x + y.  The gradient is passed on to both.

    >>> layer = AddLayer()
    >>> layer.forward(100, 200), layer.backward(1.1)
    (300.0, (1.1, 1.1))
    """

    _formula = staticmethod(partial(map_rows, primitives.add))


class MulLayer(_Pair):
    """x * y.  The gradient goes to each times the other.

    >>> layer = MulLayer()
    >>> layer.forward(100, 2), layer.backward(1.1)
    (200.0, (2.2, 110.00000000000001))
    """

    _formula = staticmethod(partial(map_rows, primitives.mul))


class _Unary(_Layer):
    """A function of x alone."""

    def forward(self, x: Any) -> Any:
        """The output, in the shape of x."""
        return self._record(x=x)


class Relu(_Unary):
    """max(x, 0), elementwise, with derivative 0 at 0.

    >>> layer = Relu()
    >>> layer.forward([10, -5]), layer.backward()
    ([10.0, 0.0], [1.0, 0.0])
    """

    _formula = staticmethod(functions.relu)


class Sigmoid(_Unary):
    """1 / (1 + e⁻ˣ), elementwise.

    >>> layer = Sigmoid()
    >>> layer.forward(0), layer.backward()
    (0.5, 0.25)
    """

    _formula = staticmethod(functions.sigmoid)


class Softmax(_Unary):
    """exp(x_i) / sum of exp(x_k), over each row.

    >>> layer = Softmax()
    >>> layer.forward([1, 1]), layer.backward([1, 0])
    ([0.5, 0.5], [0.25, -0.25])
    """

    _formula = staticmethod(functions.softmax)


class Affine(_Layer):
    """x W + b, for one row x or a batch of rows.

    `W` and `b` are kept as they are given, and read anew in each forward pass; `dW` and `db` have
    their shape and kind after `backward`.

    >>> layer = Affine([[1, 2, 3], [4, 5, 6]], [0, 0, 1])
    >>> layer.forward([[1, 1]]), layer.backward([[1, 0, 0]])
    ([[5.0, 7.0, 10.0]], [[1.0, 4.0]])
    >>> layer.dW, layer.db
    ([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]], [1.0, 0.0, 0.0])
    """

    _formula = staticmethod(functions.affine)

    def __init__(self, W: Any, b: Any) -> None:
        super().__init__()
        self.W, self.b = W, b
        self.dW: Any = None
        self.db: Any = None

    def forward(self, x: Any) -> Any:
        """The product and sum; ValueError where the lengths do not fit, and it says which."""
        W, b = self.W, self.b
        if not is_nested(W) or len(W) == 0 or not is_nested(W[0]) or len(W[0]) == 0:
            raise ValueError(f"Affine: W is {W!r:.60}, expected rows of numbers")
        for i, row in enumerate(W):
            _expect(f"Affine: row {i} of W", row, len(W[0]), "as row 0")
        _expect("Affine: b", b, len(W[0]), "one for each column of W")
        if not is_nested(x) or len(x) == 0:
            raise ValueError(f"Affine.forward: x is {x!r:.60}, expected a row or a batch of rows")
        why = "one for each row of W"
        if is_nested(x[0]):
            for i, row in enumerate(x):
                _expect(f"Affine.forward: row {i} of x", row, len(W), why)
        else:
            _expect("Affine.forward: x", x, len(W), why)
        return self._record(x=x, W=W, b=b)

    def backward(self, dout: Any = 1) -> Any:
        """The gradient of x; those of W and b are left in `dW` and `db`."""
        found = self._gradients(dout)
        self.dW = found["W"] if _has_values(self.W) else data(found["W"])
        self.db = found["b"] if _has_values(self.b) else data(found["b"])
        return found["x"]


class SoftmaxWithLoss(_Layer):
    """The cross-entropy of softmax(x) against targets t, the mean over the rows.

    t holds class indices or one-hot rows.  After `forward`, `y` is softmax(x) in plain numbers, `t`
    the targets, `loss` what came out.  The gradient of x is (y - t) / N for N rows.

    >>> layer = SoftmaxWithLoss()
    >>> layer.forward([0, 0], 1), layer.backward()
    (0.6931471805599453, [0.5, -0.5])
    """

    def __init__(self) -> None:
        super().__init__()
        self.y: Any = None
        self.t: Any = None
        self.loss: Any = None

    def forward(self, x: Any, t: Any) -> Any:
        """The loss.  Raises ValueError or TypeError where a target does not fit its row."""
        self.t = t
        self.loss = self._record(x=x)
        self.y = functions.softmax(data(x))
        return self.loss

    def _formula(self, x: Any) -> Any:
        return losses.softmax_cross_entropy(x, self.t)


def _has_values(x: Any) -> bool:
    return any(type(item) is Value for item in items(x, ROWS))


def _expect(what: str, row: Any, length: int, why: str) -> None:
    if not is_nested(row):
        raise ValueError(f"{what} is {row!r:.60}, expected {length} numbers, {why}")
    if len(row) != length:
        raise ValueError(f"{what} has {len(row)} numbers, expected {length}, {why}")


def _same_shape(what: str, x: Any, other: str, y: Any) -> None:
    """Raises ValueError where the structures differ, naming the row."""
    if is_nested(x) != is_nested(y):
        kinds = ["a row" if is_nested(s) else "a number" for s in (x, y)]
        raise ValueError(f"{what} is {kinds[0]}, expected {kinds[1]}, as in {other}")
    if is_nested(x):
        if len(x) != len(y):
            raise ValueError(f"{what} has {len(x)} elements, expected {len(y)}, as in {other}")
        for i, (a, b) in enumerate(zip(x, y, strict=True)):
            if is_nested(a) or is_nested(b):
                _same_shape(f"{what}[{i}]", a, f"{other}[{i}]", b)
