"""PyTorch as oracle: random graphs, value and gradient."""

import math
import random

import pytest

import autograd as ag
from autograd import Value

torch = pytest.importorskip("torch")

UNARY = [
    (lambda v: v.exp(), torch.exp, lambda x: x < 5),
    (lambda v: v.log(), torch.log, lambda x: x > 0.05),
    (lambda v: v.reciprocal(), torch.reciprocal, lambda x: abs(x) > 0.05),
    (lambda v: v.sqrt(), torch.sqrt, lambda x: x > 0.05),
    (lambda v: v.sin(), torch.sin, lambda x: True),
    (lambda v: v.cos(), torch.cos, lambda x: True),
    (lambda v: v.tanh(), torch.tanh, lambda x: abs(x) < 15),
    (lambda v: v.expm1(), torch.expm1, lambda x: x < 5),
    (lambda v: v.log1p(), torch.log1p, lambda x: x > -0.9),
    (lambda v: v.relu(), torch.relu, lambda x: abs(x) > 1e-6),
    (lambda v: v**3, lambda t: t**3, lambda x: abs(x) < 10),
    (lambda v: 2.0**v, lambda t: 2.0**t, lambda x: x < 5),
    (lambda v: -v, lambda t: -t, lambda x: True),
    (abs, torch.abs, lambda x: abs(x) > 1e-6),
    (ag.sigmoid, torch.sigmoid, lambda x: abs(x) < 15),
    (ag.softplus, torch.nn.functional.softplus, lambda x: abs(x) < 15),
    (ag.gelu, torch.nn.functional.gelu, lambda x: abs(x) < 4),
    (ag.silu, torch.nn.functional.silu, lambda x: abs(x) < 15),
    (ag.elu, torch.nn.functional.elu, lambda x: abs(x) > 1e-6),
    (ag.leaky_relu, torch.nn.functional.leaky_relu, lambda x: abs(x) > 1e-6),
    (ag.relu6, torch.nn.functional.relu6, lambda x: min(abs(x), abs(x - 6)) > 1e-6),
]
BINARY = [
    (lambda a, b: a + b, lambda a, b: a + b, lambda a, b: True),
    (lambda a, b: a - b, lambda a, b: a - b, lambda a, b: True),
    (lambda a, b: a * b, lambda a, b: a * b, lambda a, b: abs(a * b) < 1e6),
    (lambda a, b: a / b, lambda a, b: a / b, lambda a, b: abs(b) > 0.05),
    (ag.maximum, torch.maximum, lambda a, b: abs(a - b) > 1e-6),
    (ag.minimum, torch.minimum, lambda a, b: abs(a - b) > 1e-6),
    (lambda a, b: a**b, lambda a, b: a**b, lambda a, b: 0.05 < a < 5 and abs(b) < 4),
]


def random_graph(rng):
    """The same random program on Values and on tensors: leaves and outputs of both."""
    numbers = [rng.uniform(-3, 3) for _ in range(rng.randint(1, 5))]
    ours = leaves = ag.values(numbers)
    theirs = tensors = [torch.tensor(n, dtype=torch.float64, requires_grad=True) for n in numbers]
    ours, theirs = list(ours), list(theirs)
    for _ in range(rng.randint(5, 60)):
        if rng.random() < 0.5:
            f, g, fits = rng.choice(UNARY)
            arguments = [rng.randrange(len(ours))]
        else:
            f, g, fits = rng.choice(BINARY)
            arguments = [rng.randrange(len(ours)), rng.randrange(len(ours))]
        if fits(*(ours[k].data for k in arguments)):
            y = f(*(ours[k] for k in arguments))
            if abs(y.data) < 1e6:
                ours.append(y)
                theirs.append(g(*(theirs[k] for k in arguments)))
    return (
        leaves,
        tensors,
        ours[-1] + ag.mean(ours[-3:]),
        theirs[-1] + sum(theirs[-3:]) / len(theirs[-3:]),
    )


def test_random_graphs_agree_with_pytorch():
    rng, compared = random.Random(11), 0
    while compared < 2000:
        leaves, tensors, y, z = random_graph(rng)
        z.backward()
        wanted = [0.0 if t.grad is None else t.grad.item() for t in tensors]
        y.backward()
        got = [0.0 if v.grad is None else v.grad for v in leaves]
        for ours, theirs in zip([y.data, *got], [z.item(), *wanted], strict=True):
            assert math.isfinite(ours)
            assert abs(ours - theirs) <= 1e-10 * max(1.0, abs(theirs)), (ours, theirs)
        compared += 1


SOFTMAXES = [
    (ag.softmax, torch.softmax),
    (ag.log_softmax, torch.log_softmax),
]


@pytest.mark.parametrize(("ours", "theirs"), SOFTMAXES)
def test_softmax_agrees_with_pytorch(ours, theirs):
    rng = random.Random(3)
    for _ in range(50):
        numbers = [rng.uniform(-20, 20) for _ in range(5)]
        xs = ag.values(numbers)
        ts = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
        weights = [rng.uniform(-1, 1) for _ in range(5)]
        ag.dot(ours(xs), weights).backward()
        (theirs(ts, 0) * torch.tensor(weights, dtype=torch.float64)).sum().backward()
        assert ag.grads(xs) == pytest.approx(ts.grad.tolist(), rel=1e-10, abs=1e-14)


def test_a_network_agrees_with_pytorch():
    rng = random.Random(4)
    W = [[rng.uniform(-1, 1) for _ in range(4)] for _ in range(3)]
    x = [[rng.uniform(-1, 1) for _ in range(3)] for _ in range(5)]
    Ws = ag.values(W)
    ag.softmax_cross_entropy(ag.tanh(ag.matmul(x, Ws)), [0, 1, 2, 3, 0]).backward()
    Wt = torch.tensor(W, dtype=torch.float64, requires_grad=True)
    scores = torch.tanh(torch.tensor(x, dtype=torch.float64) @ Wt)
    torch.nn.functional.cross_entropy(scores, torch.tensor([0, 1, 2, 3, 0])).backward()
    for ours, theirs in zip(ag.grads(Ws), Wt.grad.tolist(), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-13)


def test_a_value_in_place_of_a_tensor_is_a_clear_error():
    with pytest.raises(TypeError):
        Value(torch.ones(2))
