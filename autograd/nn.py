"""Networks of neurons in the manner of micrograd, each weight a Value that can be looked at.

Invariant: with the same seed the weights, and so all results, are those of micrograd 0.1.0.
"""

import sys
from collections.abc import Callable, Iterable
from functools import cache
from operator import index
from typing import TYPE_CHECKING, Any, Self

from autograd import functions
from autograd.core.context import named_scope
from autograd.core.nested import data, is_nested, only_leaves, scalar
from autograd.core.value import Value, literal

ACTIVATIONS = [f for f in functions.__all__ if getattr(getattr(functions, f), "operands", 0) == 1]
Activation = str | Callable[[Any], Any]


INSTEAD = {  # of what PyTorch's modules have
    "state_dict": "ag.data(model.parameters())",
    "load_state_dict": "ag.assign(model.parameters(), numbers)",
    "forward": "model(x)",
}
ELSEWHERE = {  # of what stands in torch.nn
    "Linear": "ag.nn.Layer(nin, nout, nonlin=False)",
    "Sequential": "ag.nn.MLP(nin, [4, nout])",
    "Parameter": 'ag.Value(0.5, "w")',
    "ReLU": 'activation="relu" in ag.nn.Layer, or ag.relu(x)',
    "Sigmoid": 'activation="sigmoid" in ag.nn.Layer, or ag.sigmoid(x)',
    "Tanh": 'activation="tanh" in ag.nn.Layer, or ag.tanh(x)',
    "Softmax": "ag.softmax(xs)",
    "CrossEntropyLoss": "ag.softmax_cross_entropy(scores, t)",
    "BCELoss": "ag.binary_cross_entropy(p, t)",
    "BCEWithLogitsLoss": "ag.sigmoid_cross_entropy(scores, t)",
    "MSELoss": "ag.mean_squared_error(y, t)",
    "functional": "ag.relu(x): the functions stand in the package itself",
}

if not TYPE_CHECKING:  # a type checker would take every name for an attribute

    def __getattr__(name: str) -> Any:
        message = f"module {__name__!r} has no attribute {name!r}"
        if name in ELSEWHERE:  # without the module, Python adds no suggestion of its own
            raise AttributeError(f"{message}: write {ELSEWHERE[name]}", name=name)
        raise AttributeError(message, name=name, obj=sys.modules[__name__])


class Module:
    """Something with parameters."""

    def __new__(cls, *_: Any, **options: Any) -> Self:
        """Refuses a seed, which other libraries take."""
        if "seed" in options:
            raise TypeError(f"{cls.__name__} takes no seed: write rng=random.Random(1)")
        return super().__new__(cls)

    if not TYPE_CHECKING:  # a type checker would take every name for an attribute

        def __getattr__(self, name: str) -> Any:
            advice = f": write {INSTEAD[name]}" if name in INSTEAD else ""
            message = f"{type(self).__name__} has no {name}{advice}"
            raise AttributeError(message, name=name, obj=self)

    def parameters(self) -> list[Value]:
        """All weights and biases, as leaves, in a fixed order."""
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set `.grad` of all parameters to None.  ValueError if one is not a leaf any more."""
        for p in only_leaves("parameters", self.parameters()):
            p.grad = None


@cache
def _composite(name: str | None) -> Callable[["Neuron", list[Value]], Any]:
    """What neurons compute, as one composite: pictures tell its formula, with the activation."""

    @named_scope("neuron", f"{name}(w · x + b)" if name else "w · x + b")
    def fire(neuron: "Neuron", x: list[Value]) -> Any:
        y: Any = neuron.b
        for w, a in zip(neuron.w, x, strict=True):
            y = y + w * a
        return y if neuron.activation is None else neuron.activation(y)

    return fire


class Neuron(Module):
    """activation(w · x + b) for a row x of `nin` numbers or Values.

    `nonlin=False` leaves the activation out.  `activation` is the name of a function of the package
    or a function of one Value; `rng` a `random.Random`, else Python's global one.  `init`: None for
    uniform numbers in -1 to 1, "xavier" or "he" for normal ones of deviation √(1/nin) or √(2/nin)
    (Glorot, Bengio 2010; He et al. 2015), or the deviation itself.  The bias starts at 0.
    Raises ValueError for an unknown name and for a row that does not fit, TypeError for an argument
    of another kind.

    >>> import random
    >>> neuron = Neuron(2, rng=random.Random(1))
    >>> neuron.w
    [Value(-0.731271511775, label='w[0]'), Value(0.694867473874, label='w[1]')]
    >>> neuron([1.0, 2.0]).data
    0.6584634359737331
    """

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        *,
        activation: Activation = "relu",
        init: str | float | None = None,
        rng: Any = None,
    ) -> None:
        nin = _size("nin", nin, "a neuron needs at least one input")
        if rng is None:
            import random as rng
        self.w = [Value(draw, f"w[{i}]") for i, draw in enumerate(_initial(nin, init, rng))]
        self.b = Value(0.0, "b")
        self.nonlin = nonlin
        function = _activation(activation)  # a wrong one is told where it is not used, too
        self.activation = function if nonlin else None

    def __call__(self, x: Any) -> Any:
        """The output for one row, or the list of outputs for a batch of rows."""
        if _is_batch(x):
            return [self(row) for row in _batch(x, len(self.w))]
        return self._fire(_row(x, len(self.w)))

    def _fire(self, x: list[Value]) -> Any:
        if self.activation is None:
            return _composite(None)(self, x)
        name = getattr(self.activation, "__name__", "<lambda>")
        return _composite("activation" if name == "<lambda>" else name)(self, x)

    def parameters(self) -> list[Value]:
        """The weights, then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        name = getattr(self.activation, "__name__", "Linear")
        return f"{'ReLU' if name == 'relu' else name}Neuron({len(self.w)})"


class Layer(Module):
    """`nout` neurons that see the same `nin` inputs; a single one gives a Value, more a list."""

    def __init__(
        self,
        nin: int,
        nout: int,
        nonlin: bool = True,
        *,
        activation: Activation = "relu",
        init: str | float | None = None,
        rng: Any = None,
    ) -> None:
        nout = _size("nout", nout, "a layer needs at least one neuron")
        self.neurons = [
            Neuron(nin, nonlin, activation=activation, init=init, rng=rng) for _ in range(nout)
        ]
        self._label("")

    def _label(self, number: str) -> None:
        for j, neuron in enumerate(self.neurons):
            neuron.b.label = f"b{number}[{j}]"
            for i, w in enumerate(neuron.w):
                w.label = f"W{number}[{i},{j}]"

    def __call__(self, x: Any) -> Any:
        """The outputs for one row, or the list of them for a batch of rows."""
        if _is_batch(x):
            return [self(row) for row in _batch(x, len(self.neurons[0].w))]
        row = _row(x, len(self.neurons[0].w))
        out = [neuron._fire(row) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        """Those of one neuron after the other."""
        return [p for neuron in self.neurons for p in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """A multi-layer perceptron: `nouts` are the sizes of the layers after the `nin` inputs.

    The last layer is linear.  Weights are labelled as in the book: `W1[i,j]` leads from input i to
    neuron j of layer 1, `b1[j]` is its bias.  Options as for `Neuron`.

    >>> import random
    >>> model = MLP(2, [3, 1], activation="tanh", init="xavier", rng=random.Random(0))
    >>> model
    MLP of [Layer of [tanhNeuron(2), tanhNeuron(2), tanhNeuron(2)], Layer of [LinearNeuron(3)]]
    >>> len(model.parameters()), model([1.0, -1.0]).op
    (13, 'add')
    """

    def __init__(
        self,
        nin: int,
        nouts: Iterable[int],
        nonlin: bool = True,
        *,
        activation: Activation = "relu",
        init: str | float | None = None,
        rng: Any = None,
    ) -> None:
        if isinstance(nouts, str) or not isinstance(nouts, Iterable):
            raise TypeError(f"nouts={nouts!r:.60}: expected a list of sizes, such as [16, 1]")
        sizes = [nin, *nouts]
        if len(sizes) == 1:
            raise ValueError("nouts: an MLP needs at least one layer")
        for i, n in enumerate(sizes[1:]):
            _size(f"nouts[{i}]", n, "a layer needs at least one neuron")
        inside = [nonlin] * (len(sizes) - 2)
        self.layers = [
            Layer(a, b, curved, activation=activation, init=init, rng=rng)
            for a, b, curved in zip(sizes, sizes[1:], [*inside, False], strict=False)
        ]
        for i, layer in enumerate(self.layers, 1):
            layer._label(str(i))

    def __call__(self, x: Any) -> Any:
        """The outputs for one row, or the list of them for a batch of rows."""
        if _is_batch(x):
            return [self(row) for row in _batch(x, len(self.layers[0].neurons[0].w))]
        for layer in self.layers:
            x = layer([x] if type(x) is Value else x)
        return x

    def parameters(self) -> list[Value]:
        """Those of one layer after the other."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"


def _size(name: str, size: Any, why: str) -> int:
    try:
        n = index(size)
    except TypeError:
        raise TypeError(f"{name}={size!r:.60}: expected a whole number, 1 or more") from None
    if n < 1:
        raise ValueError(f"{name}={n}: {why}")
    return n


def _initial(nin: int, init: Any, rng: Any) -> list[float]:
    draw = getattr(rng, "uniform" if init is None else "gauss", None)
    if draw is None:
        raise TypeError(f"rng={rng!r:.60}: expected a random.Random or None")
    if init is None:
        return [draw(-1.0, 1.0) for _ in range(nin)]
    try:
        if isinstance(init, str):
            init = ({"xavier": 1.0, "he": 2.0}[init] / nin) ** 0.5
        deviation = data(scalar(init))
    except (KeyError, TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"init={init!r:.60}: expected 'xavier', 'he', a deviation or None") from None
    return [draw(0.0, deviation) for _ in range(nin)]


def _activation(activation: Activation) -> Callable[[Any], Any]:
    if callable(activation):
        return activation
    if not isinstance(activation, str):
        raise TypeError(f"activation={activation!r:.60}: expected a function or its name")
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation={activation!r}: expected a function or one of {ACTIVATIONS}")
    return getattr(functions, activation)  # type: ignore[no-any-return]


def _is_batch(x: Any) -> bool:
    return is_nested(x) and len(x) > 0 and is_nested(x[0])


def _row(x: Any, nin: int, name: str = "x") -> list[Value]:
    """The row as Values, a plain number as a literal, shared by all neurons."""
    if not hasattr(x, "__len__") or len(x) != nin:
        size = f"has {len(x)} numbers" if hasattr(x, "__len__") else f"is {x!r:.60}"
        raise ValueError(f"{name} {size}, expected a row of {nin}")
    row = []
    for i, item in enumerate(x):
        try:
            a = scalar(item)
            row.append(a if type(a) is Value else literal(a))
        except (TypeError, ValueError) as error:
            raise type(error)(f"{name}[{i}]: {error}") from None
    return row


def _batch(x: Any, nin: int) -> list[list[Value]]:
    return [_row(row, nin, f"x[{i}]") for i, row in enumerate(x)]
