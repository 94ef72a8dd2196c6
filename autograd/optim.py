"""Optimizers: from the gradients that a sweep left in `.grad` to the next numbers in `.data`.

Each takes the arguments and defaults of its namesake in `torch.optim` and gives its numbers, but
`Momentum`, which is SGD with momentum 0.9.  Invariant: a step changes all parameters that have a
gradient or, where one of the results is too large for a float, none of them.  The fields of an
optimizer are its options; to add one, write its fields and the rule for one parameter.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from math import isfinite, sqrt
from typing import Any, ClassVar

from autograd.core.nested import items, only_leaves
from autograd.core.node import describe

State = dict[str, float]


@dataclass(eq=False, repr=False)
class Optimizer:
    """What all share: the parameters, the options by name (`.lr` can be changed), the steps."""

    params: Iterable[Any]  # nested as they are given; then the list of them
    lr: float = 0.001
    maximize: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.params, Iterable):
            told = repr(self.params)
            if len(told) > 60:
                told = f"{told[:60].rpartition(' ')[0]} …"
            raise TypeError(
                f"params is {told}, expected a list of Values: of a model, pass model.parameters()"
            )
        params = self.params = only_leaves("params", items(list(self.params)))
        if len(set(params)) != len(params):
            raise ValueError("params: a parameter is there more than once")
        if not params:
            raise ValueError("params: no parameters to optimize")
        for name, option in self._options().items():
            _check(name, option)
        self.state: list[State] = [{} for _ in params]

    def _options(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "params"}

    def __repr__(self) -> str:
        usual = {f.name: f.default for f in fields(self)}
        told = {k: v for k, v in self._options().items() if k == "lr" or v != usual[k]}
        size = f"{len(self.state)} parameter" + "s" * (len(self.state) > 1)
        return f"{type(self).__name__}({', '.join([size, *[f'{k}={v}' for k, v in told.items()]])})"

    def _rule(self, x: float, g: float, state: State) -> float:
        """The next number of a parameter x with gradient g; what to remember goes to state."""
        raise NotImplementedError

    def step(self) -> None:
        """Move each parameter that has a gradient.

        Raises OverflowError, and moves none, where a parameter would not fit a float.
        """
        sign = -1.0 if self.maximize else 1.0
        moves = []
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            state = dict(self.state[i])
            x = self._rule(p.data, sign * p.grad, state)
            if not isfinite(x):
                raise OverflowError(
                    f"the step from {describe(p)} with gradient {p.grad} is too large for a float: "
                    f"lower lr={self.lr}"
                )
            moves.append((i, p, x, state))
        for i, p, x, state in moves:
            p.data = x
            self.state[i] = state

    def zero_grad(self) -> None:
        """Set `.grad` of all parameters to None."""
        for p in self.params:
            p.grad = None

    def state_dict(self) -> dict[str, Any]:
        """All that the next steps depend on but the parameters: what JSON can hold."""
        return {"options": self._options(), "state": [dict(s) for s in self.state]}

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Go on as the optimizer whose `state_dict` this is.

        Raises TypeError for what no `state_dict` gave, ValueError if that was one of another kind
        or with another number of parameters; nothing has changed then.
        """
        if not isinstance(saved, dict) or set(saved) != {"options", "state"}:
            raise TypeError(f"expected what state_dict() returned, got {saved!r:.60}")
        options, state, own = saved["options"], saved["state"], self._options()
        if set(options) != set(own):
            raise ValueError(f"saved options {sorted(options)}, expected {sorted(own)}")
        if len(state) != len(self.state):
            raise ValueError(f"saved state of {len(state)} parameters, expected {len(self.state)}")
        for name, option in options.items():
            _check(name, option)
        for name, option in options.items():
            setattr(self, name, option)
        self.state = [dict(s) for s in state]


def _check(name: str, option: Any) -> None:
    """TypeError or ValueError unless this is a number that the option may have, or two."""
    pair = name == "betas"
    if pair and not (isinstance(option, tuple | list) and len(option) == 2):
        raise TypeError(f"betas={option!r:.60}: expected a pair of numbers")
    for number in option if pair else (option,):
        try:
            fits = isfinite(number) and number >= 0.0
        except TypeError:
            raise TypeError(f"{name}={option!r:.60}: expected a number") from None
        if not fits:
            raise ValueError(f"{name}={option}: expected a finite number, 0 or more")
        if name in ("alpha", "betas") and number >= 1.0:  # the share that a mean keeps
            raise ValueError(f"{name}={option}: expected less than 1")


@dataclass(eq=False, repr=False)
class SGD(Optimizer):
    """Stochastic gradient descent: x -= lr * g, with momentum, dampening, Nesterov's form.

    >>> from autograd import Value
    >>> x = Value(1.0)
    >>> optimizer = SGD([x], lr=0.1)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> x.data, optimizer
    (0.8, SGD(1 parameter, lr=0.1))
    """

    momentum: float = 0.0
    dampening: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and (self.momentum == 0.0 or self.dampening != 0.0):
            raise ValueError("nesterov needs a momentum and no dampening")

    def _rule(self, x: float, g: float, state: State) -> float:
        g += self.weight_decay * x
        if self.momentum:
            v = state.get("velocity")
            v = g if v is None else self.momentum * v + (1.0 - self.dampening) * g
            state["velocity"] = v
            g = g + self.momentum * v if self.nesterov else v
        return x - self.lr * g


@dataclass(eq=False, repr=False)
class Momentum(SGD):
    """SGD with momentum 0.9 unless told otherwise: v = momentum * v + g, x -= lr * v."""

    momentum: float = 0.9


@dataclass(eq=False, repr=False)
class AdaGrad(Optimizer):
    """x -= lr * g / (root of the sum of all g² so far).  Duchi, Hazan, Singer (2011)."""

    lr: float = 0.01
    lr_decay: float = 0.0
    weight_decay: float = 0.0
    initial_accumulator_value: float = 0.0
    eps: float = 1e-10

    def _rule(self, x: float, g: float, state: State) -> float:
        steps = state.get("steps", 0.0)
        state["steps"] = steps + 1.0
        g += self.weight_decay * x
        squares = state.get("squares", self.initial_accumulator_value) + g * g
        state["squares"] = squares
        return x - self.lr / (1.0 + steps * self.lr_decay) * g / (sqrt(squares) + self.eps)


@dataclass(eq=False, repr=False)
class RMSprop(Optimizer):
    """x -= lr * g / (root of a running mean of g²).  Hinton (2012), lecture 6."""

    lr: float = 0.01
    alpha: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum: float = 0.0
    centered: bool = False

    def _rule(self, x: float, g: float, state: State) -> float:
        g += self.weight_decay * x
        squares = self.alpha * state.get("squares", 0.0) + (1.0 - self.alpha) * g * g
        state["squares"] = squares
        if self.centered:
            mean = self.alpha * state.get("mean", 0.0) + (1.0 - self.alpha) * g
            state["mean"] = mean
            squares = max(squares - mean * mean, 0.0)  # a variance, below 0 by rounding alone
        move = g / (sqrt(squares) + self.eps)
        if self.momentum:
            move += self.momentum * state.get("velocity", 0.0)
            state["velocity"] = move
        return x - self.lr * move


@dataclass(eq=False, repr=False)
class Adam(Optimizer):
    """Running means of g and g², both freed of their start at 0.  Kingma, Ba (2015).

    amsgrad keeps the largest mean of g² so far: Reddi, Kale, Kumar (2018).

    >>> from autograd import Value
    >>> x = Value(1.0)
    >>> optimizer = Adam([x], lr=0.1)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    0.9
    """

    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False
    _decoupled: ClassVar[bool] = False

    def _rule(self, x: float, g: float, state: State) -> float:
        if self._decoupled:
            x -= self.lr * self.weight_decay * x
        else:
            g += self.weight_decay * x
        b1, b2 = self.betas
        steps = state["steps"] = state.get("steps", 0.0) + 1.0
        mean = state["mean"] = b1 * state.get("mean", 0.0) + (1.0 - b1) * g
        squares = state["squares"] = b2 * state.get("squares", 0.0) + (1.0 - b2) * g * g
        if self.amsgrad:
            squares = state["largest"] = max(squares, state.get("largest", 0.0))
        scale = sqrt(squares) / sqrt(1.0 - b2**steps) + self.eps
        step: float = self.lr / (1.0 - b1**steps) * mean / scale
        return x - step


@dataclass(eq=False, repr=False)
class AdamW(Adam):
    """Adam whose weight decay shrinks x itself, outside the means.  Loshchilov, Hutter (2019)."""

    weight_decay: float = 0.01
    _decoupled: ClassVar[bool] = True
