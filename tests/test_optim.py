"""Each optimizer against PyTorch's over 100 steps, and its checkpoints."""

import json
import math
import operator
from dataclasses import dataclass

import pytest

import autograd as ag
from autograd import optim
from autograd.optim import SGD, AdaGrad, Adam, AdamW, Momentum, Optimizer, RMSprop

CASES = [
    (SGD, "SGD", {}),
    (SGD, "SGD", {"lr": 0.005, "weight_decay": 0.1}),
    (SGD, "SGD", {"lr": 0.005, "momentum": 0.8, "dampening": 0.3}),
    (SGD, "SGD", {"lr": 0.005, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    (SGD, "SGD", {"lr": 0.001, "maximize": True}),
    (Momentum, "SGD", {}),
    (Momentum, "SGD", {"lr": 0.002, "momentum": 0.5, "nesterov": True}),
    (AdaGrad, "Adagrad", {}),
    (AdaGrad, "Adagrad", {"lr": 0.5, "lr_decay": 0.1, "weight_decay": 0.1, "eps": 1e-6}),
    (AdaGrad, "Adagrad", {"initial_accumulator_value": 0.3, "maximize": True}),
    (RMSprop, "RMSprop", {}),
    (RMSprop, "RMSprop", {"alpha": 0.9, "momentum": 0.5, "weight_decay": 0.1}),
    (RMSprop, "RMSprop", {"centered": True, "eps": 1e-5}),
    (RMSprop, "RMSprop", {"centered": True, "momentum": 0.9, "maximize": True, "lr": 0.001}),
    (Adam, "Adam", {}),
    (Adam, "Adam", {"lr": 0.1, "betas": (0.8, 0.95), "weight_decay": 0.1}),
    (Adam, "Adam", {"lr": 0.1, "amsgrad": True, "eps": 1e-4}),
    (AdamW, "AdamW", {}),
    (AdamW, "AdamW", {"lr": 0.1, "weight_decay": 0.2, "amsgrad": True, "maximize": True}),
]
START = [1.5, -0.7, 0.3]


@dataclass(eq=False, repr=False)
class Signs(Optimizer):
    """An optimizer that PyTorch has not, as a stranger would add one: x -= lr * sign of a mean."""

    lr: float = 0.01
    beta: float = 0.5

    def _rule(self, x, g, state):
        state["mean"] = self.beta * state.get("mean", 0.0) + (1.0 - self.beta) * g
        return x - self.lr * math.copysign(1.0, state["mean"])


def signs(x, gradients, lr=0.01, beta=0.5):
    """The same from all gradients so far, the last one at the end."""
    weights = [(1.0 - beta) * beta**k for k in reversed(range(len(gradients)))]
    return x - lr * math.copysign(1.0, math.fsum(map(operator.mul, weights, gradients)))


OWN = [  # those without a twin: the optimizer, its step written once more, options
    (Signs, signs, {}),
    (Signs, signs, {"lr": 0.02, "beta": 0.9}),
]


def test_every_optimizer_has_its_row_and_every_option():
    found = {k for k in vars(optim).values() if isinstance(k, type) and issubclass(k, Optimizer)}
    rows = CASES + OWN
    assert found - {Optimizer} | {Signs} == {kind for kind, _, _ in rows}
    for kind in found | {Signs}:
        tried = {name for k, _, options in rows if issubclass(k, kind) for name in options}
        own = {name for name in vars(kind)["__annotations__"] if not name.startswith("_")}
        assert own - {"params"} <= tried, kind


@pytest.mark.parametrize(("kind", "step", "options"), OWN)
def test_a_hundred_steps_as_written_once_more(kind, step, options):
    params, gradients = ag.values(START), [[] for _ in START]
    optimizer = kind(params, **options)
    for _ in range(100):
        optimizer.zero_grad()
        valley(*params).backward()
        before = ag.data(params)
        for told, p in zip(gradients, params, strict=True):
            told.append(p.grad)
        optimizer.step()
        expected = [step(x, told, **options) for x, told in zip(before, gradients, strict=True)]
        assert ag.data(params) == pytest.approx(expected, rel=1e-12)


def valley(x, y, z):
    """A curved valley, and a slope that does not depend on z's sign alone."""
    return (1.0 - x) ** 2 + 5.0 * (y - x * x) ** 2 + (z * x).sin() + 0.1 * z * z


@pytest.mark.parametrize(("ours", "theirs", "options"), CASES)
def test_a_hundred_steps_as_pytorch(ours, theirs, options):
    torch = pytest.importorskip("torch")
    params = ag.values(START)
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    optimizer = ours(params, **options)
    if ours is Momentum:
        options = {"momentum": 0.9, **options}
    reference = getattr(torch.optim, theirs)(tensors, foreach=False, **options)
    bounded = options.get("maximize", False)  # uphill the valley has no end
    for _ in range(100):
        for opt, variables in ((optimizer, params), (reference, tensors)):
            opt.zero_grad()
            x, y, z = variables
            loss = (x * y).sin() + z.cos() if bounded else valley(x, y, z)
            loss.backward()
            opt.step()
    for p, tensor in zip(params, tensors, strict=True):
        assert p.data == pytest.approx(tensor.item(), rel=1e-12, abs=1e-12)
    assert all(p.data != x for p, x in zip(params, START, strict=True))


@pytest.mark.parametrize(("kind", "_name", "options"), CASES + OWN)
def test_goes_on_from_its_state_in_json(kind, _name, options):
    def run(steps, params, optimizer):
        for _ in range(steps):
            optimizer.zero_grad()
            (params[0] * params[1] + params[2].sin()).backward()
            optimizer.step()

    params = ag.values(START)
    optimizer = kind(params, **options)
    run(3, params, optimizer)
    optimizer.lr = 0.03
    text = json.dumps([ag.data(params), optimizer.state_dict()])
    run(4, params, optimizer)
    numbers, state = json.loads(text)
    others = ag.values(numbers)
    resumed = kind(others)
    resumed.load_state_dict(state)
    run(4, others, resumed)
    assert ag.data(others) == ag.data(params)


def test_learning_rate_can_be_changed_and_gradients_are_optional():
    x, y = ag.Value(1.0), ag.Value(1.0)
    optimizer = Adam([[x], y], lr=0.1)
    optimizer.lr = 0.5
    (x * x).backward()
    optimizer.step()
    assert x.data == pytest.approx(0.5)
    assert y.data == 1.0  # no sweep has reached it
    optimizer.zero_grad()
    assert x.grad is None


def test_a_step_too_large_for_a_float_moves_nothing():
    x, y = ag.Value(1.0, "x"), ag.Value(1e308, "y")
    optimizer = SGD([x, y], lr=10.0, momentum=0.5)
    x.grad, y.grad = 1.0, -1e308
    with pytest.raises(OverflowError, match=r"y=1e\+308 .* lower lr=10.0"):
        optimizer.step()
    assert (x.data, y.data) == (1.0, 1e308)
    assert optimizer.state == [{}, {}]


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: SGD([]), ValueError, "no parameters"),
        (
            lambda: SGD(ag.nn.MLP(1, [1])),
            TypeError,
            r"params is MLP of .*, expected a list of Values: .* pass model\.parameters\(\)",
        ),
        (lambda: Adam(ag.nn.MLP(9, [9])), TypeError, r"params is MLP of .*\(9\), …, expected"),
        (
            lambda: SGD(ag.Value(1)),
            TypeError,
            r"params is Value\(1\.0\), expected a list of Values",
        ),
        (lambda: SGD([ag.Value(1)], lr="a"), TypeError, "lr='a': expected a number"),
        (
            lambda: SGD([ag.Value(1)], momentum=None, nesterov=True),
            TypeError,
            "momentum=None: expected a number",
        ),
        (lambda: Adam([ag.Value(1)], betas=0.9), TypeError, r"betas=0\.9: expected a pair"),
        (lambda: Adam([ag.Value(1)], betas=(0.9, "b")), TypeError, r"betas=\(0\.9, 'b'\): exp"),
        (lambda: SGD([1.0]), TypeError, r"params\[0\] is 1.0, not a Value"),
        (lambda: SGD([ag.Value(1) * 2]), ValueError, r"params\[0\] is the result of mul"),
        (lambda: SGD([*ag.values([1]), ag.Value(1) - 0.1]), ValueError, r"\[1\] .*ag\.assign"),
        (lambda: SGD([v := ag.Value(1), v]), ValueError, "more than once"),
        (lambda: SGD([ag.Value(1)], lr=-1), ValueError, "lr=-1: expected"),
        (lambda: SGD([ag.Value(1)], lr=math.nan), ValueError, "lr=nan: expected"),
        (lambda: SGD([ag.Value(1)], nesterov=True), ValueError, "nesterov"),
        (lambda: Adam([ag.Value(1)], betas=(0.9, 1.0)), ValueError, "betas="),
        (
            lambda: SGD([ag.Value(1)]).load_state_dict(Adam([ag.Value(1)]).state_dict()),
            ValueError,
            "saved options",
        ),
        (
            lambda: SGD([ag.Value(1)]).load_state_dict({"lr": 0.1}),
            TypeError,
            r"expected what state_dict\(\) returned, got \{'lr': 0\.1\}",
        ),
        (
            lambda: (o := SGD([ag.Value(1)])).load_state_dict(
                {**o.state_dict(), "options": {**o.state_dict()["options"], "lr": -1.0}}
            ),
            ValueError,
            "lr=-1.0: expected",
        ),
        (
            lambda: SGD([ag.Value(1)]).load_state_dict(SGD(ag.values([1, 2])).state_dict()),
            ValueError,
            "saved state of 2",
        ),
    ],
)
def test_mistakes_are_told(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_reprs_tell_what_is_not_usual():
    params = ag.values([1, 2])
    assert repr(SGD(params)) == "SGD(2 parameters, lr=0.001)"
    assert repr(Momentum(params[:1], 0.1)) == "Momentum(1 parameter, lr=0.1)"
    adam = AdamW(params, betas=(0.8, 0.9), maximize=True)
    adam.lr = 0.5
    assert repr(adam) == "AdamW(2 parameters, lr=0.5, maximize=True, betas=(0.8, 0.9))"


def test_the_variance_of_centered_rmsprop_is_never_below_0():
    """mean(g²) - mean(g)² of a gradient that stays the same cancels, to a little below 0."""
    x = ag.Value(0.0)
    optimizer = RMSprop([x], lr=1e-9, alpha=0.5, centered=True)
    for _ in range(100):
        x.grad = 0.7
        optimizer.step()
    state = optimizer.state[0]
    assert state["squares"] - state["mean"] ** 2 < 0.0
    assert x.data < 0.0 and math.isfinite(x.data)
