"""Optimizers: from the gradients that a sweep left in `.grad` to the next numbers in `.data`.

Each takes the arguments and defaults of its namesake in `torch.optim` and gives its numbers, but
`Momentum`, which is SGD with momentum 0.9.  Invariant: a step changes all parameters that have a
gradient or, where one of the results is too large for a float, none of them.
"""

from collections.abc import Iterable
from math import isfinite, sqrt
from typing import Any

from autograd.core.nested import flatten
from autograd.core.node import describe
from autograd.core.value import Value

State = dict[str, float]


class _Optimizer:
    """What all share: the parameters, the options by name (`.lr` can be changed), the steps."""

    lr: float
    maximize: bool

    def __init__(self, params: Iterable[Any]) -> None:
        self._options = list(vars(self))  # what the class has set before it calls this
        if not isinstance(params, Iterable):
            raise TypeError(
                f"params is {params!r:.60}, expected a list of Values: "
                "of a model, pass model.parameters()"
            )
        self.params = list(flatten(list(params)))
        for i, p in enumerate(self.params):
            if type(p) is not Value:
                raise TypeError(f"params[{i}] is {p!r:.60}, not a Value")
            if p.op is not None:
                raise ValueError(f"params[{i}] is the result of {p.op}, not a leaf: {p!r}")
        if len(set(self.params)) != len(self.params):
            raise ValueError("params: a parameter is there more than once")
        if not self.params:
            raise ValueError("params: no parameters to optimize")
        for name in self._options:
            option = getattr(self, name)
            if name == "betas" and not (isinstance(option, tuple | list) and len(option) == 2):
                raise TypeError(f"betas={option!r:.60}: expected a pair of numbers")
            for number in option if name == "betas" else (option,):
                try:
                    fits = isfinite(number) and number >= 0.0
                except TypeError:
                    raise TypeError(f"{name}={option!r:.60}: expected a number") from None
                if not fits:
                    raise ValueError(f"{name}={option}: expected a finite number, 0 or more")
                if name in ("alpha", "betas") and number >= 1.0:  # the share that a mean keeps
                    raise ValueError(f"{name}={option}: expected less than 1")
        self.state: list[State] = [{} for _ in self.params]

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
        options = {name: getattr(self, name) for name in self._options}
        return {"options": options, "state": [dict(s) for s in self.state]}

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Go on as the optimizer whose `state_dict` this is.

        Raises ValueError if that was one of another kind or with another number of parameters.
        """
        options, state = saved["options"], saved["state"]
        if set(options) != set(self._options):
            raise ValueError(f"saved options {sorted(options)}, expected {sorted(self._options)}")
        if len(state) != len(self.params):
            raise ValueError(f"saved state of {len(state)} parameters, expected {len(self.params)}")
        for name, option in options.items():
            setattr(self, name, option)
        self.state = [dict(s) for s in state]


class SGD(_Optimizer):
    """Stochastic gradient descent: x -= lr * g, with momentum, dampening, Nesterov's form.

    >>> x = Value(1.0)
    >>> optimizer = SGD([x], lr=0.1)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> x.data
    0.8
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.001,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        self.lr, self.momentum, self.dampening = lr, momentum, dampening
        self.weight_decay, self.nesterov, self.maximize = weight_decay, nesterov, maximize
        super().__init__(params)
        if nesterov and (momentum == 0.0 or dampening != 0.0):
            raise ValueError("nesterov needs a momentum and no dampening")

    def _rule(self, x: float, g: float, state: State) -> float:
        g += self.weight_decay * x
        if self.momentum:
            v = state.get("velocity")
            v = g if v is None else self.momentum * v + (1.0 - self.dampening) * g
            state["velocity"] = v
            g = g + self.momentum * v if self.nesterov else v
        return x - self.lr * g


class Momentum(SGD):
    """SGD with momentum 0.9 unless told otherwise: v = momentum * v + g, x -= lr * v."""

    def __init__(
        self, params: Iterable[Any], lr: float = 0.001, momentum: float = 0.9, **options: Any
    ) -> None:
        super().__init__(params, lr, momentum, **options)


class AdaGrad(_Optimizer):
    """x -= lr * g / (root of the sum of all g² so far).  Duchi, Hazan, Singer (2011)."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.01,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        self.lr, self.lr_decay, self.weight_decay = lr, lr_decay, weight_decay
        self.initial_accumulator_value, self.eps = initial_accumulator_value, eps
        self.maximize = maximize
        super().__init__(params)

    def _rule(self, x: float, g: float, state: State) -> float:
        steps = state.get("steps", 0.0)
        state["steps"] = steps + 1.0
        g += self.weight_decay * x
        squares = state.get("squares", self.initial_accumulator_value) + g * g
        state["squares"] = squares
        return x - self.lr / (1.0 + steps * self.lr_decay) * g / (sqrt(squares) + self.eps)


class RMSprop(_Optimizer):
    """x -= lr * g / (root of a running mean of g²).  Hinton (2012), lecture 6."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        self.lr, self.alpha, self.eps, self.weight_decay = lr, alpha, eps, weight_decay
        self.momentum, self.centered, self.maximize = momentum, centered, maximize
        super().__init__(params)

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


class Adam(_Optimizer):
    """Running means of g and g², both freed of their start at 0.  Kingma, Ba (2015).

    amsgrad keeps the largest mean of g² so far: Reddi, Kale, Kumar (2018).

    >>> x = Value(1.0)
    >>> optimizer = Adam([x], lr=0.1)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    0.9
    """

    _decoupled = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        self.lr, self.betas, self.eps = lr, betas, eps
        self.weight_decay, self.amsgrad, self.maximize = weight_decay, amsgrad, maximize
        super().__init__(params)

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


class AdamW(Adam):
    """Adam whose weight decay shrinks x itself, outside the means.  Loshchilov, Hutter (2019)."""

    _decoupled = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)
