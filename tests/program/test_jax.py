"""Programs in JAX: straight lines and loops give the same, and JAX differentiates them again."""

import math
import os
import subprocess
import sys

import pytest

import autograd as ag
from autograd.core.primitives import PRIMITIVES, Primitive

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
def test_a_primitive_of_ones_own_is_differentiated_by_its_rules(straight, monkeypatch):
    half = Primitive("half_sine", "½sin", lambda x: math.sin(x) / 2, lambda x, y: ag.cos(x) / 2)
    times = Primitive(
        "a_b2", "ab²", lambda a, b: a * b * b, lambda *x: x[1] ** 2, lambda *x: 2 * x[0] * x[1]
    )
    monkeypatch.setitem(PRIMITIVES, "half_sine", half)
    monkeypatch.setitem(PRIMITIVES, "a_b2", times)
    monkeypatch.setattr(target, "STRAIGHT", straight)

    def f(x, y):
        return times(half(x), y) + half(1.0)

    at = 0.5, 1.3
    fast = ag.compile(f, "jax")
    value, slopes = fast.value_and_grad(*at, argnums=(0, 1))
    right = ag.value_and_grad(f, (0, 1))(*at)
    assert (value, *slopes) == pytest.approx((right[0], *right[1]), rel=1e-13)
    there = fast.to_jax()
    assert float(there(*at)) == pytest.approx(value, rel=1e-13)
    assert jax.jit(jax.grad(there, (0, 1)))(*at) == pytest.approx(slopes, rel=1e-13)


def test_rules_of_ones_own_are_differentiated_again_and_over_rows(monkeypatch):
    cube = Primitive("cube", "x³", lambda x: x * x * x, lambda x, y: 3.0 * x * x)
    monkeypatch.setitem(PRIMITIVES, "cube", cube)
    fast = ag.compile(lambda x: cube(ag.sin(x)))
    fast(0.5)
    slope = jax.grad(fast.to_jax())
    second = jax.jit(jax.vmap(jax.grad(slope)))(jax.numpy.array([0.5, 0.7]))
    right = [ag.grad(ag.grad(fast.f))(x) for x in (0.5, 0.7)]
    assert second.tolist() == pytest.approx(right, rel=1e-13)


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


def test_what_a_trace_is_to_see_is_no_number_in_jax():
    w = ag.Value(2.0, "w")
    fast = ag.compile(lambda x: w * x)
    there = fast.to_jax()
    assert float(there(3.0)) == 6.0
    with pytest.raises(TypeError, match=r"is not to see that it holds w=2\.0"):
        ag.trace(lambda t: t * float(there(3.0)), 1.0)


def test_branches_of_two_shapes_are_no_function_of_jax():
    fast = ag.compile(lambda x: [x, x] if x > 1 else [x])
    assert (fast(2.0), fast(0.5)) == ([2.0, 2.0], [0.5])
    with pytest.raises(ValueError, match="give results of two shapes"):
        fast.to_jax()(2.0)


@pytest.mark.parametrize("straight", [500, 0])
def test_to_jax(straight, monkeypatch):
    monkeypatch.setattr(target, "STRAIGHT", straight)

    def f(p, xs):
        return {"y": p["w"] * ag.sum(xs * xs), "z": [xs[0]]}

    numpy = pytest.importorskip("numpy")
    p, xs = {"w": 2.0}, numpy.array([1.0, 3.0])
    fast = ag.compile(f, "python")
    g = fast.to_jax()
    with pytest.raises(ValueError, match="call"):
        jax.jit(g)(p, xs)
    assert g(p, xs)["y"] == 20.0  # with numbers, it is traced
    assert jax.jit(g)(p, xs)["y"] == 20.0
    slopes = jax.jacrev(lambda p, xs: g(p, xs)["y"], argnums=1)(p, xs)
    assert slopes.tolist() == [4.0, 12.0]
    rows = jax.vmap(g, in_axes=(None, 0))(p, numpy.array([[1.0, 3.0], [2.0, 0.0]]))
    assert rows["y"].tolist() == [20.0, 8.0]


def test_a_branch_that_was_never_taken_is_no_number():
    fast = ag.compile(two_sides, "python")
    fast(2.0, 1.0)
    assert math.isnan(jax.jit(fast.to_jax())(1.0, 2.0))


def test_each_branch_that_was_taken_is_known_and_has_its_derivative():
    def f(x):
        return x.sqrt() + x.log() if x > 0 else 3.0 * x

    fast = ag.compile(f, "python")
    assert fast(4.0) == pytest.approx(2.0 + math.log(4.0)) and fast(-2.0) == -6.0
    numpy = pytest.importorskip("numpy")
    values, slopes = jax.jit(jax.vmap(jax.value_and_grad(fast.to_jax())))(numpy.array([4.0, -1.0]))
    assert values.tolist() == pytest.approx([2.0 + math.log(4.0), -3.0])
    assert slopes.tolist() == [0.5, 3.0]  # no NaN of the root at -1


def test_what_jax_compiles_does_not_grow_with_the_program():
    def long(turns):
        def f(x, y):
            for _ in range(turns):
                x = ag.sin(x * y) + y
            return x

        fast = ag.compile(f, "python")
        fast(0.5, 0.25)
        return fast

    counts = []
    for turns in (400, 3_000):
        fast = long(turns)
        counts.append(len(jax.make_jaxpr(fast.to_jax())(0.5, 0.25).eqns))
        assert float(fast.to_jax()(0.5, 0.25)) == pytest.approx(fast(0.5, 0.25), rel=1e-12)
    assert counts[0] == counts[1] < 50


SHARDED = """
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
import autograd as ag
from autograd.program import jax as target
from jax.sharding import Mesh, NamedSharding, PartitionSpec

def f(w, x):
    return w[0] * ag.sin(x[0] * w[1]) + ag.softplus(x[1])

target.STRAIGHT = STEPS
fast = ag.compile(f)
w, x = np.array([2.0, 0.5]), np.random.default_rng(0).normal(size=(4_000, 2))
fast(w, x[0])
step = jax.jit(jax.vmap(jax.value_and_grad(fast.to_jax()), in_axes=(None, 0)))
assert len(jax.devices()) == 4
rows = NamedSharding(Mesh(jax.devices(), ("rows",)), PartitionSpec("rows"))
value, slopes = step(w, jax.device_put(x, rows))
assert len(value.sharding.device_set) == len(slopes.sharding.device_set) == 4
assert [len(shard.data) for shard in slopes.addressable_shards] == [1_000] * 4
ours, by_w = fast.map_value_and_grad(w, x, in_axes=(None, 0))
np.testing.assert_allclose(value, ours, rtol=1e-12)
np.testing.assert_allclose(slopes, by_w, rtol=1e-12, atol=1e-15)
total = jax.jit(lambda w, x: step(w, x)[1].mean(axis=0))(w, jax.device_put(x, rows))
np.testing.assert_allclose(total, np.asarray(by_w).mean(axis=0), rtol=1e-12)
"""


@pytest.mark.parametrize("straight", [500, 0])
def test_rows_sharded_over_four_devices(straight):
    flags = "--xla_force_host_platform_device_count=4"
    done = subprocess.run(
        [sys.executable, "-c", SHARDED.replace("STEPS", str(straight))],
        env={**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
