"""Gradients of the leaves that a compiled function holds: what the eager sweep leaves in them."""

import os
import pickle
import random
import sys

import pytest

import autograd as ag
from autograd import Value

sys.path.insert(0, os.path.dirname(__file__))
from test_compiled import BACKENDS, number, random_program


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Machine code is kept elsewhere."""
    monkeypatch.setenv("AUTOGRAD_CACHE", str(tmp_path / "cache"))


def outcome(call, leaves):
    """What comes of it, and what it leaves; gradients from before are there already."""
    for k, w in enumerate(leaves):
        w.grad = 0.25 if k % 2 else None
    try:
        said = call()
    except (ArithmeticError, ValueError) as error:
        said = type(error), str(error)
    return repr(said), repr(ag.grads(leaves))


def eagerly(f, *args):
    def call():
        y = f(*args)
        y.backward()
        return y.data

    return call


@pytest.mark.parametrize("backend", BACKENDS)
def test_it_leaves_what_the_eager_sweep_leaves_to_the_last_bit(backend):
    rng, errors = random.Random(3), 0
    for _ in range(40):
        count, f = random_program(rng, rng.randint(3, 14))
        leaves = [Value(0.0, f"w{k}") for k in range(count)]
        fast = ag.compile(lambda c, f=f, leaves=leaves: f(*leaves) * c, backend)
        for _ in range(8):
            for w in leaves:
                w.data = number(rng)
            want = outcome(eagerly(fast.f, 3.0), leaves)
            assert outcome(lambda fast=fast: fast.backward(3.0), leaves) == want
            errors += "Error" in want[0]
    assert 20 < errors < 200


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_network_is_trained_by_it(backend):
    model = ag.nn.MLP(2, [4, 1], rng=random.Random(0))
    optimizer = ag.optim.SGD(model.parameters(), lr=0.05)
    rows = [([1.0, 0.5], 1), ([-1.0, 0.3], -1), ([0.2, -0.7], 1)]

    def loss(rows, targets):
        return ag.hinge(model(rows), targets)

    fast, found = ag.compile(loss, backend), []
    start = ag.data(model.parameters())
    for step in (fast.backward, lambda *batch: eagerly(loss, *batch)()):
        ag.assign(model.parameters(), start)
        losses = []
        for _ in range(5):
            optimizer.zero_grad()
            losses.append(step([x for x, _ in rows], [t for _, t in rows]))
            optimizer.step()
        found.append((losses, ag.data(model.parameters())))
    assert found[0] == found[1]
    assert found[0][0][-1] < found[0][0][0]
    flipped = [x for x, _ in rows], [-t for _, t in rows]
    assert fast(*flipped) == loss(*flipped).data
    assert "2 variants of" in repr(fast)  # the value, and with gradients: none for other targets
    with pytest.raises(ValueError, match="target is 1 or -1, not 2"):
        fast(flipped[0], [1, 2, -1])


@pytest.mark.parametrize("backend", BACKENDS)
def test_only_leaves_that_a_sweep_reaches_have_a_gradient(backend):
    w, other, kept, never = Value(2.0), Value(3.0), Value(5.0), Value(7.0)
    above = kept * 2.0

    def f(x):
        return w * x + other.detach() if never > 0 else x

    fast = ag.compile(f, backend)
    assert fast.backward(4.0) == 11.0
    assert ag.grads([w, other, never]) == [4.0, None, None]
    assert ag.compile(lambda: kept * other, backend).backward() == 15.0  # no arguments
    assert ag.grads([kept, other]) == [3.0, 5.0]
    kept.grad = other.grad = None
    assert ag.compile(lambda x: above * x, backend).backward(3.0) == 30.0
    assert (kept.grad, above.grad) == (6.0, None)
    never.data = -1.0
    assert fast.backward(4.0) == 4.0 and w.grad == 4.0
    x = Value(1.5)
    never.data = 1.0
    assert fast.backward(x) == 6.0
    assert (x.grad, w.grad) == (2.0, 5.5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_where_it_fails_every_gradient_is_what_it_was(backend):
    a, b = Value(1.0, "a"), Value(1.0, "b")
    fast = ag.compile(lambda x: (a + b * 1e300) * x, backend)
    fast.backward(1e8)
    b.grad = 1e308
    before = ag.grads([a, b])
    with pytest.raises(OverflowError, match="sum of gradients is too large at b="):
        fast.backward(1e8)
    assert ag.grads([a, b]) == before
    b.data = 0.0
    root = ag.compile(lambda: ag.sqrt(b) + a, backend)
    with pytest.raises(ZeroDivisionError, match="derivative of sqrt"):
        root.backward()
    assert ag.grads([a, b]) == before
    for wrong in (lambda: [a, b], lambda: "a"):
        with pytest.raises(TypeError):
            ag.compile(wrong, backend).backward()
    for several in (lambda x: [x, x], lambda x: (x,), lambda x: {"a": x}):
        for at in (1.0, Value(1.0)):  # compiled, and recorded
            with pytest.raises(TypeError, match="backward expects a function that returns one"):
                ag.compile(several, backend).backward(at)
    with pytest.raises(TypeError, match="traced function"):
        ag.compile(lambda: a * a.data, backend).backward()
    assert ag.grads([a, b]) == before


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_unpickled_program_has_leaves_of_its_own(backend):
    w = Value(2.0)
    fast = ag.compile(lambda x: w * x, backend)
    fast.backward(3.0)
    again = pickle.loads(pickle.dumps(fast))
    assert again.backward(5.0) == 10.0
    assert w.grad == 3.0
