"""Programs in JAX: straight lines and loops give the same, and JAX differentiates them again."""

import math

import pytest

import autograd as ag
from autograd.core.primitives import PRIMITIVES

jax = pytest.importorskip("jax")
target = pytest.importorskip("autograd.program.jax")

OURS = dict(PRIMITIVES)


@pytest.fixture(autouse=True)
def in_64_bits():
    with jax.enable_x64(True):
        yield


def two_sides(x, y):
    return ag.sigmoid(x) * y if x > y else ag.softmax([x, y, x * y])[1] / y


def test_jax_knows_every_primitive():
    assert set(OURS) <= set(target.TABLE)


@pytest.mark.parametrize("name", [n for n in OURS if n not in ("add", "mul")])
def test_each_primitive(name):
    numbers = ((0.7, 0.4) if name != "acosh" else (1.7,))[: len(OURS[name].partials)]
    found = target.operation(name)(*numbers)
    assert float(found) == pytest.approx(OURS[name](*numbers), rel=1e-13)


@pytest.mark.parametrize("straight", [500, 0])
def test_the_backend_equals_the_eager_engine(straight, monkeypatch):
    monkeypatch.setattr(target, "STRAIGHT", straight)
    fast = ag.compile(two_sides, "jax")
    for at in [(2.0, 1.0), (0.5, 1.5), (3.0, -1.0)]:
        value, slopes = ag.value_and_grad(two_sides, (0, 1))(*at)
        found, gradient = fast.value_and_grad(*at, argnums=(0, 1))
        assert found == pytest.approx(value, rel=1e-13)
        assert gradient == pytest.approx(slopes, rel=1e-13)
    with pytest.raises(ValueError, match="log"):
        ag.compile(lambda x: ag.log(x), "jax")(-1.0)


@pytest.mark.parametrize("straight", [500, 0])
def test_to_jax(straight, monkeypatch):
    monkeypatch.setattr(target, "STRAIGHT", straight)

    def f(p, xs):
        return {"y": p["w"] * ag.sum(xs * xs), "z": [xs[0]]}

    numpy = pytest.importorskip("numpy")
    p, xs = {"w": 2.0}, numpy.array([1.0, 3.0])
    fast = ag.compile(f, "python")
    with pytest.raises(ValueError, match="call"):
        fast.to_jax()
    fast(p, xs)
    g = fast.to_jax()
    assert jax.jit(g)(p, xs)["y"] == 20.0
    slopes = jax.jacrev(lambda p, xs: g(p, xs)["y"], argnums=1)(p, xs)
    assert slopes.tolist() == [4.0, 12.0]
    rows = jax.vmap(g, in_axes=(None, 0))(p, numpy.array([[1.0, 3.0], [2.0, 0.0]]))
    assert rows["y"].tolist() == [20.0, 8.0]


def test_another_branch_is_no_number():
    fast = ag.compile(two_sides, "python")
    fast(2.0, 1.0)
    assert math.isnan(fast.to_jax()(1.0, 2.0))
